//! Archives and compressed files that are looked into.

use std::io;

use super::detected::Detected;
use super::file::File;
use super::types::*;
use crate::{gzip, xml};

/// Says whether the first header's sum is right, which also archives of version 7 have, without any
/// signature (POSIX.1-1988, section 10.1.1).
pub(super) fn is_tar(head: &[u8]) -> bool {
    const SUM: std::ops::Range<usize> = 148..156;
    let Some(header) = head.get(..512) else {
        return false;
    };
    let Some(expected) = octal(&header[SUM]) else {
        return false;
    };
    let counted = |index: usize, byte: &u8| if SUM.contains(&index) { b' ' } else { *byte };
    let bytes = || header.iter().enumerate().map(|(index, byte)| counted(index, byte));
    let sum: u64 = bytes().map(u64::from).sum();
    // Some counted bytes with a sign.
    let signed: i64 = bytes().map(|byte| i64::from(byte as i8)).sum();
    header[0] != 0 && (sum == expected || u64::try_from(signed) == Ok(expected))
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_matches([' ', '\0']);
    u64::from_str_radix(text, 8).ok()
}

/// Says what a gzip file is: drawings and spreadsheets are often kept so, under names of their own.
pub(super) fn gzipped(file: &mut File<'_>, extension: &str) -> io::Result<Option<Detected>> {
    let packed = file.read_up_to(0, gzip::HEAD_BYTES)?;
    if !gzip::is_packed(&packed) {
        return Ok(None);
    }
    let start = gzip::unpack(&packed, gzip::HEAD_BYTES);
    let root = xml::root(&start);
    Ok(Some(match root {
        Some(root) if root.local == b"svg" && matches!(extension, "svgz" | "svg") => SVG_ZIPPED,
        Some(root) if root.local == b"Workbook" && matches!(root.prefix, b"gnm" | b"gmr") => GNUMERIC,
        Some(root) if root.local == b"abiword" && extension != "gz" => ABIWORD,
        _ => GZIP,
    }))
}
