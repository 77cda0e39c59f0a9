//! Films: facts, and a frame that shows something.

pub(crate) mod codecs;
pub(crate) mod frame;
pub(crate) mod matroska;
pub(crate) mod mp4;
pub(crate) mod mp4_facts;
pub(crate) mod mp4_samples;

use crate::Metadata;
use crate::pixels::colour::Cicp;

/// The codec of a track of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    H264,
    H265,
    Vp8,
    Vp9,
    Av1,
    Mjpeg,
    Other,
}

/// A track of pictures.
#[derive(Debug)]
pub(crate) struct VideoTrack {
    pub(crate) codec: Codec,
    /// The decoder's configuration, as `avcC`, `hvcC` or `av1C` have it.
    pub(crate) config: Vec<u8>,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// As EXIF counts it.
    pub(crate) orientation: u8,
    /// How wide a pixel is for its height.
    pub(crate) pixel_aspect: f64,
    /// What the container says of colours.
    pub(crate) colour: Option<Cicp>,
    pub(crate) encrypted: bool,
}

impl VideoTrack {
    /// Notes the sides of the upright film.
    pub(crate) fn note_sides(&self, metadata: &mut Metadata) {
        let (mut width, mut height) = (self.stretched(), self.height);
        if self.orientation >= 5 {
            std::mem::swap(&mut width, &mut height);
        }
        if width > 0 && height > 0 {
            (metadata.width, metadata.height) = (Some(width), Some(height));
        }
    }

    /// Returns the pixels across once they are square.
    pub(crate) fn stretched(&self) -> u32 {
        let stretch = (0.1..=10.0).contains(&self.pixel_aspect) && (self.pixel_aspect - 1.0).abs() > 0.01;
        if stretch { (f64::from(self.width) * self.pixel_aspect).round() as u32 } else { self.width }
    }
}

/// Names codecs as ffprobe does, from the code of a sample entry.
pub(crate) fn codec_of_entry(code: &[u8; 4]) -> (Codec, String) {
    let (codec, name) = match code {
        b"avc1" | b"avc2" | b"avc3" | b"avc4" | b"dva1" | b"dvav" => (Codec::H264, "h264"),
        b"hvc1" | b"hev1" | b"hvc2" | b"hev2" | b"dvh1" | b"dvhe" => (Codec::H265, "hevc"),
        b"vp08" => (Codec::Vp8, "vp8"),
        b"vp09" => (Codec::Vp9, "vp9"),
        b"av01" | b"dav1" => (Codec::Av1, "av1"),
        b"jpeg" | b"mjpa" | b"AVDJ" | b"dmb1" => (Codec::Mjpeg, "mjpeg"),
        b"mp4v" => (Codec::Other, "mpeg4"),
        b"s263" | b"h263" | b"H263" => (Codec::Other, "h263"),
        b"SVQ3" => (Codec::Other, "svq3"),
        b"SVQ1" => (Codec::Other, "svq1"),
        b"apcn" | b"apch" | b"apcs" | b"apco" | b"ap4h" | b"ap4x" => (Codec::Other, "prores"),
        b"AVdn" | b"AVdh" => (Codec::Other, "dnxhd"),
        b"rle " => (Codec::Other, "qtrle"),
        b"png " => (Codec::Other, "png"),
        b"vvc1" | b"vvi1" => (Codec::Other, "vvc"),
        b"mp4a" => (Codec::Other, "aac"),
        b".mp3" | b"mp3 " => (Codec::Other, "mp3"),
        b"Opus" => (Codec::Other, "opus"),
        b"fLaC" => (Codec::Other, "flac"),
        b"alac" => (Codec::Other, "alac"),
        b"ac-3" => (Codec::Other, "ac3"),
        b"ec-3" => (Codec::Other, "eac3"),
        b"samr" => (Codec::Other, "amr_nb"),
        b"sawb" => (Codec::Other, "amr_wb"),
        b"sowt" => (Codec::Other, "pcm_s16le"),
        b"twos" => (Codec::Other, "pcm_s16be"),
        b"in24" => (Codec::Other, "pcm_s24be"),
        b"lpcm" | b"ipcm" | b"raw " => (Codec::Other, "pcm"),
        b"ulaw" => (Codec::Other, "pcm_mulaw"),
        b"alaw" => (Codec::Other, "pcm_alaw"),
        b"ima4" => (Codec::Other, "adpcm_ima_qt"),
        code => return (Codec::Other, String::from_utf8_lossy(code).trim().to_lowercase()),
    };
    (codec, name.to_owned())
}

/// Names codecs as ffprobe does, from Matroska's identifier.
pub(crate) fn codec_of_matroska(id: &str) -> (Codec, String) {
    let (codec, name) = match id {
        "V_MPEG4/ISO/AVC" => (Codec::H264, "h264"),
        "V_MPEGH/ISO/HEVC" => (Codec::H265, "hevc"),
        "V_VP8" => (Codec::Vp8, "vp8"),
        "V_VP9" => (Codec::Vp9, "vp9"),
        "V_AV1" => (Codec::Av1, "av1"),
        "V_MJPEG" => (Codec::Mjpeg, "mjpeg"),
        "V_MPEG4/ISO/SP" | "V_MPEG4/ISO/ASP" | "V_MPEG4/ISO/AP" => (Codec::Other, "mpeg4"),
        "V_MPEG4/MS/V3" => (Codec::Other, "msmpeg4v3"),
        "V_MPEG1" => (Codec::Other, "mpeg1video"),
        "V_MPEG2" => (Codec::Other, "mpeg2video"),
        "V_THEORA" => (Codec::Other, "theora"),
        "V_PRORES" => (Codec::Other, "prores"),
        "A_OPUS" => (Codec::Other, "opus"),
        "A_VORBIS" => (Codec::Other, "vorbis"),
        "A_FLAC" => (Codec::Other, "flac"),
        "A_MPEG/L3" => (Codec::Other, "mp3"),
        "A_MPEG/L2" => (Codec::Other, "mp2"),
        "A_AC3" => (Codec::Other, "ac3"),
        "A_EAC3" => (Codec::Other, "eac3"),
        "A_DTS" => (Codec::Other, "dts"),
        "A_TRUEHD" => (Codec::Other, "truehd"),
        "A_ALAC" => (Codec::Other, "alac"),
        "A_PCM/INT/LIT" | "A_PCM/INT/BIG" | "A_PCM/FLOAT/IEEE" => (Codec::Other, "pcm"),
        id if id.starts_with("A_AAC") => (Codec::Other, "aac"),
        id => {
            let name = id.rsplit('_').next().unwrap_or(id).to_lowercase();
            return (Codec::Other, name.chars().take(32).collect());
        }
    };
    (codec, name.to_owned())
}
