//! The scenarios by name.

mod calls;
mod clients;
mod clock;
mod database;
mod disks;
mod kills;
mod power;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::str::FromStr;
use std::time::Instant;

use crate::extent::Extent;
use crate::report::Report;

/// How much is shown of a reason, in characters: some have the whole log of a server in them.
const MOST_TEXT: usize = 400;

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// Killed at every n-th system call of each operation.
    Kill,
    /// Killed at random moments under eight writers.
    RandomKills,
    /// System calls that fail with `EIO`.
    Errors,
    /// A disk without room.
    FullDisk,
    /// A disk without inodes.
    FullInodes,
    /// A disk that becomes read-only.
    ReadOnly,
    /// The state of the disk at a random moment, as after a power cut.
    PowerCut,
    /// A SQLite database that another process has locked.
    Locked,
    /// Clients that go away in the middle of an upload.
    Gone,
    /// The same name, a hundred times at once.
    SameName,
    /// A file that is deleted while it is downloaded.
    DeleteDownload,
    /// A file that fifty clients delete.
    DeleteRace,
    /// A clock that jumps by 400 days, with kills.
    Clock,
    /// Two servers on one SQLite database.
    TwoServers,
}

const NAMES: [(&str, Scenario); 14] = [
    ("kill", Scenario::Kill),
    ("random-kills", Scenario::RandomKills),
    ("errors", Scenario::Errors),
    ("full-disk", Scenario::FullDisk),
    ("full-inodes", Scenario::FullInodes),
    ("read-only", Scenario::ReadOnly),
    ("power-cut", Scenario::PowerCut),
    ("locked", Scenario::Locked),
    ("gone", Scenario::Gone),
    ("same-name", Scenario::SameName),
    ("delete-download", Scenario::DeleteDownload),
    ("delete-race", Scenario::DeleteRace),
    ("clock", Scenario::Clock),
    ("two-servers", Scenario::TwoServers),
];

impl Scenario {
    /// All of them.
    pub const ALL: &[Self] = &{
        let mut all = [Self::Kill; NAMES.len()];
        let mut i = 0;
        while i < NAMES.len() {
            all[i] = NAMES[i].1;
            i += 1;
        }
        all
    };

    fn name(self) -> &'static str {
        NAMES.iter().find(|(_, scenario)| *scenario == self).map_or("", |(name, _)| name)
    }

    /// Runs it with a server of that binary.
    pub fn run(self, binary: &Path, extent: Extent) -> Report {
        let start = Instant::now();
        let mut report = Report { name: self.name(), ..Report::default() };
        let ran = catch_unwind(AssertUnwindSafe(|| match self {
            Self::Kill => calls::kill(binary, extent, &mut report),
            Self::RandomKills => kills::random(binary, extent, &mut report),
            Self::Errors => calls::errors(binary, extent, &mut report),
            Self::FullDisk => disks::full(binary, disks::Shortage::Room, &mut report),
            Self::FullInodes => disks::full(binary, disks::Shortage::Inodes, &mut report),
            Self::ReadOnly => disks::read_only(binary, &mut report),
            Self::PowerCut => power::cut(binary, extent, &mut report),
            Self::Locked => database::locked(binary, extent, &mut report),
            Self::Gone => clients::gone(binary, &mut report),
            Self::SameName => clients::same_name(binary, &mut report),
            Self::DeleteDownload => clients::delete_download(binary, extent, &mut report),
            Self::DeleteRace => clients::delete_race(binary, extent, &mut report),
            Self::Clock => clock::jumps(binary, extent, &mut report),
            Self::TwoServers => database::two_servers(binary, &mut report),
        }));
        match ran {
            Ok(Ok(())) => {}
            Ok(Err(reason)) => report.not_run = Some(reason),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
                let text: String = text.unwrap_or("a panic").chars().take(MOST_TEXT).collect();
                report.wrong(format!("it broke off: {text}"));
            }
        }
        report.took = start.elapsed();
        report
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scenario {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, scenario)| *scenario).ok_or_else(|| {
            let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
            format!("there are: {}", names.join(", "))
        })
    }
}
