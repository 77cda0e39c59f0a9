//! A scan that adds one bit to a band of AC coefficients in a progressive file (T.81, G.1.2.3).
//!
//! Such a scan can only be followed with the history of the band: which coefficients are not zero
//! yet. It is a bit mask per block, so that runs of zeros and the correction bits between them are
//! counted with a few instructions, whether the coefficients themselves are kept or not.

use crate::{
    Error, Limits,
    bits::{BLOCK_BYTES, Bits, Chunk, Window},
    block::{LANES, Wanted},
    channel::Channel,
    huffman::AcTable,
    plan::band_mask,
    segments::ScanHeader,
    sequential::Restarts,
    simd::Job,
};

pub(crate) struct RefinementScan<'c, 'd> {
    channel: &'c mut Channel,
    ac: &'c AcTable,
    refiner: Refiner,
    bits: Bits<'d>,
    chunk: &'c mut Chunk,
    restarts: Restarts,
    limits: &'c Limits<'c>,
}

impl<'c, 'd> RefinementScan<'c, 'd> {
    pub(crate) fn new(
        channel: &'c mut Channel,
        scan: &ScanHeader,
        ac: &'c AcTable,
        (bits, chunk): (Bits<'d>, &'c mut Chunk),
        restarts: Restarts,
        limits: &'c Limits<'c>,
    ) -> Self {
        let wanted = Wanted::at(channel.extent.scale);
        let refiner = Refiner {
            band: band_mask(scan.band),
            kept: wanted.mask(),
            place: std::array::from_fn(|k| wanted.place(k).unwrap_or(0) as u16),
            bit: 1 << scan.low,
            block_run: 0,
        };
        Self {
            channel,
            ac,
            refiner,
            bits,
            chunk,
            restarts,
            limits,
        }
    }
}

impl Job for RefinementScan<'_, '_> {
    type Output = Result<(bool, usize), Error>;

    #[inline(always)]
    fn run(mut self) -> Self::Output {
        let extent = self.channel.extent;
        let group_len = self.channel.group_len();
        for row in 0..extent.blocks.1 {
            self.limits.poll()?;
            for column in 0..extent.blocks.0 {
                if self.restarts.is_due() {
                    self.restarts.read(&mut self.bits);
                    self.refiner.block_run = 0;
                }
                let group = row * extent.groups_per_row() + column / LANES;
                let lane = column % LANES;
                let index = group * LANES + lane;
                let Some(history) = self.channel.history.get_mut(index) else {
                    continue;
                };
                if self.refiner.block_run > 0 && *history & self.refiner.band == 0 {
                    self.refiner.block_run -= 1;
                    continue;
                }
                if !self.bits.ready(self.chunk, BLOCK_BYTES) {
                    if self.restarts.any() && !self.bits.at_end_of_data() {
                        continue;
                    }
                    return Ok((false, self.bits.resume_at()));
                }
                let at = group * group_len;
                let Some(group) = self.channel.coefficients.get_mut(at..at + group_len) else {
                    continue;
                };
                let mut block = (group, lane, history);
                let w = &mut self.bits.window;
                if !self.refiner.refine(w, self.chunk, self.ac, &mut block) {
                    self.bits.set_damaged();
                }
            }
        }
        Ok((self.bits.is_intact(), self.bits.resume_at()))
    }
}

/// Coefficients of a group, a lane of it and the history of that block.
type Block<'b> = (&'b mut [i16], usize, &'b mut u64);

struct Refiner {
    /// The indices, in zigzag order, of the band.
    band: u64,
    /// The indices that the scale needs.
    kept: u64,
    /// Offset of the first lane in the group for each index that is kept.
    place: [u16; 64],
    /// What a correction adds.
    bit: i16,
    /// Blocks from here on that have corrections only.
    block_run: u32,
}

impl Refiner {
    /// Refines one block; false when the data are no code.
    #[inline(always)]
    fn refine(
        &mut self,
        w: &mut Window,
        chunk: &Chunk,
        ac: &AcTable,
        block: &mut Block<'_>,
    ) -> bool {
        let known = *block.2 & self.band;
        let mut rest = self.band;
        let mut valid = true;
        while self.block_run == 0 && rest != 0 {
            w.refill(chunk);
            let Some((used, symbol)) = ac.symbol(w.buf) else {
                w.eat(16);
                valid = false;
                break;
            };
            w.eat(used);
            let (run, size) = (u32::from(symbol >> 4), symbol & 15);
            if size == 0 && run < 15 {
                self.block_run = (1 << run) + w.take(run);
                break;
            }
            // The sign of the new coefficient; a size over 1 would be an error, taken for 1.
            let value = match size {
                0 => 0,
                _ if w.take(1) == 1 => self.bit,
                _ => -self.bit,
            };
            let mut zeros = rest & !known;
            for _ in 0..run {
                zeros &= zeros.wrapping_sub(1);
            }
            let target = zeros & zeros.wrapping_neg();
            // Up to the new coefficient, or to the end of the band if there are too few zeros.
            let passed = rest & target.wrapping_sub(1);
            self.correct(w, chunk, block, passed & known);
            rest &= !passed & !target;
            if value != 0 && target != 0 {
                *block.2 |= target;
                if target & self.kept != 0 {
                    self.put(block, target.trailing_zeros(), |_| value);
                }
            }
        }
        if self.block_run > 0 {
            self.block_run -= 1;
            self.correct(w, chunk, block, rest & known);
        }
        valid
    }

    /// Reads a correction bit for each of the coefficients `known`.
    #[inline(always)]
    fn correct(&self, w: &mut Window, chunk: &Chunk, block: &mut Block<'_>, known: u64) {
        let mut known = known;
        while known != 0 {
            w.refill(chunk);
            let count = known.count_ones().min(32);
            let bits = w.peek(count);
            w.eat(count);
            let now = known;
            known = if now.count_ones() > 32 {
                without_first_32(now)
            } else {
                0
            };
            if bits == 0 {
                continue;
            }
            let mut kept = now & self.kept & !known;
            while kept != 0 {
                let place = kept & kept.wrapping_neg();
                let before = (now & (place - 1)).count_ones();
                if bits >> (count - 1 - before) & 1 == 1 {
                    let bit = self.bit;
                    self.put(block, place.trailing_zeros(), |old| {
                        // Damaged files may correct the same bit twice.
                        if old & bit != 0 {
                            old
                        } else if old >= 0 {
                            old.wrapping_add(bit)
                        } else {
                            old.wrapping_sub(bit)
                        }
                    });
                }
                kept &= kept - 1;
            }
        }
    }

    #[inline(always)]
    fn put(&self, block: &mut Block<'_>, k: u32, change: impl FnOnce(i16) -> i16) {
        let at = usize::from(self.place[(k & 63) as usize]) + block.1;
        if let Some(coefficient) = block.0.get_mut(at) {
            *coefficient = change(*coefficient);
        }
    }
}

#[cold]
fn without_first_32(mut mask: u64) -> u64 {
    for _ in 0..32 {
        mask &= mask.wrapping_sub(1);
    }
    mask
}
