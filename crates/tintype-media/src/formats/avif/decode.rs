//! AVIF through rav1d. Runs in a process of its own: a panic in rav1d aborts.

use re_rav1d::dav1d::pixel::{MatrixCoefficients, YUVRange};
use re_rav1d::dav1d::{Picture, PixelLayout, PlanarImageComponent as Component};

use super::stream::decode_item;
use crate::Error;
use crate::decoding::Job;
use crate::formats::heif::{self, CodedColour, HeifLayout, Tile};
use crate::frame::Decoded;

/// Returns a frame of the sides `stored`.
pub(super) fn decode(bytes: Vec<u8>, job: &Job<'_>) -> Result<Decoded, Error> {
    let mut coded = job.header.clone();
    (coded.width, coded.height) = job.header.detail::<HeifLayout>()?.coded;
    heif::decode(job, bytes.len() as u64, |_, pieces| decode_item(&bytes, pieces, &coded))
}

impl Tile for Picture {
    fn sides(&self) -> (u32, u32) {
        (self.width(), self.height())
    }

    fn chroma(&self) -> (u32, u32) {
        match self.pixel_layout() {
            PixelLayout::I400 => (0, 0),
            PixelLayout::I420 => (2, 2),
            PixelLayout::I422 => (2, 1),
            PixelLayout::I444 => (1, 1),
        }
    }

    fn colour(&self) -> CodedColour {
        CodedColour {
            full_range: self.color_range() == YUVRange::Full,
            matrix: match self.matrix_coefficients() {
                MatrixCoefficients::Identity => 0,
                MatrixCoefficients::BT709 => 1,
                MatrixCoefficients::ST240M => 7,
                MatrixCoefficients::YCgCo => 8,
                MatrixCoefficients::BT2020NonConstantLuminance | MatrixCoefficients::BT2020ConstantLuminance => 9,
                _ => 6,
            },
            ..CodedColour::UNSPECIFIED
        }
    }

    fn copy_rows<'a>(&self, plane: usize, columns: usize, rows: impl Iterator<Item = &'a mut [u8]>) {
        let component = [Component::Y, Component::U, Component::V][plane];
        let bits = self.bit_depth() as u32;
        let source = self.plane(component);
        for (row, line) in source.chunks(self.stride(component) as usize).zip(rows) {
            if bits <= 8 {
                line.copy_from_slice(&row[..columns]);
            } else {
                for (sample, pair) in line.iter_mut().zip(row.as_chunks::<2>().0) {
                    *sample = heif::eight_bits(u16::from_ne_bytes(*pair).into(), bits);
                }
            }
        }
    }
}
