//! PNG through the `png` crate, narrowed to eight bits row by row.

use png::{ColorType, DecodingError, Limits as PngLimits, Transformations};

use super::{Input, buffer, check_sides};
use crate::frame::{Decoded, Frame, Samples};
use crate::probe::{CHUNK_BYTES, Detail, Header};
use crate::{Error, Format};

pub(super) fn decode(input: Input<'_>, header: &Header) -> Result<Decoded, Error> {
    let line_bytes = usize::try_from(u64::from(header.width) * 8).unwrap_or(usize::MAX);
    let limits = PngLimits { bytes: line_bytes.saturating_mul(4).saturating_add(CHUNK_BYTES as usize) };
    let mut decoder = png::Decoder::new_with_limits(input, limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(matches!(header.detail, Detail::OversizedProfile));
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.ignore_checksums(true);
    let mut reader = decoder.read_info().map_err(failed)?;
    check_sides(header, reader.info().width, reader.info().height)?;
    let samples = match reader.output_color_type().0 {
        ColorType::Grayscale => Samples::Grey,
        ColorType::GrayscaleAlpha => Samples::GreyAlpha,
        ColorType::Rgb => Samples::Rgb,
        ColorType::Rgba => Samples::Rgba,
        ColorType::Indexed => return Err(Error::malformed(Format::Png, "palette is missing")),
    };
    let icc_profile = reader.info().icc_profile.as_ref().map(|profile| profile.to_vec());
    let mut pixels = buffer(header, samples.channels())?;
    match reader.next_frame(&mut pixels) {
        Ok(_) => {}
        // What came before the end of a file that is cut short is shown, the rest stays empty.
        Err(DecodingError::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            if pixels.iter().all(|byte| *byte == 0) {
                return Err(failed(DecodingError::IoError(error)));
            }
        }
        Err(error) => return Err(failed(error)),
    }
    Ok(Decoded { frame: Frame { width: header.width, height: header.height, samples, pixels }, icc_profile })
}

fn failed(error: DecodingError) -> Error {
    match error {
        DecodingError::IoError(source) if source.kind() != std::io::ErrorKind::UnexpectedEof => Error::Io { source },
        other => Error::malformed(Format::Png, other.to_string()),
    }
}
