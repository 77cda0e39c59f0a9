//! libjpeg-turbo's decode of a JPEG file to planes at half its size, and nothing else: long the
//! least that thumbnails cost.

use std::error::Error;

use turbojpeg::{Decompressor, ScalingFactor, YuvImage, yuv_pixels_len};

const ALIGN: usize = 4;

fn main() -> Result<(), Box<dyn Error>> {
    let mut decompressor = Decompressor::new()?;
    decompressor.set_scaling_factor(ScalingFactor::ONE_HALF)?;
    protocol::serve("libjpeg-turbo through turbojpeg 1.5.1", |path| {
        let file = std::fs::read(path)?;
        let header = decompressor.read_header(&file)?.scaled(ScalingFactor::ONE_HALF);
        let length = yuv_pixels_len(header.width, ALIGN, header.height, header.subsamp)?;
        let mut pixels = vec![0; length];
        let image = YuvImage {
            pixels: pixels.as_mut_slice(),
            width: header.width,
            align: ALIGN,
            height: header.height,
            subsamp: header.subsamp,
        };
        decompressor.decompress_to_yuv(&file, image)?;
        std::hint::black_box(&pixels);
        Ok(Vec::new())
    })
}
