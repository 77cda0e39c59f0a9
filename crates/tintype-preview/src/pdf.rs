//! The first page of a PDF, and what the document tells.

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::object::DateTime;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

use crate::input::Input;
use crate::{Error, Layout, Metadata, Pixels, guard, text, time};

/// Memory beside the file and the picture: fonts, images and layers of a page.
const SCRATCH_BYTES: u64 = 64 << 20;

/// A document that was read.
pub(crate) struct Document(Pdf);

pub(crate) fn open(input: &mut Input<'_>) -> Result<Document, Error> {
    let bytes = input.read_all(2)?;
    input.limits().check_deadline()?;
    guard::catch(move || match Pdf::new(bytes) {
        Ok(pdf) => Ok(Document(pdf)),
        Err(LoadPdfError::Decryption(DecryptionError::UnsupportedAlgorithm | DecryptionError::PasswordProtected)) => {
            Err(Error::Encrypted)
        }
        Err(_) => Err(Error::damaged("no readable PDF")),
    })
}

impl Document {
    pub(crate) fn read_metadata(&self, metadata: &mut Metadata) {
        metadata.pages = Some(self.0.pages().len() as u64);
        let told = self.0.metadata();
        metadata.title = told.title.as_deref().and_then(text::pdf_string);
        metadata.author = told.author.as_deref().and_then(text::pdf_string);
        metadata.created_at = told.creation_date.as_ref().and_then(iso);
        metadata.encrypted = Some(false);
    }

    /// Draws the first page so that its longer side has `edge` pixels.
    pub(crate) fn draw(&self, input: &Input<'_>, edge: u32) -> Result<Pixels, Error> {
        let page = self.0.pages().first().ok_or_else(|| Error::damaged("no page"))?;
        let (width, height) = page.render_dimensions();
        let longest = width.max(height);
        if !(longest.is_finite() && width > 0.0 && height > 0.0) {
            return Err(Error::damaged("a page without sides"));
        }
        let scale = edge.clamp(1, 16_384) as f32 / longest;
        // At least one pixel however thin the page is.
        let (across, down) = (scale.max(1.0 / width), scale.max(1.0 / height));
        let pixels = u64::from((width * across) as u32) * u64::from((height * down) as u32);
        input.limits().check_sides((width * across) as u32, (height * down) as u32)?;
        input.limits().check_memory(input.len() * 2 + pixels * 16 + SCRATCH_BYTES)?;
        input.limits().check_deadline()?;
        let interpreter = InterpreterSettings::default();
        let settings = PixmapSettings { x_scale: across, y_scale: down, bg_color: WHITE };
        let pixmap = render(page, &RenderCache::new(), &interpreter, &RenderSettings::default(), &settings);
        let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
        let data =
            pixmap.data_as_u8_slice().as_chunks::<4>().0.iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue]);
        Ok(Pixels { width, height, layout: Layout::Rgb, data: data.collect() })
    }
}

fn iso(at: &DateTime) -> Option<String> {
    let parts = time::Parts {
        year: u32::from(at.year),
        month: u32::from(at.month),
        day: u32::from(at.day),
        hour: u32::from(at.hour),
        minute: u32::from(at.minute),
        second: u32::from(at.second),
    };
    let (hours, minutes) = (at.utc_offset_hour, at.utc_offset_minute);
    parts.iso("", &format!("{}{:02}:{minutes:02}", if hours < 0 { '-' } else { '+' }, hours.unsigned_abs()))
}
