//! What a Rust program would do without a library for thumbnails: decode with `image`, resize the
//! whole picture for each size with `fast_image_resize`, encode with `image`.

use std::error::Error;
use std::io::Cursor;
use std::path::Path;

use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};
use protocol::{EDGES, QUALITY, Thumbnail};

fn main() -> Result<(), Box<dyn Error>> {
    let mut resizer = Resizer::new();
    let lanczos = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    protocol::serve("image 0.25, fast_image_resize 6", |path| {
        let image = read(path)?;
        let resized = |edge: u32| -> Result<Thumbnail, Box<dyn Error>> {
            let scale = (f64::from(edge) / f64::from(image.width().max(image.height()))).min(1.0);
            let side = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
            let mut small = DynamicImage::new(side(image.width()), side(image.height()), image.color());
            resizer.resize(&image, &mut small, &lanczos)?;
            let mut bytes = Cursor::new(Vec::new());
            let extension = if small.color().has_alpha() {
                small.write_to(&mut bytes, ImageFormat::Png)?;
                "png"
            } else {
                small.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))?;
                "jpg"
            };
            Ok(Thumbnail { edge, extension, bytes: bytes.into_inner() })
        };
        EDGES.map(resized).into_iter().collect()
    })
}

fn read(path: &Path) -> Result<DynamicImage, Box<dyn Error>> {
    let mut decoder = ImageReader::open(path)?.with_guessed_format()?.into_decoder()?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    Ok(image)
}
