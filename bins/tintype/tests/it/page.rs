//! The page at `/`, in a real browser.

mod browser;
mod files;
mod people;
mod uploads;

use crate::support::{CREATE, DELETE, VIEW, builder, create, problem_free, server};
use browser::{Browser, END, RIGHT};
use tintype_testkit::{Account, Server};

const STRONG: &str = "correct horse battery";

/// Returns the folder of the assets, such as `/page/0123456789abcdef/`.
fn assets(server: &Server) -> String {
    let text = server.anonymous().get("/").send().expect_status(200).text();
    let (_, rest) = text.split_once("src=\"page/").expect("a script");
    format!("/page/{}/", rest.split('/').next().unwrap())
}

#[test]
fn it_needs_no_other_host_and_runs_nothing_that_was_uploaded() {
    let server = server();
    let page = server.anonymous().get("/").send().expect_status(200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    let folder = assets(&server);
    let policy = page.header("content-security-policy").unwrap();
    let rule = |name: &str| policy.split("; ").find(|rule| rule.starts_with(name)).unwrap_or_default();
    assert_eq!(rule("script-src"), format!("script-src {}{folder}", server.url()));
    assert_eq!(rule("default-src"), "default-src 'none'");
    assert!(!policy.contains("unsafe"), "{policy}");
    let text = page.text();
    assert!(!text.contains("http:") && !text.contains("https:") && !text.contains("ASSETS"), "{text}");
    for (asset, media_type) in [
        ("main.js", "text/javascript; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
        ("actions.js", "text/javascript; charset=utf-8"),
    ] {
        let answer = server.anonymous().get(&format!("{folder}{asset}")).send().expect_status(200);
        assert_eq!(answer.header("content-type"), Some(media_type));
        assert_eq!(answer.header("content-encoding"), Some("gzip"));
        assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
    }
    for path in ["/page/0000000000000000/main.js", &format!("{folder}index.html"), &format!("{folder}../main.js")] {
        assert_eq!(server.anonymous().get(path).send().status(), 404, "{path}");
    }
}

#[test]
fn it_lies_where_the_public_url_is() {
    let server = builder().config("public_url", "https://example.org/files").start();
    let page = server.anonymous().get("/").send().expect_status(200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains(&format!("script-src https://example.org/files{};", assets(&server))), "{policy}");
    assert!(page.text().contains("href=\"page/"), "the links have to be relative");
}

#[test]
fn it_can_be_turned_off() {
    let server = builder().config("page", "false").start();
    assert_eq!(server.anonymous().get("/").send().status(), 404);
    let folder = assets(&crate::support::server());
    assert_eq!(server.anonymous().get(&format!("{folder}main.js")).send().status(), 404);
    assert_eq!(server.anonymous().get("/api/docs").send().status(), 200);
}

#[test]
fn one_signs_in_and_out() {
    let server = server();
    server.create_user("mina", &Account::staff().grant([VIEW]).password(STRONG));
    let Some(browser) = Browser::start(&server) else { return };
    browser.go("/?search=nothing");
    browser.fill("[name=username]", "mina");
    browser.fill("[name=password]", "wrong");
    browser.press("Sign in");
    browser.until_says("The user name or the password is wrong.");
    browser.fill("[name=password]", STRONG);
    browser.press("Sign in");
    browser.until_says("Nothing matches.");
    assert_eq!(browser.query(), "?search=nothing", "the link is followed after the log-in");
    // Only what the user may do is there.
    assert_eq!(browser.run("return Boolean(document.querySelector('.upload'))"), false);
    // The token lives as long as the page unless one wants it to stay.
    browser.reload();
    browser.fill("[name=username]", "mina");
    browser.fill("[name=password]", STRONG);
    browser.click("[name=stay]");
    browser.press("Sign in");
    browser.until_says("Nothing matches.");
    browser.reload();
    browser.until_says("Nothing matches.");
    let token = browser.run("return localStorage.getItem('tintype.token')");
    let session = server.client("mina", token.as_str().unwrap());
    assert_eq!(session.get("/api/auth/me").send().status(), 200);
    browser.press("Account");
    browser.press("Sign out");
    browser.until_has("[name=password]");
    assert_eq!(session.get("/api/auth/me").send().status(), 401, "the token is revoked");
    // The console has the refused log-in, and nothing else.
    let problems = browser.problems();
    assert!(problems.iter().all(|problem| problem.contains("/api/auth/token")), "{problems:?}");

    // By a token, which the session does not use up.
    let admin = server.admin();
    browser.press("Use a token instead");
    browser.fill("[name=token]", admin.token());
    browser.press("Sign in");
    browser.until_says("Nothing matches.");
    browser.press("Account");
    browser.press("Sign out");
    browser.until_has("[name=password]");
    assert_eq!(admin.get("/api/auth/me").send().status(), 200);
    problem_free(&browser.problems());
}

#[test]
fn many_files_are_scrolled_searched_and_filtered() {
    let server = server();
    let admin = server.admin();
    const FILES: usize = 450;
    std::thread::scope(|scope| {
        for part in 0..6 {
            let admin = &admin;
            scope.spawn(move || {
                for number in (part..FILES).step_by(6) {
                    create(admin, &format!("note-{number:04}.txt"), format!("{number}"));
                }
            });
        }
    });
    let Some(browser) = Browser::start(&server) else { return };
    browser.enter(&admin, "/?ordering=name");
    browser.until_says("450 files");
    browser.until_has("[title^='note-0000.txt']");
    let drawn = "document.querySelectorAll('[role=option]').length";
    assert!(browser.run(&format!("return {drawn}")).as_u64().unwrap() < 250, "all files are drawn");
    // The bar is dragged to the end, to where nothing was loaded.
    browser.run("const shelf = document.querySelector('.shelf'); shelf.scrollTop = shelf.scrollHeight");
    browser.until_has("[title^='note-0449.txt']");
    browser.until("!document.querySelector('[title^=\"note-0000.txt\"]')");
    browser.run("document.querySelector('.shelf').scrollTop = 0");
    browser.until_has("[title^='note-0000.txt']");
    // By keys.
    browser.run("document.querySelector('.shelf').focus()");
    browser.keys(&[END]);
    browser.until("document.querySelector('.current')?.title.startsWith('note-0449.txt')");

    // What is searched stands in the URL, as one types.
    browser.fill(".search input", "note-004");
    browser.until_says("10 files");
    browser.until("location.search === '?ordering=name&search=note-004'");
    browser.press("Show as list");
    browser.until_has(".line[title^='note-0049.txt']");
    browser.reload();
    browser.until_has(".line[title^='note-0049.txt']");
    browser.until_says("10 files");
    browser.press("Pictures");
    browser.until_says("Nothing matches.");
    browser.back();
    browser.until_says("10 files");
    browser.click("[title^='note-0041.txt']");
    browser.until_has("dialog.file pre");
    assert!(browser.query().contains("file="), "{}", browser.query());
    browser.until("document.querySelector('dialog.file pre').innerText === '41'");
    browser.keys(&[RIGHT]);
    browser.until("document.querySelector('dialog.file pre')?.innerText === '42'");
    browser.back();
    browser.until_lacks("dialog.file");
    // Another order.
    browser.run("const order = document.querySelector('.order'); order.value = '-name'; order.dispatchEvent(new Event('change'))");
    browser.until("document.querySelector('[role=option]').title.startsWith('note-0049.txt')");
    problem_free(&browser.problems());

    // What is refused is said, and not asked for again and again.
    browser.go("/?size_min=abc");
    browser.until_says("Enter a number.");
    browser.press("Clear all");
    browser.until_says("450 files");
    let refused = server.log().lines().filter(|line| line.contains("status=400")).count();
    assert!((1..=2).contains(&refused), "{refused} requests were refused");
}

#[test]
fn it_speaks_persian_from_right_to_left() {
    let server = server();
    let admin = server.admin();
    create(&admin, "گزارش-۱۴۰۵.txt", "x");
    let Some(browser) = Browser::start(&server) else { return };
    browser.enter(&admin, "/");
    browser.until_says("1 file");
    browser.press("Account");
    browser.run(
        "const choice = document.querySelector('.preferences select'); choice.value = 'fa'; \
         choice.dispatchEvent(new Event('change'))",
    );
    browser.until("document.documentElement.dir === 'rtl' && document.documentElement.lang === 'fa'");
    browser.until_says("۱ پرونده");
    browser.reload();
    browser.until_says("۱ پرونده");
    // Each language has the same texts, and functions where the other has them.
    let folder = assets(&server);
    browser.run(&format!(
        "Promise.all(['en', 'fa', 'ar'].map((code) => import('{folder}text/' + code + '.js'))).then(([en, fa, ar]) => {{ \
         const kinds = (texts) => JSON.stringify(Object.entries(texts.default).map(([name, text]) => name + typeof text).sort()); \
         window.same = kinds(en) === kinds(fa) && kinds(en) === kinds(ar) ? 'same' : 'differ' }})"
    ));
    browser.until("window.same");
    assert_eq!(browser.run("return window.same"), "same");
    problem_free(&browser.problems());
}

#[test]
fn who_may_only_upload_does_that() {
    let server = server();
    let adder = server.staff([CREATE]);
    let Some(browser) = Browser::start(&server) else { return };
    browser.enter(&adder, "/");
    browser.until_says("Drop files or folders anywhere on this page");
    assert_eq!(browser.run("return document.querySelectorAll('.search, .shelf, .folders').length"), 0);
    let path = server.home().path().join("brought.txt");
    std::fs::write(&path, "brought").unwrap();
    browser.upload(&path);
    browser.until_says("One file uploaded");
    assert_eq!(server.admin().get("/api/media/files").send().json()["results"][0]["name"], "brought.txt");

    let nobody = server.staff([DELETE]);
    browser.enter(&nobody, "/");
    browser.until_says("may neither see nor add files");
    problem_free(&browser.problems());
}
