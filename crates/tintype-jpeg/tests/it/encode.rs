//! Files that the encoder writes, read by this crate's decoder and by another.

use proptest::prelude::*;
use tintype_jpeg::{DecodeLimits, EncodeOptions, Encoder, Error, JpegHeader, PlaneView, Scale};
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

/// A plane of waves and of some noise, with bytes between its rows.
struct Samples {
    data: Vec<u8>,
    size: (usize, usize),
}

const GAP: usize = 3;

impl Samples {
    fn new(size: (usize, usize), seed: u32) -> Self {
        let sample = |i: usize| {
            let (x, y) = (i % (size.0 + GAP), i / (size.0 + GAP));
            let noise = (i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 28;
            let wave = (x as f64 / 7.0 + f64::from(seed)).sin() + (y as f64 / 11.0).cos();
            (128.0 + 50.0 * wave + f64::from(noise)) as u8
        };
        Self { data: (0..(size.0 + GAP) * size.1).map(sample).collect(), size }
    }

    fn view(&self) -> PlaneView<'_> {
        let (width, height) = (self.size.0 as u32, self.size.1 as u32);
        PlaneView { data: &self.data, stride: self.size.0 + GAP, width, height }
    }

    fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.data.chunks(self.size.0 + GAP).map(|row| &row[..self.size.0])
    }
}

fn planes(size: (usize, usize), factors: Option<(usize, usize)>, seed: u32) -> Vec<Samples> {
    let luma = Samples::new(size, seed);
    let Some((across, down)) = factors else {
        return vec![luma];
    };
    let chroma = (size.0.div_ceil(across), size.1.div_ceil(down));
    vec![luma, Samples::new(chroma, seed + 1), Samples::new(chroma, seed + 2)]
}

fn zune(file: &[u8], colours: ColorSpace) -> Vec<u8> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(colours);
    JpegDecoder::new_with_options(ZCursor::new(file), options).decode().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_what_is_read(
        size in (1usize..150, 1usize..70),
        factors in prop::option::of((1usize..=2, 1usize..=2)),
        own_tables in any::<bool>(),
        seed in 0u32..1000,
    ) {
        let planes = planes(size, factors, seed);
        let views: Vec<_> = planes.iter().map(Samples::view).collect();
        let options = EncodeOptions { quality: 100, own_tables };
        let file = Encoder::new().encode(&views, options).unwrap();
        prop_assert_eq!(&Encoder::portable().encode(&views, options).unwrap(), &file);

        let header = JpegHeader::parse(&file).unwrap();
        prop_assert_eq!(header.quality(), Some(100));
        let decoded = header.decode(Scale::Full, &DecodeLimits::default()).unwrap();
        prop_assert!(decoded.complete);
        prop_assert_eq!(decoded.components.len(), planes.len());
        for (plane, expected) in decoded.components.iter().zip(&planes) {
            prop_assert_eq!((plane.width() as usize, plane.height() as usize), expected.size);
            for (found, expected) in plane.rows().zip(expected.rows()) {
                // Coefficients are rounded, and so are samples.
                prop_assert!(found.iter().zip(expected).all(|(a, b)| a.abs_diff(*b) <= 2));
            }
        }
    }
}

#[test]
fn another_decoder_reads_the_same() {
    for own_tables in [false, true] {
        let grey = planes((123, 45), None, 5);
        let file = Encoder::new().encode(&[grey[0].view()], EncodeOptions { quality: 100, own_tables }).unwrap();
        let expected: Vec<u8> = grey[0].rows().flatten().copied().collect();
        let found = zune(&file, ColorSpace::Luma);
        assert!(found.iter().zip(&expected).all(|(a, b)| a.abs_diff(*b) <= 2));

        let colour = planes((77, 50), Some((1, 1)), 8);
        let views: Vec<_> = colour.iter().map(Samples::view).collect();
        let file = Encoder::new().encode(&views, EncodeOptions { quality: 100, own_tables }).unwrap();
        let found = zune(&file, ColorSpace::YCbCr);
        for (i, plane) in colour.iter().enumerate() {
            let expected = plane.rows().flatten();
            assert!(found.iter().skip(i).step_by(3).zip(expected).all(|(a, b)| a.abs_diff(*b) <= 2));
        }
    }
}

#[test]
fn the_harshest_contrasts_survive() {
    // Checks of single samples have the largest amplitudes that there are; noise makes the longest
    // codes and `FF`s.
    let mut seed = 1u32;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if seed >> 31 == 0 { 0 } else { 255 }
    };
    for check in [true, false] {
        let data: Vec<u8> =
            (0..96 * 96).map(|i| if check { ((i + i / 96) % 2 * 255) as u8 } else { noise() }).collect();
        let view = PlaneView { data: &data, stride: 96, width: 96, height: 96 };
        for own_tables in [false, true] {
            let file = Encoder::new().encode(&[view], EncodeOptions { quality: 100, own_tables }).unwrap();
            let decoded = JpegHeader::parse(&file).unwrap().decode(Scale::Full, &DecodeLimits::default()).unwrap();
            assert!(decoded.complete);
            let differences = decoded.components[0].data().iter().zip(&data).map(|(a, b)| a.abs_diff(*b));
            assert!(differences.max() <= Some(3));
        }
    }
}

#[test]
fn quality_and_own_tables_count() {
    let planes = planes((256, 200), Some((2, 2)), 3);
    let views: Vec<_> = planes.iter().map(Samples::view).collect();
    let len = |quality, own_tables| Encoder::new().encode(&views, EncodeOptions { quality, own_tables }).unwrap().len();
    assert!(len(50, false) < len(80, false) && len(80, false) < len(95, false));
    assert!(len(80, true) < len(80, false));
}

#[test]
fn other_planes_are_refused() {
    let view = |width, height, len: usize| PlaneView { data: &[0; 4096][..len], stride: 16, width, height };
    let luma = view(16, 16, 256);
    let refused = |planes: &[PlaneView<'_>]| {
        let outcome = Encoder::new().encode(planes, EncodeOptions::default());
        assert!(matches!(outcome, Err(Error::InvalidPlanes { .. })), "{planes:?}");
    };
    refused(&[]);
    refused(&[luma, luma]);
    refused(&[luma, luma, view(8, 8, 256)]);
    refused(&[luma, view(4, 4, 256), view(4, 4, 256)]);
    refused(&[view(16, 16, 255)]);
    refused(&[view(17, 2, 256)]);
    refused(&[view(0, 2, 256)]);
    refused(&[view(2, 0, 256)]);
    refused(&[PlaneView { data: &[0; 70_000], stride: 70_000, width: 70_000, height: 1 }]);
    refused(&[PlaneView { data: &[], stride: 0, width: 1, height: 1 }]);
}
