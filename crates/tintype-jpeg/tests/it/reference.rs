//! The inverse transform by its definition, in double precision.

use tintype_jpeg::{Plane, Scale};

use crate::encoder::{Component, PartialPicture};

/// Sample `x`, `y` of a block at `side` samples per block: the inverse DCT of the low-frequency
/// corner (T.81, A.3.3, for 8 points).
fn sample(component: &Component, block: &[i32; 64], side: usize, x: usize, y: usize) -> f64 {
    let basis = |at: usize, k: usize| match k {
        0 => 1.0,
        _ => {
            let angle = (2 * at + 1) as f64 * k as f64 * std::f64::consts::PI / (2 * side) as f64;
            std::f64::consts::SQRT_2 * angle.cos()
        }
    };
    let mut sum = 0.0;
    for v in 0..side {
        for u in 0..side {
            let i = v * 8 + u;
            let coefficient = f64::from(block[i]) * f64::from(component.quantisation[i]);
            sum += coefficient * basis(x, u) * basis(y, v);
        }
    }
    (sum / 8.0 + 128.0).clamp(0.0, 255.0)
}

/// Panics unless `plane` is what component number `index` of `picture` has to be at `scale`, each
/// sample rounded to the nearest.
pub(crate) fn assert_plane(picture: &PartialPicture, index: usize, scale: Scale, plane: &Plane) {
    let component = &picture.components[index];
    let max = |f: fn(&Component) -> usize| picture.components.iter().map(f).max().unwrap();
    let side = scale.block_side() as usize;
    let (max_h, max_v) = (max(|c| c.sampling.0), max(|c| c.sampling.1));
    let width = picture.size.0 * component.sampling.0 * side;
    let height = picture.size.1 * component.sampling.1 * side;
    assert_eq!(plane.width() as usize, width.div_ceil(8 * max_h));
    assert_eq!(plane.height() as usize, height.div_ceil(8 * max_v));
    let exact = (width as f64 / (8 * max_h) as f64, height as f64 / (8 * max_v) as f64);
    assert_eq!(plane.exact_size(), exact);
    for (y, row) in plane.rows().enumerate() {
        for (x, &value) in row.iter().enumerate() {
            let block = &component.coefficients[y / side * component.blocks.0 + x / side];
            let expected = sample(component, block, side, x % side, y % side);
            assert!(
                (f64::from(value) - expected).abs() <= 0.51,
                "component {index} at {scale:?}, sample {x}, {y}: {value}, not {expected}"
            );
        }
    }
}
