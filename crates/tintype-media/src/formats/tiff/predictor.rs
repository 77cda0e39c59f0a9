//! TIFF 6.0, section 14, and Adobe's Technical Note 3: rows of differences, and what they were made
//! of.

use super::layout::TiffLayout;

const DIFFERENCES: u16 = 2;
const FLOATS: u16 = 3;

/// Says whether rows of this kind can be restored here, or need not be.
pub(super) fn is_known(layout: &TiffLayout) -> bool {
    match layout.predictor {
        DIFFERENCES => matches!(layout.depth(), 8 | 16 | 32 | 64),
        FLOATS => matches!(layout.depth(), 32 | 64),
        _ => true,
    }
}

/// Restores a row whose pixels have `per_pixel` samples.
pub(super) fn undo(layout: &TiffLayout, line: &mut [u8], per_pixel: usize) {
    let len = usize::from(layout.depth() / 8);
    match layout.predictor {
        DIFFERENCES if len == 1 => add_bytes(line, per_pixel),
        DIFFERENCES => add(layout, line, len, per_pixel),
        FLOATS => {
            add_bytes(line, per_pixel);
            gather(layout, line, len);
        }
        _ => {}
    }
}

fn add_bytes(line: &mut [u8], distance: usize) {
    for at in distance..line.len() {
        line[at] = line[at].wrapping_add(line[at - distance]);
    }
}

fn add(layout: &TiffLayout, line: &mut [u8], len: usize, per_pixel: usize) {
    for at in (per_pixel * len..=line.len().saturating_sub(len)).step_by(len) {
        let before = layout.number(&line[at - per_pixel * len..][..len]);
        let sum = before.wrapping_add(layout.number(&line[at..at + len]));
        let sample = &mut line[at..at + len];
        if layout.big_endian {
            sample.copy_from_slice(&sum.to_be_bytes()[8 - len..]);
        } else {
            sample.copy_from_slice(&sum.to_le_bytes()[..len]);
        }
    }
}

/// The highest bytes of all samples come first, then the second highest, and so on.
fn gather(layout: &TiffLayout, line: &mut [u8], len: usize) {
    let planes = line.to_vec();
    let count = line.len() / len;
    for (index, sample) in line.chunks_exact_mut(len).enumerate() {
        for (place, byte) in sample.iter_mut().enumerate() {
            let plane = if layout.big_endian { place } else { len - 1 - place };
            *byte = planes[plane * count + index];
        }
    }
}
