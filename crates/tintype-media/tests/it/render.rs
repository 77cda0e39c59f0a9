//! Every fit of every kind of pixel, beside a plain reference.

use std::io::Cursor;

use tintype_media::{
    Encoding, Fit, Flip, Focus, Image, Isolation, Limits, OutputFormat, RenderOptions, Rendered, Renderer, Rotation,
};

use crate::files::{all_golden, golden, jpeg, png};
use crate::picture::assert_near;
use crate::reference::Reference;

pub(crate) fn open(file: &[u8]) -> Image<Cursor<&[u8]>> {
    Image::open(Cursor::new(file), &Limits::default()).unwrap().with_isolation(Isolation::InProcess)
}

fn rgba(file: &[u8], options: &RenderOptions) -> ((u32, u32), Vec<u8>) {
    let made = open(file).to_rgba8(options).unwrap();
    ((made.width, made.height), made.pixels)
}

fn render(file: &[u8], options: &RenderOptions) -> Rendered {
    open(file).render(options).unwrap()
}

/// Returns the pixels of a file that was rendered.
fn decoded(made: &Rendered) -> ((u32, u32), Vec<u8>) {
    rgba(&made.bytes, &RenderOptions::default())
}

/// Smooth pictures with an edge, of which hidden pixels have wild colours.
fn pixels(width: u32, height: u32, channels: u32) -> Vec<u8> {
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let level = |from: u32, of: u32| (40 + from * 170 / of.max(1)) as u8;
            let bright = x > width / 3 && y > height / 4;
            let lights = [level(x, width), level(y, height), if bright { 220 } else { 60 }];
            let hidden = x < width / 4 && y > height / 2;
            let alpha = if hidden { 0 } else { level(x + y, width + height) };
            let lights = if hidden && channels.is_multiple_of(2) { [0, 255, 0] } else { lights };
            match channels {
                1 => pixels.push(lights[0]),
                2 => pixels.extend([lights[0], alpha]),
                3 => pixels.extend(lights),
                _ => pixels.extend([lights[0], lights[1], lights[2], alpha]),
            }
        }
    }
    pixels
}

/// Samples of sixteen bits whose high and low bytes are alike.
fn deep(samples: &[u8]) -> Vec<u8> {
    samples.iter().flat_map(|sample| [*sample; 2]).collect()
}

/// A smooth picture with an edge of light, across which colours stay.
fn soft(width: u32, height: u32) -> Vec<u8> {
    let level = |from: u32, of: u32| (20 + from * 130 / of.max(1)) as u8;
    let pixel = |x: u32, y: u32| {
        let light = if x > width / 3 && y > height / 4 { 80 } else { 0 };
        [level(x, width), level(y, height), level(x + y, width + height)].map(|sample| sample + light)
    };
    (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect()
}

fn jpeg_of(width: u32, height: u32, lights: &[u8]) -> Vec<u8> {
    jpeg(width as u16, height as u16, lights, jpeg_encoder::ColorType::Rgb, false)
}

fn webp_of(width: u32, height: u32, lights: &[u8]) -> Vec<u8> {
    tintype_webp::encode(lights, (width, height), 3, 95).unwrap()
}

/// A file for each kind of pixel, and how near to the reference pictures of it are. What is
/// enlarged of pixels with alpha has been rounded once more; those of JPEG may come from a smaller
/// transform, which shows at edges.
fn kinds(width: u32, height: u32) -> Vec<(&'static str, Vec<u8>, f64)> {
    let of = |channels| pixels(width, height, channels);
    let (w, h) = (width as u16, height as u16);
    let soft = soft(width, height);
    let inks: Vec<u8> = soft.chunks(3).flat_map(|p| [255 - p[0], 255 - p[1], 255 - p[2], 30]).collect();
    vec![
        ("grey", png(width, height, 8, 0, &of(1), &[]), 1.5),
        ("grey with alpha", png(width, height, 8, 4, &of(2), &[]), 4.0),
        ("RGB", png(width, height, 8, 2, &of(3), &[]), 1.5),
        ("RGBA", png(width, height, 8, 6, &of(4), &[]), 4.0),
        ("deep RGB", png(width, height, 16, 2, &deep(&of(3)), &[]), 1.5),
        ("deep RGBA", png(width, height, 16, 6, &deep(&of(4)), &[]), 4.0),
        ("JPEG", jpeg_of(width, height, &soft), 12.0),
        ("grey JPEG", jpeg(w, h, &of(1), jpeg_encoder::ColorType::Luma, false), 4.0),
        ("CMYK", jpeg(w, h, &inks, jpeg_encoder::ColorType::Cmyk, false), 12.0),
        ("WebP", webp_of(width, height, &soft), 6.0),
    ]
}

/// Options, and which part of the image they show at which sides.
type Case = (RenderOptions, (f64, f64), (f64, f64), (u32, u32));

fn cases() -> Vec<Case> {
    let fit = |fit| RenderOptions::fit(fit, 40, 40);
    let whole = ((0.0, 0.0), (120.0, 80.0));
    vec![
        (fit(Fit::Inside), whole.0, whole.1, (40, 27)),
        (RenderOptions::default().with_height(40), whole.0, whole.1, (60, 40)),
        (fit(Fit::Fill), whole.0, whole.1, (40, 40)),
        (fit(Fit::Cover), (20.0, 0.0), (80.0, 80.0), (40, 40)),
        (fit(Fit::Cover).with_focus(Focus::Point { x: 0.0, y: 0.5 }), (0.0, 0.0), (80.0, 80.0), (40, 40)),
        (fit(Fit::Cover).with_focus(Focus::Point { x: 0.6, y: 0.5 }), (32.0, 0.0), (80.0, 80.0), (40, 40)),
        (RenderOptions::fit(Fit::Cover, 60, 20), (0.0, 20.0), (120.0, 40.0), (60, 20)),
        // Nothing is resized, only cut off.
        (RenderOptions::fit(Fit::Cover, 120, 30), (0.0, 25.0), (120.0, 30.0), (120, 30)),
        // Too small, so that its largest square is what there is.
        (RenderOptions::fit(Fit::Cover, 300, 300), (20.0, 0.0), (80.0, 80.0), (80, 80)),
        (RenderOptions::fit(Fit::Cover, 160, 160).enlarged(), (20.0, 0.0), (80.0, 80.0), (160, 160)),
        (RenderOptions::fit(Fit::Inside, 180, 180).enlarged(), whole.0, whole.1, (180, 120)),
        (RenderOptions::fit(Fit::Fill, 150, 40).enlarged(), whole.0, whole.1, (150, 40)),
        (RenderOptions::fit(Fit::Fill, 150, 40), whole.0, whole.1, (120, 40)),
    ]
}

#[test]
fn every_fit_of_every_kind_of_pixel_is_near_the_reference() {
    let mut wrong = Vec::new();
    for (name, file, tolerance) in kinds(120, 80) {
        let (sides, whole) = rgba(&file, &RenderOptions::default());
        let whole = Reference::new(sides.0, sides.1, &whole);
        for (options, place, part, to) in cases() {
            let expected = whole.resized(place, part, to);
            let (found, pixels) = rgba(&file, &options);
            assert_eq!(found, to, "{name} {options:?}");
            let off = expected.most_off(&pixels);
            if off > tolerance {
                wrong.push(format!("{name} to {to:?}, {:?}: {off:.1}", options.fit));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Planes have one sample of colour for four pixels, so that the edge of a colour is as wide as
/// two; light is none the worse for it.
#[test]
fn edges_of_colour_are_soft_and_their_light_is_not() {
    let lights = pixels(120, 80, 3);
    for (name, file) in [("JPEG", jpeg_of(120, 80, &lights)), ("WebP", webp_of(120, 80, &lights))] {
        let (sides, whole) = rgba(&file, &RenderOptions::default());
        let whole = Reference::new(sides.0, sides.1, &whole);
        for (options, place, part, to) in cases() {
            let (light, mean) = whole.resized(place, part, to).differences(&rgba(&file, &options).1);
            assert!(light <= 4.0 && mean <= 2.0, "{name} {options:?}: {light} in light, {mean} on average");
        }
    }
}

#[test]
fn files_show_what_pixels_do() {
    for (name, file, _) in kinds(120, 80) {
        for (options, ..) in cases() {
            let (sides, expected) = rgba(&file, &options);
            let png = render(&file, &options.clone().with_encoding(Encoding::Png));
            assert_eq!((png.format, (png.width, png.height)), (OutputFormat::Png, sides), "{name}");
            assert_eq!(decoded(&png).1, expected, "{name} {options:?}");
            if !name.ends_with("alpha") && !name.ends_with('A') {
                for encoding in [Encoding::Auto, Encoding::WebP] {
                    let made = decoded(&render(&file, &options.clone().with_encoding(encoding).with_quality(98))).1;
                    let difference = mean_difference(&made, &expected);
                    assert!(difference < 4.0, "{name} {options:?} {encoding:?}: {difference}");
                }
            }
        }
    }
}

fn mean_difference(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let sum: u64 = a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.len() as f64
}

#[test]
fn pixels_of_lossless_files_come_out_as_they_went_in() {
    let (width, height) = (37, 23);
    for channels in 1..=4 {
        let stored = pixels(width, height, channels);
        let colour_type = [0, 4, 2, 6][channels as usize - 1];
        let expected: Vec<u8> = stored
            .chunks(channels as usize)
            .flat_map(|pixel| match *pixel {
                [grey] => [grey, grey, grey, 255],
                [grey, alpha] => [grey, grey, grey, alpha],
                [red, green, blue] => [red, green, blue, 255],
                _ => [pixel[0], pixel[1], pixel[2], pixel[3]],
            })
            .collect();
        for file in
            [png(width, height, 8, colour_type, &stored, &[]), png(width, height, 16, colour_type, &deep(&stored), &[])]
        {
            assert_eq!(rgba(&file, &RenderOptions::default()).1, expected, "{channels} channels");
        }
    }
}

#[test]
fn pictures_are_turned_before_they_are_fitted() {
    let file = png(31, 17, 8, 6, &pixels(31, 17, 4), &[]);
    let ((width, height), upright) = rgba(&file, &RenderOptions::default());
    let at = |x: u32, y: u32| upright[(y * width + x) as usize * 4..][..4].to_vec();
    for (rotation, flip, sides, from) in [
        (Rotation::Clockwise90, None, (17, 31), (|x, y| (y, 16 - x)) as fn(u32, u32) -> (u32, u32)),
        (Rotation::Clockwise180, None, (31, 17), |x, y| (30 - x, 16 - y)),
        (Rotation::Clockwise270, None, (17, 31), |x, y| (30 - y, x)),
        (Rotation::None, Some(Flip::Horizontal), (31, 17), |x, y| (30 - x, y)),
        (Rotation::None, Some(Flip::Vertical), (31, 17), |x, y| (x, 16 - y)),
        (Rotation::Clockwise90, Some(Flip::Horizontal), (17, 31), |x, y| (y, x)),
    ] {
        let mut options = RenderOptions::default().with_rotation(rotation);
        options.flip = flip;
        let (found, turned) = rgba(&file, &options);
        assert_eq!(found, sides);
        for y in 0..sides.1 {
            for x in 0..sides.0 {
                let (from_x, from_y) = from(x, y);
                assert_eq!(turned[(y * sides.0 + x) as usize * 4..][..4], at(from_x, from_y), "{rotation:?} {flip:?}");
            }
        }
    }
    assert_eq!((width, height), (31, 17));
    // As planes, whose colour differences are fewer.
    let file = jpeg(161, 95, &pixels(161, 95, 3), jpeg_encoder::ColorType::Rgb, false);
    let upright = rgba(&file, &RenderOptions::default()).1;
    for rotation in [Rotation::Clockwise90, Rotation::Clockwise180, Rotation::Clockwise270] {
        let once = render(&file, &RenderOptions::default().with_rotation(rotation).with_quality(98));
        let back = match rotation {
            Rotation::Clockwise90 => Rotation::Clockwise270,
            Rotation::Clockwise270 => Rotation::Clockwise90,
            other => other,
        };
        let (sides, pixels) = rgba(&once.bytes, &RenderOptions::default().with_rotation(back));
        assert_eq!(sides, (161, 95));
        let difference = mean_difference(&pixels, &upright);
        assert!(difference < 3.0, "{rotation:?}: {difference}");
    }
}

#[test]
fn a_contained_picture_stands_in_the_middle_of_its_canvas() {
    let pixel = |rgba: &[u8], width: u32, x: u32, y: u32| {
        let at = (y * width + x) as usize * 4;
        [rgba[at], rgba[at + 1], rgba[at + 2], rgba[at + 3]]
    };
    for (width, height, kind) in [(60, 40, 2), (200, 140, 2), (60, 40, 6), (60, 40, 0)] {
        let sample = if kind == 6 { vec![200, 30, 60, 255] } else { vec![200; if kind == 0 { 1 } else { 3 }] };
        let file = png(width, height, 8, kind, &sample.repeat((width * height) as usize), &[]);
        let inside = if kind == 6 { [200, 30, 60, 255] } else { [200, 200, 200, 255] };
        for (canvas_width, canvas_height) in [(301, 299), (300, 300)] {
            let options = RenderOptions::fit(Fit::Contain, canvas_width, canvas_height);
            for (encoding, background, around) in [
                (Encoding::Auto, None, [0, 0, 0, 0]),
                (Encoding::Png, Some([10, 20, 250]), [10, 20, 250, 255]),
                (Encoding::Auto, Some([10, 20, 250]), [10, 20, 250, 255]),
                (Encoding::Jpeg, None, [255; 4]),
                (Encoding::WebP, Some([10, 20, 250]), [10, 20, 250, 255]),
            ] {
                let mut options = options.clone().with_encoding(encoding).with_quality(95);
                options.background = background;
                let made = render(&file, &options);
                assert_eq!((made.width, made.height), (canvas_width, canvas_height));
                let (_, found) = decoded(&made);
                let (left, top) = ((canvas_width - width) / 2, (canvas_height - height) / 2);
                let at = |x, y| pixel(&found, canvas_width, x, y);
                for (x, y) in [(0, 0), (left - 4, top + 9), (canvas_width - 1, canvas_height - 1), (left + 5, top - 4)]
                {
                    assert_near(at(x, y), around, 9);
                }
                for (x, y) in [(left + 4, top + 4), (left + width - 5, top + height - 5)] {
                    assert_near(at(x, y), inside, 9);
                }
                if made.format == OutputFormat::Png {
                    assert_eq!(at(left - 1, top), around);
                    assert_eq!(at(left, top - 1), around);
                    assert_eq!(at(left, top), inside);
                    assert_eq!(at(left + width - 1, top + height - 1), inside);
                    assert_eq!(at(left + width, top), around);
                }
            }
        }
    }
}

#[test]
fn transparency_is_on_the_background_in_jpeg_only() {
    let file = png(20, 20, 8, 6, &[250, 10, 10, 0].repeat(400), &[]);
    for (background, expected) in [(None, [255; 4]), (Some([0, 0, 250]), [0, 0, 250, 255])] {
        let mut options = RenderOptions::default().with_encoding(Encoding::Jpeg).with_quality(98);
        options.background = background;
        assert_near(decoded(&render(&file, &options)).1[..4].try_into().unwrap(), expected, 4);
        let png = render(&file, &options.with_encoding(Encoding::Png));
        assert_eq!(decoded(&png).1[3], 0);
    }
}

#[test]
fn tall_and_tiny_pictures_survive_every_fit() {
    let turns = [
        RenderOptions::default(),
        RenderOptions::default().with_rotation(Rotation::Clockwise90).with_flip(Flip::Vertical),
        RenderOptions::default().with_blur(12.0).with_sharpen(2.0),
    ];
    for (width, height) in [(1, 1), (2, 3), (1, 300), (131, 5)] {
        // Pixels, pixels with alpha, planes, and inks.
        let kinds =
            kinds(width, height).into_iter().filter(|(name, ..)| ["RGB", "RGBA", "JPEG", "CMYK"].contains(name));
        for (name, file, _) in kinds {
            for fit in [Fit::Inside, Fit::Cover, Fit::Contain, Fit::Fill] {
                for (across, down) in [(1, 1), (64, 3), (7, 200), (131, 131)] {
                    for enlarge in [false, true] {
                        for encoding in [Encoding::Auto, Encoding::Png] {
                            let wanted = turns.clone().map(|mut options| {
                                (options.width, options.height) = (Some(across), Some(down));
                                options.fit = fit;
                                options.enlarge = enlarge;
                                options.with_encoding(encoding)
                            });
                            for made in open(&file).render_all(&wanted).unwrap() {
                                let fits = (1..=across).contains(&made.width) && (1..=down).contains(&made.height);
                                assert!(fits, "{name} {width}x{height} {fit:?} {across}x{down}");
                            }
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn pictures_of_one_decode_are_those_of_one_each() {
    let wanted = [
        RenderOptions::default().with_width(300),
        RenderOptions::fit(Fit::Fill, 20, 200),
        RenderOptions::fit(Fit::Cover, 90, 90).with_focus(Focus::Point { x: 1.0, y: 0.0 }),
        RenderOptions::fit(Fit::Fill, 300, 10),
        RenderOptions::default().with_width(300),
        RenderOptions::fit(Fit::Contain, 70, 70).with_background([9, 9, 9]),
    ];
    for (name, file) in [
        ("PNG", png(400, 300, 8, 2, &pixels(400, 300, 3), &[])),
        ("RGBA", png(400, 300, 8, 6, &pixels(400, 300, 4), &[])),
        ("JPEG", jpeg(400, 300, &pixels(400, 300, 3), jpeg_encoder::ColorType::Rgb, true)),
    ] {
        let wanted = wanted.clone().map(|options| options.with_encoding(Encoding::Png));
        let mut renderer = Renderer::new();
        let together = renderer.render(&mut open(&file), &wanted).unwrap();
        assert_eq!(together[0], together[4]);
        for (options, together) in wanted.iter().zip(&together) {
            let alone = renderer.render(&mut open(&file), std::slice::from_ref(options)).unwrap();
            assert_eq!((alone[0].width, alone[0].height), (together.width, together.height));
            let difference = mean_difference(&decoded(&alone[0]).1, &decoded(together).1);
            assert!(difference < 1.5, "{name} {options:?}: {difference}");
        }
        // And an image can be rendered again.
        let mut image = open(&file);
        let first = image.render(&wanted[2]).unwrap();
        assert_eq!(image.render(&wanted[2]).unwrap(), first);
    }
}

#[test]
fn blur_takes_edges_away_and_sharpening_brings_them_out() {
    let contrast = |options: &RenderOptions, file: &[u8]| {
        let ((width, _), pixels) = rgba(file, options);
        let row: Vec<i32> =
            pixels.chunks(4).skip(width as usize * 50).take(width as usize).map(|p| p[2].into()).collect();
        row.windows(2).map(|pair| (pair[1] - pair[0]).abs()).max().unwrap()
    };
    for channels in [3, 4] {
        let file = png(120, 80, 8, if channels == 3 { 2 } else { 6 }, &pixels(120, 80, channels), &[]);
        let [plain, blurred, sharpened] = [
            RenderOptions::default(),
            RenderOptions::default().with_blur(3.0),
            RenderOptions::default().with_sharpen(1.0),
        ]
        .map(|options| contrast(&options, &file));
        assert!(blurred < plain / 2 && sharpened >= plain, "{channels}: {plain} {blurred} {sharpened}");
        let same = RenderOptions::default().with_sharpen(0.0);
        assert_eq!(rgba(&file, &same), rgba(&file, &RenderOptions::default()));
    }
}

#[test]
fn every_format_renders_in_this_process_when_it_may() {
    let options = RenderOptions::fit(Fit::Cover, 4, 4);
    let mut wrong = Vec::new();
    for (name, file) in all_golden() {
        let image = Image::open(Cursor::new(&file), &Limits::default()).unwrap();
        let decodable = image.facts().format.is_decodable();
        let made = image.with_isolation(Isolation::InProcess).render(&options);
        let found = made.as_ref().map(|made| (made.width, made.height)).ok();
        if found != decodable.then_some((4, 4)) {
            wrong.push(format!("{name}: {:?}", made.map(|made| (made.width, made.height))));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_drawing_is_sharp_when_it_is_enlarged() {
    let drawing = golden("drawing.svg");
    let (sides, pixels) = rgba(&drawing, &RenderOptions::default().with_width(800).enlarged());
    assert_eq!(sides, (800, 400));
    let at = |x: usize, y: usize| pixels[(y * 800 + x) * 4..][..4].try_into().unwrap();
    assert_near(at(390, 100), [255, 0, 0, 255], 2);
    assert_near(at(410, 100), [0, 255, 0, 255], 2);
}

/// A picture whose only colours are at one end is cropped to that end, whatever turns it.
#[test]
fn a_smart_focus_keeps_what_draws_attention() {
    let (width, height) = (400, 100);
    let patch = |x: u32, y: u32| (300..380).contains(&x) && (20..80).contains(&y);
    let pixel = |x: u32, y: u32| if patch(x, y) { [200, (x * 40 % 256) as u8, 30] } else { [128; 3] };
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| pixel(x, y));
    let file = [format!("P6 {width} {height} 255\n").as_bytes(), &pixels.collect::<Vec<u8>>()].concat();
    for rotation in [Rotation::None, Rotation::Clockwise90, Rotation::Clockwise180] {
        let square = RenderOptions::fit(Fit::Cover, 50, 50).with_focus(Focus::Smart).with_rotation(rotation);
        let (sides, seen) = rgba(&file, &square);
        let red = seen.chunks_exact(4).filter(|pixel| pixel[0] > 160 && pixel[2] < 80).count();
        assert_eq!(sides, (50, 50));
        assert!(red > 1000, "{rotation:?}: {red} of 1200 pixels of the patch are in view");
    }
    let grey = [b"P6 400 100 255\n".as_slice(), &[128; 120_000]].concat();
    for focus in [Focus::Smart, Focus::Center] {
        assert_eq!(rgba(&grey, &RenderOptions::fit(Fit::Cover, 50, 50).with_focus(focus)).0, (50, 50));
    }
}

/// A head in front of grey, above a coat of a bright colour that is several times as large.
#[test]
fn a_smart_focus_prefers_a_face_to_a_coat() {
    let pixel = |x: u32, y: u32| {
        let is_within =
            |centre: (u32, u32), radius: u32| x.abs_diff(centre.0).pow(2) + y.abs_diff(centre.1).pow(2) < radius.pow(2);
        match (x, y) {
            _ if is_within((92, 50), 3) || is_within((108, 50), 3) => [40, 30, 30],
            _ if is_within((100, 55), 28) => [220, 170, 140],
            (40..160, 90..) => [240, 110, 50],
            _ => [180; 3],
        }
    };
    let pixels = (0..200).flat_map(|y| (0..200).map(move |x| (x, y))).flat_map(|(x, y)| pixel(x, y));
    let file = [b"P6 200 200 255\n".as_slice(), &pixels.collect::<Vec<u8>>()].concat();
    let (_, seen) = rgba(&file, &RenderOptions::fit(Fit::Cover, 200, 73).with_focus(Focus::Smart));
    let face = seen.chunks_exact(4).filter(|pixel| (200..230).contains(&pixel[0]) && pixel[2] > 100).count();
    assert!(face > 1800, "{face} of 2400 pixels of the face are in view");
}
