use crate::Ordered;
use serde_json::Value;

/// A complete answer.
#[derive(Debug, Clone)]
pub struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Response {
    /// Makes an answer. Header names are in lower case.
    pub(crate) fn new(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        Self { status, headers, body }
    }

    /// Returns the status code.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns the first header of that name, in whatever case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Returns all headers in their order, with names in lower case.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Returns the body's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// Returns the body as text, with a replacement character for what is not UTF-8.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the body as JSON.
    ///
    /// # Panics
    ///
    /// When it is not JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("the body is not JSON: {error}: {self}"),
        }
    }

    /// Returns the body as JSON that keeps the order of its keys.
    ///
    /// # Panics
    ///
    /// When it is not JSON.
    #[track_caller]
    pub fn ordered(&self) -> Ordered {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("the body is not JSON: {error}: {self}"),
        }
    }

    /// Returns the answer if it has that status.
    ///
    /// # Panics
    ///
    /// When it has another status; the message shows the whole answer.
    #[must_use = "use `assert_eq!` on the status when the answer is not needed"]
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }
}

impl std::fmt::Display for Response {
    /// Writes the answer as it is on the wire, with the body cut after two thousand characters.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(formatter, "HTTP {}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(formatter, "{name}: {value}")?;
        }
        let text: String = self.text().chars().take(2000).collect();
        write!(formatter, "\n{text}")
    }
}
