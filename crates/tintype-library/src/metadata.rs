//! What tintype-preview finds in a file, as it is kept.

use time::format_description::well_known::Iso8601;
use time::{OffsetDateTime, PrimitiveDateTime};
use tintype_domain::{MetadataRecord, Timestamp, fold_for_search};
use tintype_preview::Metadata;

/// Returns what a file tells about itself.
pub(crate) fn record(metadata: &Metadata) -> MetadataRecord {
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
    use super::{moment, record};
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
        assert_eq!(record(&Metadata::default()), MetadataRecord::default());
    }

    #[test]
    fn what_lists_filter_by_is_taken_out() {
        let mut told = Metadata::default();
        told.duration = Some(61.2345);
        told.slides = Some(7);
        told.camera = Some("NIKON Z 8".into());
        let record = record(&told);
        assert_eq!(
            (record.duration_ms, record.pages, record.camera.as_deref()),
            (Some(61_235), Some(7), Some("nikon z 8"))
        );
        assert_eq!(record.json, r#"{"camera":"NIKON Z 8","duration":61.2345,"slides":7}"#);
    }
}
