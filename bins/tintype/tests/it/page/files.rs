//! One file, and many, by the page.

use super::browser::{Browser, CONTROL, DELETE, ENTER, ESCAPE, RIGHT, SHIFT};
use crate::support::picture::{gradient, jpeg};
use crate::support::{builder, create, one, problem_free, result_names, server};
use serde_json::json;
use tintype_testkit::eventually;

#[test]
fn a_file_is_edited_replaced_and_deleted_unless_that_is_undone() {
    let server = server();
    let admin = server.admin();
    let other = create(&admin, "other.txt", "other");
    let picture = create(&admin, "picture.jpg", jpeg(&gradient(400, 300)));
    let path = one(&picture);
    let now = || admin.get(&path).send().json();
    let Some(browser) = Browser::start(&server) else { return };
    browser.enter(&admin, "/");
    browser.click("[title^='picture.jpg']");
    browser.until("document.querySelector('.sheet img')?.naturalWidth > 0");

    browser.fill(".facts input[maxlength='255']", "Rooftop");
    browser.keys(&[ENTER]);
    eventually("the name is kept", || now()["name"] == "Rooftop");
    browser.fill(".facts textarea", "View from the roof");
    browser.click(".facts h3");
    eventually("the description is kept", || now()["description"] == "View from the roof");
    browser.fill(".tag-list input", "trips/oslo");
    browser.keys(&[ENTER]);
    eventually("the tag is kept", || now()["tags"] == json!(["trips/oslo"]));
    browser.press("Private");
    eventually("it is private", || now()["visibility"] == "private");
    browser.press("Copy link");
    browser.until_has("input.made");
    let link = browser.run("return document.querySelector('input.made').value");
    assert_eq!(server.anonymous().get(link.as_str().unwrap()).send().status(), 200);
    browser.press("Set the focal point");
    browser.click(".zoomed");
    eventually("the focal point is kept", || {
        now()["focal_point"]["x"].as_f64().is_some_and(|x| (x - 0.5).abs() < 0.02)
    });
    let replacement = server.home().path().join("replacement.jpg");
    std::fs::write(&replacement, jpeg(&gradient(200, 100))).unwrap();
    browser.choose(".more-actions input[type=file]", &replacement);
    browser.until_says("The file was replaced");
    assert_eq!(now()["width"], 200);

    // Somebody else's change is not overwritten unseen.
    assert_eq!(admin.patch(&path).json(&json!({"name": "Theirs"})).send().status(), 200);
    browser.fill(".facts input[maxlength='255']", "Mine");
    browser.keys(&[ENTER]);
    browser.until_says("Somebody else has changed this file.");
    assert_eq!(now()["name"], "Theirs");

    browser.keys(&[ESCAPE]);
    browser.until_lacks("dialog.file");
    browser.until("document.querySelectorAll('.tile').length === 2");
    browser.keys(&[DELETE]);
    browser.until("document.querySelectorAll('.tile').length === 1");
    browser.press("Undo");
    browser.until("document.querySelectorAll('.tile').length === 2");
    now();
    browser.click("[title^='other.txt']");
    browser.until_has("dialog.file");
    browser.keys(&[DELETE]);
    browser.until_says("File deleted");
    assert_eq!(admin.get(&one(&other)).send().status(), 200);
    // Who leaves does not undo any more.
    browser.leave();
    eventually("the file is deleted", || admin.get(&one(&other)).send().status() == 404);
    let problems: Vec<_> = browser.problems().into_iter().filter(|text| !text.contains("412")).collect();
    problem_free(&problems);
}

#[test]
fn many_files_are_selected_and_changed() {
    let server = server();
    let admin = server.admin();
    for number in 0..8 {
        create(&admin, &format!("note-{number}.txt"), format!("{number}"));
    }
    let Some(browser) = Browser::start(&server) else { return };
    browser.enter(&admin, "/?ordering=name");
    browser.until_says("8 files");
    browser.run("document.querySelector('.shelf').focus()");
    browser.keys(&[RIGHT, RIGHT, ' ']);
    browser.until_says("1 selected");
    browser.keys_with(&[SHIFT], &[RIGHT]);
    browser.until_says("2 selected");
    browser.click("[title^='note-5.txt'] .pick");
    browser.until_says("3 selected");
    let selected = "[...document.querySelectorAll('[aria-selected=true]')].map((one) => one.title.slice(0, 6)).join()";
    assert_eq!(browser.run(&format!("return {selected}")), "note-1,note-2,note-5");

    browser.press("Tags");
    browser.fill(".menu-content input", "trips/oslo");
    browser.keys(&[ENTER]);
    browser.until_says("3 files changed");
    let tagged = admin.get("/api/media/files?tags=trips/oslo&ordering=name").send().json();
    assert_eq!(tagged["count"], 3);
    let downloads = server.home().path().join("downloads");
    std::fs::create_dir(&downloads).unwrap();
    browser.devtools("Browser.setDownloadBehavior", &json!({"behavior": "allow", "downloadPath": downloads}));
    browser.press("Download ZIP");
    // The browser gives the file its name once it is complete.
    let complete = || {
        let names: Vec<_> = std::fs::read_dir(&downloads).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "zip"))
    };
    eventually("the archive is there", || complete().is_some());
    let archive = std::fs::read(complete().unwrap()).unwrap();
    for name in ["note-1.txt", "note-2.txt", "note-5.txt"] {
        assert!(archive.windows(name.len()).any(|window| window == name.as_bytes()), "no {name}");
    }
    browser.press("Make private");
    eventually("they are private", || admin.get("/api/media/files?visibility=private").send().json()["count"] == 3);
    browser.keys(&[ESCAPE]);

    // Folders are beside the files.
    browser.press("Show what is in trips");
    browser.click(".folder a[href$='tags=trips/oslo']");
    browser.until_says("3 files");
    browser.run("document.querySelector('.shelf').focus()");
    browser.keys_with(&[CONTROL], &['a']);
    browser.until_says("3 selected");
    browser.press("Delete");
    browser.until_says("3 files deleted");
    browser.leave();
    eventually("they are deleted", || admin.get("/api/media/files").send().json()["count"] == 5);
    problem_free(&browser.problems());
}

#[test]
fn a_folder_is_renamed_and_emptied() {
    let server = server();
    let admin = server.admin();
    let file = create(&admin, "a.txt", "a");
    let path = one(&file);
    assert_eq!(admin.patch(&path).json(&json!({"tags": ["Trips/oslo", "family"]})).send().status(), 200);
    let Some(browser) = Browser::start(&server) else { return };
    browser.enter(&admin, "/");
    browser.until_has("[aria-label='Change Trips']");
    browser.press("Change Trips");
    browser.press("Rename");
    browser.fill("dialog input", "journeys");
    browser.keys(&[ENTER]);
    browser.until_has("[aria-label='Change journeys']");
    assert_eq!(admin.get(&path).send().json()["tags"], json!(["journeys/oslo", "family"]));
    // From the folder that is looked at to another one.
    assert_eq!(
        admin.patch(&path).json(&json!({"tags": ["journeys/oslo", "family", "old/draft"]})).send().status(),
        200
    );
    browser.go("/?tags=old/");
    browser.until_says("1 file");
    let drop = format!(
        "const data = new DataTransfer(); data.setData('application/x-tintype-files', '[{}]'); \
         const event = new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true }}); \
         document.querySelector('[href$=\"tags=family\"]').dispatchEvent(event)",
        file["id"]
    );
    browser.until_has("[href$='tags=family']");
    browser.run(&drop);
    browser.until_says("One file moved to family");
    assert_eq!(admin.get(&path).send().json()["tags"], json!(["journeys/oslo", "family"]));
    browser.press("Undo");
    browser.until_says("1 file");
    eventually("it is back", || {
        admin.get(&path).send().json()["tags"] == json!(["journeys/oslo", "family", "old/draft"])
    });
    assert_eq!(admin.patch(&path).json(&json!({"tags": ["journeys/oslo", "family"]})).send().status(), 200);

    browser.press("Change family");
    browser.press("Remove from all files");
    browser.until_says("The file stays.");
    browser.press("Remove");
    browser.until_lacks("[aria-label='Change family']");
    assert_eq!(admin.get(&path).send().json()["tags"], json!(["journeys/oslo"]));
    problem_free(&browser.problems());
}

#[test]
fn what_was_deleted_is_restored_from_the_trash() {
    let server = builder().config("trash_retention", "1d").start();
    let admin = server.admin();
    for name in ["a.txt", "b.txt"] {
        let file = create(&admin, name, name);
        assert_eq!(admin.delete(&one(&file)).send().status(), 204);
    }
    let Some(browser) = Browser::start(&server) else { return };
    browser.enter(&admin, "/");
    browser.until_says("There are no files yet.");
    browser.click(".entry[href*=trashed]");
    browser.until_says("2 files");
    browser.click("[title^='a.txt']");
    browser.until_says("1 selected");
    browser.press("Restore");
    browser.until_says("One file restored");
    assert_eq!(result_names(&admin.get("/api/media/files").send().json()), ["a.txt"]);
    browser.until_lacks("[title^='a.txt']");
    browser.click("[title^='b.txt']");
    browser.press("Delete for good");
    browser.until_says("The trash is empty.");
    browser.leave();
    eventually("it is deleted for good", || admin.get("/api/media/files?trashed=true").send().json()["count"] == 0);
    problem_free(&browser.problems());
}
