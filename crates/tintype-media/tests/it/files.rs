//! Small files made here, and those checked in.

use std::fs;
use std::io::Cursor;
use std::path::PathBuf;

/// Returns a file of `tests/it/data`: a picture of 7 x 5 pixels saved by Pillow.
pub(crate) fn golden(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Returns all files of `tests/it/data` by name.
pub(crate) fn all_golden() -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), golden(&name))).collect()
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/data")
}

/// Returns a PNG chunk.
pub(crate) fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    // Checksums are not looked at, so that a wrong one costs nobody a thumbnail.
    [&length[..], kind, data, &[0; 4]].concat()
}

/// Returns a chunk with a colour profile.
pub(crate) fn iccp(profile: &[u8]) -> Vec<u8> {
    chunk(b"iCCP", &[b"p3\0\0", deflate(profile).as_slice()].concat())
}

/// Returns a PNG of `width` x `height` whose rows are given unfiltered, with `extra` chunks before
/// the pixels.
pub(crate) fn png(width: u32, height: u32, depth: u8, colour_type: u8, rows: &[u8], extra: &[u8]) -> Vec<u8> {
    let row_len = if height == 0 { 1 } else { (rows.len() / height as usize).max(1) };
    let filtered: Vec<u8> = rows.chunks(row_len).flat_map(|row| [&[0], row].concat()).collect();
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour_type, 0, 0, 0]].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &header),
        extra.to_vec(),
        chunk(b"IDAT", &deflate(&filtered)),
        chunk(b"IEND", b""),
    ]
    .concat()
}

/// Returns a zlib stream of stored blocks.
pub(crate) fn deflate(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = data.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        let len = u16::try_from(block.len()).unwrap();
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(len.to_le_bytes());
        stream.extend((!len).to_le_bytes());
        stream.extend(block);
    }
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in data {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    stream.extend((high << 16 | low).to_be_bytes());
    stream
}

/// Returns a binary pixmap of one colour.
pub(crate) fn pixmap(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
    let pixels = colour.repeat((width * height) as usize);
    [format!("P6 {width} {height} 255\n").as_bytes(), &pixels].concat()
}

/// Returns a JPEG of the given pixels.
pub(crate) fn jpeg(
    width: u16,
    height: u16,
    pixels: &[u8],
    kind: jpeg_encoder::ColorType,
    progressive: bool,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 95);
    encoder.set_progressive(progressive);
    encoder.encode(pixels, width, height, kind).unwrap();
    bytes
}

/// Returns the same with a colour profile.
pub(crate) fn jpeg_with_profile(
    width: u16,
    height: u16,
    pixels: &[u8],
    kind: jpeg_encoder::ColorType,
    profile: &[u8],
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 98);
    encoder.add_icc_profile(profile).unwrap();
    encoder.encode(pixels, width, height, kind).unwrap();
    bytes
}

/// Returns pixels that vary like a photo, with `channels` samples each.
pub(crate) fn photo(width: u32, height: u32, channels: u32) -> Vec<u8> {
    let sample = |x: u32, y: u32, c: u32| ((x * (c + 1) / 3 + y * 2 / (c + 1)) % 256 + (x * 7 + y * 13 + c) % 9) as u8;
    let mut pixels = Vec::with_capacity((width * height * channels) as usize);
    for y in 0..height {
        for x in 0..width {
            pixels.extend((0..channels).map(|c| sample(x, y, c)));
        }
    }
    pixels
}

/// Encodes through the `image` crate.
pub(crate) fn encoded(
    width: u32,
    height: u32,
    pixels: Vec<u8>,
    kind: image::ColorType,
    format: image::ImageFormat,
) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::write_buffer_with_format(&mut bytes, &pixels, width, height, kind, format).unwrap();
    bytes.into_inner()
}
