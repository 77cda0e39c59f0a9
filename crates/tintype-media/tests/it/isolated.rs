//! Formats that are decoded in a process of their own, and what must not get out of it.

use std::io::Cursor;
use std::time::{Duration, Instant};

use tintype_media::{
    DecoderProcess, Encoding, Error, Image, Limits, OutputFormat, RenderOptions, ThumbnailOptions, probe, thumbnails,
};

use crate::files::golden;
use crate::made::{boxed, gzip, utf16};
use crate::picture::{assert_near, options, picture, thumbnail};

fn svg(body: &str) -> Vec<u8> {
    let links = "xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'";
    format!("<svg {links} width='100' height='50'>{body}</svg>").into_bytes()
}

#[test]
fn without_a_process_they_are_unsupported() {
    for name in ["rgb.avif", "rgb.heic", "rgb.jp2", "rgb.jxl", "drawing.svg"] {
        let error = thumbnails(Cursor::new(golden(name)), &ThumbnailOptions::default()).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{name}: {error}");
    }
}

/// Where a kernel is without one of the two, the other one does this as well.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
#[test]
fn a_decoders_process_opens_no_file_reaches_no_network_and_starts_no_process() {
    let confinement = DecoderProcess::new(env!("CARGO_BIN_EXE_tintype-media-decoder")).confinement().unwrap();
    assert!(confinement.is_complete(), "{confinement}");
}

#[test]
fn a_process_that_dies_or_does_not_answer_costs_its_picture_only() {
    let program = |name: &str| ThumbnailOptions::default().with_decoder(DecoderProcess::new(name));
    let error = thumbnails(Cursor::new(golden("rgb.avif")), &program("/bin/false")).unwrap_err();
    assert!(matches!(error, Error::Panicked { .. }), "{error}");
    let error = thumbnails(Cursor::new(golden("rgb.avif")), &program("/bin/echo")).unwrap_err();
    assert!(matches!(error, Error::Panicked { .. }), "{error}");
    let error = thumbnails(Cursor::new(golden("rgb.avif")), &program("/does/not/exist")).unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error}");
}

#[test]
fn a_drawing_is_drawn_at_its_sides_and_see_through_where_there_is_nothing() {
    let small = thumbnail(&golden("drawing.svg"), 1080);
    assert_eq!((small.width, small.height, small.format), (80, 40, OutputFormat::Png));
    let picture = picture(&golden("drawing.svg"), 40);
    assert_eq!((picture.width, picture.height), (40, 20));
    for (x, y, expected) in
        [(5, 5, [255, 0, 0, 255]), (30, 5, [0, 255, 0, 255]), (5, 15, [0, 0, 255, 255]), (30, 15, [0, 0, 0, 0])]
    {
        assert_near(picture.at(x, y), expected, 2);
    }
}

#[test]
fn a_drawing_is_drawn_whatever_its_encoding_prefix_or_packing() {
    let document = |encoding: &str, title: &str| {
        format!(
            "<?xml version='1.0' encoding='{encoding}'?><!DOCTYPE d:svg [\n<!ENTITY colour \"#0000ff\">\n] >\
             <d:svg xmlns:d='http://www.w3.org/2000/svg' width='40' height='20'><d:title>{title}</d:title>\
             <d:rect width='40' height='20' fill='&colour;'/></d:svg>"
        )
    };
    let eight_bits = |encoding: &str, letter: u8| {
        let text = document(encoding, "~").into_bytes();
        text.into_iter().map(|byte| if byte == b'~' { letter } else { byte }).collect::<Vec<u8>>()
    };
    for (name, drawing) in [
        ("UTF-8", document("UTF-8", "café").into_bytes()),
        ("ISO-8859-1", eight_bits("ISO-8859-1", 0xE9)),
        ("windows-1252", eight_bits("windows-1252", 0x93)),
        ("koi8-r", eight_bits("koi8-r", 0xC1)),
        ("UTF-16, little-endian", utf16(&format!("\u{feff}{}", document("UTF-16", "café")), true)),
        ("UTF-16, big-endian", utf16(&format!("\u{feff}{}", document("UTF-16", "café")), false)),
        ("UTF-16 without a mark", utf16(&document("UTF-16", "café"), true)),
        ("gzip", gzip(document("UTF-8", "café").as_bytes(), b"\0\0\0\0")),
    ] {
        let picture = picture(&drawing, 64);
        assert_eq!((picture.width, picture.height), (40, 20), "{name}");
        assert_near(picture.at(20, 10), [0, 0, 255, 255], 2);
    }
}

#[test]
fn a_code_stream_of_jpeg_xl_is_found_in_any_box() {
    let stream = golden("rgb.jxl");
    assert!(stream.starts_with(b"\xFF\x0A"));
    let container = |boxes: &[Vec<u8>]| {
        let start = [boxed(b"JXL ", b"\r\n\x87\n"), boxed(b"ftyp", b"jxl \0\0\0\0jxl ")];
        [start.concat(), boxes.concat()].concat()
    };
    let exif = boxed(b"Exif", &[0; 40_000]);
    let long = [b"\0\0\0\x01jxlc", &(stream.len() as u64 + 16).to_be_bytes()[..], &stream].concat();
    let part = |index: u32, bytes: &[u8]| boxed(b"jxlp", &[&index.to_be_bytes(), bytes].concat());
    for (name, file) in [
        ("behind metadata", container(&[exif.clone(), boxed(b"jxlc", &stream)])),
        ("with a 64-bit length", container(&[long])),
        ("in parts", container(&[part(0, &stream[..3]), exif, part(0x8000_0001, &stream[3..])])),
    ] {
        let probed = probe(Cursor::new(&file), &Limits::default()).unwrap();
        assert_eq!((probed.width, probed.height, probed.mode.as_str()), (7, 5, "RGB"), "{name}");
        let (found, expected) = (picture(&file, 64), picture(&stream, 64));
        assert_eq!(found.pixels, expected.pixels, "{name}");
    }
}

#[test]
fn a_drawing_opens_no_file_and_takes_pictures_from_data_urls_only() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/data/rgb.png");
    for href in [path.to_owned(), format!("file://{path}"), "https://example.org/a.png".to_owned()] {
        let drawing = svg(&format!("<image xlink:href='{href}' width='100' height='50'/>"));
        assert!(picture(&drawing, 64).pixels.iter().all(|pixel| pixel[3] == 0), "{href}");
    }
    // One red pixel.
    let red = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";
    let drawing = svg(&format!(
        "<image xlink:href='data:image/png;base64,{red}' width='100' height='50' preserveAspectRatio='none'/>"
    ));
    assert_near(picture(&drawing, 64).at(32, 16), [255, 0, 0, 255], 8);
}

#[test]
fn a_drawing_made_to_hurt_ends_at_the_deadline_or_before() {
    let mut uses = String::from("<defs><g id='a0'><rect width='9' height='9'/></g>");
    for level in 1..20 {
        let inner = format!("<use xlink:href='#a{}'/>", level - 1).repeat(10);
        uses += &format!("<g id='a{level}'>{inner}</g>");
    }
    uses += "</defs><use xlink:href='#a19'/>";
    let laughs = b"<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>\
        <!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>\
        <!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;'><!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;'>]>\
        <svg xmlns='http://www.w3.org/2000/svg'><text>&f;&f;&f;</text></svg>";
    let filters = "<filter id='f'><feTurbulence numOctaves='1000000' baseFrequency='0.1'/></filter>\
        <rect width='100' height='50' filter='url(#f)'/>";
    let markers = format!(
        "<marker id='m'><path d='{0}' marker-mid='url(#n)'/></marker><marker id='n'><path d='{0}'/></marker>\
         <path d='{0}' marker-mid='url(#m)' stroke='red'/>",
        "M0 0".to_owned() + &" L1 1 2 0".repeat(3000)
    );
    for (name, drawing) in [
        ("uses", svg(&uses)),
        ("laughs", laughs.to_vec()),
        ("filters", svg(filters)),
        ("markers", svg(&markers)),
        ("nesting", svg(&("<g opacity='.9'>".repeat(100_000) + &"</g>".repeat(100_000)))),
    ] {
        let start = Instant::now();
        let limits = Limits::default().with_deadline(start + Duration::from_secs(1));
        let made = thumbnails(Cursor::new(drawing), &options().with_limits(limits));
        // A slow machine under load takes a while to start and to end a process.
        assert!(start.elapsed() < Duration::from_secs(30), "{name} took {:?}", start.elapsed());
        if let Err(error) = made {
            let expected = matches!(
                error,
                Error::DeadlineExceeded
                    | Error::Malformed { .. }
                    | Error::Panicked { .. }
                    | Error::TooMuchMemory { .. }
            );
            assert!(expected, "{name}: {error}");
        }
    }
}

#[test]
fn tiles_of_a_grid_come_to_their_places() {
    let picture = picture(&golden("grid.avif"), 128);
    for (x, y, expected) in [
        (30, 30, [200, 30, 30, 255]),
        (90, 30, [30, 200, 30, 255]),
        (30, 90, [30, 30, 200, 255]),
        (90, 90, [200, 200, 30, 255]),
    ] {
        assert_near(picture.at(x, y), expected, 10);
    }
}

#[test]
fn an_avif_in_pq_is_as_bright_as_it_would_be_on_a_display() {
    let mut file = golden("rgb_444.avif");
    let codes = file.windows(4).position(|window| window == b"nclx").unwrap() + 4;
    // BT.709 primaries, and 92 cd/m² of 203 where half the code is.
    file[codes..codes + 4].copy_from_slice(&[0, 1, 0, 16]);
    assert_near(picture(&file, 64).at(3, 2), [178, 178, 12, 255], 24);
}

#[test]
fn a_jpeg_xl_may_take_more_memory_than_its_header_tells_within_the_limit() {
    let cost = |limit| {
        let limits = Limits::default().with_max_alloc_bytes(limit);
        Image::open(Cursor::new(golden("rgb.jxl")), &limits).unwrap().cost(&[RenderOptions::default()])
    };
    let (least, most) = (cost(1), cost(u64::MAX));
    assert!(most >= 2 * least, "{least} {most}");
    assert_eq!(cost(least + 1), least + 1);
}

#[test]
fn alpha_beside_and_inside_colours_is_seen_alike() {
    for name in ["rgba_pre.avif", "rgba.jxl", "la.jxl"] {
        let picture = picture(&golden(name), 64);
        assert!(picture.at(3, 0)[3] < 24, "{name}: {:?}", picture.at(3, 0));
        assert!(picture.at(6, 4)[3] > 200, "{name}: {:?}", picture.at(6, 4));
    }
    // Red comes from left to right and green from top to bottom.
    let pre = picture(&golden("rgba_pre.avif"), 64);
    assert_near(pre.at(6, 4), [255, 255, 70, 255], 40);
    // What libheif shows.
    let heic = picture(&golden("rgba.heic"), 64);
    assert_near(heic.at(3, 0), [126, 0, 21, 40], 2);
    assert_near(heic.at(6, 4), [254, 255, 71, 234], 2);
}

#[test]
fn a_turned_jpeg_xl_stands_upright() {
    let small = thumbnail(&golden("ori6.jxl"), 64);
    assert_eq!((small.width, small.height), (5, 7));
}

#[test]
fn thumbnails_are_saved_as_asked() {
    let encode = |name: &str, encoding| {
        let options = options().with_edges([64]).with_encoding(encoding);
        thumbnails(Cursor::new(golden(name)), &options).unwrap().remove(0)
    };
    for name in ["rgb.png", "rgba.png", "l.png", "la.png", "rgb_420.jpg", "drawing.svg"] {
        let webp = encode(name, Encoding::WebP);
        assert_eq!((webp.format, webp.format.extension()), (OutputFormat::WebP, "webp"), "{name}");
        let header = tintype_webp::features(&webp.bytes).unwrap();
        let transparent = matches!(name, "rgba.png" | "la.png" | "drawing.svg");
        assert_eq!((header.width, header.height, header.alpha), (webp.width, webp.height, transparent), "{name}");
        assert_eq!(encode(name, Encoding::Jpeg).format, OutputFormat::Jpeg, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_process_that_neither_answers_nor_ends_is_ended() {
    let limits = Limits::default().with_deadline(Instant::now() + Duration::from_millis(200));
    let options =
        ThumbnailOptions::default().with_limits(limits).with_decoder(DecoderProcess::new("sleep").with_arg("600"));
    let start = Instant::now();
    let error = thumbnails(Cursor::new(svg("")), &options).unwrap_err();
    assert!(matches!(error, Error::DeadlineExceeded), "{error}");
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}
