//! What a track says of its pictures and of how its frames were written.

use super::ebml::{Element, bytes, children, float, small, unsigned};
use crate::Error;
use crate::input::Input;
use crate::pixels::colour::Cicp;
use crate::video::VideoTrack;

/// Reads what a track says of its pictures.
pub(super) fn picture(input: &mut Input<'_>, element: Element, video: &mut VideoTrack) -> Result<(), Error> {
    let (mut display, mut unit, mut crop) = ((0, 0), 0, [0u64; 4]);
    for part in children(input, element, 100)? {
        match part.id {
            0xb0 => video.width = small(input, part)?,
            0xba => video.height = small(input, part)?,
            0x54b0 => display.0 = small(input, part)?,
            0x54ba => display.1 = small(input, part)?,
            0x54b2 => unit = unsigned(input, part)?,
            0x54cc => crop[0] = unsigned(input, part)?,
            0x54dd => crop[1] = unsigned(input, part)?,
            0x55b0 => colour(input, part, video)?,
            0x7670 => {
                for part in children(input, part, 20)? {
                    // Degrees about the axis of sight, counter-clockwise.
                    if part.id == 0x7675 {
                        video.orientation = match float(input, part)?.round() as i64 {
                            -90 | 270 => 6,
                            180 | -180 => 3,
                            90 | -270 => 8,
                            _ => 1,
                        };
                    }
                }
            }
            _ => {}
        }
    }
    if unit == 0 && display.0 > 0 && display.1 > 0 && video.width > 0 && video.height > 0 && crop == [0; 4] {
        video.pixel_aspect =
            f64::from(display.0) * f64::from(video.height) / (f64::from(display.1) * f64::from(video.width));
    }
    Ok(())
}

fn colour(input: &mut Input<'_>, element: Element, video: &mut VideoTrack) -> Result<(), Error> {
    let mut colour = Cicp { primaries: 2, transfer: 2, matrix: 2, full_range: false };
    for part in children(input, element, 50)? {
        let value = unsigned(input, part)?;
        match part.id {
            0x55b1 => colour.matrix = value as u16,
            0x55b9 => colour.full_range = value == 2,
            0x55ba => colour.transfer = value as u16,
            0x55bb => colour.primaries = value as u16,
            _ => {}
        }
    }
    video.colour = Some(colour);
    Ok(())
}

/// Reads what was done to the frames of a track.
pub(super) fn encodings(
    input: &mut Input<'_>,
    element: Element,
    stripped: &mut Vec<u8>,
    compressed: &mut bool,
    encrypted: &mut bool,
) -> Result<(), Error> {
    for encoding in children(input, element, 10)? {
        for part in children(input, encoding, 10)? {
            match part.id {
                0x5035 => *encrypted = true,
                0x5034 => {
                    let mut algorithm = 0;
                    for part in children(input, part, 10)? {
                        match part.id {
                            0x4254 => algorithm = unsigned(input, part)?,
                            0x4255 => *stripped = bytes(input, part)?,
                            _ => {}
                        }
                    }
                    *compressed |= algorithm != 3;
                }
                _ => {}
            }
        }
    }
    Ok(())
}
