//! What making a picture may take, and what is refused.

use std::io::Cursor;

use tintype_media::{Encoding, Error, Fit, Focus, Image, Limits, RenderOptions, Rotation};

use crate::allocation::peak;
use crate::files::{jpeg, photo, png};
use crate::render::open;

#[test]
fn the_declared_memory_holds_whatever_is_wanted() {
    let (rgb, rgba) = (photo(900, 700, 3), photo(900, 700, 4));
    let effects = RenderOptions::default().with_width(500).with_blur(20.0).with_sharpen(3.0);
    let wanted = [
        RenderOptions::default(),
        RenderOptions::fit(Fit::Cover, 400, 600),
        RenderOptions::fit(Fit::Cover, 1500, 1200).enlarged(),
        RenderOptions::fit(Fit::Contain, 1200, 1200),
        RenderOptions::fit(Fit::Fill, 900, 60),
        effects,
        RenderOptions::default().with_rotation(Rotation::Clockwise90),
    ];
    for (name, file) in [
        ("JPEG", jpeg(900, 700, &rgb, jpeg_encoder::ColorType::Rgb, false)),
        ("PNG", png(900, 700, 8, 2, &rgb, &[])),
        ("RGBA PNG", png(900, 700, 8, 6, &rgba, &[])),
    ] {
        for encoding in [Encoding::Auto, Encoding::Jpeg, Encoding::Png, Encoding::WebP] {
            let wanted = wanted.clone().map(|options| options.with_encoding(encoding));
            for options in wanted.iter().map(std::slice::from_ref).chain([wanted.as_slice()]) {
                let declared = open(&file).cost(options);
                let (made, used) = peak(|| open(&file).render_all(options).map(drop));
                made.unwrap();
                // The pictures that are made are the caller's.
                let files =
                    open(&file).render_all(options).unwrap().iter().map(|made| made.bytes.len() as u64).sum::<u64>();
                assert!(used <= declared + files, "{name} {options:?}: used {used}, declared {declared}");
            }
        }
        let png = [RenderOptions::default().with_encoding(Encoding::Png)];
        let (_, used) = peak(|| open(&file).to_rgba8(&RenderOptions::default()).unwrap());
        assert!(used <= open(&file).cost(&png), "{name}: used {used}");
    }
}

#[test]
fn what_is_wanted_stays_under_the_limits() {
    let file = png(100, 100, 8, 2, &photo(100, 100, 3), &[]);
    let open = |limits: &Limits| Image::open(Cursor::new(&file), limits).unwrap();
    let large = RenderOptions::fit(Fit::Fill, 16_384, 16_384).enlarged();
    let error = open(&Limits::default()).render(&large).unwrap_err();
    assert!(matches!(error, Error::TooMuchMemory { .. }), "{error}");
    let error = open(&Limits::default().with_max_pixels(9999)).to_rgba8(&RenderOptions::default()).unwrap_err();
    assert!(matches!(error, Error::TooManyPixels { .. }), "{error}");
    let error = open(&Limits::default().with_max_alloc_bytes(30_000)).to_rgba8(&RenderOptions::default()).unwrap_err();
    assert!(matches!(error, Error::TooMuchMemory { .. }), "{error}");
}

#[test]
fn values_outside_their_range_are_refused() {
    let file = png(4, 4, 8, 0, &[9; 16], &[]);
    let default = RenderOptions::default;
    for (name, options) in [
        ("width", default().with_width(0)),
        ("height", default().with_height(16_385)),
        ("focus", default().with_focus(Focus::Point { x: 0.5, y: 1.01 })),
        ("focus", default().with_focus(Focus::Point { x: f32::NAN, y: 1.0 })),
        ("blur", default().with_blur(0.2)),
        ("blur", default().with_blur(f32::NAN)),
        ("sharpen", default().with_sharpen(10.5)),
        ("quality", default().with_quality(0)),
    ] {
        let error = open(&file).render(&options).unwrap_err();
        assert!(matches!(error, Error::InvalidOption { option, .. } if option == name), "{error}");
    }
}
