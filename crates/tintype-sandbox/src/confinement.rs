//! What a confined process really cannot do.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::net::{TcpListener, UdpSocket};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::confine::confine;
use crate::program::Program;

/// What processes of a program cannot do once they are confined; all `false` where the kernel knows
/// no way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Confinement {
    /// Open files.
    pub no_files: bool,
    /// Use the network.
    pub no_network: bool,
    /// Start processes.
    pub no_processes: bool,
}

/// The argument that asks for a report.
const REPORT: &str = "report-confinement";

/// The parts in the order of a report.
const PARTS: [&str; 3] = ["files", "network", "processes"];

impl Confinement {
    /// Returns whether nothing is left that could be taken away.
    pub fn is_complete(self) -> bool {
        self.parts() == [true; 3]
    }

    fn parts(self) -> [bool; 3] {
        [self.no_files, self.no_network, self.no_processes]
    }

    fn of(parts: [bool; 3]) -> Self {
        let [no_files, no_network, no_processes] = parts;
        Self { no_files, no_network, no_processes }
    }
}

impl fmt::Display for Confinement {
    /// `no files, no network, no processes`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<_> =
            PARTS.iter().zip(self.parts()).filter(|(_, is_off)| *is_off).map(|(name, _)| name).collect();
        match parts.as_slice() {
            [] => f.write_str("nothing"),
            parts => {
                let parts: Vec<_> = parts.iter().map(|name| format!("no {name}")).collect();
                f.write_str(&parts.join(", "))
            }
        }
    }
}

/// If this process was started by [`Program::confinement`]: confines it, tries everything, and
/// writes what it could not do to standard output. To be called before the program does anything
/// else.
pub fn report() -> Option<io::Result<()>> {
    std::env::args_os().next_back().filter(|arg| arg == REPORT).map(|_| write_report())
}

fn write_report() -> io::Result<()> {
    confine(&[]);
    let is_file_refused = File::open("/").is_err();
    let is_network_refused = TcpListener::bind(("127.0.0.1", 0)).is_err() && UdpSocket::bind(("127.0.0.1", 0)).is_err();
    // It does not exist, which a process that may not even be made is not told.
    let is_process_refused = match Command::new("/nowhere/program").spawn() {
        Ok(_) => false,
        Err(error) => error.kind() == io::ErrorKind::PermissionDenied,
    };
    let found = [is_file_refused, is_network_refused, is_process_refused];
    let mut stdout = io::stdout().lock();
    stdout.write_all(&found.map(|is_refused| if is_refused { b'1' } else { b'0' }))?;
    stdout.flush()
}

impl Program {
    /// Starts the program once, with an argument more, which has to call [`report`], and returns
    /// what it could not do.
    ///
    /// # Errors
    /// Where it cannot be started, or does not answer.
    pub fn confinement(&self) -> io::Result<Confinement> {
        let answer = self.clone().with_arg(REPORT).start(Stdio::null(), Some(Duration::from_secs(10)))?.answer(16)?;
        let parts: [u8; 3] = answer.bytes.as_slice().try_into().map_err(|_| {
            io::Error::other(format!("the process for decoding does not say what it may do: {:?}", answer.end))
        })?;
        Ok(Confinement::of(parts.map(|part| part == b'1')))
    }
}

#[cfg(test)]
mod tests {
    use super::Confinement;

    #[test]
    fn what_is_off_is_listed() {
        let all = Confinement { no_files: true, no_network: true, no_processes: true };
        assert_eq!(all.to_string(), "no files, no network, no processes");
        assert!(all.is_complete());
        let some = Confinement { no_network: false, ..all };
        assert_eq!(some.to_string(), "no files, no processes");
        assert!(!some.is_complete());
        assert_eq!(Confinement::default().to_string(), "nothing");
    }
}
