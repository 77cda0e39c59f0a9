//! Entropy decoding of one block of a sequential scan.

use crate::{
    bits::{Chunk, Window},
    codes::extend,
    huffman::{AcTable, DcTable},
    scale::Scale,
};

/// Blocks that are transformed at once. Their coefficients lie side by side, the eight of one
/// frequency next to each other, so that the inverse transform needs no transposition and every
/// compiler can vectorise it.
pub(crate) const LANES: usize = 8;

/// Coefficients of eight neighbouring blocks: frequency-major, then lane. Room for 64 frequencies
/// and for a 65th that takes what is not wanted; a power of two for masked indices.
pub(crate) type Group = [i16; 1024];

impl Scale {
    /// Room for the coefficients of eight blocks of a progressive file: a power of two, so that no
    /// index into it has to be compared with its length.
    pub(crate) const fn group_len(self) -> usize {
        (self.block_side() as usize * self.block_side() as usize * LANES).next_power_of_two()
    }
}

/// From coefficients in the order of the file to places in a [`Group`].
pub(crate) struct Wanted {
    /// Offset of the first lane for each index in zigzag order; indices from 64 on occur in damaged
    /// files and at the end of blocks.
    place: [u16; 128],
    /// The last index in zigzag order whose coefficient the scale needs.
    last: u32,
}

/// Natural order (row × 8 + column) of the coefficients in the order of the file.
pub(crate) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
    47, 55, 62, 63,
];

impl Wanted {
    /// Place of what is not wanted.
    const TRASH: u16 = 64 * LANES as u16;

    const fn new(side: usize) -> Self {
        let mut wanted = Self { place: [Self::TRASH; 128], last: 0 };
        let mut k = 0;
        while k < 64 {
            let (row, column) = (ZIGZAG[k] as usize / 8, ZIGZAG[k] as usize % 8);
            if row < side && column < side {
                wanted.place[k] = ((row * side + column) * LANES) as u16;
                wanted.last = k as u32;
            }
            k += 1;
        }
        wanted
    }

    /// What `scale` needs: the low-frequency corner of as many rows and columns as a block will
    /// have samples.
    pub(crate) fn at(scale: Scale) -> &'static Self {
        static AT: [Wanted; 7] = [
            Wanted::new(1),
            Wanted::new(2),
            Wanted::new(3),
            Wanted::new(4),
            Wanted::new(5),
            Wanted::new(6),
            Wanted::new(8),
        ];
        &AT[scale as usize]
    }

    /// The indices, in zigzag order, that are wanted: a bit each, index 0 topmost.
    pub(crate) fn mask(&self) -> u64 {
        (0..64).filter(|&k| self.place(k).is_some()).fold(0, |mask, k| mask | 1 << (63 - k))
    }

    /// Whether the coefficient at zigzag index `k` (0 to 63) is wanted, and its place.
    pub(crate) fn place(&self, k: usize) -> Option<usize> {
        let place = *self.place.get(k)?;
        (place != Self::TRASH).then_some(usize::from(place))
    }
}

/// Decodes one block into lane `lane` of `group`. Returns its DC value and whether all of its codes
/// were valid; as in libjpeg an invalid one counts as the symbol 0, since Huffman codes soon fall
/// into step again.
#[inline(always)]
pub(crate) fn decode_block(
    window: &mut Window,
    chunk: &Chunk,
    (dc, ac): (&DcTable, &AcTable),
    wanted: &Wanted,
    group: &mut Group,
    lane: usize,
    predicted: i32,
) -> (i32, bool) {
    let mut w = *window;
    w.refill(chunk);
    let mut valid = true;
    let (used, difference) = dc.read(w.buf).unwrap_or_else(|| {
        valid = false;
        (16, 0)
    });
    w.eat(used);
    let value = predicted.wrapping_add(difference);
    group[lane & 7] = value as i16;
    w.refill(chunk);
    let mut block = Block { wanted, group, lane, k: 0, valid };
    // Each step takes at most 27 bits, so that one refill does for two.
    while block.k < wanted.last {
        block.pair(&mut w, chunk, ac);
        if block.k >= wanted.last {
            break;
        }
        block.pair(&mut w, chunk, ac);
        w.refill(chunk);
    }
    w.refill(chunk);
    while block.k < 63 {
        block.skip(&mut w, chunk, ac);
        if block.k >= 63 {
            break;
        }
        block.skip(&mut w, chunk, ac);
        w.refill(chunk);
    }
    *window = w;
    (value, block.valid)
}

/// A block that is being decoded.
struct Block<'b> {
    wanted: &'b Wanted,
    group: &'b mut Group,
    lane: usize,
    /// Index in zigzag order of the last coefficient that was read or passed over.
    k: u32,
    valid: bool,
}

impl Block<'_> {
    /// Decodes one or two coefficients or the end of the block.
    #[inline(always)]
    fn pair(&mut self, w: &mut Window, chunk: &Chunk, ac: &AcTable) {
        let pair = ac.pair(w.buf);
        if self.k + pair.inside() < 63 {
            self.put(self.k + pair.first_advance(), pair.first());
            self.k += pair.advance();
            self.put(self.k, pair.last(w.buf));
            w.eat(pair.length());
        } else {
            self.single(w, chunk, ac);
        }
    }

    /// Passes over some coefficients or over the end of the block.
    #[inline(always)]
    fn skip(&mut self, w: &mut Window, chunk: &Chunk, ac: &AcTable) {
        let skip = ac.skip(w.buf);
        let next = self.k + skip.advance();
        if next <= 63 {
            w.eat(skip.length());
            self.k = if skip.ends() { AcTable::END } else { next };
        } else {
            self.single(w, chunk, ac);
        }
    }

    /// Decodes one coefficient, run of zeros or end of block, and leaves a full window.
    #[inline(always)]
    fn single(&mut self, w: &mut Window, chunk: &Chunk, ac: &AcTable) {
        w.refill(chunk);
        if let Some((used, symbol)) = ac.symbol(w.buf) {
            w.eat(used);
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 {
                // As libjpeg: whatever is no run of 16 zeros ends the block.
                self.k += if run == 15 { 16 } else { AcTable::END };
            } else {
                self.k += run + 1;
                let value = extend(w.peek(size), size);
                w.eat(size);
                self.put(self.k, value as i16);
            }
        } else {
            w.eat(16);
            self.k += AcTable::END;
            self.valid = false;
        }
        w.refill(chunk);
    }

    #[inline(always)]
    fn put(&mut self, k: u32, value: i16) {
        let place = usize::from(self.wanted.place[k as usize & 127]);
        self.group[(place + self.lane) & 1023] = value;
    }
}
