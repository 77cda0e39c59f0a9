use actix_web::error::PayloadError;
use actix_web::web::{Bytes, BytesMut};
use futures_util::{Stream, TryStreamExt};
use memchr::memmem;

use super::disposition::Disposition;
use crate::body::early_end;
use crate::problem::{Defect, Format, Problem};

/// The largest size of the headers of a part, in bytes.
pub(super) const MAX_HEADER_BYTES: usize = 8 << 10;

/// The longest white space between a boundary and the end of its line.
const MAX_PADDING_BYTES: usize = 256;

/// A streaming parser that splits a `multipart/form-data` body (RFC 7578, RFC 2046 section 5.1)
/// into its parts.
///
/// It is as lenient as Django: white space may follow a boundary, headers may contain any bytes,
/// and lines that are not headers are ignored. A line that only begins like a boundary is content.
pub(super) struct Parts<S> {
    body: S,
    buffer: BytesMut,
    /// Finds `\r\n--` and the boundary.
    finder: memmem::Finder<'static>,
    place: Place,
    /// Bytes at the front of the buffer that are not content. A boundary includes the line break
    /// before it; at the beginning of the body or of a part's content, that line break is not
    /// content, but has to stay in the buffer until it is known whether a boundary follows.
    unread_break: usize,
    bytes_left: u64,
    max_bytes: u64,
}

/// The headers of a part.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) disposition: Disposition,
    /// Whether the content is encoded in Base64, the only transfer encoding that Django decodes.
    pub(super) is_base64: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the first boundary, or in the content of a part.
    Content,
    /// After the boundary of a part. The buffer begins with the line break after it.
    Headers,
    /// After the last boundary.
    End,
}

/// What the buffer contains.
enum Found {
    /// A boundary of `length` bytes, preceded by `before` bytes.
    Boundary { before: usize, length: usize, is_last: bool },
    /// This many bytes without a boundary. The bytes after them may be the beginning of one.
    Content(usize),
}

impl<S: Stream<Item = Result<Bytes, PayloadError>> + Unpin> Parts<S> {
    /// Returns the parts of a body of at most `max_bytes`.
    pub(super) fn new(boundary: &str, body: S, max_bytes: u64) -> Self {
        Self {
            body,
            buffer: BytesMut::from("\r\n"),
            finder: memmem::Finder::new(&format!("\r\n--{boundary}")).into_owned(),
            place: Place::Content,
            unread_break: 2,
            bytes_left: max_bytes,
            max_bytes,
        }
    }

    /// Skips the rest of the current part and returns the next one.
    pub(super) async fn next_part(&mut self) -> Result<Option<Part>, Problem> {
        while self.next_bytes().await?.is_some() {}
        if self.place == Place::End {
            return Ok(None);
        }
        let headers = self.read_headers().await?;
        self.place = Place::Content;
        Ok(Some(Part::new(&headers)))
    }

    /// Returns the next bytes of the current part's content, `None` at its end.
    pub(super) async fn next_bytes(&mut self) -> Result<Option<Bytes>, Problem> {
        while self.place == Place::Content {
            let content = match self.find_boundary() {
                Found::Boundary { before, length, is_last } => {
                    let content = self.take_content(before);
                    let _ = self.buffer.split_to(length);
                    self.place = if is_last { Place::End } else { Place::Headers };
                    content
                }
                Found::Content(length) => {
                    let content = self.take_content(length);
                    if content.is_empty() {
                        self.receive().await?;
                    }
                    content
                }
            };
            if !content.is_empty() {
                return Ok(Some(content));
            }
        }
        Ok(None)
    }

    fn take_content(&mut self, length: usize) -> Bytes {
        let unread_break = self.unread_break.min(length);
        self.unread_break -= unread_break;
        let _ = self.buffer.split_to(unread_break);
        self.buffer.split_to(length - unread_break).freeze()
    }

    /// Reads up to the next empty line; nothing if there is a boundary before it.
    async fn read_headers(&mut self) -> Result<Bytes, Problem> {
        loop {
            let end = memmem::find(&self.buffer, b"\r\n\r\n");
            let found = self.find_boundary();
            let unsure = match (end, found) {
                // A part without headers.
                (end, Found::Boundary { before, .. }) if end.is_none_or(|end| before < end) => {
                    self.unread_break = 0;
                    return if before > MAX_HEADER_BYTES { Err(too_long()) } else { Ok(Bytes::new()) };
                }
                (Some(end), _) if end > MAX_HEADER_BYTES => return Err(too_long()),
                (Some(end), _) => {
                    // The second line break may belong to a boundary.
                    self.unread_break = 2;
                    return Ok(self.buffer.split_to(end + 2).freeze());
                }
                (None, Found::Boundary { before, .. }) => before,
                (None, Found::Content(length)) => length,
            };
            if unsure > MAX_HEADER_BYTES {
                return Err(too_long());
            }
            self.receive().await?;
        }
    }

    fn find_boundary(&self) -> Found {
        let mut from = 0;
        while let Some(found) = self.finder.find(&self.buffer[from..]) {
            let before = from + found;
            let line = before + self.finder.needle().len();
            let rest = &self.buffer[line..];
            let padding = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            match rest[padding..] {
                [b'-', b'-', ..] if padding == 0 => {
                    return Found::Boundary { before, length: line - before + 2, is_last: true };
                }
                [b'\r', b'\n', ..] if padding <= MAX_PADDING_BYTES => {
                    return Found::Boundary { before, length: line - before + padding, is_last: false };
                }
                [] | [b'\r'] if padding <= MAX_PADDING_BYTES => return Found::Content(before),
                [b'-'] if padding == 0 => return Found::Content(before),
                _ => from = line,
            }
        }
        // The last bytes may be the beginning of a boundary.
        let unsure = self.finder.needle().len() - 1;
        Found::Content(self.buffer.len().saturating_sub(unsure).max(from))
    }

    async fn receive(&mut self) -> Result<(), Problem> {
        let received = self.body.try_next().await.map_err(|error| early_end(Format::Multipart, &error))?;
        let bytes = received.ok_or_else(|| malformed(Defect::CutShort))?;
        let too_large = tintype_library::Error::TooLarge { limit: self.max_bytes };
        self.bytes_left = self.bytes_left.checked_sub(bytes.len() as u64).ok_or(too_large)?;
        self.buffer.extend_from_slice(&bytes);
        Ok(())
    }
}

impl Part {
    /// Parses the headers of a part. Other lines are ignored; if a header occurs several times, the
    /// last one counts.
    fn new(headers: &[u8]) -> Self {
        let mut part = Self::default();
        for line in headers.split(|&byte| byte == b'\n') {
            let line = std::str::from_utf8(line).ok().and_then(|line| line.split_once(':'));
            let Some((name, value)) = line else { continue };
            let (name, value) = (name.trim(), value.trim());
            if name.eq_ignore_ascii_case("content-disposition") {
                part.disposition = Disposition::parse(value);
            } else if name.eq_ignore_ascii_case("content-transfer-encoding") {
                let encoding = value.split(';').next().unwrap_or_default();
                part.is_base64 = encoding.trim().eq_ignore_ascii_case("base64");
            }
        }
        part
    }
}

fn malformed(defect: Defect) -> Problem {
    Problem::Malformed { format: Format::Multipart, defect }
}

fn too_long() -> Problem {
    malformed(Defect::LongHeaders { limit: MAX_HEADER_BYTES })
}

#[cfg(test)]
mod tests {
    use actix_web::error::PayloadError;
    use actix_web::web::Bytes;
    use futures_util::{FutureExt, stream};
    use proptest::prelude::*;

    use super::{MAX_HEADER_BYTES, Part, Parts};
    use crate::problem::{Defect, Problem};

    type Parsed = Result<Vec<(Part, Vec<u8>)>, Problem>;

    /// Parses a body that comes in these chunks.
    fn parse(boundary: &str, chunks: &[&[u8]], max_bytes: u64) -> Parsed {
        let chunks: Vec<_> = chunks.iter().map(|chunk| Ok::<_, PayloadError>(Bytes::copy_from_slice(chunk))).collect();
        let mut parts = Parts::new(boundary, stream::iter(chunks), max_bytes);
        let all = async {
            let mut all = Vec::new();
            while let Some(part) = parts.next_part().await? {
                let mut content = Vec::new();
                while let Some(bytes) = parts.next_bytes().await? {
                    assert!(!bytes.is_empty());
                    content.extend_from_slice(&bytes);
                }
                all.push((part, content));
            }
            Ok(all)
        };
        all.now_or_never().unwrap()
    }

    /// Parses a body whole, split at every place, and byte by byte: the outcome is the same.
    fn parse_split(body: &[u8]) -> Parsed {
        let whole = parse("XbX", &[body], u64::MAX);
        let bytes: Vec<_> = body.chunks(1).collect();
        let splits = (0..=body.len()).map(|at| vec![&body[..at], &body[at..]]);
        for chunks in splits.chain([bytes]) {
            let split = parse("XbX", &chunks, u64::MAX);
            assert_eq!(format!("{split:?}"), format!("{whole:?}"), "{}", body.escape_ascii());
        }
        whole
    }

    fn contents(body: &str) -> Vec<(Option<String>, String)> {
        let parts = parse_split(body.as_bytes()).unwrap().into_iter();
        parts.map(|(part, content)| (part.disposition.name, String::from_utf8(content).unwrap())).collect()
    }

    const HEADER: &str = "Content-Disposition: form-data; name=\"f\"\r\n";

    #[test]
    fn parts_are_what_stands_between_boundaries_wherever_packets_end() {
        let f = |content: &str| (Some("f".to_owned()), content.to_owned());
        let nameless = |content: &str| (None, content.to_owned());
        for (body, expected) in [
            (format!("--XbX\r\n{HEADER}\r\nhello\r\n--XbX--\r\n"), vec![f("hello")]),
            (format!("preamble\r\n--XbX\r\n{HEADER}\r\nhello\r\n--XbX--epilogue"), vec![f("hello")]),
            (format!("\r\n--XbX\r\n{HEADER}\r\na\r\n--XbX\r\n{HEADER}\r\nb\r\n--XbX--"), vec![f("a"), f("b")]),
            // White space behind a boundary.
            (format!("--XbX \t\r\n{HEADER}\r\nhello\r\n--XbX--  \r\n"), vec![f("hello")]),
            // Nothing, with its own line break and without.
            (format!("--XbX\r\n{HEADER}\r\n\r\n--XbX--"), vec![f("")]),
            (format!("--XbX\r\n{HEADER}\r\n--XbX--"), vec![f("")]),
            // What only looks like a boundary.
            (
                format!("--XbX\r\n{HEADER}\r\n\r\n--XbX-\r\n--XbXy\r\n--Xb\r\n--XbX \ra\r\n\r\n--XbX--"),
                vec![f("\r\n--XbX-\r\n--XbXy\r\n--Xb\r\n--XbX \ra\r\n")],
            ),
            (format!("--XbX\r\n{HEADER}\r\n--XbXy\r\r\n--XbX--"), vec![f("--XbXy\r")]),
            // Parts of which nobody can know what they are for.
            ("--XbX\r\n\r\nx\r\n--XbX--".to_owned(), vec![nameless("x")]),
            ("--XbX\r\nContent-Type: a/b\r\n\r\nx\r\n--XbX--".to_owned(), vec![nameless("x")]),
            (
                format!("--XbX\r\nno header\r\n--XbX\r\n{HEADER}\r\nx\r\n--XbX--"),
                vec![nameless("\r\nno header"), f("x")],
            ),
            (format!("--XbX\r\n--XbX\r\n{HEADER}\r\nx\r\n--XbX--"), vec![nameless(""), f("x")]),
            ("--XbX--".to_owned(), vec![]),
        ] {
            assert_eq!(contents(&body), expected, "{}", body.escape_debug());
        }
    }

    #[test]
    fn headers_may_hold_anything() {
        let headers = "no header\r\ncontent-disposition : attachment; name=f; filename=\"a\0b\"\r\n\
            Content-Transfer-Encoding: BASE64; x\r\n";
        let body = format!("--XbX\r\n{headers}\r\nx\r\n--XbX--");
        let (part, _) = parse_split(body.as_bytes()).unwrap().remove(0);
        assert_eq!(part.disposition.file_name.as_deref(), Some("a\0b"));
        assert!(part.is_base64);
    }

    #[test]
    fn what_ends_early_is_cut_short() {
        for body in ["", "hello", "--XbX", "--XbX\r\n", "--XbX\r\nA: b\r\n\r\nx", "--XbX\r\nA: b\r\n\r\nx\r\n--XbX"] {
            let parsed = parse_split(body.as_bytes());
            assert!(matches!(parsed, Err(Problem::Malformed { defect: Defect::CutShort, .. })), "{body}: {parsed:?}");
        }
    }

    #[test]
    fn headers_and_bodies_have_their_limits() {
        let parsed = |length: usize| {
            let body = format!("--XbX\r\nA: {}\r\n\r\nx\r\n--XbX--", "b".repeat(length));
            let chunks: Vec<_> = body.as_bytes().chunks(100).collect();
            let outcomes = [parse("XbX", &[body.as_bytes()], u64::MAX), parse("XbX", &chunks, u64::MAX)];
            outcomes.map(|outcome| outcome.map(|parts| parts.len()).map_err(|error| error.to_string()))
        };
        // The line break before the header and `A: ` count, too.
        assert_eq!(parsed(MAX_HEADER_BYTES - 5), [Ok(1), Ok(1)]);
        let [whole, split] = parsed(MAX_HEADER_BYTES - 4);
        assert!(whole.is_err());
        assert_eq!(whole, split);
        let endless = format!("--XbX\r\n{}", "A".repeat(2 * MAX_HEADER_BYTES));
        let parsed = parse("XbX", &[endless.as_bytes()], u64::MAX);
        assert!(matches!(parsed, Err(Problem::Malformed { defect: Defect::LongHeaders { .. }, .. })), "{parsed:?}");
        let body = b"--XbX\r\n\r\nx\r\n--XbX--";
        assert!(parse("XbX", &[body], body.len() as u64).is_ok());
        assert!(parse("XbX", &[body], body.len() as u64 - 1).is_err());
    }

    proptest! {
        #[test]
        fn any_content_comes_through_however_it_is_split(
            content in "([-\r\n\tXb a]|\r\n--XbX?){0,40}",
            sizes in prop::collection::vec(1usize..20, 1..20),
        ) {
            let boundary = "XbX-end-of-it";
            let body = format!("--{boundary}\r\n{HEADER}\r\n{content}\r\n--{boundary}--\r\n").into_bytes();
            let (mut chunks, mut rest) = (Vec::new(), body.as_slice());
            for &size in sizes.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (chunk, after) = rest.split_at(size.min(rest.len()));
                chunks.push(chunk);
                rest = after;
            }
            let parts = parse(boundary, &chunks, u64::MAX).unwrap();
            prop_assert_eq!(parts.len(), 1);
            prop_assert_eq!(&parts[0].1, content.as_bytes());
        }

        #[test]
        fn nothing_panics(body in "(--XbX|\r\n|[-: ;=\"aXb]|Content-Disposition: form-data; name=f){0,30}") {
            let _ = parse_split(body.as_bytes());
        }
    }
}
