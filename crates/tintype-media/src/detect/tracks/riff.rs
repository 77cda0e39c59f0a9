//! RIFF and IFF: the form's name decides.

use crate::detect::detected::Detected;
use crate::detect::file::Bytes;
use crate::detect::types::*;

/// Says what the file is, where its form is known.
pub(crate) fn decide(head: &[u8]) -> Option<Detected> {
    let head = Bytes(head);
    let form = head.slice(8, 4)?;
    match head.slice(0, 4)? {
        b"RIFF" | b"RIFX" | b"RF64" | b"BW64" => match form {
            b"WAVE" => Some(WAV),
            b"AVI " | b"AVIX" => Some(AVI),
            b"AMV " => Some(AMV),
            b"ACON" => Some(ANIMATED_CURSOR),
            b"RMID" => Some(MIDI),
            b"RMP3" => Some(MP3),
            b"DLS " => Some(DLS),
            [b'C', b'D', b'R', _] | [b'c', b'd', b'r', _] => Some(CDR),
            _ => None,
        },
        b"FORM" => match form {
            b"AIFF" | b"AIFC" => Some(AIFF),
            b"8SVX" | b"16SV" => Some(SOUND_8SVX),
            b"ILBM" | b"PBM " => Some(ILBM),
            _ => None,
        },
        _ => None,
    }
}
