//! Channels one after the other, each row at its own place, from the bottom to the top.

use std::io::{Read, Seek, SeekFrom};

use super::header::{Fields, HEADER_BYTES};
use crate::decoding::{Input, Job};
use crate::frame::Decoded;
use crate::rows::{Order, Row, RowPlan, Shrinker};
use crate::{Error, Format};

pub(super) fn decode(input: Input<'_>, job: &Job<'_>) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let fields = header.detail::<Fields>()?;
    if fields.colour_map != 0 {
        let message = format!("samples that are indices, of kind `{}`", fields.colour_map);
        return Err(Error::unsupported(Format::Sgi, message));
    }
    let samples = header.samples;
    let channels = samples.channels();
    let plan = RowPlan { from: (header.width, header.height), to: stored, samples, order: Order::Up, deep: false };
    let mut shrinker = Shrinker::new(plan, limits);
    let mut rows = Rows::open(input, fields)?;
    let mut line = vec![0; fields.width as usize * channels];
    for y in 0..fields.height {
        let mut come = true;
        for channel in 0..channels {
            let row = rows.read(channel, y)?;
            come &= row.len() == fields.width as usize;
            let samples = row.iter().copied().chain(std::iter::repeat(0));
            line[channel..].iter_mut().step_by(channels).zip(samples).for_each(|(to, sample)| *to = sample);
        }
        // What there is of a file that is cut short is shown. Its last channel may be missing, and
        // with it its alpha.
        if !come && shrinker.is_empty() {
            return Err(Error::malformed(Format::Sgi, "pixels are cut short"));
        }
        if !come {
            break;
        }
        shrinker.push(Row::Sixteen(&line))?;
    }
    Ok(shrinker.finish(None))
}

struct Rows<'a, 'b> {
    input: Input<'a>,
    fields: &'b Fields,
    /// Where the coded rows are, and how long.
    places: Vec<(u32, u32)>,
    bytes: Vec<u8>,
    row: Vec<u16>,
}

impl<'a, 'b> Rows<'a, 'b> {
    fn open(mut input: Input<'a>, fields: &'b Fields) -> Result<Self, Error> {
        let mut places = Vec::new();
        if fields.is_coded {
            let count = fields.height as usize * usize::from(fields.channels);
            let mut lists = Vec::new();
            input.seek(SeekFrom::Start(HEADER_BYTES))?;
            input.by_ref().take(count as u64 * 8).read_to_end(&mut lists)?;
            let numbers = lists.as_chunks::<4>().0.iter().map(|bytes| u32::from_be_bytes(*bytes));
            places = numbers.clone().zip(numbers.skip(count)).take(count).collect();
        }
        Ok(Self { input, fields, places, bytes: Vec::new(), row: Vec::new() })
    }

    /// Returns a row of a channel, as far as the file has it.
    fn read(&mut self, channel: usize, y: u32) -> Result<&[u16], Error> {
        let Fields { width, height, sample_len, .. } = *self.fields;
        let index = channel as u64 * u64::from(height) + u64::from(y);
        let plain_len = u64::from(width) * sample_len as u64;
        let (offset, len) = match self.fields.is_coded {
            false => (HEADER_BYTES + index * plain_len, plain_len),
            // Runs at their worst take twice as much.
            true => match self.places.get(index as usize) {
                Some((offset, len)) => (u64::from(*offset), u64::from(*len).min(2 * plain_len + 4)),
                None => (0, 0),
            },
        };
        self.bytes.clear();
        self.row.clear();
        self.input.seek(SeekFrom::Start(offset))?;
        self.input.by_ref().take(len).read_to_end(&mut self.bytes)?;
        match (self.fields.is_coded, sample_len) {
            (false, 1) => self.row.extend(self.bytes.iter().map(|byte| spread(*byte))),
            (false, _) => self.row.extend(self.bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair))),
            (true, 1) => unpack(self.bytes.iter().map(|byte| (*byte, spread(*byte))), width as usize, &mut self.row),
            (true, _) => {
                let pairs = self.bytes.as_chunks::<2>().0.iter();
                unpack(pairs.map(|pair| (pair[1], u16::from_be_bytes(*pair))), width as usize, &mut self.row);
            }
        }
        Ok(&self.row)
    }
}

fn spread(byte: u8) -> u16 {
    u16::from(byte) * 257
}

/// Runs whose head says in its low seven bits how many samples there are, and in the eighth that
/// they are all written. Each item is what it says as a head and as a sample.
fn unpack(mut items: impl Iterator<Item = (u8, u16)>, width: usize, row: &mut Vec<u16>) {
    while row.len() < width {
        let Some((head, _)) = items.next() else {
            return;
        };
        let count = usize::from(head & 0x7F).min(width - row.len());
        match head & 0x80 {
            _ if count == 0 => return,
            0 => match items.next() {
                Some((_, sample)) => row.extend(std::iter::repeat_n(sample, count)),
                None => return,
            },
            _ => row.extend(items.by_ref().take(count).map(|(_, sample)| sample)),
        }
    }
}
