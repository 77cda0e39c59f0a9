//! Pictures as planes of luminance and colour differences: from a decoder to an encoder without
//! being anything else.

mod axis;
mod resample;

use fast_image_resize::FilterType;
use fearless_simd::Level;
use tintype_jpeg::PlaneView;

use self::axis::Axes;
pub(crate) use self::axis::Side;
pub(crate) use self::axis::{Axis, Direction, memory as axis_memory};
pub(crate) use self::resample::{ROWS, Strip, View, rows as strip_rows};
use crate::filter::{Area, copy, resample};
use crate::frame::{Frame, Samples};
use crate::{Error, Orientation};

/// Up to this side the colour of each pixel is worth its bytes: a few of them make up a face.
const FULL_COLOUR_SIDE: u32 = 128;

/// How many colour differences a picture has for its sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    /// One of each for each pixel.
    Full,
    /// One of each for four pixels.
    Quarter,
}

impl Colour {
    /// Returns what a thumbnail of these sides has.
    pub(crate) fn of((width, height): (u32, u32)) -> Self {
        if width.max(height) > FULL_COLOUR_SIDE { Self::Quarter } else { Self::Full }
    }

    fn side(self, pixels: u32) -> Side {
        match self {
            Self::Full => Side::whole(pixels),
            Self::Quarter => Side::halved(pixels),
        }
    }
}

/// Y alone, or Y, Cb and Cr, full range (ITU-T T.871).
pub(crate) struct Planes {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) colour: Colour,
    planes: Vec<Vec<u8>>,
}

/// A plane to resize, and how far the picture extends in it.
pub(crate) struct PlaneSource<'a> {
    pub(crate) data: &'a [u8],
    pub(crate) stride: usize,
    pub(crate) width: Side,
    pub(crate) height: Side,
}

impl<'a> From<&'a tintype_jpeg::Plane> for PlaneSource<'a> {
    fn from(plane: &'a tintype_jpeg::Plane) -> Self {
        let (width, height) = plane.exact_size();
        Self {
            data: plane.data(),
            stride: plane.stride(),
            width: Side { samples: plane.width(), exact: width },
            height: Side { samples: plane.height(), exact: height },
        }
    }
}

impl Planes {
    /// Takes over a frame without alpha.
    pub(crate) fn from_frame(frame: Frame) -> Self {
        let Frame { width, height, samples, pixels } = frame;
        let colour = Colour::of((width, height));
        let mut planes = match samples {
            Samples::Grey => vec![pixels],
            Samples::YCbCr => pixels.chunks_exact(pixels.len() / 3).map(<[u8]>::to_vec).collect(),
            _ => crate::ycbcr::from_rgb(&pixels),
        };
        if colour == Colour::Quarter {
            for plane in planes.iter_mut().skip(1) {
                *plane = crate::ycbcr::quarter(plane, width as usize);
            }
        }
        Self { width, height, colour, planes }
    }

    /// Returns what an encoder takes.
    pub(crate) fn views(&self) -> Vec<PlaneView<'_>> {
        let sources = self.sources();
        let views = sources.map(|PlaneSource { data, stride, width, height }| PlaneView {
            data,
            stride,
            width: width.samples,
            height: height.samples,
        });
        views.collect()
    }

    /// Passes the samples of each plane through the table for its number.
    #[cfg(feature = "webp")]
    pub(crate) fn map(&mut self, tables: &[[u8; 256]]) {
        for (plane, table) in self.planes.iter_mut().zip(tables) {
            plane.iter_mut().for_each(|sample| *sample = table[usize::from(*sample)]);
        }
    }

    /// Returns each plane with its sides in samples.
    pub(crate) fn each_mut(&mut self) -> impl Iterator<Item = (&mut Vec<u8>, (u32, u32))> {
        let (whole, colour) = ((self.width, self.height), self.colour);
        self.planes.iter_mut().enumerate().map(move |(index, plane)| (plane, samples(index, whole, colour)))
    }

    /// Returns a part at the sides `to`, which may be larger.
    pub(crate) fn part(&self, area: Area, to: (u32, u32)) -> Result<Self, Error> {
        let aligned = area.aligned(to);
        // Colour differences of four pixels each can be copied where these begin together.
        let copied = |(left, top): &(usize, usize)| {
            self.colour == Colour::Full || (left.is_multiple_of(2) && top.is_multiple_of(2))
        };
        let (colour, place) = match aligned.filter(copied) {
            Some(place) => (self.colour, Some(place)),
            None => (Colour::of(to), aligned),
        };
        let mut planes = Vec::with_capacity(self.planes.len());
        for (index, plane) in self.planes.iter().enumerate() {
            let from = samples(index, (self.width, self.height), self.colour);
            let sides = samples(index, to, colour);
            let step = if index > 0 && self.colour == Colour::Quarter { 2 } else { 1 };
            let place = place.filter(|place| index == 0 || copied(place));
            planes.push(match place {
                Some((left, top)) => copy(plane, 1, from.0, (left / step, top / step), sides),
                None => {
                    let scale = 1.0 / step as f64;
                    resample(plane, 1, from, area.scaled(scale, scale), sides, FilterType::Lanczos3)?
                }
            });
        }
        Ok(Self { width: to.0, height: to.1, colour, planes })
    }

    /// Returns the picture at a place of a canvas, or none where its colour differences would not
    /// be at the same places.
    pub(crate) fn on_canvas(&self, sides: (u32, u32), place: (u32, u32), background: [u8; 3]) -> Option<Self> {
        let even = |value: u32| value.is_multiple_of(2);
        // Differences of the last column and row may be of one pixel only.
        let whole = [place.0, place.1, self.width, self.height].into_iter().all(even);
        if self.colour != Colour::of(sides) || (self.colour == Colour::Quarter && !whole) {
            return None;
        }
        let [luma, blue, red] = crate::ycbcr::of_colour(background);
        if self.planes.len() == 1 && (blue, red) != (128, 128) {
            return None;
        }
        let mut planes = Vec::with_capacity(self.planes.len());
        for ((index, plane), sample) in self.planes.iter().enumerate().zip([luma, blue, red]) {
            let (width, height) = samples(index, sides, self.colour);
            let step = if index > 0 && self.colour == Colour::Quarter { 2 } else { 1 };
            let row_len = samples(index, (self.width, self.height), self.colour).0 as usize;
            let mut canvas = vec![sample; width as usize * height as usize];
            let lines = canvas.chunks_exact_mut(width as usize).skip((place.1 / step) as usize);
            for (line, row) in lines.zip(plane.chunks_exact(row_len)) {
                line[(place.0 / step) as usize..][..row_len].copy_from_slice(row);
            }
            planes.push(canvas);
        }
        Some(Self { width: sides.0, height: sides.1, colour: self.colour, planes })
    }

    /// Returns the pixels: grey, or RGB.
    pub(crate) fn to_frame(&self, resizer: &mut PlaneResizer) -> Frame {
        let (width, height) = (self.width, self.height);
        if self.planes.len() == 1 {
            return Frame { width, height, samples: Samples::Grey, pixels: self.planes[0].clone() };
        }
        let sides = (Side::whole(width), Side::whole(height));
        let mut full = Vec::with_capacity(width as usize * height as usize * 3);
        for source in self.sources() {
            let plane = resizer.plane(&source, sides, Orientation::Normal);
            full.extend_from_slice(&plane);
        }
        Frame { width, height, samples: Samples::Rgb, pixels: crate::ycbcr::to_rgb(&full) }
    }

    fn sources(&self) -> impl Iterator<Item = PlaneSource<'_>> {
        self.planes.iter().enumerate().map(|(index, data)| {
            let (width, height) = sides(index, (self.width, self.height), self.colour);
            PlaneSource { data, stride: width.samples as usize, width, height }
        })
    }
}

/// Sides of the plane number `index` of a picture.
fn sides(index: usize, (width, height): (u32, u32), colour: Colour) -> (Side, Side) {
    let colour = if index == 0 { Colour::Full } else { colour };
    (colour.side(width), colour.side(height))
}

/// Returns how many samples the plane number `index` has across and down.
fn samples(index: usize, whole: (u32, u32), colour: Colour) -> (u32, u32) {
    let (width, height) = sides(index, whole, colour);
    (width.samples, height.samples)
}

/// Resizes planes with Lanczos3, keeping tables and buffers from one to the next.
pub(crate) struct PlaneResizer {
    level: Level,
    axes: Axes,
    strip: Strip,
    spare: Vec<Vec<u8>>,
}

impl PlaneResizer {
    /// Planes, and bytes, to keep at most: those of one large thumbnail.
    const SPARE: usize = 3;
    const SPARE_BYTES: usize = 2 << 20;

    pub(crate) fn new() -> Self {
        Self { level: Level::new(), axes: Axes::default(), strip: Strip::default(), spare: Vec::new() }
    }

    /// Resizes a picture.
    pub(crate) fn scale(&mut self, picture: &Planes, to: (u32, u32)) -> Planes {
        self.make(picture.sources(), to, Orientation::Normal)
    }

    /// Turns a picture.
    pub(crate) fn turn(&mut self, picture: &Planes, turn: Orientation) -> Planes {
        let to = turn.displayed(picture.width, picture.height);
        let planes = picture
            .sources()
            .enumerate()
            .map(|(index, source)| self.plane(&source, sides(index, to, picture.colour), turn))
            .collect();
        Planes { width: to.0, height: to.1, colour: picture.colour, planes }
    }

    /// Makes a picture of the upright sides `to` from planes as they are stored.
    pub(crate) fn make<'a>(
        &mut self,
        sources: impl Iterator<Item = PlaneSource<'a>>,
        to: (u32, u32),
        orientation: Orientation,
    ) -> Planes {
        let colour = Colour::of(to);
        let planes =
            sources.enumerate().map(|(index, source)| self.plane(&source, sides(index, to, colour), orientation));
        let planes = planes.collect();
        Planes { width: to.0, height: to.1, colour, planes }
    }

    /// Resizes one plane to sides that are those of the upright picture, and turns it.
    pub(crate) fn plane(&mut self, source: &PlaneSource<'_>, to: (Side, Side), orientation: Orientation) -> Vec<u8> {
        let stored = if orientation.swaps_sides() { (to.1, to.0) } else { to };
        let (across, down) = directions(orientation);
        let mut target = self.spare.pop().unwrap_or_default();
        let view = View { data: source.data, stride: source.stride, samples: source.width.samples as usize, top: 0 };
        if stored == (source.width, source.height) && (across, down) == (Direction::Forward, Direction::Forward) {
            target.clear();
            for row in view.data.chunks(view.stride).take(source.height.samples as usize) {
                target.extend_from_slice(&row[..view.samples]);
            }
        } else {
            let x = self.axes.get(source.width, stored.0, across);
            let y = self.axes.get(source.height, stored.1, down);
            self.strip.resample(self.level, view, (&x, &y), 1, &mut target);
        }
        if orientation.swaps_sides() {
            target = transposed(&target, stored.0.samples as usize);
        }
        target
    }

    /// Takes planes back, whose memory the next ones use.
    pub(crate) fn recycle(&mut self, picture: Planes) {
        for plane in picture.planes {
            let held: usize = self.spare.iter().map(Vec::capacity).sum();
            if self.spare.len() < Self::SPARE && held + plane.capacity() <= Self::SPARE_BYTES {
                self.spare.push(plane);
            }
        }
    }
}

/// Whether rows and columns of the stored picture are mirrored on the way to the upright one,
/// before these change places.
fn directions(orientation: Orientation) -> (Direction, Direction) {
    use Direction::{Backward, Forward};
    match orientation {
        Orientation::Normal | Orientation::Transpose => (Forward, Forward),
        Orientation::FlipHorizontal | Orientation::Rotate270 => (Backward, Forward),
        Orientation::FlipVertical | Orientation::Rotate90 => (Forward, Backward),
        Orientation::Rotate180 | Orientation::Transverse => (Backward, Backward),
    }
}

/// Returns the columns of a plane as rows.
fn transposed(plane: &[u8], width: usize) -> Vec<u8> {
    let height = plane.len() / width;
    let mut turned = vec![0; plane.len()];
    // In squares, so that neither side is far apart in memory.
    for top in (0..height).step_by(16) {
        for left in (0..width).step_by(16) {
            for y in top..(top + 16).min(height) {
                for x in left..(left + 16).min(width) {
                    turned[x * height + y] = plane[y * width + x];
                }
            }
        }
    }
    turned
}

/// Returns an upper estimate in bytes of what it takes to make a picture of the sides `to` from
/// planes of at most the sides `from`, as they are stored, the result included.
pub(crate) fn memory(from: (Side, Side), to: (u32, u32), planes: u64) -> u64 {
    let small = u64::from(to.0) * u64::from(to.1);
    let colours = match Colour::of(to) {
        Colour::Full => small * (planes - 1),
        Colour::Quarter => u64::from(to.0.div_ceil(2)) * u64::from(to.1.div_ceil(2)) * (planes - 1),
    };
    let axes = axis::memory(from.0, Side::whole(to.0)) + axis::memory(from.1, Side::whole(to.1));
    let strip = Strip::memory(from.0.samples, from.1.samples, to.1);
    // Luma and chroma have axes of their own, and so has each further thumbnail.
    small + colours + 2 * axes + strip
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(width: u32, height: u32) -> Planes {
        let frame = Frame {
            width,
            height,
            samples: Samples::Grey,
            pixels: (0..height).flat_map(|y| (0..width).map(move |x| (3 * x + 20 * y) as u8)).collect(),
        };
        Planes::from_frame(frame)
    }

    #[test]
    fn every_orientation_turns_as_frames_are_turned() {
        for value in 1..=8 {
            let orientation = Orientation::from_exif(value).unwrap();
            let (stored, upright) = ((6, 4), orientation.displayed(6, 4));
            let turned = PlaneResizer::new().make(ramp(stored.0, stored.1).sources(), upright, orientation);
            let frame = Frame { width: 6, height: 4, samples: Samples::Grey, pixels: ramp(6, 4).planes.remove(0) };
            let expected = frame.upright(orientation);
            assert_eq!((turned.width, turned.height), (expected.width, expected.height));
            assert_eq!(turned.planes[0], expected.pixels, "orientation {value}");
        }
    }

    #[test]
    fn flat_colours_stay_what_they_are() {
        for level in 0..=255u8 {
            let pixels = [level, 255 - level, 128].map(|value| [value; 200 * 150]).concat();
            let frame = Frame { width: 200, height: 150, samples: Samples::YCbCr, pixels };
            let mut picture = Planes::from_frame(frame);
            for sides in [(140, 105), (127, 95), (9, 7)] {
                picture = PlaneResizer::new().scale(&picture, sides);
                for (plane, value) in picture.planes.iter().zip([level, 255 - level, 128]) {
                    assert!(plane.iter().all(|sample| *sample == value), "{value} at {sides:?}");
                }
            }
        }
    }

    #[test]
    fn recycled_planes_are_used_and_are_few() {
        let mut resizer = PlaneResizer::new();
        for _ in 0..4 {
            let made = resizer.scale(&ramp(400, 300), (200, 150));
            resizer.recycle(made);
            resizer.recycle(ramp(3000, 3000));
        }
        assert_eq!(resizer.spare.len(), 1);
    }
}
