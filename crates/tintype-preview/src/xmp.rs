//! What XMP tells, by the names that programs use in it.

use crate::metadata::{Gps, camera, fill, round};
use crate::xml::{self, Seen};
use crate::{Metadata, text, time};

const MAX_KEYWORDS: usize = 200;

/// Properties that are remembered until all is read.
#[derive(Default)]
struct Found {
    maker: Option<String>,
    model: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    altitude: Option<f64>,
    keywords: Vec<String>,
    title: Option<String>,
    creator: Option<String>,
    copyright: Option<String>,
    lens: Option<String>,
    taken_at: Option<String>,
    taken_second: Option<String>,
}

/// Reads a packet; what is no XML tells what comes before.
pub(crate) fn read(packet: &[u8], metadata: &mut Metadata) {
    let mut found = Found::default();
    xml::each(&text::xml(packet), |path, seen| match seen {
        Seen::Element(element) => {
            xml::attributes(element, |name, value| property(name, value, &mut found, metadata));
        }
        Seen::Text(value) => {
            // A value stands in its property, or in an item of the list in it.
            let depth = if path.last().is_some_and(|name| name == "li") { 3 } else { 1 };
            if let Some(name) = path.len().checked_sub(depth).map(|index| &path[index]) {
                property(name, value, &mut found, metadata);
            }
        }
    });
    found.hand_over(metadata);
}

impl Found {
    fn hand_over(self, metadata: &mut Metadata) {
        fill(&mut metadata.camera, camera(self.maker, self.model));
        fill(&mut metadata.lens, self.lens);
        fill(&mut metadata.title, self.title);
        fill(&mut metadata.creator, self.creator);
        fill(&mut metadata.copyright, self.copyright);
        fill(&mut metadata.taken_at, self.taken_at.or(self.taken_second));
        if let (Some(latitude), Some(longitude)) = (self.latitude, self.longitude) {
            fill(&mut metadata.gps, Gps::new(latitude, longitude, self.altitude));
        }
        for keyword in self.keywords {
            if !metadata.keywords.contains(&keyword) && metadata.keywords.len() < MAX_KEYWORDS {
                metadata.keywords.push(keyword);
            }
        }
    }
}

fn property(name: &str, value: String, found: &mut Found, metadata: &mut Metadata) {
    let number = || match value.split_once('/') {
        Some((above, below)) => Some(above.trim().parse::<f64>().ok()? / below.trim().parse::<f64>().ok()?),
        None => value.parse().ok(),
    };
    let positive = || number().filter(|value| *value > 0.0 && *value < 1e7);
    match name {
        "Make" => fill(&mut found.maker, Some(value)),
        "Model" => fill(&mut found.model, Some(value)),
        "Lens" | "LensModel" => fill(&mut found.lens, Some(value)),
        "title" | "Title" => fill(&mut found.title, Some(value)),
        "creator" | "Artist" => fill(&mut found.creator, Some(value)),
        "rights" | "Copyright" => fill(&mut found.copyright, Some(value)),
        "subject" if found.keywords.len() < MAX_KEYWORDS => found.keywords.push(value),
        "DateTimeOriginal" => fill(&mut found.taken_at, time::iso(&value)),
        "DateCreated" => fill(&mut found.taken_second, time::iso(&value)),
        "ExposureTime" => fill(&mut metadata.exposure_time, positive().map(|value| round(value, 8))),
        "FNumber" => fill(&mut metadata.f_number, positive().map(|value| round(value, 2))),
        "FocalLength" => fill(&mut metadata.focal_length, positive().map(|value| round(value, 3))),
        "ISOSpeedRatings" | "PhotographicSensitivity" => fill(&mut metadata.iso, positive().map(|iso| iso as u32)),
        "GPSLatitude" => fill(&mut found.latitude, degrees(&value)),
        "GPSLongitude" => fill(&mut found.longitude, degrees(&value)),
        "GPSAltitude" => fill(&mut found.altitude, number().filter(|metres| metres.is_finite())),
        _ => {}
    }
}

/// Reads `59,54.834N`, `59,54,50N` and plain degrees.
fn degrees(value: &str) -> Option<f64> {
    let value = value.trim();
    let (numbers, sign) = match value.char_indices().next_back()? {
        (at, 'N' | 'E') => (&value[..at], 1.0),
        (at, 'S' | 'W') => (&value[..at], -1.0),
        _ => (value, 1.0),
    };
    let mut total = 0.0;
    for (part, unit) in numbers.split(',').zip([1.0, 60.0, 3600.0]) {
        total += part.trim().parse::<f64>().ok()? / unit;
    }
    Some(total * sign)
}

#[cfg(test)]
mod tests {
    use crate::Metadata;

    #[test]
    fn properties_count_as_attributes_elements_and_lists() {
        let packet = r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>
            <rdf:Description tiff:Make="Canon" tiff:Model="Canon EOS R5" exif:GPSLatitude="59,54.834N" exif:GPSLongitude="10,45.132W">
            <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Fjord &amp; sea</rdf:li></rdf:Alt></dc:title>
            <dc:subject><rdf:Bag><rdf:li>north</rdf:li><rdf:li>water</rdf:li></rdf:Bag></dc:subject>
            <exif:DateTimeOriginal>2026-01-02T03:04:05.5+02:00</exif:DateTimeOriginal><exif:FNumber>28/10</exif:FNumber>
            </rdf:Description></rdf:RDF></x:xmpmeta>"#;
        let mut metadata = Metadata::default();
        super::read(packet.as_bytes(), &mut metadata);
        assert_eq!(metadata.camera.as_deref(), Some("Canon EOS R5"));
        assert_eq!(metadata.title.as_deref(), Some("Fjord & sea"));
        assert_eq!(metadata.keywords, ["north", "water"]);
        assert_eq!(metadata.taken_at.as_deref(), Some("2026-01-02T03:04:05.5+02:00"));
        assert_eq!(metadata.f_number, Some(2.8));
        let gps = metadata.gps.expect("a place");
        assert!((gps.lat - 59.9139).abs() < 1e-6 && (gps.lon + 10.7522).abs() < 1e-6);
    }
}
