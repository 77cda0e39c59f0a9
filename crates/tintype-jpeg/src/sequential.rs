//! Scans of sequential files: each block is decoded, transformed and done with.

use std::sync::Arc;

use crate::{
    DecodeLimits, Error,
    bits::{Bits, Chunk, MCU_BYTES},
    block::{Group, LANES, Wanted, decode_block},
    channel::Channel,
    huffman::{AcTable, DcTable},
    idct::{Dequantiser, Samples},
    simd::{Job, Machine},
};

/// Blocks that an MCU of an interleaved scan may hold (T.81, B.2.3).
pub(crate) const MAX_MCU_BLOCKS: usize = 10;

/// Working memory: the coefficients of eight MCUs, and samples of eight blocks.
pub(crate) struct Workspace {
    groups: [Group; MAX_MCU_BLOCKS],
    samples: Samples,
}

impl Workspace {
    pub(crate) fn new() -> Box<Self> {
        Box::new(Self { groups: [[0; 1024]; MAX_MCU_BLOCKS], samples: [0; 64 * LANES] })
    }
}

/// Where restart markers are due.
pub(crate) struct Restarts {
    interval: usize,
    left: usize,
    next: u8,
}

impl Restarts {
    pub(crate) fn new(interval: u16) -> Self {
        Self { interval: interval.into(), left: interval.into(), next: 0 }
    }

    /// Whether the scan has restart markers, so that what is damaged may recover.
    pub(crate) fn any(&self) -> bool {
        self.interval != 0
    }

    /// Counts an MCU; true when a restart has to be read first.
    #[inline(always)]
    pub(crate) fn is_due(&mut self) -> bool {
        if self.interval == 0 {
            return false;
        }
        let due = self.left == 0;
        if due {
            self.left = self.interval;
        }
        self.left -= 1;
        due
    }

    /// Reads the restart marker that is due.
    #[cold]
    #[inline(never)]
    pub(crate) fn read(&mut self, bits: &mut Bits<'_>) {
        let expected = self.next;
        self.next = (self.next + 1) & 7;
        bits.restart(expected);
    }
}

/// A component's part in a scan.
struct Part<'c> {
    channel: &'c mut Channel,
    dc: Arc<DcTable>,
    ac: Arc<AcTable>,
    wanted: &'static Wanted,
    dequantiser: Dequantiser,
    /// Blocks per MCU.
    sampling: (usize, usize),
    /// Its first group in the workspace.
    first_group: usize,
    predicted: i32,
}

/// A block of an MCU.
struct McuBlock {
    part: usize,
    /// Group and lane for each of eight consecutive MCUs.
    places: [(u8, u8); LANES],
}

/// One scan of a sequential file.
pub(crate) struct SequentialScan<'c, 'd> {
    parts: Vec<Part<'c>>,
    blocks: Vec<McuBlock>,
    mcus: (usize, usize),
    restarts: Restarts,
    bits: Bits<'d>,
    chunk: &'c mut Chunk,
    workspace: &'c mut Workspace,
    limits: &'c DecodeLimits<'c>,
}

/// A component of a scan with its tables and its quantisation.
pub(crate) type ScanChannel<'c> = (&'c mut Channel, Arc<DcTable>, Arc<AcTable>, [u16; 64]);

impl<'c, 'd> SequentialScan<'c, 'd> {
    /// None when an MCU would have more than ten blocks. `mcus` are those of interleaved scans.
    pub(crate) fn new(
        channels: Vec<ScanChannel<'c>>,
        mcus: (usize, usize),
        interval: u16,
        bits: Bits<'d>,
        (chunk, workspace): (&'c mut Chunk, &'c mut Workspace),
        limits: &'c DecodeLimits<'c>,
    ) -> Option<Self> {
        let interleaved = channels.len() > 1;
        let mcus = match channels.as_slice() {
            [(only, ..)] => only.extent.blocks,
            _ => mcus,
        };
        let mut first_group = 0;
        let mut parts = Vec::with_capacity(channels.len());
        for (channel, dc, ac, quantisation) in channels {
            let scale = channel.extent.scale;
            let sampling = if interleaved { channel.sampling() } else { (1, 1) };
            parts.push(Part {
                channel,
                dc,
                ac,
                wanted: Wanted::at(scale),
                dequantiser: Dequantiser::new(scale, &quantisation),
                sampling,
                first_group,
                predicted: 0,
            });
            first_group += sampling.0 * sampling.1;
        }
        if first_group > MAX_MCU_BLOCKS {
            return None;
        }
        Some(Self {
            blocks: mcu_blocks(&parts),
            parts,
            mcus,
            restarts: Restarts::new(interval),
            bits,
            chunk,
            workspace,
            limits,
        })
    }

    /// Decodes up to eight MCUs into the workspace; false when nothing more can follow.
    #[inline(always)]
    fn decode_set(&mut self, count: usize) -> bool {
        for slot in 0..count {
            if self.restarts.is_due() {
                self.restarts.read(&mut self.bits);
                for part in &mut self.parts {
                    part.predicted = 0;
                }
            }
            if !self.bits.ready(self.chunk, MCU_BYTES) {
                if self.restarts.any() && !self.bits.is_over() {
                    continue;
                }
                return false;
            }
            let mut valid = true;
            for block in &self.blocks {
                let part = &mut self.parts[block.part];
                let (group, lane) = block.places[slot];
                let (dc, intact) = decode_block(
                    &mut self.bits.window,
                    self.chunk,
                    (&part.dc, &part.ac),
                    part.wanted,
                    &mut self.workspace.groups[usize::from(group)],
                    lane.into(),
                    part.predicted,
                );
                part.predicted = dc;
                valid &= intact;
            }
            if !valid {
                self.bits.set_damaged();
            }
        }
        true
    }

    /// Transforms the workspace into set number `set` of row number `row`, and clears it.
    #[inline(always)]
    fn flush(&mut self, row: usize, set: usize) {
        for part in &mut self.parts {
            let side = part.channel.extent.scale.block_side() as usize;
            let used = side * side * LANES;
            let (across, down) = part.sampling;
            for (i, group) in self.workspace.groups[part.first_group..][..across * down].iter_mut().enumerate() {
                let block_row = row * down + i / across;
                let group_column = set * across + i % across;
                part.dequantiser.transform(&group[..used], &mut self.workspace.samples);
                part.channel.put(block_row, group_column, &self.workspace.samples);
                group[..used].fill(0);
            }
        }
    }
}

fn mcu_blocks(parts: &[Part<'_>]) -> Vec<McuBlock> {
    let mut blocks = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let (across, down) = part.sampling;
        for i in 0..across * down {
            let first = part.first_group + i / across * across;
            let places = std::array::from_fn(|slot| {
                let column = slot * across + i % across;
                ((first + column / LANES) as u8, (column % LANES) as u8)
            });
            blocks.push(McuBlock { part: index, places });
        }
    }
    blocks
}

impl Job for SequentialScan<'_, '_> {
    /// Whether the scan was intact, and where to look for the next marker.
    type Output = Result<(bool, usize), Error>;

    #[inline(always)]
    fn run<M: Machine>(mut self) -> Self::Output {
        for row in 0..self.mcus.1 {
            self.limits.poll()?;
            for part in &mut self.parts {
                part.channel.begin_rows((row + 1) * part.sampling.1);
            }
            let mut column = 0;
            while column < self.mcus.0 {
                let count = (self.mcus.0 - column).min(LANES);
                let more = self.decode_set(count);
                self.flush(row, column / LANES);
                if !more {
                    return Ok((false, self.bits.resume_at()));
                }
                column += LANES;
            }
        }
        Ok((self.bits.is_intact(), self.bits.resume_at()))
    }
}
