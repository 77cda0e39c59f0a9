//! What the prefix of WordPerfect's files says: which product wrote it, and what kind of file.

use super::detected::Detected;
use super::file::Bytes;
use super::types::*;

/// Tells the files that begin with `\xFFWPC` apart.
pub(super) fn decide(head: &[u8]) -> Option<Detected> {
    const PLANPERFECT: [u64; 2] = [9, 10];
    const DRAWPERFECT: u64 = 15;
    const DOCUMENT: u64 = 0x0A;
    const GRAPHICS: u64 = 0x16;
    const MACINTOSH_DOCUMENT: u64 = 0x2C;
    const OLD_DOCUMENT: u64 = 0x2D;
    let head = Bytes(head);
    if !head.has(0, b"\xFFWPC") {
        return None;
    }
    // Before come four bytes of where the document begins.
    Some(match (head.byte(8)?, head.byte(9)?) {
        (_, GRAPHICS) => WPG,
        (product, DOCUMENT) if PLANPERFECT.contains(&product) => WORDPERFECT_SHEET,
        (DRAWPERFECT, DOCUMENT | 0x0F | 0x10) => WORDPERFECT_SLIDES,
        (1, DOCUMENT | MACINTOSH_DOCUMENT | OLD_DOCUMENT) => WORDPERFECT,
        (1..=33, _) => WORDPERFECT_OTHER,
        _ => return None,
    })
}
