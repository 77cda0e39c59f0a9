//! Netpbm and PFM, row by row into the first thumbnail.

use std::io::{BufRead, Read, Seek, SeekFrom};

use super::header::{MAX_HEADER_BYTES, Parsed, parse};
use crate::decoding::{Input, Job};
use crate::frame::Decoded;
use crate::rows::{Row, RowPlan, Shrinker};
use crate::{Error, Format};

pub(super) fn decode(mut input: Input<'_>, job: &Job<'_>) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let mut head = Vec::new();
    input.by_ref().take(MAX_HEADER_BYTES as u64).read_to_end(&mut head)?;
    let parsed = parse(&head).ok_or_else(|| Error::malformed(Format::Pnm, "header is not readable"))?;
    drop(head);
    input.seek(SeekFrom::Start(parsed.data_offset as u64))?;
    let (width, samples) = (header.width as usize, header.samples);
    let plan = RowPlan { from: (header.width, header.height), to: stored, samples, order: header.order, deep: false };
    let mut shrinker = Shrinker::new(plan, limits);
    let mut rows = Rows { input, parsed, bytes: Vec::new(), wanted: width * samples.channels() };
    let mut line = Vec::with_capacity(rows.wanted);
    for _ in 0..header.height {
        line.clear();
        let row = rows.next(&mut line)?;
        let len = match row {
            Row::Eight(samples) => samples.len(),
            Row::Sixteen(samples) => samples.len(),
        };
        // What came before the end of a file that is cut short is shown.
        if len >= samples.channels() {
            shrinker.push(row)?;
        }
        if len < rows.wanted {
            limits.check_deadline()?;
            break;
        }
    }
    if shrinker.is_empty() {
        return Err(Error::malformed(Format::Pnm, "pixels are cut short"));
    }
    Ok(shrinker.finish(None))
}

struct Rows<'a> {
    input: Input<'a>,
    parsed: Parsed,
    bytes: Vec<u8>,
    /// Samples in a row.
    wanted: usize,
}

impl Rows<'_> {
    /// Returns the next row, or what there is of it.
    fn next<'b>(&'b mut self, line: &'b mut Vec<u16>) -> Result<Row<'b>, Error> {
        match self.parsed.kind {
            b'1' => self.digits(line)?,
            b'2' | b'3' => self.numbers(line)?,
            kind => {
                let len = match kind {
                    b'4' => self.wanted.div_ceil(8),
                    b'f' | b'F' => self.wanted * 4,
                    _ if self.parsed.max_value > 255 => self.wanted * 2,
                    _ => self.wanted,
                };
                self.bytes.clear();
                self.input.by_ref().take(len as u64).read_to_end(&mut self.bytes)?;
                if matches!(kind, b'5'..=b'7') && self.parsed.max_value == 255 {
                    return Ok(Row::Eight(&self.bytes));
                }
                self.raw(line);
            }
        }
        Ok(Row::Sixteen(line))
    }

    fn raw(&self, line: &mut Vec<u16>) {
        let Parsed { kind, scale, .. } = self.parsed;
        match kind {
            // Eight pixels to a byte, black as 1.
            b'4' => {
                let bits = self.bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
                line.extend(bits.take(self.wanted).map(|bit| if bit == 0 { u16::MAX } else { 0 }));
            }
            b'f' | b'F' => {
                let (values, _) = self.bytes.as_chunks::<4>();
                let value = |bytes: &[u8; 4]| {
                    if scale < 0.0 { f32::from_le_bytes(*bytes) } else { f32::from_be_bytes(*bytes) }
                };
                // Conversion to `u16` saturates, and takes what is no number for 0.
                line.extend(values.iter().map(|bytes| (value(bytes) * 65_535.0).round() as u16));
            }
            _ if self.parsed.max_value > 255 => {
                let (values, _) = self.bytes.as_chunks::<2>();
                line.extend(values.iter().map(|bytes| self.full(u16::from_be_bytes(*bytes).into())));
            }
            _ => line.extend(self.bytes.iter().map(|byte| self.full((*byte).into()))),
        }
    }

    /// Spreads a sample over sixteen bits.
    fn full(&self, sample: u32) -> u16 {
        let most = self.parsed.max_value.clamp(1, 65_535);
        // At most 65,535.
        ((sample.min(most) * 65_535 + most / 2) / most) as u16
    }

    /// Reads `P1`: a digit for each pixel, with or without white space between them.
    fn digits(&mut self, line: &mut Vec<u16>) -> Result<(), Error> {
        while line.len() < self.wanted {
            match self.visible()? {
                Some(b'0') => line.push(u16::MAX),
                Some(b'1') => line.push(0),
                _ => break,
            }
        }
        Ok(())
    }

    /// Reads `P2` and `P3`: numbers between white space.
    fn numbers(&mut self, line: &mut Vec<u16>) -> Result<(), Error> {
        while line.len() < self.wanted {
            let mut digit = self.visible()?.filter(u8::is_ascii_digit);
            if digit.is_none() {
                break;
            }
            let mut number = 0_u32;
            while let Some(value) = digit {
                number = number.saturating_mul(10).saturating_add(u32::from(value - b'0')).min(65_536);
                digit = self.byte()?.filter(u8::is_ascii_digit);
            }
            line.push(self.full(number));
        }
        Ok(())
    }

    /// Returns the next byte that is neither white space nor in a comment.
    fn visible(&mut self) -> Result<Option<u8>, Error> {
        let mut comment = false;
        loop {
            match self.byte()? {
                Some(b'\n' | b'\r') => comment = false,
                Some(b'#') => comment = true,
                Some(byte) if !comment && !byte.is_ascii_whitespace() => return Ok(Some(byte)),
                Some(_) => {}
                None => return Ok(None),
            }
        }
    }

    fn byte(&mut self) -> Result<Option<u8>, Error> {
        let byte = self.input.fill_buf()?.first().copied();
        self.input.consume(usize::from(byte.is_some()));
        Ok(byte)
    }
}
