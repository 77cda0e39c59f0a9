//! The same loops, compiled once more for newer processors.

use fearless_simd::{Level, Simd, dispatch};

/// Runs `work`, whose loops the compiler vectorises for the processor that is there.
///
/// It and what it calls have to be `#[inline(always)]`, and small: it is compiled once for each
/// kind of processor.
#[inline(always)]
pub(crate) fn vectorised<T>(work: impl FnOnce() -> T) -> T {
    dispatch!(Level::new(), simd => simd.vectorize(work))
}
