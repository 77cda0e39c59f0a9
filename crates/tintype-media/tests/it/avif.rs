//! AVIF whose containers say unusual things, made of the streams in `grid.avif`.

use std::io::Cursor;

use tintype_media::{Image, Isolation, Limits, RenderOptions};

use crate::files::golden;
use crate::made::boxed;

/// A picture of one colour, 64 x 64 pixels.
fn stream(index: usize) -> Vec<u8> {
    // Where the four items lie in the file, as its `iloc` has them.
    const PLACES: [(usize, usize); 4] = [(0x211, 36), (0x235, 35), (0x258, 36), (0x27C, 36)];
    let (offset, len) = PLACES[index];
    golden("grid.avif")[offset..offset + len].to_vec()
}

/// An item: its type, its properties, its data, and what it refers to.
struct Item {
    kind: &'static [u8; 4],
    properties: Vec<Vec<u8>>,
    data: Vec<u8>,
    references: Vec<(&'static [u8; 4], Vec<u16>)>,
}

impl Item {
    fn coded(index: usize) -> Self {
        let configuration = boxed(b"av1C", &[0x81, 0x20, 0, 0]);
        Self { kind: b"av01", properties: vec![sides(64, 64), configuration], data: stream(index), references: vec![] }
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
fn avif(items: &[Item]) -> Vec<u8> {
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
    let brand = boxed(b"ftyp", b"avif\0\0\0\0avifmif1");
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
fn colour(index: usize) -> [u8; 4] {
    let (.., pixels) = shown(&avif(&[Item::coded(index)]));
    assert!(pixels.iter().all(|pixel| *pixel == pixels[0]));
    pixels[0]
}

#[test]
fn a_clean_aperture_is_what_is_shown() {
    let grid = |property: Vec<u8>| {
        let tiles = (0..4).map(Item::coded);
        avif(&std::iter::once(Item::grid(2, 2, vec![2, 3, 4, 5]).with(property)).chain(tiles).collect::<Vec<_>>())
    };
    let colours: Vec<[u8; 4]> = (0..4).map(colour).collect();
    let near = |a: &[u8; 4], b: &[u8; 4]| a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 3);
    // The lower right tile, whose middle is 32 pixels right of and below that of the whole.
    let (width, height, pixels) = shown(&grid(aperture(64, 64, 64, 64)));
    assert_eq!((width, height), (64, 64));
    assert!(pixels.iter().all(|pixel| near(pixel, &colours[3])), "{:?} {:?}", pixels[0], colours[3]);
    // Odd sides; ten columns of the left tiles, and eleven of the right ones, of the upper row.
    let (width, height, pixels) = shown(&grid(aperture(21, 9, 1, -119)));
    assert_eq!((width, height), (21, 9));
    assert!(near(&pixels[0], &colours[0]) && near(&pixels[8], &colours[0]), "{pixels:?}");
    assert!(near(&pixels[12], &colours[1]) && near(&pixels[20], &colours[1]), "{pixels:?}");
}

#[test]
fn alpha_may_hang_on_the_grid_or_on_its_tiles() {
    let tiles = || [Item::coded(0), Item::coded(1)];
    let luma: Vec<u8> = (2..4)
        .map(|index| {
            // Alpha is the luminance of its item.
            let [red, green, blue, _] = colour(index).map(f32::from);
            (0.299 * red + 0.587 * green + 0.114 * blue).round() as u8
        })
        .collect();
    let [first, second] = tiles();
    let of_tiles =
        avif(&[Item::grid(2, 1, vec![2, 3]), first, second, Item::coded(2).alpha_of(2), Item::coded(3).alpha_of(3)]);
    let [first, second] = tiles();
    let of_grid = avif(&[
        Item::grid(2, 1, vec![2, 3]),
        first,
        second,
        Item::grid(2, 1, vec![5, 6]).alpha_of(1),
        Item::coded(2),
        Item::coded(3),
    ]);
    for (name, file) in [("tiles", of_tiles), ("grid", of_grid)] {
        let (width, height, pixels) = shown(&file);
        assert_eq!((width, height), (128, 64), "{name}");
        for (place, alpha) in [(10, luma[0]), (118, luma[1])] {
            let found = pixels[30 * 128 + place];
            assert!(found[3].abs_diff(alpha) <= 4, "{name}: {found:?}, alpha {alpha}");
        }
    }
    // Alpha of one tile alone is none.
    let [first, second] = tiles();
    let half = avif(&[Item::grid(2, 1, vec![2, 3]), first, second, Item::coded(2).alpha_of(2)]);
    assert!(shown(&half).2.iter().all(|pixel| pixel[3] == 255));
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
    let tiles = (0..4).map(Item::coded);
    let file = avif(&std::iter::once(Item::grid(2, 2, vec![2, 3, 4, 5])).chain(tiles).collect::<Vec<_>>());
    let whole = shown(&file).2;
    let cut = shown(&file[..file.len() - 30]).2;
    let at = |pixels: &[[u8; 4]], x: usize, y: usize| pixels[y * 128 + x];
    for (x, y) in [(20, 20), (100, 20), (20, 100)] {
        assert_eq!(at(&cut, x, y), at(&whole, x, y));
    }
    // Neither dark nor light.
    assert!(at(&cut, 100, 100)[..3].iter().all(|light| light.abs_diff(128) <= 2), "{:?}", at(&cut, 100, 100));
}
