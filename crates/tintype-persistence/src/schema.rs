//! The tables as every database has them; `migrations/` creates them.

diesel::table! {
    users (id) {
        id -> BigInt,
        username -> Text,
        first_name -> Text,
        last_name -> Text,
        is_staff -> Bool,
        is_admin -> Bool,
        is_active -> Bool,
        password_hash -> Nullable<Text>,
        last_login -> Nullable<BigInt>,
        created_at -> BigInt,
        email -> Text,
    }
}

diesel::table! {
    grants (user_id, code) {
        user_id -> BigInt,
        code -> Integer,
    }
}

diesel::table! {
    tokens (id) {
        id -> BigInt,
        user_id -> BigInt,
        key_hash -> Binary,
        label -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    files (id) {
        id -> BigInt,
        user_id -> Nullable<BigInt>,
        kind -> Text,
        size -> BigInt,
        width -> Nullable<BigInt>,
        height -> Nullable<BigInt>,
        mode -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        stored_at -> BigInt,
        key -> Text,
        name -> Text,
        name_folded -> Text,
        mime_type -> Text,
        checksum -> Binary,
        description -> Text,
        crc32 -> Nullable<BigInt>,
        visibility -> Text,
        tags -> Text,
        preview_status -> Text,
        taken_at -> Nullable<BigInt>,
        duration_ms -> Nullable<BigInt>,
        pages -> Nullable<BigInt>,
        camera -> Nullable<Text>,
        has_gps -> Bool,
        focal_x -> Nullable<BigInt>,
        focal_y -> Nullable<BigInt>,
    }
}

diesel::table! {
    previews (file_id) {
        file_id -> BigInt,
        reason -> Nullable<Text>,
        source -> Nullable<Text>,
        thumb_hash -> Nullable<Binary>,
        colour -> Nullable<BigInt>,
        perceptual_hash -> Nullable<BigInt>,
        metadata -> Text,
    }
}

diesel::table! {
    file_tags (folded, file_id) {
        folded -> Text,
        file_id -> BigInt,
        name -> Nullable<Text>,
    }
}

diesel::table! {
    derived_objects (id) {
        id -> BigInt,
        file_id -> BigInt,
        variant -> Text,
        key -> Text,
        width -> BigInt,
        height -> BigInt,
        mime_type -> Text,
        size -> BigInt,
        checksum -> Binary,
        stored_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        kind -> Text,
        subject -> BigInt,
        attempts -> BigInt,
        not_before -> BigInt,
        leased_until -> Nullable<BigInt>,
        holder -> Nullable<Text>,
        last_error -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    strays (key) {
        key -> Text,
        since -> BigInt,
        state -> Text,
    }
}

diesel::table! {
    used_up_days (id) {
        id -> BigInt,
        until -> BigInt,
    }
}

diesel::table! {
    leases (name) {
        name -> Text,
        holder -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    signing_keys (id) {
        id -> BigInt,
        secret -> Binary,
        created_at -> BigInt,
        retired_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    upload_links (id) {
        id -> BigInt,
        user_id -> BigInt,
        description -> Text,
        max_size -> Nullable<BigInt>,
        allowed_types -> Text,
        visibility -> Nullable<Text>,
        uploads -> BigInt,
        used -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    archives (id) {
        id -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    archive_files (archive_id, position) {
        archive_id -> BigInt,
        position -> BigInt,
        file_id -> BigInt,
        key -> Text,
        name -> Text,
        visibility -> Text,
    }
}

diesel::table! {
    uploads (id) {
        id -> BigInt,
        name -> Text,
        user_id -> Nullable<BigInt>,
        state -> Text,
        kind -> Text,
        length -> Nullable<BigInt>,
        received -> BigInt,
        holder -> Nullable<Text>,
        leased_until -> Nullable<BigInt>,
        created_at -> BigInt,
        expires_at -> BigInt,
        file_id -> Nullable<BigInt>,
        refused_type -> Nullable<Text>,
        metadata -> Text,
        concat -> Nullable<Text>,
        reservation_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    upload_reservations (id) {
        id -> BigInt,
        link_id -> BigInt,
        leased_until -> BigInt,
    }
}

diesel::table! {
    upload_parts (upload_id, start) {
        upload_id -> BigInt,
        start -> BigInt,
        size -> BigInt,
        key -> Text,
    }
}

diesel::table! {
    upload_sources (upload_id, position) {
        upload_id -> BigInt,
        position -> BigInt,
        source_id -> BigInt,
    }
}

diesel::table! {
    webhooks (id) {
        id -> BigInt,
        url -> Text,
        events -> Text,
        description -> Text,
        secret -> Binary,
        is_active -> Bool,
        disabled_reason -> Nullable<Text>,
        failing_since -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    webhook_deliveries (id) {
        id -> BigInt,
        webhook_id -> BigInt,
        event -> Text,
        happened_at -> BigInt,
        file_id -> BigInt,
        name -> Text,
        kind -> Text,
        mime_type -> Text,
        size -> BigInt,
        checksum -> Binary,
        visibility -> Text,
        user_id -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
        preview_status -> Text,
        state -> Text,
        attempts -> BigInt,
        not_before -> BigInt,
        last_attempt_at -> Nullable<BigInt>,
        last_status -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
    }
}

diesel::joinable!(grants -> users (user_id));
diesel::joinable!(tokens -> users (user_id));
diesel::joinable!(files -> users (user_id));
diesel::joinable!(derived_objects -> files (file_id));
diesel::allow_tables_to_appear_in_same_query!(users, grants, tokens, files, derived_objects);
diesel::allow_tables_to_appear_in_same_query!(upload_links, upload_reservations);
diesel::allow_tables_to_appear_in_same_query!(uploads, upload_sources, jobs);
diesel::allow_tables_to_appear_in_same_query!(archive_files, files);
diesel::allow_tables_to_appear_in_same_query!(webhooks, webhook_deliveries);
