//! Lanczos3 for rows that come one by one: nothing is held but the output rows that are not
//! complete.

use super::across::{Across, BATCH};
use super::weights::{Kernel, Lattice};

/// A picture on its way to a smaller size.
///
/// Resizing is linear: each row is resized across at once, and added with its weights to the output
/// rows that it is part of. So rows may also come in any order, and with some of their pixels at a
/// time, as long as each pixel comes once.
pub(super) struct RowResizer {
    across: Across,
    down: Kernel,
    /// The rows that wait to be resized across, one after the other.
    wide: Vec<f32>,
    /// The same rows, resized.
    narrow: Vec<f32>,
    places: [u32; BATCH],
    waiting: usize,
    /// The output rows from `complete` to `begun`, each at its number modulo how many there are.
    sums: Vec<Sum>,
    complete: u32,
    begun: u32,
}

/// An output row that is being added up.
#[derive(Default)]
struct Sum {
    /// The first input row that it is made of.
    first: u32,
    weights: Vec<f32>,
    samples: Vec<f32>,
}

impl RowResizer {
    /// `ordered` says that rows come whole and from top to bottom.
    pub(super) fn new(from: (u32, u32), to: (u32, u32), channels: usize, ordered: bool) -> Self {
        let across = Across::new(Kernel::new(from.0, to.0), channels);
        let down = Kernel::new(from.1, to.1);
        let row_len = to.0 as usize * channels;
        let sums = (0..room(&down, ordered)).map(|_| Sum { samples: vec![0.0; row_len], ..Sum::default() }).collect();
        Self {
            wide: vec![0.0; across.stride() * BATCH],
            across,
            down,
            narrow: vec![0.0; (row_len + 1) * BATCH],
            places: [0; BATCH],
            waiting: 0,
            sums,
            complete: 0,
            begun: 0,
        }
    }

    /// Returns what one takes, in bytes.
    pub(super) fn memory(from: (u32, u32), to: (u32, u32), channels: usize, ordered: bool) -> u64 {
        let (across, down) = (Kernel::new(from.0, to.0), Kernel::new(from.1, to.1));
        let row_len = u64::from(to.0) * channels as u64;
        let floats = Across::floats(&across, channels)
            + row_len * BATCH as u64
            + u64::from(room(&down, ordered)) * (row_len + u64::from(down.longest()));
        floats * size_of::<f32>() as u64
    }

    /// Takes those samples of row `y` that are on the lattice; `fill` writes them.
    pub(super) fn push(&mut self, y: u32, lattice: Lattice, fill: impl FnOnce(&mut [f32])) {
        if self.waiting == BATCH || lattice != self.across.lattice() {
            self.add_batch();
        }
        if lattice != self.across.lattice() {
            self.across.set_lattice(lattice);
        }
        let stride = self.across.stride();
        let row = &mut self.wide[self.waiting * stride..(self.waiting + 1) * stride];
        let (samples, behind) = row.split_at_mut(self.across.row_len());
        fill(samples);
        behind.fill(0.0);
        self.places[self.waiting] = y;
        self.waiting += 1;
    }

    fn add_batch(&mut self) {
        let places = self.places;
        let places = &places[..self.waiting];
        let (Some(lowest), Some(highest)) = (places.iter().min().copied(), places.iter().max().copied()) else {
            return;
        };
        while self.begun < self.down.output()
            && self.begun - self.complete < self.sums.len() as u32
            && (self.sums.len() as u32 == self.down.output() || self.down.window(self.begun).start <= highest)
        {
            self.begin();
        }
        self.across.run(&self.wide, &mut self.narrow);
        let start = first_where(self.complete..self.begun, |output| self.down.window(output).end > lowest);
        for output in start..self.begun {
            let index = self.index(output);
            let sum = &mut self.sums[index];
            if sum.first > highest {
                break;
            }
            // Places outside of the window have no weight.
            let mut factors = [0.0; BATCH];
            for (factor, place) in factors.iter_mut().zip(places) {
                let at = place.checked_sub(sum.first).and_then(|at| sum.weights.get(at as usize));
                *factor = at.copied().unwrap_or(0.0);
            }
            self.across.add(&self.narrow, factors, &mut sum.samples);
        }
        self.waiting = 0;
    }

    fn begin(&mut self) {
        let index = self.index(self.begun);
        let sum = &mut self.sums[index];
        sum.weights.clear();
        sum.weights.reserve_exact(self.down.longest() as usize);
        sum.first = self.down.weights(self.begun, Lattice::ALL, &mut sum.weights);
        sum.samples.fill(0.0);
        self.begun += 1;
    }

    fn index(&self, output: u32) -> usize {
        output as usize % self.sums.len()
    }

    /// Returns the next output row if no row from `y` on is part of it.
    pub(super) fn complete(&mut self, y: u32) -> Option<&mut [f32]> {
        if self.complete == self.down.output() || self.down.window(self.complete).end > y {
            return None;
        }
        self.add_batch();
        if self.begun == self.complete {
            self.begin();
        }
        let index = self.index(self.complete);
        self.complete += 1;
        Some(&mut self.sums[index].samples)
    }
}

/// Returns how many output rows may be incomplete at a time.
fn room(down: &Kernel, ordered: bool) -> u32 {
    if ordered { down.overlap(BATCH as u32).min(down.output()) } else { down.output() }
}

/// Returns the first of `range` for which `is` holds, and it does for all after it.
fn first_where(range: std::ops::Range<u32>, is: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = low.midpoint(high);
        if is(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}
