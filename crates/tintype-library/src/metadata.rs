//! What tintype-preview finds in a file, as it is kept.

use serde_json::{Map, Value};
use time::format_description::well_known::Iso8601;
use time::{OffsetDateTime, PrimitiveDateTime};
use tintype_domain::{MetadataRecord, Timestamp, fold_for_search};
use tintype_preview::{Metadata, Strip};

/// Returns what a file tells about itself; a place that is not to be kept is not told either.
pub(crate) fn record(mut metadata: Metadata, strip: Option<Strip>) -> MetadataRecord {
    if strip.is_some() {
        metadata.gps = None;
    }
    record_all(&metadata)
}

/// Returns what is known already of a file whose metadata was taken out, and what else is known
/// now.
pub(crate) fn merged(old: &str, new: &MetadataRecord) -> MetadataRecord {
    let object = |json: &str| serde_json::from_str::<Map<String, Value>>(json).unwrap_or_default();
    let mut all = object(old);
    all.extend(object(&new.json));
    let metadata = serde_json::from_value::<Metadata>(Value::Object(all));
    metadata.map_or_else(|_| new.clone(), |metadata| record_all(&metadata))
}

fn record_all(metadata: &Metadata) -> MetadataRecord {
    let Ok(json) = serde_json::to_string(metadata) else { return MetadataRecord::default() };
    let pages = metadata.pages.or(metadata.slides).or(metadata.sheets);
    MetadataRecord {
        json,
        taken_at: metadata.taken_at.as_deref().and_then(moment).map(Timestamp::unix_micros),
        // Casts of numbers that are too large stop at the greatest.
        duration_ms: metadata.duration.map(|seconds| (seconds * 1000.0).round() as i64),
        pages: pages.map(|pages| i64::try_from(pages).unwrap_or(i64::MAX)),
        camera: metadata.camera.as_deref().map(fold_for_search),
        has_gps: metadata.gps.is_some(),
    }
}

/// Reads a time in ISO 8601; without an offset, it counts as UTC.
fn moment(text: &str) -> Option<Timestamp> {
    let with_offset = OffsetDateTime::parse(text, &Iso8601::DEFAULT);
    let moment = with_offset.or_else(|_| PrimitiveDateTime::parse(text, &Iso8601::DEFAULT).map(|t| t.assume_utc()));
    moment.ok().map(Timestamp::from)
}

#[cfg(test)]
mod tests {
    use super::{merged, moment, record};
    use tintype_domain::MetadataRecord;
    use tintype_preview::Metadata;

    #[test]
    fn times_with_and_without_an_offset_are_moments() {
        let expected = moment("2024-05-01T12:00:00Z");
        assert!(expected.is_some());
        for same in ["2024-05-01T12:00:00", "2024-05-01T14:00:00+02:00", "2024-05-01T12:00:00.000"] {
            assert_eq!(moment(same), expected, "{same}");
        }
        for none in ["", "yesterday", "2024-13-01T00:00:00"] {
            assert_eq!(moment(none), None, "{none}");
        }
    }

    #[test]
    fn a_file_that_tells_nothing_has_an_empty_object() {
        assert_eq!(record(Metadata::default(), None), MetadataRecord::default());
    }

    #[test]
    fn what_is_known_already_stays_known() {
        let mut told = Metadata::default();
        told.camera = Some("Z 8".into());
        let known = record(told, None);
        let mut told = Metadata::default();
        told.duration = Some(2.0);
        let merged = merged(&known.json, &record(told, None));
        assert_eq!((merged.camera.as_deref(), merged.duration_ms), (Some("z 8"), Some(2000)));
    }

    #[test]
    fn what_lists_filter_by_is_taken_out() {
        let mut told = Metadata::default();
        told.duration = Some(61.2345);
        told.slides = Some(7);
        told.camera = Some("NIKON Z 8".into());
        let record = record(told, None);
        assert_eq!(
            (record.duration_ms, record.pages, record.camera.as_deref()),
            (Some(61_235), Some(7), Some("nikon z 8"))
        );
        assert_eq!(record.json, r#"{"camera":"NIKON Z 8","duration":61.2345,"slides":7}"#);
    }
}
