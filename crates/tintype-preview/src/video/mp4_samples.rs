//! Where the samples of a track are: tables of `stbl`, and fragments.

use crate::Error;
use crate::boxes::{BoxAt, Boxes};
use crate::input::{Input, Numbers};

/// Bytes of one table that are read at a time.
const CHUNK_BYTES: usize = 64 << 10;
/// Bytes of one table that are read in all: a million entries of `stts`.
const MAX_TABLE_BYTES: u64 = 16 << 20;
/// Fragments that are looked at.
const MAX_FRAGMENTS: usize = 20_000;
/// Samples of one fragment that are looked at.
const MAX_RUN: usize = 65_536;

/// Where a sample is in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) offset: u64,
    pub(crate) len: u32,
}

pub(crate) struct Samples {
    table: BoxAt,
    timescale: u32,
    seconds: Option<f64>,
    track: u32,
    fragmented: bool,
    /// Key frames of fragments: seconds, place.
    fragments: Vec<(f64, Place)>,
    fragments_end: f64,
    fragment_samples: u64,
}

impl Samples {
    pub(crate) fn new(table: BoxAt, timescale: u32, seconds: Option<f64>, track: u32, fragmented: bool) -> Self {
        Self {
            table,
            timescale,
            seconds,
            track,
            fragmented,
            fragments: Vec::new(),
            fragments_end: 0.0,
            fragment_samples: 0,
        }
    }

    pub(crate) fn fragments_duration(&self) -> Option<f64> {
        (self.fragments_end > 0.0).then_some(self.fragments_end)
    }

    /// Returns frames a second.
    pub(crate) fn frame_rate(&self, input: &mut Input<'_>) -> Result<Option<f64>, Error> {
        let (mut samples, mut units) = (0u64, 0u64);
        self.rows::<8>(input, b"stts", 4, |row| {
            let (count, delta) = (row.u32_be(0).unwrap_or(0), row.u32_be(4).unwrap_or(0));
            samples = samples.saturating_add(u64::from(count));
            units = units.saturating_add(u64::from(count).saturating_mul(u64::from(delta)));
            true
        })?;
        let mut seconds = units as f64 / f64::from(self.timescale.max(1));
        if samples == 0 {
            (samples, seconds) = (self.fragment_samples, self.fragments_end);
        }
        // One picture is no film.
        if samples < 2 || seconds <= 0.0 {
            return Ok(None);
        }
        let rate = crate::metadata::round(samples as f64 / seconds, 3);
        Ok((0.01..=10_000.0).contains(&rate).then_some(rate))
    }

    /// Returns the places of up to `most` key frames: those after a tenth of the film in their
    /// order, then those before.
    pub(crate) fn key_frames(&self, input: &mut Input<'_>, most: usize) -> Result<Vec<Place>, Error> {
        if !self.fragments.is_empty() {
            let tenth = self.fragments_end / 10.0;
            let split = self.fragments.partition_point(|(seconds, _)| *seconds < tenth);
            let (before, after) = self.fragments.split_at(split);
            return Ok(after.iter().chain(before.iter().rev()).map(|(_, place)| *place).take(most).collect());
        }
        let first = self.sample_at(input, self.seconds.unwrap_or(0.0) / 10.0)?;
        let (mut after, mut before) = (Vec::new(), Vec::new());
        let mut listed = false;
        self.rows::<4>(input, b"stss", 4, |row| {
            listed = true;
            let number = row.u32_be(0).unwrap_or(0);
            if number >= first {
                after.push(number);
            } else {
                // Only the last ones are of use.
                if before.len() >= most {
                    before.remove(0);
                }
                before.push(number);
            }
            after.len() < most
        })?;
        if !listed {
            // Every sample is a key frame; try some distance from each other.
            after = (0..most as u32).map(|index| first.saturating_add(index * 30)).collect();
            before = vec![1];
        }
        let mut places = Vec::new();
        for number in after.into_iter().chain(before.into_iter().rev()).take(most) {
            if let Some(place) = self.place(input, number)? {
                places.push(place);
            }
        }
        Ok(places)
    }

    /// Returns the number, from one on, of the sample that is decoded at a time.
    fn sample_at(&self, input: &mut Input<'_>, seconds: f64) -> Result<u32, Error> {
        let target = (seconds * f64::from(self.timescale)) as u64;
        let (mut number, mut units) = (1u32, 0u64);
        self.rows::<8>(input, b"stts", 4, |row| {
            let (count, delta) = (row.u32_be(0).unwrap_or(0), u64::from(row.u32_be(4).unwrap_or(0)));
            let end = units.saturating_add(delta.saturating_mul(u64::from(count)));
            if end > target {
                let more = (target - units).div_ceil(delta.max(1));
                number = number.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
                return false;
            }
            number = number.saturating_add(count);
            units = end;
            true
        })?;
        Ok(number)
    }

    /// Returns the place of a sample, counted from one on.
    pub(crate) fn place(&self, input: &mut Input<'_>, number: u32) -> Result<Option<Place>, Error> {
        let index = u64::from(number).wrapping_sub(1);
        // The chunk that holds it, counted from zero on, and the sample that this begins with.
        let mut found = None;
        let mut run: Option<(u64, u64, u64)> = None;
        let mut samples = 0u64;
        self.rows::<12>(input, b"stsc", 4, |row| {
            let (chunk, per_chunk) = (u64::from(row.u32_be(0).unwrap_or(0)), u64::from(row.u32_be(4).unwrap_or(0)));
            if let Some((first, count, before)) = run {
                let chunks = chunk.saturating_sub(first);
                samples = before.saturating_add(chunks.saturating_mul(count));
                if index < samples {
                    found = Some((first, count, before));
                    return false;
                }
            }
            run = Some((chunk, per_chunk, samples));
            true
        })?;
        let Some((first, count @ 1.., before)) = found.or(run) else {
            return Ok(None);
        };
        let Some(more) = index.checked_sub(before) else {
            return Ok(None);
        };
        let chunk = first.saturating_sub(1) + more / count;
        let first_in_chunk = index - more % count;
        let Some(mut offset) = self.chunk_offset(input, chunk)? else {
            return Ok(None);
        };
        let Some(sizes) = self.table.child(input, b"stsz")? else {
            return Ok(None);
        };
        let uniform = input.array::<4>(sizes.start + 4)?.map_or(0, u32::from_be_bytes);
        if uniform > 0 {
            offset = offset.saturating_add((index - first_in_chunk) * u64::from(uniform));
            return Ok(Some(Place { offset, len: uniform }));
        }
        let start = sizes.start + 12 + first_in_chunk * 4;
        let bytes = (index - first_in_chunk + 1) * 4;
        if bytes > MAX_TABLE_BYTES || start + bytes > sizes.end {
            return Ok(None);
        }
        let bytes = input.read(start, bytes as usize)?;
        let mut lengths = bytes.as_chunks::<4>().0.iter().map(|bytes| u32::from_be_bytes(*bytes));
        let Some(len) = lengths.next_back() else {
            return Ok(None);
        };
        offset = lengths.fold(offset, |offset, length| offset.saturating_add(u64::from(length)));
        Ok(Some(Place { offset, len }))
    }

    fn chunk_offset(&self, input: &mut Input<'_>, chunk: u64) -> Result<Option<u64>, Error> {
        if let Some(table) = self.table.child(input, b"stco")? {
            let at = chunk.checked_mul(4).and_then(|bytes| bytes.checked_add(table.start + 8));
            return match at.filter(|at| *at < table.end) {
                Some(at) => Ok(input.array::<4>(at)?.map(|bytes| u64::from(u32::from_be_bytes(bytes)))),
                None => Ok(None),
            };
        }
        let Some(table) = self.table.child(input, b"co64")? else {
            return Ok(None);
        };
        let at = chunk.checked_mul(8).and_then(|bytes| bytes.checked_add(table.start + 8));
        match at.filter(|at| *at < table.end) {
            Some(at) => Ok(input.array::<8>(at)?.map(u64::from_be_bytes)),
            None => Ok(None),
        }
    }

    /// Hands on the rows of a table, which begin after a count, until `take` says no.
    fn rows<const N: usize>(
        &self,
        input: &mut Input<'_>,
        kind: &[u8; 4],
        skip: u64,
        mut take: impl FnMut(&[u8]) -> bool,
    ) -> Result<(), Error> {
        let Some(table) = self.table.child(input, kind)? else {
            return Ok(());
        };
        let count = input.array::<4>(table.start + skip)?.map_or(0, u32::from_be_bytes);
        let start = table.start + skip + 4;
        let end = table.end.min(start + (u64::from(count) * N as u64).min(MAX_TABLE_BYTES));
        let mut at = start;
        while at + N as u64 <= end {
            let bytes = input.read_up_to(at, (CHUNK_BYTES / N * N).min((end - at) as usize))?;
            let (rows, _) = bytes.as_chunks::<N>();
            if rows.is_empty() {
                break;
            }
            for row in rows {
                if !take(row) {
                    return Ok(());
                }
            }
            at += (rows.len() * N) as u64;
        }
        Ok(())
    }

    /// Finds the key frames of a fragmented file.
    pub(crate) fn find_fragments(&mut self, input: &mut Input<'_>) -> Result<(), Error> {
        if !self.fragmented || self.timescale == 0 {
            return Ok(());
        }
        let whole = 0..input.len();
        let mut units = 0u64;
        let mut boxes = Boxes::new(input, whole);
        let mut left = MAX_FRAGMENTS;
        let mut defaults = (0, 0, 0);
        while let Some(found) = boxes.next()? {
            if found.kind == *b"moov" {
                defaults = self.defaults(boxes.input, &found)?;
            }
            if found.kind != *b"moof" || left == 0 {
                continue;
            }
            left -= 1;
            let mut parts = Vec::new();
            let mut children = found.children(boxes.input);
            while let Some(child) = children.next()? {
                if child.kind == *b"traf" && parts.len() < 16 {
                    parts.push(child);
                }
            }
            for part in parts {
                self.fragment(boxes.input, &found, &part, defaults, &mut units)?;
            }
        }
        self.fragments_end = units as f64 / f64::from(self.timescale);
        Ok(())
    }

    /// Returns what `trex` says for all fragments: duration, size and flags of a sample.
    fn defaults(&self, input: &mut Input<'_>, moov: &BoxAt) -> Result<(u32, u32, u32), Error> {
        let Some(extends) = moov.child(input, b"mvex")? else {
            return Ok((0, 0, 0));
        };
        let mut boxes = extends.children(input);
        while let Some(found) = boxes.next()? {
            let bytes = found.head(boxes.input, 24)?;
            if found.kind == *b"trex" && bytes.u32_be(4) == Some(self.track) {
                let part = |offset| bytes.u32_be(offset).unwrap_or(0);
                return Ok((part(12), part(16), part(20)));
            }
        }
        Ok((0, 0, 0))
    }

    fn fragment(
        &mut self,
        input: &mut Input<'_>,
        moof: &BoxAt,
        part: &BoxAt,
        (duration, size, flags): (u32, u32, u32),
        units: &mut u64,
    ) -> Result<(), Error> {
        let Some(header) = part.child(input, b"tfhd")? else {
            return Ok(());
        };
        let header = header.head(input, 40)?;
        if header.u32_be(4) != Some(self.track) {
            return Ok(());
        }
        let has = header.u32_be(0).unwrap_or(0);
        let mut at = 8;
        let mut base = moof.begin;
        if has & 1 != 0 {
            base = header.u64_be(at).unwrap_or(base);
            at += 8;
        }
        at += if has & 2 != 0 { 4 } else { 0 };
        let mut optional = |bit: u32, default: u32| {
            if has & bit == 0 {
                return default;
            }
            at += 4;
            header.u32_be(at - 4).unwrap_or(default)
        };
        let defaults = (optional(8, duration), optional(0x10, size), optional(0x20, flags));
        if let Some(time) = part.child(input, b"tfdt")? {
            let time = time.head(input, 12)?;
            let begin = if time.first() == Some(&1) { time.u64_be(4) } else { time.u32_be(4).map(u64::from) };
            *units = begin.unwrap_or(*units);
        }
        let mut runs = Vec::new();
        let mut children = part.children(input);
        while let Some(child) = children.next()? {
            if child.kind == *b"trun" && runs.len() < 64 {
                runs.push(child);
            }
        }
        let mut offset = base;
        for run in runs {
            self.run(input, &run, base, defaults, &mut offset, units)?;
        }
        Ok(())
    }

    fn run(
        &mut self,
        input: &mut Input<'_>,
        run: &BoxAt,
        base: u64,
        (duration, size, flags): (u32, u32, u32),
        offset: &mut u64,
        units: &mut u64,
    ) -> Result<(), Error> {
        let bytes = run.head(input, MAX_RUN * 16)?;
        let (Some(has), Some(count)) = (bytes.u32_be(0), bytes.u32_be(4)) else {
            return Ok(());
        };
        let mut at = 8;
        let mut next = || {
            at += 4;
            bytes.u32_be(at - 4)
        };
        if has & 1 != 0 {
            let relative = i64::from(next().unwrap_or(0) as i32);
            *offset = base.saturating_add_signed(relative);
        }
        let first_flags = if has & 4 != 0 { next() } else { None };
        for index in 0..(count as usize).min(MAX_RUN) {
            let mut field = |bit: u32, default: u32| if has & bit == 0 { Some(default) } else { next() };
            let (Some(duration), Some(size), Some(own)) =
                (field(0x100, duration), field(0x200, size), field(0x400, flags))
            else {
                break;
            };
            field(0x800, 0);
            let flags = first_flags.filter(|_| index == 0).unwrap_or(own);
            let is_key = flags & 0x0001_0000 == 0;
            if is_key && size > 0 && self.fragments.len() < MAX_FRAGMENTS {
                let seconds = *units as f64 / f64::from(self.timescale);
                self.fragments.push((seconds, Place { offset: *offset, len: size }));
            }
            *offset = offset.saturating_add(u64::from(size));
            *units = units.saturating_add(u64::from(duration));
            self.fragment_samples += 1;
        }
        Ok(())
    }
}
