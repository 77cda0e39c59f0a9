//! How large pictures are.

/// Returns the sides of an image of `width` x `height` pixels fitted into a square box: aspect
/// kept, never enlarged, never below 1, rounded as Pillow's `Image.thumbnail` rounds.
///
/// ```
/// assert_eq!(tintype_media::fit(2560, 1600, 64), (64, 40));
/// assert_eq!(tintype_media::fit(30, 20, 64), (30, 20));
/// assert_eq!(tintype_media::fit(65_535, 1, 64), (64, 1));
/// ```
#[must_use]
pub fn fit(width: u32, height: u32, edge: u32) -> (u32, u32) {
    if width == 0 || height == 0 || (width <= edge && height <= edge) {
        return (width, height);
    }
    let aspect = f64::from(width) / f64::from(height);
    let edge_length = f64::from(edge);
    if aspect <= 1.0 {
        let side = nearest(edge_length * aspect, |side| (aspect - side / edge_length).abs());
        (side, edge)
    } else {
        let error = |side: f64| {
            if side == 0.0 { 0.0 } else { (aspect - edge_length / side).abs() }
        };
        (edge, nearest(edge_length / aspect, error))
    }
}

/// Chooses between the whole numbers around `side` the one whose aspect is nearer to the image's.
fn nearest(side: f64, error: impl Fn(f64) -> f64) -> u32 {
    let (low, high) = (side.floor(), side.ceil());
    let best = if error(high) < error(low) { high } else { low };
    // A side is at most the edge, which is a `u32`.
    (best as u32).max(1)
}

/// Returns `side` times `numerator` / `denominator`, rounded half up, at least 1.
pub(crate) fn scaled(side: u32, numerator: u32, denominator: u32) -> u32 {
    let (product, denominator) = (u64::from(side) * u64::from(numerator), u64::from(denominator.max(1)));
    u32::try_from((2 * product + denominator) / (2 * denominator)).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_round_as_pillow_rounds_them() {
        // (width, height, edge) and what Pillow's `Image.thumbnail` gives.
        for (width, height, edge, expected) in [
            (100, 33, 64, (64, 21)),
            (33, 100, 64, (21, 64)),
            (1, 65_535, 64, (1, 64)),
            (3, 2, 2, (2, 1)),
            (64, 64, 64, (64, 64)),
            (65, 64, 64, (64, 63)),
            (1920, 1081, 128, (128, 72)),
            (101, 77, 64, (64, 49)),
        ] {
            assert_eq!(fit(width, height, edge), expected, "{width}x{height} in {edge}");
        }
    }
}
