use crate::support::picture::{gradient, jpeg};
use crate::support::{FILES, checksum, file, noise, one, text};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{Scope, sleep};
use std::time::{Duration, Instant};
use tintype_testkit::{Client, Form, Request};

/// How long whoever was told to come back stays away: shorter than `Retry-After` says, so that more
/// come meanwhile.
const AWAY: Duration = Duration::from_millis(50);

/// Clients that upload, replace and delete, and remember what they were promised.
#[derive(Default)]
pub(super) struct Load {
    /// The checksums that a file may have by its number: one, or two while it is not known whether
    /// its content was replaced.
    files: Mutex<HashMap<i64, Vec<String>>>,
    answers: Mutex<Vec<Answer>>,
    over: AtomicBool,
    seed: AtomicU64,
}

/// How a request was answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    pub(super) what: What,
    pub(super) begun: Instant,
    pub(super) took: Duration,
    /// `None` where the connection broke.
    pub(super) status: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Write,
    /// A page of the list.
    Read,
}

impl Answer {
    pub(super) fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| status < 300)
    }
}

/// Ends its load when it goes, also because a test fails.
pub(super) struct Running<'l>(&'l Load);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.over.store(true, Ordering::SeqCst);
    }
}

impl Load {
    /// Starts eight writers and two readers, which take the clients in turn until the guard is
    /// dropped; they finish what they are at.
    pub(super) fn begin<'s, 'e>(&'e self, scope: &'s Scope<'s, 'e>, clients: &'e [Client]) -> Running<'e> {
        for first in 0..8 {
            scope.spawn(move || self.write(clients.iter().cycle().skip(first)));
        }
        for first in 0..2 {
            scope.spawn(move || self.read(clients.iter().cycle().skip(first)));
        }
        Running(self)
    }

    /// Returns all answers so far.
    pub(super) fn answers(&self) -> Vec<Answer> {
        self.answers.lock().unwrap().clone()
    }

    /// Returns how many writes succeeded so far.
    pub(super) fn written(&self) -> usize {
        self.answers().iter().filter(|answer| answer.what == What::Write && answer.succeeded()).count()
    }

    /// Returns the files that have to be there, and the checksums that each may have.
    pub(super) fn acknowledged(&self) -> HashMap<i64, Vec<String>> {
        self.files.lock().unwrap().clone()
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    fn read<'c>(&self, clients: impl Iterator<Item = &'c Client>) {
        for client in clients.take_while(|_| !self.is_over()) {
            self.ask(What::Read, client.get(FILES));
            sleep(AWAY);
        }
    }

    fn write<'c>(&self, clients: impl Iterator<Item = &'c Client>) {
        let mut last = None;
        for (number, client) in clients.enumerate().take_while(|_| !self.is_over()) {
            last = match (number % 6, last) {
                (3, Some(id)) => self.replace(client, id),
                (5, Some(id)) => self.delete(client, id),
                (_, last) => self.upload(client).or(last),
            };
        }
    }

    fn upload(&self, client: &Client) -> Option<i64> {
        let (form, checksum) = self.content();
        let object = self.ask(What::Write, client.post(FILES).multipart(&form))?;
        assert_eq!(text(&object, "checksum"), checksum);
        let id = object["id"].as_i64().unwrap();
        self.files.lock().unwrap().insert(id, vec![checksum]);
        Some(id)
    }

    fn replace(&self, client: &Client, id: i64) -> Option<i64> {
        let (form, checksum) = self.content();
        self.files.lock().unwrap().get_mut(&id).unwrap().push(checksum.clone());
        // Without an answer both old and new are right from now on.
        if self.ask(What::Write, client.patch(&path(id)).multipart(&form)).is_some() {
            self.files.lock().unwrap().insert(id, vec![checksum]);
        }
        Some(id)
    }

    fn delete(&self, client: &Client, id: i64) -> Option<i64> {
        self.files.lock().unwrap().remove(&id);
        self.ask(What::Write, client.delete(&path(id)));
        None
    }

    /// Returns a form that no other is like: mostly something small, now and then what goes in
    /// parts.
    fn content(&self) -> (Form, String) {
        let seed = self.seed.fetch_add(1, Ordering::SeqCst);
        let content = match seed % 40 {
            39 => noise(7_000_000, seed),
            rest if rest % 3 == 0 => jpeg(&gradient(40 + u32::try_from(seed % 1000).unwrap(), 30)),
            _ => noise(20_000, seed),
        };
        (file("same.jpg", &content), checksum(&content))
    }

    /// Sends a request, notes how it went, and returns what the server has to say of success.
    fn ask(&self, what: What, request: Request<'_>) -> Option<Value> {
        let begun = Instant::now();
        let result = request.try_send();
        let answer = Answer { what, begun, took: begun.elapsed(), status: result.as_ref().ok().map(|r| r.status()) };
        self.answers.lock().unwrap().push(answer);
        if !answer.succeeded() {
            sleep(AWAY);
        }
        let response = result.ok()?;
        match response.status() {
            204 => Some(Value::Null),
            200 | 201 => Some(response.json()),
            503 => {
                assert!(response.header("retry-after").is_some(), "{response}");
                None
            }
            _ => panic!("{response}"),
        }
    }
}

fn path(id: i64) -> String {
    one(&serde_json::json!({ "id": id }))
}
