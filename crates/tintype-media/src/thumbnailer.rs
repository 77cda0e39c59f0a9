//! One decode, then each size from the next larger one.

use std::fmt;
use std::io::{BufRead, Seek, SeekFrom};

use tintype_jpeg::{Decoder, Encoder};

use crate::picture::Picture;
use crate::planes::Resizer;
use crate::probe::{self, Header};
use crate::resize::fit;
use crate::thumbnail::{MAX_EDGE, admit};
use crate::{Error, Thumbnail, ThumbnailOptions, decode, encode, guard};

/// Makes thumbnails of one image after the other, keeping tables and buffers from each for the next.
///
/// Between images it holds up to 9 MiB: memory of a small file, of its planes and of the last thumbnails. What it makes does not depend on what it made before.
///
/// ```
/// use tintype_media::{ThumbnailOptions, Thumbnailer};
///
/// # fn main() -> Result<(), tintype_media::Error> {
/// let options = ThumbnailOptions::default().with_edges([64]);
/// let mut thumbnailer = Thumbnailer::new();
/// for grey in [80, 160] {
///     let ppm = [b"P6 200 100 255\n".as_slice(), &[grey; 60_000]].concat();
///     let made = thumbnailer.thumbnails(std::io::Cursor::new(ppm), &options)?;
///     assert_eq!((made[0].width, made[0].height), (64, 32));
/// }
/// # Ok(())
/// # }
/// ```
pub struct Thumbnailer {
    pub(crate) tools: Tools,
}

/// What is reused.
pub(crate) struct Tools {
    pub(crate) decoder: Decoder,
    pub(crate) encoder: Encoder,
    pub(crate) resizer: Resizer,
    /// Memory for a file.
    pub(crate) file: Vec<u8>,
}

impl fmt::Debug for Thumbnailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Thumbnailer").finish_non_exhaustive()
    }
}

impl Default for Thumbnailer {
    fn default() -> Self {
        Self::new()
    }
}

impl Thumbnailer {
    /// A thumbnailer without anything to reuse yet.
    #[must_use]
    pub fn new() -> Self {
        let (decoder, encoder) = (Decoder::new(), Encoder::new());
        Self { tools: Tools { decoder, encoder, resizer: Resizer::new(), file: Vec::new() } }
    }

    /// Makes a thumbnail for each of `options.edges`, in their order, from one decode, as
    /// [`thumbnails`](crate::thumbnails) does.
    ///
    /// # Errors
    ///
    /// As [`thumbnails`](crate::thumbnails).
    pub fn thumbnails<R: BufRead + Seek>(
        &mut self,
        mut reader: R,
        options: &ThumbnailOptions,
    ) -> Result<Vec<Thumbnail>, Error> {
        if let Some(edge) = options.edges.iter().find(|edge| !(1..=MAX_EDGE).contains(*edge)) {
            return Err(Error::InvalidEdge { edge: *edge });
        }
        let header = probe::read(&mut reader, &options.limits)?;
        admit(&header, options)?;
        reader.seek(SeekFrom::Start(0))?;
        let made = guard::catch(|| {
            let first = decode::decode(&mut reader, &header, options, &mut self.tools);
            let first = first.map_err(|error| guard::timeout(error, &options.limits))?;
            cascade(&mut self.tools, first, &header, options)
        });
        if matches!(made, Err(Error::Panicked { .. })) {
            // What the panic left half-changed must not meet the next image.
            *self = Self::new();
        }
        made
    }
}

/// Makes all thumbnails from the picture for the largest.
fn cascade(
    tools: &mut Tools,
    mut picture: Picture,
    header: &Header,
    options: &ThumbnailOptions,
) -> Result<Vec<Thumbnail>, Error> {
    let mut edges = options.edges.clone();
    edges.sort_unstable_by(|a, b| b.cmp(a));
    edges.dedup();
    let (width, height) = header.orientation.displayed(header.width, header.height);
    let mut made: Vec<Thumbnail> = Vec::with_capacity(edges.len());
    for edge in edges {
        options.limits.check_deadline()?;
        let (width, height) = fit(width, height, edge);
        match made.last() {
            Some(last) if (last.width, last.height) == (width, height) => {
                made.push(Thumbnail { edge, ..last.clone() });
            }
            _ => {
                if picture.sides() != (width, height) {
                    picture = picture.scale(&mut tools.resizer, (width, height));
                }
                let (format, bytes) = encode::encode(tools, &picture, options)?;
                made.push(Thumbnail { edge, width, height, format, bytes });
            }
        }
    }
    if let Picture::Planes(planes) = picture {
        tools.resizer.recycle(planes);
    }
    let find = |edge: &u32| made.iter().find(|thumbnail| thumbnail.edge == *edge).cloned();
    Ok(options.edges.iter().filter_map(find).collect())
}
