//! The first scan of a band of AC coefficients in a progressive file (T.81, G.1.2.2).

use crate::{
    DecodeLimits, Error,
    bits::{BLOCK_BYTES, Bits, Chunk, Window},
    block::{LANES, Wanted},
    channel::Channel,
    codes::extend,
    huffman::AcTable,
    segments::ScanHeader,
    sequential::Restarts,
    simd::{Job, Machine},
};

/// Where the coefficients of a band go.
struct Band {
    /// Offset of the first lane in the group, by index in zigzag order.
    place: [u16; 128],
    /// All ones for coefficients to keep, else 0.
    keep: [i16; 128],
    first: u32,
    last: u32,
    /// Up to here values or history are of interest, from here on codes are only passed over.
    interest: u32,
    low: u32,
}

pub(crate) struct FirstScan<'c, 'd> {
    channel: &'c mut Channel,
    ac: &'c AcTable,
    band: Band,
    bits: Bits<'d>,
    chunk: &'c mut Chunk,
    restarts: Restarts,
    limits: &'c DecodeLimits<'c>,
}

impl<'c, 'd> FirstScan<'c, 'd> {
    /// `whole` if history is wanted of coefficients too that the scale does not need.
    pub(crate) fn new(
        channel: &'c mut Channel,
        scan: &ScanHeader,
        ac: &'c AcTable,
        whole: bool,
        (bits, chunk): (Bits<'d>, &'c mut Chunk),
        restarts: Restarts,
        limits: &'c DecodeLimits<'c>,
    ) -> Self {
        let wanted = Wanted::at(channel.extent.scale);
        let (first, last) = (u32::from(scan.band.0), u32::from(scan.band.1));
        let group_len = channel.group_len();
        let mut band = Band {
            // What is not kept is written back as it was, to scattered places so that one write
            // does not have to wait for the one before.
            place: std::array::from_fn(|k| ((k * LANES) % group_len) as u16),
            keep: [0; 128],
            first,
            last,
            interest: if whole { last } else { 0 },
            low: scan.low.into(),
        };
        for k in first..=last {
            if let Some(place) = wanted.place(k as usize) {
                band.place[k as usize] = place as u16;
                band.keep[k as usize] = -1;
                band.interest = band.interest.max(k);
            }
        }
        Self { channel, ac, band, bits, chunk, restarts, limits }
    }

    /// Decodes the scan into groups of `G` coefficients.
    #[inline(always)]
    fn decode<const G: usize>(&mut self) -> Result<(bool, usize), Error> {
        let extent = self.channel.extent;
        let groups = self.channel.coefficients.as_chunks_mut::<G>().0;
        let mut unused = [0; LANES];
        let mut block_run = 0;
        for row in 0..extent.blocks.1 {
            self.limits.poll()?;
            for column in 0..extent.blocks.0 {
                if self.restarts.is_due() {
                    self.restarts.read(&mut self.bits);
                    block_run = 0;
                }
                if block_run > 0 {
                    block_run -= 1;
                    continue;
                }
                if !self.bits.ready(self.chunk, BLOCK_BYTES) {
                    if self.restarts.any() && !self.bits.is_over() {
                        continue;
                    }
                    return Ok((false, self.bits.resume_at()));
                }
                let group = row * extent.groups_per_row() + column / LANES;
                let lane = column % LANES;
                let Some(coefficients) = groups.get_mut(group) else {
                    continue;
                };
                let histories = self.channel.history.as_chunks_mut::<LANES>().0;
                let histories = histories.get_mut(group).unwrap_or(&mut unused);
                let (run, valid) = decode_block(
                    &mut self.bits.window,
                    self.chunk,
                    self.ac,
                    &self.band,
                    coefficients,
                    lane,
                    &mut histories[lane],
                );
                block_run = run;
                if !valid {
                    self.bits.set_damaged();
                }
            }
        }
        Ok((self.bits.is_intact(), self.bits.resume_at()))
    }
}

impl Job for FirstScan<'_, '_> {
    type Output = Result<(bool, usize), Error>;

    #[inline(always)]
    fn run<M: Machine>(mut self) -> Self::Output {
        match self.channel.group_len() {
            512 => self.decode::<512>(),
            256 => self.decode::<256>(),
            128 => self.decode::<128>(),
            32 => self.decode::<32>(),
            _ => self.decode::<8>(),
        }
    }
}

/// Decodes one block. Returns how many blocks after it are empty and whether all codes were valid.
#[inline(always)]
fn decode_block<const G: usize>(
    window: &mut Window,
    chunk: &Chunk,
    ac: &AcTable,
    band: &Band,
    group: &mut [i16; G],
    lane: usize,
    history: &mut u64,
) -> (u32, bool) {
    let mut w = *window;
    w.refill(chunk);
    let mut k = band.first - 1;
    let mut block = Block { band, group, lane, history: *history };
    let mut end = None;
    while k < band.interest {
        let pair = ac.pair(w.buf);
        let first = k + pair.first_advance();
        let last = k + pair.advance();
        if k + pair.inside() < band.last {
            block.put(first, pair.first());
            block.put(last, pair.last(w.buf));
            w.eat(pair.length());
            k = last;
            w.refill(chunk);
        } else {
            end = block.single(&mut w, ac, &mut k);
            w.refill(chunk);
        }
    }
    while k < band.last {
        let skip = ac.skip(w.buf);
        let next = k + skip.advance();
        if next <= band.last {
            w.eat(skip.length());
            k = if skip.ends() { AcTable::END } else { next };
        } else {
            end = block.single(&mut w, ac, &mut k);
        }
        w.refill(chunk);
    }
    *history = block.history;
    *window = w;
    match end {
        None => (0, true),
        Some(End::Run(blocks)) => (blocks, true),
        Some(End::Invalid) => (0, false),
    }
}

/// Why a block ended early.
enum End {
    /// This many more blocks are empty.
    Run(u32),
    /// The data are no code.
    Invalid,
}

struct Block<'b, const G: usize> {
    band: &'b Band,
    group: &'b mut [i16; G],
    lane: usize,
    history: u64,
}

impl<const G: usize> Block<'_, G> {
    #[inline(always)]
    fn put(&mut self, k: u32, value: i16) {
        let i = (k & 127) as usize;
        let keep = self.band.keep[i];
        let at = &mut self.group[(usize::from(self.band.place[i]) + self.lane) & (G - 1)];
        *at = (*at & !keep) | ((value << self.band.low) & keep);
        self.history |= (u64::from(value != 0) << 63) >> (k & 63);
    }

    /// Decodes one coefficient, run of zeros or end of blocks.
    #[inline(always)]
    fn single(&mut self, w: &mut Window, ac: &AcTable, k: &mut u32) -> Option<End> {
        let Some((used, symbol)) = ac.symbol(w.buf) else {
            w.eat(16);
            *k = AcTable::END;
            return Some(End::Invalid);
        };
        w.eat(used);
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        if size != 0 {
            *k += run + 1;
            let value = extend(w.peek(size), size);
            w.eat(size);
            self.put(*k, value as i16);
            return None;
        }
        if run == 15 {
            *k += 16;
            return None;
        }
        *k = AcTable::END;
        Some(End::Run((1 << run) + w.take(run) - 1))
    }
}
