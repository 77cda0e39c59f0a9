//! Files that are cut off, damaged or hostile.

use proptest::prelude::*;
use tintype_jpeg::{DecodeLimits, DecodedPlanes, Decoder, Error, JpegHeader, Scale};

use crate::{
    encoder::{PartialPicture, Scan},
    files::{self, data},
    reference::assert_plane,
};

fn decode(file: &[u8], scale: Scale) -> Result<DecodedPlanes, Error> {
    JpegHeader::parse(file)?.decode(scale, &DecodeLimits::default())
}

/// A grey picture of 4 × 4 blocks, a restart marker after each row, and where the markers are.
fn rows_of_blocks() -> (PartialPicture, Vec<u8>, Vec<usize>) {
    let picture = PartialPicture { restart_interval: 4, ..PartialPicture::random((32, 32), &[(1, 1)], 11) };
    let file = picture.sequential(&[&[0]]);
    let markers = file.windows(2).enumerate();
    let markers = markers.filter(|(_, w)| w[0] == 0xFF && matches!(w[1], 0xD0..=0xD7));
    let markers: Vec<usize> = markers.map(|(i, _)| i).collect();
    assert_eq!(markers.len(), 3);
    (picture, file, markers)
}

/// `picture` with the blocks `from..to` grey.
fn grey_blocks(mut picture: PartialPicture, from: usize, to: usize) -> PartialPicture {
    picture.components[0].coefficients[from..to].fill([0; 64]);
    picture
}

#[test]
fn what_is_cut_off_is_grey() {
    let (picture, file, markers) = rows_of_blocks();
    for (row, &end) in markers.iter().enumerate() {
        for scale in [Scale::Full, Scale::Half, Scale::Eighth] {
            let planes = decode(&file[..end], scale).unwrap();
            assert!(!planes.complete);
            let expected = grey_blocks(picture.clone(), 4 * row + 4, 16);
            assert_plane(&expected, 0, scale, &planes.components[0]);
        }
    }
    // The end marker alone may be missing.
    assert!(decode(&file[..file.len() - 2], Scale::Full).unwrap().complete);
}

#[test]
fn a_lost_restart_interval_costs_only_itself() {
    let (picture, file, markers) = rows_of_blocks();
    // The second row of blocks and its marker are missing.
    let lost = [&file[..markers[0]], &file[markers[1]..]].concat();
    let planes = decode(&lost, Scale::Full).unwrap();
    assert!(!planes.complete);
    let expected = grey_blocks(picture, 4, 8);
    assert_plane(&expected, 0, Scale::Full, &planes.components[0]);
}

#[test]
fn a_damaged_restart_interval_costs_only_itself() {
    let (_, mut file, markers) = rows_of_blocks();
    let whole = decode(&file, Scale::Full).unwrap();
    file[markers[0] + 2..markers[1]].fill(0xFE);
    let planes = decode(&file, Scale::Full).unwrap();
    assert!(!planes.complete);
    let rows = planes.components[0].rows().zip(whole.components[0].rows());
    let changed = rows.map(|(a, b)| a != b).collect::<Vec<_>>();
    assert!(changed[8..16].contains(&true));
    assert!(!changed[..8].contains(&true));
    assert!(!changed[16..].contains(&true));
}

#[test]
fn a_progressive_file_that_ends_early_is_coarse() {
    let picture = PartialPicture::random((40, 40), &[(1, 1)], 21);
    let scans = [Scan::new(&[0], (0, 0), 0, 0), Scan::new(&[0], (1, 63), 0, 0)];
    let file = picture.progressive(&scans);
    let last = file.windows(2).rposition(|w| w == [0xFF, 0xDA]).unwrap();
    let planes = decode(&file[..last], Scale::Full).unwrap();
    assert!(!planes.complete);
    let mut coarse = picture;
    for block in &mut coarse.components[0].coefficients {
        block[1..].fill(0);
    }
    assert_plane(&coarse, 0, Scale::Full, &planes.components[0]);
}

#[test]
fn a_scan_that_makes_no_sense_ends_the_picture_there() {
    let picture = PartialPicture::random((20, 20), &[(1, 1), (1, 1)], 4);
    let mut file = picture.sequential(&[&[0], &[1]]);
    let second = file.windows(2).rposition(|w| w == [0xFF, 0xDA]).unwrap();
    file[second + 5] = 77;
    let planes = decode(&file, Scale::Full).unwrap();
    assert!(!planes.complete);
    assert_plane(&picture, 0, Scale::Full, &planes.components[0]);
    assert!(planes.components[1].data().iter().all(|&v| v == 128));
    // In the first scan there is nothing to show yet.
    let first = file.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap();
    file[first + 5] = 77;
    assert!(matches!(decode(&file, Scale::Full), Err(Error::Corrupt { .. })));
}

#[test]
fn tables_that_are_missing_are_the_standards() {
    // Motion JPEG: the file of libjpeg without its DHT segments.
    let file = std::fs::read(data("sampling_4x1.jpg")).unwrap();
    let mut bare = file.clone();
    while let Some(at) = bare.windows(2).position(|w| w == [0xFF, 0xC4]) {
        let length = usize::from(u16::from_be_bytes([bare[at + 2], bare[at + 3]]));
        bare.drain(at..at + 2 + length);
    }
    assert!(bare.len() + 300 < file.len());
    assert_eq!(decode(&bare, Scale::Full), decode(&file, Scale::Full));
}

#[test]
fn every_truncation_gives_a_picture_or_an_error() {
    let mut decoder = Decoder::new();
    for (name, file) in files::all() {
        let whole = decode(&file, Scale::Half).unwrap();
        for len in (0..file.len()).rev().step_by(3) {
            let Ok(header) = JpegHeader::parse(&file[..len]) else {
                continue;
            };
            if let Ok(planes) = decoder.decode(&header, Scale::Half, &DecodeLimits::default()) {
                for (a, b) in planes.components.iter().zip(&whole.components) {
                    assert_eq!(a.data().len(), b.data().len(), "{name} cut off at {len}");
                }
                decoder.recycle(planes);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        scale in prop::sample::select(Scale::ALL.to_vec()),
    ) {
        let files = files::all();
        let mut file = which.get(&files).1.clone();
        for (at, value) in changes {
            let at = at.index(file.len());
            file[at] = value;
        }
        let limits = DecodeLimits { max_alloc_bytes: 8 << 20, ..DecodeLimits::default() };
        if let Ok(header) = JpegHeader::parse(&file) {
            let _ = header.decode(scale, &limits);
            let _ = header.icc_profile(1 << 20);
        }
    }
}
