//! Who may have which rendition.

use super::renditions::get;
use crate::support::picture::{decode, gradient, jpeg};
use crate::support::{assert_field_error, assert_problem, builder, create, one, server, text};
use image::GenericImageView;
use serde_json::{Value, json};

/// What each policy answers to an allowed size, to a preset, and to something else; unsigned and
/// signed.
#[test]
fn the_matrix_of_policies() {
    let presets = "[renditions.card]\nwidth = 30\nheight = 30\nfit = \"cover\"\nenlarge = true\nblur = 0.5\n";
    let folder = tempfile::tempdir().unwrap();
    for (policy, unsigned, signed) in [
        ("sizes", [200, 200, 403], [200, 200, 200]),
        ("signed", [403, 200, 403], [200, 200, 200]),
        ("presets", [403, 200, 403], [403, 200, 403]),
        ("open", [200, 200, 200], [200, 200, 200]),
        ("off", [403, 403, 403], [403, 403, 403]),
    ] {
        let path = folder.path().join(format!("{policy}.toml"));
        std::fs::write(&path, format!("[renditions]\npolicy = \"{policy}\"\n{presets}")).unwrap();
        let server = builder().argument("--config").argument(&path).start();
        let admin = server.admin();
        let object = create(&admin, "a.jpg", jpeg(&gradient(200, 100)));
        let queries = [json!({"width": 64}), json!({"preset": "card"}), json!({"width": 65, "quality": 75})];
        for (index, rendition) in queries.iter().enumerate() {
            let text_of = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let pairs = rendition.as_object().unwrap().iter().map(|(name, value)| format!("{name}={}", text_of(value)));
            let query = pairs.collect::<Vec<_>>().join("&");
            // A token opens files, not renditions.
            for client in [&server.anonymous(), &admin] {
                let response = get(client, &object, &query);
                assert_eq!(response.status(), unsigned[index], "{policy} {query}: {response}");
                if response.status() == 403 {
                    assert_eq!(response.header("cache-control"), Some("no-store"));
                }
            }
            let body = json!({"rendition": rendition});
            let link = admin.post(&format!("{}/links", one(&object))).json(&body).send();
            if signed[index] == 200 {
                let url = text(&link.expect_status(201).json(), "url").to_owned();
                assert_eq!(server.anonymous().get(&url).send().status(), 200, "{policy} {url}");
                let another = url.replace(&format!("{query}&"), "width=66&");
                assert_eq!(server.anonymous().get(&another).send().status(), 403, "{policy} {another}");
            } else {
                assert_field_error(&link, "rendition", "This is not supported.");
            }
        }
    }
}

#[test]
fn the_nearest_sizes_are_named() {
    let server = server();
    let object = create(&server.admin(), "a.jpg", jpeg(&gradient(200, 100)));
    for (query, hint) in [
        ("width=400", " Nearest without one: width 384 or 512."),
        ("width=256&height=1", " Nearest without one: width 256, height 64."),
        ("format=webp", ""),
    ] {
        let detail = format!("This rendition needs a signed link.{hint}");
        assert_problem(&get(&server.anonymous(), &object, query), 403, &detail);
    }
    let server = builder().config("rendition_sizes", "100, 200").config("max_rendition_edge", "150").start();
    let object = create(&server.admin(), "a.jpg", jpeg(&gradient(200, 100)));
    assert_eq!(get(&server.anonymous(), &object, "width=100").status(), 200);
    assert_eq!(get(&server.anonymous(), &object, "width=64").status(), 403);
    let problem = "Ensure this value is less than or equal to 150.";
    assert_field_error(&get(&server.anonymous(), &object, "width=200"), "width", problem);
}

#[test]
fn links_check_their_renditions() {
    let server = server();
    let admin = server.admin();
    let object = create(&admin, "a.jpg", jpeg(&gradient(200, 100)));
    let post = |body: Value| admin.post(&format!("{}/links", one(&object))).json(&body).send();
    let misspelt = json!({"width": 0, "fit": ["cover"], "blur": 3, "heigth": 5, "utm_source": "a", "dpr": null});
    let refused = post(json!({"rendition": misspelt})).expect_status(400).json();
    let expected = json!({
        "heigth": ["This is not supported."],
        "utm_source": ["This is not supported."],
        "width": ["Ensure this value is greater than or equal to 1."],
        "fit": ["\"\" is not a valid choice."],
    });
    assert_eq!((&refused["rendition"], &refused["errors"]["rendition"]), (&expected, &expected));
    let refused = post(json!({"rendition": {"preset": "card"}})).expect_status(400).json();
    assert_eq!(refused["rendition"], json!({"preset": ["\"card\" is not a valid choice."]}));
    assert_field_error(&post(json!({"rendition": "width"})), "rendition", "This is not supported.");
    let rendition =
        json!({"width": 40, "height": 40, "fit": "cover", "enlarge": false, "focus": "0,1", "format": "png"});
    let link = post(json!({"rendition": rendition, "download": "square"})).expect_status(201).json();
    let url = text(&link, "url");
    assert!(url.contains("?download=square&enlarge=false&expires="), "{url}");
    let response = server.anonymous().get(url).send().expect_status(200);
    assert_eq!(decode(response.bytes()).1.dimensions(), (40, 40));
    assert_eq!(response.header("content-disposition"), Some("attachment; filename*=UTF-8''square%2Epng"));
    assert!(response.header("cache-control").unwrap().starts_with("private, max-age="), "{response}");
    let whole = post(json!({"rendition": null})).expect_status(201).json();
    assert_eq!(server.anonymous().get(text(&whole, "url")).send().bytes(), jpeg(&gradient(200, 100)));
}
