//! Sound and films.

use file_format::FileFormat as F;

use super::sample::Sample;
use crate::detect::file::Bytes;

pub(super) fn check(format: F, sample: Sample<'_>) -> Option<bool> {
    let Sample { head, .. } = sample;
    Some(match format {
        F::AdaptiveMultiRate => head.has(5, b"\n") || head.has(5, b"-WB\n"),
        F::Au => {
            head.be_in(4, 4, 24..=4096)
                && head.be_in(12, 4, 1..=30)
                && head.be_in(16, 4, 1..=1_000_000)
                && head.be_in(20, 4, 1..=256)
        }
        F::AudioVisualResearch => matches!(head.be(12, 2), Some(0 | 0xFFFF)) && matches!(head.be(14, 2), Some(8 | 16)),
        F::BdavMpeg2TransportStream => synced(sample, 4, 192),
        F::Mpeg2TransportStream => synced(sample, 0, 188),
        F::FlashVideo => head.byte(4).is_some_and(|flags| flags & !5 == 0) && head.be(5, 4) == Some(9),
        F::FreeLosslessAudioCodec => head.be(4, 4).is_some_and(|block| block & 0x7FFF_FFFF == 34),
        F::ImpulseTrackerModule => head.le_in(42, 2, 0x100..=0x300),
        F::MonkeysAudio => head.le_in(4, 2, 3000..=4500),
        F::Mpeg12Video => {
            // Sides, their ratio, the rate of frames, a bit that is always set, and the start of
            // what follows.
            let sides = head.be(4, 3).is_some_and(|sides| sides >> 12 > 0 && sides & 0xFFF > 0);
            let rates = head.byte(7).is_some_and(|rates| rates >> 4 > 0 && rates & 15 > 0);
            let marked = head.byte(10).is_some_and(|byte| byte & 0x20 > 0);
            let goes_on = head.0.get(11..512.min(head.0.len())).is_some_and(|rest| Bytes(rest).contains(b"\0\0\x01"));
            let sequence = head.has(3, b"\xB3") && sides && rates && marked && goes_on;
            let clock = |first: u64, marks: u64| {
                head.byte(4).is_some_and(|byte| byte & first == marks)
                    && [6, 8]
                        .iter()
                        .all(|at| head.byte(*at).is_some_and(|byte| byte & if marks == 0x44 { 4 } else { 1 } > 0))
            };
            let pack = head.has(3, b"\xBA") && (clock(0xC4, 0x44) || clock(0xF1, 0x21));
            sequence || pack
        }
        F::Mtv => false,
        F::Musepack => {
            head.has(0, b"MPCK") && head.slice(4, 2).is_some_and(|key| key.iter().all(u8::is_ascii_uppercase))
                || head.has(0, b"MP+") && head.byte(3).is_some_and(|version| version & 15 == 7)
        }
        F::MusicalInstrumentDigitalInterface => {
            head.be_in(4, 4, 6..=64) && head.be_in(8, 2, ..=2) && head.be_in(10, 2, 1..)
        }
        F::QuiteOkAudio => head.be_in(8, 1, 1..=8) && head.be_in(9, 3, 1..),
        F::Realaudio => head.be_in(4, 2, 3..=5),
        F::ScreamTracker3Module => head.byte(28) == Some(0x1A),
        F::SiliconGraphicsMovie => head.be_in(4, 2, ..=4),
        F::SonyDsdStreamFile => head.le(4, 8) == Some(28),
        F::UltimateSoundtrackerModule => head.byte(950).is_some_and(|songs| (1..=128).contains(&songs)),
        F::Wavpack => head.le_in(4, 4, 24..=16 << 20) && head.le_in(8, 2, 0x402..=0x410),
        // Looked at frame by frame, or track by track.
        F::AdvancedAudioCoding
        | F::AudioCodec3
        | F::Mpeg12AudioLayer2
        | F::Mpeg12AudioLayer3
        | F::Id3v2
        | F::AppleQuicktime => false,
        _ => return None,
    })
}

/// Packets of a transport stream begin with the same byte at equal distances.
fn synced(Sample { head, len, .. }: Sample<'_>, first: usize, distance: usize) -> bool {
    let packets = (len as usize / distance).min(8);
    packets >= 3 && (0..packets).all(|packet| head.byte(first + packet * distance) == Some(0x47))
}
