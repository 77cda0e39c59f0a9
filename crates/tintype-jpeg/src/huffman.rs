//! Huffman tables as look-up tables.

use crate::codes::{Codes, Definition, ONE_BITS, extend};

// Larger windows save look-ups, but the entries are met evenly: the tables of luma and chroma have
// to stay in a first-level cache that another thread may be using too.

/// Bits that [`AcTable::pair`] looks at.
const PAIR_BITS: u32 = 10;
/// Bits that [`AcTable::skip`] looks at.
const SKIP_BITS: u32 = 11;
/// Bits that [`DcTable::difference`] looks at.
const DC_BITS: u32 = 10;

/// A table for DC differences.
pub(crate) struct DcTable {
    /// Length of code and extra bits | difference << 16 by the next bits; 0 where they do not tell.
    difference: [u32; 1 << DC_BITS],
    codes: Codes,
}

impl DcTable {
    pub(crate) fn new(definition: &Definition) -> Option<Self> {
        // A size over 15 would ask for more bits than there can be.
        if definition.symbols.iter().any(|&size| size > 15) {
            return None;
        }
        let codes = Codes::new(definition)?;
        let mut difference = [0; 1 << DC_BITS];
        for (i, entry) in difference.iter_mut().enumerate() {
            let buf = (i as u64) << (64 - DC_BITS);
            let one = codes.one[(buf >> (64 - ONE_BITS)) as usize];
            let (length, size) = (u32::from(one >> 8), u32::from(one as u8));
            if one == 0 || length + size > DC_BITS {
                continue;
            }
            let value = match size {
                0 => 0,
                _ => extend((buf << length >> (64 - size)) as u32, size),
            };
            *entry = (length + size) | (value as u32) << 16;
        }
        Some(Self { difference, codes })
    }

    /// Bits used and difference at the top of `buf`, which holds at least 31 bits.
    #[inline(always)]
    pub(crate) fn read(&self, buf: u64) -> Option<(u32, i32)> {
        let entry = self.difference[(buf >> (64 - DC_BITS)) as usize];
        if entry != 0 {
            return Some((entry & 0xFF, entry as i32 >> 16));
        }
        self.read_long(buf)
    }

    #[inline(never)]
    fn read_long(&self, buf: u64) -> Option<(u32, i32)> {
        let (length, size) = self.codes.symbol(buf)?;
        let size = u32::from(size & 15);
        let value = match size {
            0 => 0,
            _ => extend((buf << length >> (64 - size)) as u32, size),
        };
        Some((length + size, value))
    }
}

/// A table for AC coefficients.
pub(crate) struct AcTable {
    /// One or two coefficients by the next [`PAIR_BITS`] bits.
    pair: [Pair; 1 << PAIR_BITS],
    /// As many coefficients as the next [`SKIP_BITS`] bits begin, to be passed over.
    skip: [Skip; 1 << SKIP_BITS],
    codes: Codes,
}

/// An entry of the pair table: one coefficient, or two of which the first lies in the window whole.
/// The extra bits of the last are read from the data, so that they may reach past the window.
/// Advances count from the coefficient before, so 1 is the next one; an end of block advances by
/// 64.
#[derive(Clone, Copy)]
pub(crate) struct Pair(u64);

impl Pair {
    /// The window does not hold a whole code, or one that is treated by itself.
    const NONE: Self = Self(0xFF << 56);

    /// `before` bits precede the `size` extra bits of the last coefficient.
    fn new(before: u32, size: u32, first: (u32, i32), advance: u32) -> Self {
        let inside = if first.0 < advance { first.0 } else { 0 };
        Self(
            u64::from(before + size)
                | u64::from(before) << 8
                | u64::from(size) << 16
                | u64::from(advance) << 24
                | u64::from(first.0) << 32
                | u64::from(first.1 as u16) << 40
                | u64::from(inside) << 56,
        )
    }

    /// How far on a coefficient is that must not be the band's last: the first of two, since behind
    /// the last one the next block begins. 0 if there is one only, 255 if there is none.
    #[inline(always)]
    pub(crate) fn inside(self) -> u32 {
        (self.0 >> 56) as u32
    }

    /// Bits used.
    #[inline(always)]
    pub(crate) fn length(self) -> u32 {
        self.0 as u32 & 0xFF
    }

    /// How far on the last coefficient is.
    #[inline(always)]
    pub(crate) fn advance(self) -> u32 {
        self.0 as u32 >> 24
    }

    /// How far on the first coefficient is; as far as the last when that is alone.
    #[inline(always)]
    pub(crate) fn first_advance(self) -> u32 {
        (self.0 >> 32) as u32 & 0xFF
    }

    /// The first coefficient when there are two.
    #[inline(always)]
    pub(crate) fn first(self) -> i16 {
        (self.0 >> 40) as i16
    }

    /// The last coefficient, 0 for an end of block and for a run of 16 zeros. `buf` is what the
    /// entry was looked up with.
    #[inline(always)]
    pub(crate) fn last(self, buf: u64) -> i16 {
        let size = (self.0 >> 16) as u32 & 15;
        let from_top = buf << (self.0 >> 8 & 63);
        let bits = (from_top >> 1 >> (63 - size)) as u32;
        // All ones when the topmost bit says that the value is positive.
        let positive = ((from_top as i64) >> 63) as u32;
        let all = (1 << size) - 1;
        bits.wrapping_sub(all & !positive) as i16
    }
}

/// An entry of the skip table.
#[derive(Clone, Copy)]
pub(crate) struct Skip(u16);

impl Skip {
    /// The window does not hold a whole code, or one that is treated by itself.
    const NONE: Self = Self(127 << 7);

    fn new(length: u32, advance: u32, ends: bool) -> Self {
        Self((length | u32::from(ends) << 6 | (advance + u32::from(ends)) << 7) as u16)
    }

    /// Bits used, codes and extra bits: at most 27.
    #[inline(always)]
    pub(crate) fn length(self) -> u32 {
        u32::from(self.0 & 63)
    }

    /// Whether the block ends here.
    #[inline(always)]
    pub(crate) fn ends(self) -> bool {
        self.0 & 64 != 0
    }

    /// How many coefficients are passed over, and one more that must exist for an end of block to
    /// make sense; 127 if the entry cannot be used.
    #[inline(always)]
    pub(crate) fn advance(self) -> u32 {
        u32::from(self.0 >> 7)
    }
}

/// What a table is for. Each use includes those before it; without having been asked for, an entry
/// sends the caller to the table of single symbols, which is slower and gives the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    /// [`AcTable::symbol`].
    Symbols,
    /// [`AcTable::pair`].
    Pairs,
    /// [`AcTable::skip`].
    Skips,
}

impl AcTable {
    /// Advance that ends any block.
    pub(crate) const END: u32 = 64;

    pub(crate) fn new(definition: &Definition, wanted: Use) -> Option<Self> {
        let codes = Codes::new(definition)?;
        let mut table = Self { pair: [Pair::NONE; 1 << PAIR_BITS], skip: [Skip::NONE; 1 << SKIP_BITS], codes };
        if wanted >= Use::Pairs {
            table.fill_pairs();
        }
        if wanted >= Use::Skips {
            table.fill_skips();
        }
        Some(table)
    }

    fn fill_pairs(&mut self) {
        for i in 0..1u64 << PAIR_BITS {
            let buf = i << (64 - PAIR_BITS);
            let Some((length, size, advance)) = self.code(buf, PAIR_BITS) else {
                continue;
            };
            let used = length + size;
            let mut pair = Pair::new(length, size, (advance, 0), advance);
            if size > 0 && used < PAIR_BITS {
                let value = extend((buf << length >> (64 - size)) as u32, size);
                if let Some((length, size, more)) = self.code(buf << used, PAIR_BITS - used) {
                    pair = Pair::new(used + length, size, (advance, value), advance + more);
                }
            }
            self.pair[i as usize] = pair;
        }
    }

    /// Length, size and advance of the code in the first `available` bits; none for runs of blocks.
    fn code(&self, buf: u64, available: u32) -> Option<(u32, u32, u32)> {
        let one = self.codes.one[(buf >> (64 - ONE_BITS)) as usize];
        let (length, run) = (u32::from(one >> 8), u32::from(one >> 4 & 15));
        let size = u32::from(one & 15);
        let advance = match (run, size) {
            (0, 0) => Self::END,
            (1..15, 0) => return None,
            _ => run + 1,
        };
        (one != 0 && length <= available).then_some((length, size, advance))
    }

    fn fill_skips(&mut self) {
        for i in 0..1u64 << SKIP_BITS {
            let (mut used, mut advance, mut ends) = (0, 0, false);
            while used < SKIP_BITS && !ends {
                let buf = i << (64 - SKIP_BITS) << used;
                match self.code(buf, SKIP_BITS - used) {
                    Some((length, _, Self::END)) => {
                        used += length;
                        ends = true;
                    }
                    // Extra bits that reach past the window can be passed over too.
                    Some((length, size, more)) if advance + more <= 63 => {
                        used += length + size;
                        advance += more;
                    }
                    _ => break,
                }
            }
            if used > 0 {
                self.skip[i as usize] = Skip::new(used, advance, ends);
            }
        }
    }

    #[inline(always)]
    pub(crate) fn pair(&self, buf: u64) -> Pair {
        self.pair[(buf >> (64 - PAIR_BITS)) as usize]
    }

    #[inline(always)]
    pub(crate) fn skip(&self, buf: u64) -> Skip {
        self.skip[(buf >> (64 - SKIP_BITS)) as usize]
    }

    /// Length and symbol (run << 4 | size) of the next code.
    #[inline(always)]
    pub(crate) fn symbol(&self, buf: u64) -> Option<(u32, u8)> {
        self.codes.symbol(buf)
    }
}
