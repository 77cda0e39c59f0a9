//! Colour in double precision: what pictures with profiles should look like, and how far from it
//! they are.
//!
//! CIE coordinates are relative to D50, as in ICC profiles; matrices have the primaries as columns,
//! as the profiles of these spaces have them.

pub(crate) type Triple = [f64; 3];

const D50: Triple = [0.9642, 1.0, 0.8249];
const SRGB: [Triple; 3] =
    [[0.436_07, 0.385_15, 0.143_07], [0.222_49, 0.716_87, 0.060_61], [0.013_92, 0.097_08, 0.714_10]];
pub(crate) const DISPLAY_P3: [Triple; 3] =
    [[0.515_12, 0.291_98, 0.157_10], [0.241_20, 0.692_25, 0.066_57], [-0.001_05, 0.041_89, 0.784_07]];
pub(crate) const ADOBE_RGB: [Triple; 3] =
    [[0.609_74, 0.205_28, 0.149_19], [0.311_11, 0.625_67, 0.063_22], [0.019_47, 0.060_87, 0.744_57]];

fn times(matrix: &[Triple; 3], vector: Triple) -> Triple {
    matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
}

fn inverse(m: &[Triple; 3]) -> [Triple; 3] {
    let minor = |r: usize, c: usize| {
        let at = |i: usize, j: usize| m[(r + i) % 3][(c + j) % 3];
        at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1)
    };
    let determinant: f64 = (0..3).map(|c| m[0][c] * minor(0, c)).sum();
    std::array::from_fn(|r| std::array::from_fn(|c| minor(c, r) / determinant))
}

/// IEC 61966-2-1.
pub(crate) fn linear(sample: f64) -> f64 {
    if sample <= 0.040_45 { sample / 12.92 } else { ((sample + 0.055) / 1.055).powf(2.4) }
}

fn encoded(light: f64) -> f64 {
    let light = light.clamp(0.0, 1.0);
    if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

/// Returns sRGB from 0 to 1 of light of the given primaries.
pub(crate) fn to_srgb(primaries: &[Triple; 3], light: Triple) -> Triple {
    times(&inverse(&SRGB), times(primaries, light)).map(encoded)
}

fn lab_of_xyz(xyz: Triple) -> Triple {
    let cube_root = |ratio: f64| {
        if ratio > (6.0_f64 / 29.0).powi(3) { ratio.cbrt() } else { ratio * 841.0 / 108.0 + 4.0 / 29.0 }
    };
    let [x, y, z] = std::array::from_fn(|i| cube_root(xyz[i] / D50[i]));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

pub(crate) fn lab(srgb: Triple) -> Triple {
    lab_of_xyz(times(&SRGB, srgb.map(linear)))
}

/// The CIEDE2000 colour difference: Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula:
/// implementation notes, supplementary test data, and mathematical observations", Color Research
/// and Application 30, 2005.
pub(crate) fn delta_e([l1, a1, b1]: Triple, [l2, a2, b2]: Triple) -> f64 {
    let seventh = |chroma: f64| (chroma.powi(7) / (chroma.powi(7) + 25_f64.powi(7))).sqrt();
    let g = 0.5 * (1.0 - seventh(f64::midpoint(a1.hypot(b1), a2.hypot(b2))));
    let (a1, a2) = ((1.0 + g) * a1, (1.0 + g) * a2);
    let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
    let degrees = |a: f64, b: f64| b.atan2(a).to_degrees().rem_euclid(360.0);
    let (h1, h2) = (degrees(a1, b1), degrees(a2, b2));
    let (turn, hue) = if c1 * c2 == 0.0 {
        (0.0, h1 + h2)
    } else {
        let turn = (h2 - h1 + 180.0).rem_euclid(360.0) - 180.0;
        (turn, (h1 + turn / 2.0).rem_euclid(360.0))
    };
    let delta_hue = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin();
    let (lightness, chroma) = (f64::midpoint(l1, l2), f64::midpoint(c1, c2));
    let cosine = |factor: f64, offset: f64| (factor * hue + offset).to_radians().cos();
    let t =
        1.0 - 0.17 * cosine(1.0, -30.0) + 0.24 * cosine(2.0, 0.0) + 0.32 * cosine(3.0, 6.0) - 0.20 * cosine(4.0, -63.0);
    let square = (lightness - 50.0).powi(2);
    let l = (l2 - l1) / (1.0 + 0.015 * square / (20.0 + square).sqrt());
    let c = (c2 - c1) / (1.0 + 0.045 * chroma);
    let h = delta_hue / (1.0 + 0.015 * chroma * t);
    let rotation = (60.0 * (-((hue - 275.0) / 25.0).powi(2)).exp()).to_radians().sin();
    (l * l + c * c + h * h - 2.0 * seventh(chroma) * rotation * c * h).sqrt()
}

fn xyz_of_lab([l, a, b]: Triple) -> Triple {
    let cube = |root: f64| if root > 6.0 / 29.0 { root.powi(3) } else { (root - 4.0 / 29.0) * 108.0 / 841.0 };
    let y = (l + 16.0) / 116.0;
    let roots = [y + a / 500.0, y, y - b / 200.0];
    std::array::from_fn(|i| D50[i] * cube(roots[i]))
}

/// What four inks on paper look like without dot gain, as Lab.
fn inks_to_lab(inks: [f64; 4]) -> Triple {
    // What each lets through of red, green and blue.
    const PASSES: [Triple; 4] = [[0.05, 0.45, 0.75], [0.70, 0.06, 0.28], [0.95, 0.80, 0.06], [0.03, 0.03, 0.03]];
    let light = |index: usize| inks.iter().zip(PASSES).map(|(ink, passes)| 1.0 - ink * (1.0 - passes[index])).product();
    lab_of_xyz(times(&SRGB, std::array::from_fn(light)))
}

/// Returns what [`inks_profile`] says: Lab between the points of its table, linearly along each
/// ink.
pub(crate) fn inks_to_srgb(inks: [u8; 4]) -> Triple {
    let points = 255 / INK_STEP;
    let cell = inks.map(|ink| (ink / INK_STEP).min(points - 1));
    let mut sum = [0.0; 3];
    for corner in 0..16_u8 {
        let mut weight = 1.0;
        let point = std::array::from_fn(|ink| {
            let (upper, part) = (corner >> ink & 1, f64::from(inks[ink]) / f64::from(INK_STEP) - f64::from(cell[ink]));
            weight *= if upper == 1 { part } else { 1.0 - part };
            f64::from(cell[ink] + upper) / f64::from(points)
        });
        for (sum, value) in sum.iter_mut().zip(inks_to_lab(point)) {
            *sum += weight * value;
        }
    }
    times(&inverse(&SRGB), xyz_of_lab(sum)).map(encoded)
}

/// From point to point of the table of [`inks_profile`].
pub(crate) const INK_STEP: u8 = 51;

/// Returns an ICC profile (version 2, ICC.1:2001-04) of these inks: a table from them to Lab.
pub(crate) fn inks_profile() -> Vec<u8> {
    const POINTS: u8 = 255 / INK_STEP + 1;
    let fixed = |values: &[f64]| {
        values.iter().flat_map(|value| ((value * 65_536.0).round() as i32).to_be_bytes()).collect::<Vec<u8>>()
    };
    let mut table = [b"mft2\0\0\0\0".as_slice(), &[4, 3, POINTS, 0]].concat();
    table.extend(fixed(&[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]));
    // Curves of two points, which change nothing: of four inks before the table, of three
    // coordinates after it.
    table.extend([0, 2, 0, 2]);
    table.extend([0, 0, 255, 255].repeat(4));
    for point in 0..u32::from(POINTS).pow(4) {
        let ink =
            |power: u32| f64::from(point / u32::from(POINTS).pow(power) % u32::from(POINTS)) / f64::from(POINTS - 1);
        let [l, a, b] = inks_to_lab([ink(3), ink(2), ink(1), ink(0)]);
        for value in [l * 652.8, (a + 128.0) * 256.0, (b + 128.0) * 256.0] {
            table.extend((value.round().clamp(0.0, 65_535.0) as u16).to_be_bytes());
        }
    }
    table.extend([0, 0, 255, 255].repeat(3));
    let white = [b"XYZ \0\0\0\0".to_vec(), fixed(&D50)].concat();
    let (start, table_len) = (128 + 4 + 2 * 12, table.len() as u32);
    let size = start + white.len() as u32 + table_len;
    let mut profile =
        [&size.to_be_bytes()[..], &[0; 4], &[2, 0x40, 0, 0], b"prtrCMYKLab ", &[0; 12], b"acsp", &[0; 28]].concat();
    profile.extend(fixed(&D50));
    profile.resize(128, 0);
    profile.extend(2_u32.to_be_bytes());
    for (name, at, len) in [(b"wtpt", start, white.len() as u32), (b"A2B0", start + white.len() as u32, table_len)] {
        profile.extend([&name[..], &at.to_be_bytes(), &len.to_be_bytes()].concat());
    }
    [profile, white, table].concat()
}

#[test]
fn differences_are_those_that_were_published_with_the_formula() {
    for (first, second, expected) in [
        ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
        ([50.0, 0.0, 0.0], [50.0, -1.0, 2.0], 2.3669),
        ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
        ([50.0, 2.5, 0.0], [56.0, -27.0, -3.0], 31.9030),
        ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
        ([2.0776, 0.0795, -1.1350], [0.9033, -0.0636, -0.5514], 0.9082),
    ] {
        assert!((delta_e(first, second) - expected).abs() < 1e-4, "{first:?} {second:?}");
        assert!((delta_e(second, first) - expected).abs() < 1e-4, "{second:?} {first:?}");
    }
}
