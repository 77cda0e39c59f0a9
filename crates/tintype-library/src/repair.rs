//! Making thumbnails, previews and renditions again that are missing or damaged.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tintype_domain::{Checksum, FileId, Variant};
use tintype_persistence::{NewDerived, OwnedObject};
use tintype_storage::{Content, NewObject};

use crate::admission::Asker;
use crate::library::{Inner, now};
use crate::picture::EncodedPicture;
use crate::{Error, causes, serving};

impl Inner {
    /// Makes the thumbnails and previews again that are among these objects of a file, all at once,
    /// if its content is sound. None for files in the trash.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::NoSpace`], [`Error::Busy`].
    pub(crate) async fn thumbnails_again(
        self: &Arc<Self>,
        id: FileId,
        objects: &[&OwnedObject],
    ) -> Result<Vec<EncodedPicture>, Error> {
        let edges = objects.iter().filter_map(|object| match object.variant {
            Some(Variant::Thumbnail { edge } | Variant::Preview { edge }) => Some(edge),
            Some(Variant::Rendition(_)) | None => None,
        });
        let edges: BTreeSet<u32> = edges.collect();
        if edges.is_empty() {
            return Ok(Vec::new());
        }
        let Some(file) = self.database(move |db| db.file(id)).await? else { return Ok(Vec::new()) };
        let made = self.picture_kept(Asker::Operator, &file, edges.into_iter().collect()).await;
        Ok(unless_final(made, id)?.map(|made| made.pictures).unwrap_or_default())
    }

    /// Puts an object again that was made of the content of a file, under the same key: a thumbnail
    /// or a preview of these pictures, or a rendition that is made now, if the content is sound.
    /// Its row keeps its number, and tells what the object is now. Returns whether that was done.
    ///
    /// Nothing is done for files in the trash, and for objects that would get another extension
    /// today, such as after a change of `thumbnail_format`.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::NoSpace`], [`Error::Busy`].
    pub(crate) async fn put_derived_again(
        self: &Arc<Self>,
        object: &OwnedObject,
        pictures: &[EncodedPicture],
    ) -> Result<bool, Error> {
        let Some(variant) = &object.variant else { return Ok(false) };
        let made = self.picture_again(object, variant, pictures).await;
        match unless_final(made, object.file)?.flatten() {
            Some((derived, bytes)) => self.put_again(object, derived, bytes).await,
            None => Ok(false),
        }
    }

    async fn picture_again(
        self: &Arc<Self>,
        object: &OwnedObject,
        variant: &Variant,
        pictures: &[EncodedPicture],
    ) -> Result<Option<(NewDerived, Bytes)>, Error> {
        let key = object.key.clone();
        let (derived, bytes, extension) = match variant {
            Variant::Thumbnail { .. } | Variant::Preview { .. } => {
                let Some(picture) = pictures.iter().find(|picture| picture.variant == *variant) else {
                    return Ok(None);
                };
                (picture.derived(key), picture.bytes.clone(), picture.format.extension())
            }
            Variant::Rendition(_) => {
                let id = object.file;
                let Some(file) = self.database(move |db| db.file(id)).await? else { return Ok(None) };
                let Some(made) = self.rendition_again(&file, variant).await? else { return Ok(None) };
                let bytes = Bytes::from(made.bytes);
                let derived = NewDerived {
                    variant: variant.clone(),
                    key,
                    width: made.width,
                    height: made.height,
                    mime_type: made.format.mime_type().to_owned(),
                    size: bytes.len() as u64,
                    checksum: Checksum(Sha256::digest(&bytes).into()),
                };
                (derived, bytes, made.format.extension())
            }
        };
        let fits = object.key.as_str().rsplit_once('.').is_some_and(|(_, old)| old == extension);
        Ok(fits.then_some((derived, bytes)))
    }

    /// Puts an object in the place of one that is missing or damaged.
    async fn put_again(
        self: &Arc<Self>,
        object: &OwnedObject,
        derived: NewDerived,
        bytes: Bytes,
    ) -> Result<bool, Error> {
        let (key, looked_up) = (object.key.clone(), object.key.clone());
        if self.database(move |db| db.owned_object(&looked_up)).await?.as_ref() != Some(object) {
            return Ok(false);
        }
        self.storage.delete(&key).await?;
        let attributes = serving::attributes(&key, &derived.mime_type);
        let new = NewObject { key: key.clone(), content: Content::Bytes(bytes), attributes };
        match self.storage.put(&new).await {
            Ok(()) => {}
            // Somebody else has done it.
            Err(tintype_storage::Error::AlreadyExists { .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        let file = object.file;
        if self.database(move |db| db.renew_derived(file, &derived, now())).await? {
            return Ok(true);
        }
        // It was deleted meanwhile, and its key is used up.
        self.storage.delete(&key).await?;
        Ok(false)
    }
}

/// Returns what was made, or nothing if that can never be; errors that pass are the caller's.
fn unless_final<T>(made: Result<T, Error>, file: FileId) -> Result<Option<T>, Error> {
    match made {
        Ok(made) => Ok(Some(made)),
        Err(error @ (Error::Unavailable(_) | Error::NoSpace(_) | Error::Busy { .. })) => Err(error),
        Err(error) => {
            tracing::warn!(%file, "cannot be made again: {}", causes(&error));
            Ok(None)
        }
    }
}
