//! Rows of pixels in, a small picture out.

mod across;
mod resizer;
mod row;
mod strips;
mod weighted;
mod weights;

use resizer::RowResizer;
pub(crate) use row::Row;
use strips::Strips;
pub(crate) use weighted::Pixels;
pub(crate) use weights::Lattice;

use crate::frame::{Decoded, Frame, Samples};
use crate::{Error, Limits, Orientation, colour};

/// Rows between two looks at the clock have about as many pixels.
const PIXELS_BETWEEN_LOOKS: usize = 1 << 18;

/// In which order the rows of a picture come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Whole, from the top to the bottom.
    Down,
    /// Whole, from the bottom to the top.
    Up,
    /// In any order, or with some of their pixels at a time.
    Any,
}

/// What rows are to become.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowPlan {
    pub(crate) from: (u32, u32),
    pub(crate) to: (u32, u32),
    pub(crate) samples: Samples,
    pub(crate) order: Order,
    /// Whether sixteen bits are kept, for colours that are yet to be converted.
    pub(crate) deep: bool,
}

impl RowPlan {
    /// Returns the bytes that a [`Shrinker`] takes, what it hands over included.
    pub(crate) fn memory(&self) -> u64 {
        let channels = self.samples.channels();
        let pixels = u64::from(self.to.0) * u64::from(self.to.1);
        let frame = pixels * channels as u64 * if self.deep { 2 } else { 1 };
        let resizing = match self.way() {
            Way::Copy => 0,
            Way::Strips => Strips::memory(self.from, self.to, channels),
            Way::Sums => RowResizer::memory(self.from, self.to, channels, self.is_ordered()),
        };
        frame + resizing
    }

    fn way(&self) -> Way {
        let plain = self.is_ordered() && !self.deep && !self.samples.has_alpha();
        if self.from == self.to {
            Way::Copy
        } else if plain && Strips::suit(self.from, self.to, self.samples.channels()) {
            Way::Strips
        } else {
            Way::Sums
        }
    }

    fn is_ordered(&self) -> bool {
        self.order != Order::Any
    }
}

/// How rows become a picture.
enum Way {
    Copy,
    /// For most pictures: in whole numbers, several rows of the result at a time.
    Strips,
    /// For rows in any order, and for samples that need more than eight bits.
    Sums,
}

enum Resizing {
    None,
    Strips(Strips),
    Sums(RowResizer),
}

/// Makes a picture of `plan.to` pixels from its rows as they come.
pub(crate) struct Shrinker<'a> {
    plan: RowPlan,
    limits: &'a Limits,
    resizing: Resizing,
    made: Made,
    /// Rows of the result that are complete.
    complete: usize,
    opaque: bool,
    /// Pixels that have come.
    seen: u64,
    until_look: usize,
}

enum Made {
    Eight(Vec<u8>),
    Sixteen(Vec<u16>),
}

impl<'a> Shrinker<'a> {
    pub(crate) fn new(plan: RowPlan, limits: &'a Limits) -> Self {
        let len = plan.to.0 as usize * plan.to.1 as usize * plan.samples.channels();
        let channels = plan.samples.channels();
        let resizing = match plan.way() {
            Way::Copy => Resizing::None,
            Way::Strips => Resizing::Strips(Strips::new(plan.from, plan.to, channels)),
            Way::Sums => Resizing::Sums(RowResizer::new(plan.from, plan.to, channels, plan.is_ordered())),
        };
        let made = if plan.deep { Made::Sixteen(vec![0; len]) } else { Made::Eight(vec![0; len]) };
        Self { plan, limits, resizing, made, complete: 0, opaque: true, seen: 0, until_look: 0 }
    }

    /// Takes the next row, whole.
    pub(crate) fn push(&mut self, row: Row<'_>) -> Result<(), Error> {
        let y = self.seen / u64::from(self.plan.from.0);
        self.push_at(y as u32, Lattice::ALL, row)
    }

    /// Takes those pixels of row `y`, counted in the order of the rows, that are on the lattice.
    ///
    /// A row beyond the picture, and what of it is too long, is ignored; what is missing stays
    /// empty.
    pub(crate) fn push_at(&mut self, y: u32, lattice: Lattice, row: Row<'_>) -> Result<(), Error> {
        let (width, height) = self.plan.from;
        if y >= height {
            return Ok(());
        }
        let channels = self.plan.samples.channels();
        let pixels = lattice.count(width);
        let weighted = self.plan.samples.has_alpha() && !row.is_opaque(channels);
        self.opaque &= !weighted;
        self.seen += u64::from(pixels);
        let len = width as usize * channels;
        match (&mut self.resizing, &mut self.made) {
            (Resizing::Strips(strips), Made::Eight(made)) => strips.push(y, row, made),
            (Resizing::Sums(resizer), _) => {
                resizer.push(y, lattice, |target| row.write(target, weighted.then_some(channels)));
                if self.plan.is_ordered() {
                    self.take_complete(y + 1);
                }
            }
            (_, Made::Eight(made)) => row.copy(&mut made[y as usize * len..][..len], channels, lattice),
            (_, Made::Sixteen(made)) => row.copy(&mut made[y as usize * len..][..len], channels, lattice),
        }
        self.until_look = self.until_look.saturating_sub(pixels as usize);
        if self.until_look == 0 {
            self.until_look = PIXELS_BETWEEN_LOOKS;
            self.limits.check_deadline()?;
        }
        Ok(())
    }

    /// Writes the rows of the result that no row from `y` on is part of.
    fn take_complete(&mut self, y: u32) {
        let Resizing::Sums(resizer) = &mut self.resizing else {
            return;
        };
        let channels = self.plan.samples.channels();
        let weighted = (!self.opaque).then_some(channels);
        let len = self.plan.to.0 as usize * channels;
        while let Some(row) = resizer.complete(y) {
            let place = self.complete * len..(self.complete + 1) * len;
            match &mut self.made {
                Made::Eight(made) => row::finish(row, &mut made[place], weighted),
                Made::Sixteen(made) => row::finish(row, &mut made[place], weighted),
            }
            self.complete += 1;
        }
    }

    /// Says whether nothing has come.
    pub(crate) fn is_empty(&self) -> bool {
        self.seen == 0
    }

    /// Returns the picture; where rows are missing, what there is of it.
    pub(crate) fn finish(mut self, profile: Option<Vec<u8>>) -> Decoded {
        let RowPlan { from, to: (width, height), samples, order, .. } = self.plan;
        let alpha = samples.has_alpha();
        self.opaque &= !alpha || self.seen >= u64::from(from.0) * u64::from(from.1);
        match (&mut self.resizing, &mut self.made) {
            (Resizing::Strips(strips), Made::Eight(made)) => strips.make(from.1 as usize, made),
            _ => self.take_complete(u32::MAX),
        }
        self.resizing = Resizing::None;
        let drops_alpha = alpha && self.opaque;
        match self.made {
            Made::Eight(pixels) => {
                let frame = Frame { width, height, samples, pixels };
                Decoded { frame: settle(frame, drops_alpha, order), icc_profile: profile }
            }
            Made::Sixteen(pixels) => {
                let frame = settle(Frame { width, height, samples, pixels }, drops_alpha, order);
                Decoded { frame: colour::deep_to_srgb(frame, profile.as_deref()), icc_profile: None }
            }
        }
    }
}

/// Makes a smaller picture of one that is there as a whole, without alpha that is full everywhere.
pub(crate) fn shrink(mut frame: Frame, to: (u32, u32), limits: &Limits) -> Result<Frame, Error> {
    frame.drop_opaque_alpha();
    let from = (frame.width, frame.height);
    if from == to {
        return Ok(frame);
    }
    let samples = frame.samples;
    if !samples.has_alpha() {
        let pixels = strips::resize(&frame.pixels, from, to, samples.channels());
        return Ok(Frame { width: to.0, height: to.1, samples, pixels });
    }
    let plan = RowPlan { from, to, samples, order: Order::Down, deep: false };
    let mut shrinker = Shrinker::new(plan, limits);
    for row in frame.pixels.chunks_exact(frame.pixels.len() / from.1 as usize) {
        shrinker.push(Row::Eight(row))?;
    }
    drop(frame);
    Ok(shrinker.finish(None).frame)
}

fn settle<S: Copy>(mut frame: Frame<S>, drops_alpha: bool, order: Order) -> Frame<S> {
    if drops_alpha {
        frame.drop_alpha();
    }
    if order == Order::Up { frame.upright(Orientation::FlipVertical) } else { frame }
}
