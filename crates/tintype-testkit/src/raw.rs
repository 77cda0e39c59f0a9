use crate::{Error, Response};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// A connection on which a test writes any bytes and reads what comes back.
///
/// Reads fail after thirty seconds, or after the time set with [`RawConnection::set_timeout`].
#[derive(Debug)]
pub struct RawConnection {
    stream: TcpStream,
    pending: Vec<u8>,
}

impl RawConnection {
    /// Connects.
    ///
    /// # Errors
    ///
    /// When nothing accepts the connection within five seconds.
    pub fn open(address: SocketAddr) -> Result<Self, Error> {
        let stream =
            TcpStream::connect_timeout(&address, Duration::from_secs(5)).map_err(Error::io("connect to", address))?;
        let mut connection = Self { stream, pending: Vec::new() };
        connection.stream.set_nodelay(true).map_err(Error::io("configure", address))?;
        connection.set_timeout(Duration::from_secs(30))?;
        Ok(connection)
    }

    /// Sets how long a single read or write may take.
    ///
    /// # Errors
    ///
    /// When the timeout is zero.
    pub fn set_timeout(&mut self, timeout: Duration) -> Result<(), Error> {
        self.stream.set_read_timeout(Some(timeout)).map_err(Error::io("configure", "the connection"))?;
        self.stream.set_write_timeout(Some(timeout)).map_err(Error::io("configure", "the connection"))
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    ///
    /// When the server has closed the connection or does not take the bytes in time.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> Result<(), Error> {
        self.stream.write_all(bytes.as_ref()).map_err(Error::io("write to", "the connection"))
    }

    /// Closes the sending side; the answer can still be read.
    ///
    /// # Errors
    ///
    /// When the connection is gone already.
    pub fn finish_sending(&mut self) -> Result<(), Error> {
        self.stream.shutdown(Shutdown::Write).map_err(Error::io("half-close", "the connection"))
    }

    /// Reads one answer, an interim one (`100 Continue`) included; an interim answer has no body.
    ///
    /// # Errors
    ///
    /// When the connection ends or stalls before the answer is complete, or the answer is not HTTP.
    pub fn read_any_response(&mut self) -> Result<Response, Error> {
        self.read_one(true)
    }

    /// Reads one answer, and skips interim ones.
    ///
    /// # Errors
    ///
    /// As [`RawConnection::read_any_response`].
    pub fn read_response(&mut self) -> Result<Response, Error> {
        loop {
            let response = self.read_one(true)?;
            if response.status() >= 200 {
                return Ok(response);
            }
        }
    }

    /// Reads one answer to a `HEAD`, which has no body whatever its headers say.
    ///
    /// # Errors
    ///
    /// As [`RawConnection::read_any_response`].
    pub fn read_head_response(&mut self) -> Result<Response, Error> {
        self.read_one(false)
    }

    /// Reads until the server closes the connection or stalls, and returns the bytes; empty if it
    /// closed the connection without an answer.
    pub fn read_until_closed(&mut self) -> Vec<u8> {
        while matches!(self.fill(), Ok(count) if count > 0) {}
        std::mem::take(&mut self.pending)
    }

    fn read_one(&mut self, with_body: bool) -> Result<Response, Error> {
        let end = loop {
            if let Some(position) = find(&self.pending, b"\r\n\r\n") {
                break position;
            }
            self.fill_some("the head is incomplete")?;
        };
        let head: Vec<u8> = self.pending.drain(..end + 4).collect();
        let (status, headers) = parse_head(&head)?;
        let header = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());

        let body = if !with_body || status < 200 || status == 204 || status == 304 {
            Vec::new()
        } else if header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
            self.read_chunks()?
        } else if let Some(length) = header("content-length") {
            let length = length.parse().map_err(|_| malformed("the content length is not a number", &head))?;
            self.take(length)?
        } else {
            self.read_until_closed()
        };
        Ok(Response::new(status, headers, body))
    }

    fn read_chunks(&mut self) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                if let Some(position) = find(&self.pending, b"\r\n") {
                    break position;
                }
                self.fill_some("a chunk is incomplete")?;
            };
            let line: Vec<u8> = self.pending.drain(..end + 2).collect();
            let digits = String::from_utf8_lossy(&line);
            let digits = digits.split(';').next().unwrap_or_default().trim().to_owned();
            let length =
                usize::from_str_radix(&digits, 16).map_err(|_| malformed("the chunk length is not a number", &line))?;
            body.extend(self.take(length)?);
            self.take(2)?;
            if length == 0 {
                return Ok(body);
            }
        }
    }

    fn take(&mut self, length: usize) -> Result<Vec<u8>, Error> {
        while self.pending.len() < length {
            self.fill_some("the body is incomplete")?;
        }
        Ok(self.pending.drain(..length).collect())
    }

    fn fill_some(&mut self, what: &'static str) -> Result<(), Error> {
        match self.fill()? {
            0 => Err(malformed(what, &self.pending)),
            _ => Ok(()),
        }
    }

    fn fill(&mut self) -> Result<usize, Error> {
        let mut buffer = [0; 16 * 1024];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(count) => {
                    self.pending.extend_from_slice(&buffer[..count]);
                    return Ok(count);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::io("read from", "the connection")(error)),
            }
        }
    }
}

fn parse_head(head: &[u8]) -> Result<(u16, Vec<(String, String)>), Error> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.trim_end().split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.strip_prefix("HTTP/1."))
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| malformed("no status line", head))?;
    let mut headers = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(':').ok_or_else(|| malformed("a header without a colon", head))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    Ok((status, headers))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn malformed(what: &'static str, bytes: &[u8]) -> Error {
    Error::Malformed { what, excerpt: String::from_utf8_lossy(&bytes[..bytes.len().min(300)]).into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::thread;

    /// Answers the first connection with fixed bytes.
    fn connection_that_hears(answer: &'static [u8]) -> RawConnection {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || listener.accept().unwrap().0.write_all(answer).unwrap());
        RawConnection::open(address).unwrap()
    }

    #[test]
    fn answers_are_read_one_by_one_past_interim_ones() {
        let mut connection = connection_that_hears(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 204 No Content\r\n\r\n",
        );
        let first = connection.read_response().unwrap();
        assert_eq!((first.status(), first.bytes()), (200, &b"hi"[..]));
        assert_eq!(connection.read_response().unwrap().status(), 204);
        assert!(matches!(connection.read_response(), Err(Error::Malformed { .. })));
    }

    #[test]
    fn chunked_bodies_are_put_together() {
        let mut connection = connection_that_hears(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
        );
        assert_eq!(connection.read_response().unwrap().bytes(), b"abcde");
    }

    #[test]
    fn a_body_without_a_length_ends_with_the_connection() {
        let mut connection = connection_that_hears(b"HTTP/1.1 200 OK\r\nX: y\r\n\r\nrest");
        let response = connection.read_response().unwrap();
        assert_eq!((response.header("x"), response.bytes()), (Some("y"), &b"rest"[..]));
    }

    #[test]
    fn what_is_not_http_is_an_error() {
        assert!(matches!(connection_that_hears(b"SSH-2.0\r\n\r\n").read_response(), Err(Error::Malformed { .. })));
    }
}
