//! Thumbnails as pixels.

use std::io::Cursor;

use tintype_media::{DecoderProcess, Image, Limits, OutputFormat, Thumbnail, ThumbnailOptions, thumbnails};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;

/// A decoded thumbnail, RGBA.
pub(crate) struct Picture {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) pixels: Vec<[u8; 4]>,
}

impl Picture {
    pub(crate) fn at(&self, x: u32, y: u32) -> [u8; 4] {
        self.pixels[(y * self.width + x) as usize]
    }
}

/// Returns options with which every format can be decoded.
pub(crate) fn options() -> ThumbnailOptions {
    ThumbnailOptions::default().with_decoder(DecoderProcess::new(env!("CARGO_BIN_EXE_tintype-media-decoder")))
}

/// Returns the bytes that thumbnails are declared to take.
pub(crate) fn cost(file: &[u8], options: &ThumbnailOptions) -> u64 {
    let image = Image::open(Cursor::new(file), &Limits::default()).unwrap();
    image.cost(&options.pictures(image.facts()))
}

/// Makes the one thumbnail of `edge`.
pub(crate) fn thumbnail(file: &[u8], edge: u32) -> Thumbnail {
    let options = options().with_edges([edge]).with_jpeg_quality(98);
    thumbnails(Cursor::new(file), &options).unwrap().remove(0)
}

/// Makes the one thumbnail of `edge` and decodes it.
pub(crate) fn picture(file: &[u8], edge: u32) -> Picture {
    decode(&thumbnail(file, edge))
}

pub(crate) fn decode(thumbnail: &Thumbnail) -> Picture {
    let pixels = match thumbnail.format {
        OutputFormat::Png => {
            let image = image::load_from_memory(&thumbnail.bytes).unwrap().into_rgba8();
            image.pixels().map(|pixel| pixel.0).collect()
        }
        _ => {
            let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGBA);
            let cursor = ZCursor::new(thumbnail.bytes.as_slice());
            let bytes = zune_jpeg::JpegDecoder::new_with_options(cursor, options).decode().unwrap();
            bytes.as_chunks::<4>().0.to_vec()
        }
    };
    assert_eq!(pixels.len(), (thumbnail.width * thumbnail.height) as usize);
    Picture { width: thumbnail.width, height: thumbnail.height, pixels }
}

/// Fails unless each sample is within `tolerance`.
#[track_caller]
pub(crate) fn assert_near(found: [u8; 4], expected: [u8; 4], tolerance: u8) {
    let near = found.iter().zip(expected).all(|(found, expected)| found.abs_diff(expected) <= tolerance);
    assert!(near, "{found:?} is not within {tolerance} of {expected:?}");
}
