//! Files of known coefficients, at every scale.

use proptest::prelude::*;
use tintype_jpeg::{DecodeLimits, DecodeOptions, Decoder, JpegHeader, Refinement, Scale};

use crate::{
    encoder::{PartialPicture, Scan, Tables},
    reference::assert_plane,
};

fn assert_decodes(decoder: &mut Decoder, picture: &PartialPicture, file: &[u8]) {
    let header = JpegHeader::parse(file).unwrap();
    assert_eq!(header.width() as usize, picture.size.0);
    assert_eq!(header.height() as usize, picture.size.1);
    for scale in Scale::ALL {
        let options = DecodeOptions { refinement: Refinement::All, ..scale.into() };
        let planes = decoder.decode(&header, options, &DecodeLimits::default()).unwrap();
        assert!(planes.complete, "at {scale:?}");
        assert_eq!(planes.components.len(), picture.components.len());
        for (i, plane) in planes.components.iter().enumerate() {
            assert_plane(picture, i, scale, plane);
        }
        decoder.recycle(planes);
    }
}

fn samplings(count: usize) -> impl Strategy<Value = Vec<(usize, usize)>> {
    let any = prop::collection::vec((1usize..=4, 1usize..=4), count);
    // An MCU holds ten blocks at most.
    any.prop_filter("too many blocks", |s| s.iter().map(|s| s.0 * s.1).sum::<usize>() <= 10)
}

fn picture() -> impl Strategy<Value = PartialPicture> {
    let samplings = prop_oneof![samplings(1), samplings(2), samplings(3), samplings(4)];
    let interval = prop_oneof![Just(0usize), 1usize..9];
    ((1usize..=70, 1usize..=70), samplings, interval, any::<u64>()).prop_map(
        |(size, samplings, restart_interval, seed)| PartialPicture {
            restart_interval,
            ..PartialPicture::random(size, &samplings, seed)
        },
    )
}

fn decoder() -> impl Strategy<Value = Decoder> {
    any::<bool>().prop_map(|portable| match portable {
        true => Decoder::portable(),
        false => Decoder::new(),
    })
}

/// Scripts for `count` components: bands, approximation in several steps, DC alone and together.
fn scripts(count: usize) -> Vec<Vec<Scan>> {
    let all: Vec<usize> = (0..count).collect();
    let each = |scans: &[((usize, usize), u32, u32)]| -> Vec<Scan> {
        let scans =
            scans.iter().flat_map(|&(band, high, low)| (0..count).map(move |c| Scan::new(&[c], band, high, low)));
        scans.collect()
    };
    vec![
        // As libjpeg's default.
        [
            vec![Scan::new(&all, (0, 0), 0, 1)],
            each(&[((1, 5), 0, 2), ((6, 63), 0, 2), ((1, 63), 2, 1)]),
            vec![Scan::new(&all, (0, 0), 1, 0)],
            each(&[((1, 63), 1, 0)]),
        ]
        .concat(),
        // Bands whose ends lie within the corner that a scale needs; refined apart.
        [
            each(&[((0, 0), 0, 3), ((1, 3), 0, 0), ((4, 24), 0, 3), ((25, 63), 0, 1)]),
            each(&[((4, 24), 3, 2), ((4, 10), 2, 1), ((11, 24), 2, 1), ((4, 24), 1, 0)]),
            each(&[((0, 0), 3, 2), ((0, 0), 2, 1), ((25, 63), 1, 0), ((0, 0), 1, 0)]),
        ]
        .concat(),
        // No approximation at all.
        [vec![Scan::new(&all, (0, 0), 0, 0)], each(&[((1, 63), 0, 0)])].concat(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sequential_files_decode_exactly(
        picture in picture(),
        together in any::<bool>(),
        tables in prop::sample::select(vec![Tables::Flat, Tables::Standard]),
        mut decoder in decoder(),
    ) {
        let count = picture.components.len();
        let all: Vec<usize> = (0..count).collect();
        let picture = PartialPicture { tables, ..picture };
        let scans: Vec<&[usize]> = if together { vec![&all] } else { all.chunks(1).collect() };
        assert_decodes(&mut decoder, &picture, &picture.sequential(&scans));
    }

    #[test]
    fn progressive_files_decode_exactly(
        picture in picture(),
        script in 0usize..3,
        mut decoder in decoder(),
    ) {
        let script = &scripts(picture.components.len())[script];
        assert_decodes(&mut decoder, &picture, &picture.progressive(script));
    }
}

#[test]
fn a_decoder_is_reused_without_traces_of_the_picture_before() {
    let mut decoder = Decoder::new();
    for seed in 0..12 {
        let size = (20 + 17 * seed as usize % 60, 64 - 5 * seed as usize);
        let picture = PartialPicture::random(size, &[(2, 2), (1, 1), (1, 2)], seed);
        let file = match seed % 2 {
            0 => picture.sequential(&[&[0, 1, 2]]),
            _ => picture.progressive(&scripts(3)[0]),
        };
        assert_decodes(&mut decoder, &picture, &file);
    }
}

#[test]
fn a_segment_longer_than_any_buffer_decodes_exactly() {
    let picture = PartialPicture::random((700, 500), &[(2, 1), (1, 1)], 5);
    let file = picture.sequential(&[&[0, 1]]);
    assert!(file.len() > 50_000, "{}", file.len());
    assert_decodes(&mut Decoder::new(), &picture, &file);
}

#[test]
fn chroma_can_have_a_scale_of_its_own() {
    let picture = PartialPicture::random((50, 37), &[(2, 2), (1, 1), (1, 1)], 9);
    let files = [picture.sequential(&[&[0, 1, 2]]), picture.progressive(&scripts(3)[1])];
    for file in files {
        let options =
            DecodeOptions { scale: Scale::Half, chroma_scale: Some(Scale::Full), refinement: Refinement::All };
        let header = JpegHeader::parse(&file).unwrap();
        let planes = header.decode(options, &DecodeLimits::default()).unwrap();
        for (i, scale) in [Scale::Half, Scale::Full, Scale::Full].into_iter().enumerate() {
            assert_plane(&picture, i, scale, &planes.components[i]);
        }
        let sizes = planes.components.iter().map(|p| (p.width(), p.height()));
        assert_eq!(sizes.collect::<Vec<_>>(), [(25, 19); 3]);
    }
}

#[test]
fn leaving_out_refinement_changes_little() {
    // One quantum in each coefficient at most, and only in those that are not refined.
    let mut picture = PartialPicture::random((64, 64), &[(1, 1)], 3);
    picture.components[0].quantisation = [4; 64];
    let file = picture.progressive(&scripts(1)[0]);
    let header = JpegHeader::parse(&file).unwrap();
    let decode = |refinement| {
        let options = DecodeOptions { refinement, ..Scale::Half.into() };
        header.decode(options, &DecodeLimits::default()).unwrap()
    };
    let (all, some) = (decode(Refinement::All), decode(Refinement::WhereVisible));
    assert!(all.complete && some.complete);
    let differences = all.components[0].rows().zip(some.components[0].rows());
    let differences: Vec<u8> = differences.flat_map(|(a, b)| a.iter().zip(b).map(|(a, b)| a.abs_diff(*b))).collect();
    // 15 coefficients of one quantum of 4, each worth up to 4/8 × 1.85.
    assert!(differences.iter().all(|&d| d <= 15));
    assert!(differences.iter().any(|&d| d > 0));
}
