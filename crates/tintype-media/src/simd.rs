//! The same loops, compiled once more for newer processors.

/// Runs `work`, whose loops the compiler vectorises for the processor that is there.
///
/// It and what it calls have to be `#[inline(always)]`, and small: it is compiled twice.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
#[expect(unsafe_code, reason = "a function for a newer processor, called after asking for one")]
pub(crate) fn vectorised<T>(work: impl FnOnce() -> T) -> T {
    use std::arch::is_x86_feature_detected;

    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the processor has every feature that the function is compiled for.
        return unsafe { with_avx2(work) };
    }
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Runs `work`.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
pub(crate) fn vectorised<T>(work: impl FnOnce() -> T) -> T {
    work()
}
