//! One decode, then each picture from the smallest that is large enough.

use std::cmp::Reverse;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, Seek, SeekFrom};

use crate::batch::{Batch, missing, no_process};
use crate::decoding::{Job, read_to_end};
use crate::descriptor::Decoding;
use crate::encode::{self, WHITE};
use crate::filter::Area;
use crate::guard::{self, Deadline};
use crate::opened::Image;
use crate::options::{Encoding, Focus, OutputFormat, RenderOptions};
use crate::picture::Picture;
use crate::placement::Placement;
use crate::reader::BufReadSeek;
use crate::tools::Tools;
use crate::{Error, Isolation, Limits, Orientation, process, smart};

/// Renders pictures of one image after the other. Reuse one for many images: it keeps tables and
/// buffers from each for the next.
///
/// Between images it holds up to 9 MiB: memory of a small file, of its planes and of the last
/// pictures. What it makes does not depend on what it made before.
///
/// ```
/// use tintype_media::{Image, Limits, RenderOptions, Renderer};
///
/// # fn main() -> Result<(), tintype_media::Error> {
/// let wanted = [RenderOptions::default().with_width(64)];
/// let mut renderer = Renderer::new();
/// for grey in [80, 160] {
///     let ppm = [b"P6 200 100 255\n".as_slice(), &[grey; 60_000]].concat();
///     let mut image = Image::open(std::io::Cursor::new(ppm), &Limits::default())?;
///     assert_eq!(renderer.render(&mut image, &wanted)?[0].height, 32);
/// }
/// # Ok(())
/// # }
/// ```
pub struct Renderer {
    tools: Tools,
}

/// A picture as a file: upright, sRGB, without metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rendered {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What `bytes` are.
    pub format: OutputFormat,
    /// The file.
    pub bytes: Vec<u8>,
}

/// A picture as pixels: upright, sRGB.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RgbaPixels {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Rows from top to bottom, red, green, blue and alpha of each pixel; colours are not
    /// multiplied by alpha.
    pub pixels: Vec<u8>,
}

impl fmt::Debug for Renderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renderer").finish_non_exhaustive()
    }
}

impl Default for Renderer {
    fn default() -> Self {
        Self::new()
    }
}

impl<R: BufRead + Seek> Image<R> {
    /// Renders one picture. Use [`Image::render_all`] for several, and a [`Renderer`] for many
    /// images.
    ///
    /// # Errors
    ///
    /// As [`Renderer::render`].
    pub fn render(&mut self, wanted: &RenderOptions) -> Result<Rendered, Error> {
        let made = self.render_all(std::slice::from_ref(wanted))?;
        made.into_iter().next().ok_or(Error::Encode { reason: "no picture was made".into() })
    }

    /// Renders several pictures from one decode.
    ///
    /// # Errors
    ///
    /// As [`Renderer::render`].
    pub fn render_all(&mut self, wanted: &[RenderOptions]) -> Result<Vec<Rendered>, Error> {
        Renderer::new().render(self, wanted)
    }

    /// Decodes a picture to pixels: with [`RenderOptions::default`] the whole image at its own
    /// size, without loss unless the file itself has been compressed with loss. Encoding and
    /// quality do not matter.
    ///
    /// # Errors
    ///
    /// As [`Renderer::render`].
    pub fn to_rgba8(&mut self, wanted: &RenderOptions) -> Result<RgbaPixels, Error> {
        Renderer::new().to_rgba8(self, wanted)
    }
}

impl Renderer {
    /// A renderer without anything to reuse yet.
    #[must_use]
    pub fn new() -> Self {
        Self { tools: Tools::new() }
    }

    /// Renders pictures of an image in their order, all from one decode.
    ///
    /// A damaged image gives pictures as far as its decoder could make sense of it.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidOption`], [`Error::TooManyPixels`] and [`Error::TooMuchMemory`] before
    /// anything is decoded; [`Error::Unsupported`], [`Error::Malformed`], [`Error::Panicked`] when
    /// the image cannot be decoded; [`Error::DeadlineExceeded`], [`Error::Cancelled`],
    /// [`Error::Io`].
    pub fn render<R: BufRead + Seek>(
        &mut self,
        image: &mut Image<R>,
        wanted: &[RenderOptions],
    ) -> Result<Vec<Rendered>, Error> {
        self.make(image, wanted, |tools, picture, options| {
            let (width, height) = picture.sides();
            let (format, bytes) = encode::encode(tools, picture, options)?;
            Ok(Rendered { width, height, format, bytes })
        })
    }

    /// Decodes a picture of an image to pixels, as [`Image::to_rgba8`] does.
    ///
    /// # Errors
    ///
    /// As [`Renderer::render`].
    pub fn to_rgba8<R: BufRead + Seek>(
        &mut self,
        image: &mut Image<R>,
        wanted: &RenderOptions,
    ) -> Result<RgbaPixels, Error> {
        let exact = RenderOptions { encoding: Encoding::Png, ..wanted.clone() };
        let made = self.make(image, &[exact], |tools, picture, _| {
            let (width, height) = picture.sides();
            Ok(RgbaPixels { width, height, pixels: picture.rgba(&mut tools.resizer) })
        })?;
        made.into_iter().next().ok_or(Error::Encode { reason: "no picture was made".into() })
    }

    fn make<R: BufRead + Seek, T: Clone>(
        &mut self,
        image: &mut Image<R>,
        wanted: &[RenderOptions],
        finish: impl Fn(&mut Tools, &Picture, &RenderOptions) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let Image { reader, header, limits, isolation, file, .. } = image;
        limits.check_deadline()?;
        let batch = Batch::new(header, wanted);
        batch.admit(limits, isolation)?;
        reader.seek(SeekFrom::Start(0))?;
        let made = guard::catch(|| {
            let decoded = decode(reader, file.as_ref(), &batch, limits, isolation, &mut self.tools);
            let decoded = decoded.map_err(|error| guard::timeout(error, limits))?;
            make_all(&mut self.tools, decoded, &batch, limits, finish)
        });
        if matches!(made, Err(Error::Panicked { .. })) {
            // What the panic left half-changed must not meet the next image.
            *self = Self::new();
        }
        made
    }
}

/// Decodes an image that is admitted; `reader` stands at its beginning.
fn decode<R: BufRead + Seek>(
    reader: &mut R,
    file: Option<&File>,
    batch: &Batch<'_>,
    limits: &Limits,
    isolation: &Isolation,
    tools: &mut Tools,
) -> Result<Picture, Error> {
    let header = batch.header;
    let job = Job { header, limits, stored: batch.stored(), keep: batch.keep };
    let mut input = Deadline::new(reader as &mut dyn BufReadSeek, limits);
    let decoded = match header.format.descriptor().decoding {
        Decoding::Never => return Err(Error::unsupported(header.format, "no decoder")),
        Decoding::Missing { feature } => return Err(missing(header.format, feature)),
        Decoding::Picture { decode, .. } => return decode(input, &job, tools),
        Decoding::Frame { decode, .. } => decode(input, &job)?,
        Decoding::Isolated { decode, .. } => match isolation {
            Isolation::None => return Err(no_process(header.format)),
            Isolation::Process(decoder) => process::decode(decoder, input, file, &job, batch.decoding_limit(limits))?,
            Isolation::InProcess => {
                let len = input.seek(SeekFrom::End(0))?;
                input.seek(SeekFrom::Start(0))?;
                decode(read_to_end(&mut input, len)?, &job)?
            }
        },
    };
    Picture::new(decoded, &job)
}

/// Makes all pictures of the decoded image, the largest first, so that each smaller one comes from
/// the last.
fn make_all<T: Clone>(
    tools: &mut Tools,
    mut whole: Picture,
    batch: &Batch<'_>,
    limits: &Limits,
    finish: impl Fn(&mut Tools, &Picture, &RenderOptions) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let mut order: Vec<usize> = (0..batch.wanted.len()).collect();
    order.sort_by_key(|index| Reverse(batch.placements[*index].decoded));
    // Stretched pictures may need more of one side and less of the other than those before.
    let is_chain = order.windows(2).all(|pair| {
        let (larger, smaller) = (batch.placements[pair[0]].decoded, batch.placements[pair[1]].decoded);
        smaller.0 <= larger.0 && smaller.1 <= larger.1
    });
    let mut made: Vec<Option<T>> = vec![None; batch.wanted.len()];
    let mut last: Option<usize> = None;
    for index in order {
        limits.check_deadline()?;
        let (options, placement) = (&batch.wanted[index], &batch.placements[index]);
        if let Some(same) = last.filter(|last| batch.wanted[*last] == *options) {
            made[index] = made[same].clone();
            continue;
        }
        let smaller = (whole.sides() != placement.decoded).then(|| whole.scaled(&mut tools.resizer, placement.decoded));
        let picture = match smaller {
            Some(smaller) if is_chain => {
                recycle(tools, std::mem::replace(&mut whole, smaller));
                None
            }
            other => other,
        };
        let source = picture.as_ref().unwrap_or(&whole);
        let finished = match finished(tools, source, placement, options, limits)? {
            Some(picture) => finish(tools, &picture, options)?,
            None => finish(tools, source, options)?,
        };
        made[index] = Some(finished);
        last = Some(index);
    }
    recycle(tools, whole);
    Ok(made.into_iter().flatten().collect())
}

fn recycle(tools: &mut Tools, picture: Picture) {
    if let Picture::Planes(planes) = picture {
        tools.resizer.recycle(planes);
    }
}

/// Does with the resized image what is to be done, or returns none if that is nothing.
fn finished(
    tools: &mut Tools,
    whole: &Picture,
    placement: &Placement,
    options: &RenderOptions,
    limits: &Limits,
) -> Result<Option<Picture>, Error> {
    let blur = options.blur;
    let sharpening = options.sharpening();
    if placement.is_plain() && blur.is_none() && sharpening.is_none() {
        return Ok(None);
    }
    let ratio = |decoded: u32, whole: u32| f64::from(decoded) / f64::from(whole);
    let across = ratio(placement.decoded.0, placement.whole.0);
    let down = ratio(placement.decoded.1, placement.whole.1);
    let place = match options.focus {
        Focus::Smart => smart::place(tools, whole, placement),
        Focus::Center | Focus::Point { .. } => placement.place,
    };
    let area = Area { left: place.0.into(), top: place.1.into(), ..Area::whole(placement.part) };
    let mut picture = whole.part(area.scaled(across, down), placement.part)?;
    limits.check_deadline()?;
    if placement.turn != Orientation::Normal {
        picture = picture.turned(&mut tools.resizer, placement.turn);
    }
    if let Some(deviation) = blur {
        picture = picture.blurred(deviation, limits)?;
    }
    if let Some(deviation) = sharpening {
        picture = picture.sharpened(deviation, limits)?;
    }
    if let Some(canvas) = placement.canvas.filter(|canvas| *canvas != picture.sides()) {
        let white = (options.encoding == Encoding::Jpeg).then_some(WHITE);
        picture = picture.on_canvas(&mut tools.resizer, canvas, options.background.or(white));
    }
    Ok(Some(picture))
}
