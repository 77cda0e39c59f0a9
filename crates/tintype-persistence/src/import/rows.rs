//! Rows written as they were read, ids and all.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::result::QueryResult;
use tintype_domain::{FileId, Key, Tags};

use crate::connection::{AnyConnection, on_each};
use crate::error::Error;
use crate::export::{Export, StoredFile};
use crate::schema::{
    derived_objects, files, grants, previews, signing_keys, tokens, upload_links, users, webhook_deliveries, webhooks,
};
use crate::strays::{CHUNK, parse};
use crate::tags::insert_tags;
use crate::trash;

/// Makes users, grants, tokens, signing keys, webhooks and, from a backup, upload links those of
/// the source. Users are updated in place, since files point to them.
pub(super) fn replace_accounts(connection: &mut AnyConnection, export: &Export) -> QueryResult<()> {
    diesel::delete(tokens::table).execute(connection)?;
    diesel::delete(grants::table).execute(connection)?;
    let kept: HashSet<i64> = export.users.iter().map(|user| user.id).collect();
    let there: HashSet<i64> = users::table.select(users::id).load::<i64>(connection)?.into_iter().collect();
    let surplus: Vec<i64> = there.difference(&kept).copied().collect();
    for ids in surplus.chunks(CHUNK) {
        diesel::delete(users::table.filter(users::id.eq_any(ids))).execute(connection)?;
    }
    for user in &export.users {
        if there.contains(&user.id) {
            diesel::update(users::table.find(user.id)).set(user).execute(connection)?;
        } else {
            diesel::insert_into(users::table).values(user).execute(connection)?;
        }
    }
    for granted in export.grants.chunks(CHUNK) {
        let grant = |(user_id, code): &(i64, i32)| (grants::user_id.eq(*user_id), grants::code.eq(*code));
        let rows: Vec<_> = granted.iter().map(grant).collect();
        on_each!(connection, c => diesel::insert_into(grants::table).values(&rows).execute(c))?;
    }
    for tokens in export.tokens.chunks(CHUNK) {
        on_each!(connection, c => diesel::insert_into(tokens::table).values(tokens).execute(c))?;
    }
    diesel::delete(signing_keys::table).execute(connection)?;
    for key in &export.signing_keys {
        diesel::insert_into(signing_keys::table).values(key).execute(connection)?;
    }
    diesel::delete(webhook_deliveries::table).execute(connection)?;
    diesel::delete(webhooks::table).execute(connection)?;
    for webhook in &export.webhooks {
        diesel::insert_into(webhooks::table).values(webhook).execute(connection)?;
    }
    if let Some(upload_links) = &export.upload_links {
        diesel::delete(upload_links::table).execute(connection)?;
        for links in upload_links.chunks(CHUNK) {
            on_each!(connection, c => diesel::insert_into(upload_links::table).values(links).execute(c))?;
        }
    }
    Ok(())
}

/// Returns the keys that files own: their contents' and those of what was made of them.
pub(super) fn keys_of(connection: &mut AnyConnection, ids: &[i64]) -> Result<HashSet<Key>, Error> {
    let contents = files::table.filter(files::id.eq_any(ids)).select(files::key);
    let derived = derived_objects::table.filter(derived_objects::file_id.eq_any(ids)).select(derived_objects::key);
    let keys = on_each!(connection, c => contents.union_all(derived).load::<String>(c))?;
    let mut keys = keys.iter().map(|key| parse(key)).collect::<Result<HashSet<_>, _>>()?;
    keys.extend(trash::keys_of(connection, ids)?);
    Ok(keys)
}

/// Replaces the rows of files and of what was made of them, and removes those of other files.
pub(super) fn replace_files(
    connection: &mut AnyConnection,
    files: &[&StoredFile],
    removed: &[FileId],
) -> QueryResult<()> {
    let old = files.iter().map(|file| file.row.id).chain(removed.iter().map(|id| id.0));
    // What was made of them goes with them.
    diesel::delete(files::table.filter(files::id.eq_any(old))).execute(connection)?;
    let rows: Vec<_> = files.iter().map(|file| &file.row).collect();
    for rows in rows.chunks(CHUNK) {
        let rows = rows.to_vec();
        on_each!(connection, c => diesel::insert_into(files::table).values(rows).execute(c))?;
    }
    let tagged = files.iter().filter(|file| !file.row.tags.is_empty());
    // They were valid when they were stored.
    let tags: Vec<_> = tagged.filter_map(|file| Some((file.row.id, Tags::from_text(&file.row.tags).ok()?))).collect();
    insert_tags(connection, &tags)?;
    let known: Vec<_> = files.iter().filter_map(|file| file.preview.as_ref()).collect();
    for rows in known.chunks(CHUNK) {
        let rows = rows.to_vec();
        on_each!(connection, c => diesel::insert_into(previews::table).values(rows).execute(c))?;
    }
    let derived: Vec<_> = files.iter().flat_map(|file| &file.derived).collect();
    for rows in derived.chunks(CHUNK) {
        let rows = rows.to_vec();
        on_each!(connection, c => diesel::insert_into(derived_objects::table).values(rows).execute(c))?;
    }
    Ok(())
}
