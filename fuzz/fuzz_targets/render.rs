//! Renders a picture whose options are the first bytes. A panic in a decoder of somebody else's
//! that is caught is no finding; one in tintype's own code is.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use tintype_fuzz::abort_only_on_own_panics;
use tintype_media::{Encoding, Fit, Flip, Focus, Image, Limits, RenderOptions, Rotation};

fn options(bytes: [u8; 8]) -> RenderOptions {
    let [width, height, kinds, x, y, blur, sharpen, background] = bytes;
    let mut options = RenderOptions::default();
    options.width = (width > 0).then_some(u32::from(width) * 2);
    options.height = (height > 0).then_some(u32::from(height) * 2);
    options.fit = [Fit::Inside, Fit::Cover, Fit::Contain, Fit::Fill][usize::from(kinds & 3)];
    options.encoding = [Encoding::Auto, Encoding::Jpeg, Encoding::Png, Encoding::WebP][usize::from(kinds >> 2 & 3)];
    options.rotation = [Rotation::None, Rotation::Clockwise90, Rotation::Clockwise180, Rotation::Clockwise270]
        [usize::from(kinds >> 4 & 3)];
    options.enlarge = kinds & 0x40 != 0;
    options.flip = (kinds & 0x80 != 0).then_some(if x & 1 == 0 { Flip::Horizontal } else { Flip::Vertical });
    options.focus = Focus::Point { x: f32::from(x) / 255.0, y: f32::from(y) / 255.0 };
    options.blur = (blur > 0).then_some(0.3 + f32::from(blur) / 4.0);
    options.sharpen = (sharpen > 0).then_some(f32::from(sharpen) / 25.5);
    options.background = (background > 0).then_some([background, 0, 255 - background]);
    options
}

fuzz_target!(init: { abort_only_on_own_panics() }, |input: &[u8]| {
    let Some((head, file)) = input.split_first_chunk::<8>() else { return };
    let limits = Limits::default().with_max_pixels(1 << 18).with_max_alloc_bytes(64 << 20);
    let Ok(mut image) = Image::open(Cursor::new(file), &limits) else { return };
    let options = options(*head);
    let Ok(made) = image.render(&options) else { return };
    assert!(made.width > 0 && made.height > 0 && !made.bytes.is_empty());
    assert!(options.width.is_none_or(|width| made.width <= width), "{}x{}", made.width, made.height);
    assert!(options.height.is_none_or(|height| made.height <= height), "{}x{}", made.width, made.height);
});
