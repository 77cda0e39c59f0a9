//! A scan that adds one bit to a band of AC coefficients in a progressive file (T.81, G.1.2.3).
//!
//! Such a scan can only be followed with the history of the band: which coefficients are not zero
//! yet. It is a bit mask per block, so that runs of zeros and the correction bits between them are
//! counted with a few instructions, whether the coefficients themselves are kept or not.

use crate::{
    DecodeLimits, Error,
    bits::{BLOCK_BYTES, Bits, Chunk, Window},
    block::{LANES, Wanted},
    channel::Channel,
    huffman::AcTable,
    plan::band_mask,
    segments::ScanHeader,
    sequential::Restarts,
    simd::{Job, Machine},
};

pub(crate) struct RefinementScan<'c, 'd> {
    channel: &'c mut Channel,
    ac: &'c AcTable,
    refiner: Refiner,
    bits: Bits<'d>,
    chunk: &'c mut Chunk,
    restarts: Restarts,
    limits: &'c DecodeLimits<'c>,
}

impl<'c, 'd> RefinementScan<'c, 'd> {
    pub(crate) fn new(
        channel: &'c mut Channel,
        scan: &ScanHeader,
        ac: &'c AcTable,
        (bits, chunk): (Bits<'d>, &'c mut Chunk),
        restarts: Restarts,
        limits: &'c DecodeLimits<'c>,
    ) -> Self {
        let wanted = Wanted::at(channel.extent.scale);
        let refiner = Refiner {
            band: band_mask(scan.band),
            kept: wanted.mask(),
            place: std::array::from_fn(|k| wanted.place(k).unwrap_or(0) as u16),
            bit: 1 << scan.low,
        };
        Self { channel, ac, refiner, bits, chunk, restarts, limits }
    }
}

impl Job for RefinementScan<'_, '_> {
    type Output = Result<(bool, usize), Error>;

    #[inline(always)]
    fn run<M: Machine>(mut self) -> Self::Output {
        match self.channel.group_len() {
            512 => self.decode::<M, 512>(),
            256 => self.decode::<M, 256>(),
            128 => self.decode::<M, 128>(),
            32 => self.decode::<M, 32>(),
            _ => self.decode::<M, 8>(),
        }
    }
}

impl RefinementScan<'_, '_> {
    /// Decodes the scan into groups of `G` coefficients.
    #[inline(always)]
    fn decode<M: Machine, const G: usize>(&mut self) -> Result<(bool, usize), Error> {
        let extent = self.channel.extent;
        let groups = self.channel.coefficients.as_chunks_mut::<G>().0;
        let histories = self.channel.history.as_chunks_mut::<LANES>().0;
        let mut window = self.bits.window;
        // Blocks from here on that have corrections only.
        let mut block_run = 0;
        for row in 0..extent.blocks.1 {
            self.limits.poll()?;
            for column in 0..extent.blocks.0 {
                if self.restarts.is_due() {
                    self.bits.window = window;
                    self.restarts.read(&mut self.bits);
                    window = self.bits.window;
                    block_run = 0;
                }
                let group = row * extent.groups_per_row() + column / LANES;
                let lane = column % LANES;
                let (Some(coefficients), Some(history)) = (groups.get_mut(group), histories.get_mut(group)) else {
                    continue;
                };
                let known = history[lane] & self.refiner.band;
                if block_run > 0 && known == 0 {
                    block_run -= 1;
                    continue;
                }
                self.bits.window = window;
                let ready = self.bits.ready(self.chunk, BLOCK_BYTES);
                window = self.bits.window;
                if !ready {
                    if self.restarts.any() && !self.bits.is_over() {
                        continue;
                    }
                    return Ok((false, self.bits.resume_at()));
                }
                let block = (self.refiner).read::<M>(&mut window, self.chunk, self.ac, known, &mut block_run);
                history[lane] |= block.new;
                self.refiner.apply(&block, coefficients, lane);
                if !block.valid {
                    self.bits.set_damaged();
                }
            }
        }
        self.bits.window = window;
        Ok((self.bits.is_intact(), self.bits.resume_at()))
    }
}

/// What a scan says about one block: indices in zigzag order, a bit each, index 0 topmost.
struct Refined {
    /// Coefficients that are not zero any more.
    new: u64,
    /// Those of them that are negative.
    negative: u64,
    /// Coefficients that were not zero before and grow.
    corrected: u64,
    /// Whether all codes were valid.
    valid: bool,
}

struct Refiner {
    /// The indices of the band.
    band: u64,
    /// The indices that the scale needs.
    kept: u64,
    /// Offset of the first lane in the group for each index that is kept.
    place: [u16; 64],
    /// What a correction adds.
    bit: i16,
}

impl Refiner {
    /// Reads one block, of whose band the coefficients `known` are not zero.
    #[inline(always)]
    fn read<M: Machine>(
        &self,
        window: &mut Window,
        chunk: &Chunk,
        ac: &AcTable,
        known: u64,
        block_run: &mut u32,
    ) -> Refined {
        let mut w = *window;
        let mut block = Refined { new: 0, negative: 0, corrected: 0, valid: true };
        let mut rest = self.band;
        while *block_run == 0 && rest != 0 {
            w.refill(chunk);
            let Some((used, symbol)) = ac.symbol(w.buf) else {
                w.eat(16);
                block.valid = false;
                break;
            };
            w.eat(used);
            let (run, size) = (u32::from(symbol >> 4), symbol & 15);
            if size == 0 && run < 15 {
                *block_run = (1 << run) + w.take(run);
                break;
            }
            // A size over 1 would be an error and is taken for 1. A run of 16 zeros ends on a zero
            // too, which then stays one.
            let is_new = u64::from(size != 0).wrapping_neg();
            let positive = (w.buf >> 63).wrapping_neg();
            w.eat(is_new as u32 & 1);
            let zeros = rest & !known;
            // The zero after `run` others; none if there are too few.
            let count = zeros.count_ones();
            let nth = (1 << (count.wrapping_sub(1 + run) & 63)) & u64::from(run >= count).wrapping_sub(1);
            let target = M::deposit(nth, zeros);
            let behind = target | target.wrapping_sub(u64::from(target != 0));
            block.corrected |= corrections::<M>(&mut w, chunk, rest & known & !behind);
            rest &= behind & !target;
            block.new |= target & is_new;
            block.negative |= target & is_new & !positive;
        }
        if *block_run > 0 {
            *block_run -= 1;
            w.refill(chunk);
            block.corrected |= corrections::<M>(&mut w, chunk, rest & known);
        }
        *window = w;
        block
    }

    /// Changes the coefficients of one block as `block` says.
    #[inline(always)]
    fn apply<const G: usize>(&self, block: &Refined, group: &mut [i16; G], lane: usize) {
        let mut changed = (block.new | block.corrected) & self.kept;
        while changed != 0 {
            let k = changed.leading_zeros() & 63;
            let one = (1 << 63) >> k;
            changed &= !one;
            let at = (usize::from(self.place[k as usize]) + lane) & (G - 1);
            let old = group[at];
            // Without branches: which way a coefficient goes cannot be predicted. All ones if down.
            let down = old >> 15 | -i16::from(block.negative & one != 0);
            // Damaged files may correct the same bit twice.
            let once = -i16::from(old & self.bit == 0);
            let change = (self.bit ^ down).wrapping_sub(down) & once;
            group[at] = old.wrapping_add(change);
        }
    }
}

/// Reads a correction bit for each coefficient of `known` and returns those that grow. The window
/// has to hold 32 bits.
#[inline(always)]
fn corrections<M: Machine>(w: &mut Window, chunk: &Chunk, known: u64) -> u64 {
    let count = known.count_ones();
    if count > 32 {
        let upper = known & (u64::MAX << 32);
        return few_corrections::<M>(w, upper) | {
            w.refill(chunk);
            few_corrections::<M>(w, known ^ upper)
        };
    }
    few_corrections::<M>(w, known)
}

#[inline(always)]
fn few_corrections<M: Machine>(w: &mut Window, known: u64) -> u64 {
    let count = known.count_ones();
    // With a count of 0 these are all bits, and none of them is deposited.
    let bits = w.buf >> ((64 - count) & 63);
    w.eat(count);
    M::deposit(bits, known)
}
