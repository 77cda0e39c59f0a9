/// The point of a picture that stays in view when something is cut off, from 0, 0 at the top left
/// of the upright picture to 1, 1.
///
/// Kept in millionths, so that it is the same number in every database, text and comparison.
///
/// ```
/// use tintype_domain::FocalPoint;
///
/// let point = FocalPoint::new(0.25, 0.4).unwrap();
/// assert_eq!((point.x(), point.y()), (0.25, 0.4));
/// assert_eq!(FocalPoint::new(0.0, 1.1), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FocalPoint {
    x: u32,
    y: u32,
}

const MILLION: u32 = 1_000_000;

impl FocalPoint {
    /// Returns the point, to a millionth of the sides; `None` if it is outside the picture.
    pub fn new(x: f64, y: f64) -> Option<Self> {
        let millionths = |part: f64| (0.0..=1.0).contains(&part).then(|| (part * f64::from(MILLION)).round() as u32);
        Some(Self { x: millionths(x)?, y: millionths(y)? })
    }

    /// Returns the point of these millionths; `None` if it is outside the picture.
    pub fn from_millionths(x: u32, y: u32) -> Option<Self> {
        (x <= MILLION && y <= MILLION).then_some(Self { x, y })
    }

    /// Returns the millionths from the left and from the top.
    pub fn millionths(&self) -> (u32, u32) {
        (self.x, self.y)
    }

    /// Returns the part of the width that lies to its left.
    pub fn x(&self) -> f64 {
        f64::from(self.x) / f64::from(MILLION)
    }

    /// Returns the part of the height that lies above it.
    pub fn y(&self) -> f64 {
        f64::from(self.y) / f64::from(MILLION)
    }
}

impl std::fmt::Display for FocalPoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{},{}", self.x(), self.y())
    }
}
