//! Files are brought in by the page.

use super::browser::Browser;
use crate::support::{builder, checksum, create, noise, problem_free, server};
use serde_json::json;
use std::fs;

const MIB: usize = 1 << 20;

/// Lets the browser send that many bytes a second, so that there is a middle of an upload.
fn slow_down(browser: &Browser, bytes_per_second: i64) {
    browser.devtools("Network.enable", &json!({}));
    let conditions =
        json!({"offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_second});
    browser.devtools("Network.emulateNetworkConditions", &conditions);
}

#[test]
fn an_upload_goes_on_after_the_server_was_killed_and_after_a_reload() {
    let mut server = builder().config("upload_idle_timeout", "5s").start();
    let admin = server.admin();
    let bytes = noise(40 * MIB, 7);
    let path = server.home().path().join("large.bin");
    fs::write(&path, &bytes).unwrap();
    let Some(browser) = Browser::start(&server) else { return };
    browser.enter(&admin, "/");
    browser.until_says("There are no files yet.");
    slow_down(&browser, 12 << 20);
    browser.upload(&path);
    let sent = "(document.querySelector('.upload-line progress')?.value ?? 0)";
    browser.until(&format!("{sent} > 17e6"));
    server.kill();
    browser.until_says("Trying again…");
    // The page belongs to this address.
    let address = server.address().to_string();
    server.reconfigure("bind", &address);
    server.restart().unwrap();
    browser.until(&format!("!document.body.innerText.includes('Trying again') && {sent} > 17e6"));
    browser.press("Pause large.bin");
    browser.until_says("Paused");
    // It is as if the page had been closed by mistake.
    browser.reload();
    browser.until_says("Paused");
    browser.press("Resume large.bin");
    browser.until_says("One file uploaded");
    browser.until_says("1 file");
    let file = &admin.get("/api/media/files").send().json()["results"][0];
    assert_eq!(file["checksum"], checksum(&bytes));
    assert_eq!(file["name"], "large.bin");
    let begun =
        server.log().lines().filter(|line| line.contains("POST") && line.contains("/api/media/uploads")).count();
    assert_eq!(begun, 1, "the upload goes on where it was");
}

#[test]
fn a_duplicate_is_noticed_before_a_byte_is_sent() {
    let server = server();
    let admin = server.admin();
    create(&admin, "first.txt", "the same content");
    let path = server.home().path().join("second.txt");
    fs::write(&path, "the same content").unwrap();
    let Some(browser) = Browser::start(&server) else { return };
    browser.enter(&admin, "/?tags=trips/");
    browser.upload(&path);
    browser.until_says("Is here already, as first.txt");
    assert!(!server.log().contains("/api/media/uploads"), "{}", server.log());
    browser.press("Upload anyway");
    browser.until_says("One file uploaded");
    let files = admin.get("/api/media/files?search=second").send().json();
    assert_eq!(files["results"][0]["tags"], json!(["trips"]), "the folder that is looked at");

    // What is refused is said beside the file.
    let empty = server.home().path().join("empty.txt");
    fs::write(&empty, "").unwrap();
    browser.upload(&empty);
    browser.until_says("This file is empty.");
    problem_free(&browser.problems());

    browser.press("More ways to add files");
    browser.press("From a web address");
    browser.fill("dialog [name=url]", "https://www.example.org/roof.jpg");
    browser.press("Fetch");
    browser.until_says("This server does not fetch files from URLs.");
}
