//! Cameras' raw files and Photoshop.

use tintype_preview::{Failure, Layout};

use crate::builders::{Directory, exif, jpeg};
use crate::{at, encoded, facts, failure, pixels};

/// A raw file with a small JPEG and a larger one in directories of their own, and the sensor's
/// picture.
fn raw(small: &[u8], large: &[u8], orientation: u16) -> Vec<u8> {
    let first = |sub| {
        let directory = Directory::default().text(0x10f, "Maker").text(0x110, "Model 1").short(0x112, orientation);
        directory.short(0x106, 32_803).long(0x14a, sub).write(8)
    };
    let sub_at = 8 + first(0).len();
    let sub = |at| Directory::default().long(0x201, at).long(0x202, large.len() as u32).write(sub_at);
    let thumbnail_at = sub_at + sub(0).len();
    let thumbnail =
        |at| Directory::default().short(0x103, 6).long(0x111, at).long(0x117, small.len() as u32).write(thumbnail_at);
    let large_at = thumbnail_at + thumbnail(0).len();
    let mut first = first(sub_at as u32);
    // The chain of directories leads to the thumbnail.
    let next = 2 + 5 * 12;
    first[next..next + 4].copy_from_slice(&(thumbnail_at as u32).to_le_bytes());
    let small_at = large_at + large.len();
    let parts = [b"II*\0\x08\0\0\0".to_vec(), first, sub(large_at as u32), thumbnail(small_at as u32)];
    [parts.concat(), large.to_vec(), small.to_vec()].concat()
}

#[test]
fn the_largest_jpeg_of_a_raw_file_is_shown_with_the_raw_files_orientation() {
    let (small, large) = (jpeg(16, 12, &[]), jpeg(160, 120, &[]));
    let bytes = raw(&small, &large, 8);
    assert_eq!(encoded(&bytes), ("embedded", large, Some(8)));
    assert_eq!(facts(&bytes).camera.as_deref(), Some("Maker Model 1"));
}

#[test]
fn a_sensors_lossless_jpeg_is_no_picture() {
    let mut sensor = jpeg(160, 120, &[]);
    let frame = sensor.windows(2).position(|pair| pair == [0xff, 0xc0]).expect("a frame");
    sensor[frame + 1] = 0xc3;
    let small = jpeg(16, 12, &[]);
    assert_eq!(encoded(&raw(&small, &sensor, 1)).1, small);
    assert_eq!(failure(&raw(&sensor, &sensor, 1)), Some(Failure::Unsupported));
}

#[test]
fn fuji_keeps_its_jpeg_behind_a_header() {
    let segment = [b"Exif\0\0".as_slice(), &exif(6)].concat();
    let picture = jpeg(100, 80, &[(0xe1, &segment)]);
    let mut bytes = b"FUJIFILMCCD-RAW ".to_vec();
    bytes.resize(84, 0);
    bytes.extend(148u32.to_be_bytes());
    bytes.extend((picture.len() as u32).to_be_bytes());
    bytes.resize(148, 0);
    bytes.extend(&picture);
    assert_eq!(encoded(&bytes), ("embedded", picture, None));
    assert_eq!(facts(&bytes).iso, Some(400));
}

/// A file of Photoshop: mode, depth, channels, planes as they are.
fn psd(mode: u16, depth: u16, channels: u16, resources: &[u8], layers: &[u8], data: &[u8]) -> Vec<u8> {
    let mut bytes = b"8BPS\0\x01\0\0\0\0\0\0".to_vec();
    bytes.extend(channels.to_be_bytes());
    bytes.extend([0, 0, 0, 2, 0, 0, 0, 2]);
    bytes.extend(depth.to_be_bytes());
    bytes.extend(mode.to_be_bytes());
    bytes.extend([0; 4]);
    for section in [resources, layers] {
        bytes.extend((section.len() as u32).to_be_bytes());
        bytes.extend(section);
    }
    bytes.extend(data);
    bytes
}

#[test]
fn the_flattened_picture_of_photoshop_is_shown() {
    let planes = [[255, 0, 0, 9], [0, 255, 0, 9], [0, 0, 255, 9]].concat();
    let stored = psd(3, 8, 3, b"", b"", &[&[0, 0][..], &planes].concat());
    let expected = [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9];
    let (source, found) = pixels(&stored);
    assert_eq!((source, found.layout, found.data.as_slice()), ("image", Layout::Rgb, expected.as_slice()));
    let mut packed = vec![0, 1];
    packed.extend([0, 3].repeat(6));
    for row in planes.chunks(2) {
        packed.extend([1, row[0], row[1]]);
    }
    assert_eq!(pixels(&psd(3, 8, 3, b"", b"", &packed)).1.data, expected);
    let deep: Vec<u8> = planes.iter().flat_map(|sample| [*sample, 0x55]).collect();
    assert_eq!(pixels(&psd(3, 16, 3, b"", b"", &[&[0, 0][..], &deep].concat())).1.data, expected);
    // No ink at all in the first pixel, all black in the last.
    let inks = [[255, 0, 255, 255], [255, 255, 255, 255], [255, 255, 0, 255], [255, 255, 255, 0]].concat();
    let (_, found) = pixels(&psd(4, 8, 4, b"", b"", &[&[0, 0][..], &inks].concat()));
    assert_eq!(found.data, [255, 255, 255, 0, 255, 255, 255, 255, 0, 0, 0, 0]);
}

#[test]
fn transparency_of_photoshop_stays() {
    let planes = [[255; 4], [255; 4], [255; 4], [0, 64, 128, 255]].concat();
    let layers = [0, 0, 0, 4, 0xff, 0xff, 0, 0];
    let (_, found) = pixels(&psd(3, 8, 4, b"", &layers, &[&[0, 0][..], &planes].concat()));
    assert_eq!(found.layout, Layout::Rgba);
    assert_eq!(at(&found, 0.75, 0.25), [255, 255, 255, 64]);
}

#[test]
fn a_file_without_a_flattened_picture_shows_its_thumbnail() {
    let picture = jpeg(16, 16, &[]);
    let resource = |id: u16, content: &[u8]| {
        let mut bytes = b"8BIM".to_vec();
        bytes.extend(id.to_be_bytes());
        bytes.extend([0; 2]);
        bytes.extend((content.len() as u32).to_be_bytes());
        bytes.extend(content);
        bytes.resize(bytes.len() + content.len() % 2, 0);
        bytes
    };
    let version = [0, 0, 0, 1, 0];
    let thumbnail = [vec![0; 28], picture.clone()].concat();
    let resources = [resource(1057, &version), resource(1036, &thumbnail)].concat();
    let bytes = psd(3, 8, 3, &resources, b"", &[0; 14]);
    assert_eq!(encoded(&bytes), ("embedded", picture, None));
    // Lab, which is not converted, without a thumbnail.
    assert_eq!(failure(&psd(9, 8, 3, b"", b"", &[0; 14])), Some(Failure::Unsupported));
    assert_eq!(failure(&psd(3, 8, 3, b"", b"", &[0; 5])), Some(Failure::Damaged));
}
