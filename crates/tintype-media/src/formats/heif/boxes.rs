//! Boxes inside boxes (ISO/IEC 14496-12, section 4.2).

pub(super) fn child<'a>(parent: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(parent).find(|(found, _)| found == kind).map(|(_, body)| body)
}

/// Yields the boxes of a body; ends at the first whose length makes no sense.
pub(super) fn boxes(body: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = body;
    std::iter::from_fn(move || {
        let len = be32(rest, 0)? as usize;
        let kind = rest.get(4..8)?.try_into().ok()?;
        let content = rest.get(8..len)?;
        rest = &rest[len..];
        Some((kind, content))
    })
}

pub(super) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

pub(super) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
