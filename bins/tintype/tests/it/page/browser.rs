//! A real browser: Chromium without a window, spoken to by WebDriver
//! (<https://www.w3.org/TR/webdriver2/>).

use crate::support::is_told;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tintype_testkit::{Client, Server, wait_for};

/// How long something may take to appear. Other tests run at the same time.
const PATIENCE: Duration = Duration::from_secs(40);

/// By which WebDriver names elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

pub(crate) const ENTER: char = '\u{e007}';
pub(crate) const ESCAPE: char = '\u{e00c}';
pub(crate) const SHIFT: char = '\u{e008}';
pub(crate) const CONTROL: char = '\u{e009}';
pub(crate) const RIGHT: char = '\u{e014}';
pub(crate) const END: char = '\u{e010}';
pub(crate) const DELETE: char = '\u{e017}';

/// A browser with a profile of its own, which ends when it is dropped.
pub(crate) struct Browser {
    driver: Child,
    client: Client,
    session: String,
    site: String,
}

impl Browser {
    /// Starts a browser for the page of a server. If Chromium is not installed, prints a note and
    /// returns `None`; where `CI` is `true` that is a failure. Where the page was tested already,
    /// on the default database and storage, returns `None` as well.
    #[track_caller]
    pub(crate) fn start(server: &Server) -> Option<Self> {
        if is_told() {
            return None;
        }
        let spawned = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut driver = match spawned {
            Ok(driver) => driver,
            Err(error) => {
                assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "no chromedriver: {error}");
                let note = "\n*** SKIPPED tests of the page, which need chromium and chromium-driver\n\n";
                let _ = std::io::stderr().write_all(note.as_bytes());
                return None;
            }
        };
        let mut output = BufReader::new(driver.stdout.take().unwrap());
        let mut line = String::new();
        let port = loop {
            line.clear();
            assert_ne!(output.read_line(&mut line).unwrap(), 0, "chromedriver ended");
            if let Some((_, port)) = line.trim().rsplit_once("started successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        let client = server.anonymous();
        let base = format!("http://127.0.0.1:{port}/session");
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--lang=en",
            "--window-size=1200,800",
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"},
            "unhandledPromptBehavior": "accept",
        }}});
        let answer = client.post(&base).json(&wanted).send();
        let answer = answer.json();
        let id = answer["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {answer}"));
        Some(Self { driver, client, session: format!("{base}/{id}"), site: server.url() })
    }

    #[track_caller]
    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        self.try_command(method, path, body).unwrap_or_else(|error| panic!("{method} {path} {body}: {error}"))
    }

    fn try_command(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let request = self.client.request(method, &format!("{}{path}", self.session));
        let answer = if method == "POST" { request.json(body).send() } else { request.send() };
        let value = answer.json()["value"].clone();
        if answer.status() == 200 { Ok(value) } else { Err(value["message"].as_str().unwrap_or_default().to_owned()) }
    }

    /// Opens a path of the page.
    #[track_caller]
    pub(crate) fn go(&self, path: &str) {
        self.command("POST", "/url", &json!({"url": format!("{}{path}", self.site)}));
    }

    /// Leaves the page.
    #[track_caller]
    pub(crate) fn leave(&self) {
        self.command("POST", "/url", &json!({"url": "about:blank"}));
    }

    #[track_caller]
    pub(crate) fn reload(&self) {
        self.command("POST", "/refresh", &json!({}));
    }

    #[track_caller]
    pub(crate) fn back(&self) {
        self.command("POST", "/back", &json!({}));
    }

    /// Returns the query of the URL.
    #[track_caller]
    pub(crate) fn query(&self) -> String {
        self.run("return location.search").as_str().unwrap_or_default().to_owned()
    }

    /// Runs the body of a function and returns its value.
    #[track_caller]
    pub(crate) fn run(&self, script: &str) -> Value {
        self.command("POST", "/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub(crate) fn until(&self, expression: &str) {
        let script = json!({"script": format!("return Boolean({expression})"), "args": []});
        let holds =
            || self.try_command("POST", "/execute/sync", &script).is_ok_and(|value| value == true).then_some(());
        if wait_for(PATIENCE, holds).is_none() {
            let text = self.run("return document.body.innerText");
            panic!("`{expression}` never holds; the page says {text}, the console {:?}", self.problems());
        }
    }

    /// Waits until the page shows a text.
    #[track_caller]
    pub(crate) fn until_says(&self, text: &str) {
        self.until(&format!("document.body.innerText.includes({})", json!(text)));
    }

    /// Waits until there is such an element.
    #[track_caller]
    pub(crate) fn until_has(&self, selector: &str) {
        self.until(&format!("document.querySelector({})", json!(selector)));
    }

    /// Waits until there is no such element.
    #[track_caller]
    pub(crate) fn until_lacks(&self, selector: &str) {
        self.until(&format!("!document.querySelector({})", json!(selector)));
    }

    #[track_caller]
    fn find(&self, selector: &str) -> String {
        self.until_has(selector);
        let found = self.command("POST", "/element", &json!({"using": "css selector", "value": selector}));
        found[ELEMENT].as_str().unwrap_or_default().to_owned()
    }

    /// Acts on an element, again if the page draws it anew meanwhile.
    #[track_caller]
    fn act(&self, selector: &str, action: &str, body: &Value) {
        let mut last = String::new();
        let acted = wait_for(PATIENCE, || {
            let element = self.find(selector);
            match self.try_command("POST", &format!("/element/{element}/{action}"), body) {
                Ok(_) => Some(()),
                Err(error) => {
                    last = error;
                    None
                }
            }
        });
        assert!(acted.is_some(), "{action} {selector}: {last}");
    }

    /// Clicks on the middle of an element, once it is there.
    #[track_caller]
    pub(crate) fn click(&self, selector: &str) {
        self.act(selector, "click", &json!({}));
    }

    /// Clicks on the button with that text or name.
    #[track_caller]
    pub(crate) fn press(&self, name: &str) {
        let script = format!(
            "[...document.querySelectorAll('button, a')].filter((one) => one.offsetParent !== null || one.closest('dialog')).find((one) => \
             (one.getAttribute('aria-label') ?? one.innerText).trim() === {})",
            json!(name)
        );
        self.until(&script);
        self.run(&format!("{script}.setAttribute('data-found', '')"));
        self.click("[data-found]");
        self.run("document.querySelector('[data-found]')?.removeAttribute('data-found')");
    }

    /// Types a text into a field, in place of what is there.
    #[track_caller]
    pub(crate) fn fill(&self, selector: &str, text: &str) {
        self.act(selector, "clear", &json!({}));
        self.act(selector, "value", &json!({"text": text}));
    }

    /// Chooses a file in a field.
    #[track_caller]
    pub(crate) fn choose(&self, selector: &str, file: &Path) {
        self.act(selector, "value", &json!({"text": file.to_str().unwrap()}));
    }

    /// Chooses files for an upload, as the button does.
    #[track_caller]
    pub(crate) fn upload(&self, file: &Path) {
        // The window in which one chooses belongs to no page.
        self.run("HTMLInputElement.prototype.click = () => {}");
        self.until_has(".upload, .empty .primary");
        self.run("document.querySelector('.upload, .empty .primary').click()");
        self.choose("input.picker", file);
    }

    /// Presses and releases keys, one after the other.
    #[track_caller]
    pub(crate) fn keys(&self, keys: &[char]) {
        self.keys_with(&[], keys);
    }

    /// Presses keys while others are held.
    #[track_caller]
    pub(crate) fn keys_with(&self, held: &[char], keys: &[char]) {
        let event = |kind: &str, key: &char| json!({"type": kind, "value": key.to_string()});
        let mut actions: Vec<_> = held.iter().map(|key| event("keyDown", key)).collect();
        actions.extend(keys.iter().flat_map(|key| [event("keyDown", key), event("keyUp", key)]));
        actions.extend(held.iter().map(|key| event("keyUp", key)));
        self.command("POST", "/actions", &json!({"actions": [{"type": "key", "id": "keys", "actions": actions}]}));
    }

    /// Sends a command of the DevTools protocol.
    #[track_caller]
    pub(crate) fn devtools(&self, command: &str, parameters: &Value) {
        self.command("POST", "/goog/cdp/execute", &json!({"cmd": command, "params": parameters}));
    }

    /// Returns what the console said that is wrong since it was last asked: errors of scripts,
    /// violations of the policy, requests that failed.
    #[track_caller]
    pub(crate) fn problems(&self) -> Vec<String> {
        let entries = self.command("POST", "/se/log", &json!({"type": "browser"}));
        let bad = |entry: &&Value| matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING"));
        let text = |entry: &Value| entry["message"].as_str().unwrap_or_default().to_owned();
        entries.as_array().into_iter().flatten().filter(bad).map(text).collect()
    }

    /// Opens the page as a user who is signed in.
    #[track_caller]
    pub(crate) fn enter(&self, user: &Client, path: &str) {
        self.go("/");
        self.run(&format!("localStorage.setItem('tintype.token', {})", json!(user.token())));
        self.go(path);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends the browser, whose processes are not the driver's own.
        let _ = self.client.delete(&self.session).try_send();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
