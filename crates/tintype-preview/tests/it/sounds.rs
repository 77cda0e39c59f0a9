//! Covers, waveforms and what sounds tell.

use crate::{encoded, facts, fixture, pixels};

#[test]
fn a_cover_comes_before_the_waveform() {
    let (source, bytes, orientation) = encoded(&fixture("sound-cover.mp3"));
    assert_eq!((source, orientation), ("cover", None));
    assert!(bytes.starts_with(b"\x89PNG"));
}

#[test]
fn sounds_without_a_cover_have_a_waveform() {
    for name in ["sound.mp3", "sound.opus", "sound.m4a", "sound.flac"] {
        let (source, pixels) = pixels(&fixture(name));
        assert_eq!((source, pixels.width, pixels.height), ("waveform", 1080, 540), "{name}");
        let background = pixels.data[..3].to_vec();
        let dark = pixels.data.chunks(3).filter(|pixel| *pixel != background).count();
        // A tone of even loudness fills two thirds of most of the picture's height.
        let part = dark as f64 / f64::from(pixels.width * pixels.height);
        assert!((0.4..0.7).contains(&part), "{name}: {part}");
    }
}

#[test]
fn sounds_tell_length_codec_and_rate() {
    for (name, codec, rate) in [
        ("sound.mp3", "mp3", 44_100),
        ("sound.opus", "opus", 48_000),
        ("sound.m4a", "aac", 44_100),
        ("sound.flac", "flac", 44_100),
    ] {
        let facts = facts(&fixture(name));
        assert_eq!(facts.codec.as_deref(), Some(codec), "{name}");
        assert!((facts.duration.expect("a length") - 1.0).abs() < 0.1, "{name}: {:?}", facts.duration);
        assert_eq!(facts.channels, Some(1), "{name}");
        if name != "sound.flac" {
            assert_eq!(facts.sample_rate, Some(rate), "{name}");
        }
    }
    assert_eq!(facts(&fixture("sound.m4a")).title.as_deref(), Some("Tone"));
}

#[test]
fn tags_of_any_encoding_come_out_as_utf_8() {
    let facts = facts(&fixture("sound-cover.mp3"));
    assert_eq!(facts.title.as_deref(), Some("Привет"));
    assert_eq!(facts.artist.as_deref(), Some("Дмитрий Шостакович"));
}
