//! Decodes a WebP or its bitstream as the server does, in its own process: whole, cut off and
//! stopped, in every layout, and through the thumbnails. Other inputs are pixels to encode.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use tintype_fuzz::abort_only_on_own_panics;
use tintype_media::{Limits, ThumbnailOptions, thumbnails};
use tintype_webp::{Error, PixelLayout, decode, encode, encode_yuv, features};

/// The most pixels that are decoded or encoded.
const MAX_PIXELS: usize = 1 << 14;

fuzz_target!(init: { abort_only_on_own_panics() }, |input: &[u8]| {
    match input {
        [b'R', b'I', b'F', b'F', _, _, _, _, _, _, _, _, stream @ ..] => {
            let limits = Limits::default().with_max_pixels(MAX_PIXELS as u64).with_max_alloc_bytes(64 << 20);
            let _ = thumbnails(Cursor::new(input), &ThumbnailOptions::default().with_edges([16, 48]).with_limits(limits));
            // The extended header says what follows, which a bitstream says itself.
            decode_all(if stream.starts_with(b"VP8X") { stream.get(18..).unwrap_or_default() } else { stream });
        }
        [b'V', b'P', b'8', b' ' | b'L', ..] | [b'A', b'L', b'P', b'H', ..] => decode_all(input),
        [w0, w1, h0, h1, quality, pixels @ ..] => {
            encode_all(pixels, (u16::from_le_bytes([*w0, *w1]), u16::from_le_bytes([*h0, *h1])), *quality);
        }
        _ => {}
    }
});

/// Decodes a stream, then only its beginning. What is there of that is the same.
fn decode_all(stream: &[u8]) {
    let Ok(features) = features(stream) else { return };
    let (width, height) = (features.width as usize, features.height as usize);
    assert!(width > 0 && height > 0, "{features:?}");
    if width * height > MAX_PIXELS {
        return;
    }
    // The last bytes of a stream matter least to what is before them.
    let place = stream.last_chunk().map_or(0, |bytes| usize::from(u16::from_le_bytes(*bytes)));
    let cut = &stream[..place % stream.len()];
    for layout in [PixelLayout::Yuv, PixelLayout::Rgb, PixelLayout::Rgba] {
        // Lossless pictures have no planes.
        let whole = decode(stream, layout, &mut || true);
        let mut steps = place % 8;
        match decode(stream, layout, &mut || {
            steps = steps.saturating_sub(1);
            steps > 0
        }) {
            Ok(stopped) => assert_eq!(Ok(stopped), whole, "{layout:?}"),
            Err(error) => assert!(error == Error::Stopped || Err(error) == whole, "{layout:?}: {error}"),
        }
        let Ok(part) = decode(cut, layout, &mut || true) else { continue };
        assert!((1..=features.height).contains(&part.rows), "{layout:?}: {} rows", part.rows);
        let whole = whole.unwrap_or_else(|error| panic!("{layout:?}: {error}, but not when cut off at {}", cut.len()));
        assert_eq!((part.width, part.height), (whole.width, whole.height), "{layout:?}");
        assert!(part.rows <= whole.rows, "{layout:?}: {} rows of {}", part.rows, whole.rows);
        let row = width
            * match layout {
                PixelLayout::Yuv => 1,
                PixelLayout::Rgb => 3,
                PixelLayout::Rgba => 4,
            };
        let rows = row * part.rows as usize;
        assert!(part.data[..rows] == whole.data[..rows], "{layout:?}, cut off at {}", cut.len());
    }
}

/// Encodes pixels, repeated as often as the sides ask for, and decodes what comes of it.
fn encode_all(pixels: &[u8], (width, height): (u16, u16), quality: u8) {
    let sides = (u32::from(width), u32::from(height));
    let count = usize::from(width) * usize::from(height);
    if pixels.is_empty() || count > MAX_PIXELS {
        return;
    }
    let fill = |len: usize| pixels.iter().copied().cycle().take(len).collect::<Vec<u8>>();
    let can_be = (1..=16_383).contains(&width) && (1..=16_383).contains(&height);
    let check = |made: Result<Vec<u8>, Error>| match made {
        Ok(file) => {
            assert!(can_be, "{width}x{height}");
            let stream = &file[12..];
            let stream = if stream.starts_with(b"VP8X") { &stream[18..] } else { stream };
            let features = features(stream).expect("what was encoded has a header");
            assert_eq!((features.width, features.height), sides);
            let layout = if features.alpha { PixelLayout::Rgba } else { PixelLayout::Yuv };
            let picture = decode(stream, layout, &mut || true).expect("what was encoded can be decoded");
            assert_eq!(picture.rows, sides.1);
        }
        Err(error) => assert!(!can_be && error == Error::Sides { width: sides.0, height: sides.1 }, "{error}"),
    };
    for channels in [3, 4] {
        check(encode(&fill(count * channels), sides, channels, quality % 101));
    }
    let luma = fill(count);
    let chroma = fill(usize::from(width.div_ceil(2)) * usize::from(height.div_ceil(2)));
    check(encode_yuv([&luma, &chroma, &chroma], sides, quality % 101));
    assert!(encode(&luma[..count.saturating_sub(1)], sides, 3, quality).is_err());
}
