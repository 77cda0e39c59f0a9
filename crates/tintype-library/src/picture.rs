//! The pictures of files: thumbnails of images, and previews of everything else that people look
//! at.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, ErrorKind, Seek};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tintype_domain::{
    Checksum, FileName, Key, Look, MetadataRecord, PreviewFacts, PreviewReason, PreviewSource, PreviewStatus, Variant,
};
use tintype_media::{
    DecoderProcess, Fit, Image, Isolation, Limits, Orientation, OutputFormat, RenderOptions, Thumbnail,
    ThumbnailOptions,
};
use tintype_persistence::NewDerived;
use tintype_preview::{Examined, Layout, Picture, Pixels, Placeholder, Preview, Source, Wanted};
use tintype_storage::Spooled;

use crate::Error;
use crate::admission::{Asker, Lane};
use crate::library::Inner;
use crate::metadata;
use crate::meters::Stage;

/// What was made of a file.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) facts: PreviewFacts,
    pub(crate) metadata: MetadataRecord,
    pub(crate) pictures: Vec<EncodedPicture>,
}

/// A picture on its way to storage.
#[derive(Debug, Clone)]
pub(crate) struct EncodedPicture {
    pub(crate) variant: Variant,
    pub(crate) edge: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) format: OutputFormat,
    pub(crate) bytes: Bytes,
    pub(crate) checksum: Checksum,
}

/// Where the picture of a file comes from.
#[derive(Debug)]
pub(crate) enum Origin {
    /// It is an image, which has been opened.
    Image(Box<Image<BufReader<File>>>),
    /// A process looks for it. If it finds none, the image is one: raw files of cameras hold a
    /// small picture as TIFF has it.
    Process(Option<Box<Image<BufReader<File>>>>),
    /// It has been found out without looking that there is none.
    Nowhere(PreviewFacts),
}

/// Pictures of one content, and what they look like; else why there are none, if that is not worth
/// another try.
type Rendered = Result<(Vec<EncodedPicture>, Option<Look>), Option<PreviewReason>>;

impl Made {
    /// Nothing was made.
    pub(crate) fn without_pictures(facts: PreviewFacts, metadata: MetadataRecord) -> Self {
        Self { facts, metadata, pictures: Vec::new() }
    }

    fn new(rendered: Rendered, source: PreviewSource, metadata: MetadataRecord) -> Self {
        match rendered {
            Ok((pictures, look)) => Self { facts: PreviewFacts::ready(source, look), metadata, pictures },
            Err(Some(reason)) => Self::without_pictures(PreviewFacts::failed(reason), metadata),
            Err(None) => Self::without_pictures(PreviewFacts::PENDING, metadata),
        }
    }
}

impl EncodedPicture {
    fn new(thumbnail: Thumbnail, variant: Variant) -> Self {
        Self {
            variant,
            edge: thumbnail.edge,
            width: thumbnail.width,
            height: thumbnail.height,
            format: thumbnail.format,
            checksum: Checksum(Sha256::digest(&thumbnail.bytes).into()),
            bytes: thumbnail.bytes.into(),
        }
    }

    /// Returns the row of the picture once it is in storage under that key.
    pub(crate) fn derived(&self, key: Key) -> NewDerived {
        NewDerived {
            variant: self.variant.clone(),
            key,
            width: self.width,
            height: self.height,
            size: self.bytes.len() as u64,
            mime_type: self.format.mime_type().to_owned(),
            checksum: self.checksum,
        }
    }
}

impl Inner {
    /// Makes thumbnails of an image.
    pub(crate) async fn picture_image(
        self: &Arc<Self>,
        asker: Asker,
        image: Image<BufReader<File>>,
        metadata: MetadataRecord,
        name: FileName,
        edges: &[u32],
    ) -> Result<Made, Error> {
        let rendered = self.render(asker, image, name, |edge| Variant::Thumbnail { edge }, edges).await?;
        Ok(Made::new(rendered, PreviewSource::Image, metadata))
    }

    /// Examines what is no image in a process, and makes pictures of what that finds; of `image` if
    /// it finds none.
    pub(crate) async fn picture_other(
        self: Arc<Self>,
        asker: Asker,
        content: Arc<Spooled>,
        image: Option<Box<Image<BufReader<File>>>>,
        name: FileName,
        edges: Vec<u32>,
    ) -> Result<Made, Error> {
        let variant: fn(u32) -> Variant = match image.is_some() {
            true => |edge| Variant::Thumbnail { edge },
            false => |edge| Variant::Preview { edge },
        };
        let made = self.picture_found(asker, content, variant, name.clone(), &edges).await?;
        match image {
            Some(image) if matches!(made.facts.status, PreviewStatus::Failed | PreviewStatus::None) => {
                self.picture_image(asker, *image, made.metadata, name, &edges).await
            }
            _ => Ok(made),
        }
    }

    async fn picture_found(
        self: &Arc<Self>,
        asker: Asker,
        content: Arc<Spooled>,
        variant: fn(u32) -> Variant,
        name: FileName,
        edges: &[u32],
    ) -> Result<Made, Error> {
        let Examined { metadata, preview } = self.examine(asker, content, Wanted::Preview).await?;
        let metadata = metadata::record(metadata, self.options.strip_metadata);
        let Preview { source, picture, .. } = match preview {
            Ok(Some(preview)) => preview,
            Ok(None) => return Ok(Made::without_pictures(PreviewFacts::NONE, metadata)),
            Err(error) => {
                tracing::info!(file_name = %name, %error, "no preview");
                let reason = error.failure().map_or(PreviewReason::Damaged, reason_of);
                return Ok(Made::without_pictures(PreviewFacts::failed(reason), metadata));
            }
        };
        let (bytes, orientation) = match picture {
            Picture::Pixels(pixels) => (pam(pixels), None),
            Picture::Encoded { bytes, orientation } => (bytes, orientation),
        };
        let image = match Image::open(Cursor::new(bytes), &self.limits()) {
            Ok(image) => image,
            Err(error) => {
                tracing::info!(file_name = %name, %error, "no preview: the picture that it holds cannot be read");
                return Ok(Made::new(Err(reason_in(&error)), source_of(source), metadata));
            }
        };
        let image = match orientation.and_then(|value| Orientation::from_exif(value.into())) {
            Some(orientation) => image.with_orientation(orientation),
            None => image,
        };
        let rendered = self.render(asker, image, name, variant, edges).await?;
        Ok(Made::new(rendered, source_of(source), metadata))
    }

    /// Has a process read a file.
    pub(crate) async fn examine(&self, asker: Asker, content: Arc<Spooled>, wanted: Wanted) -> Result<Examined, Error> {
        let Some(program) = self.options.decoder.clone() else {
            let preview = Err(tintype_preview::Error::Unsupported { reason: "there is no process for it".into() });
            return Ok(Examined { metadata: Default::default(), preview });
        };
        let program = program.with_arg(PREVIEW_ARG);
        // What a file needs is known only to its decoder: two at a time beside pictures, and alone
        // if that is not enough.
        let most = self.admission.most_memory(Lane::Previews);
        let first = self.examine_with(asker, &program, content.clone(), wanted, most / 3).await?;
        match first.preview {
            Err(tintype_preview::Error::TooLarge { .. }) => {
                self.examine_with(asker, &program, content, wanted, most).await
            }
            _ => Ok(first),
        }
    }

    async fn examine_with(
        &self,
        asker: Asker,
        program: &DecoderProcess,
        content: Arc<Spooled>,
        wanted: Wanted,
        memory: u64,
    ) -> Result<Examined, Error> {
        let program = program.clone();
        let (max_pixels, timeout) = (self.options.max_image_pixels, self.options.decode_timeout);
        let edge = self.options.thumbnail_edges.iter().max().map(|edge| (*edge).min(MAX_DRAWN_EDGE));
        let work = move || {
            let file = content.open().map_err(|error| Error::Unavailable(error.into()))?;
            let limits = tintype_preview::Limits::default().with_max_pixels(max_pixels).with_max_alloc_bytes(memory);
            let limits = match Instant::now().checked_add(timeout) {
                Some(deadline) => limits.with_deadline(deadline),
                None => limits,
            };
            let options = tintype_preview::Options::default().with_limits(limits).with_edge(edge);
            tintype_preview::examine(&program, file, wanted, &options).map_err(Error::internal)
        };
        self.compute(Lane::Previews, asker, memory, work).await?
    }

    async fn render<R: BufRead + Seek + Send + 'static>(
        self: &Arc<Self>,
        asker: Asker,
        image: Image<R>,
        file_name: FileName,
        variant: fn(u32) -> Variant,
        edges: &[u32],
    ) -> Result<Rendered, Error> {
        let options = ThumbnailOptions::default().with_edges(edges).with_encoding(self.options.thumbnail_encoding);
        let (lane, mut limits) = self.decoding_limits(&image);
        let image = image.with_limits(limits.clone());
        let bytes = image.cost(&options.pictures(image.facts()));
        if !self.admission.could_admit(lane, bytes) {
            tracing::info!(%file_name, bytes, "no thumbnails: the image needs more than decode_memory");
            return Ok(Err(Some(PreviewReason::TooLarge)));
        }
        let inner = self.clone();
        let asked = Instant::now();
        let rendered = self.compute(lane, asker, bytes, move || {
            inner.meters.time(Stage::Wait, asked);
            let start = Instant::now();
            limits.deadline = Instant::now().checked_add(inner.options.decode_timeout);
            let mut image = image.with_limits(limits);
            if let Some(decoder) = inner.options.decoder.clone() {
                image = image.with_isolation(Isolation::Process(decoder));
            }
            let mut thumbnailer = inner.thumbnailers.take();
            let thumbnails = thumbnailer.thumbnails_of(&mut image, &options);
            inner.thumbnailers.give(thumbnailer);
            inner.meters.time(Stage::Render, start);
            thumbnails.map(|thumbnails| {
                let picture = |thumbnail: Thumbnail| {
                    let variant = variant(thumbnail.edge);
                    EncodedPicture::new(thumbnail, variant)
                };
                let pictures: Vec<_> = thumbnails.into_iter().map(picture).collect();
                let look = to_look_at(&pictures, |picture| picture.edge).and_then(|picture| look_of(&picture.bytes));
                (pictures, look)
            })
        });
        Ok(rendered.await?.map_err(|error| {
            tracing::info!(%file_name, %error, "no thumbnails");
            reason_in(&error)
        }))
    }

    /// Returns where an image is decoded, and what that may take.
    pub(crate) fn decoding_limits<R: BufRead + Seek>(&self, image: &Image<R>) -> (Lane, Limits) {
        let lane = if image.facts().format.is_isolated() { Lane::Processes } else { Lane::Decodes };
        (lane, self.limits().with_max_alloc_bytes(self.admission.most_memory(lane)))
    }

    pub(crate) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        limits.max_pixels = self.options.max_image_pixels;
        limits.max_alloc_bytes = self.options.decode_memory_bytes;
        limits
    }
}

/// The argument that makes the program for decoding one for previews.
pub(crate) const PREVIEW_ARG: &str = "preview";

/// The longest side in pixels that pages are drawn with, whatever size is wanted.
const MAX_DRAWN_EDGE: u32 = 4096;

/// The smallest edge of a picture that shows enough for a placeholder and for comparing.
const LEAST_TO_LOOK_AT: u32 = 32;

/// The longest side in pixels that placeholders are made of, which is more than they show.
const MOST_TO_LOOK_AT: u32 = 64;

/// Returns, of pictures in the order of their edges, the smallest one that shows enough, else the
/// largest.
pub(crate) fn to_look_at<T>(pictures: &[T], edge: impl Fn(&T) -> u32) -> Option<&T> {
    pictures.iter().find(|picture| edge(picture) >= LEAST_TO_LOOK_AT).or(pictures.last())
}

/// Returns what a thumbnail looks like.
pub(crate) fn look_of(thumbnail: &[u8]) -> Option<Look> {
    let mut image = Image::open(Cursor::new(thumbnail), &Limits::default()).ok()?;
    let small = RenderOptions::fit(Fit::Inside, MOST_TO_LOOK_AT, MOST_TO_LOOK_AT);
    let pixels = image.to_rgba8(&small).ok()?;
    let pixels = Pixels { width: pixels.width, height: pixels.height, layout: Layout::Rgba, data: pixels.pixels };
    let Placeholder { thumb_hash, colour } = tintype_preview::placeholder(&pixels);
    Some(Look { thumb_hash, colour, perceptual_hash: tintype_preview::perceptual_hash(&pixels).0 })
}

/// Returns pixels as a file, which goes the way of any other image.
fn pam(pixels: Pixels) -> Vec<u8> {
    let Pixels { width, height, layout, data } = pixels;
    let (depth, tuple) = match layout {
        Layout::Rgb => (3, "RGB"),
        Layout::Rgba => (4, "RGB_ALPHA"),
    };
    let head = format!("P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH {depth}\nMAXVAL 255\nTUPLTYPE {tuple}\nENDHDR\n");
    [head.as_bytes(), &data].concat()
}

fn source_of(source: Source) -> PreviewSource {
    match source {
        Source::Image => PreviewSource::Image,
        Source::Page => PreviewSource::Page,
        Source::Frame => PreviewSource::Frame,
        Source::Cover => PreviewSource::Cover,
        Source::Waveform => PreviewSource::Waveform,
        Source::Embedded => PreviewSource::Embedded,
    }
}

fn reason_of(failure: tintype_preview::Failure) -> PreviewReason {
    use tintype_preview::Failure;
    match failure {
        Failure::Damaged => PreviewReason::Damaged,
        Failure::Encrypted => PreviewReason::Encrypted,
        Failure::Unsupported => PreviewReason::Unsupported,
        Failure::TooLarge => PreviewReason::TooLarge,
        Failure::TimedOut => PreviewReason::TimedOut,
    }
}

/// Returns why an image has no pictures; `None` for failures that are no property of the image.
pub(crate) fn reason_in(error: &tintype_media::Error) -> Option<PreviewReason> {
    use tintype_media::Error as E;
    Some(match error {
        // It ends before it should, or its bytes make no sense.
        E::Io { source } if matches!(source.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidData) => {
            PreviewReason::Damaged
        }
        E::Io { .. } | E::Cancelled => return None,
        E::Unsupported { .. } => PreviewReason::Unsupported,
        E::TooManyPixels { .. } | E::TooMuchMemory { .. } => PreviewReason::TooLarge,
        E::DeadlineExceeded => PreviewReason::TimedOut,
        _ => PreviewReason::Damaged,
    })
}

/// Decodes what a server asks for, for the `main` of a program, which should do nothing else before
/// or after. `args` are those after the ones that [`DecoderProcess`](crate::DecoderProcess) was
/// given.
#[must_use]
pub fn run_decoder(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut args = args.into_iter().peekable();
    match args.next_if(|arg| arg == PREVIEW_ARG) {
        Some(_) => tintype_preview::run_previewer(args),
        None => tintype_media::run_decoder(),
    }
}

#[cfg(test)]
mod tests {
    use super::reason_in;
    use std::io::ErrorKind;
    use tintype_domain::PreviewReason;

    #[test]
    fn a_file_that_ends_too_early_is_damaged_and_a_disk_that_fails_is_tried_again() {
        let reason = |kind: ErrorKind| reason_in(&tintype_media::Error::Io { source: kind.into() });
        assert_eq!(reason(ErrorKind::UnexpectedEof), Some(PreviewReason::Damaged));
        assert_eq!(reason(ErrorKind::StorageFull), None);
    }
}
