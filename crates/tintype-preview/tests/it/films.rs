//! Frames of films, and what films tell.

use tintype_preview::{Failure, Layout, Limits, Options, Picture};

use crate::{assert_near, at, facts, failure, fixture, pixels};

const GREY: [u8; 3] = [191, 191, 191];
const BLUE_BAR: [u8; 3] = [0, 0, 191];

#[test]
fn the_frame_is_the_first_key_frame_that_is_not_black() {
    for name in ["h264-high.mov", "h264-fragmented.mp4", "h265-main10.mp4", "vp8.webm", "vp9-10bit.webm", "av1.mp4"] {
        let (source, pixels) = pixels(&fixture(name));
        assert_eq!((source, pixels.width, pixels.height, pixels.layout), ("frame", 96, 64, Layout::Rgb), "{name}");
        assert_near(&at(&pixels, 0.07, 0.3), &GREY);
        assert_near(&at(&pixels, 0.93, 0.3), &BLUE_BAR);
    }
}

#[test]
fn a_rotated_film_stands_upright() {
    let film = fixture("h264-rotated.mp4");
    let (_, pixels) = pixels(&film);
    assert_eq!((pixels.width, pixels.height), (64, 96));
    // Turned counter-clockwise: what was on the right is at the top.
    assert_near(&at(&pixels, 0.3, 0.07), &BLUE_BAR);
    assert_near(&at(&pixels, 0.3, 0.93), &GREY);
    let facts = facts(&film);
    assert_eq!((facts.width, facts.height), (Some(64), Some(96)));
}

#[test]
fn films_tell_their_length_codecs_and_rate() {
    for (name, codec) in [
        ("h264-high.mov", "h264"),
        ("h264-fragmented.mp4", "h264"),
        ("h265-main10.mp4", "hevc"),
        ("vp8.webm", "vp8"),
        ("vp9-10bit.webm", "vp9"),
        ("av1.mp4", "av1"),
    ] {
        let facts = facts(&fixture(name));
        assert_eq!(facts.codec.as_deref(), Some(codec), "{name}");
        assert!((facts.duration.expect("a length") - 2.0).abs() < 0.15, "{name}: {:?}", facts.duration);
        assert!((facts.frame_rate.expect("a rate") - 10.0).abs() < 0.1, "{name}: {:?}", facts.frame_rate);
        assert_eq!((facts.width, facts.height, facts.audio_codec), (Some(96), Some(64), None), "{name}");
        assert!(facts.bit_rate.is_some_and(|rate| rate > 1000), "{name}");
    }
}

#[test]
fn films_tell_when_and_where_they_were_taken() {
    let facts = facts(&fixture("h264-high.mov"));
    let gps = facts.gps.expect("a place");
    assert_eq!((gps.lat, gps.lon, gps.altitude), (59.9139, 10.7522, None));
    assert_eq!(facts.taken_at.as_deref(), Some("2026-11-28T06:05:00Z"));
}

#[test]
fn profiles_without_a_decoder_are_unsupported_rather_than_wrong() {
    assert_eq!(failure(&fixture("h264-interlaced.mp4")), Some(Failure::Unsupported));
    // The facts are there all the same.
    assert_eq!(facts(&fixture("h264-interlaced.mp4")).codec.as_deref(), Some("h264"));
}

#[test]
fn a_film_whose_frames_are_cut_off_is_damaged() {
    let film = fixture("av1.mp4");
    // `moov` stands at the end, so the samples are overwritten instead.
    let place = |kind: &[u8]| film.windows(4).position(|window| window == kind).expect("a box");
    let mut broken = film.clone();
    broken[place(b"mdat") + 4..place(b"moov") - 4].fill(0xff);
    assert_eq!(failure(&broken), Some(Failure::Damaged));
}

#[test]
fn frames_of_more_pixels_than_allowed_are_too_large() {
    for name in ["h264-high.mov", "h265-main10.mp4", "vp8.webm", "vp9-10bit.webm", "av1.mp4"] {
        let options = Options::default().with_limits(Limits::default().with_max_pixels(96 * 64 - 1));
        let error = tintype_preview::preview(std::io::Cursor::new(fixture(name)), &options).expect_err(name);
        assert_eq!(error.failure(), Some(Failure::TooLarge), "{name}");
        let options = Options::default().with_limits(Limits::default().with_max_alloc_bytes(1 << 20));
        let error = tintype_preview::preview(std::io::Cursor::new(fixture(name)), &options).expect_err(name);
        assert_eq!(error.failure(), Some(Failure::TooLarge), "{name}");
    }
}

#[test]
fn a_smaller_edge_shrinks_the_frame_by_a_whole_factor() {
    let options = Options::default().with_edge(Some(48));
    let preview = tintype_preview::preview(std::io::Cursor::new(fixture("h265-main10.mp4")), &options);
    match preview.expect("a preview").expect("a picture").picture {
        Picture::Pixels(pixels) => assert_eq!((pixels.width, pixels.height), (48, 32)),
        Picture::Encoded { .. } => panic!("the picture is encoded"),
    }
}
