//! What tintype-media finds out, in the words of the domain. Both name kinds and modes by enums of their own, since neither
//! crate knows the other; the matches here break where one of them gets a value that the other lacks.

use tintype_domain::{ColourMode, Facts, Kind};
use tintype_media::{Detected, Probe};

/// Returns what content is, `probe` being what its header tells where it is an image that has a readable one.
pub(crate) fn facts(detected: &Detected, probe: Option<&Probe>) -> Facts {
    Facts {
        kind: kind(detected.kind),
        mime_type: detected.mime_type.to_owned(),
        width: probe.map(|probe| probe.width),
        height: probe.map(|probe| probe.height),
        mode: probe.map(|probe| mode(probe.mode)),
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
