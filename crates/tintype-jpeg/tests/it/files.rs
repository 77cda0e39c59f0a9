//! Files written by libjpeg-turbo, with the planes that its own decoder gives. See `tests/data`.

use std::{fs, path::PathBuf};

use tintype_jpeg::{DecodeLimits, DecodeOptions, Decoder, JpegHeader, Refinement, Scale};

pub(crate) fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// Name and content of every file in `tests/data`.
pub(crate) fn all() -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(data("")).unwrap().map(|e| e.unwrap().path());
    let mut files: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|e| e == "jpg"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    assert!(files.len() > 20);
    files
}

#[test]
fn full_scale_planes_are_within_one_of_libjpeg() {
    for (name, file) in all() {
        let expected = fs::read(data(&format!("{name}.planes"))).unwrap();
        let header = JpegHeader::parse(&file).unwrap();
        for mut decoder in [Decoder::new(), Decoder::portable()] {
            let planes = decoder.decode(&header, Scale::Full, &DecodeLimits::default()).unwrap();
            assert!(planes.complete, "{name}");
            let mut rest = expected.as_slice();
            for plane in &planes.components {
                let [w0, w1, h0, h1, samples @ ..] = rest else {
                    panic!("{name} has more components than libjpeg found");
                };
                let size = (u16::from_le_bytes([*w0, *w1]), u16::from_le_bytes([*h0, *h1]));
                assert_eq!((plane.width(), plane.height()), (size.0.into(), size.1.into()), "{name}");
                for (y, row) in plane.rows().enumerate() {
                    let theirs = &samples[y * row.len()..][..row.len()];
                    let near = row.iter().zip(theirs).all(|(a, b)| a.abs_diff(*b) <= 1);
                    assert!(near, "{name}, row {y}: {row:?}, not {theirs:?}");
                }
                rest = &samples[usize::from(size.0) * usize::from(size.1)..];
            }
            assert!(rest.is_empty(), "{name}");
        }
    }
}

/// Reduced planes are not libjpeg's (its method is another), but have the same means.
#[test]
fn reduced_planes_have_the_means_of_the_full_ones() {
    for (name, file) in all() {
        let header = JpegHeader::parse(&file).unwrap();
        let mean = |scale| {
            let options = DecodeOptions { refinement: Refinement::All, ..DecodeOptions::from(scale) };
            let planes = header.decode(options, &DecodeLimits::default()).unwrap();
            // Whole blocks: what lies beyond the picture belongs to them.
            let means = planes.components.iter().map(|plane| {
                let sum: u64 = plane.data().iter().map(|&v| u64::from(v)).sum();
                sum as f64 / plane.data().len() as f64
            });
            means.collect::<Vec<_>>()
        };
        let full = mean(Scale::Full);
        for scale in Scale::ALL {
            for (reduced, full) in mean(scale).iter().zip(&full) {
                // Clamping and rounding move it a little, most at the worst quality.
                assert!((reduced - full).abs() < 3.0, "{name}: {reduced}, not {full}");
            }
        }
    }
}
