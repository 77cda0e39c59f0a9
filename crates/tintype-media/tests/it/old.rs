//! Pictures of old programs and of games, written by hand.

use std::io::Cursor;

use tintype_media::{Error, Format, Image, Kind, Limits, RenderOptions, detect};

use crate::files::golden;
use crate::made::header;

/// Sides, mode and pixels.
type Shown = (u32, u32, &'static str, Vec<[u8; 4]>);

fn shown(file: &[u8]) -> Result<Shown, Error> {
    let mut image = Image::open(Cursor::new(file), &Limits::default())?;
    let mode = image.facts().mode.as_str();
    let made = image.to_rgba8(&RenderOptions::default())?;
    Ok((made.width, made.height, mode, made.pixels.as_chunks::<4>().0.to_vec()))
}

const RED: [u8; 4] = [255, 0, 0, 255];
const GREEN: [u8; 4] = [0, 255, 0, 255];

/// A PCX of 4 x 2 pixels.
fn pcx(bits: u8, planes: u8, line: u8, runs: &[u8], palette: &[u8]) -> Vec<u8> {
    let window = [0, 0, 0, 0, 3, 0, 1, 0];
    let fields: [(usize, &[u8]); 3] = [(4, &window), (19, &[255, 0, 0, 0, 255, 0]), (65, &[planes, line])];
    [header(&[10, 5, 1, bits], 128, &fields), runs.to_vec(), palette.to_vec()].concat()
}

#[test]
fn paintbrush_pictures_of_each_kind() {
    let mut palette = vec![12];
    palette.extend([0; 768]);
    palette[1 + 3 * 200..][..3].copy_from_slice(&[255, 0, 0]);
    palette[1 + 3 * 7..][..3].copy_from_slice(&[0, 255, 0]);
    let halves = |top: [u8; 4], bottom: [u8; 4]| [[top; 4], [bottom; 4]].concat();
    for (name, file, mode, expected) in [
        ("palette", pcx(8, 1, 4, &[0xC4, 200, 7, 7, 7, 7], &palette), "P", halves(RED, GREEN)),
        ("grey", pcx(8, 1, 4, &[0xC4, 200, 7, 7, 7, 7], &[]), "L", halves([200, 200, 200, 255], [7, 7, 7, 255])),
        ("lights", pcx(8, 3, 4, &[0xC4, 255, 0xC8, 0, 0xC4, 0, 0xC4, 255, 0xC4, 0], &[]), "RGB", halves(RED, GREEN)),
        ("bits", pcx(1, 1, 2, &[0xC1, 0xF0, 0, 0, 0], &[]), "1", halves([255; 4], [0, 0, 0, 255])),
        // Colours 1 and 2 of sixteen, by planes and by nibbles.
        ("planes", pcx(1, 4, 2, &[0xC1, 0xF0, 0xC9, 0, 0xC1, 0xF0, 0xC5, 0], &[]), "P", halves(RED, GREEN)),
        ("nibbles", pcx(4, 1, 2, &[0x11, 0x11, 0x22, 0x22], &[]), "P", halves(RED, GREEN)),
    ] {
        assert_eq!(shown(&file).unwrap(), (4, 2, mode, expected), "{name}");
    }
    let ramp: Vec<u8> = [12].into_iter().chain((0..=255).flat_map(|grey| [grey; 3])).collect();
    assert_eq!(shown(&pcx(8, 1, 4, &[0xC4, 200, 7, 7, 7, 7], &ramp)).unwrap().2, "L");
    // Of a file that is cut short, what there is.
    let (.., pixels) = shown(&pcx(8, 1, 4, &[0xC4, 200, 7], &[])).unwrap();
    assert_eq!((pixels[0], pixels[4]), ([200, 200, 200, 255], [0, 0, 0, 255]));
    assert!(matches!(shown(&pcx(8, 1, 4, &[0xC3], &[])), Err(Error::Malformed { .. })));
    assert!(matches!(shown(&pcx(2, 1, 2, &[0; 9], &[])), Err(Error::Unsupported { .. })));
}

/// An SGI image of 3 x 2 pixels.
fn sgi(is_coded: u8, sample_len: u8, channels: u8, data: &[u8]) -> Vec<u8> {
    let sides = [0, 3, 0, 3, 0, 2, 0, channels];
    [header(&[1, 0xDA, is_coded, sample_len], 512, &[(4, &sides)]), data.to_vec()].concat()
}

#[test]
fn silicon_graphics_pictures_stand_upright() {
    // The lower row is red, the upper one green.
    let planes = [[255; 3], [0; 3], [0; 3], [255; 3], [0; 3], [0; 3]].concat();
    let deep: Vec<u8> = planes.iter().flat_map(|sample| [*sample; 2]).collect();
    let expected = [[GREEN; 3], [RED; 3]].concat();
    assert_eq!(shown(&sgi(0, 1, 3, &planes)).unwrap(), (3, 2, "RGB", expected.clone()));
    assert_eq!(shown(&sgi(0, 2, 3, &deep)).unwrap(), (3, 2, "RGB", expected.clone()));
    // Runs: three times the same, or three as they are.
    let rows: [&[u8]; 6] = [&[3, 255, 0], &[0x83, 0, 0, 0, 0], &[3, 0, 0], &[3, 255, 0], &[3, 0, 0], &[3, 0, 0]];
    let (mut places, mut lengths, mut at) = (Vec::new(), Vec::new(), 512 + 48);
    for row in rows {
        places.extend(u32::to_be_bytes(at));
        lengths.extend(u32::try_from(row.len()).unwrap().to_be_bytes());
        at += u32::try_from(row.len()).unwrap();
    }
    let coded = sgi(1, 1, 3, &[places, lengths, rows.concat()].concat());
    assert_eq!(shown(&coded).unwrap(), (3, 2, "RGB", expected));
    let grey = shown(&sgi(0, 1, 1, &[9, 9, 9, 200, 200, 200])).unwrap();
    assert_eq!((grey.2, grey.3[0], grey.3[3]), ("L", [200, 200, 200, 255], [9, 9, 9, 255]));
    assert_eq!(shown(&sgi(0, 1, 4, &[planes.clone(), vec![255; 6]].concat())).unwrap().2, "RGBA");
    assert!(shown(&sgi(0, 1, 3, &planes[..4])).is_err());
}

/// A surface of `side` x `side` pixels.
fn dds(side: u8, flags: u32, code: &[u8; 4], bits: u32, masks: [u32; 4], data: &[u8]) -> Vec<u8> {
    let format = [flags.to_le_bytes(), *code, bits.to_le_bytes()].concat();
    let masks = masks.map(u32::to_le_bytes).concat();
    let fields: [(usize, &[u8]); 6] =
        [(4, &[124]), (12, &[side]), (16, &[side]), (76, &[32]), (80, &format), (92, &masks)];
    [header(b"DDS ", 128, &fields), data.to_vec()].concat()
}

#[test]
fn surfaces_of_pixels_and_of_blocks() {
    let masks = [0xFF_0000, 0xFF00, 0xFF, 0xFF00_0000];
    let pixels = dds(2, 0x41, &[0; 4], 32, masks, &[0, 0, 255, 128].repeat(4));
    assert_eq!(shown(&pixels).unwrap(), (2, 2, "RGBA", vec![[255, 0, 0, 128]; 4]));
    let opaque = dds(2, 0x40, &[0; 4], 16, [0xF800, 0x7E0, 0x1F, 0], &[0, 0xF8].repeat(4));
    assert_eq!(shown(&opaque).unwrap(), (2, 2, "RGB", vec![RED; 4]));
    let grey = dds(2, 0x2_0000, &[0; 4], 8, [0xFF, 0, 0, 0], &[77; 4]);
    assert_eq!(shown(&grey).unwrap(), (2, 2, "L", vec![[77, 77, 77, 255]; 4]));
    // As Pillow writes it.
    let grey = dds(2, 0x2_0001, &[0; 4], 16, [0xFF, 0xFF, 0xFF, 0xFF00_0000], &[77, 128].repeat(4));
    assert_eq!(shown(&grey).unwrap(), (2, 2, "LA", vec![[77, 77, 77, 128]; 4]));
    // Red and green, of which every other pixel is clear or between them; sides that are no
    // multiple of four.
    let colours = |first: u16, second: u16| [first.to_le_bytes(), second.to_le_bytes()].concat();
    let clear = [colours(0x07E0, 0xF800), vec![0b1100_0100; 4]].concat();
    let (.., found) = shown(&dds(3, 4, b"DXT1", 0, [0; 4], &clear)).unwrap();
    assert_eq!(found[..3], [GREEN, RED, GREEN]);
    let clear = [colours(0x07E0, 0xF800), vec![0xFF; 4]].concat();
    assert_eq!(shown(&dds(3, 4, b"DXT1", 0, [0; 4], &clear)).unwrap().3, [[0; 4]; 9]);
    let mixed = [colours(0xF800, 0x07E0), vec![0xAA; 4]].concat();
    assert_eq!(shown(&dds(4, 4, b"DXT1", 0, [0; 4], &mixed)).unwrap().3, [[170, 85, 0, 255]; 16]);
    let bits = [vec![0x88; 8], mixed.clone()].concat();
    assert_eq!(shown(&dds(4, 4, b"DXT3", 0, [0; 4], &bits)).unwrap().3, [[170, 85, 0, 136]; 16]);
    // The third of eight levels from 255 to 0: a seventh less.
    let ends = [vec![255, 0], vec![0x92, 0x24, 0x49, 0x92, 0x24, 0x49], mixed].concat();
    assert_eq!(shown(&dds(4, 4, b"DXT5", 0, [0; 4], &ends)).unwrap().3, [[170, 85, 0, 218]; 16]);
    assert!(matches!(shown(&dds(4, 4, b"ATI2", 0, [0; 4], &[0; 16])), Err(Error::Unsupported { .. })));
    assert!(matches!(shown(&dds(4, 4, b"DXT1", 0, [0; 4], &[0; 4])), Err(Error::Malformed { .. })));
}

/// An icon of these elements.
fn icns(elements: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let element = |(name, body): &(&[u8; 4], Vec<u8>)| {
        [name.as_slice(), &u32::try_from(body.len() + 8).unwrap().to_be_bytes(), body].concat()
    };
    let body: Vec<u8> = elements.iter().flat_map(element).collect();
    [b"icns".as_slice(), &u32::try_from(body.len() + 8).unwrap().to_be_bytes(), &body].concat()
}

#[test]
fn icons_of_macos_show_their_largest_picture() {
    // Three planes of 256 bytes: 130 at most in a run.
    let plane = |value: u8| [0xFF, value, 0xFB, value];
    let classic = [plane(255), plane(0), plane(0)].concat();
    let opaque = icns(&[(b"ICN#", vec![0; 256]), (b"is32", classic.clone())]);
    assert_eq!(shown(&opaque).unwrap(), (16, 16, "RGBA", vec![RED; 256]));
    let masked = icns(&[(b"s8mk", vec![99; 256]), (b"is32", classic.clone())]);
    assert_eq!(shown(&masked).unwrap().3, vec![[255, 0, 0, 99]; 256]);
    let png = golden("rgba.png");
    let both = icns(&[(b"is32", classic), (b"ic07", png.clone())]);
    assert_eq!((shown(&both).unwrap().0, shown(&both).unwrap().1), (16, 16));
    assert_eq!(shown(&icns(&[(b"ic07", png.clone())])).unwrap().3, shown(&png).unwrap().3);
    // JPEG 2000 has sides, by the name of its element.
    let other = icns(&[(b"ic08", b"\0\0\0\x0CjP  \r\n\x87\n".to_vec())]);
    let facts = *Image::open(Cursor::new(&other), &Limits::default()).unwrap().facts();
    assert_eq!((facts.format, facts.width, facts.height), (Format::Icns, 256, 256));
    assert!(matches!(shown(&other), Err(Error::Unsupported { .. })));
    assert!(Image::open(Cursor::new(icns(&[])), &Limits::default()).is_err());
}

#[test]
fn pixmaps_are_drawn_from_their_text() {
    let text = "/* XPM */\n/* a \"comment\" */\nstatic char *a[] = {\n\"2 2 3 2\",\n\"aa c #FF0000\",\n\".. s mask c None\",\n\
                \"bb m black c green\",\n/* pixels */\n\"aa..\",\n\"bbaa\"\n};\n";
    let (width, height, mode, pixels) = shown(text.as_bytes()).unwrap();
    assert_eq!((width, height, mode), (2, 2, "P"));
    assert_eq!(pixels, [RED, [0; 4], GREEN, RED]);
    assert_eq!(detect(&mut Cursor::new(text), Some("a.txt")).unwrap().mime_type, "image/x-xpixmap");
    let unknown = text.replace("green", "no such colour");
    assert!(matches!(shown(unknown.as_bytes()), Err(Error::Unsupported { .. })));
    let cut = &text[..text.len() - 12];
    assert_eq!(shown(cut.as_bytes()).unwrap().3, [RED, [0; 4], [0; 4], [0; 4]]);
}

#[test]
fn pictures_of_astronomers_have_sides() {
    let card = |text: &str| format!("{text:<80}");
    let cards = |bits: &str, axes: &[(&str, u32)]| {
        let mut text = card("SIMPLE  =                    T / conforms");
        text += &card(&format!("BITPIX  = {bits:>20} / bits"));
        text += &card(&format!("NAXIS   = {:>20}", axes.len()));
        axes.iter().for_each(|(axis, side)| text += &card(&format!("{axis:<8}= {side:>20}")));
        text += &card("END");
        [text.into_bytes(), vec![0; 400]].concat()
    };
    let facts = |file: &[u8]| {
        let detected = detect(&mut Cursor::new(file), None).unwrap();
        assert_eq!((detected.kind, detected.mime_type), (Kind::Image, "image/fits"));
        let facts = *Image::open(Cursor::new(file), &Limits::default())?.facts();
        Ok::<_, Error>((facts.width, facts.height, facts.mode.as_str()))
    };
    for (bits, mode) in [("8", "L"), ("16", "I;16"), ("32", "I"), ("-32", "F"), ("-64", "F")] {
        let file = cards(bits, &[("NAXIS1", 300), ("NAXIS2", 200)]);
        assert_eq!(facts(&file).unwrap(), (300, 200, mode));
        assert!(matches!(shown(&file), Err(Error::Unsupported { .. })));
    }
    assert_eq!(facts(&cards("16", &[("NAXIS1", 300)])).unwrap(), (300, 1, "I;16"));
    assert!(facts(&cards("8", &[])).is_err());
}
