//! Which scans of a progressive file have to be decoded for a scale.

use crate::{
    DecodeLimits, DecodeOptions, Error, JpegHeader, Refinement, Scale,
    block::Wanted,
    frame::FrameHeader,
    segments::{self, ScanHeader, Segments, read_scan},
    stuffing::end_of_scan,
};

/// What to do with one scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) action: Action,
    /// Where its entropy-coded data end.
    pub(crate) end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Nothing that the scale needs is in it.
    Pass,
    /// Decode it.
    Decode,
    /// Decode it, and note of all of its coefficients which are not zero: a later refinement can
    /// only be followed by who knows that.
    DecodeAll,
}

/// The steps for the scans in the order of the file, and for which components histories are kept.
#[derive(Debug, Default)]
pub(crate) struct ScanPlan {
    pub(crate) steps: Vec<Step>,
    pub(crate) histories: Vec<bool>,
}

/// The indices, in zigzag order, of a band: a bit each, index 0 topmost.
pub(crate) fn band_mask((first, last): (u8, u8)) -> u64 {
    let from = |k: u8| u64::MAX >> k.min(63);
    from(first) & !(from(last) >> 1)
}

impl ScanPlan {
    /// Looks at all scan headers of the file. A scan header that makes no sense ends the plan, and
    /// will end the decoding too.
    pub(crate) fn new(
        header: &JpegHeader<'_>,
        options: DecodeOptions,
        limits: &DecodeLimits<'_>,
    ) -> Result<Self, Error> {
        let frame = header.frame();
        let (scans, ends) = scan_headers(header.data(), frame, limits)?;
        let quality = header.quality().unwrap_or(0);
        let count = frame.components.len();
        let mut steps = Vec::with_capacity(scans.len());
        let mut histories = vec![0u64; count];
        for (scan, end) in scans.iter().zip(ends).rev() {
            let action = match scan.components.as_slice() {
                &[(index, ..)] if scan.band.0 > 0 => {
                    let scale = options.scale_of(index, count);
                    let band = band_mask(scan.band);
                    let wanted = band & Wanted::at(scale).mask();
                    let history = &mut histories[index];
                    if scan.high == 0 {
                        match (band & *history, wanted) {
                            (0, 0) => Action::Pass,
                            (0, _) => Action::Decode,
                            _ => Action::DecodeAll,
                        }
                    } else if band & *history != 0 || wanted != 0 && is_visible(scan, scale, quality, options) {
                        *history |= band;
                        Action::DecodeAll
                    } else {
                        Action::Pass
                    }
                }
                _ => Action::Decode,
            };
            steps.push(Step { action, end });
        }
        steps.reverse();
        Ok(Self { steps, histories: histories.iter().map(|&h| h != 0).collect() })
    }
}

/// Whether an AC refinement makes a difference that may be seen.
fn is_visible(scan: &ScanHeader, scale: Scale, quality: u8, options: DecodeOptions) -> bool {
    match (options.refinement, scale) {
        (Refinement::All, _) | (_, Scale::Full) => true,
        (Refinement::WhereVisible, Scale::Quarter | Scale::Eighth) => false,
        (Refinement::WhereVisible, _) => scan.low > 0 || quality < 75,
    }
}

/// The headers of all scans and where their data end.
fn scan_headers(
    data: &[u8],
    frame: &FrameHeader,
    limits: &DecodeLimits<'_>,
) -> Result<(Vec<ScanHeader>, Vec<usize>), Error> {
    let ids: Vec<u8> = frame.components.iter().map(|c| c.id).collect();
    let (mut scans, mut ends) = (Vec::new(), Vec::new());
    let mut segments = Segments::new(data)?;
    while let Some(segment) = segments.next() {
        if segment.marker != segments::SOS {
            continue;
        }
        if scans.len() >= limits.max_scans as usize {
            return Err(Error::TooManyScans { limit: limits.max_scans });
        }
        let Ok(scan) = read_scan(&segment, &ids) else {
            break;
        };
        let end = end_of_scan(data, segment.end());
        segments.resume(end);
        scans.push(scan);
        ends.push(end);
    }
    Ok((scans, ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn band_masks_hold_both_ends() {
        assert_eq!(band_mask((0, 0)), 1 << 63);
        assert_eq!(band_mask((1, 5)), 0b1_1111 << 58);
        assert_eq!(band_mask((1, 63)), u64::MAX >> 1);
        assert_eq!(band_mask((63, 63)), 1);
    }
}
