//! What the directories of EXIF tell.

use std::ops::Range;

use crate::input::Input;
use crate::metadata::{Gps, camera as camera_name, fill, round};
use crate::tiff::{Directory, Tiff};
use crate::{Error, Metadata, icc, iptc, text, time, xmp};

/// Bytes of XMP or IPTC in a directory.
const MAX_PACKET_BYTES: usize = 256 << 10;

/// Reads EXIF that takes a range of the file.
pub(crate) fn read(input: &mut Input<'_>, place: Range<u64>, metadata: &mut Metadata) -> Result<(), Error> {
    let Some(tiff) = Tiff::open(input, place)? else {
        return Ok(());
    };
    let first = tiff.directory(input, tiff.first)?;
    directory(input, &tiff, &first, metadata)
}

/// Reads the first directory, and the ones for the camera and the place that it points to.
pub(crate) fn directory(
    input: &mut Input<'_>,
    tiff: &Tiff,
    first: &Directory,
    metadata: &mut Metadata,
) -> Result<(), Error> {
    let maker = tiff.text(input, first, 0x010f)?;
    let model = tiff.text(input, first, 0x0110)?;
    fill(&mut metadata.camera, camera_name(maker, model));
    fill(&mut metadata.creator, tiff.text(input, first, 0x013b)?);
    fill(&mut metadata.copyright, tiff.text(input, first, 0x8298)?);
    for (tag, target) in [(0x9c9b, &mut metadata.title), (0x9c9d, &mut metadata.creator)] {
        // What Windows writes.
        if let Some(entry) = first.find(tag) {
            fill(target, text::utf16_le(&tiff.bytes(input, entry, 4096)?));
        }
    }
    if let Some(entry) = first.find(0x9c9e) {
        let keywords = text::utf16_le(&tiff.bytes(input, entry, 4096)?).unwrap_or_default();
        metadata.keywords.extend(keywords.split(';').filter_map(text::clean));
    }
    if let Some(dpi) = tiff.float(input, first, 0x011a)?.filter(|dpi| *dpi > 1.0 && *dpi < 1e6) {
        let centimetres = tiff.unsigned(input, first, 0x0128)? == Some(3);
        fill(&mut metadata.dpi, Some(round(if centimetres { dpi * 2.54 } else { dpi }, 2)));
    }
    if let Some(at) = tiff.unsigned(input, first, 0x8769)? {
        let exif = tiff.directory(input, at)?;
        camera(input, tiff, &exif, metadata)?;
    }
    // TIFF/EP has them in the first directory.
    camera(input, tiff, first, metadata)?;
    if let Some(at) = tiff.unsigned(input, first, 0x8825)? {
        let gps = tiff.directory(input, at)?;
        gps_directory(input, tiff, &gps, metadata)?;
    }
    if metadata.taken_at.is_none() {
        metadata.taken_at = tiff.text(input, first, 0x0132)?.and_then(|text| time::iso(&text));
    }
    if let Some(entry) = first.find(0x83bb) {
        iptc::read(&tiff.bytes(input, entry, MAX_PACKET_BYTES)?, metadata);
    }
    if let Some(entry) = first.find(0x02bc) {
        xmp::read(&tiff.bytes(input, entry, MAX_PACKET_BYTES)?, metadata);
    }
    if let Some(entry) = first.find(0x8773) {
        fill(&mut metadata.colour_profile, icc::profile_name(&tiff.bytes(input, entry, MAX_PACKET_BYTES)?));
    }
    // A description is a title only where nothing else is.
    fill(&mut metadata.title, tiff.text(input, first, 0x010e)?.filter(|title| !is_makers_default(title)));
    Ok(())
}

/// Descriptions that cameras write into every picture.
fn is_makers_default(title: &str) -> bool {
    ["OLYMPUS DIGITAL CAMERA", "SONY DSC", "KODAK", "Minolta", "DCIM", "MINOLTA DIGITAL CAMERA", "SAMSUNG"]
        .iter()
        .any(|default| title.starts_with(default))
}

fn camera(input: &mut Input<'_>, tiff: &Tiff, exif: &Directory, metadata: &mut Metadata) -> Result<(), Error> {
    let positive = |value: Option<f64>| value.filter(|value| *value > 0.0 && *value < 1e7);
    fill(&mut metadata.exposure_time, positive(tiff.float(input, exif, 0x829a)?).map(|value| round(value, 8)));
    fill(&mut metadata.f_number, positive(tiff.float(input, exif, 0x829d)?).map(|value| round(value, 2)));
    fill(&mut metadata.focal_length, positive(tiff.float(input, exif, 0x920a)?).map(|value| round(value, 3)));
    let mut iso = tiff.unsigned(input, exif, 0x8827)?;
    if iso == Some(65_535) {
        iso = tiff.unsigned(input, exif, 0x8832)?.or(tiff.unsigned(input, exif, 0x8831)?);
    }
    fill(&mut metadata.iso, iso.and_then(|iso| u32::try_from(iso).ok()).filter(|iso| *iso > 0));
    fill(&mut metadata.lens, tiff.text(input, exif, 0xa434)?);
    for (taken, fraction, offset) in [(0x9003, 0x9291, 0x9011), (0x9004, 0x9292, 0x9012)] {
        if metadata.taken_at.is_some() {
            break;
        }
        let Some(taken) = tiff.text(input, exif, taken)? else {
            continue;
        };
        let fraction = tiff.text(input, exif, fraction)?.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let offset = tiff.text(input, exif, offset)?;
        let whole = match fraction {
            Some(fraction) => format!("{taken}.{fraction}"),
            None => taken,
        };
        let offset = offset.filter(|text| time::offset(text).is_some()).unwrap_or_default();
        metadata.taken_at = time::iso(&format!("{whole}{offset}"));
    }
    Ok(())
}

/// Reads the directory of the place.
pub(crate) fn gps_directory(
    input: &mut Input<'_>,
    tiff: &Tiff,
    gps: &Directory,
    metadata: &mut Metadata,
) -> Result<(), Error> {
    fill(&mut metadata.gps, place(input, tiff, gps)?);
    Ok(())
}

fn place(input: &mut Input<'_>, tiff: &Tiff, gps: &Directory) -> Result<Option<Gps>, Error> {
    let mut degrees = |reference: u16, tag: u16, negative: &str| -> Result<Option<f64>, Error> {
        let Some(entry) = gps.find(tag) else {
            return Ok(None);
        };
        let parts = tiff.numbers(input, entry, 3)?;
        let part = |index: usize| parts.get(index).copied().filter(|part| part.is_finite()).unwrap_or(0.0);
        if parts.first().is_none_or(|first| !first.is_finite()) {
            return Ok(None);
        }
        let value = part(0) + part(1) / 60.0 + part(2) / 3600.0;
        let reference = tiff.text(input, gps, reference)?;
        let below = reference.is_some_and(|text| text.to_uppercase().starts_with(negative));
        Ok(Some(if below { -value } else { value }))
    };
    let (Some(lat), Some(lon)) = (degrees(1, 2, "S")?, degrees(3, 4, "W")?) else {
        return Ok(None);
    };
    let below_sea = tiff.unsigned(input, gps, 5)? == Some(1);
    let altitude = tiff.float(input, gps, 6)?.map(|metres| if below_sea { -metres } else { metres });
    Ok(Gps::new(lat, lon, altitude))
}
