//! Runs of bytes, line by line and plane by plane.

use std::io::{BufRead, Read, Seek, SeekFrom};

use super::header::{Fields, HEADER_BYTES, PALETTE_BYTES, PcxLayout};
use crate::decoding::{Input, Job};
use crate::frame::{Decoded, Samples};
use crate::rows::{Order, Row, RowPlan, Shrinker};
use crate::{Error, Format};

pub(super) fn decode(mut input: Input<'_>, job: &Job<'_>) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let PcxLayout { fields, has_palette } = header.detail()?;
    let colours = colours(&mut input, fields, *has_palette)?;
    input.seek(SeekFrom::Start(HEADER_BYTES))?;
    let mut runs = Runs { input, left: 0, byte: 0 };
    let (width, line_len) = (fields.width as usize, usize::from(fields.line));
    let plan = RowPlan {
        from: (header.width, header.height),
        to: stored,
        samples: Samples::Rgb,
        order: Order::Down,
        deep: false,
    };
    let mut shrinker = Shrinker::new(plan, limits);
    let mut planes = vec![0; line_len * usize::from(fields.planes)];
    let mut row = vec![0; width * 3];
    for _ in 0..fields.height {
        if !runs.fill(&mut planes)? {
            // What came before the end of a file that is cut short is shown.
            break;
        }
        let lines: Vec<&[u8]> = planes.chunks_exact(line_len.max(1)).collect();
        for (x, pixel) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            *pixel = match (&colours, lines.as_slice()) {
                (Colours::Lights, [red, green, blue, ..]) => [red[x], green[x], blue[x]],
                (Colours::Indexed(colours), lines) => colours[index(lines, x, fields.bits)],
                (Colours::Lights, _) => [0; 3],
            };
        }
        shrinker.push(Row::Eight(&row))?;
    }
    if shrinker.is_empty() {
        return Err(Error::malformed(Format::Pcx, "pixels are cut short"));
    }
    Ok(shrinker.finish(None))
}

enum Colours {
    /// Planes of red, green and blue.
    Lights,
    Indexed(Box<[[u8; 3]; 256]>),
}

fn colours(input: &mut Input<'_>, fields: &Fields, has_palette: bool) -> Result<Colours, Error> {
    let mut colours = Box::new([[0; 3]; 256]);
    match (fields.bits, fields.planes) {
        (1, 1) => colours[1] = [255; 3],
        (8, 3..) => return Ok(Colours::Lights),
        (8, 1) if has_palette => {
            input.seek(SeekFrom::End(1 - PALETTE_BYTES.cast_signed()))?;
            input.by_ref().read_exact(colours.as_flattened_mut())?;
        }
        (8, 1) => (0..=255).for_each(|grey| colours[usize::from(grey)] = [grey; 3]),
        (1, 2..=4) | (4, 1) => colours[..16].copy_from_slice(fields.palette.as_chunks::<3>().0),
        // The colours of CGA are told in another way by each program.
        (bits, planes) => {
            return Err(Error::unsupported(Format::Pcx, format!("`{planes}` planes of `{bits}` bits")));
        }
    }
    Ok(Colours::Indexed(colours))
}

/// Returns the number of a pixel's colour, below 256.
fn index(lines: &[&[u8]], x: usize, bits: u8) -> usize {
    let bits = usize::from(bits);
    let bit = x * bits;
    let of_plane = |line: &&[u8]| usize::from(line[bit / 8]) >> (8 - bits - bit % 8) & ((1 << bits) - 1);
    lines.iter().rev().fold(0, |index, line| index << bits | of_plane(line))
}

struct Runs<'a> {
    input: Input<'a>,
    /// How many times `byte` still comes.
    left: u8,
    byte: u8,
}

impl Runs<'_> {
    /// Says whether there was enough.
    fn fill(&mut self, line: &mut [u8]) -> Result<bool, Error> {
        for target in line {
            if self.left == 0 {
                let Some(head) = self.next()? else {
                    return Ok(false);
                };
                (self.left, self.byte) = (1, head);
                if head >= 0xC0 {
                    let Some(byte) = self.next()? else {
                        return Ok(false);
                    };
                    // A run of none is one that some programs write.
                    (self.left, self.byte) = ((head & 0x3F).max(1), byte);
                }
            }
            self.left -= 1;
            *target = self.byte;
        }
        Ok(true)
    }

    fn next(&mut self) -> Result<Option<u8>, Error> {
        let byte = self.input.fill_buf()?.first().copied();
        self.input.consume(usize::from(byte.is_some()));
        Ok(byte)
    }
}
