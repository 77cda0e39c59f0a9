use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

/// Why a command failed, in one line that says what and, where it is not obvious, what to do.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// Describes what was being done when `error` came, with its causes.
    pub(crate) fn during(what: impl std::fmt::Display, error: &dyn Error) -> Self {
        Self(format!("{what}: {}", causes(error)))
    }

    /// Writes the line to standard error.
    pub(crate) fn report(self) -> ExitCode {
        let line = self.0.replace('\n', " ");
        // Where standard error is closed there is nobody to tell.
        let _ = writeln!(std::io::stderr(), "tintype: {line}");
        ExitCode::FAILURE
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(causes(&error))
    }
}

/// Returns an error's text with those of its sources, leaving out what an outer text already says.
pub(crate) fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let cause = error.to_string();
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
        source = error.source();
    }
    text
}
