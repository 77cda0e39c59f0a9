use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tintype_domain::{FileId, Key, Timestamp, Variant};
use tintype_persistence::{MediaRecord as Media, ObjectRecord as Content};

/// How long a row counts as read just now. Other processes that share the database may change it
/// meanwhile, and have to be noticed within five seconds.
const FRESH_FOR: Duration = Duration::from_secs(4);

/// The largest object whose bytes are kept.
const MAX_BODY_BYTES: u64 = 256 << 10;

/// How many entries there are for so many bytes: what most thumbnails take.
const BYTES_PER_ENTRY: u64 = 16 << 10;

/// What an entry takes beside the bytes of its object, about.
const ENTRY_BYTES: u64 = 600;

/// What objects are, and the bytes of small ones, for those that are asked for often.
///
/// The bytes under a key never change, so they are kept until there is no room. Who may have them,
/// and whether the key still has an owner, is read from the database again after [`FRESH_FOR`], and
/// at once if this process has changed the file.
#[derive(Debug)]
pub(crate) struct MediaCache {
    /// `None` if nothing is kept.
    entries: Option<Cache<Key, Arc<Entry>, Weight>>,
    /// Which object is the rendition of some content. Counts only while that is among the entries.
    renditions: Option<Cache<(Key, Variant), Arc<KnownRendition>>>,
    start: Instant,
    /// When each file was last changed here, as far as that was not long ago.
    changes: Mutex<HashMap<FileId, Moment>>,
    /// When any file was.
    last_change: AtomicU64,
}

#[derive(Debug)]
struct Entry {
    media: Arc<Media>,
    /// When the row began to be read.
    read_at: Moment,
    body: Option<Bytes>,
}

/// Where a rendition is.
#[derive(Debug)]
pub(crate) struct KnownRendition {
    /// The id of its row.
    pub(crate) id: i64,
    /// Its object.
    pub(crate) key: Key,
    /// When its use was last noted, in microseconds since 1970.
    noted_at: AtomicI64,
}

impl KnownRendition {
    /// Returns the rendition of that row, whose use was last noted then.
    pub(crate) fn new(id: i64, key: Key, noted_at: Timestamp) -> Self {
        Self { id, key, noted_at: AtomicI64::new(noted_at.unix_micros()) }
    }

    /// Returns whether its use has to be noted, because that was last done before `noted_before`.
    /// Of all who ask, one is told so.
    pub(crate) fn is_use_to_note(&self, now: Timestamp, noted_before: Timestamp) -> bool {
        let noted_at = self.noted_at.load(Ordering::Relaxed);
        noted_at < noted_before.unix_micros()
            && self.noted_at.compare_exchange(noted_at, now.unix_micros(), Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// Nanoseconds since the cache was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u64);

impl MediaCache {
    /// Returns a cache of so many bytes.
    pub(crate) fn new(bytes: u64) -> Self {
        let count = usize::try_from(bytes.div_ceil(BYTES_PER_ENTRY)).unwrap_or(usize::MAX);
        let entries = (bytes > 0).then(|| Cache::with_weighter(count, bytes, Weight));
        let renditions = (bytes > 0).then(|| Cache::new(count));
        let (start, last_change) = (Instant::now(), AtomicU64::new(0));
        Self { entries, renditions, start, changes: Mutex::default(), last_change }
    }

    /// Returns the present moment, for [`keep`](Self::keep).
    pub(crate) fn now(&self) -> Moment {
        // From 1 on: 0 is before every entry. Enough for five centuries.
        Moment(u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX).saturating_add(1))
    }

    /// Returns what the key's row said a moment ago, if it was read then.
    pub(crate) fn media(&self, key: &Key) -> Option<Arc<Media>> {
        let entry = self.entries.as_ref()?.get(key)?;
        let age = Duration::from_nanos(self.now().0.saturating_sub(entry.read_at.0));
        (age < FRESH_FOR && !self.has_changed(entry.media.file, entry.read_at)).then(|| entry.media.clone())
    }

    /// Keeps what a row says that began to be read at that moment.
    pub(crate) fn keep(&self, media: Arc<Media>, read_at: Moment) {
        let Some(entries) = &self.entries else { return };
        let key = &media.object.key;
        let body = entries.peek(key).filter(|entry| entry.media.object == media.object);
        let body = body.and_then(|entry| entry.body.clone());
        entries.insert(key.clone(), Arc::new(Entry { media, read_at, body }));
    }

    /// Returns where the rendition of some content is, if that is known.
    pub(crate) fn rendition(&self, wanted: &(Key, Variant)) -> Option<Arc<KnownRendition>> {
        self.renditions.as_ref()?.get(wanted)
    }

    /// Keeps where the rendition of some content is, and what its row says, which began to be read
    /// at that moment.
    pub(crate) fn keep_rendition(
        &self,
        wanted: (Key, Variant),
        known: Arc<KnownRendition>,
        media: Arc<Media>,
        read_at: Moment,
    ) {
        if let Some(renditions) = &self.renditions {
            renditions.insert(wanted, known);
            self.keep(media, read_at);
        }
    }

    /// Returns whether bytes of an object may be kept.
    pub(crate) fn takes(&self, content: &Content) -> bool {
        self.entries.is_some() && content.size <= MAX_BODY_BYTES
    }

    /// Returns the bytes of an object, if they are kept.
    pub(crate) fn body(&self, content: &Content) -> Option<Bytes> {
        let entry = self.entries.as_ref()?.get(&content.key)?;
        entry.body.clone().filter(|_| entry.media.object == *content)
    }

    /// Keeps the bytes of an object whose row is kept.
    pub(crate) fn keep_body(&self, content: &Content, body: Bytes) {
        let Some(entries) = &self.entries else { return };
        if let Some(entry) = entries.peek(&content.key).filter(|entry| entry.media.object == *content) {
            let entry = Entry { media: entry.media.clone(), read_at: entry.read_at, body: Some(body) };
            entries.insert(content.key.clone(), Arc::new(entry));
        }
    }

    /// Lets nothing count any more that was read of a file before. Has to be called after every
    /// change of a file is committed, and before anybody is told.
    pub(crate) fn note_change(&self, file: FileId) {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now();
        // Older entries do not count anyway.
        let fresh = u64::try_from(FRESH_FOR.as_nanos()).unwrap_or(u64::MAX);
        changes.retain(|_, at| now.0.saturating_sub(at.0) < fresh);
        changes.insert(file, now);
        self.last_change.store(now.0, Ordering::Release);
    }

    /// Removes objects.
    pub(crate) fn forget(&self, keys: &[Key]) {
        if let Some(entries) = &self.entries {
            for key in keys {
                entries.remove(key);
            }
        }
    }

    fn has_changed(&self, file: FileId, since: Moment) -> bool {
        self.last_change.load(Ordering::Acquire) >= since.0 && {
            let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
            changes.get(&file).is_some_and(|&at| at >= since)
        }
    }
}

#[derive(Debug, Clone)]
struct Weight;

impl Weighter<Key, Arc<Entry>> for Weight {
    fn weight(&self, key: &Key, entry: &Arc<Entry>) -> u64 {
        let texts = 2 * key.as_str().len() + entry.media.name.len();
        ENTRY_BYTES + texts as u64 + entry.body.as_ref().map_or(0, |body| body.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::{KnownRendition, MediaCache};
    use bytes::Bytes;
    use std::sync::Arc;
    use tintype_domain::{Checksum, FileId, Timestamp, Variant, Visibility};
    use tintype_persistence::{MediaRecord as Media, ObjectRecord as Content};

    fn media(file: i64, key: &str, size: u64) -> Arc<Media> {
        let object = Content {
            key: key.parse().unwrap(),
            size,
            mime_type: "image/jpeg".to_owned(),
            checksum: Checksum([7; 32]),
            stored_at: Timestamp::from_unix_micros(0),
        };
        Arc::new(Media {
            object,
            file: FileId(file),
            name: "a".to_owned(),
            visibility: Visibility::Public,
            variant: None,
            kind: tintype_domain::Kind::Image,
            focal_point: None,
        })
    }

    #[test]
    fn a_row_that_was_read_before_its_file_changed_does_not_count() {
        let cache = MediaCache::new(1 << 20);
        let (one, other) = (media(1, "a/1.jpg", 3), media(2, "a/2.jpg", 3));
        let before = cache.now();
        cache.keep(one.clone(), before);
        cache.keep(other.clone(), before);
        assert!(cache.media(&one.object.key).is_some());
        cache.note_change(FileId(1));
        assert_eq!(cache.media(&one.object.key), None);
        assert!(cache.media(&other.object.key).is_some(), "only that file has changed");
        // Whoever began to read before the change may come later.
        cache.keep(one.clone(), before);
        assert_eq!(cache.media(&one.object.key), None);
        cache.keep(one.clone(), cache.now());
        assert!(cache.media(&one.object.key).is_some());
    }

    #[test]
    fn bytes_outlast_their_row() {
        let cache = MediaCache::new(1 << 20);
        let media = media(1, "a/1.jpg", 3);
        let content = &media.object;
        cache.keep_body(content, Bytes::from_static(b"abc"));
        assert_eq!(cache.body(content), None, "nothing is kept of what has no row");
        cache.keep(media.clone(), cache.now());
        cache.keep_body(content, Bytes::from_static(b"abc"));
        cache.note_change(FileId(1));
        cache.keep(media.clone(), cache.now());
        assert_eq!(cache.body(content).as_deref(), Some(&b"abc"[..]));
        cache.forget(std::slice::from_ref(&content.key));
        assert_eq!((cache.media(&content.key), cache.body(content)), (None, None));
    }

    #[test]
    fn a_rendition_is_known_while_its_object_is() {
        let cache = MediaCache::new(1 << 20);
        let made = media(1, "a/renditions/1_x.webp", 3);
        let wanted = ("a/1.jpg".parse().unwrap(), Variant::Rendition("64x".into()));
        let at = Timestamp::from_unix_micros;
        let known = || Arc::new(KnownRendition::new(7, made.object.key.clone(), at(100)));
        cache.keep_rendition(wanted.clone(), known(), made.clone(), cache.now());
        let found = cache.rendition(&wanted).unwrap();
        assert_eq!((found.id, cache.media(&found.key)), (7, Some(made.clone())));
        assert_eq!(cache.rendition(&(wanted.0.clone(), Variant::Rendition("65x".into()))).map(|other| other.id), None);
        cache.note_change(FileId(1));
        assert_eq!(cache.media(&found.key), None, "the file was changed");
        cache.keep_rendition(wanted.clone(), known(), made.clone(), cache.now());
        cache.forget(std::slice::from_ref(&found.key));
        assert_eq!(cache.media(&found.key), None, "the object was removed");

        assert!(!found.is_use_to_note(at(200), at(100)));
        let told: Vec<_> = (0..3).map(|_| found.is_use_to_note(at(200), at(101))).collect();
        assert_eq!(told, [true, false, false]);
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let cache = MediaCache::new(1 << 20);
        let all: Vec<_> = (0..100).map(|number| media(number, &format!("a/{number}.jpg"), 64 << 10)).collect();
        for media in &all {
            cache.keep(media.clone(), cache.now());
            cache.keep_body(&media.object, Bytes::from(vec![0; 64 << 10]));
        }
        let kept = all.iter().filter(|media| cache.body(&media.object).is_some()).count();
        assert!((1..=16).contains(&kept), "{kept}");
        let nothing = MediaCache::new(0);
        nothing.keep(all[0].clone(), nothing.now());
        assert_eq!((nothing.media(&all[0].object.key), nothing.takes(&all[0].object)), (None, false));
    }

    #[test]
    fn only_small_objects_are_kept() {
        let cache = MediaCache::new(1 << 30);
        assert!(cache.takes(&media(1, "a", 256 << 10).object));
        assert!(!cache.takes(&media(1, "a", (256 << 10) + 1).object));
    }
}
