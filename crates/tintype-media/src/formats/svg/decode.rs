//! Drawings through resvg, drawn at the sides of the first thumbnail. Runs in a process of its own:
//! a few lines of SVG can ask for hours of work.
//!
//! Nothing is fetched and no file is opened but fonts of the system; there are no scripts. Pictures
//! inside count where they are data URLs.

use std::io::Cursor;
use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Family, Query};
use resvg::usvg::{ImageHrefResolver, ImageKind, Options, Tree};

use super::styles;
use crate::decoding::Job;
use crate::descriptor::{Descriptor, Recognise};
use crate::formats::gif::GIF;
use crate::formats::jpeg::JPEG;
use crate::formats::png::PNG;
use crate::formats::webp::WEBP;
use crate::frame::{Decoded, Frame, Samples};
use crate::reader::{BoundedReader, ReadSeek};
use crate::{Error, Format, encoding, gzip};

/// What stands in for a family that is not there, by kind.
const SANS: &[&str] = &["Arial", "Liberation Sans", "DejaVu Sans", "Noto Sans"];
const SERIF: &[&str] = &["Times New Roman", "Liberation Serif", "DejaVu Serif", "Noto Serif"];
const MONOSPACE: &[&str] = &["Courier New", "Liberation Mono", "DejaVu Sans Mono", "Noto Sans Mono"];

/// Returns a frame of the sides `stored`.
pub(super) fn decode(bytes: Vec<u8>, job: &Job<'_>) -> Result<Decoded, Error> {
    let stored = job.stored;
    let bytes = if gzip::is_packed(&bytes) { gzip::unpack(&bytes, gzip::stated_len(&bytes)) } else { bytes };
    let text = encoding::decode_xml(&bytes).ok_or_else(|| Error::malformed(Format::Svg, "text in another encoding"))?;
    let text = styles::understood(&text);
    let text = text.as_ref();
    let mut options = Options {
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(embedded),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    // Looking through the system's fonts takes longer than most drawings.
    if text.contains("<text") || text.contains(":text") {
        options.fontdb = Arc::new(fonts());
    }
    let tree = Tree::from_str(text, &options).map_err(|error| Error::malformed(Format::Svg, error.to_string()))?;
    let mut canvas = Pixmap::new(stored.0, stored.1).ok_or_else(|| Error::malformed(Format::Svg, "no sides"))?;
    resvg::render(&tree, fit((tree.size().width(), tree.size().height()), stored), &mut canvas.as_mut());
    let frame = Frame { width: stored.0, height: stored.1, samples: Samples::Rgba, pixels: canvas.take_demultiplied() };
    Ok(Decoded { frame, icc_profile: None })
}

/// Fills the canvas where the drawing has its aspect but for rounding; one without sides of its own
/// is centred.
fn fit((width, height): (f32, f32), stored: (u32, u32)) -> Transform {
    let (across, down) = (stored.0 as f32 / width, stored.1 as f32 / height);
    let pixel = 1.0 / stored.0.min(stored.1) as f32;
    if (across / down - 1.0).abs() <= 2.0 * pixel {
        return Transform::from_scale(across, down);
    }
    let scale = across.min(down);
    let (left, top) = ((stored.0 as f32 - width * scale) / 2.0, (stored.1 as f32 - height * scale) / 2.0);
    Transform::from_row(scale, 0.0, 0.0, scale, left, top)
}

/// How resvg takes an embedded picture of one format.
type Embed = fn(Arc<Vec<u8>>) -> ImageKind;

/// The formats of embedded pictures that resvg reads.
static EMBEDDED: [(&Descriptor, Embed); 4] =
    [(&JPEG, ImageKind::JPEG), (&PNG, ImageKind::PNG), (&GIF, ImageKind::GIF), (&WEBP, ImageKind::WEBP)];

/// Takes an embedded picture whose sides are within reason, but no drawing inside a drawing.
fn embedded(_mime_type: &str, data: Arc<Vec<u8>>, _: &Options<'_>) -> Option<ImageKind> {
    const MAX_PIXELS: u64 = 25_000_000;
    let is_signature =
        |format: &Descriptor| matches!(format.recognise, Recognise::Signature(is_signature) if is_signature(&data));
    let (format, kind) = EMBEDDED.into_iter().find(|(format, _)| is_signature(format))?;
    let mut cursor = Cursor::new(data.as_slice());
    let mut source = BoundedReader::new(&mut cursor as &mut dyn ReadSeek).ok()?;
    let header = (format.read_header)(&mut source).ok()?;
    (header.pixels() <= MAX_PIXELS).then(|| kind(data))
}

/// Returns the system's fonts. Without any, text is left out.
fn fonts() -> Database {
    let mut fonts = Database::new();
    fonts.load_system_fonts();
    let first = fonts.faces().next().and_then(|face| face.families.first()).map(|(name, _)| name.clone());
    let choose = |fonts: &Database, names: &[&str]| {
        let known =
            |name: &&&str| fonts.query(&Query { families: &[Family::Name(name)], ..Query::default() }).is_some();
        names.iter().find(known).map(|name| (*name).to_owned()).or_else(|| first.clone())
    };
    if let Some(name) = choose(&fonts, SANS) {
        fonts.set_sans_serif_family(name);
    }
    if let Some(name) = choose(&fonts, SERIF) {
        fonts.set_serif_family(name);
    }
    if let Some(name) = choose(&fonts, MONOSPACE) {
        fonts.set_monospace_family(name);
    }
    fonts
}
