use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

/// Why a server did not start, a command failed, or an answer could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The program could not be started at all.
    #[error("cannot run `{}`", program.display())]
    Spawn {
        /// What was to be run.
        program: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The server ended before it answered `/healthz`.
    #[error("the server ended with {status} before it was ready\n{log}")]
    Exited {
        /// How it ended.
        status: ExitStatus,
        /// Everything it printed.
        log: String,
    },
    /// The server did not answer `/healthz` in time.
    #[error("the server was not ready after {waited:?}\n{log}")]
    NotReady {
        /// How long it was given.
        waited: Duration,
        /// Everything it printed so far.
        log: String,
    },
    /// The server did not end in time after a signal.
    #[error("the server still ran {waited:?} after the signal\n{log}")]
    StillRunning {
        /// How long it was given.
        waited: Duration,
        /// Everything it printed so far.
        log: String,
    },
    /// A command of the binary failed that had to succeed.
    #[error("`tintype {}` ended with {status}: {stderr}", arguments.join(" "))]
    Command {
        /// The arguments it was called with.
        arguments: Vec<String>,
        /// How it ended.
        status: ExitStatus,
        /// What it printed on standard error.
        stderr: String,
    },
    /// A server that tests need is not on this machine.
    #[error("{what} is not installed; get it by `{how}`")]
    NotInstalled {
        /// What is missing.
        what: &'static str,
        /// A command that installs it.
        how: &'static str,
    },
    /// PostgreSQL did not start, or refused what was asked.
    #[error("PostgreSQL failed: {problem}")]
    Postgres {
        /// What it printed.
        problem: String,
    },
    /// A file or socket operation failed.
    #[error("cannot {operation} `{subject}`")]
    Io {
        /// What was tried, as a verb.
        operation: &'static str,
        /// The path or address it was tried on.
        subject: String,
        /// The operating system's reason.
        source: io::Error,
    },
    /// A request got no complete answer.
    #[error("`{method} {url}` got no complete answer")]
    Exchange {
        /// The request's method.
        method: String,
        /// The request's address.
        url: String,
        /// The client library's reason.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// What came back is not an HTTP response.
    #[error("the answer is not HTTP: {what}: `{excerpt}`")]
    Malformed {
        /// What is wrong with it.
        what: &'static str,
        /// The bytes at hand, readable.
        excerpt: String,
    },
}

impl Error {
    /// Returns a closure that wraps an I/O error with what was tried on what.
    pub(crate) fn io(operation: &'static str, subject: impl std::fmt::Display) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { operation, subject: subject.to_string(), source }
    }

    /// Returns the error and all of its causes as text, for a panic message.
    pub(crate) fn report(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}
