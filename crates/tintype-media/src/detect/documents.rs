//! Documents whose format is text, or begins as one: PDF, PostScript, RTF, mail.

use super::detected::Detected;
use super::file::Bytes;
use super::types::*;

/// Formats that are text and known by how they begin.
const STARTS: &[(&[u8], Detected)] = &[
    (b"<MIFFile ", FRAMEMAKER_TEXT),
    (b"*BEGIN SPREADSHEETS", APPLIX_SHEET),
    (b"*BEGIN WORDS", APPLIX_WORDS),
    (b"%!PS-AdobeFont", TYPE1),
    (b"%!FontType1", TYPE1),
];

/// Says what document a text is; `start` has no byte order mark and no blanks before it.
pub(super) fn by_text(start: &[u8]) -> Option<Detected> {
    if let Some((_, found)) = STARTS.iter().find(|(signature, _)| start.starts_with(signature)) {
        return Some(*found);
    }
    if start.starts_with(b"{\\rtf") && start.get(5).is_some_and(u8::is_ascii_digit) {
        return Some(RTF);
    }
    if let Some(found) = postscript(start) {
        return Some(found);
    }
    is_message(start).then_some(MESSAGE)
}

/// PostScript, where it is not behind a printer's commands: those of [`job`].
pub(super) fn postscript(start: &[u8]) -> Option<Detected> {
    let first = start.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let comment = first.strip_prefix(b"%!")?;
    let comment = comment.strip_prefix(b" ").unwrap_or(comment);
    let bytes = Bytes(&start[..start.len().min(16 << 10)]);
    // TeX and others begin comments so, too.
    let program =
        comment.is_empty() && [&b"showpage"[..], b"%%EOF", b" moveto", b" def"].iter().any(|word| bytes.contains(word));
    if !comment.starts_with(b"PS") && !program {
        return None;
    }
    Some(if comment.starts_with(b"PS-Adobe-") && Bytes(first).contains(b" EPSF-") { EPS } else { POSTSCRIPT })
}

/// Returns what follows the commands of a printer job (`ESC %-12345X@PJL …`), or the end mark of
/// the job before.
pub(super) fn job(head: &[u8]) -> Option<&[u8]> {
    const UNIVERSAL_EXIT: &[u8] = b"\x1B%-12345X";
    let mut rest = head.strip_prefix(b"\x04").unwrap_or(head);
    while let Some(commands) = rest.strip_prefix(UNIVERSAL_EXIT) {
        rest = commands;
        while rest.starts_with(b"@PJL") {
            let end = rest.iter().position(|byte| *byte == b'\n')?;
            rest = &rest[end + 1..];
        }
    }
    (rest.len() < head.len()).then_some(rest)
}

/// Says whether a PDF begins here: with a version, and with what makes a PDF behind it where the
/// line goes on otherwise.
pub(super) fn is_pdf(head: &[u8]) -> bool {
    head.starts_with(b"%PDF-")
        && match head.get(5..) {
            Some([first, b'.', second, rest @ ..]) if first.is_ascii_digit() && second.is_ascii_digit() => {
                rest.first().is_none_or(|next| !matches!(next, b' ' | b',' | b'.') && !next.is_ascii_alphabetic())
                    || has_objects(head)
            }
            _ => has_objects(head),
        }
}

/// Says whether a PDF begins on a later line of the first 1,024 bytes, as readers accept it (PDF
/// 1.7, implementation note 13), and what makes a PDF follows to the end.
pub(super) fn is_late_pdf(head: &[u8], tail: &[u8]) -> bool {
    const WITHIN: usize = 1024;
    let near = &head[..head.len().min(WITHIN + 5)];
    let places = near.windows(5).enumerate().filter(|(_, window)| *window == b"%PDF-").map(|(at, _)| at);
    let tail = Bytes(tail);
    let ended = tail.contains(b"%%EOF");
    let listed = tail.contains(b"startxref") || tail.contains(b"trailer");
    (ended || listed)
        && places.filter(|at| *at > 0).any(|at| {
            let before = head[..at].strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&head[..at]);
            let own_line = before.trim_ascii().is_empty() || before.ends_with(b"\n") || before.ends_with(b"\r");
            // In the middle of a line it takes all parts of a PDF.
            let whole = ended && listed && Bytes(&head[at..]).contains(b"endobj");
            (own_line || whole) && has_objects(&head[at..])
        })
}

fn has_objects(head: &[u8]) -> bool {
    let head = Bytes(head);
    head.contains(b" obj")
        && [&b"endobj"[..], b"stream", b"xref", b"trailer", b"%%EOF"].iter().any(|word| head.contains(word))
}

/// Says whether a mail message begins here: with header fields of which it has several (RFC 5322,
/// section 3.6).
fn is_message(start: &[u8]) -> bool {
    const FIELDS: [&str; 12] = [
        "from",
        "to",
        "date",
        "subject",
        "message-id",
        "mime-version",
        "received",
        "return-path",
        "delivered-to",
        "sender",
        "reply-to",
        "content-type",
    ];
    let start = String::from_utf8_lossy(&start[..start.len().min(8 << 10)]);
    let mut known = [false; FIELDS.len()];
    for line in start.lines().take(200) {
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else {
            return false;
        };
        if name.is_empty() || name.contains(|letter: char| !letter.is_ascii_graphic()) {
            return false;
        }
        if let Some(index) = FIELDS.iter().position(|field| field.eq_ignore_ascii_case(name)) {
            known[index] = true;
        }
    }
    // Somebody wrote it or passed it on, and it has more than that.
    (known[0] || known[6] || known[7]) && known.iter().filter(|known| **known).count() >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_about_a_format_is_no_such_document() {
        for text in ["%!TEX root = main.tex\n", "{\\rtfoo}", "From: us\nTo: you\nmay 3: nothing\n", "%! is a comment\n"]
        {
            assert_eq!(by_text(text.as_bytes()), None, "{text}");
        }
        assert!(!is_pdf(b"%PDF- is how one begins"));
        assert!(!is_pdf(b"%PDF-1.4 is how one begins"));
        assert!(!is_late_pdf(b"The first line of a PDF is\n%PDF-1.4\nas we have seen.", b"The end is %%EOF"));
        assert!(!is_late_pdf(b"See %PDF-1.4 1 0 obj endobj", b"%%EOF"));
    }

    #[test]
    fn documents_are_known_by_their_first_lines() {
        for (text, expected) in [
            ("%!PS-Adobe-3.0 EPSF-3.0\n", EPS),
            ("%!PS\n", POSTSCRIPT),
            ("%!\n0 0 moveto showpage\n", POSTSCRIPT),
            ("{\\rtf1\\ansi}", RTF),
            ("Received: from a\n\tby b\nFrom: c\nSubject: d\n\nbody", MESSAGE),
        ] {
            assert_eq!(by_text(text.as_bytes()), Some(expected), "{text}");
        }
        assert!(is_pdf(b"%PDF-1.7\n"));
        assert!(is_late_pdf(b"\n \n%PDF-1.4\n1 0 obj<<>>endobj\n", b"%%EOF"));
        assert_eq!(job(b"\x1B%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n%PDF-1.4"), Some(&b"%PDF-1.4"[..]));
    }
}
