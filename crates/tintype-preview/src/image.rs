//! What images tell: EXIF, XMP, IPTC, colour profile, density, number of frames.

use crate::input::{Input, Numbers};
use crate::metadata::{fill, round};
use crate::tiff::Tiff;
use crate::{Error, Metadata, exif, heif, icc, iptc, text, xmp};

/// Bytes of one packet, unpacked.
const MAX_UNPACKED_BYTES: usize = 1 << 20;
/// Segments, chunks, blocks or pages that are looked at.
const MAX_PARTS: usize = 100_000;

pub(crate) fn read(input: &mut Input<'_>, metadata: &mut Metadata) -> Result<(), Error> {
    let head = input.read_up_to(0, 16)?;
    match head.as_slice() {
        [0xff, 0xd8, ..] => jpeg(input, 0, metadata),
        [0x89, b'P', ..] => png(input, metadata),
        [b'R', b'I', b'F', b'F', ..] => webp(input, metadata),
        [b'G', b'I', b'F', ..] => gif(input, metadata),
        [b'I', b'I', ..] | [b'M', b'M', ..] => tiff(input, metadata),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => heif::read_metadata(input, metadata),
        [_, _, _, _, b'J', b'X', b'L', b' ', ..] => jxl(input, metadata),
        _ => Ok(()),
    }
}

/// Reads what the JPEG that begins at `start` tells.
pub(crate) fn jpeg(input: &mut Input<'_>, start: u64, metadata: &mut Metadata) -> Result<(), Error> {
    let mut at = start + 2;
    let mut packets = Vec::new();
    let mut exif_place = None;
    let mut density = None;
    for _ in 0..1000 {
        let Some([0xff, marker, high, low]) = input.array::<4>(at)? else {
            break;
        };
        if marker == 0xff {
            at += 1;
            continue;
        }
        if matches!(marker, 0xd9 | 0xda) {
            break;
        }
        let length = u64::from(u16::from_be_bytes([high, low]));
        let (start, end) = (at + 4, at + 2 + length.max(2));
        match marker {
            0xe0 => {
                let head = input.read_up_to(start, 12)?;
                if head.starts_with(b"JFIF\0")
                    && let (Some(unit), Some(across)) = (head.get(7), head.u16_be(8))
                {
                    let across = f64::from(across);
                    density = match unit {
                        1 => Some(across),
                        2 => Some(round(across * 2.54, 2)),
                        _ => None,
                    };
                }
            }
            0xe1 => {
                let head = input.read_up_to(start, 29)?;
                if head.starts_with(b"Exif\0") && exif_place.is_none() {
                    exif_place = Some(start + 6..end);
                } else if head == b"http://ns.adobe.com/xap/1.0/\0" {
                    packets.push((0xe1u8, start + 29..end));
                }
            }
            0xe2 if input.read_up_to(start, 13)? == b"ICC_PROFILE\0\x01" => packets.push((0xe2, start + 14..end)),
            0xed if input.read_up_to(start, 14)? == b"Photoshop 3.0\0" => packets.push((0xed, start + 14..end)),
            _ => {}
        }
        at = end;
    }
    if let Some(place) = exif_place {
        exif::read(input, place, metadata)?;
    }
    for (marker, place) in packets {
        let bytes = input.packet(place)?;
        match marker {
            0xe1 => xmp::read(&bytes, metadata),
            0xe2 => fill(&mut metadata.colour_profile, icc::profile_name(&bytes)),
            _ => iptc::read_resources(&bytes, metadata),
        }
    }
    fill(&mut metadata.dpi, density.filter(|dpi| *dpi > 1.0));
    Ok(())
}

fn png(input: &mut Input<'_>, metadata: &mut Metadata) -> Result<(), Error> {
    let mut at = 8;
    for _ in 0..MAX_PARTS {
        let Some(header) = input.array::<8>(at)? else {
            break;
        };
        let length = u64::from(u32::from_be_bytes([header[0], header[1], header[2], header[3]]));
        let (start, end) = (at + 8, at + 8 + length);
        match &header[4..] {
            b"eXIf" => exif::read(input, start..end, metadata)?,
            b"acTL" => metadata.frames = input.array::<4>(start)?.map(|bytes| u64::from(u32::from_be_bytes(bytes))),
            b"pHYs" => {
                let bytes = input.read_up_to(start, 9)?;
                if let (Some(across), Some(1)) = (bytes.u32_be(0), bytes.get(8)) {
                    fill(&mut metadata.dpi, Some(round(f64::from(across) * 0.0254, 2)).filter(|dpi| *dpi > 1.0));
                }
            }
            b"iCCP" => {
                let bytes = input.packet(start..end)?;
                let name = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
                let profile = bytes.get(name.len() + 2..).and_then(|packed| inflate(packed, MAX_UNPACKED_BYTES));
                let described = profile.and_then(|profile| icc::profile_name(&profile));
                fill(&mut metadata.colour_profile, described.or_else(|| text::guess(name)));
            }
            b"tEXt" | b"iTXt" | b"zTXt" => png_text(&header[4..8], &input.packet(start..end)?, metadata),
            b"IEND" => break,
            _ => {}
        }
        at = end + 4;
    }
    Ok(())
}

fn png_text(kind: &[u8], bytes: &[u8], metadata: &mut Metadata) {
    let Some(split) = bytes.iter().position(|byte| *byte == 0) else {
        return;
    };
    let (key, rest) = (&bytes[..split], &bytes[split + 1..]);
    let value = match kind {
        b"tEXt" => Some(rest.to_vec()),
        b"zTXt" => rest.get(1..).and_then(|packed| inflate(packed, MAX_UNPACKED_BYTES)),
        _ => {
            // Whether and how it is compressed, a language, the key in it.
            let compressed = rest.first() == Some(&1);
            let mut parts = rest.get(2..).unwrap_or_default().splitn(3, |byte| *byte == 0);
            let value = parts.nth(2).unwrap_or_default();
            if compressed { inflate(value, MAX_UNPACKED_BYTES) } else { Some(value.to_vec()) }
        }
    };
    let Some(value) = value else {
        return;
    };
    match key {
        b"XML:com.adobe.xmp" => xmp::read(&value, metadata),
        b"Title" => fill(&mut metadata.title, text::guess(&value)),
        b"Author" => fill(&mut metadata.creator, text::guess(&value)),
        b"Copyright" => fill(&mut metadata.copyright, text::guess(&value)),
        b"Creation Time" => fill(&mut metadata.taken_at, text::guess(&value).and_then(|text| crate::time::iso(&text))),
        _ => {}
    }
}

/// Unpacks zlib's data, of which at most `most` bytes.
pub(crate) fn inflate(packed: &[u8], most: usize) -> Option<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    flate2::read::ZlibDecoder::new(packed).take(most as u64).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn webp(input: &mut Input<'_>, metadata: &mut Metadata) -> Result<(), Error> {
    let mut at = 12;
    let mut frames = 0;
    for _ in 0..MAX_PARTS {
        let Some(header) = input.array::<8>(at)? else {
            break;
        };
        let length = u64::from(u32::from_le_bytes([header[4], header[5], header[6], header[7]]));
        let (start, end) = (at + 8, at + 8 + length);
        match &header[..4] {
            b"EXIF" => {
                // Some programs write JPEG's mark before it.
                let skip = if input.read_up_to(start, 4)? == b"Exif" { 6 } else { 0 };
                exif::read(input, start + skip..end, metadata)?;
            }
            b"XMP " => xmp::read(&input.packet(start..end)?, metadata),
            b"ICCP" => fill(&mut metadata.colour_profile, icc::profile_name(&input.packet(start..end)?)),
            b"ANMF" => frames += 1,
            _ => {}
        }
        at = end + length % 2;
    }
    if frames > 0 {
        metadata.frames = Some(frames);
    }
    Ok(())
}

fn gif(input: &mut Input<'_>, metadata: &mut Metadata) -> Result<(), Error> {
    use std::io::{Read, Seek, SeekFrom};
    let head = input.read_up_to(0, 13)?;
    let table = |flags: u8| if flags & 0x80 != 0 { 3i64 << ((flags & 7) + 1) } else { 0 };
    let Some(flags) = head.get(10) else {
        return Ok(());
    };
    let mut reader = crate::input::Section::new(input);
    let mut frames = 0;
    let mut count = || -> std::io::Result<()> {
        reader.seek(SeekFrom::Start(13 + table(*flags) as u64))?;
        let mut byte = [0u8; 1];
        for _ in 0..MAX_PARTS {
            reader.read_exact(&mut byte)?;
            match byte[0] {
                0x2c => {
                    let mut descriptor = [0u8; 9];
                    reader.read_exact(&mut descriptor)?;
                    reader.seek(SeekFrom::Current(table(descriptor[8]) + 1))?;
                    frames += 1;
                }
                0x21 => {
                    reader.read_exact(&mut byte)?;
                }
                _ => break,
            }
            loop {
                reader.read_exact(&mut byte)?;
                if byte[0] == 0 {
                    break;
                }
                reader.seek(SeekFrom::Current(i64::from(byte[0])))?;
            }
        }
        Ok(())
    };
    // A file that is cut short has as many frames as begin in it.
    let counted = count();
    input.limits().check_deadline()?;
    let _ = counted;
    if frames > 1 {
        metadata.frames = Some(frames);
    }
    Ok(())
}

/// Reads the sides of a JPEG that everybody decodes: of eight bits, with losses.
pub(crate) fn jpeg_sides(input: &mut Input<'_>, start: u64) -> Result<Option<(u32, u32)>, Error> {
    if input.array::<2>(start)? != Some([0xff, 0xd8]) {
        return Ok(None);
    }
    let mut at = start + 2;
    for _ in 0..200 {
        let Some([0xff, marker, high, low]) = input.array::<4>(at)? else {
            return Ok(None);
        };
        match marker {
            0xff => {
                at += 1;
                continue;
            }
            0xc0..=0xc2 => {
                let head = input.read_up_to(at + 4, 5)?;
                let (height, width) = (head.u16_be(1).unwrap_or(0), head.u16_be(3).unwrap_or(0));
                let usual = head.first() == Some(&8) && width > 0 && height > 0;
                return Ok(usual.then_some((u32::from(width), u32::from(height))));
            }
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf | 0xd8..=0xda => return Ok(None),
            _ => at += 2 + u64::from(u16::from_be_bytes([high, low])),
        }
    }
    Ok(None)
}

fn tiff(input: &mut Input<'_>, metadata: &mut Metadata) -> Result<(), Error> {
    let whole = 0..input.len();
    let Some(tiff) = Tiff::open(input, whole)? else {
        return Ok(());
    };
    let first = tiff.directory(input, tiff.first)?;
    exif::directory(input, &tiff, &first, metadata)?;
    let (mut pages, mut next, mut seen) = (1, first.next, vec![tiff.first]);
    while next != 0 && seen.len() < 10_000 && !seen.contains(&next) {
        seen.push(next);
        let directory = tiff.directory(input, next)?;
        if directory.entries.is_empty() {
            break;
        }
        // Smaller versions of a page are no pages.
        if tiff.unsigned(input, &directory, 0xfe)?.unwrap_or(0) & 1 == 0 {
            pages += 1;
        }
        next = directory.next;
    }
    if pages > 1 {
        metadata.frames = Some(pages);
    }
    Ok(())
}

fn jxl(input: &mut Input<'_>, metadata: &mut Metadata) -> Result<(), Error> {
    let whole = 0..input.len();
    let mut found = Vec::new();
    let mut boxes = crate::boxes::Boxes::new(input, whole);
    while let Some(next) = boxes.next()? {
        if matches!(&next.kind, b"Exif" | b"xml ") && found.len() < 10 {
            found.push(next);
        }
    }
    for part in found {
        match &part.kind {
            b"Exif" => {
                let skip = input.array::<4>(part.start)?.map_or(0, u32::from_be_bytes);
                exif::read(input, part.start + 4 + u64::from(skip)..part.end, metadata)?;
            }
            _ => xmp::read(&input.packet(part.content())?, metadata),
        }
    }
    Ok(())
}

/// Returns whether bytes begin as pictures do that are decoded everywhere.
pub(crate) fn is_picture(bytes: &[u8]) -> bool {
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    let magics: [&[u8]; 4] = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM"];
    is_webp || magics.iter().any(|magic| bytes.starts_with(magic))
}
