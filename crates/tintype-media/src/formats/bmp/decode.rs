//! Bitmaps through the `image` crate, but for what it does not know.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use image::codecs::bmp::BmpDecoder;
use image::{ColorType, ImageDecoder, ImageResult};

use crate::decoding::{Input, Job};
use crate::frame::Decoded;
use crate::generic;
use crate::rows::Order;
use crate::{Error, Format};

/// The file's header and a BITMAPINFOHEADER.
const USUAL_BYTES: usize = 14 + 40;

pub(super) fn decode(mut input: Input<'_>, job: &Job<'_>) -> Result<Decoded, Error> {
    let mut head = Vec::new();
    input.by_ref().take(78).read_to_end(&mut head)?;
    input.seek(SeekFrom::Start(0))?;
    let (head, skip, order) = match usual_header(&head)? {
        Some((head, skip)) => (head, skip, Order::Up),
        None => upwards(head),
    };
    input.seek(SeekFrom::Start(skip))?;
    let decoder = BmpDecoder::new(Replaced { head, position: 0, inner: input, skip });
    generic::decode(decoder.map(|inner| Mended { inner, order }), job)
}

/// Turns the header of a run-length coded bitmap whose rows go downwards, which the decoder
/// refuses, into one whose rows go upwards. Returns it, where what follows begins in the file, and
/// how the rows then are.
fn upwards(mut head: Vec<u8>) -> (Vec<u8>, u64, Order) {
    let len = head.len() as u64;
    let is_coded = matches!(head.get(14..18), Some([40..=u8::MAX, 0, 0, 0])) && matches!(head.get(30), Some(1 | 2));
    let height = head.get(22..26).and_then(|bytes| bytes.try_into().ok()).map_or(0, i32::from_le_bytes);
    if !is_coded || height >= 0 {
        return (head, len, Order::Up);
    }
    head[22..26].copy_from_slice(&height.unsigned_abs().to_le_bytes());
    (head, len, Order::Down)
}

/// Returns the header of Windows for one of OS/2 2.x, and where what follows it begins in the file.
fn usual_header(head: &[u8]) -> Result<Option<(Vec<u8>, u64)>, Error> {
    // Of 64 bytes, of which the first 40 are those of Windows, or the first 16 of these.
    let Some(size @ (16 | 64)) = head.get(14).copied().map(usize::from) else {
        return Ok(None);
    };
    let mut made = head.get(..14 + size).unwrap_or_default().to_vec();
    made.resize(USUAL_BYTES, 0);
    // 3 means Huffman and 4 runs of 24 bits, where Windows has masks and JPEG.
    if made[30] > 2 {
        return Err(Error::unsupported(Format::Bmp, format!("OS/2 compression `{}`", made[30])));
    }
    made[14] = 40;
    let pixels = u32::from_le_bytes([made[10], made[11], made[12], made[13]]);
    let pixels = pixels.wrapping_add(40).wrapping_sub(size as u32);
    made[10..14].copy_from_slice(&pixels.to_le_bytes());
    Ok(Some((made, 14 + size as u64)))
}

/// A file that begins with other bytes.
struct Replaced<'a> {
    head: Vec<u8>,
    position: u64,
    /// Stands where it should, or at `skip` as long as `position` is in the head.
    inner: Input<'a>,
    /// Where the file goes on after the head.
    skip: u64,
}

impl Read for Replaced<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Replaced<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.head.get(self.position as usize..) {
            Some(rest) if !rest.is_empty() => Ok(rest),
            _ => self.inner.fill_buf(),
        }
    }

    fn consume(&mut self, amount: usize) {
        if self.position >= self.head.len() as u64 {
            self.inner.consume(amount);
        }
        self.position += amount as u64;
    }
}

impl Seek for Replaced<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let head_len = self.head.len() as u64;
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => {
                (self.inner.seek(SeekFrom::End(0))? + head_len).saturating_sub(self.skip).checked_add_signed(by)
            }
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        self.inner.seek(SeekFrom::Start(self.skip.saturating_add(self.position.saturating_sub(head_len))))?;
        Ok(self.position)
    }
}

/// Puts rows in their order, and shows pictures whose alpha is zero everywhere: their programs did
/// not know of it.
struct Mended<D> {
    inner: D,
    /// In which order the rows are that the decoder takes for ones that go upwards.
    order: Order,
}

impl<D: ImageDecoder> ImageDecoder for Mended<D> {
    fn dimensions(&self) -> (u32, u32) {
        self.inner.dimensions()
    }

    fn color_type(&self) -> ColorType {
        self.inner.color_type()
    }

    fn icc_profile(&mut self) -> ImageResult<Option<Vec<u8>>> {
        self.inner.icc_profile()
    }

    fn set_limits(&mut self, limits: image::Limits) -> ImageResult<()> {
        self.inner.set_limits(limits)
    }

    fn read_image(self, pixels: &mut [u8]) -> ImageResult<()> {
        let has_alpha = self.color_type() == ColorType::Rgba8;
        let height = self.dimensions().1 as usize;
        // Of a file that is cut short there may be some rows.
        let read = self.inner.read_image(pixels);
        if self.order == Order::Down {
            let row_len = pixels.len() / height;
            let (top, bottom) = pixels.split_at_mut(height / 2 * row_len);
            let rows = top.chunks_exact_mut(row_len).zip(bottom.rchunks_exact_mut(row_len));
            rows.for_each(|(upper, lower)| upper.swap_with_slice(lower));
        }
        let (pixels, _) = pixels.as_chunks_mut::<4>();
        if has_alpha && pixels.iter().all(|pixel| pixel[3] == 0) {
            let come = pixels.iter_mut().filter(|pixel| read.is_ok() || **pixel != [0; 4]);
            come.for_each(|pixel| pixel[3] = u8::MAX);
        }
        read
    }

    fn read_image_boxed(self: Box<Self>, pixels: &mut [u8]) -> ImageResult<()> {
        self.read_image(pixels)
    }
}
