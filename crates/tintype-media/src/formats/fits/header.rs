//! The FITS Standard 4.0, section 4: cards of eighty characters.

use crate::header::Header;
use crate::reader::HeaderReader;
use crate::{ColourMode, Error, Format};

const CARD_BYTES: usize = 80;
const MOST_CARDS: usize = 36 * 8;

pub(super) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    let bytes = source.read_up_to(0, MOST_CARDS * CARD_BYTES)?;
    let cards = bytes.chunks_exact(CARD_BYTES).take_while(|card| !card.starts_with(b"END     "));
    let number = |key: &str| -> Option<i64> {
        let card = cards.clone().find(|card| card.starts_with(format!("{key:<8}=").as_bytes()))?;
        let value = std::str::from_utf8(&card[10..]).ok()?.split('/').next()?;
        value.trim().parse().ok()
    };
    let mode = match number("BITPIX") {
        Some(16) => ColourMode::Grey16,
        Some(32 | 64) => ColourMode::Integer,
        Some(-32 | -64) => ColourMode::Float,
        _ => ColourMode::Grey,
    };
    let axes = number("NAXIS").unwrap_or(0);
    let side = |key: &str, needed: i64| match number(key) {
        Some(side) if axes >= needed => u32::try_from(side).unwrap_or(0),
        _ => u32::from(axes > 0),
    };
    let (width, height) = (side("NAXIS1", 1), side("NAXIS2", 2));
    if width == 0 || height == 0 {
        return Err(Error::malformed(Format::Fits, "no picture in the first part"));
    }
    Ok(Header::new(Format::Fits, width, height, mode))
}
