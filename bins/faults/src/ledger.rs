//! What was acknowledged, and what may therefore be there.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use sha2::{Digest, Sha256};
use tintype_testkit::Client;

pub(crate) const FILES: &str = "/api/media/files";

/// Returns a checksum as the API writes it.
pub(crate) fn checksum(bytes: &[u8]) -> String {
    let digits: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

/// The state of a file: the checksum of its content, or that it is deleted.
type State = Option<String>;

/// What is known of the files of a library by the answers that came, and by the requests to which
/// none came.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Every state that a file may be in.
    files: BTreeMap<i64, Vec<State>>,
    /// The checksum of everything that was ever sent.
    sent: HashSet<String>,
    /// The content of a file that was read back, whole.
    read: HashMap<i64, String>,
    acknowledged: u64,
}

/// What a look at all files found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Acknowledged writes that are not there any more.
    pub(crate) lost: Vec<String>,
    /// Files that are served and were never sent like that.
    pub(crate) partial: Vec<String>,
}

impl Ledger {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that this content may appear as a file from now on.
    pub(crate) fn sending(&self, content: &[u8]) -> String {
        let checksum = checksum(content);
        self.known().sent.insert(checksum.clone());
        checksum
    }

    /// Notes that a file may be in another state from now on.
    pub(crate) fn may_be(&self, id: i64, state: State) {
        let known = &mut *self.known();
        known.sent.extend(state.clone());
        known.files.entry(id).or_insert_with(|| vec![None]).push(state);
    }

    /// Notes that the server has said that a file is in this state.
    pub(crate) fn is(&self, id: i64, state: State) {
        let known = &mut *self.known();
        known.sent.extend(state.clone());
        known.files.insert(id, vec![state]);
        known.acknowledged += 1;
    }

    pub(crate) fn acknowledged(&self) -> u64 {
        self.known().acknowledged
    }

    /// Returns the files that are there for certain.
    pub(crate) fn present(&self) -> Vec<i64> {
        let known = self.known();
        let present = known.files.iter().filter(|(_, states)| !states.contains(&None));
        present.map(|(&id, _)| id).collect()
    }

    /// Compares every file that is listed with what may be there, and reads those that were not
    /// read since they changed. From then on, every file is in the state it was found in.
    pub(crate) fn verify(&self, admin: &Client) -> Findings {
        let listed = list(admin);
        let known = &mut *self.known();
        let mut findings = Findings::default();
        for (&id, states) in &known.files {
            let found = listed.get(&id).map(|object| text(object, "checksum").to_owned());
            if !states.contains(&found) {
                findings.lost.push(format!("file {id} is {found:?}, and has to be one of {states:?}"));
            }
        }
        for (&id, object) in &listed {
            let checksum = text(object, "checksum").to_owned();
            if !known.sent.contains(&checksum) {
                findings.partial.push(format!("file {id} was never sent like that: {object}"));
            }
            if known.read.get(&id) != Some(&checksum) {
                findings.partial.extend(read(admin, object, &checksum));
                known.read.insert(id, checksum);
            }
        }
        let ids: HashSet<i64> = known.files.keys().chain(listed.keys()).copied().collect();
        for id in ids {
            let state = listed.get(&id).map(|object| text(object, "checksum").to_owned());
            known.files.insert(id, vec![state]);
        }
        findings
    }

    /// Forgets what was read, so that the next look reads everything again.
    pub(crate) fn read_again(&self) {
        self.known().read.clear();
    }
}

/// Reads content and thumbnails of a file, and says what is wrong with them.
fn read(admin: &Client, object: &Value, wanted: &str) -> Option<String> {
    let of_preview = object["preview"]["thumbnails"].as_array().cloned().unwrap_or_default();
    let thumbnails = object["thumbnails"].as_array().cloned().unwrap_or_default();
    for (number, media) in std::iter::once(object).chain(&thumbnails).chain(&of_preview).enumerate() {
        let url = text(media, "f");
        match admin.get(url).try_send() {
            Ok(answer) if answer.status() != 200 => return Some(format!("{url} is answered {}", answer.status())),
            Ok(answer) if number == 0 && checksum(answer.bytes()) != wanted => {
                return Some(format!("{url} has other bytes than its checksum says"));
            }
            Ok(answer) if answer.bytes().is_empty() && number > 0 => return Some(format!("{url} is empty")),
            Ok(_) => {}
            Err(error) => return Some(format!("{url} cannot be read: {error}")),
        }
    }
    None
}

/// Returns all files that are listed.
fn list(admin: &Client) -> BTreeMap<i64, Value> {
    let mut files = BTreeMap::new();
    loop {
        let path = format!("{FILES}?ordering=id&limit=1000&offset={}", files.len());
        let mut page = admin.get(&path).send().expect_status(200).json();
        let Value::Array(results) = page["results"].take() else { panic!("a page without results") };
        if results.is_empty() {
            return files;
        }
        files.extend(results.into_iter().map(|object| (object["id"].as_i64().unwrap(), object)));
    }
}

pub(crate) fn text<'v>(object: &'v Value, member: &str) -> &'v str {
    object[member].as_str().unwrap_or_else(|| panic!("no `{member}` in {object}"))
}
