//! Progressive files: scan after scan into coefficients, of which only those that the scale needs
//! are kept.

use std::sync::Arc;

use crate::{
    DecodeLimits, DecodeOptions, Error, JpegHeader,
    bits::{Bits, Chunk, MCU_BYTES},
    block::LANES,
    channel::Channel,
    decode::{Decoder, PartialPicture, ac_table, dc_table},
    first_scan::FirstScan,
    huffman::{DcTable, Use},
    idct::{Dequantiser, Samples},
    plan::{Action, ScanPlan},
    refinement_scan::RefinementScan,
    segments::{ScanHeader, Segment, Segments},
    sequential::{MAX_MCU_BLOCKS, Restarts},
    simd::{Job, Machine, dispatch},
    stuffing::end_of_scan,
};

impl Decoder {
    /// Whether everything was there and intact.
    pub(crate) fn progressive(
        &mut self,
        header: &JpegHeader<'_>,
        options: DecodeOptions,
        limits: &DecodeLimits<'_>,
        picture: &mut PartialPicture,
    ) -> Result<bool, Error> {
        let plan = ScanPlan::new(header, options, limits)?;
        for (channel, &with_history) in picture.channels.iter_mut().zip(&plan.histories) {
            let len = channel.extent.groups() * channel.group_len();
            channel.coefficients = vec![0; len];
            if with_history {
                channel.history = vec![0; channel.extent.groups() * LANES];
            }
        }
        let complete = match self.progressive_scans(header, limits, &plan, picture) {
            // What the scans so far have given is a picture.
            Err(Error::Corrupt { .. }) if picture.scans > 0 => false,
            other => other?,
        };
        for channel in &mut picture.channels {
            channel.history = Vec::new();
        }
        for channel in &mut picture.channels {
            channel.samples = self.memory.plane(channel.extent.plane_bytes());
            dispatch(self.processor, Output { channel, limits })?;
            channel.coefficients = Vec::new();
        }
        Ok(complete)
    }

    fn progressive_scans(
        &mut self,
        header: &JpegHeader<'_>,
        limits: &DecodeLimits<'_>,
        plan: &ScanPlan,
        picture: &mut PartialPicture,
    ) -> Result<bool, Error> {
        let data = header.data();
        let mut segments = Segments::new(data)?;
        let mut steps = plan.steps.iter();
        while let Some(segment) = segments.next() {
            let Some(scan) = picture.read(&segment, limits)? else {
                continue;
            };
            check(&scan, &segment)?;
            let Some(step) = steps.next() else {
                return Ok(false);
            };
            if step.action == Action::Pass {
                limits.poll()?;
                segments.resume(step.end);
            } else {
                let bits = Bits::new(data, segment.end());
                let (intact, at) = self.progressive_scan(bits, &segment, &scan, step.action, limits, picture)?;
                picture.intact &= intact;
                segments.resume(end_of_scan(data, at));
            }
            picture.scans += 1;
        }
        let all_seen = picture.channels.iter().all(|c| c.quantisation.is_some());
        Ok(picture.intact && all_seen && segments.ended_by_marker())
    }

    fn progressive_scan(
        &mut self,
        bits: Bits<'_>,
        segment: &Segment<'_>,
        scan: &ScanHeader,
        action: Action,
        limits: &DecodeLimits<'_>,
        picture: &mut PartialPicture,
    ) -> Result<(bool, usize), Error> {
        let restarts = Restarts::new(picture.restart_interval);
        let chunk = &mut self.chunk;
        if let (&[(index, _, table)], true) = (scan.components.as_slice(), scan.band.0 > 0) {
            let wanted = match (scan.high, action) {
                (0, Action::Decode) => Use::Skips,
                (0, _) => Use::Pairs,
                _ => Use::Symbols,
            };
            let ac = ac_table(&mut self.tables, &picture.huffman, (table, wanted), segment)?;
            let channel = &mut picture.channels[index];
            if scan.high == 0 {
                let whole = action == Action::DecodeAll;
                let job = FirstScan::new(channel, scan, &ac, whole, (bits, chunk), restarts, limits);
                return dispatch(self.processor, job);
            }
            return dispatch(self.processor, RefinementScan::new(channel, scan, &ac, (bits, chunk), restarts, limits));
        }
        let mut tables = Vec::with_capacity(4);
        for &(index, table, _) in &scan.components {
            let table = match scan.high {
                0 => Some(dc_table(&mut self.tables, &picture.huffman, table, segment)?),
                _ => None,
            };
            tables.push((index, table));
        }
        let mcus = match scan.components.as_slice() {
            &[(only, ..)] => picture.channels[only].extent.blocks,
            _ => picture.mcus,
        };
        let parts = dc_parts(&picture.channels, tables);
        if parts.iter().map(|p| p.sampling.0 * p.sampling.1).sum::<usize>() > MAX_MCU_BLOCKS {
            return Err(segment.corrupt("an MCU of more than ten blocks"));
        }
        dispatch(
            self.processor,
            DcScan {
                channels: &mut picture.channels,
                parts,
                mcus,
                low: scan.low.into(),
                restarts,
                bits,
                chunk,
                limits,
            },
        )
    }
}

/// The rules of T.81, G.1.1.1 that decoding relies on.
fn check(scan: &ScanHeader, segment: &Segment<'_>) -> Result<(), Error> {
    let (first, last) = scan.band;
    let band = match first {
        0 => last == 0,
        _ => last >= first && last <= 63 && scan.components.len() == 1,
    };
    // More than 13 bits would be shifted out of every coefficient.
    let approximation = scan.low <= 13 && (scan.high == 0 || scan.high == scan.low + 1);
    if band && approximation { Ok(()) } else { Err(segment.corrupt("an impossible band or approximation")) }
}

/// A component's part in a DC scan.
struct DcPart {
    index: usize,
    /// None in a refinement, whose bits are not coded.
    table: Option<Arc<DcTable>>,
    /// Blocks per MCU.
    sampling: (usize, usize),
    predicted: i32,
}

fn dc_parts(channels: &[Channel], tables: Vec<(usize, Option<Arc<DcTable>>)>) -> Vec<DcPart> {
    let interleaved = tables.len() > 1;
    let part = |(index, table): (usize, Option<Arc<DcTable>>)| DcPart {
        index,
        table,
        sampling: if interleaved { channels[index].sampling() } else { (1, 1) },
        predicted: 0,
    };
    tables.into_iter().map(part).collect()
}

/// A scan of DC coefficients, the first or a refinement.
struct DcScan<'c, 'd> {
    channels: &'c mut [Channel],
    parts: Vec<DcPart>,
    mcus: (usize, usize),
    low: u32,
    restarts: Restarts,
    bits: Bits<'d>,
    chunk: &'c mut Chunk,
    limits: &'c DecodeLimits<'c>,
}

impl DcScan<'_, '_> {
    #[inline(always)]
    fn decode_mcu(&mut self, column: usize, row: usize) {
        for part in &mut self.parts {
            let channel = &mut self.channels[part.index];
            let (across, down) = part.sampling;
            for i in 0..across * down {
                let x = column * across + i % across;
                let y = row * down + i / across;
                let window = &mut self.bits.window;
                window.refill(self.chunk);
                let Some(coefficient) = channel.dc_mut(x, y) else {
                    continue;
                };
                if let Some(table) = &part.table {
                    let Some((used, difference)) = table.read(window.buf) else {
                        window.eat(16);
                        self.bits.set_damaged();
                        continue;
                    };
                    window.eat(used);
                    part.predicted = part.predicted.wrapping_add(difference);
                    *coefficient = (part.predicted << self.low) as i16;
                } else {
                    *coefficient |= (window.take(1) << self.low) as i16;
                }
            }
        }
    }
}

impl Job for DcScan<'_, '_> {
    type Output = Result<(bool, usize), Error>;

    #[inline(always)]
    fn run<M: Machine>(mut self) -> Self::Output {
        for row in 0..self.mcus.1 {
            self.limits.poll()?;
            for column in 0..self.mcus.0 {
                if self.restarts.is_due() {
                    self.restarts.read(&mut self.bits);
                    for part in &mut self.parts {
                        part.predicted = 0;
                    }
                }
                if self.bits.ready(self.chunk, MCU_BYTES) {
                    self.decode_mcu(column, row);
                } else if !self.restarts.any() || self.bits.is_over() {
                    return Ok((false, self.bits.resume_at()));
                }
            }
        }
        Ok((self.bits.is_intact(), self.bits.resume_at()))
    }
}

/// Makes the samples of a channel from its coefficients.
struct Output<'c> {
    channel: &'c mut Channel,
    limits: &'c DecodeLimits<'c>,
}

impl Job for Output<'_> {
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run<M: Machine>(self) -> Self::Output {
        let Some(quantisation) = self.channel.quantisation else {
            // The component occurs in no scan: it stays grey.
            return Ok(());
        };
        let extent = self.channel.extent;
        let dequantiser = Dequantiser::new(extent.scale, &quantisation);
        let coefficients = std::mem::take(&mut self.channel.coefficients);
        let mut samples: Samples = [0; 64 * LANES];
        let mut groups = coefficients.chunks_exact(self.channel.group_len());
        let mut outcome = Ok(());
        for row in 0..extent.padded_blocks.1 {
            outcome = self.limits.poll();
            if outcome.is_err() {
                break;
            }
            self.channel.begin_rows(row + 1);
            for (column, group) in groups.by_ref().take(extent.groups_per_row()).enumerate() {
                dequantiser.transform(group, &mut samples);
                self.channel.put(row, column, &samples);
            }
        }
        self.channel.coefficients = coefficients;
        outcome
    }
}
