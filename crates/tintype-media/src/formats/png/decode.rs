//! PNG through the `png` crate, row by row into the first thumbnail.

use png::{BitDepth, ColorType, DecodingError, Limits as PngLimits, Transformations};

use super::header::{CHUNK_BYTES, OversizedProfile};
use crate::decoding::{Input, Job, check_sides};
use crate::frame::{Decoded, Samples};
use crate::hdr::Hdr;
use crate::rows::{Lattice, Order, Row, RowPlan, Shrinker};
use crate::{Error, Format, colour};

/// The passes of Adam7: how columns and rows are spread, the first ones and how far apart they are.
const PASSES: [(Lattice, Lattice); 7] = [
    (lattice(0, 8), lattice(0, 8)),
    (lattice(4, 8), lattice(0, 8)),
    (lattice(0, 4), lattice(4, 8)),
    (lattice(2, 4), lattice(0, 4)),
    (lattice(0, 2), lattice(2, 4)),
    (lattice(1, 2), lattice(0, 2)),
    (lattice(0, 1), lattice(1, 2)),
];

const fn lattice(first: u32, step: u32) -> Lattice {
    Lattice { first, step }
}

pub(crate) fn decode(input: Input<'_>, job: &Job<'_>) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let line_bytes = usize::try_from(u64::from(header.width) * 8).unwrap_or(usize::MAX);
    let png_limits = PngLimits { bytes: line_bytes.saturating_mul(4).saturating_add(CHUNK_BYTES as usize) };
    let mut decoder = png::Decoder::new_with_limits(input, png_limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(header.detail::<OversizedProfile>().is_ok());
    decoder.set_transformations(Transformations::EXPAND);
    decoder.ignore_checksums(true);
    let mut reader = decoder.read_info().map_err(failed)?;
    let info = reader.info();
    check_sides(header, info.width, info.height)?;
    let interlaced = info.interlaced;
    // Code points come before a profile (W3C PNG, third edition, section 4.3).
    let codes = info.coding_independent_code_points;
    let codes = codes.map(|codes| (u16::from(codes.color_primaries), u16::from(codes.transfer_function)));
    let hdr = codes.and_then(|(primaries, transfer)| Hdr::from_codes(primaries, transfer));
    let icc_profile = match (codes, hdr) {
        (_, Some(_)) => None,
        (Some((primaries, _)), None) => colour::profile_of_primaries(primaries),
        (None, None) => info.icc_profile.as_ref().map(|profile| profile.to_vec()),
    };
    let (colour, depth) = reader.output_color_type();
    let samples = match colour {
        ColorType::Grayscale => Samples::Grey,
        ColorType::GrayscaleAlpha => Samples::GreyAlpha,
        ColorType::Rgb => Samples::Rgb,
        ColorType::Rgba => Samples::Rgba,
        ColorType::Indexed => return Err(Error::malformed(Format::Png, "palette is missing")),
    };
    let plan = RowPlan {
        from: (header.width, header.height),
        to: stored,
        samples,
        order: if interlaced { Order::Any } else { Order::Down },
        deep: icc_profile.is_some(),
    };
    let mut shrinker = Shrinker::new(plan, limits);
    let mut deep = Vec::new();
    for (y, lattice) in places(header.width, header.height, interlaced) {
        let row = match reader.next_row() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(DecodingError::IoError(error)) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
                return Err(Error::Io { source: error });
            }
            Err(error) if shrinker.is_empty() => return Err(failed(error)),
            // What came before the end of a file that is cut short, or before damage, is shown.
            Err(_) => break,
        };
        let bytes = row.data();
        if depth == BitDepth::Sixteen {
            deep.clear();
            deep.extend(bytes.as_chunks::<2>().0.iter().map(|sample| u16::from_be_bytes(*sample)));
            shrinker.push_at(y, lattice, Row::Sixteen(&deep))?;
        } else {
            shrinker.push_at(y, lattice, Row::Eight(bytes))?;
        }
    }
    drop(reader);
    let made = shrinker.finish(icc_profile);
    Ok(match hdr {
        Some(hdr) => Decoded { frame: hdr.to_srgb(made.frame), ..made },
        None => made,
    })
}

/// Returns where the rows belong, in the order in which they come.
fn places(width: u32, height: u32, interlaced: bool) -> impl Iterator<Item = (u32, Lattice)> {
    let passes: &[(Lattice, Lattice)] = if interlaced { &PASSES } else { &[(Lattice::ALL, Lattice::ALL)] };
    // A pass without columns has no rows either.
    passes.iter().filter(move |(columns, _)| columns.count(width) > 0).flat_map(move |(columns, rows)| {
        (0..rows.count(height)).map(move |line| (rows.first + line * rows.step, *columns))
    })
}

fn failed(error: DecodingError) -> Error {
    match error {
        DecodingError::IoError(source) if source.kind() != std::io::ErrorKind::UnexpectedEof => Error::Io { source },
        other => Error::malformed(Format::Png, other.to_string()),
    }
}
