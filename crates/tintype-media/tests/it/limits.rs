//! Every limit, at its edge.

use std::io::{BufRead, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tintype_media::{Error, Limits, ThumbnailOptions, probe, thumbnails};

use crate::files::{jpeg, photo, pixmap};
use crate::picture::cost;

fn with(limits: Limits) -> ThumbnailOptions {
    ThumbnailOptions::default().with_limits(limits)
}

#[test]
fn as_many_pixels_as_allowed_pass_and_one_more_does_not() {
    let file = pixmap(20, 10, [1, 2, 3]);
    let options = with(Limits::default().with_max_pixels(200));
    assert_eq!(thumbnails(Cursor::new(&file), &options).unwrap().len(), 4);
    let options = with(Limits::default().with_max_pixels(199));
    let error = thumbnails(Cursor::new(&file), &options).unwrap_err();
    assert!(matches!(error, Error::TooManyPixels { limit: 199, actual: 200 }), "{error}");
}

#[test]
fn as_much_memory_as_declared_passes_and_one_byte_less_does_not() {
    let file = jpeg(300, 200, &photo(300, 200, 3), jpeg_encoder::ColorType::Rgb, true);
    let declared = cost(&file, &ThumbnailOptions::default());
    let options = with(Limits::default().with_max_alloc_bytes(declared));
    assert_eq!(thumbnails(Cursor::new(&file), &options).unwrap().len(), 4);
    let options = with(Limits::default().with_max_alloc_bytes(declared - 1));
    let error = thumbnails(Cursor::new(&file), &options).unwrap_err();
    assert!(
        matches!(error, Error::TooMuchMemory { limit, actual } if limit == declared - 1 && actual == declared),
        "{error}"
    );
}

#[test]
fn an_image_over_the_limits_is_probed_all_the_same() {
    let limits = Limits::default().with_max_pixels(1).with_max_alloc_bytes(1);
    let probe = probe(Cursor::new(pixmap(20, 10, [1, 2, 3])), &limits).unwrap();
    assert_eq!((probe.width, probe.height, probe.mode.as_str()), (20, 10, "RGB"));
}

#[test]
fn a_deadline_in_the_past_ends_everything() {
    let file = pixmap(20, 10, [1, 2, 3]);
    let limits = Limits::default().with_deadline(Instant::now());
    assert!(matches!(probe(Cursor::new(&file), &limits), Err(Error::DeadlineExceeded)));
    assert!(matches!(thumbnails(Cursor::new(&file), &with(limits)), Err(Error::DeadlineExceeded)));
    let limits = Limits::default().with_deadline(Instant::now() + Duration::from_secs(600));
    assert!(thumbnails(Cursor::new(&file), &with(limits)).is_ok());
}

/// A file whose reader loses interest when it has been read to its end.
struct Abandoned {
    file: Cursor<Vec<u8>>,
    cancelled: Arc<AtomicBool>,
}

impl Read for Abandoned {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        let at_end = self.file.position() == self.file.get_ref().len() as u64;
        self.cancelled.fetch_or(at_end, Ordering::Relaxed);
        Ok(read)
    }
}

impl BufRead for Abandoned {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.file.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.file.consume(amount);
    }
}

impl Seek for Abandoned {
    fn seek(&mut self, position: SeekFrom) -> std::io::Result<u64> {
        self.file.seek(position)
    }
}

#[test]
fn cancelled_work_ends_before_it_begins_and_inside_a_decode() {
    let cancelled = Arc::new(AtomicBool::new(true));
    let limits = Limits::default().with_cancelled(Arc::clone(&cancelled));
    let file = pixmap(20, 10, [1, 2, 3]);
    assert!(matches!(thumbnails(Cursor::new(&file), &with(limits.clone())), Err(Error::Cancelled)));

    cancelled.store(false, Ordering::Relaxed);
    let file = Cursor::new(jpeg(300, 200, &photo(300, 200, 3), jpeg_encoder::ColorType::Rgb, true));
    let reader = Abandoned { file, cancelled: Arc::clone(&cancelled) };
    assert!(matches!(thumbnails(reader, &with(limits)), Err(Error::Cancelled)));
    assert!(cancelled.load(Ordering::Relaxed));
}

#[test]
fn edges_outside_the_range_are_refused() {
    let file = pixmap(2, 1, [0; 3]);
    for edge in [0, 16_385, u32::MAX] {
        let options = ThumbnailOptions::default().with_edges([64, edge]);
        let error = thumbnails(Cursor::new(&file), &options).unwrap_err();
        assert!(matches!(error, Error::InvalidEdge { edge: found } if found == edge), "{error}");
    }
    for edge in [1, 16_384] {
        let options = ThumbnailOptions::default().with_edges([edge]);
        assert_eq!(thumbnails(Cursor::new(&file), &options).unwrap().len(), 1);
    }
}
