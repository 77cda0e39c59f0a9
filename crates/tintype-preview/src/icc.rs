//! What colour profiles are called.

use crate::input::Numbers;
use crate::text;

/// Returns the description of an ICC profile (ICC.1, 9.2.41).
pub(crate) fn profile_name(profile: &[u8]) -> Option<String> {
    let count = profile.u32_be(128)?.min(100) as usize;
    let entry = (0..count).map(|index| 132 + index * 12).find(|at| profile.get(*at..at + 4) == Some(b"desc"))?;
    let tag = profile.get(profile.u32_be(entry + 4)? as usize..)?;
    match tag.get(..4)? {
        b"desc" => {
            let length = tag.u32_be(8)? as usize;
            text::guess(tag.get(12..12usize.checked_add(length)?)?)
        }
        b"mluc" => {
            let (length, offset) = (tag.u32_be(20)? as usize, tag.u32_be(24)? as usize);
            text::utf16_be(tag.get(offset..offset.checked_add(length)?)?)
        }
        _ => None,
    }
}
