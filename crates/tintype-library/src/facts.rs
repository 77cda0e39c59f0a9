//! Converts what tintype-media finds into the domain's types. Each crate has its own enums, since
//! neither knows the other; the matches here fail to compile when tintype-media gets a value that
//! the domain lacks.

use tintype_domain::{ColourMode, Facts, Kind};
use tintype_media::{Detected, ImageFacts};

/// Returns the facts of a file. `image` is `None` if it is not an image or its header cannot be
/// read.
pub(crate) fn facts(detected: &Detected, image: Option<&ImageFacts>) -> Facts {
    Facts {
        kind: kind(detected.kind),
        mime_type: detected.mime_type.to_owned(),
        width: image.map(|image| image.width),
        height: image.map(|image| image.height),
        mode: image.map(|image| mode(image.mode)),
    }
}

fn kind(kind: tintype_media::Kind) -> Kind {
    use tintype_media::Kind as Found;
    match kind {
        Found::Image => Kind::Image,
        Found::Video => Kind::Video,
        Found::Audio => Kind::Audio,
        Found::Pdf => Kind::Pdf,
        Found::Document => Kind::Document,
        Found::Spreadsheet => Kind::Spreadsheet,
        Found::Presentation => Kind::Presentation,
        Found::Text => Kind::Text,
        Found::Compressed => Kind::Compressed,
        Found::Other => Kind::Other,
    }
}

fn mode(mode: tintype_media::ColourMode) -> ColourMode {
    use tintype_media::ColourMode as Found;
    match mode {
        Found::Bilevel => ColourMode::Bilevel,
        Found::Grey => ColourMode::L,
        Found::GreyAlpha => ColourMode::La,
        Found::Palette => ColourMode::P,
        Found::PaletteAlpha => ColourMode::Pa,
        Found::Rgb => ColourMode::Rgb,
        Found::Rgba => ColourMode::Rgba,
        Found::Rgbx => ColourMode::Rgbx,
        Found::Cmyk => ColourMode::Cmyk,
        Found::YCbCr => ColourMode::YCbCr,
        Found::Lab => ColourMode::Lab,
        Found::Grey16 => ColourMode::I16,
        Found::Grey16BigEndian => ColourMode::I16B,
        Found::Integer => ColourMode::I,
        Found::Float => ColourMode::F,
    }
}
