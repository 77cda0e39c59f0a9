use std::sync::atomic::{AtomicU64, Ordering};

/// A `multipart/form-data` body: parts in the order they were added.
///
/// [`Form::text`] and [`Form::file`] write what browsers write (WHATWG HTML, "multipart form
/// data"): UTF-8 as it is, with `"`, CR and LF in names percent-encoded. [`Form::part`] writes any
/// header at all.
#[derive(Debug, Clone)]
pub struct Form {
    boundary: String,
    body: Vec<u8>,
}

impl Default for Form {
    fn default() -> Self {
        Self::new()
    }
}

impl Form {
    /// Returns an empty form with a unique boundary.
    pub fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        Self { boundary: format!("----tintype-testkit-{:08x}-{number:08x}", std::process::id()), body: Vec::new() }
    }

    /// Sets the boundary; call it before adding parts.
    ///
    /// # Panics
    ///
    /// When the form already has parts, which carry the old boundary.
    #[must_use]
    pub fn boundary(mut self, boundary: &str) -> Self {
        assert!(self.body.is_empty(), "the boundary must be set before the first part");
        boundary.clone_into(&mut self.boundary);
        self
    }

    /// Adds a text field.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        let disposition = format!("form-data; name=\"{}\"", escape(name));
        self.part(&[("Content-Disposition", &disposition)], value.as_bytes())
    }

    /// Adds a file, typed `application/octet-stream`.
    #[must_use]
    pub fn file(self, name: &str, file_name: &str, content: impl AsRef<[u8]>) -> Self {
        self.typed_file(name, file_name, "application/octet-stream", content)
    }

    /// Adds a file with that `Content-Type`.
    #[must_use]
    pub fn typed_file(self, name: &str, file_name: &str, content_type: &str, content: impl AsRef<[u8]>) -> Self {
        let disposition = format!("form-data; name=\"{}\"; filename=\"{}\"", escape(name), escape(file_name));
        self.part(&[("Content-Disposition", &disposition), ("Content-Type", content_type)], content)
    }

    /// Adds a file whose name is sent as given, e.g. `filename*=UTF-8''na%C3%AFve.txt`: the
    /// parameters after `name`, unescaped.
    #[must_use]
    pub fn file_with_parameters(self, name: &str, parameters: &str, content: impl AsRef<[u8]>) -> Self {
        let disposition = format!("form-data; name=\"{}\"; {parameters}", escape(name));
        self.part(&[("Content-Disposition", &disposition), ("Content-Type", "application/octet-stream")], content)
    }

    /// Adds a part with exactly these headers.
    #[must_use]
    pub fn part(mut self, headers: &[(&str, &str)], content: impl AsRef<[u8]>) -> Self {
        self.body.extend_from_slice(format!("--{}\r\n", self.boundary).as_bytes());
        for (name, value) in headers {
            self.body.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        self.body.extend_from_slice(b"\r\n");
        self.body.extend_from_slice(content.as_ref());
        self.body.extend_from_slice(b"\r\n");
        self
    }

    /// Returns the value of the `Content-Type` header that goes with the body.
    pub fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// Returns the whole body, with the closing boundary.
    pub fn encode(&self) -> Vec<u8> {
        let mut body = self.body.clone();
        body.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        body
    }

    /// Returns the body around a file that is sent separately: what comes before its bytes, and
    /// what after.
    ///
    /// For a file that is too large for memory, or that the test sends slowly.
    pub fn around_file(&self, name: &str, file_name: &str) -> (Vec<u8>, Vec<u8>) {
        let mut before = self.body.clone();
        before.extend_from_slice(
            format!(
                "--{}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n",
                self.boundary,
                escape(name),
                escape(file_name)
            )
            .as_bytes(),
        );
        (before, format!("\r\n--{}--\r\n", self.boundary).into_bytes())
    }
}

/// Escapes a field or file name for a quoted parameter as browsers do.
fn escape(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_in_order_and_the_boundary_closes_the_body() {
        let form = Form::new().boundary("X").text("name", "n").file("f", "a\r\n.txt", b"12");
        let expected = "--X\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nn\r\n\
                        --X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a%0D%0A.txt\"\r\n\
                        Content-Type: application/octet-stream\r\n\r\n12\r\n--X--\r\n";
        assert_eq!(String::from_utf8(form.encode()).unwrap(), expected);
    }

    #[test]
    fn the_body_around_a_file_is_the_body_with_it() {
        let form = Form::new().text("name", "n");
        let (mut before, after) = form.around_file("f", "a.txt");
        before.extend_from_slice(b"content");
        before.extend_from_slice(&after);
        assert_eq!(before, form.file("f", "a.txt", b"content").encode());
    }
}
