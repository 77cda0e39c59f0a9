//! Colours are within ΔE2000 1.0 of what double precision gives.

use crate::exact::{
    ADOBE_RGB, DISPLAY_P3, INK_STEP, Triple, delta_e, inks_profile, inks_to_srgb, lab, linear, to_srgb,
};
use crate::files::{iccp, jpeg, jpeg_with_profile, png};
use crate::picture::picture;

const SIDE: u16 = 16;
const PIXELS: usize = SIDE as usize * SIDE as usize;

/// Levels of each light.
const LEVELS: [u8; 3] = [0, 100, 255];

fn colours() -> impl Iterator<Item = [u8; 3]> {
    let each = |index: usize| LEVELS[index % 3];
    (0..27).map(move |index| [each(index), each(index / 3), each(index / 9)])
}

/// Fails unless thumbnails of the file, resized and not, have the colour `expected`.
#[track_caller]
fn assert_colour(file: &[u8], expected: Triple, what: &str) {
    for edge in [64, 9] {
        let picture = picture(file, edge);
        let [red, green, blue, _] = picture.at(picture.width / 2, picture.height / 2);
        let found = [red, green, blue].map(|sample| f64::from(sample) / 255.0);
        let difference = delta_e(lab(found), lab(expected));
        assert!(difference <= 1.0, "{what} at {edge}: {found:?}, not {expected:?}, which is {difference:.2} away");
    }
}

#[test]
fn wide_gamuts_are_within_one() {
    let p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let adobe_rgb = moxcms::ColorProfile::new_adobe_rgb().encode().unwrap();
    for (name, primaries, profile) in [("Display P3", &DISPLAY_P3, &p3), ("Adobe RGB", &ADOBE_RGB, &adobe_rgb)] {
        let curve = |sample: f64| if name == "Adobe RGB" { sample.powf(563.0 / 256.0) } else { linear(sample) };
        for colour in colours() {
            let expected = to_srgb(primaries, colour.map(|sample| curve(f64::from(sample) / 255.0)));
            let (side, pixels, extra) = (u32::from(SIDE), colour.repeat(PIXELS), iccp(profile));
            assert_colour(&png(side, side, 8, 2, &pixels, &extra), expected, &format!("{name} {colour:?} in a PNG"));
            let deep: Vec<u8> = pixels.iter().flat_map(|sample| [*sample; 2]).collect();
            assert_colour(
                &png(side, side, 16, 2, &deep, &extra),
                expected,
                &format!("{name} {colour:?}, sixteen bits"),
            );
            let file = jpeg_with_profile(SIDE, SIDE, &pixels, jpeg_encoder::ColorType::Rgb, profile);
            assert_colour(&file, expected, &format!("{name} {colour:?} in a JPEG"));
        }
    }
}

#[test]
fn sixteen_bits_are_within_one() {
    let side = u32::from(SIDE);
    for level in [0_u16, 300, 1000, 5000, 20_000, 44_444, 65_535] {
        let colour = [level, level / 2, 65_535 - level];
        let rows = colour.map(u16::to_be_bytes).concat().repeat(PIXELS);
        let expected = colour.map(|sample| f64::from(sample) / 65_535.0);
        assert_colour(&png(side, side, 16, 2, &rows, &[]), expected, &format!("{colour:?}"));
        let grey = [f64::from(level) / 65_535.0; 3];
        assert_colour(&png(side, side, 16, 0, &level.to_be_bytes().repeat(PIXELS), &[]), grey, &format!("{level}"));
    }
}

/// Amounts of ink at points of the profile's table.
fn inks() -> impl Iterator<Item = [u8; 4]> {
    let step = |index: usize| [0, 2, 5][index % 3] * INK_STEP;
    (0..81).map(move |index| [step(index), step(index / 3), step(index / 9), step(index / 27)])
}

#[test]
fn inks_with_a_profile_are_within_one() {
    let profile = inks_profile();
    for inks in inks() {
        // A few levels more or less from pixel to pixel, so that what eight bits round is gone from
        // the mean: in the dark a level of a colour difference alone is more than one.
        let pixel = |index: usize| {
            let step = (index % usize::from(SIDE) * 3 + index / usize::from(SIDE) * 5) % 5;
            inks.map(|ink| if ink < 128 { ink + step as u8 } else { ink - step as u8 })
        };
        let pixels: Vec<[u8; 4]> = (0..PIXELS).map(pixel).collect();
        let expected = pixels.iter().map(|inks| inks_to_srgb(*inks));
        let file = jpeg_with_profile(SIDE, SIDE, &pixels.concat(), jpeg_encoder::ColorType::Cmyk, &profile);
        let found = picture(&file, 64).pixels.into_iter();
        let found = mean(found.map(|[red, green, blue, _]| [red, green, blue].map(|sample| f64::from(sample) / 255.0)));
        let difference = delta_e(lab(found), lab(mean(expected)));
        assert!(difference <= 1.0, "{inks:?}: {found:?}, which is {difference:.2} away");
    }
}

fn mean(colours: impl Iterator<Item = Triple>) -> Triple {
    let mut count = 0.0;
    let sum = colours.fold([0.0; 3], |[a, b, c], [d, e, f]| {
        count += 1.0;
        [a + d, b + e, c + f]
    });
    sum.map(|sum| sum / count)
}

#[test]
fn inks_without_a_profile_are_within_one_of_what_pillow_makes_of_them() {
    for inks in inks() {
        let [cyan, magenta, yellow, black] = inks.map(|ink| f64::from(ink) / 255.0);
        let expected = [cyan, magenta, yellow].map(|ink| (1.0 - ink) * (1.0 - black));
        for kind in [jpeg_encoder::ColorType::Cmyk, jpeg_encoder::ColorType::CmykAsYcck] {
            let file = jpeg(SIDE, SIDE, &inks.repeat(PIXELS), kind, false);
            assert_colour(&file, expected, &format!("{inks:?} {kind:?}"));
        }
    }
}
