//! ITU-T T.4 and T.6: rows of faxes, of which the `tiff` crate reads only some.

use std::io;
use std::iter::repeat_n;
use std::ops::ControlFlow;

use fax::maps::{Mode, black, mode, white};
use fax::{BitReader, ByteReader, Color};

/// How the rows follow one another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Coding {
    /// TIFF 6.0, section 10: each row begins with a byte of its own.
    Rle,
    /// T.4: rows may begin with a mark, which says with two dimensions how the row is coded.
    Group3 { two_dimensions: bool },
    /// T.6: each row refers to the one above.
    Group4,
}

/// The longest code, so that looking ahead works at the end of the data.
const PADDING: usize = 4;

/// Decodes at most `rows` rows of `width` pixels, eight to a byte and black as 1. What is missing
/// is white.
///
/// Returns `None` if there is no row at all.
pub(super) fn decode(
    bytes: impl Iterator<Item = io::Result<u8>>,
    coding: Coding,
    width: u16,
    rows: usize,
) -> Option<Vec<u8>> {
    let reader = ByteReader::new(bytes.chain(repeat_n(0, PADDING).map(Ok))).ok()?;
    let mut decoder = Decoder { reader, width: width.into(), above: Vec::new(), current: Vec::new() };
    let row_len = usize::from(width).div_ceil(8);
    let mut pixels = vec![0; row_len * rows];
    let mut found = false;
    for row in pixels.chunks_exact_mut(row_len) {
        let end = decoder.row(coding).is_break();
        if end && decoder.current.is_empty() {
            break;
        }
        found = true;
        decoder.paint(row);
        if end {
            break;
        }
        std::mem::swap(&mut decoder.above, &mut decoder.current);
    }
    found.then_some(pixels)
}

struct Decoder<R> {
    reader: ByteReader<R>,
    width: u32,
    /// Where the colours of the row above change, from white at first.
    above: Vec<u32>,
    current: Vec<u32>,
}

impl<R: Iterator<Item = io::Result<u8>>> Decoder<R> {
    /// Reads a row; breaks where the data end, or cannot be followed further.
    fn row(&mut self, coding: Coding) -> ControlFlow<()> {
        self.current.clear();
        let whole = match coding {
            Coding::Rle => {
                let rest = self.reader.bits_to_byte_boundary();
                self.skip(rest)?;
                self.one_dimension()
            }
            Coding::Group4 => self.two_dimensions(),
            Coding::Group3 { two_dimensions } => {
                let marked = self.skip_mark()?;
                let whole = if two_dimensions && marked && !self.bit()? {
                    self.two_dimensions()
                } else if self.at_mark() {
                    // Marks without a row between them end the page.
                    return ControlFlow::Break(());
                } else {
                    self.one_dimension()
                };
                // A damaged row ends at the next mark.
                while whole.is_none() && !self.at_mark() {
                    self.skip(1)?;
                }
                return ControlFlow::Continue(());
            }
        };
        whole.map_or(ControlFlow::Break(()), ControlFlow::Continue)
    }

    /// Returns `None` for a row that is damaged.
    fn one_dimension(&mut self) -> Option<()> {
        let (mut at, mut colour) = (0, Color::White);
        while at < self.width {
            at += self.run(colour)?;
            self.change(at)?;
            colour = !colour;
        }
        Some(())
    }

    fn two_dimensions(&mut self) -> Option<()> {
        // One left of the row, where a change at its first pixel is still to come.
        let (mut at, mut colour) = (-1_i64, Color::White);
        let mut near = 0;
        while at < i64::from(self.width) {
            let (first, second) = self.changes_above(at, colour, &mut near);
            match mode::decode(&mut self.reader)? {
                Mode::Pass => at = second.into(),
                Mode::Vertical(delta) => {
                    let change = i64::from(first) + i64::from(delta);
                    if change < at.max(0) {
                        return None;
                    }
                    self.change(u32::try_from(change).ok()?)?;
                    colour = !colour;
                    at = change;
                }
                Mode::Horizontal => {
                    let start = u32::try_from(at.max(0)).ok()?;
                    let middle = start + self.run(colour)?;
                    let end = middle + self.run(!colour)?;
                    self.change(middle)?;
                    self.change(end)?;
                    at = end.into();
                }
                Mode::Extension | Mode::EOF => return None,
            }
        }
        Some(())
    }

    /// Notes a change of colour, of which a row has at most one for each pixel and its end.
    fn change(&mut self, at: u32) -> Option<()> {
        self.current.push(at.min(self.width));
        (self.current.len() <= self.width as usize + 2).then_some(())
    }

    /// Returns the first change of the row above that is right of `at` and away from `colour`, and
    /// the one after it.
    fn changes_above(&self, at: i64, colour: Color, near: &mut usize) -> (u32, u32) {
        let right = |index: usize| self.above.get(index).is_none_or(|change| i64::from(*change) > at);
        while *near > 0 && right(*near - 1) {
            *near -= 1;
        }
        while !right(*near) {
            *near += 1;
        }
        let first = *near + usize::from(near.is_multiple_of(2) != (colour == Color::White));
        let change = |index: usize| self.above.get(index).copied().unwrap_or(self.width);
        (change(first), change(first + 1))
    }

    /// Reads the length of a run, which may be several codes.
    fn run(&mut self, colour: Color) -> Option<u32> {
        let mut sum = 0_u32;
        loop {
            let len = match colour {
                Color::White => white::decode(&mut self.reader)?,
                Color::Black => black::decode(&mut self.reader)?,
            };
            sum = sum.checked_add(len.into())?.min(self.width);
            if len < 64 {
                return Some(sum);
            }
        }
    }

    /// Eleven zeros begin no code.
    fn at_mark(&self) -> bool {
        self.reader.peek(11) == Some(0)
    }

    /// Skips the mark at the end of a row with the zeros that fill it up, and says whether there
    /// was one.
    fn skip_mark(&mut self) -> ControlFlow<(), bool> {
        if !self.at_mark() {
            return ControlFlow::Continue(false);
        }
        while !self.bit()? {}
        ControlFlow::Continue(true)
    }

    fn bit(&mut self) -> ControlFlow<(), bool> {
        match self.reader.peek(1) {
            Some(bit) => {
                self.skip(1)?;
                ControlFlow::Continue(bit == 1)
            }
            None => ControlFlow::Break(()),
        }
    }

    fn skip(&mut self, bits: u8) -> ControlFlow<()> {
        if self.reader.peek(bits).is_none() || self.reader.consume(bits).is_err() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn paint(&self, row: &mut [u8]) {
        for run in self.current.chunks(2) {
            let end = run.get(1).copied().unwrap_or(self.width);
            for x in run[0]..end {
                row[(x / 8) as usize] |= 0x80 >> (x % 8);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use fax::VecWriter;
    use fax::encoder::Encoder;

    use super::*;

    fn bits(text: &str) -> Vec<u8> {
        let bits: Vec<u8> = text.bytes().filter(|bit| *bit != b' ').map(|bit| bit - b'0').collect();
        let byte = |bits: &[u8]| bits.iter().enumerate().fold(0, |byte, (at, bit)| byte | bit << (7 - at));
        bits.chunks(8).map(byte).collect()
    }

    fn rows(bytes: &[u8], coding: Coding, width: u16, rows: usize) -> Option<Vec<u8>> {
        decode(bytes.iter().copied().map(Ok), coding, width, rows)
    }

    const MARK: &str = "000000000001";
    /// Four white pixels, four black ones and eight white ones.
    const ROW: &str = "1011 011 10011";

    #[test]
    fn rows_of_one_dimension_begin_with_a_byte_or_a_mark() {
        let expected = Some(vec![0x0F, 0, 0x0F, 0]);
        assert_eq!(rows(&bits(&format!("{ROW} 0000 {ROW}")), Coding::Rle, 16, 2), expected);
        let group3 = Coding::Group3 { two_dimensions: false };
        assert_eq!(rows(&bits(&format!("{MARK}{ROW}{MARK}{ROW}")), group3, 16, 2), expected);
        assert_eq!(rows(&bits(&format!("0000{MARK}{ROW}00000{MARK}{ROW}")), group3, 16, 2), expected);
        assert_eq!(rows(&bits(&format!("{ROW}{ROW}")), group3, 16, 2), expected);
        let ended = format!("{MARK}{ROW}{MARK}{ROW}{}", MARK.repeat(6));
        assert_eq!(rows(&bits(&ended), group3, 16, 3), Some(vec![0x0F, 0, 0x0F, 0, 0, 0]));
    }

    #[test]
    fn rows_of_two_dimensions_refer_to_the_one_above() {
        let group3 = Coding::Group3 { two_dimensions: true };
        // As above; one to the right, then one to the left, then to the end.
        let stream = format!("{MARK}1{ROW}{MARK}0 1 1 1{MARK}0 011 010 1{MARK}1{ROW}");
        assert_eq!(rows(&bits(&stream), group3, 16, 4), Some(vec![0x0F, 0, 0x0F, 0, 0x06, 0, 0x0F, 0]));
    }

    #[test]
    fn a_damaged_row_ends_at_the_next_mark_and_no_row_is_no_picture() {
        let group3 = Coding::Group3 { two_dimensions: false };
        let stream = format!("{MARK}1011 000000001{MARK}{ROW}");
        assert_eq!(rows(&bits(&stream), group3, 16, 2).unwrap()[2..], [0x0F, 0]);
        for coding in [Coding::Rle, group3, Coding::Group4] {
            assert_eq!(rows(&[], coding, 16, 2), None, "{coding:?}");
        }
    }

    #[test]
    fn group_4_comes_out_as_it_went_in() {
        let pixel = |x: u32, y: u32| (x * 7 + y * 3) % 23 < 9 || (x / 5 + y / 4).is_multiple_of(3);
        let (width, height) = (203_u16, 40_u32);
        let mut encoder = Encoder::new(VecWriter::new());
        let mut expected = Vec::new();
        for y in 0..height {
            let line = (0..width.into()).map(|x| if pixel(x, y) { Color::Black } else { Color::White });
            encoder.encode_line(line, width).unwrap();
            let text: String = (0..width.into()).map(|x| if pixel(x, y) { '1' } else { '0' }).collect();
            expected.extend(bits(&text));
        }
        let bytes = encoder.finish().unwrap().finish();
        assert_eq!(rows(&bytes, Coding::Group4, width, height as usize), Some(expected));
    }
}
