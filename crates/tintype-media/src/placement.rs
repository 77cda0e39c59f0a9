//! Where the pixels of a wanted picture come from, and where they go.

use crate::options::{Fit, Focus, MAX_SIDE, RenderOptions};
use crate::{Orientation, resize};

/// The way from an upright image to one picture of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Placement {
    /// Sides of the whole image at the scale of the picture, upright.
    pub(crate) whole: (u32, u32),
    /// The same as far as decoding goes: no larger than the image, but for drawings.
    pub(crate) decoded: (u32, u32),
    /// Left and top of the part of `whole` that is kept.
    pub(crate) place: (u32, u32),
    /// Width and height of that part, and of the picture before it is turned.
    pub(crate) part: (u32, u32),
    /// How it is turned then.
    pub(crate) turn: Orientation,
    /// Sides of the canvas that it is put in the middle of.
    pub(crate) canvas: Option<(u32, u32)>,
}

impl Placement {
    /// Places a picture of an image whose upright sides are `image`; a drawing is sharp at any
    /// size.
    pub(crate) fn new(image: (u32, u32), is_drawing: bool, options: &RenderOptions) -> Self {
        let turn = options.turn();
        let (width, height) = swapped(turn, (options.width, options.height));
        let whole_image = |whole: (u32, u32)| (whole, whole);
        let (mut canvas, mut place) = (None, (0, 0));
        let (whole, part) = match (width, height) {
            (Some(width), Some(height)) => match options.fit {
                Fit::Inside => whole_image(inside(image, (width, height), options.enlarge)),
                Fit::Contain => {
                    canvas = Some(swapped(turn, (width, height)));
                    whole_image(inside(image, (width, height), options.enlarge))
                }
                Fit::Fill if options.enlarge => whole_image((width, height)),
                Fit::Fill => whole_image((width.min(image.0), height.min(image.1))),
                Fit::Cover => {
                    let part = covered(image, (width, height), options.enlarge);
                    let whole = covering(image, part);
                    let (x, y) = match options.focus {
                        // Where it is shows when the image is decoded.
                        Focus::Center | Focus::Smart => (0.5, 0.5),
                        Focus::Point { x, y } => (x, y),
                    };
                    place = (start(whole.0, part.0, x), start(whole.1, part.1, y));
                    (whole, part)
                }
            },
            (None, None) => whole_image(image),
            (width, height) => {
                // Nothing may grow without end beside the side that is given.
                let free = if options.enlarge { MAX_SIDE } else { u32::MAX };
                let limits = (width.unwrap_or(free.max(image.0)), height.unwrap_or(free.max(image.1)));
                whole_image(inside(image, limits, options.enlarge))
            }
        };
        let decoded = if is_drawing { whole } else { (whole.0.min(image.0), whole.1.min(image.1)) };
        Self { whole, decoded, place, part, turn, canvas }
    }

    /// Sides of the picture.
    pub(crate) fn sides(&self) -> (u32, u32) {
        self.canvas.unwrap_or_else(|| self.turn.displayed(self.part.0, self.part.1))
    }

    /// Says whether the whole image, resized and no more, is the picture.
    pub(crate) fn is_plain(&self) -> bool {
        self.decoded == self.part && self.turn == Orientation::Normal && self.canvas.is_none()
    }
}

/// Returns sides before the turn for those after it, and the other way round.
fn swapped<T>(turn: Orientation, (across, down): (T, T)) -> (T, T) {
    if turn.swaps_sides() { (down, across) } else { (across, down) }
}

/// Returns the largest sides of the image's shape inside a box.
fn inside(image: (u32, u32), limits: (u32, u32), enlarge: bool) -> (u32, u32) {
    if !enlarge && image.0 <= limits.0 && image.1 <= limits.1 {
        return image;
    }
    if is_wider(image, limits) {
        (limits.0, resize::scaled(image.1, limits.0, image.0))
    } else {
        (resize::scaled(image.0, limits.1, image.1), limits.1)
    }
}

/// Returns the sides of the part that fills a box, or of the largest of its shape in an image that
/// is too small.
fn covered(image: (u32, u32), wanted: (u32, u32), enlarge: bool) -> (u32, u32) {
    if enlarge || (image.0 >= wanted.0 && image.1 >= wanted.1) {
        wanted
    } else if is_wider(image, wanted) {
        (resize::scaled(wanted.0, image.1, wanted.1).min(image.0), image.1)
    } else {
        (image.0, resize::scaled(wanted.1, image.0, wanted.0).min(image.1))
    }
}

/// Returns the smallest sides of the image's shape outside a box.
fn covering(image: (u32, u32), part: (u32, u32)) -> (u32, u32) {
    if is_wider(image, part) {
        (resize::scaled(image.0, part.1, image.1).max(part.0), part.1)
    } else {
        (part.0, resize::scaled(image.1, part.0, image.0).max(part.1))
    }
}

/// Says whether `image` is of a wider shape than `other`.
fn is_wider(image: (u32, u32), other: (u32, u32)) -> bool {
    u64::from(image.0) * u64::from(other.1) >= u64::from(other.0) * u64::from(image.1)
}

/// Returns where a part begins that has `focus`, from 0 to 1, as near to its middle as it can.
fn start(whole: u32, part: u32, focus: f32) -> u32 {
    let start = f64::from(focus) * f64::from(whole) - f64::from(part) / 2.0;
    // Conversion saturates at zero.
    ((start + 0.5).floor() as u32).min(whole - part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Flip, Rotation};

    fn placed(image: (u32, u32), options: &RenderOptions) -> Placement {
        Placement::new(image, false, options)
    }

    #[test]
    fn one_side_follows_the_other_rounded_half_up() {
        for (image, width, height, expected) in [
            ((300, 200), Some(150), None, (150, 100)),
            ((300, 200), None, Some(50), (75, 50)),
            ((4, 2), Some(3), None, (3, 2)),
            ((1000, 1), Some(64), None, (64, 1)),
            ((300, 200), Some(600), None, (300, 200)),
        ] {
            for fit in [Fit::Inside, Fit::Cover, Fit::Contain, Fit::Fill] {
                let options = RenderOptions { width, height, fit, ..RenderOptions::default() };
                assert_eq!(placed(image, &options).sides(), expected, "{image:?} {width:?} {height:?}");
            }
        }
        let enlarged = RenderOptions::default().with_width(600).enlarged();
        assert_eq!(placed((300, 200), &enlarged).sides(), (600, 400));
        // Not two billion pixels high.
        assert_eq!(placed((1, 10_000), &enlarged).sides(), (2, 16_384));
    }

    #[test]
    fn every_fit_has_its_sides() {
        for (image, fit, enlarge, expected) in [
            ((300, 200), Fit::Inside, false, (90, 60)),
            ((300, 200), Fit::Cover, false, (90, 80)),
            ((300, 200), Fit::Contain, false, (90, 80)),
            ((300, 200), Fit::Fill, false, (90, 80)),
            ((45, 20), Fit::Inside, false, (45, 20)),
            ((45, 20), Fit::Inside, true, (90, 40)),
            // The largest part of the box's shape.
            ((45, 20), Fit::Cover, false, (23, 20)),
            ((45, 20), Fit::Cover, true, (90, 80)),
            ((45, 20), Fit::Contain, false, (90, 80)),
            ((45, 200), Fit::Fill, false, (45, 80)),
            ((45, 20), Fit::Fill, true, (90, 80)),
        ] {
            let options = RenderOptions { enlarge, ..RenderOptions::fit(fit, 90, 80) };
            let placement = placed(image, &options);
            assert_eq!(placement.sides(), expected, "{image:?} {fit:?} {enlarge}");
            assert!(placement.decoded.0 <= image.0 && placement.decoded.1 <= image.1);
        }
    }

    #[test]
    fn the_focus_stays_in_view_and_the_part_inside() {
        let cover = |x, y| {
            let options = RenderOptions::fit(Fit::Cover, 100, 100).with_focus(Focus::Point { x, y });
            placed((400, 200), &options).place
        };
        assert_eq!(
            [cover(0.5, 0.5), cover(0.0, 0.3), cover(1.0, 1.0), cover(0.4, 0.9)],
            [(50, 0), (0, 0), (100, 0), (30, 0)]
        );
        // The focus is that of the upright image before it is turned.
        let turned = RenderOptions::fit(Fit::Cover, 50, 100)
            .with_focus(Focus::Point { x: 1.0, y: 1.0 })
            .with_rotation(Rotation::Clockwise90);
        let placement = placed((400, 200), &turned);
        assert_eq!((placement.whole, placement.part, placement.place), ((100, 50), (100, 50), (0, 0)));
        assert_eq!(placement.sides(), (50, 100));
    }

    #[test]
    fn the_box_is_that_of_the_turned_image() {
        let options = RenderOptions::default().with_width(50).with_rotation(Rotation::Clockwise270);
        assert_eq!(placed((300, 200), &options).sides(), (50, 75));
        let contained = RenderOptions::fit(Fit::Contain, 80, 60).with_rotation(Rotation::Clockwise90);
        let placement = placed((300, 200), &contained);
        assert_eq!((placement.part, placement.canvas), ((60, 40), Some((80, 60))));
    }

    #[test]
    fn a_flip_comes_after_the_rotation() {
        for rotation in [Rotation::None, Rotation::Clockwise90, Rotation::Clockwise180, Rotation::Clockwise270] {
            for flip in [Flip::Horizontal, Flip::Vertical] {
                let rotated = RenderOptions::default().with_rotation(rotation).turn();
                let both = RenderOptions::default().with_rotation(rotation).with_flip(flip).turn();
                let (width, height) = rotated.displayed(5, 3);
                for (x, y) in [(0, 0), (1, 2), (2, 1)] {
                    let before = match flip {
                        Flip::Horizontal => (width as usize - 1 - x, y),
                        Flip::Vertical => (x, height as usize - 1 - y),
                    };
                    assert_eq!(both.stored_position(x, y, 5, 3), rotated.stored_position(before.0, before.1, 5, 3));
                }
            }
        }
    }
}
