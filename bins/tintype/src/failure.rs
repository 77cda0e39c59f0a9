use std::error::Error;
use std::io::Write;
use tintype_library::causes;

/// Writes a line to standard error that keeps nobody from going on.
pub(crate) fn warn(warning: &str) {
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "tintype: warning: {warning}");
}

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
    pub(crate) fn report(self) {
        let line = self.0.replace('\n', " ");
        // Where standard error is closed there is nobody to tell.
        let _ = writeln!(std::io::stderr(), "tintype: {line}");
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(causes(&error))
    }
}
