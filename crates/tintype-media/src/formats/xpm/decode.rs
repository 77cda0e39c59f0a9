//! A table of colours, and rows of characters.

use std::collections::HashMap;
use std::io::{Seek, SeekFrom};

use super::header::{Strings, XpmValues};
use crate::decoding::{Input, Job, read_to_end};
use crate::frame::{Decoded, Samples};
use crate::rows::{Order, Row, RowPlan, Shrinker};
use crate::{Error, Format};

pub(super) fn decode(mut input: Input<'_>, job: &Job<'_>) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let values = header.detail::<XpmValues>()?;
    let len = input.seek(SeekFrom::End(0))?;
    input.seek(SeekFrom::Start(0))?;
    let text = read_to_end(&mut input, len)?;
    let mut strings = Strings(&text).skip(1);
    let mut colours = HashMap::new();
    for line in strings.by_ref().take(values.colours as usize) {
        let (name, rest) = line.split_at_checked(values.characters).ok_or_else(cut)?;
        let colour = colour(rest).ok_or_else(|| {
            Error::unsupported(Format::Xpm, format!("the colour `{}`", String::from_utf8_lossy(rest).trim()))
        })?;
        colours.insert(name, colour);
    }
    let plan = RowPlan {
        from: (header.width, header.height),
        to: stored,
        samples: Samples::Rgba,
        order: Order::Down,
        deep: false,
    };
    let mut shrinker = Shrinker::new(plan, limits);
    let mut row = Vec::with_capacity(header.width as usize * 4);
    for line in strings.take(header.height as usize) {
        row.clear();
        let pixels = line.chunks_exact(values.characters).take(header.width as usize);
        pixels.for_each(|pixel| row.extend(colours.get(pixel).copied().unwrap_or_default()));
        shrinker.push(Row::Eight(&row))?;
    }
    // What came before the end of a file that is cut short is shown.
    if shrinker.is_empty() {
        return Err(cut());
    }
    Ok(shrinker.finish(None))
}

fn cut() -> Error {
    Error::malformed(Format::Xpm, "pixels are cut short")
}

/// Reads `c #336699` among the keys of a line, or what stands for a poorer display.
fn colour(line: &[u8]) -> Option<[u8; 4]> {
    let line = std::str::from_utf8(line).ok()?;
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let value = ["c", "g", "g4", "m"].iter().find_map(|key| {
        let at = words.iter().position(|word| word == key)?;
        // Names may be of several words, up to the next key.
        let rest = words[at + 1..].iter().take_while(|word| !["c", "g", "g4", "m", "s"].contains(word));
        Some(rest.copied().collect::<String>().to_ascii_lowercase())
    })?;
    if value == "none" {
        return Some([0; 4]);
    }
    if let Some(digits) = value.strip_prefix('#') {
        return hexadecimal(digits);
    }
    named(&value).map(|[red, green, blue]| [red, green, blue, 255])
}

/// Reads one to four digits for each of red, green and blue.
fn hexadecimal(digits: &str) -> Option<[u8; 4]> {
    let len = digits.len() / 3;
    if !matches!(len, 1..=4) || !digits.len().is_multiple_of(3) || !digits.is_ascii() {
        return None;
    }
    let most = (1_u32 << (4 * len)) - 1;
    let sample = |index: usize| {
        let value = u32::from_str_radix(&digits[index * len..(index + 1) * len], 16).ok()?;
        // At most 255.
        Some((value * 255 / most) as u8)
    };
    Some([sample(0)?, sample(1)?, sample(2)?, 255])
}

/// The names of X11 that pixmaps have; any other is refused rather than guessed.
fn named(name: &str) -> Option<[u8; 3]> {
    if let Some(percent) = name.strip_prefix("gray").or_else(|| name.strip_prefix("grey"))
        && let Ok(percent @ 0..=100) = percent.parse::<u32>()
    {
        return Some([((percent * 255 + 50) / 100) as u8; 3]);
    }
    Some(match name {
        "black" => [0, 0, 0],
        "white" => [255, 255, 255],
        "red" => [255, 0, 0],
        "green" | "lime" => [0, 255, 0],
        "blue" => [0, 0, 255],
        "yellow" => [255, 255, 0],
        "cyan" => [0, 255, 255],
        "magenta" => [255, 0, 255],
        "gray" | "grey" => [190, 190, 190],
        "lightgray" | "lightgrey" => [211, 211, 211],
        "darkgray" | "darkgrey" => [169, 169, 169],
        "dimgray" | "dimgrey" => [105, 105, 105],
        "navy" | "navyblue" => [0, 0, 128],
        "darkblue" => [0, 0, 139],
        "lightblue" => [173, 216, 230],
        "darkgreen" => [0, 100, 0],
        "darkred" => [139, 0, 0],
        "maroon" => [176, 48, 96],
        "purple" => [160, 32, 240],
        "orange" => [255, 165, 0],
        "brown" => [165, 42, 42],
        "pink" => [255, 192, 203],
        "gold" => [255, 215, 0],
        "tan" => [210, 180, 140],
        "beige" => [245, 245, 220],
        "ivory" => [255, 255, 240],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_found_among_the_keys_of_a_line() {
        assert_eq!(colour(b" c #336699"), Some([0x33, 0x66, 0x99, 255]));
        assert_eq!(colour(b"\ts mask c None"), Some([0; 4]));
        assert_eq!(colour(b" m black g gray50 c #FFFF00008000"), Some([255, 0, 0x7F, 255]));
        assert_eq!(colour(b" c Light Grey m white"), Some([211, 211, 211, 255]));
        assert_eq!(colour(b" m white"), Some([255; 4]));
        assert_eq!(colour(b" c no such colour"), None);
        assert_eq!(colour(b""), None);
    }
}
