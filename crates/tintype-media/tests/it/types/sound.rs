//! Sound and films.

use tintype_media::Kind;

use super::{bytes, study};
use crate::files::golden;
use crate::made::{boxed, ebml, element, header, moov, mp4, ogg};

#[test]
fn sound_is_told_from_films_by_the_tracks() {
    let opus = b"OpusHead\x01\x01".as_slice();
    let vorbis = b"\x01vorbis\0".as_slice();
    let theora = b"\x80theora\x03".as_slice();
    let skeleton = b"fishead\0\x03".as_slice();
    let late = {
        let header = element(b"\x1A\x45\xDF\xA3", &element(b"\x42\x82", b"webm\0\0"));
        let cluster = element(b"\x1F\x43\xB6\x75", &[0; 300]);
        let tracks = element(b"\x16\x54\xAE\x6B", &element(b"\xAE", &element(b"\x83", &[2])));
        let segment = [cluster.clone(), cluster, tracks].concat();
        [header, element(b"\x18\x53\x80\x67", &segment)].concat()
    };
    study(vec![
        ("a.webm", ebml("webm", &[2]), Kind::Audio, "audio/webm"),
        ("b.webm", ebml("webm", &[2, 1]), Kind::Video, "video/webm"),
        ("c.webm", late, Kind::Audio, "audio/webm"),
        ("d.webm", ebml("webm", &[]), Kind::Video, "video/webm"),
        ("e.weba", ebml("webm", &[]), Kind::Audio, "audio/webm"),
        ("a.mkv", ebml("matroska", &[2, 2]), Kind::Audio, "audio/matroska"),
        ("b.mkv", ebml("matroska", &[1, 2, 17]), Kind::Video, "video/matroska"),
        ("c.mks", ebml("matroska", &[17]), Kind::Text, "application/x-matroska"),
        ("d.bin", ebml("other", &[1]), Kind::Other, "application/x-ebml"),
        ("a.mp4", mp4(b"isom", &[b"soun"]), Kind::Audio, "audio/mp4"),
        ("b.mp4", mp4(b"mp42", &[b"soun", b"vide"]), Kind::Video, "video/mp4"),
        ("c", mp4(b"XAVC", &[b"vide"]), Kind::Video, "video/mp4"),
        ("d.m4a", mp4(b"M4A ", &[b"soun", b"vide"]), Kind::Audio, "audio/mp4"),
        ("e", mp4(b"dash", &[]), Kind::Video, "video/mp4"),
        ("a.mov", mp4(b"qt  ", &[b"vide", b"soun"]), Kind::Video, "video/quicktime"),
        ("b.mov", mp4(b"qt  ", &[b"soun"]), Kind::Audio, "audio/mp4"),
        (
            "c.mov",
            [boxed(b"wide", b""), boxed(b"mdat", &[1; 90]), moov(&[b"vide"])].concat(),
            Kind::Video,
            "video/quicktime",
        ),
        ("d.mov", moov(&[b"vide"]), Kind::Video, "video/quicktime"),
        ("e.mov", moov(&[b"soun", b"vide"])[..300].to_vec(), Kind::Video, "video/quicktime"),
        ("a.3gp", mp4(b"3gp4", &[b"vide"]), Kind::Video, "video/3gpp"),
        ("b.3gp", mp4(b"3gp4", &[b"soun"]), Kind::Audio, "audio/3gpp"),
        ("c.3g2", mp4(b"3g2a", &[b"soun", b"vide"]), Kind::Video, "video/3gpp2"),
        ("a.opus", ogg(&[opus]), Kind::Audio, "audio/ogg"),
        ("b.ogg", ogg(&[skeleton, vorbis]), Kind::Audio, "audio/ogg"),
        ("c.ogg", ogg(&[vorbis, theora]), Kind::Video, "video/ogg"),
        ("d.ogv", ogg(&[skeleton]), Kind::Video, "video/ogg"),
        ("e.ogx", ogg(&[b"unknown\0"]), Kind::Other, "application/ogg"),
        ("a.wav", bytes(b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0"), Kind::Audio, "audio/wav"),
        ("b.wav", bytes(b"RF64\xFF\xFF\xFF\xFFWAVEds64\x1C\0\0\0"), Kind::Audio, "audio/wav"),
        ("a.avi", bytes(b"RIFF\x24\0\0\0AVI LIST\x10\0\0\0"), Kind::Video, "video/x-msvideo"),
        ("a.webp", golden("rgba.webp"), Kind::Image, "image/webp"),
        ("a.ani", bytes(b"RIFF\x24\0\0\0ACONLIST\x10\0\0\0"), Kind::Image, "application/x-navi-animation"),
    ]);
}

#[test]
fn frames_of_sound_come_in_a_row() {
    let mp3 = header(b"\xFF\xFB\x90\x64", 417, &[]);
    let adts = header(b"\xFF\xF1\x50\x80\x02\x1F\xFC", 16, &[]);
    let ac3 = header(b"\x0B\x77\0\0\0\x40", 128, &[]);
    let tag = b"ID3\x04\0\0\0\0\0\x0A\0\0\0\0\0\0\0\0\0\0";
    study(vec![
        ("a", mp3.repeat(5), Kind::Audio, "audio/mpeg"),
        ("b", [tag.as_slice(), &mp3].concat(), Kind::Audio, "audio/mpeg"),
        ("c.mp3", [&[0; 700][..], &mp3.repeat(5)].concat(), Kind::Audio, "audio/mpeg"),
        ("d.mp3", mp3[..200].to_vec(), Kind::Audio, "audio/mpeg"),
        ("e.bin", mp3[..200].to_vec(), Kind::Other, "application/octet-stream"),
        ("a", adts.repeat(5), Kind::Audio, "audio/aac"),
        ("b", [tag.as_slice(), &adts.repeat(5)].concat(), Kind::Audio, "audio/aac"),
        ("c.bin", [&adts, &[1; 90][..]].concat(), Kind::Other, "application/octet-stream"),
        ("a", ac3.repeat(5), Kind::Audio, "audio/ac3"),
        ("b.bin", [&ac3, &[1; 90][..]].concat(), Kind::Other, "application/octet-stream"),
        ("a", [tag.as_slice(), b"fLaC\0\0\0\x22"].concat(), Kind::Audio, "audio/flac"),
        ("a.ts", header(b"\x47", 188, &[]).repeat(4), Kind::Video, "video/mp2t"),
        ("b.m2ts", header(b"\0\0\0\0\x47", 192, &[]).repeat(4), Kind::Video, "video/mp2t"),
        (
            "b.mpg",
            header(b"\0\0\x01\xB3\x14\0\xF0\x14\0\xC8\x20", 90, &[(12, b"\0\0\x01\xB8")]),
            Kind::Video,
            "video/mpeg",
        ),
        ("a.mpg", header(b"\0\0\x01\xBA\x44\0\x04\0\x04\x01", 90, &[]), Kind::Video, "video/mpeg"),
    ]);
}
