//! What is done to a library while a fault strikes.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tintype_testkit::{Request, wait_for};

use crate::ledger::text;
use crate::library::{Library, Writer};
use crate::random::{document, noise, picture};
use crate::report::Report;

const UPLOADS: &str = "/api/media/uploads";

/// An operation that a fault may strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Upload,
    Replacement,
    Delete,
    TusPatch,
    Rendition,
    Preview,
}

/// An operation that can be performed now, by what was made before.
pub(crate) struct Prepared {
    operation: Operation,
    seed: u64,
    /// The file that it is about.
    id: i64,
    /// The path of a resumable upload.
    path: String,
}

/// The rendition that is asked for.
const RENDITION: &str = "width=128";

impl Operation {
    pub(crate) const ALL: [Self; 6] =
        [Self::Upload, Self::Replacement, Self::Delete, Self::TusPatch, Self::Rendition, Self::Preview];

    /// Returns whether the server takes up what was interrupted only after a while.
    pub(crate) fn takes_long_to_finish(self) -> bool {
        self == Self::TusPatch
    }

    /// Makes what the operation needs, before any fault.
    pub(crate) fn prepare(self, writer: &Writer, seed: u64) -> Prepared {
        let mut prepared = Prepared { operation: self, seed, id: 0, path: String::new() };
        match self {
            Self::Upload | Self::Preview => {}
            Self::Replacement | Self::Delete | Self::Rendition => {
                prepared.id = writer.create("before.pgm", &picture(seed * 2 + 1));
            }
            Self::TusPatch => {
                let length = tus_content(seed).len().to_string();
                let name = format!("filename {}", STANDARD.encode("a.bin"));
                let request = tus(writer, "POST", UPLOADS);
                let request = request.header("Upload-Length", &length).header("Upload-Metadata", &name);
                let answer = request.send().expect_status(201);
                prepared.path = answer.header("location").unwrap().to_owned();
            }
        }
        prepared
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Upload => "upload",
            Self::Replacement => "replacement",
            Self::Delete => "delete",
            Self::TusPatch => "tus PATCH",
            Self::Rendition => "rendition",
            Self::Preview => "preview",
        })
    }
}

fn tus<'l>(writer: &'l Writer, method: &str, path: &str) -> Request<'l> {
    writer.admin.request(method, path).header("Tus-Resumable", "1.0.0")
}

fn tus_content(seed: u64) -> Vec<u8> {
    noise(300_000, seed * 2)
}

impl Prepared {
    /// Performs it, whatever comes of it; returns the status of the answer if there was one.
    pub(crate) fn perform(&self, writer: &Writer) -> Option<u16> {
        let created = |result: Result<i64, Option<tintype_testkit::Response>>| match result {
            Ok(_) => Some(201),
            Err(answer) => answer.map(|answer| answer.status()),
        };
        match self.operation {
            Operation::Upload => created(writer.upload("a.pgm", &picture(self.seed * 2))),
            Operation::Preview => created(writer.upload("a.pdf", &document(self.seed))),
            Operation::Replacement => writer.replace(self.id, "after.pgm", &picture(self.seed * 2)),
            Operation::Delete => writer.delete(self.id),
            Operation::Rendition => self.rendition(writer).map(|(status, _)| status),
            Operation::TusPatch => {
                writer.ledger.sending(&tus_content(self.seed));
                self.patch(writer, 0).map(|(status, _)| status)
            }
        }
    }

    /// Finishes, after a fault, what clients would finish.
    pub(crate) fn finish(&self, library: &Library, report: &mut Report) {
        match self.operation {
            Operation::Upload | Operation::Replacement | Operation::Delete => {}
            Operation::Preview => library.settle(report),
            Operation::Rendition => {
                if self.rendition(&library.writer).is_none_or(|(status, is_whole)| status != 200 || !is_whole) {
                    report.wrong("a rendition is not made again after a fault");
                }
            }
            Operation::TusPatch => self.resume(&library.writer, report),
        }
    }

    /// Asks for the rendition; returns the status and whether the picture is whole.
    fn rendition(&self, writer: &Writer) -> Option<(u16, bool)> {
        let object = writer.admin.get(&crate::library::one(self.id)).try_send().ok()?.json();
        let (_, key) = text(&object, "f").split_once("/media/")?;
        let path = format!("/media/{key}?{RENDITION}");
        let answer = writer.admin.get(&path).try_send().ok()?;
        Some((answer.status(), answer.bytes().ends_with(&[0xFF, 0xD9])))
    }

    /// Sends the rest of a resumable upload.
    fn patch(&self, writer: &Writer, offset: usize) -> Option<(u16, Option<String>)> {
        let content = tus_content(self.seed);
        let request = tus(writer, "PATCH", &self.path).header("Upload-Offset", &offset.to_string());
        let answer = request.body("application/offset+octet-stream", &content[offset..]).try_send().ok()?;
        Some((answer.status(), answer.header("upload-file").map(str::to_owned)))
    }

    /// Goes on with a resumable upload as its client would, until it is a file.
    fn resume(&self, writer: &Writer, report: &mut Report) {
        let content = tus_content(self.seed);
        let done = wait_for(Duration::from_secs(90), || {
            let state: Value = writer.admin.get(&self.path).try_send().ok()?.json();
            if !state["file"].is_null() {
                return Some(state);
            }
            let head = tus(writer, "HEAD", &self.path).try_send().ok()?;
            let offset: usize = head.header("upload-offset")?.parse().ok()?;
            if offset < content.len() {
                self.patch(writer, offset);
            } else {
                std::thread::sleep(Duration::from_millis(100));
            }
            None
        });
        let Some(state) = done else { return report.wrong("a resumable upload cannot be finished after a fault") };
        let id = state["file"].as_i64().or_else(|| state["file"]["id"].as_i64());
        let id = id.or_else(|| state["file"].as_str()?.rsplit('/').next()?.parse().ok());
        match id {
            Some(id) => writer.ledger.is(id, Some(crate::ledger::checksum(&content))),
            None => report.wrong(format!("a finished upload names no file: {state}")),
        }
    }
}
