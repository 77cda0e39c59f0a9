use crate::Error;
use crate::admission::{Asker, Lane};
use crate::content::Upload;
use crate::facts::facts;
use crate::library::Inner;
use crate::meters::Stage;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::BufReader;
use std::sync::Arc;
use std::time::Instant;
use tintype_domain::{Checksum, Facts, FileName};
use tintype_media::{Detected, Image, Isolation, Limits, OutputFormat, Thumbnail, ThumbnailOptions};
use tintype_storage::Spooled;

/// Content with all that is to be known of it before it is kept.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) content: Arc<Spooled>,
    pub(crate) file_name: FileName,
    pub(crate) facts: Facts,
    pub(crate) thumbnails: Vec<EncodedThumbnail>,
}

/// A thumbnail on its way to storage.
#[derive(Debug)]
pub(crate) struct EncodedThumbnail {
    pub(crate) edge: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) format: OutputFormat,
    pub(crate) bytes: Bytes,
    pub(crate) checksum: Checksum,
}

/// How much of a file is read at a time.
const READ_BYTES: usize = 64 << 10;

impl Inner {
    /// Finds out what the content is and renders its thumbnails, while it is still in the page
    /// cache.
    ///
    /// A picture that cannot be rendered is a fact, not an error: it has no thumbnails.
    pub(crate) async fn prepare(self: &Arc<Self>, upload: Upload, asker: Asker) -> Result<Prepared, Error> {
        let file_name = FileName::from_upload(&upload.file_name);
        let sent_name = upload.file_name.clone();
        let allowed_by_link = upload.allowed_types.clone();
        let content = Arc::new(upload.into_content());
        let limits = self.limits();
        let source = content.clone();
        let meters = self.meters.clone();
        let (detected, image) = self
            .compute(Lane::Headers, asker, 0, move || {
                let start = Instant::now();
                let inspected = inspect(&source, &sent_name, &limits);
                meters.time(Stage::Header, start);
                inspected
            })
            .await??;
        let facts = facts(&detected, image.as_ref().map(Image::facts));
        for allowed in [&self.options.allowed_types, &allowed_by_link] {
            if !allowed.is_empty() && !allowed.iter().any(|allowed| allowed.allows(facts.kind, &facts.mime_type)) {
                return Err(Error::TypeNotAllowed { mime_type: facts.mime_type });
            }
        }
        let thumbnails = match image {
            Some(image) => self.render(asker, image, &file_name).await?,
            None => Vec::new(),
        };
        Ok(Prepared { content, file_name, facts, thumbnails })
    }

    async fn render(
        self: &Arc<Self>,
        asker: Asker,
        image: Image<BufReader<File>>,
        file_name: &FileName,
    ) -> Result<Vec<EncodedThumbnail>, Error> {
        let options = ThumbnailOptions::default().with_encoding(self.options.thumbnail_encoding);
        let bytes = image.cost(&options.pictures(image.facts()));
        let lane = if image.facts().format.is_isolated() { Lane::Processes } else { Lane::Decodes };
        if !self.admission.could_admit(lane, bytes) {
            tracing::info!(%file_name, bytes, "no thumbnails: the image needs more than decode_memory");
            return Ok(Vec::new());
        }
        let inner = self.clone();
        let asked = Instant::now();
        let rendered = self.compute(lane, asker, bytes, move || {
            inner.meters.time(Stage::Wait, asked);
            let start = Instant::now();
            let mut limits = inner.limits();
            limits.deadline = Instant::now().checked_add(inner.options.decode_timeout);
            let mut image = image.with_limits(limits);
            if let Some(decoder) = inner.options.decoder.clone() {
                image = image.with_isolation(Isolation::Process(decoder));
            }
            let mut thumbnailer = inner.thumbnailers.take();
            let thumbnails = thumbnailer.thumbnails_of(&mut image, &options);
            inner.thumbnailers.give(thumbnailer);
            inner.meters.time(Stage::Render, start);
            thumbnails.map(|thumbnails| thumbnails.into_iter().map(EncodedThumbnail::from).collect::<Vec<_>>())
        });
        Ok(rendered.await?.unwrap_or_else(|error| {
            tracing::info!(%file_name, %error, "no thumbnails");
            Vec::new()
        }))
    }

    fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        limits.max_pixels = self.options.max_image_pixels;
        limits.max_alloc_bytes = self.options.decode_memory_bytes;
        limits
    }
}

/// Opens the content. That this fails says nothing of the picture: the upload has to be sent again.
fn open(content: &Spooled) -> Result<BufReader<File>, Error> {
    let file = content.open().map_err(|error| Error::Unavailable(error.into()))?;
    Ok(BufReader::with_capacity(READ_BYTES, file))
}

/// What content is, and the image that it holds, opened.
type Inspected = (Detected, Option<Image<BufReader<File>>>);

fn inspect(content: &Spooled, file_name: &str, limits: &Limits) -> Result<Inspected, Error> {
    let mut file = open(content)?;
    let detected = tintype_media::detect(&mut file, Some(file_name)).map_err(Error::internal)?;
    if detected.kind != tintype_media::Kind::Image {
        return Ok((detected, None));
    }
    let image = Image::open(file, limits)
        .inspect_err(|error| tracing::info!(file_name, %error, "an image whose header cannot be read"));
    Ok((detected, image.ok()))
}

impl From<Thumbnail> for EncodedThumbnail {
    fn from(thumbnail: Thumbnail) -> Self {
        Self {
            edge: thumbnail.edge,
            width: thumbnail.width,
            height: thumbnail.height,
            format: thumbnail.format,
            checksum: Checksum(Sha256::digest(&thumbnail.bytes).into()),
            bytes: thumbnail.bytes.into(),
        }
    }
}
