//! AVIF and HEIC whose containers say unusual things, made of the streams in `grid.avif` and
//! `grid.heic`.

use std::io::Cursor;

use tintype_media::{Error, Image, Isolation, Limits, RenderOptions};

use crate::files::golden;
use crate::made::boxed;

/// What the streams are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Codec {
    Av1,
    Hevc,
}

const CODECS: [Codec; 2] = [Codec::Av1, Codec::Hevc];

impl Codec {
    /// A picture of one colour, 64 x 64 pixels.
    fn stream(self, index: usize) -> Vec<u8> {
        // Where the four items lie in the files, as their `iloc` have them.
        let (name, places) = match self {
            Self::Av1 => ("grid.avif", [(0x211, 36), (0x235, 35), (0x258, 36), (0x27C, 36)]),
            Self::Hevc => ("grid.heic", [(0x240, 31), (0x25F, 29), (0x27C, 30), (0x29A, 30)]),
        };
        let (offset, len) = places[index];
        golden(name)[offset..offset + len].to_vec()
    }

    /// The property that says how a stream is coded.
    fn configuration(self) -> Vec<u8> {
        match self {
            Self::Av1 => boxed(b"av1C", &[0x81, 0x20, 0, 0]),
            Self::Hevc => boxed(b"hvcC", &golden("grid.heic")[0x12A..0x12A + 112]),
        }
    }
}

/// An item: its type, its properties, its data, and what it refers to.
struct Item {
    kind: &'static [u8; 4],
    properties: Vec<Vec<u8>>,
    data: Vec<u8>,
    references: Vec<(&'static [u8; 4], Vec<u16>)>,
}

impl Item {
    fn coded(codec: Codec, index: usize) -> Self {
        let kind = if codec == Codec::Av1 { b"av01" } else { b"hvc1" };
        let properties = vec![sides(64, 64), codec.configuration()];
        Self { kind, properties, data: codec.stream(index), references: vec![] }
    }

    /// What another item shows, with these properties more.
    fn identity(of: u16, properties: Vec<Vec<u8>>) -> Self {
        Self { kind: b"iden", properties, data: vec![], references: vec![(b"dimg", vec![of])] }
    }

    fn grid(columns: u8, rows: u8, tiles: Vec<u16>) -> Self {
        let (width, height) = (u16::from(columns) * 64, u16::from(rows) * 64);
        let data = [&[0, 0, rows - 1, columns - 1][..], &width.to_be_bytes(), &height.to_be_bytes()].concat();
        let properties = vec![sides(width.into(), height.into())];
        Self { kind: b"grid", properties, data, references: vec![(b"dimg", tiles)] }
    }

    fn with(mut self, property: Vec<u8>) -> Self {
        self.properties.push(property);
        self
    }

    fn alpha_of(self, item: u16) -> Self {
        let mut item = self.refers(b"auxl", vec![item]);
        item.properties.push(boxed(b"auxC", b"\0\0\0\0urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"));
        item
    }

    fn refers(mut self, kind: &'static [u8; 4], to: Vec<u16>) -> Self {
        self.references.push((kind, to));
        self
    }
}

fn sides(width: u32, height: u32) -> Vec<u8> {
    boxed(b"ispe", &[[0; 4], width.to_be_bytes(), height.to_be_bytes()].concat())
}

/// A clean aperture: sides, and how far its middle is from that of the picture, all in whole pixels
/// or halves.
fn aperture(width: u32, height: u32, across: i32, down: i32) -> Vec<u8> {
    let fraction = |number: u32, of: u32| [number.to_be_bytes(), of.to_be_bytes()].concat();
    let offset = |number: i32| fraction(number.cast_unsigned(), 2);
    boxed(b"clap", &[fraction(width, 1), fraction(height, 1), offset(across), offset(down)].concat())
}

/// A file of these items, numbered from 1, of which the first is the picture.
fn file(codec: Codec, items: &[Item]) -> Vec<u8> {
    let full = |kind: &[u8], body: &[u8]| boxed(kind, &[&[0; 4], body].concat());
    let numbered = || (1_u16..).zip(items);
    let handler = full(b"hdlr", &[&[0; 4][..], b"pict", &[0; 13]].concat());
    let entry = |(id, item): (u16, &Item)| {
        boxed(b"infe", &[&[2, 0, 0, 0][..], &id.to_be_bytes(), &[0, 0], item.kind, &[0]].concat())
    };
    let count = u16::try_from(items.len()).unwrap().to_be_bytes();
    let entries = full(b"iinf", &[count.to_vec(), numbered().flat_map(entry).collect()].concat());
    let properties: Vec<u8> = items.iter().flat_map(|item| item.properties.concat()).collect();
    let mut next = 0;
    let mut associations = [&[0, 0][..], &count].concat();
    for (id, item) in numbered() {
        associations.extend(id.to_be_bytes());
        associations.push(u8::try_from(item.properties.len()).unwrap());
        item.properties.iter().for_each(|_| {
            next += 1;
            associations.push(next);
        });
    }
    let properties = boxed(b"iprp", &[boxed(b"ipco", &properties), full(b"ipma", &associations)].concat());
    let mut references = Vec::new();
    for (id, item) in numbered() {
        for (kind, to) in &item.references {
            let to: Vec<u8> = [&[id, u16::try_from(to.len()).unwrap()], to.as_slice()]
                .concat()
                .iter()
                .flat_map(|id| id.to_be_bytes())
                .collect();
            references.extend(boxed(*kind, &to));
        }
    }
    let references = full(b"iref", &references);
    let brand = if codec == Codec::Av1 { b"avif" } else { b"heic" };
    let brand = boxed(b"ftyp", &[brand, &[0; 4], brand, &b"mif1"[..]].concat());
    // The places of items have a fixed length, so that they can be known before.
    let located_len = 8 + 4 + 4 + 14 * items.len();
    let primary = full(b"pitm", &[0, 1]);
    let meta_len =
        12 + handler.len() + primary.len() + entries.len() + properties.len() + references.len() + located_len;
    let mut at = u32::try_from(brand.len() + meta_len + 8).unwrap();
    let mut located = [&[0x44, 0][..], &count].concat();
    for (id, item) in numbered() {
        let len = u32::try_from(item.data.len()).unwrap();
        located.extend([&id.to_be_bytes()[..], &[0, 0, 0, 1], &at.to_be_bytes(), &len.to_be_bytes()].concat());
        at += len;
    }
    let located = full(b"iloc", &located);
    let meta = full(b"meta", &[handler, primary, entries, properties, references, located].concat());
    assert_eq!(meta.len(), meta_len);
    let data: Vec<u8> = items.iter().flat_map(|item| item.data.clone()).collect();
    [brand, meta, boxed(b"mdat", &data)].concat()
}

fn shown(file: &[u8]) -> (u32, u32, Vec<[u8; 4]>) {
    let mut image = Image::open(Cursor::new(file), &Limits::default()).unwrap().with_isolation(Isolation::InProcess);
    let facts = *image.facts();
    let made = image.to_rgba8(&RenderOptions::default()).unwrap();
    assert_eq!((made.width, made.height), (facts.width, facts.height));
    (made.width, made.height, made.pixels.as_chunks::<4>().0.to_vec())
}

/// The colour that a stream has everywhere.
fn colour(codec: Codec, index: usize) -> [u8; 4] {
    let (.., pixels) = shown(&file(codec, &[Item::coded(codec, index)]));
    assert!(pixels.iter().all(|pixel| *pixel == pixels[0]));
    pixels[0]
}

/// A picture of four tiles, of which each has a colour of its own.
fn grid(codec: Codec, property: Option<Vec<u8>>) -> Vec<u8> {
    let mut whole = Item::grid(2, 2, vec![2, 3, 4, 5]);
    whole.properties.extend(property);
    let tiles = (0..4).map(|index| Item::coded(codec, index));
    file(codec, &std::iter::once(whole).chain(tiles).collect::<Vec<_>>())
}

fn near(a: &[u8; 4], b: &[u8; 4]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 3)
}

#[test]
fn a_clean_aperture_is_what_is_shown() {
    for codec in CODECS {
        let colours: Vec<[u8; 4]> = (0..4).map(|index| colour(codec, index)).collect();
        // The lower right tile, whose middle is 32 pixels right of and below that of the whole.
        let (width, height, pixels) = shown(&grid(codec, Some(aperture(64, 64, 64, 64))));
        assert_eq!((width, height), (64, 64));
        assert!(pixels.iter().all(|pixel| near(pixel, &colours[3])), "{:?} {:?}", pixels[0], colours[3]);
        // Odd sides; ten columns of the left tiles, and eleven of the right ones, of the upper row.
        let (width, height, pixels) = shown(&grid(codec, Some(aperture(21, 9, 1, -119))));
        assert_eq!((width, height), (21, 9));
        assert!(near(&pixels[0], &colours[0]) && near(&pixels[8], &colours[0]), "{pixels:?}");
        assert!(near(&pixels[12], &colours[1]) && near(&pixels[20], &colours[1]), "{pixels:?}");
    }
}

#[test]
fn what_is_derived_without_a_change_is_turned_after_its_source() {
    let turn = |quarters: u8| boxed(b"irot", &[quarters]);
    for codec in CODECS {
        let whole = Item::grid(2, 2, vec![3, 4, 5, 6]).with(turn(1));
        let tiles: Vec<Item> = (0..4).map(|index| Item::coded(codec, index)).collect();
        let identity = Item::identity(2, vec![sides(128, 128), turn(1)]);
        let items: Vec<Item> = [identity, whole].into_iter().chain(tiles).collect();
        let (width, height, pixels) = shown(&file(codec, &items));
        assert_eq!((width, height), (128, 128), "{codec:?}");
        for (place, index) in [(0, 3), (127, 2), (127 * 128, 1), (127 * 128 + 127, 0)] {
            assert!(near(&pixels[place], &colour(codec, index)), "{codec:?}: {place}");
        }
    }
}

#[test]
fn alpha_may_hang_on_the_grid_or_on_its_tiles() {
    for codec in CODECS {
        let coded = |index: usize| Item::coded(codec, index);
        let luma: Vec<u8> = (2..4)
            .map(|index| {
                // Alpha is the luminance of its item.
                let [red, green, blue, _] = colour(codec, index).map(f32::from);
                (0.299 * red + 0.587 * green + 0.114 * blue).round() as u8
            })
            .collect();
        let whole = || Item::grid(2, 1, vec![2, 3]);
        let of_tiles = [whole(), coded(0), coded(1), coded(2).alpha_of(2), coded(3).alpha_of(3)];
        let alpha = Item::grid(2, 1, vec![5, 6]).alpha_of(1);
        let of_grid = [whole(), coded(0), coded(1), alpha, coded(2), coded(3)];
        for (name, items) in [("tiles", &of_tiles[..]), ("grid", &of_grid)] {
            let (width, height, pixels) = shown(&file(codec, items));
            assert_eq!((width, height), (128, 64), "{codec:?}, {name}");
            for (place, alpha) in [(10, luma[0]), (118, luma[1])] {
                let found = pixels[30 * 128 + place];
                assert!(found[3].abs_diff(alpha) <= 4, "{codec:?}, {name}: {found:?}, alpha {alpha}");
            }
        }
        // Alpha of one tile alone is none.
        let half = file(codec, &[whole(), coded(0), coded(1), coded(2).alpha_of(2)]);
        assert!(shown(&half).2.iter().all(|pixel| pixel[3] == 255), "{codec:?}");
    }
}

#[test]
fn rows_that_a_cut_file_has_are_shown() {
    let file = golden("tall.avif");
    let whole = shown(&file).2;
    for (share, least) in [(40, 30), (60, 90), (80, 180)] {
        let cut = shown(&file[..file.len() * share / 100]).2;
        let alike = cut.iter().zip(&whole).take_while(|(cut, whole)| cut == whole).count() / 64;
        assert!((least..300).contains(&alike), "{share} %: {alike} rows");
        // Neither dark nor light.
        let rest = &cut[310 * 64..];
        assert!(rest.iter().all(|pixel| pixel[..3].iter().all(|light| light.abs_diff(128) <= 2)), "{share} %");
    }
}

#[test]
fn tiles_that_a_cut_file_has_are_shown() {
    for codec in CODECS {
        let file = grid(codec, None);
        let whole = shown(&file).2;
        let cut = shown(&file[..file.len() - 28]).2;
        let at = |pixels: &[[u8; 4]], x: usize, y: usize| pixels[y * 128 + x];
        for (x, y) in [(20, 20), (100, 20), (20, 100)] {
            assert_eq!(at(&cut, x, y), at(&whole, x, y), "{codec:?}");
        }
        // Neither dark nor light.
        let rest = at(&cut, 100, 100);
        assert!(rest[..3].iter().all(|light| light.abs_diff(128) <= 2), "{codec:?}: {rest:?}");
    }
}

#[test]
fn the_first_picture_of_a_sequence_without_items_is_shown() {
    let (stream, brand) = (Codec::Hevc.stream(1), boxed(b"ftyp", b"msf1\0\0\0\0msf1hevc"));
    let full = |kind: &[u8], body: &[u8]| boxed(kind, &[&[0; 4], body].concat());
    let number = |number: usize| u32::try_from(number).unwrap().to_be_bytes();
    let film = |start: usize| {
        let mut entry = vec![0; 78];
        entry[24..28].copy_from_slice(&[0, 64, 0, 64]);
        entry.extend(Codec::Hevc.configuration());
        let described = full(b"stsd", &[&number(1)[..], &boxed(b"hvc1", &entry)].concat());
        let sizes = full(b"stsz", &[number(0), number(2), number(stream.len()), number(9)].concat());
        let chunks = full(b"stco", &[number(1), number(start)].concat());
        let samples = boxed(b"minf", &boxed(b"stbl", &[described, sizes, chunks].concat()));
        let handler = full(b"hdlr", &[&[0; 4][..], b"pict", &[0; 13]].concat());
        boxed(b"moov", &boxed(b"trak", &boxed(b"mdia", &[handler, samples].concat())))
    };
    let start = brand.len() + film(0).len() + 8;
    let file = [brand, film(start), boxed(b"mdat", &[&stream[..], &[0; 9]].concat())].concat();
    let (width, height, pixels) = shown(&file);
    assert_eq!((width, height), (64, 64));
    assert!(pixels.iter().all(|pixel| near(pixel, &colour(Codec::Hevc, 1))), "{:?}", pixels[0]);
}

#[test]
fn sides_that_nothing_can_have_cost_more_than_there_is() {
    for codec in CODECS {
        for (width, height) in [(u32::MAX, u32::MAX), (u32::MAX, 1), (1 << 20, 1 << 20)] {
            let mut item = Item::coded(codec, 0);
            item.properties[0] = sides(width, height);
            let image = Image::open(Cursor::new(file(codec, &[item])), &Limits::default()).unwrap();
            let mut image = image.with_isolation(Isolation::InProcess);
            let wanted = RenderOptions::default();
            assert!(image.cost(std::slice::from_ref(&wanted)) > 1 << 30, "{codec:?}: {width} x {height}");
            let error = image.to_rgba8(&wanted).unwrap_err();
            assert!(matches!(error, Error::TooManyPixels { .. }), "{codec:?}: {error}");
        }
    }
}

#[test]
fn tiles_that_are_coded_in_different_ways_are_refused() {
    let mut tiles: Vec<Item> = (0..4).map(|index| Item::coded(Codec::Hevc, index)).collect();
    // Another level.
    let mut other = golden("grid.heic")[0x12A..0x12A + 112].to_vec();
    other[12] += 1;
    tiles[3].properties[1] = boxed(b"hvcC", &other);
    let items: Vec<Item> = std::iter::once(Item::grid(2, 2, vec![2, 3, 4, 5])).chain(tiles).collect();
    let file = file(Codec::Hevc, &items);
    let mut image = Image::open(Cursor::new(&file), &Limits::default()).unwrap().with_isolation(Isolation::InProcess);
    let error = image.to_rgba8(&RenderOptions::default()).unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error}");
}
