//! Entropy-coded bytes to bits.
//!
//! Bytes are taken from the file a chunk at a time, with the zero after each `FF` dropped, so that
//! the inner loops never look for markers, and never for the end of the data: a chunk always holds
//! the longest possible MCU more than has been announced, in the end as zeros.

use crate::stuffing::{find_marker, unstuff};

/// Size of a chunk. A power of two, so that masking an index keeps it inside without a branch;
/// small, so that it stays in the first-level cache beside the tables.
const CHUNK: usize = 1 << 14;

/// More bytes than the longest possible MCU: ten blocks of 64 codes of 16 + 15 bits are 2,480
/// bytes.
pub(crate) const MCU_BYTES: usize = 2560;

/// More bytes than the longest possible block: 64 × 31 bits are 248 bytes.
pub(crate) const BLOCK_BYTES: usize = 264;

/// A chunk and room to read eight bytes from its last one.
pub(crate) type Chunk = [u8; CHUNK + 8];

/// The next bits, the first of them topmost in `buf`.
#[derive(Clone, Copy, Default)]
pub(crate) struct Window {
    pub(crate) buf: u64,
    /// How many bits of `buf` are accounted for; below them may stand more of the byte at `pos`.
    pub(crate) bits: u32,
    pos: usize,
}

impl Window {
    /// Makes at least 56 bits available, without a branch.
    #[inline(always)]
    pub(crate) fn refill(&mut self, chunk: &Chunk) {
        let at = self.pos & (CHUNK - 1);
        let next = chunk[at..].first_chunk::<8>().map_or(0, |b| u64::from_be_bytes(*b));
        self.buf |= next >> self.bits;
        self.pos += ((63 - self.bits) >> 3) as usize;
        self.bits |= 56;
    }

    /// Drops `n` bits, fewer than 64 and no more than are there.
    #[inline(always)]
    pub(crate) fn eat(&mut self, n: u32) {
        self.buf <<= n & 63;
        self.bits = self.bits.wrapping_sub(n) & 63;
    }

    /// The next `n` bits, 1 to 32, as a number.
    #[inline(always)]
    pub(crate) fn peek(&self, n: u32) -> u32 {
        (self.buf >> ((64 - n) & 63)) as u32
    }

    /// Reads `n` bits, 0 to 32, which must be there.
    #[inline(always)]
    pub(crate) fn take(&mut self, n: u32) -> u32 {
        if n == 0 {
            return 0;
        }
        let v = self.peek(n);
        self.eat(n);
        v
    }
}

/// Reads the entropy-coded segments of one scan.
pub(crate) struct Bits<'a> {
    pub(crate) window: Window,
    data: &'a [u8],
    /// The next byte of `data` that has not been copied into the chunk.
    at: usize,
    /// How much of the chunk is data.
    end: usize,
    /// Whether `end` is the end of the segment too: a marker or the end of the file follows.
    last: bool,
    /// Whether more bits were asked for than the segment has.
    dry: bool,
    damaged: bool,
}

impl<'a> Bits<'a> {
    /// A reader of the scan whose entropy-coded data begin at byte `at` of `data`.
    pub(crate) fn new(data: &'a [u8], at: usize) -> Self {
        Self { window: Window::default(), data, at, end: 0, last: false, dry: false, damaged: false }
    }

    /// Makes sure that `need` bytes (at most [`MCU_BYTES`]) can be read from the chunk; false when
    /// the segment has run out. The unit that ran out of bits was filled up with zeros.
    #[inline(always)]
    pub(crate) fn ready(&mut self, chunk: &mut Chunk, need: usize) -> bool {
        self.window.pos + need <= self.end || self.more(chunk, need)
    }

    #[cold]
    #[inline(never)]
    fn more(&mut self, chunk: &mut Chunk, need: usize) -> bool {
        let pos = self.window.pos;
        if !self.last && pos <= self.end {
            chunk.copy_within(pos..self.end, 0);
            let kept = self.end - pos;
            let room = CHUNK - MCU_BYTES - 8;
            let (written, ended) = unstuff(self.data, &mut self.at, &mut chunk[kept..room]);
            self.window.pos = 0;
            self.end = kept + written;
            self.last = ended;
            if ended {
                chunk[self.end..self.end + MCU_BYTES + 8].fill(0);
            }
            if need <= self.end {
                return true;
            }
        }
        self.check_overrun();
        !self.dry
    }

    fn check_overrun(&mut self) {
        // Of the bytes before `pos`, `bits` bits have not been used yet; after moving up, some of
        // them may have been in the chunk before.
        if self.window.pos * 8 > self.end * 8 + self.window.bits as usize {
            self.dry = true;
            self.damaged = true;
        }
    }

    /// Whether all of the scan's data were there and made sense, to be asked after its last unit.
    pub(crate) fn is_intact(&mut self) -> bool {
        self.check_end();
        !self.damaged
    }

    /// Looks whether a segment's units took exactly its data: like libjpeg, anything else is
    /// damage.
    fn check_end(&mut self) {
        self.check_overrun();
        let left = (self.end * 8 + self.window.bits as usize).saturating_sub(self.window.pos * 8);
        self.damaged |= left >= 8;
    }

    /// Notes that what was read makes no sense.
    pub(crate) fn set_damaged(&mut self) {
        self.damaged = true;
    }

    /// Whether nothing can follow in this scan, because the next marker is none that restarts it.
    pub(crate) fn is_over(&self) -> bool {
        let next = self.data.get(self.at + 1);
        self.last && !matches!(next, Some(0x00..0xC0 | 0xD0..=0xD7))
    }

    /// Where to look for the marker after the scan.
    pub(crate) fn resume_at(&self) -> usize {
        self.at
    }

    /// Steps over the restart marker number `expected` (0 to 7), or does what libjpeg's
    /// `jpeg_resync_to_restart` does when another marker is found.
    pub(crate) fn restart(&mut self, expected: u8) {
        self.check_end();
        loop {
            let Some(at) = find_marker(self.data, self.at) else {
                self.begin(self.data.len(), true);
                return;
            };
            let marker = self.data.get(at + 1).copied().unwrap_or(0xD9);
            let ahead = marker.wrapping_sub(0xD0).wrapping_sub(expected) & 7;
            match marker {
                0xD0..=0xD7 => match ahead {
                    0 => {
                        self.begin(at + 2, false);
                        return;
                    }
                    1 | 2 => {
                        self.begin(at, true);
                        return;
                    }
                    // One of the last two again: its data are repeated or stale.
                    6 | 7 => {
                        self.damaged = true;
                        self.at = at + 2;
                    }
                    _ => {
                        self.damaged = true;
                        self.begin(at + 2, false);
                        return;
                    }
                },
                // Not a marker that may stand in a file: noise.
                0x00..0xC0 => {
                    self.damaged = true;
                    self.at = at + 2;
                }
                _ => {
                    self.begin(at, true);
                    return;
                }
            }
        }
    }

    fn begin(&mut self, at: usize, dry: bool) {
        self.window = Window::default();
        self.at = at;
        self.end = 0;
        self.last = dry;
        self.dry = dry;
        self.damaged |= dry;
    }
}

/// An empty chunk on the heap.
pub(crate) fn new_chunk() -> Box<Chunk> {
    Box::new([0; CHUNK + 8])
}
