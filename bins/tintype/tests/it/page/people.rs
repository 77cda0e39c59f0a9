//! People, tokens and the system, by the page.

use super::STRONG;
use super::browser::Browser;
use crate::support::{CREATE, VIEW, problem_free, server};
use serde_json::json;
use tintype_testkit::Account;

#[test]
fn an_admin_manages_people_and_their_tokens() {
    let server = server();
    let admin = server.admin();
    let Some(browser) = Browser::start(&server) else { return };
    browser.enter(&admin, "/?page=people");
    browser.press("New user");
    browser.fill("dialog [name=username]", "mina");
    browser.fill("dialog [name=password]", "12345678");
    browser.press("Save");
    browser.until_has("dialog .problem");
    browser.fill("dialog [name=password]", STRONG);
    browser.press("Save");
    browser.until_lacks("dialog");
    browser.until_says("Staff: see files");
    browser.press("mina");
    browser.fill("dialog [name=label]", "laptop");
    browser.press("New token");
    browser.until_has(".key input");
    let key = browser.run("return document.querySelector('.key input').value");
    let mina = server.client("mina", key.as_str().unwrap());
    assert_eq!(mina.get("/api/auth/me").send().expect_status(200).json()["username"], "mina");
    browser.press("Revoke laptop");
    browser.until_lacks("[aria-label='Revoke laptop']");
    assert_eq!(mina.get("/api/auth/me").send().status(), 401);
    browser.press("Delete user");
    browser.press("Really delete? The files stay.");
    browser.until_lacks("dialog");
    browser.until("!document.querySelector('table').innerText.includes('mina')");

    // Who has no password needs a token.
    browser.press("New user");
    browser.fill("dialog [name=username]", "robot");
    browser.press("Save");
    browser.until_has("dialog [name=label]");

    browser.go("/?page=system");
    browser.until_says("All is well");
    let problems: Vec<_> = browser.problems().into_iter().filter(|text| !text.contains("/api/users")).collect();
    problem_free(&problems);
}

#[test]
fn people_without_an_account_add_files_by_a_link() {
    let server = server();
    let mina = server.create_user("mina", &Account::staff().grant([CREATE]).password(STRONG));
    let Some(browser) = Browser::start(&server) else { return };
    browser.enter(&mina, "/?page=links");
    browser.press("New upload link");
    browser.fill("dialog [name=description]", "Wedding");
    browser.click("dialog [name=text]");
    browser.press("Create");
    browser.until_has(".key input");
    let link = browser.run("return document.querySelector('.key input').value");
    let link = link.as_str().unwrap().trim_start_matches(&server.url()).to_owned();
    browser.press("Close");
    browser.until_says("0 of 1");

    let guest = Browser::start(&server).expect("a second browser");
    guest.go(&link);
    let picture = server.home().path().join("picture.gif");
    std::fs::write(&picture, "GIF89a\x01\0\x01\0\0\0\0;").unwrap();
    guest.upload(&picture);
    guest.until_says("The server does not accept files of this type.");
    let text = server.home().path().join("wishes.txt");
    std::fs::write(&text, "All the best").unwrap();
    guest.upload(&text);
    guest.until_says("1 of 2 uploaded");
    let file = &server.admin().get("/api/media/files").send().json()["results"][0];
    assert_eq!((&file["name"], &file["user"]["username"]), (&json!("wishes.txt"), &json!("mina")));
    std::fs::write(&text, "and good luck").unwrap();
    guest.upload(&text);
    guest.until_says("This link is used up");

    browser.reload();
    browser.until_says("1 of 1");
    browser.press("Revoke Wedding");
    browser.until_says("The link is revoked");
    assert_eq!(mina.get("/api/media/upload-links").send().json()["count"], 0);
    guest.go(&link.replace("expires=", "expires=1&was="));
    guest.until_says("This link has expired.");
    problem_free(&browser.problems());
}

#[test]
fn an_admin_adds_a_webhook() {
    let server = server();
    let admin = server.admin();
    let Some(browser) = Browser::start(&server) else { return };
    browser.enter(&admin, "/?page=webhooks");
    browser.press("New webhook");
    browser.fill("dialog [name=url]", "https://www.example.org/tintype");
    browser.click("dialog [name='file.deleted']");
    browser.press("Save");
    browser.until("document.querySelector('.key input')?.value.startsWith('whsec_')");
    browser.press("Close");
    browser.until_says("https://www.example.org/tintype");
    let webhook = &admin.get("/api/webhooks").send().json()["results"][0];
    assert_eq!(webhook["events"], json!(["file.created", "file.changed", "preview.ready"]));
    browser.press("https://www.example.org/tintype");
    browser.press("Delete");
    browser.press("Really delete?");
    browser.until_lacks("dialog");
    assert_eq!(admin.get("/api/webhooks").send().json()["count"], 0);
    problem_free(&browser.problems());
}

#[test]
fn a_user_changes_the_own_password_and_sees_nothing_of_others() {
    let server = server();
    let mina = server.create_user("mina", &Account::staff().grant([VIEW]).password(STRONG));
    let Some(browser) = Browser::start(&server) else { return };
    browser.enter(&mina, "/?page=people");
    browser.until_says("There are no files yet.");
    assert_eq!(browser.run("return document.querySelectorAll('.side .entry').length"), 1);
    browser.go("/?page=account");
    browser.fill("[name=old_password]", STRONG);
    browser.fill("[name=new_password]", "another horse battery");
    browser.fill("[name=again]", "another horse battery");
    browser.click(".stack .primary");
    browser.until_says("Password changed");
    let body = json!({"username": "mina", "password": "another horse battery"});
    assert_eq!(server.anonymous().post("/api/auth/token").json(&body).send().status(), 200);
    problem_free(&browser.problems());
}
