//! Compressions without loss, read as they come: a strip or tile may end anywhere, whatever its
//! length is said to be.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::ZlibDecoder;
use ruzstd::decoding::StreamingDecoder;
use weezl::{BitOrder, LzwStatus};

use super::layout::{DEFLATE, LZW, OLD_DEFLATE, PACK_BITS, UNCOMPRESSED, ZSTANDARD};
use crate::{Error, Format};

/// The most that Zstandard may look back: what its writers use up to level 19.
const MAX_WINDOW_BYTES: u64 = 8 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Lzw,
    Deflate,
    PackBits,
    Zstandard,
}

impl Packing {
    /// Returns none for faxes, JPEG, and what is not known here.
    pub(super) fn of(compression: u16) -> Option<Self> {
        Some(match compression {
            UNCOMPRESSED => Self::None,
            LZW => Self::Lzw,
            DEFLATE | OLD_DEFLATE => Self::Deflate,
            PACK_BITS => Self::PackBits,
            ZSTANDARD => Self::Zstandard,
            _ => return None,
        })
    }

    /// Returns the memory that unpacking takes, in bytes.
    pub(super) fn memory(self) -> u64 {
        // A buffer that grows by doubling.
        if self == Self::Zstandard { 4 * MAX_WINDOW_BYTES } else { 0 }
    }

    /// Returns a reader of what `source` holds.
    pub(super) fn unpack<'a>(self, source: impl BufRead + 'a) -> Result<Box<dyn Read + 'a>, Error> {
        Ok(match self {
            Self::None => Box::new(source),
            Self::Lzw => Box::new(LzwReader::new(source)?),
            Self::Deflate => Box::new(ZlibDecoder::new(source)),
            Self::PackBits => Box::new(PackBitsReader { source, run: Run::None }),
            Self::Zstandard => {
                let decoder = StreamingDecoder::new_with_max_window_size(source, MAX_WINDOW_BYTES);
                Box::new(decoder.map_err(|error| Error::malformed(Format::Tiff, error.to_string()))?)
            }
        })
    }
}

/// Turns the bits of each byte round.
pub(super) fn reversed<'a>(source: impl Read + 'a) -> impl BufRead + 'a {
    struct Reversed<R>(R);

    impl<R: Read> Read for Reversed<R> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let read = self.0.read(buffer)?;
            buffer[..read].iter_mut().for_each(|byte| *byte = byte.reverse_bits());
            Ok(read)
        }
    }

    BufReader::new(Reversed(source))
}

/// TIFF 6.0, section 13; and as the first writers had it, with the low bits first.
struct LzwReader<R> {
    source: R,
    decoder: weezl::decode::Decoder,
}

impl<R: BufRead> LzwReader<R> {
    fn new(mut source: R) -> Result<Self, Error> {
        // Codes begin with the one that clears the table, 256 in nine bits.
        let is_old = matches!(source.fill_buf()?, [0, second, ..] if second & 1 == 1);
        let decoder = match is_old {
            true => weezl::decode::Decoder::new(BitOrder::Lsb, 8),
            false => weezl::decode::Decoder::with_tiff_size_switch(BitOrder::Msb, 8),
        };
        Ok(Self { source, decoder })
    }
}

impl<R: BufRead> Read for LzwReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let packed = self.source.fill_buf()?;
            let at_end = packed.is_empty();
            let made = self.decoder.decode_bytes(packed, buffer);
            self.source.consume(made.consumed_in);
            if made.consumed_out > 0 {
                return Ok(made.consumed_out);
            }
            match made.status {
                Ok(LzwStatus::Ok) if !at_end => {}
                Ok(_) => return Ok(0),
                Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error.to_string())),
            }
        }
    }
}

/// TIFF 6.0, section 9.
struct PackBitsReader<R> {
    source: R,
    run: Run,
}

#[derive(Clone, Copy)]
enum Run {
    None,
    /// So many bytes as they are.
    Bytes(usize),
    /// So many times the same.
    Same(usize, u8),
}

impl<R: BufRead> PackBitsReader<R> {
    fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.source.fill_buf()?.first().copied();
        self.source.consume(usize::from(byte.is_some()));
        Ok(byte)
    }

    /// Reads the head of the next run; none at the end.
    fn next_run(&mut self) -> io::Result<Run> {
        loop {
            let Some(head) = self.byte()? else {
                return Ok(Run::None);
            };
            match head {
                0..=127 => return Ok(Run::Bytes(usize::from(head) + 1)),
                128 => {}
                129.. => {
                    let byte = self.byte()?;
                    return Ok(byte.map_or(Run::None, |byte| Run::Same(257 - usize::from(head), byte)));
                }
            }
        }
    }
}

impl<R: BufRead> Read for PackBitsReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if matches!(self.run, Run::None | Run::Bytes(0) | Run::Same(0, _)) {
            self.run = self.next_run()?;
        }
        match &mut self.run {
            Run::None => Ok(0),
            Run::Bytes(left) => {
                let most = buffer.len().min(*left);
                let read = self.source.read(&mut buffer[..most])?;
                *left = if read == 0 { 0 } else { *left - read };
                Ok(read)
            }
            Run::Same(left, byte) => {
                let len = buffer.len().min(*left);
                buffer[..len].fill(*byte);
                *left -= len;
                Ok(len)
            }
        }
    }
}
