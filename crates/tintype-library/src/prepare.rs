use crate::Error;
use crate::admission::{Asker, Lane};
use crate::content::Upload;
use crate::facts::facts;
use crate::library::Inner;
use crate::metadata;
use crate::meters::Stage;
use crate::picture::{Made, Origin, reason_in};
use std::fs::File;
use std::io::BufReader;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tintype_domain::{Facts, FileName, MetadataRecord, PreviewFacts, PreviewReason, PreviewStatus};
use tintype_media::{Detected, Image, ImageFacts, Kind, Limits};
use tintype_preview::{Format, Strip};
use tintype_storage::Spooled;
use tokio::task::JoinHandle;

/// Content with all that is to be known of it before it is kept.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) content: Arc<Spooled>,
    pub(crate) file_name: FileName,
    pub(crate) facts: Facts,
    pub(crate) made: Made,
    /// The work on what could not be waited for.
    pub(crate) later: Option<Later>,
}

/// Work on a preview that goes on by itself.
pub(crate) type Later = JoinHandle<Result<Made, Error>>;

/// What is known of content before anything is decoded.
#[derive(Debug)]
pub(crate) struct Inspected {
    detected: Detected,
    format: Option<Format>,
    image: Option<ImageFacts>,
    pub(crate) metadata: MetadataRecord,
    pub(crate) origin: Origin,
}

/// How much of a file is read at a time.
const READ_BYTES: usize = 64 << 10;

/// How long reading what an image tells about itself may take: it is bounded, and a slow disk is
/// not worth waiting for.
const METADATA_TIMEOUT: Duration = Duration::from_secs(1);

impl Inner {
    /// Finds out what the content is and makes its pictures, while it is still in the page cache.
    ///
    /// A picture that cannot be made is a fact, not an error. A preview that takes long is left to
    /// go on by itself.
    pub(crate) async fn prepare(self: &Arc<Self>, upload: Upload, asker: Asker) -> Result<Prepared, Error> {
        let file_name = FileName::from_upload(&upload.file_name);
        let sent_name = upload.file_name.clone();
        let allowed_by_link = upload.allowed_types.clone();
        let content = Arc::new(upload.into_content());
        let Inspected { detected, format, image, metadata, origin } = self.inspect(asker, &content, sent_name).await?;
        let facts = facts(&detected, image.as_ref());
        for allowed in [&self.options.allowed_types, &allowed_by_link] {
            if !allowed.is_empty() && !allowed.iter().any(|allowed| allowed.allows(facts.kind, &facts.mime_type)) {
                return Err(Error::TypeNotAllowed { mime_type: facts.mime_type });
            }
        }
        let kept = match self.options.strip_metadata {
            Some(strip) if matches!(format, Some(Format::Image | Format::Mp4)) => {
                self.strip(asker, content.clone(), strip).await?
            }
            _ => content.clone(),
        };
        let (made, later) = match origin {
            Origin::Image(image) => {
                let edges = &self.options.thumbnail_edges;
                (self.picture_image(asker, *image, metadata, file_name.clone(), edges).await?, None)
            }
            Origin::Nowhere(facts) => (Made::without_pictures(facts, metadata), None),
            Origin::Process(image) => {
                let edges = self.options.thumbnail_edges.clone();
                let work = self.clone().picture_other(asker, content.clone(), image, file_name.clone(), edges);
                let (mut made, later) = self.wait_a_while(self.start(work)).await;
                if self.options.strip_metadata.is_some() && made.facts.status == PreviewStatus::Pending {
                    // Only the content as it was sent tells this, and a job would not see it.
                    made.metadata = self.told(asker, content).await?;
                }
                (made, later)
            }
        };
        Ok(Prepared { content: kept, file_name, facts, made, later })
    }

    pub(crate) async fn inspect(
        self: &Arc<Self>,
        asker: Asker,
        content: &Arc<Spooled>,
        name: String,
    ) -> Result<Inspected, Error> {
        let (limits, source, strip) = (self.limits(), content.clone(), self.options.strip_metadata);
        let meters = self.meters.clone();
        let work = move || {
            let start = Instant::now();
            let inspected = inspect(&source, &name, &limits, strip);
            meters.time(Stage::Header, start);
            inspected
        };
        self.compute(Lane::Headers, asker, 0, work).await?
    }

    /// Waits for a preview as long as an upload may take for it.
    async fn wait_a_while(&self, mut work: Later) -> (Made, Option<Later>) {
        let pending = Made::without_pictures(PreviewFacts::PENDING, MetadataRecord::default());
        match tokio::time::timeout(self.options.preview_wait, &mut work).await {
            Ok(Ok(Ok(made))) => (made, None),
            Ok(Ok(Err(error))) => {
                tracing::info!(%error, "a preview is left to a job");
                (pending, None)
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "a preview is left to a job");
                (pending, None)
            }
            Err(_) => (pending, Some(work)),
        }
    }
}

/// Opens the content. That this fails says nothing of the picture: the upload has to be sent again.
fn open(content: &Spooled) -> Result<BufReader<File>, Error> {
    let file = content.open().map_err(|error| Error::Unavailable(error.into()))?;
    Ok(BufReader::with_capacity(READ_BYTES, file))
}

fn inspect(content: &Spooled, file_name: &str, limits: &Limits, strip: Option<Strip>) -> Result<Inspected, Error> {
    let mut file = open(content)?;
    let detected = tintype_media::detect(&mut file, Some(file_name)).map_err(Error::internal)?;
    let nowhere = |facts| Inspected {
        detected,
        format: None,
        image: None,
        metadata: MetadataRecord::default(),
        origin: Origin::Nowhere(facts),
    };
    // Text that quotes the beginning of a PDF is text.
    if matches!(detected.kind, Kind::Text) {
        return Ok(nowhere(PreviewFacts::NONE));
    }
    let mut reading = tintype_preview::Limits::default();
    reading.deadline = Instant::now().checked_add(METADATA_TIMEOUT);
    let format = tintype_preview::detect(&mut file, &reading).ok().flatten();
    if detected.kind != Kind::Image {
        return Ok(match format {
            Some(_) => Inspected { format, origin: Origin::Process(None), ..nowhere(PreviewFacts::PENDING) },
            None if detected.kind == Kind::Video => nowhere(PreviewFacts::failed(PreviewReason::Unsupported)),
            None => nowhere(PreviewFacts::NONE),
        });
    }
    // These are read by our own parsers alone.
    let metadata = match format {
        Some(Format::Image) => tintype_preview::metadata(&mut file, &reading).unwrap_or_default(),
        _ => Default::default(),
    };
    let metadata = metadata::record(metadata, strip);
    let descriptor = file.get_ref().try_clone();
    let image = Image::open(file, limits)
        .and_then(|image| Ok(image.with_file(descriptor?)))
        .inspect_err(|error| tracing::info!(file_name, %error, "an image whose header cannot be read"));
    let facts = image.as_ref().ok().map(|image| *image.facts());
    let origin = match (image, format) {
        (image, Some(known)) if known != Format::Image => {
            let decodable = image.ok().filter(|image| image.facts().format.is_decodable());
            Origin::Process(decodable.map(Box::new))
        }
        (Ok(image), _) if image.facts().format.is_decodable() => Origin::Image(Box::new(image)),
        (Ok(_), _) => Origin::Nowhere(PreviewFacts::failed(PreviewReason::Unsupported)),
        (Err(error), _) => Origin::Nowhere(reason_in(&error).map_or(PreviewFacts::PENDING, PreviewFacts::failed)),
    };
    Ok(Inspected { detected, format, image: facts, metadata, origin })
}
