//! Entropy coding of blocks (ITU-T T.81, F.1.2): symbols that are counted or written.

use crate::{
    codes::Definition,
    fdct::{Coefficients, Masks},
};

/// Where the symbols of a component's blocks go.
pub(crate) trait Sink {
    /// Takes a symbol of the DC table, or of the AC table, of the given `class` and its extra bits,
    /// as many as the symbol's low four bits say.
    fn dc(&mut self, class: usize, symbol: u8, extra: u32);
    fn ac(&mut self, class: usize, symbol: u8, extra: u32);
}

/// A run of 16 zeros, and the end of a block.
const ZEROS: u8 = 0xF0;
const END: u8 = 0;

/// The largest amplitude that a table's symbols can have.
const MAX_AC: i16 = 1023;

/// Puts the block in `lane` out; `predicted` is the DC value of the block before and becomes this
/// one's.
#[inline(always)]
pub(crate) fn encode_block<S: Sink>(
    sink: &mut S,
    class: usize,
    (coefficients, masks): (&Coefficients, &Masks),
    lane: usize,
    predicted: &mut i32,
) {
    let lane = lane & 7;
    let dc = i32::from(coefficients[0][lane]);
    let (size, extra) = amplitude(dc - *predicted);
    *predicted = dc;
    sink.dc(class, size as u8, extra);
    let mut rest = masks[lane] & (u64::MAX >> 1);
    let mut before = 0;
    while rest != 0 {
        let k = rest.leading_zeros();
        rest &= !(1 << (63 - k));
        let mut run = k - before - 1;
        before = k;
        while run > 15 {
            sink.ac(class, ZEROS, 0);
            run -= 16;
        }
        let value = coefficients[(k & 63) as usize][lane].clamp(-MAX_AC, MAX_AC);
        let (size, extra) = amplitude(value.into());
        sink.ac(class, (run << 4 | size) as u8, extra);
    }
    if before < 63 {
        sink.ac(class, END, 0);
    }
}

/// How many extra bits a value takes, and what they are.
#[inline(always)]
fn amplitude(value: i32) -> (u32, u32) {
    let negative = value >> 31;
    let size = 32 - value.unsigned_abs().leading_zeros();
    (size, (value + negative) as u32 & ((1 << size) - 1))
}

/// How often the symbols of two pairs of tables occur.
pub(crate) struct Counter {
    dc: [[u32; 256]; 2],
    ac: [[u32; 256]; 2],
}

impl Counter {
    pub(crate) fn new() -> Self {
        Self { dc: [[0; 256]; 2], ac: [[0; 256]; 2] }
    }

    /// The tables that make these symbols shortest: DC and AC for luma, then for chroma.
    pub(crate) fn tables(&self) -> [[Definition; 2]; 2] {
        std::array::from_fn(|class| [&self.dc[class], &self.ac[class]].map(Definition::optimal))
    }
}

impl Sink for Counter {
    #[inline(always)]
    fn dc(&mut self, class: usize, symbol: u8, _: u32) {
        self.dc[class & 1][usize::from(symbol)] += 1;
    }

    #[inline(always)]
    fn ac(&mut self, class: usize, symbol: u8, _: u32) {
        self.ac[class & 1][usize::from(symbol)] += 1;
    }
}

/// Code << 8 | its length, by symbol; 0 for symbols without a code.
type CodeTable = [u32; 256];

fn code_table(definition: &Definition) -> CodeTable {
    let mut table = [0; 256];
    let (mut code, mut symbols) = (0u32, definition.symbols.iter());
    for (length, &count) in (1u32..).zip(&definition.counts) {
        for &symbol in symbols.by_ref().take(count.into()) {
            table[usize::from(symbol)] = code << 8 | length;
            code += 1;
        }
        code <<= 1;
    }
    table
}

/// Codes for luma and chroma.
pub(crate) struct CodeTables {
    dc: [CodeTable; 2],
    ac: [CodeTable; 2],
}

impl CodeTables {
    pub(crate) fn new(tables: &[[Definition; 2]; 2]) -> Self {
        Self {
            dc: [0, 1].map(|class| code_table(&tables[class][0])),
            ac: [0, 1].map(|class| code_table(&tables[class][1])),
        }
    }
}

/// Writes codes behind each other.
pub(crate) struct Writer<'w> {
    codes: &'w CodeTables,
    bytes: &'w mut Vec<u8>,
    /// The bits that are not yet written, in the low end.
    bits: u64,
    /// How many more fit.
    free: u32,
}

impl<'w> Writer<'w> {
    pub(crate) fn new(codes: &'w CodeTables, bytes: &'w mut Vec<u8>) -> Self {
        Self { codes, bytes, bits: 0, free: 64 }
    }

    /// Writes a symbol's code and its extra bits, 27 at most.
    #[inline(always)]
    fn put(&mut self, code: u32, size: u32, extra: u32) {
        let bits = u64::from(code >> 8) << size | u64::from(extra);
        let length = (code & 0xFF) + size;
        if length <= self.free {
            self.free -= length;
            self.bits = self.bits << (length & 63) | bits;
        } else {
            let over = length - self.free;
            let word = self.bits << (self.free & 63) | bits >> (over & 63);
            self.write(word);
            self.bits = bits;
            self.free = 64 - over;
        }
    }

    /// Writes eight bytes, with a zero behind each `FF`.
    #[inline(always)]
    fn write(&mut self, word: u64) {
        const HIGH: u64 = 0x8080_8080_8080_8080;
        const LOW: u64 = 0x0101_0101_0101_0101;
        let bytes = word.to_be_bytes();
        // A byte is `FF` if its complement is zero; that one below it is mistaken for one costs
        // little.
        let complement = !word;
        if complement.wrapping_sub(LOW) & !complement & HIGH == 0 {
            self.bytes.extend_from_slice(&bytes);
        } else {
            self.stuff(&bytes);
        }
    }

    #[inline(never)]
    fn stuff(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.bytes.push(byte);
            if byte == 0xFF {
                self.bytes.push(0);
            }
        }
    }

    /// Fills the last byte with ones.
    pub(crate) fn finish(mut self) {
        let used = 64 - self.free;
        if used > 0 {
            let word = self.bits << (self.free & 63) | ((1u64 << (self.free & 63)) - 1);
            let bytes = word.to_be_bytes();
            self.stuff(&bytes[..used.div_ceil(8) as usize]);
        }
    }
}

impl Sink for Writer<'_> {
    #[inline(always)]
    fn dc(&mut self, class: usize, symbol: u8, extra: u32) {
        self.put(self.codes.dc[class & 1][usize::from(symbol)], u32::from(symbol & 15), extra);
    }

    #[inline(always)]
    fn ac(&mut self, class: usize, symbol: u8, extra: u32) {
        self.put(self.codes.ac[class & 1][usize::from(symbol)], u32::from(symbol & 15), extra);
    }
}
