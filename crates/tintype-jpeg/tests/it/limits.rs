//! Memory, scans, time and cancellation.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    time::{Duration, Instant},
};

use tintype_jpeg::{DecodeLimits, Decoder, Error, JpegHeader, Scale};

use crate::encoder::{PartialPicture, Scan};

/// Counts what the present thread has allocated, and the most it ever had.
struct Counting;

thread_local! {
    static ALLOCATED: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

fn count(bytes: isize) {
    // During the end of a thread there is nothing to count in any more.
    let _ = ALLOCATED.try_with(|allocated| {
        let (now, peak) = allocated.get();
        allocated.set((now + bytes, peak.max(now + bytes)));
    });
}

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn peak_of(work: impl FnOnce()) -> f64 {
    let before = ALLOCATED.get().0;
    ALLOCATED.set((before, before));
    work();
    (ALLOCATED.get().1 - before) as f64
}

fn progressive_scans() -> [Scan; 5] {
    [
        Scan::new(&[0, 1, 2], (0, 0), 0, 0),
        Scan::new(&[0], (1, 63), 0, 2),
        Scan::new(&[0], (1, 63), 2, 1),
        Scan::new(&[1], (1, 63), 0, 0),
        Scan::new(&[2], (1, 63), 0, 0),
    ]
}

#[test]
fn memory_is_estimated_within_a_fifth() {
    let picture = PartialPicture::random((1500, 1100), &[(2, 2), (1, 1), (1, 1)], 2);
    let files = [picture.sequential(&[&[0, 1, 2]]), picture.progressive(&progressive_scans())];
    for file in files {
        for scale in Scale::ALL.into_iter().skip(1) {
            let header = JpegHeader::parse(&file).unwrap();
            let peak = peak_of(|| {
                header.decode(scale, &DecodeLimits::default()).unwrap();
            });
            let estimate = header.memory_estimate(scale) as f64;
            assert!(peak <= estimate * 1.02, "{peak} is more than {estimate}");
            assert!(peak >= estimate * 0.8, "{peak} is much less than {estimate}");
        }
    }
}

#[test]
fn more_memory_than_allowed_is_refused_before_it_is_taken() {
    // The header claims four gigapixels, which cost nothing to claim.
    let mut file = PartialPicture::random((8, 8), &[(1, 1)], 1).sequential(&[&[0]]);
    let frame = file.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    file[frame + 5..frame + 9].fill(0xFF);
    let header = JpegHeader::parse(&file).unwrap();
    assert_eq!((header.width(), header.height()), (65_535, 65_535));
    let limits = DecodeLimits { max_alloc_bytes: 100 << 20, ..DecodeLimits::default() };
    let mut error = None;
    let peak = peak_of(|| error = header.decode(Scale::Full, &limits).err());
    let needed = header.memory_estimate(Scale::Full);
    assert_eq!(error, Some(Error::OverMemory { needed, limit: 100 << 20 }));
    assert!(peak < 1e6);
    // At 1/8 it is 64 MiB of grey, which is soon made.
    let planes = header.decode(Scale::Eighth, &limits).unwrap();
    assert!(!planes.complete);
}

#[test]
fn recycled_memory_is_used_again() {
    let file = PartialPicture::random((600, 500), &[(1, 1)], 2).sequential(&[&[0]]);
    let header = JpegHeader::parse(&file).unwrap();
    let mut decoder = Decoder::new();
    let planes = decoder.decode(&header, Scale::Full, &DecodeLimits::default()).unwrap();
    decoder.recycle(planes);
    let peak = peak_of(|| {
        let planes = decoder.decode(&header, Scale::Full, &DecodeLimits::default()).unwrap();
        decoder.recycle(planes);
    });
    assert!(peak < 50_000.0, "{peak}");
}

#[test]
fn scans_are_limited() {
    let picture = PartialPicture::random((16, 16), &[(1, 1), (1, 1), (1, 1)], 1);
    let files = [picture.sequential(&[&[0], &[1], &[2]]), picture.progressive(&progressive_scans())];
    for file in files {
        let header = JpegHeader::parse(&file).unwrap();
        let limits = DecodeLimits { max_scans: 2, ..DecodeLimits::default() };
        let error = header.decode(Scale::Full, &limits).unwrap_err();
        assert_eq!(error, Error::TooManyScans { limit: 2 });
    }
}

#[test]
fn decoding_stops_when_told_to_or_late() {
    let picture = PartialPicture::random((64, 64), &[(1, 1), (1, 1), (1, 1)], 1);
    let files = [picture.sequential(&[&[0, 1, 2]]), picture.progressive(&progressive_scans())];
    for file in files {
        let header = JpegHeader::parse(&file).unwrap();
        let asked = Cell::new(0);
        let after_some_rows = || {
            asked.set(asked.get() + 1);
            asked.get() > 5
        };
        let limits = DecodeLimits { cancelled: Some(&after_some_rows), ..DecodeLimits::default() };
        assert_eq!(header.decode(Scale::Full, &limits), Err(Error::Cancelled));
        assert_eq!(asked.get(), 6);

        let past =
            DecodeLimits { deadline: Instant::now().checked_sub(Duration::from_secs(1)), ..DecodeLimits::default() };
        assert_eq!(header.decode(Scale::Full, &past), Err(Error::DeadlineExceeded));
    }
}
