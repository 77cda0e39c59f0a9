//! Programs, packages and games.

use file_format::FileFormat as F;

use super::sample::Sample;

pub(super) fn check(format: F, Sample { head, len, .. }: Sample<'_>) -> Option<bool> {
    let dex = head.digit(4) && head.digit(5) && head.digit(6) && head.byte(7) == Some(0);
    Some(match format {
        F::Commodore64Program => head.le_in(2, 2, 0x0801..0x0900) && len <= 0xF800,
        F::CommonObjectFileFormat => {
            // Object files alone: no optional header, and sections whose names can be read.
            let symbols = head.le(8, 4);
            !head.has(0, b"\0\x02")
                && head.le_in(2, 2, 1..=512)
                && head.le(16, 2) == Some(0)
                && symbols.is_some_and(|at| at < len)
                && head.slice(20, 2).is_some_and(|name| name.iter().all(|letter| (0x20..0x7F).contains(letter)))
        }
        F::DalvikExecutable | F::OptimizedDalvikExecutable => dex,
        F::DynamicLinkLibrary | F::PortableExecutable | F::LinearExecutable | F::NewExecutable => true,
        F::ExecutableAndLinkableFormat => {
            matches!(head.byte(4), Some(1 | 2)) && matches!(head.byte(5), Some(1 | 2)) && head.byte(6) == Some(1)
        }
        F::GoogleChromeExtension => head.le_in(4, 4, 2..=3),
        F::JavaClass => head.be_in(6, 2, 45..=100),
        F::LuaBytecode => head.byte(4).is_some_and(|version| (0x50..=0x60).contains(&version)),
        F::MachO => {
            let fat = head.has(0, b"\xCA\xFE\xBA\xBE") && head.be_in(4, 4, 1..=18) && head.be_in(16, 4, 1..=len);
            let big = head.has(0, b"\xFE\xED\xFA") && head.be_in(12, 4, 1..=16) && head.be_in(16, 4, 1..=16_384);
            let little = head.has(1, b"\xFA\xED\xFE") && head.le_in(12, 4, 1..=16) && head.le_in(16, 4, 1..=16_384);
            fat || big || little
        }
        // Nothing newer behind it: its own header has to make sense.
        F::MsDosExecutable => {
            let header = head.le(8, 2).map(|paragraphs| paragraphs * 16);
            head.le_in(2, 2, ..512)
                && head.le(4, 2).is_some_and(|pages| pages > 0 && (pages - 1) * 512 <= len)
                && header.is_some_and(|header| header >= 32 && header <= len)
                && head.le(24, 2).is_some_and(|table| Some(table) <= header)
        }
        F::NintendoEntertainmentSystemRom => len >= 16 + 8192,
        F::NintendoSwitchRom => len >= 1 << 16,
        F::NintendoSwitchExecutable => head.le_in(4, 4, ..=1),
        F::NintendoSwitchPackage => head.le_in(4, 4, 1..=65_536) && head.le_in(8, 4, 1..=len),
        F::SmallWebFormat => {
            let version = head.byte(3).is_some_and(|version| (1..=60).contains(&version));
            let body = match head.byte(0) {
                Some(0x46) => head.le(4, 4) == Some(len),
                // A zlib header, or LZMA's properties.
                Some(0x43) => head.be(8, 2).is_some_and(|header| header >> 8 & 15 == 8 && header.is_multiple_of(31)),
                _ => head.le(8, 4).is_some_and(|packed| packed + 17 == len),
            };
            version && body
        }
        F::WebassemblyBinary => head.le_in(4, 4, 1..=0x1_FFFF),
        F::Xbox360Executable | F::XboxExecutable => head.be_in(4, 4, 1..) && len > 4096,
        _ => return None,
    })
}
