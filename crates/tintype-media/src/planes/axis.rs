//! Which samples of a row or a column make each of fewer ones, and with what weights.

use std::sync::{Arc, LazyLock};

/// Samples along one side, and how far the picture extends among them, which may end within the
/// last one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Side {
    pub(crate) samples: u32,
    pub(crate) exact: f64,
}

impl Side {
    /// A side that ends with its last sample.
    pub(crate) fn whole(samples: u32) -> Self {
        Self { samples, exact: f64::from(samples) }
    }

    /// The colour differences of two samples each.
    pub(crate) fn halved(samples: u32) -> Self {
        Self { samples: samples.div_ceil(2), exact: f64::from(samples) / 2.0 }
    }
}

/// Whether the first target sample comes from the beginning of the source or from its end,
/// mirrored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Forward,
    Backward,
}

/// For each target sample a window of source samples and their weights, two by two.
pub(crate) struct Axis {
    /// Pairs in a window.
    pairs: usize,
    /// Each window's first pair.
    starts: Vec<u32>,
    /// The weights of a pair side by side, two `i16` in the order of memory.
    weights: Vec<i32>,
}

/// Bits behind the point of a weight.
pub(crate) const WEIGHT_BITS: u32 = 14;

/// Zeros of the Lanczos window on each side.
const LOBES: usize = 3;

/// Values of the kernel between two zeros; between these it is interpolated, to within a millionth.
const STEPS: usize = 1024;

static LANCZOS: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { x.sin() / x };
    let at = |step: usize| {
        let x = step as f64 / STEPS as f64 * std::f64::consts::PI;
        if step < LOBES * STEPS { (sinc(x) * sinc(x / LOBES as f64)) as f32 } else { 0.0 }
    };
    (0..LOBES * STEPS + 2).map(at).collect()
});

fn lanczos(table: &[f32], x: f64) -> f32 {
    let step = (x.abs() * STEPS as f64) as f32;
    let index = (step as usize).min(LOBES * STEPS);
    let [low, high] = [table[index], table[index + 1]];
    low + (high - low) * (step - index as f32)
}

impl Axis {
    /// Lanczos3 that makes `target` of a longer `source`. A shorter one is enlarged linearly, as
    /// decoders enlarge colour differences, without overshooting at edges.
    pub(crate) fn new(source: Side, target: Side, direction: Direction) -> Self {
        let ratio = source.exact / target.exact;
        let table = LANCZOS.as_slice();
        let (stretch, lobes) = if ratio > 1.0 { (ratio, LOBES as f64) } else { (1.0, 1.0) };
        let kernel = |x: f64| if ratio > 1.0 { lanczos(table, x) } else { (1.0 - x.abs()).max(0.0) as f32 };
        let reach = stretch * lobes;
        let len = source.samples as usize;
        let window = |index: u32| {
            let along = (f64::from(index) + 0.5) * ratio;
            let centre = match direction {
                Direction::Forward => along,
                Direction::Backward => source.exact - along,
            } - 0.5;
            let first = (centre - reach).floor() + 1.0;
            let end = (centre + reach).ceil();
            // At least one, even where the target's last sample begins behind the source's end.
            let first = (first.max(0.0) as usize).min(len - 1);
            (centre, first, (end.max(0.0) as usize).clamp(first + 1, len))
        };
        let pairs = (0..target.samples).map(window).map(|(_, first, end)| end.div_ceil(2) - first / 2).max();
        let pairs = pairs.unwrap_or(1);
        let mut axis = Self {
            pairs,
            starts: Vec::with_capacity(target.samples as usize),
            weights: Vec::with_capacity(pairs * target.samples as usize),
        };
        let mut weights = vec![0.0; 2 * pairs];
        for index in 0..target.samples {
            let (centre, first, end) = window(index);
            let start = first / 2;
            weights.fill(0.0);
            for (sample, weight) in (first..end).zip(&mut weights[first - 2 * start..]) {
                *weight = kernel((sample as f64 - centre) / stretch);
            }
            let sum: f32 = weights.iter().sum();
            if sum < 0.6 {
                // Next to nothing of the picture is left behind the source's end.
                weights.fill(0.0);
                weights[first - 2 * start] = 1.0;
            } else {
                weights.iter_mut().for_each(|weight| *weight /= sum);
            }
            // A plane has at most 65,535 samples to a side.
            axis.starts.push(start as u32);
            axis.push(&weights);
        }
        axis
    }

    /// Appends the weights of a window as whole numbers. What rounding takes from one the next
    /// gets, so that they add up.
    fn push(&mut self, weights: &[f32]) {
        const ONE: f32 = (1 << WEIGHT_BITS) as f32;
        // Far enough from zero that cutting off the fraction rounds down.
        const ZERO: i32 = 4 << WEIGHT_BITS;
        let (mut exact, mut whole) = (ZERO as f32 + 0.5, ZERO);
        let mut next = |weight: f32| {
            exact += weight * ONE;
            let rounded = exact as i32 - whole;
            whole += rounded;
            // The kernel is one at most, and its sum not much less.
            (rounded as i16).to_ne_bytes()
        };
        self.weights.extend(weights.as_chunks::<2>().0.iter().map(|[left, right]| {
            let ([a, b], [c, d]) = (next(*left), next(*right));
            i32::from_ne_bytes([a, b, c, d])
        }));
    }

    /// How many pairs of samples a window has.
    #[inline(always)]
    pub(crate) fn pairs(&self) -> usize {
        self.pairs
    }

    /// How many target samples there are.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The first pair of a window, which may reach beyond the source with weights of zero, and the
    /// weights.
    #[inline(always)]
    pub(crate) fn window(&self, index: usize) -> (usize, &[i32]) {
        (self.starts[index] as usize, &self.weights[index * self.pairs..][..self.pairs])
    }

    fn bytes(&self) -> usize {
        (self.weights.len() + self.starts.len()) * 4
    }
}

/// Returns an upper estimate in bytes of what an axis takes.
pub(crate) fn memory(source: Side, target: Side) -> u64 {
    let ratio = (source.exact / target.exact).max(1.0);
    let taps = (2.0 * ratio * LOBES as f64 + 1.0).min(f64::from(source.samples));
    u64::from(target.samples) * (taps as u64 / 2 + 2) * 4
}

/// The axes that were used lately. Photographs come in series of the same size.
#[derive(Default)]
pub(crate) struct Axes {
    /// The latest last.
    kept: Vec<((Side, Side, Direction), Arc<Axis>)>,
}

impl Axes {
    /// As many as eight sizes of a thumbnail take.
    const KEPT: usize = 32;
    const KEPT_BYTES: usize = 1 << 20;

    pub(crate) fn get(&mut self, source: Side, target: Side, direction: Direction) -> Arc<Axis> {
        let key = (source, target, direction);
        if let Some(at) = self.kept.iter().position(|(kept, _)| *kept == key) {
            let found = self.kept.remove(at);
            let axis = Arc::clone(&found.1);
            self.kept.push(found);
            return axis;
        }
        let axis = Arc::new(Axis::new(source, target, direction));
        if axis.bytes() <= Self::KEPT_BYTES / 4 {
            self.kept.push((key, Arc::clone(&axis)));
        }
        while self.kept.len() > Self::KEPT
            || self.kept.iter().map(|(_, axis)| axis.bytes()).sum::<usize>() > Self::KEPT_BYTES
        {
            self.kept.remove(0);
        }
        axis
    }
}

/// The weights of a pair.
#[cfg(test)]
pub(crate) fn pair(weights: i32) -> [i32; 2] {
    let [a, b, c, d] = weights.to_ne_bytes();
    [i16::from_ne_bytes([a, b]).into(), i16::from_ne_bytes([c, d]).into()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_add_up_to_one_and_windows_stay_inside() {
        for (source, exact, target) in [(1280, 1279.5, 1080), (2, 1.5, 1), (1, 0.125, 1), (70, 69.25, 9), (5, 4.5, 9)] {
            let source = Side { samples: source, exact };
            for target in [Side::whole(target), Side::halved(target)] {
                for direction in [Direction::Forward, Direction::Backward] {
                    let axis = Axis::new(source, target, direction);
                    assert_eq!(axis.len(), target.samples as usize);
                    for index in 0..axis.len() {
                        let (start, weights) = axis.window(index);
                        let weights: Vec<i32> = weights.iter().copied().flat_map(pair).collect();
                        let inside = (source.samples as usize - 2 * start).min(weights.len());
                        assert!(weights[inside..].iter().all(|weight| *weight == 0), "{source:?} {target:?}");
                        assert_eq!(weights.iter().sum::<i32>(), 1 << WEIGHT_BITS, "{source:?} {target:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_tabulated_kernel_is_lanczos() {
        for i in 0..3500 {
            let x = f64::from(i) / 1000.0 + 0.000_3;
            let pi_x = x * std::f64::consts::PI;
            let expected = if x < 3.0 { 3.0 * pi_x.sin() * (pi_x / 3.0).sin() / (pi_x * pi_x) } else { 0.0 };
            assert!((f64::from(lanczos(&LANCZOS, x)) - expected).abs() < 3e-6, "{x}");
        }
    }

    #[test]
    fn axes_are_kept_and_not_without_end() {
        let get = |axes: &mut Axes, from, to| axes.get(Side::whole(from), Side::whole(to), Direction::Forward);
        let mut axes = Axes::default();
        let first = get(&mut axes, 100, 50);
        assert!(Arc::ptr_eq(&first, &get(&mut axes, 100, 50)));
        for samples in 2000..2200 {
            get(&mut axes, samples, 1080);
        }
        assert!(axes.kept.len() <= Axes::KEPT);
        assert!(axes.kept.iter().map(|(_, axis)| axis.bytes()).sum::<usize>() <= Axes::KEPT_BYTES);
        assert!(!Arc::ptr_eq(&first, &get(&mut axes, 100, 50)));
    }
}
