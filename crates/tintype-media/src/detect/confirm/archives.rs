//! Archives, compressed files, disks, databases and data.

use file_format::FileFormat as F;

use super::sample::Sample;

pub(super) fn check(format: F, sample: Sample<'_>) -> Option<bool> {
    let Sample { head, tail, len } = sample;
    Some(match format {
        F::Alz => matches!(head.slice(8, 3), Some(b"BLZ" | b"CLZ" | b"ELZ")),
        F::AmigaDiskFile => len >= 901_120 && len.is_multiple_of(512),
        F::AndroidBinaryXml | F::AndroidResourceStorageContainer => head.le(4, 4) == Some(len),
        F::ApacheArrowColumnar => head.has(6, b"\0\0") && tail.ends_with(b"ARROW1"),
        F::ApacheAvro => head.contains(b"avro.schema"),
        F::ApacheParquet => tail.ends_with(b"PAR1") || tail.ends_with(b"PARE"),
        F::AppleDiskImage => tail.starts_with(b"koly"),
        F::ArchivedByRobertJung => head.le_in(2, 2, 30..=2600) && head.byte(4).is_some_and(|size| size >= 30),
        F::Bzip => false,
        F::Bzip2 => {
            let level = head.0.get(3).is_some_and(|level| (b'1'..=b'9').contains(level));
            level && (head.has(4, b"1AY&SY") || head.has(4, b"\x17\x72\x45\x38\x50\x90"))
        }
        F::Bzip3 => head.le_in(5, 4, 65 * 1024..=511 << 20),
        F::Cabinet => {
            (head.has(0, b"ISc(") && matches!(head.byte(7), Some(1 | 2 | 4)))
                || (head.le(4, 4) == Some(0) && head.le_in(8, 4, 36..))
        }
        F::Cpio => cpio(sample),
        F::DerCertificate => head.be(2, 2).is_some_and(|size| size + 4 == len) && certificate(head.0),
        F::GettextMachineObject => {
            let first = |at| if head.has(0, b"\xDE\x12\x04\x95") { head.le(at, 4) } else { head.be(at, 4) };
            first(4).is_some_and(|version| version >> 16 <= 1)
                && first(12).is_some_and(|at| (28..len.max(29)).contains(&at))
        }
        F::GoogleDraco => head.byte(5).is_some_and(|version| (1..=2).contains(&version)),
        F::Gzip => head.byte(2) == Some(8) && head.byte(3).is_some_and(|flags| flags & 0xE0 == 0),
        F::Iso9660 => true,
        F::JavaKeystore => head.be_in(4, 4, 1..=2),
        F::Larc | F::Lha | F::Pmarc => lha(sample),
        F::LempelZivFiniteStateEntropy => tail.ends_with(b"bvx$"),
        F::LempelZivMarkovChainAlgorithm => {
            let size = head.le(5, 8);
            head.byte(13) == Some(0) && size.is_some_and(|size| size == u64::MAX || size < 1 << 38)
        }
        F::LongRangeZip => head.byte(4) == Some(0) && head.byte(5).is_some_and(|minor| minor < 16),
        F::Lz4 => head.byte(4).is_some_and(|flags| flags >> 6 == 1 && flags & 2 == 0),
        F::Lzip => head.byte(4).is_some_and(|version| version <= 1),
        F::MicrosoftCompiledHtmlHelp => head.le_in(4, 4, 2..=4),
        F::MozillaArchive => head.be_in(4, 4, 8..=len),
        F::PcapDump => {
            let big = head.has(0, b"\xA1\xB2\xC3\xD4");
            let number = |at| if big { head.be(at, 2) } else { head.le(at, 2) };
            (number(4), number(6)) == (Some(2), Some(4))
        }
        F::PcapNextGenerationDump => head.has(8, b"\x1A\x2B\x3C\x4D") || head.has(8, b"\x4D\x3C\x2B\x1A"),
        F::PersonalStorageTable => head.has(8, b"SM"),
        F::QemuCopyOnWrite => head.be_in(4, 4, 1..=3),
        F::RedHatPackageManager => head.byte(4).is_some_and(|major| (2..=4).contains(&major)),
        F::Rzip => head.byte(4) == Some(2),
        F::Seqbox => head.byte(3).is_some_and(|version| (1..=3).contains(&version)) && len.is_multiple_of(128),
        F::Shapefile => head.le(28, 4) == Some(1000),
        F::Squashfs => head.le(28, 2) == Some(4),
        F::UnixArchiver => head.has(7, b"\n") && (len == 8 || head.has(66, b"`\n")),
        F::UnixCompress => {
            head.has(0, b"\x1F\x9D")
                && head.byte(2).is_some_and(|flags| (9..=16).contains(&(flags & 31)) && flags & 0x60 == 0)
        }
        F::VirtualMachineDisk => head.has(0, b"COWD") || head.has(0, b"KDMV"),
        F::ExtensibleArchive => head.be_in(4, 2, 28..=512) && head.be(6, 2) == Some(1),
        F::Zoo => head.has(20, b"\xDC\xA7\xC4\xFD"),
        F::Zpaq => head.has(0, b"7kSt\xA0") || (head.has(0, b"zPQ") && head.byte(3).is_some_and(|level| level <= 2)),
        F::Zstandard => head.byte(4).is_some_and(|descriptor| descriptor & 8 == 0),
        _ => return None,
    })
}

/// The old binary header, or one of octal or hexadecimal digits.
fn cpio(Sample { head, .. }: Sample<'_>) -> bool {
    if head.has(0, b"0707") {
        let digits = |range: std::ops::Range<usize>, radix| {
            head.0.get(range).is_some_and(|digits| digits.iter().all(|digit| char::from(*digit).is_digit(radix)))
        };
        return match head.slice(4, 2) {
            Some(b"07") => digits(6..76, 8),
            Some(b"01" | b"02") => digits(6..110, 16),
            _ => false,
        };
    }
    let big = head.has(0, b"\x71\xC7");
    let Some(name_len) = (if big { head.be(20, 2) } else { head.le(20, 2) }) else {
        return false;
    };
    let name = head.slice(26, name_len as usize).and_then(<[u8]>::split_last);
    name.is_some_and(|(last, name)| *last == 0 && !name.is_empty() && name.iter().all(|letter| *letter >= 0x20))
}

/// The first header's level, sizes and, in the older ones, sum.
fn lha(Sample { head, .. }: Sample<'_>) -> bool {
    let Some(size) = head.byte(0) else {
        return false;
    };
    match head.byte(20) {
        Some(0 | 1) => {
            let sum =
                head.slice(2, size as usize).map(|bytes| bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)));
            size >= 22 && sum.is_some_and(|sum| Some(u64::from(sum)) == head.byte(1))
        }
        Some(2) => head.le_in(0, 2, 26..=4096),
        Some(3) => head.le(0, 2) == Some(4),
        _ => false,
    }
}

/// X.509: a sequence of a sequence that begins with a version or a serial number.
fn certificate(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0x30, 0x82, _, _, 0x30, 0x82, _, _, 0xA0, 3, 2, 1, ..]
            | [0x30, 0x82, _, _, 0x30, 0x81, _, 0xA0, 3, 2, 1, ..]
            | [0x30, 0x82, _, _, 0x30, 0x82, _, _, 2, 1..=20, ..]
            | [0x30, 0x82, _, _, 0x30, 0x81, _, 2, 1..=20, ..]
    )
}
