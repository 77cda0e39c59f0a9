use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

const ENGINE: GeneralPurpose = GeneralPurpose::new(&STANDARD, NO_PAD.with_decode_allow_trailing_bits(true));

/// A streaming Base64 decoder, as lenient as Python's: characters outside the alphabet are ignored,
/// and so is everything after the padding.
#[derive(Debug, Default)]
pub(super) struct Base64 {
    /// Up to three symbols of an incomplete group of four.
    symbols: Vec<u8>,
    padding: usize,
    is_over: bool,
}

/// The text ends within a group of four symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Incomplete;

impl Base64 {
    /// Decodes all of a text.
    pub(super) fn decode_all(text: &[u8]) -> Result<Vec<u8>, Incomplete> {
        let mut decoder = Self::default();
        let bytes = decoder.decode(text)?;
        decoder.finish().map(|()| bytes)
    }

    /// Decodes the next part of a text.
    pub(super) fn decode(&mut self, text: &[u8]) -> Result<Vec<u8>, Incomplete> {
        for &symbol in text {
            match symbol {
                _ if self.is_over => break,
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => {
                    self.padding = 0;
                    self.symbols.push(symbol);
                }
                b'=' if self.symbols.len() % 4 >= 2 => {
                    self.padding += 1;
                    self.is_over = self.symbols.len() % 4 + self.padding >= 4;
                }
                _ => {}
            }
        }
        let ready = if self.is_over { self.symbols.len() } else { self.symbols.len() / 4 * 4 };
        let waiting = self.symbols.split_off(ready);
        let symbols = std::mem::replace(&mut self.symbols, waiting);
        ENGINE.decode(symbols).map_err(|_| Incomplete)
    }

    /// Ends the text.
    pub(super) fn finish(self) -> Result<(), Incomplete> {
        if self.symbols.is_empty() { Ok(()) } else { Err(Incomplete) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Base64, Incomplete};

    #[test]
    fn texts_decode_as_in_python_wherever_they_are_split() {
        for (text, expected) in [
            ("aGVsbG8=", Ok("hello")),
            ("aGVs\r\nbG8=\r\n", Ok("hello")),
            ("aGVsbG8h", Ok("hello!")),
            ("aGVsbA==", Ok("hell")),
            ("aGVsbB==", Ok("hell")),
            ("aGVsbG8=aGVsbG8=", Ok("hello")),
            ("a*G?V s", Ok("hel")),
            ("", Ok("")),
            ("=", Ok("")),
            ("a=GVs", Ok("hel")),
            ("aGVsbG8", Err(Incomplete)),
            ("aGVsb", Err(Incomplete)),
            ("aGVsbA=", Err(Incomplete)),
        ] {
            let expected = expected.map(|text| text.as_bytes().to_vec());
            assert_eq!(Base64::decode_all(text.as_bytes()), expected, "{text}");
            for at in 0..text.len() {
                let mut decoder = Base64::default();
                let halves = [&text[..at], &text[at..]].map(|half| decoder.decode(half.as_bytes()).unwrap());
                assert_eq!(decoder.finish().map(|()| halves.concat()), expected, "{text} at {at}");
            }
        }
    }
}
