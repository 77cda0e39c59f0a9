//! The file object: its keys, their order and their values.

use crate::support::picture::{Colour, gradient, jpeg, plain_png};
use crate::support::{self, CREATE, PDF, checksum, create, fetch, file, noise, one, server, text};
use serde_json::Value;
use tintype_testkit::{Account, Form, Ordered, Response, Server};

/// The keys every client may rely on, in their order; more may come behind them.
const KEYS: [&str; 14] = [
    "id",
    "type",
    "user",
    "f",
    "name",
    "description",
    "size",
    "human_readable_size",
    "width",
    "height",
    "mode",
    "created_at",
    "updated_at",
    "thumbnails",
];

/// Returns an answer's object with what differs from run to run replaced.
fn redacted(server: &Server, response: &Response) -> Ordered {
    let mut object = response.ordered();
    let created = response.json();
    let day = text(&created, "created_at")[..10].replace('-', "/");
    object.replace(&server.url(), "[url]");
    object.replace(&day, "[date]");
    for (name, mark) in [
        ("id", "[id]"),
        ("created_at", "[time]"),
        ("updated_at", "[time]"),
        ("bytes", "[bytes]"),
        ("placeholder", "[hash]"),
        ("colour", "[colour]"),
    ] {
        object.redact(name, mark);
    }
    object
}

#[test]
fn the_picture_upload_of_the_original_client_gives_the_original_object() {
    let server = server();
    let user = server.create_user("behrooz", &Account::staff().grant([CREATE]).names("بهروز", "قربانی"));
    let picture = jpeg(&gradient(1600, 1000));
    let form = Form::new()
        .typed_file("f", "image.jpg", "image/jpeg", &picture)
        .text("name", "Profile Picture")
        .text("description", "User profile avatar");
    let response = user.upload(&form).expect_status(201);
    assert_eq!(response.json()["size"], picture.len());
    assert_eq!(response.json()["checksum"], checksum(&picture));

    let mut object = redacted(&server, &response);
    object.redact("checksum", "[checksum]");
    object.redact("human_readable_size", "[human size]");
    // The size of the original depends on the encoder that made it; the sizes of the thumbnails are
    // part of what is looked at.
    if let Ordered::Object(members) = &mut object {
        members
            .iter_mut()
            .filter(|(name, _)| name == "size")
            .for_each(|(_, size)| *size = Ordered::Scalar(Value::Null));
    }
    insta::assert_json_snapshot!(object, @r#"
    {
      "id": "[id]",
      "type": "image",
      "user": {
        "id": "[id]",
        "username": "behrooz",
        "full_name": "بهروز قربانی"
      },
      "f": "[url]/media/core_media/[date]/image.jpg",
      "name": "Profile Picture",
      "description": "User profile avatar",
      "size": null,
      "human_readable_size": "[human size]",
      "width": 1600,
      "height": 1000,
      "mode": "RGB",
      "created_at": "[time]",
      "updated_at": "[time]",
      "thumbnails": [
        {
          "id": "[id]",
          "f": "[url]/media/core_media/[date]/thumbnails/image_thumbnail_64x64.jpg",
          "size": 64,
          "width": 64,
          "height": 40,
          "bytes": "[bytes]"
        },
        {
          "id": "[id]",
          "f": "[url]/media/core_media/[date]/thumbnails/image_thumbnail_128x128.jpg",
          "size": 128,
          "width": 128,
          "height": 80,
          "bytes": "[bytes]"
        },
        {
          "id": "[id]",
          "f": "[url]/media/core_media/[date]/thumbnails/image_thumbnail_512x512.jpg",
          "size": 512,
          "width": 512,
          "height": 320,
          "bytes": "[bytes]"
        },
        {
          "id": "[id]",
          "f": "[url]/media/core_media/[date]/thumbnails/image_thumbnail_1080x1080.jpg",
          "size": 1080,
          "width": 1080,
          "height": 675,
          "bytes": "[bytes]"
        }
      ],
      "mime_type": "image/jpeg",
      "checksum": "[checksum]",
      "visibility": "public",
      "focal_point": null,
      "tags": [],
      "preview": {
        "status": "ready",
        "reason": null,
        "source": "image",
        "placeholder": "[hash]",
        "colour": "[colour]",
        "thumbnails": []
      },
      "metadata": {}
    }
    "#);
}

#[test]
fn the_document_upload_of_the_original_client_gives_the_original_object() {
    // However slow the machine is.
    let server = support::builder().config("preview_wait", "1h").start();
    let response = server.staff([CREATE]).upload(&file("document.pdf", PDF)).expect_status(201);
    insta::assert_json_snapshot!(redacted(&server, &response), @r#"
    {
      "id": "[id]",
      "type": "pdf",
      "user": {
        "id": "[id]",
        "username": "actor-1",
        "full_name": ""
      },
      "f": "[url]/media/core_media/[date]/document.pdf",
      "name": "document.pdf",
      "description": "",
      "size": 216,
      "human_readable_size": "216 B",
      "width": null,
      "height": null,
      "mode": null,
      "created_at": "[time]",
      "updated_at": "[time]",
      "thumbnails": [],
      "mime_type": "application/pdf",
      "checksum": "sha256:bbfa572c284871315ac754ffa503c64ae5d1285368c8e580a7cfa6bd745afb86",
      "visibility": "public",
      "focal_point": null,
      "tags": [],
      "preview": {
        "status": "ready",
        "reason": null,
        "source": "page",
        "placeholder": "[hash]",
        "colour": "[colour]",
        "thumbnails": [
          {
            "id": "[id]",
            "f": "[url]/media/core_media/[date]/thumbnails/document_thumbnail_64x64.jpg",
            "size": 64,
            "width": 64,
            "height": 64,
            "bytes": "[bytes]"
          },
          {
            "id": "[id]",
            "f": "[url]/media/core_media/[date]/thumbnails/document_thumbnail_128x128.jpg",
            "size": 128,
            "width": 128,
            "height": 128,
            "bytes": "[bytes]"
          },
          {
            "id": "[id]",
            "f": "[url]/media/core_media/[date]/thumbnails/document_thumbnail_512x512.jpg",
            "size": 512,
            "width": 512,
            "height": 512,
            "bytes": "[bytes]"
          },
          {
            "id": "[id]",
            "f": "[url]/media/core_media/[date]/thumbnails/document_thumbnail_1080x1080.jpg",
            "size": 1080,
            "width": 1080,
            "height": 1080,
            "bytes": "[bytes]"
          }
        ]
      },
      "metadata": {
        "pages": 1,
        "encrypted": false
      }
    }
    "#);
}

#[test]
fn every_answer_with_a_file_object_has_the_same_one() {
    let server = server();
    let admin = server.admin();
    let created = admin.upload(&file("a.png", plain_png(9, 5, 8, Colour::Rgb))).expect_status(201);
    let path = one(&created.json());
    let retrieved = admin.get(&path).send().expect_status(200).ordered();
    // Only the answer to an upload tells duplicates, behind all others.
    let (last, keys) =
        created.ordered().keys().split_last().map(|(last, keys)| (last.to_string(), keys.len())).unwrap();
    assert_eq!((last.as_str(), &created.ordered().keys()[..keys]), ("duplicates", &retrieved.keys()[..]));
    let mut object = created.json();
    object.as_object_mut().unwrap().remove("duplicates");
    assert_eq!(object, admin.get(&path).send().expect_status(200).json());
    let page = admin.get(support::FILES).send().expect_status(200).ordered();
    assert_eq!(page.keys(), ["count", "next", "previous", "results"]);
    assert_eq!(page.get("results"), Some(&Ordered::Array(vec![retrieved.clone()])));
    for method in ["PATCH", "PUT"] {
        let changed = admin.request(method, &path).json(&serde_json::json!({})).send().expect_status(200).ordered();
        assert_eq!(changed.keys(), retrieved.keys());
        assert_eq!(changed.get("thumbnails"), retrieved.get("thumbnails"));
    }
}

#[test]
fn keys_stand_in_the_order_of_the_contract_and_additions_behind_them() {
    let server = server();
    let object = server.admin().upload(&file("a.jpg", jpeg(&gradient(10, 10)))).expect_status(201).ordered();
    assert_eq!(object.keys()[..KEYS.len()], KEYS);
    assert!(object.get("mime_type").is_some() && object.get("checksum").is_some());
    assert_eq!(object.get("user").unwrap().keys()[..3], ["id", "username", "full_name"]);
    let Some(Ordered::Array(thumbnails)) = object.get("thumbnails") else { panic!("no thumbnails") };
    for thumbnail in thumbnails {
        assert_eq!(thumbnail.keys()[..6], ["id", "f", "size", "width", "height", "bytes"]);
    }
}

#[test]
fn every_value_has_the_type_of_the_contract() {
    let server = server();
    let object = create(&server.admin(), "a.jpg", jpeg(&gradient(10, 10)));
    for number in [
        "/id",
        "/user/id",
        "/size",
        "/width",
        "/height",
        "/thumbnails/0/id",
        "/thumbnails/0/size",
        "/thumbnails/0/bytes",
    ] {
        assert!(object.pointer(number).is_some_and(Value::is_u64), "{number} in {object}");
    }
    let ids: std::collections::BTreeSet<_> = (0..4).map(|n| object["thumbnails"][n]["id"].as_u64()).collect();
    assert_eq!(ids.len(), 4, "each thumbnail has an id of its own");
}

#[test]
fn times_are_utc_with_six_digits() {
    let server = server();
    let object = create(&server.admin(), "a.txt", "a");
    for member in ["created_at", "updated_at"] {
        let time = text(&object, member);
        let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        assert_eq!(shape, "0000-00-00T00:00:00.000000Z", "{member} is {time}");
    }
    assert!(text(&object, "created_at") <= text(&object, "updated_at"));
}

#[test]
fn the_key_lies_under_the_utc_day_of_the_upload() {
    let server = server();
    let object = create(&server.admin(), "a.txt", "a");
    let time = text(&object, "created_at");
    // Key and row may take the clock one after the other; around midnight that is two days.
    if !time[10..].starts_with("T00:00:0") {
        let day = time[..10].replace('-', "/");
        assert_eq!(support::key(&object), format!("core_media/{day}/a.txt"));
    }
}

#[test]
fn the_location_is_the_path_of_the_new_file() {
    let server = server();
    let response = server.admin().upload(&file("a.txt", "a")).expect_status(201);
    assert_eq!(response.header("location"), Some(one(&response.json()).as_str()));
}

#[test]
fn sizes_read_as_people_write_them() {
    let server = server();
    let admin = server.admin();
    let cases = [
        (1, "1 B"),
        (512, "512 B"),
        (1023, "1023 B"),
        (1024, "1 KB"),
        (1536, "1.5 KB"),
        (10_000, "9.77 KB"),
        (1_048_576, "1 MB"),
        (1_728_593, "1.65 MB"),
        (2_621_440, "2.5 MB"),
    ];
    for (size, expected) in cases {
        let object = create(&admin, "a.bin", noise(size, 1));
        assert_eq!((&object["size"], &object["human_readable_size"]), (&Value::from(size), &Value::from(expected)));
    }
}

#[test]
fn the_checksum_is_of_the_bytes_that_are_served() {
    let server = server();
    let admin = server.admin();
    for (name, content) in [("a.jpg", jpeg(&gradient(30, 20))), ("a.bin", noise(300_000, 2)), ("a.pdf", PDF.to_vec())] {
        let object = create(&admin, name, &content);
        let served = fetch(&server, &object);
        assert!(served == content, "{name} came back different");
        assert_eq!(text(&object, "checksum"), checksum(&served));
    }
}

#[test]
fn full_name_is_first_and_last_name_joined_and_trimmed() {
    let server = server();
    let cases = [
        ("both", Account::admin().names("Ada", "Lovelace"), "Ada Lovelace"),
        ("first", Account::admin().names("Ada", ""), "Ada"),
        ("last", Account::admin().names("", "Lovelace"), "Lovelace"),
        ("none", Account::admin(), ""),
    ];
    for (name, account, expected) in cases {
        let user = server.create_user(name, &account);
        assert_eq!(create(&user, "a.txt", name)["user"]["full_name"], expected);
        assert_eq!(user.get("/api/auth/me").send().json()["full_name"], expected);
    }
}

#[test]
fn addresses_take_their_host_from_the_request_and_believe_no_forwarding_header() {
    let server = server();
    let admin = server.admin();
    let path = one(&create(&admin, "a.jpg", jpeg(&gradient(10, 10))));
    let object = admin
        .get(&path)
        .header("Host", "files.example:8443")
        .header("Forwarded", "host=evil.example;proto=https")
        .header("X-Forwarded-Host", "evil.example")
        .header("X-Forwarded-Proto", "https")
        .send()
        .expect_status(200)
        .json();
    for address in [text(&object, "f"), text(&object["thumbnails"][0], "f")] {
        assert!(address.starts_with("http://files.example:8443/media/core_media/"), "{address}");
    }
}

#[test]
fn addresses_take_scheme_and_host_from_a_trusted_proxy_in_any_case() {
    let server = support::builder().config("trusted_proxies", "127.0.0.1, ::1").start();
    let admin = server.admin();
    let path = one(&create(&admin, "a.txt", "x"));
    for (sent, scheme) in
        [("https", "https"), ("HTTPS", "https"), ("ftp, Https ", "https"), ("HTTP", "http"), ("ftp", "http")]
    {
        let request = admin.get(&path).header("X-Forwarded-Proto", sent).header("X-Forwarded-Host", "media.example");
        let object = request.send().expect_status(200).json();
        let beginning = format!("{scheme}://media.example/media/core_media/");
        assert!(text(&object, "f").starts_with(&beginning), "{sent}: {object}");
    }
}

#[test]
fn addresses_take_scheme_and_host_from_public_url_where_configured() {
    for public_url in ["https://media.example.org", "https://media.example.org/"] {
        let server = support::builder().config("public_url", public_url).start();
        let admin = server.admin();
        let object = create(&admin, "a.jpg", jpeg(&gradient(10, 10)));
        for address in [text(&object, "f"), text(&object["thumbnails"][3], "f")] {
            assert!(address.starts_with("https://media.example.org/media/core_media/"), "{address}");
        }
        create(&admin, "b.txt", "b");
        let page = admin.get(support::FILES).query([("limit", "1")]).send().json();
        assert_eq!(page["next"], "https://media.example.org/api/media/files?limit=1&offset=1");
    }
}
