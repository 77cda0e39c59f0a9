//! A library under test: its server, what is known of it, and what was found.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tintype_testkit::{Builder, Client, Form, Response, Server, wait_for};

use crate::ledger::{FILES, Ledger};
use crate::report::{Report, START_LIMIT};

/// How long to wait for sweeps and previews.
const PATIENCE: Duration = Duration::from_secs(90);

/// Returns a form with one file.
pub(crate) fn file(name: &str, content: &[u8]) -> Form {
    Form::new().file("f", name, content)
}

/// A client that writes, and notes what was acknowledged.
#[derive(Clone)]
pub(crate) struct Writer {
    pub(crate) admin: Client,
    pub(crate) ledger: Arc<Ledger>,
}

/// A library under test.
pub(crate) struct Library {
    pub(crate) server: Server,
    pub(crate) writer: Writer,
}

/// Returns a builder of a server on a local disk.
pub(crate) fn builder(binary: &Path) -> Builder {
    Server::builder().binary(binary).local_storage()
}

impl Writer {
    /// Uploads a file; returns its id if that was acknowledged, else the answer if there was one.
    pub(crate) fn upload(&self, name: &str, content: &[u8]) -> Result<i64, Option<Response>> {
        let checksum = self.ledger.sending(content);
        let answer = self.admin.post(FILES).multipart(&file(name, content)).try_send();
        match answer {
            Ok(answer) if answer.status() == 201 => {
                let id = answer.json()["id"].as_i64().unwrap();
                self.ledger.is(id, Some(checksum));
                Ok(id)
            }
            answer => Err(answer.ok()),
        }
    }

    /// Uploads a file where nothing is wrong.
    pub(crate) fn create(&self, name: &str, content: &[u8]) -> i64 {
        self.upload(name, content).unwrap_or_else(|answer| panic!("no upload: {answer:?}"))
    }

    /// Replaces the content of a file; returns the status of the answer.
    pub(crate) fn replace(&self, id: i64, name: &str, content: &[u8]) -> Option<u16> {
        let checksum = self.ledger.sending(content);
        self.ledger.may_be(id, Some(checksum.clone()));
        let status = self.admin.patch(&one(id)).multipart(&file(name, content)).try_send().ok()?.status();
        if status == 200 {
            self.ledger.is(id, Some(checksum));
        }
        Some(status)
    }

    /// Deletes a file; returns the status of the answer.
    pub(crate) fn delete(&self, id: i64) -> Option<u16> {
        self.ledger.may_be(id, None);
        let status = self.admin.delete(&one(id)).try_send().ok()?.status();
        if status == 204 {
            self.ledger.is(id, None);
        }
        Some(status)
    }

    /// Returns a file as the API shows it.
    pub(crate) fn object(&self, id: i64) -> Value {
        self.admin.get(&one(id)).send().expect_status(200).json()
    }
}

impl Library {
    pub(crate) fn start(builder: Builder) -> Self {
        let server = builder.start();
        let writer = Writer { admin: server.admin(), ledger: Arc::default() };
        Self { server, writer }
    }

    pub(crate) fn media(&self) -> std::path::PathBuf {
        self.server.home().data_dir().join("media")
    }

    /// Kills the server if it still runs, and starts it again.
    pub(crate) fn crash(&mut self, report: &mut Report) {
        self.server.kill();
        let start = Instant::now();
        match self.server.restart() {
            Ok(()) => note_start(report, start.elapsed()),
            Err(error) => panic!("it does not start again: {error}"),
        }
    }

    /// Compares what is there with what was acknowledged.
    pub(crate) fn verify(&self, report: &mut Report) {
        let findings = self.writer.ledger.verify(&self.writer.admin);
        report.lost += findings.lost.len() as u64;
        report.partial += findings.partial.len() as u64;
        report.problems.extend(findings.lost.into_iter().chain(findings.partial));
    }

    /// Runs `tintype check --deep` beside the server, and returns how many objects the rows own.
    pub(crate) fn check(&self, report: &mut Report) -> u64 {
        let output = self.server.cli(["check", "--deep", "--json"]);
        let mut lines: Vec<Value> = output.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let sums = lines.pop().unwrap_or_default();
        if output.code() != Some(0) {
            report.wrong(format!("`tintype check --deep` found {lines:?} {}", output.stderr.trim()));
        }
        sums["objects"].as_u64().unwrap_or_default()
    }

    /// Waits until no preview is pending.
    pub(crate) fn settle(&self, report: &mut Report) {
        let path = format!("{FILES}?preview_status=pending&limit=1");
        let is_settled = || self.writer.admin.get(&path).send().json()["count"] == 0;
        if wait_for(PATIENCE, || is_settled().then_some(())).is_none() {
            report.wrong("a preview stays pending");
        }
    }

    /// Ends a scenario: has everything swept that is left, then compares everything.
    pub(crate) fn close(mut self, report: &mut Report) {
        self.settle(report);
        self.server.reconfigure("abandoned_after", "1s");
        self.server.restart().unwrap();
        let media = self.media();
        let owned = self.check(report);
        let swept = wait_for(PATIENCE, || (count_objects(&media) == owned).then_some(()));
        if swept.is_none() {
            let owned = self.check(report);
            let found = count_objects(&media);
            report.left_over += found.saturating_sub(owned);
            if found != owned {
                report.wrong(format!("{found} objects are in the storage, and rows own {owned}"));
            }
        }
        self.writer.ledger.read_again();
        self.verify(report);
        self.check(report);
        report.acknowledged += self.writer.ledger.acknowledged();
    }
}

/// Notes how long a start took.
pub(crate) fn note_start(report: &mut Report, took: Duration) {
    report.starts.push(took);
    if took > START_LIMIT {
        report.wrong(format!("a start took {} ms", took.as_millis()));
    }
}

/// Returns the path of a file.
pub(crate) fn one(id: i64) -> String {
    format!("{FILES}/{id}")
}

/// Counts the files below a folder of objects, and whatever uploads have left there.
pub(crate) fn count_objects(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let counts = entries.map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => count_objects(&entry.path()),
        _ => u64::from(entry.file_name() != ".tintype"),
    });
    counts.sum()
}
