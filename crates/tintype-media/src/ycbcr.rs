//! Planes of luminance and colour differences (ITU-T T.871, section 7) to pixels and back.

/// Sixteen bits after the binary point.
const fn fixed(factor: f64) -> i32 {
    (factor * 65_536.0 + 0.5) as i32
}

const RED: i32 = fixed(1.402);
const GREEN_OF_BLUE: i32 = fixed(0.344_136);
const GREEN_OF_RED: i32 = fixed(0.714_136);
const BLUE: i32 = fixed(1.772);
const HALF: i32 = 1 << 15;

const LUMA_OF_RED: i32 = fixed(0.299);
const LUMA_OF_GREEN: i32 = fixed(0.587);
const LUMA_OF_BLUE: i32 = fixed(0.114);
const BLUE_OF_RED: i32 = fixed(0.168_735_9);
const BLUE_OF_GREEN: i32 = HALF - BLUE_OF_RED;
const RED_OF_BLUE: i32 = fixed(0.081_312_4);
const RED_OF_GREEN: i32 = HALF - RED_OF_BLUE;

#[inline]
fn lights(luma: u8, blue: u8, red: u8) -> [u8; 3] {
    let (blue, red) = (i32::from(blue) - 128, i32::from(red) - 128);
    let luma = (i32::from(luma) << 16) + HALF;
    let eight_bits = |value: i32| (value >> 16).clamp(0, 255) as u8;
    [
        eight_bits(luma + RED * red),
        eight_bits(luma - GREEN_OF_BLUE * blue - GREEN_OF_RED * red),
        eight_bits(luma + BLUE * blue),
    ]
}

/// ITU-R BT.601 gives luminance 219 steps from 16 up and differences 224 around 128; JPEG gives
/// both 255. `middle` is 0 for luminance and 128 for differences.
#[cfg(any(test, feature = "avif", feature = "heic", feature = "webp"))]
pub(crate) fn full_range(middle: i32) -> [u8; 256] {
    let (zero, range) = if middle == 0 { (16, 219) } else { (128, 224) };
    std::array::from_fn(|sample| {
        let steps = (sample as i32 - zero) * 255 * 2;
        let rounded = (steps + range * steps.signum()) / (2 * range);
        (rounded + middle).clamp(0, 255) as u8
    })
}

/// The way back from [`full_range`].
#[cfg(any(test, feature = "webp"))]
pub(crate) fn limited_range(middle: i32) -> [u8; 256] {
    let (zero, range) = if middle == 0 { (16, 219) } else { (128, 224) };
    std::array::from_fn(|sample| {
        let steps = (sample as i32 - middle) * range * 2;
        let rounded = (steps + 255 * steps.signum()) / (2 * 255);
        (rounded + zero).clamp(0, 255) as u8
    })
}

/// Returns RGB for Y, Cb and Cr planes that lie one after the other.
pub(crate) fn to_rgb(planes: &[u8]) -> Vec<u8> {
    let (luma, chroma) = planes.split_at(planes.len() / 3);
    let (blue, red) = chroma.split_at(luma.len());
    let mut pixels = vec![0; planes.len()];
    for (((pixel, luma), blue), red) in pixels.as_chunks_mut::<3>().0.iter_mut().zip(luma).zip(blue).zip(red) {
        *pixel = lights(*luma, *blue, *red);
    }
    pixels
}

/// Returns Y, Cb and Cr of one colour.
pub(crate) fn of_colour(colour: [u8; 3]) -> [u8; 3] {
    let [r, g, b] = colour.map(i32::from);
    let middle = (128 << 16) + HALF - 1;
    [
        ((LUMA_OF_RED * r + LUMA_OF_GREEN * g + LUMA_OF_BLUE * b + HALF) >> 16) as u8,
        ((HALF * b - BLUE_OF_RED * r - BLUE_OF_GREEN * g + middle) >> 16) as u8,
        ((HALF * r - RED_OF_GREEN * g - RED_OF_BLUE * b + middle) >> 16) as u8,
    ]
}

/// Returns Y, Cb and Cr planes for RGB.
pub(crate) fn from_rgb(pixels: &[u8]) -> Vec<Vec<u8>> {
    let mut planes = vec![vec![0; pixels.len() / 3]; 3];
    if let [luma, blue, red] = planes.as_mut_slice() {
        for (((pixel, luma), blue), red) in pixels.as_chunks::<3>().0.iter().zip(luma).zip(blue).zip(red) {
            let [r, g, b] = pixel.map(i32::from);
            let middle = (128 << 16) + HALF - 1;
            *luma = ((LUMA_OF_RED * r + LUMA_OF_GREEN * g + LUMA_OF_BLUE * b + HALF) >> 16) as u8;
            *blue = ((HALF * b - BLUE_OF_RED * r - BLUE_OF_GREEN * g + middle) >> 16) as u8;
            *red = ((HALF * r - RED_OF_GREEN * g - RED_OF_BLUE * b + middle) >> 16) as u8;
        }
    }
    planes
}

/// Returns the means of each four samples.
pub(crate) fn quarter(plane: &[u8], width: usize) -> Vec<u8> {
    let (columns, lines) = (width.div_ceil(2), (plane.len() / width).div_ceil(2));
    let mut means = Vec::with_capacity(columns * lines);
    for pair in plane.chunks(2 * width) {
        let (above, below) = pair.split_at(width);
        // Below the last of an odd number of rows, and beside the last column, there is none but
        // itself.
        let below = if below.is_empty() { above } else { below };
        let ends = above.as_chunks::<2>().0.iter().zip(below.as_chunks::<2>().0);
        means.extend(ends.enumerate().map(|(index, (above, below))| {
            // Rounding halves up and down by turns, as libjpeg does, keeps the mean of all.
            let rounding = 1 + (index as u16 & 1);
            let sum: u16 = [above[0], above[1], below[0], below[1]].into_iter().map(u16::from).sum();
            ((sum + rounding) / 4) as u8
        }));
        if let ([.., above], [.., below], true) = (above, below, width % 2 == 1) {
            means.push(above.midpoint(*below));
        }
    }
    means
}

/// Returns amounts of ink for the four planes of a YCCK file.
///
/// What was transformed is the inks themselves, while black is stored inverted: libjpeg's
/// convention, which inverts the three on the way out so that all four come out inverted.
pub(crate) fn to_inks(planes: &[Vec<u8>]) -> Vec<u8> {
    let mut pixels = interleave(planes);
    for pixel in pixels.as_chunks_mut::<4>().0 {
        let [cyan, magenta, yellow] = lights(pixel[0], pixel[1], pixel[2]);
        *pixel = [cyan, magenta, yellow, 255 - pixel[3]];
    }
    pixels
}

/// Returns pixels whose samples come from planes of the same size.
pub(crate) fn interleave(planes: &[Vec<u8>]) -> Vec<u8> {
    let mut pixels = vec![0; planes.iter().map(Vec::len).sum()];
    for (channel, plane) in planes.iter().enumerate() {
        for (pixel, sample) in pixels.chunks_exact_mut(planes.len()).zip(plane) {
            pixel[channel] = *sample;
        }
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primaries_come_out_as_the_standard_has_them() {
        // Black, white, red and blue, as T.871 encodes them.
        let planes = [[0, 255, 76, 29].as_slice(), &[128, 128, 85, 255], &[128, 128, 255, 107]].concat();
        assert_eq!(to_rgb(&planes), [0, 0, 0, 255, 255, 255, 254, 0, 0, 0, 0, 254]);
    }

    #[test]
    fn the_range_of_television_becomes_that_of_jpeg() {
        let (luma, difference) = (full_range(0), full_range(128));
        assert_eq!([16, 235, 0, 255, 126].map(|sample: usize| luma[sample]), [0, 255, 0, 255, 128]);
        assert_eq!([16, 128, 240, 255].map(|sample: usize| difference[sample]), [0, 128, 255, 255]);
    }

    #[test]
    fn the_range_of_television_comes_back_from_that_of_jpeg() {
        for (middle, samples) in [(0, 16..=235u8), (128, 16..=240)] {
            let (full, limited) = (full_range(middle), limited_range(middle));
            assert!(samples.into_iter().all(|sample| limited[usize::from(full[usize::from(sample)])] == sample));
        }
        assert_eq!([0, 255].map(|sample: usize| limited_range(0)[sample]), [16, 235]);
    }

    #[test]
    fn colours_come_back_but_for_rounding() {
        let pixels: Vec<u8> = (0..=255).flat_map(|i: u8| [i, i.wrapping_mul(7), i.wrapping_mul(31)]).collect();
        let back = to_rgb(&from_rgb(&pixels).concat());
        assert!(pixels.iter().zip(back).all(|(from, to)| from.abs_diff(to) <= 2));
        assert_eq!(from_rgb(&[0, 0, 0, 255, 255, 255, 9, 9, 9]), [[0, 255, 9], [128; 3], [128; 3]]);
    }

    #[test]
    fn four_become_their_mean_at_odd_edges_too() {
        assert_eq!(quarter(&[10, 20, 7, 30, 40, 9, 1, 3, 5], 3), [25, 8, 2, 5]);
    }

    #[test]
    fn inks_are_transformed_and_black_is_turned_round() {
        let planes = [vec![255, 76], vec![128, 85], vec![128, 255], vec![255, 0]];
        assert_eq!(to_inks(&planes), [255, 255, 255, 0, 254, 0, 0, 255]);
    }
}
