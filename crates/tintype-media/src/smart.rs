//! Where the most interesting part of a picture is.
//!
//! A part that fills a box has the whole width or the whole height of the picture, so it can only
//! slide along one side. A small copy of the picture tells how much attention each column (or row)
//! draws, and the part goes where it has most of that, most of all near its middle.

use crate::frame::Frame;
use crate::picture::Picture;
use crate::placement::Placement;
use crate::tools::Tools;

/// The longest side of the small copy.
const SMALL_SIDE: u32 = 128;

/// How much less the ends of the part count than its middle.
const FALL: f32 = 0.5;

/// How much less a part counts that is as far as can be from where parts usually are best.
const BIAS: f32 = 0.1;

/// Where parts usually are best, from 0 at one end to 1 at the other: in the middle between left
/// and right, but a little above the middle, where faces are.
const ACROSS: f32 = 0.5;
const DOWN: f32 = 0.35;

/// Returns where the part begins in the whole image at the scale of the picture. `whole` is that
/// image, as it was decoded.
pub(crate) fn place(tools: &mut Tools, whole: &Picture, placement: &Placement) -> (u32, u32) {
    let (part, sides) = (placement.part, placement.whole);
    if part == sides {
        return placement.place;
    }
    let decoded = whole.sides();
    let longest = decoded.0.max(decoded.1);
    let small = |side: u32| if longest <= SMALL_SIDE { side } else { (side * SMALL_SIDE / longest).max(1) };
    let small = (small(decoded.0), small(decoded.1));
    let copy = (small != decoded).then(|| whole.scaled(&mut tools.resizer, small));
    let frame = copy.as_ref().unwrap_or(whole).frame(&mut tools.resizer);
    let attention = attention(&frame);
    let (width, height) = (small.0 as usize, small.1 as usize);
    if part.0 < sides.0 {
        let columns: Vec<f32> = (0..width).map(|x| attention.iter().skip(x).step_by(width).sum()).collect();
        (start(&columns, (part.0, sides.0), ACROSS), 0)
    } else {
        let rows: Vec<f32> = attention.chunks_exact(width).take(height).map(|row| row.iter().sum()).collect();
        (0, start(&rows, (part.1, sides.1), DOWN))
    }
}

/// Returns where a part of `whole` pixels begins that has the most attention, of which `profile`
/// has the sums of as many equal sections.
fn start(profile: &[f32], (part, whole): (u32, u32), usual: f32) -> u32 {
    let last = whole - part;
    let scale = profile.len() as f32 / whole as f32;
    let half = (part as f32 * scale / 2.0).max(0.5);
    // Twice as many places as there are sections.
    let steps = (2 * profile.len() as u32).min(last).max(1);
    let score = |start: u32| {
        let middle = (start as f32 + part as f32 / 2.0) * scale;
        let seen = profile.iter().enumerate().map(|(index, attention)| {
            let away = (index as f32 + 0.5 - middle).abs() / half;
            if away <= 1.0 { attention * (1.0 - FALL * away * away) } else { 0.0 }
        });
        seen.sum::<f32>() * (1.0 - BIAS * 2.0 * (start as f32 / last as f32 - usual).abs())
    };
    let places = (0..=steps).map(|step| (u64::from(last) * u64::from(step) / u64::from(steps)) as u32);
    // Those next to the usual place first, so that they win where nothing draws attention.
    let first = (usual * last as f32) as u32;
    let mut places: Vec<u32> = places.chain([first]).collect();
    places.sort_by_key(|place| place.abs_diff(first));
    let mut best = (first, f32::MIN);
    for place in places {
        let score = score(place);
        // By a hair's breadth is by chance.
        if score > best.1 * 1.000_01 {
            best = (place, score);
        }
    }
    best.0
}

/// Luminance and colour differences of a pixel, and how much of it is seen.
#[derive(Clone, Copy)]
struct Seen {
    light: f32,
    blue: f32,
    red: f32,
    alpha: f32,
}

impl Seen {
    fn new(pixel: &[u8]) -> Self {
        let (red, green, blue, alpha) = match *pixel {
            [grey] => (grey, grey, grey, 255),
            [grey, alpha] => (grey, grey, grey, alpha),
            [red, green, blue] => (red, green, blue, 255),
            [red, green, blue, alpha, ..] => (red, green, blue, alpha),
            [] => (0, 0, 0, 0),
        };
        let (red, green, blue) = (f32::from(red), f32::from(green), f32::from(blue));
        let light = 0.299 * red + 0.587 * green + 0.114 * blue;
        Self { light, blue: 0.564 * (blue - light), red: 0.713 * (red - light), alpha: f32::from(alpha) / 255.0 }
    }

    /// Says from 0 to 1 how much the colour is that of skin, which in these differences is much the
    /// same for all people.
    fn skin(self) -> f32 {
        let off = |value: f32, middle: f32, width: f32| ((value - middle) / width).powi(2);
        let away = off(self.blue, -16.0, 12.0) + off(self.red, 24.0, 12.0);
        if self.light < 40.0 { 0.0 } else { (1.0 - away).max(0.0) }
    }
}

/// Returns how much attention each pixel draws.
fn attention(frame: &Frame) -> Vec<f32> {
    let (width, height) = (frame.width as usize, frame.height as usize);
    let seen: Vec<Seen> = frame.pixels.chunks_exact(frame.samples.channels()).map(Seen::new).collect();
    let total = seen.iter().map(|pixel| pixel.alpha).sum::<f32>().max(1.0);
    let mean = |of: fn(&Seen) -> f32| seen.iter().map(|pixel| of(pixel) * pixel.alpha).sum::<f32>() / total;
    let (light, blue, red) = (mean(|pixel| pixel.light), mean(|pixel| pixel.blue), mean(|pixel| pixel.red));
    let at = |x: usize, y: usize| seen[y.min(height - 1) * width + x.min(width - 1)];
    let mut attention = Vec::with_capacity(seen.len());
    for y in 0..height {
        for x in 0..width {
            let pixel = at(x, y);
            let (left, right) = (at(x.saturating_sub(1), y), at(x + 1, y));
            let (above, below) = (at(x, y.saturating_sub(1)), at(x, y + 1));
            let slope = |of: fn(Seen) -> f32| (of(right) - of(left)).abs() + (of(below) - of(above)).abs();
            let edge = slope(|pixel| pixel.light * pixel.alpha) + 40.0 * slope(|pixel| pixel.alpha);
            let colour = ((pixel.blue - blue).powi(2) + (pixel.red - red).powi(2)).sqrt();
            // So that a large coat of a bright colour does not draw more than the face above it.
            let contrast = 0.25 * (pixel.light - light).abs() + (0.6 * colour).min(60.0);
            attention.push(pixel.alpha * (edge.min(120.0) + contrast + 100.0 * pixel.skin()));
        }
    }
    // What is everywhere, such as the texture of grass, draws none.
    let usual = attention.iter().sum::<f32>() / attention.len().max(1) as f32;
    attention.iter_mut().for_each(|attention| *attention = (*attention - usual).max(0.0));
    attention
}

#[cfg(test)]
mod tests {
    use super::{ACROSS, start};

    #[test]
    fn a_part_goes_where_the_attention_is() {
        let start = |profile: &[f32], part, whole| start(profile, (part, whole), ACROSS);
        let mut profile = vec![0.0; 100];
        assert_eq!(start(&profile, 300, 1000), 350, "nothing draws attention");
        profile[80..90].fill(9.0);
        let found = start(&profile, 300, 1000);
        assert!((680..=700).contains(&found), "{found}");
        profile[99] = 900.0;
        assert_eq!(start(&profile, 900, 1000), 100);
        assert_eq!((start(&[0.0; 4], 1, 2), start(&[1.0], 5, 7)), (0, 1));
    }
}
