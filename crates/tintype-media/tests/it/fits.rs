//! Every fit of files of every special sort: inks, deep and transparent pixels, several frames.

use std::io::Cursor;

use tintype_media::{Fit, Image, Limits, RenderOptions};

use crate::files::golden;
use crate::reference::Reference;

const FILES: [&str; 10] = [
    "cmyk.jpg",
    "cmyk.tif",
    "raw_rgb16.png",
    "raw_rgba16.png",
    "raw_la16.png",
    "la.png",
    "rgba.png",
    "anim.gif",
    "anim.png",
    "anima.webp",
];

/// The edge of the box.
const EDGE: u32 = 60;

fn rgba(file: &[u8], options: &RenderOptions) -> ((u32, u32), Vec<u8>) {
    let made = Image::open(Cursor::new(file), &Limits::default()).unwrap().to_rgba8(options).unwrap();
    ((made.width, made.height), made.pixels)
}

fn fit(fit: Fit) -> RenderOptions {
    RenderOptions::fit(fit, EDGE, EDGE).enlarged()
}

/// What the whole file shows, which is the first of several frames, is tested elsewhere.
#[test]
fn each_fit_shows_its_part_of_the_picture() {
    for name in FILES {
        let file = golden(name);
        let (sides, pixels) = rgba(&file, &RenderOptions::default());
        let whole = Reference::new(sides.0, sides.1, &pixels);
        let (width, height) = (f64::from(sides.0), f64::from(sides.1));
        assert!(width > height, "{name} lies");
        let inside = (EDGE, (f64::from(EDGE) * height / width).round() as u32);
        for (wanted, place, part, to) in [
            (Fit::Inside, (0.0, 0.0), (width, height), inside),
            (Fit::Fill, (0.0, 0.0), (width, height), (EDGE, EDGE)),
            (Fit::Cover, ((width - height) / 2.0, 0.0), (height, height), (EDGE, EDGE)),
        ] {
            let (found, pixels) = rgba(&file, &fit(wanted));
            assert_eq!(found, to, "{name} {wanted:?}");
            let (light, mean) = whole.resized(place, part, to).differences(&pixels);
            assert!(mean <= 2.0, "{name} {wanted:?}: {light} in light, {mean} on average");
        }
    }
}

#[test]
fn a_contained_picture_is_the_one_inside_with_something_around_it() {
    for name in FILES {
        let file = golden(name);
        let ((width, height), inside) = rgba(&file, &fit(Fit::Inside));
        for (background, around) in [(None, [0; 4]), (Some([10, 20, 250]), [10, 20, 250, 255])] {
            let mut options = fit(Fit::Contain);
            options.background = background;
            let (sides, contained) = rgba(&file, &options);
            assert_eq!(sides, (EDGE, EDGE), "{name}");
            let top = (EDGE - height) / 2;
            let row = (EDGE * 4) as usize;
            let (above, rest) = contained.split_at(top as usize * row);
            let (middle, below) = rest.split_at(height as usize * row);
            assert_eq!(width, EDGE);
            assert!([above, below].concat().chunks(4).all(|pixel| pixel == around), "{name} {background:?}");
            assert!(!above.is_empty() && !below.is_empty());
            let is_clear = inside.chunks(4).any(|pixel| pixel[3] < 255);
            if background.is_none() || !is_clear {
                assert!(middle == inside, "{name} {background:?}");
            }
        }
    }
}
