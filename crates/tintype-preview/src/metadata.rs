/// What a file tells about itself; everything is optional, and text is UTF-8 whatever it was in the
/// file.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
#[non_exhaustive]
pub struct Metadata {
    /// When a picture was taken or a film was recorded: ISO 8601, with an offset where the file
    /// tells one.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub taken_at: Option<String>,
    /// Maker and model of the camera, the maker not repeated.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub camera: Option<String>,
    /// Model of the lens.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub lens: Option<String>,
    /// Exposure time in seconds.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub exposure_time: Option<f64>,
    /// The f-number.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub f_number: Option<f64>,
    /// Sensitivity.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub iso: Option<u32>,
    /// Focal length in millimetres.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub focal_length: Option<f64>,
    /// Where.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub gps: Option<Gps>,
    /// Pictures of an animation, pages of a TIFF.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub frames: Option<u64>,
    /// Description of the embedded colour profile.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub colour_profile: Option<String>,
    /// Dots per inch, across.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub dpi: Option<f64>,
    /// Title.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub title: Option<String>,
    /// Who made a picture.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub creator: Option<String>,
    /// Copyright notice.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub copyright: Option<String>,
    /// Keywords.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub keywords: Vec<String>,
    /// Length in seconds, to the millisecond.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub duration: Option<f64>,
    /// Bits per second over the whole file.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub bit_rate: Option<u64>,
    /// Codec of the picture, or of the sound where there is no picture.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub codec: Option<String>,
    /// Codec of the sound of a film.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub audio_codec: Option<String>,
    /// Pixels across of an upright film.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub width: Option<u32>,
    /// Pixels down of an upright film.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub height: Option<u32>,
    /// Frames per second.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub frame_rate: Option<f64>,
    /// Samples per second.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub sample_rate: Option<u32>,
    /// Channels of sound.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub channels: Option<u32>,
    /// Artist.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub artist: Option<String>,
    /// Album.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub album: Option<String>,
    /// Number within the album.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub track: Option<u32>,
    /// Pages of a document.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub pages: Option<u64>,
    /// Slides of a presentation.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub slides: Option<u64>,
    /// Sheets of a spreadsheet.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub sheets: Option<u64>,
    /// Author of a document.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub author: Option<String>,
    /// When a document was made: ISO 8601.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub created_at: Option<String>,
    /// Whether a document needs a password; `None` for what cannot be encrypted.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub encrypted: Option<bool>,
    /// Files in an archive.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub entries: Option<u64>,
    /// Bytes of all files in an archive, unpacked.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub uncompressed_size: Option<u64>,
}

/// A place on Earth, WGS 84.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Gps {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Metres above sea level.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub altitude: Option<f64>,
}

impl Gps {
    /// Returns the place, unless it is none on Earth.
    pub(crate) fn new(lat: f64, lon: f64, altitude: Option<f64>) -> Option<Self> {
        let on_earth = lat.is_finite() && lon.is_finite() && lat.abs() <= 90.0 && lon.abs() <= 180.0;
        // Cameras without a fix write zeros.
        let known = lat != 0.0 || lon != 0.0;
        let altitude = altitude.filter(|metres| metres.is_finite());
        (on_earth && known).then(|| Self {
            lat: round(lat, 7),
            lon: round(lon, 7),
            altitude: altitude.map(|a| round(a, 2)),
        })
    }

    /// Reads `+59.9139+010.7522+094.000/`, the form of ISO 6709 that QuickTime has.
    pub(crate) fn from_iso_6709(text: &str) -> Option<Self> {
        let mut numbers = Vec::new();
        let mut rest = text.trim().trim_end_matches('/');
        if let Some(crs) = rest.find("CRS") {
            rest = &rest[..crs];
        }
        while rest.starts_with(['+', '-']) && numbers.len() < 3 {
            let end = rest[1..].find(['+', '-']).map_or(rest.len(), |at| at + 1);
            numbers.push(&rest[..end]);
            rest = &rest[end..];
        }
        let degrees = |text: &str, digits: usize| -> Option<f64> {
            let whole = text[1..].find('.').unwrap_or(text.len() - 1);
            let value: f64 = text[1..].parse().ok()?;
            // Degrees, degrees and minutes, or degrees, minutes and seconds, by the number of
            // digits.
            let value = match whole.checked_sub(digits)? {
                0 => value,
                2 => (value / 100.0).trunc() + value % 100.0 / 60.0,
                4 => (value / 10_000.0).trunc() + (value % 10_000.0 / 100.0).trunc() / 60.0 + value % 100.0 / 3600.0,
                _ => return None,
            };
            Some(if text.starts_with('-') { -value } else { value })
        };
        let altitude = numbers.get(2).and_then(|text| text.parse().ok());
        Self::new(degrees(numbers.first()?, 2)?, degrees(numbers.get(1)?, 3)?, altitude)
    }
}

/// Joins a maker and a model, the maker not repeated.
pub(crate) fn camera(maker: Option<String>, model: Option<String>) -> Option<String> {
    match (maker, model) {
        (Some(maker), Some(model)) => {
            let first = maker.split_whitespace().next().unwrap_or_default().to_lowercase();
            let repeated = model.to_lowercase().starts_with(&first);
            Some(if repeated { model } else { format!("{maker} {model}") })
        }
        (maker, model) => maker.or(model),
    }
}

/// Rounds to that many digits after the point.
pub(crate) fn round(value: f64, digits: i32) -> f64 {
    let factor = 10f64.powi(digits);
    (value * factor).round() / factor
}

/// Sets `target` unless it is set already.
pub(crate) fn fill<T>(target: &mut Option<T>, value: Option<T>) {
    if target.is_none() {
        *target = value;
    }
}
