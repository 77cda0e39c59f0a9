use crate::{Error, Form, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::io::{self, Write};

/// What `application/x-www-form-urlencoded` leaves as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A request under construction; [`Request::send`] sends it.
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request<'c> {
    agent: &'c ureq::Agent,
    authorization: Option<&'c str>,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl<'c> Request<'c> {
    pub(crate) fn new(agent: &'c ureq::Agent, authorization: Option<&'c str>, method: &str, url: String) -> Self {
        Self { agent, authorization, method: method.to_owned(), url, headers: Vec::new(), body: None }
    }

    /// Adds query parameters, percent-encoded, after those the path already has.
    pub fn query<'a>(mut self, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let encoded = encode_pairs(parameters);
        if !encoded.is_empty() {
            self.url.push(if self.url.contains('?') { '&' } else { '?' });
            self.url.push_str(&encoded);
        }
        self
    }

    /// Adds a header. It replaces the client's own of the same name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body, of that content type.
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.header("Content-Type", content_type)
    }

    /// Sets a JSON body.
    pub fn json(self, value: &Value) -> Self {
        self.body("application/json", value.to_string())
    }

    /// Sets a form body, `application/x-www-form-urlencoded`.
    pub fn form<'a>(self, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.body("application/x-www-form-urlencoded", encode_pairs(fields))
    }

    /// Sets a `multipart/form-data` body.
    pub fn multipart(self, form: &Form) -> Self {
        self.body(&form.content_type(), form.encode())
    }

    /// Sends the request and reads the whole answer, whatever its status.
    ///
    /// # Panics
    ///
    /// When there is no complete answer.
    #[track_caller]
    pub fn send(self) -> Response {
        match self.try_send() {
            Ok(response) => response,
            Err(error) => panic!("{}", error.report()),
        }
    }

    /// Sends the request and reads the whole answer, whatever its status.
    ///
    /// # Errors
    ///
    /// [`Error::Exchange`] when the connection is refused, breaks or stays silent for a minute.
    pub fn try_send(self) -> Result<Response, Error> {
        let mut body = Vec::new();
        let response = self.send_into(&mut body)?;
        Ok(Response::new(response.status(), response.headers().to_vec(), body))
    }

    /// Sends the request and writes the answer's body into a sink; for bodies that are too large
    /// for memory.
    ///
    /// # Errors
    ///
    /// As [`Request::try_send`], and when the sink refuses the bytes.
    pub fn send_into(self, sink: &mut dyn Write) -> Result<Response, Error> {
        let Self { agent, authorization, method, url, mut headers, body } = self;
        if let Some(authorization) = authorization
            && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
        {
            headers.push(("Authorization".to_owned(), authorization.to_owned()));
        }
        exchange(agent, &method, &url, &headers, body, sink).map_err(|source| Error::Exchange { method, url, source })
    }
}

fn exchange(
    agent: &ureq::Agent,
    method: &str,
    url: &str,
    headers: &[(String, String)],
    body: Option<Vec<u8>>,
    sink: &mut dyn Write,
) -> Result<Response, Box<dyn std::error::Error + Send + Sync>> {
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answer = match body {
        Some(body) => agent.run(request.body(body)?)?,
        None => agent.run(request.body(())?)?,
    };
    let status = answer.status().as_u16();
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let mut reader = answer.into_body().into_with_config().limit(u64::MAX).reader();
    io::copy(&mut reader, sink)?;
    Ok(Response::new(status, headers, Vec::new()))
}

fn encode_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let encoded: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{}={}", utf8_percent_encode(name, ENCODED), utf8_percent_encode(value, ENCODED)))
        .collect();
    encoded.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_encoded_so_that_any_text_survives() {
        assert_eq!(encode_pairs([("search", "50% & ü+1"), ("b", "")]), "search=50%25%20%26%20%C3%BC%2B1&b=");
    }
}
