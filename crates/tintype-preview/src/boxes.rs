//! Boxes of the ISO base media file format (ISO/IEC 14496-12), which MP4, MOV, HEIF and CR3 consist
//! of.

use std::ops::Range;

use crate::Error;
use crate::input::{Input, Numbers};

/// Boxes that one parent may have, at most; a hostile file costs no more.
const MAX_BOXES: usize = 100_000;

/// A box: its type, and where its content is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BoxAt {
    pub(crate) kind: [u8; 4],
    /// Where the box begins, header included.
    pub(crate) begin: u64,
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl BoxAt {
    pub(crate) fn len(&self) -> u64 {
        self.end - self.start
    }

    pub(crate) fn content(&self) -> Range<u64> {
        self.start..self.end
    }

    /// Returns the content, of which there may be at most `most` bytes; `None` if there are more.
    pub(crate) fn bytes(&self, input: &mut Input<'_>, most: usize) -> Result<Option<Vec<u8>>, Error> {
        match usize::try_from(self.len()) {
            Ok(len) if len <= most => Ok(Some(input.read_up_to(self.start, len)?)),
            _ => Ok(None),
        }
    }

    /// Returns up to `most` bytes of the content.
    pub(crate) fn head(&self, input: &mut Input<'_>, most: usize) -> Result<Vec<u8>, Error> {
        let len = usize::try_from(self.len()).unwrap_or(usize::MAX);
        input.read_up_to(self.start, len.min(most))
    }

    /// Returns the boxes within; those of a full box come after four bytes of version and flags.
    pub(crate) fn children<'a, 'b>(&self, input: &'a mut Input<'b>) -> Boxes<'a, 'b> {
        Boxes::new(input, self.content())
    }

    pub(crate) fn child(&self, input: &mut Input<'_>, kind: &[u8; 4]) -> Result<Option<BoxAt>, Error> {
        find(input, self.content(), kind)
    }

    /// Descends along `path`.
    pub(crate) fn descendant(&self, input: &mut Input<'_>, path: &[&[u8; 4]]) -> Result<Option<BoxAt>, Error> {
        let mut at = *self;
        for kind in path {
            match at.child(input, kind)? {
                Some(child) => at = child,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }
}

/// Finds the first box of a kind in a range.
pub(crate) fn find(input: &mut Input<'_>, range: Range<u64>, kind: &[u8; 4]) -> Result<Option<BoxAt>, Error> {
    let mut boxes = Boxes::new(input, range);
    while let Some(found) = boxes.next()? {
        if found.kind == *kind {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Goes from box to box.
pub(crate) struct Boxes<'a, 'b> {
    pub(crate) input: &'a mut Input<'b>,
    range: Range<u64>,
    left: usize,
}

impl<'a, 'b> Boxes<'a, 'b> {
    pub(crate) fn new(input: &'a mut Input<'b>, range: Range<u64>) -> Self {
        let end = range.end.min(input.len());
        Self { input, range: range.start..end, left: MAX_BOXES }
    }

    /// Returns the next box, or `None` at the end or where no box follows. A box that reaches
    /// beyond its parent is cut.
    pub(crate) fn next(&mut self) -> Result<Option<BoxAt>, Error> {
        let begin = self.range.start;
        if self.left == 0 || self.range.end.saturating_sub(begin) < 8 {
            return Ok(None);
        }
        self.left -= 1;
        let header = self.input.read_up_to(begin, 16)?;
        let (Some(size), Some(kind)) = (header.u32_be(0), header.bytes_at::<4>(4)) else {
            return Ok(None);
        };
        let (size, header_len) = match size {
            0 => (self.range.end - begin, 8),
            1 => (header.u64_be(8).unwrap_or_default(), 16),
            size => (u64::from(size), 8),
        };
        if size < header_len {
            return Ok(None);
        }
        let end = begin.saturating_add(size).min(self.range.end);
        let start = (begin + header_len).min(end);
        self.range.start = end;
        Ok(Some(BoxAt { kind, begin, start, end }))
    }
}

/// Goes from box to box of a slice in memory: type and content.
pub(crate) fn in_slice(mut bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (size, kind) = (bytes.u32_be(0)? as usize, bytes.bytes_at::<4>(4)?);
        let size = if size == 0 { bytes.len() } else { size };
        let content = bytes.get(8..size.min(bytes.len()))?;
        bytes = &bytes[size.min(bytes.len())..];
        Some((kind, content))
    })
}
