//! One portable implementation, compiled a second time for newer processors.
//!
//! There are no hand-written kernels: the inner loops are plain Rust that vectorises, and the bit
//! reader gains from BMI2's shifts. So both versions do the same and give the same results.

/// Work that is compiled for each kind of processor. `run` has to be `#[inline(always)]`, and so
/// has everything in it that matters.
pub(crate) trait Job {
    type Output;
    fn run(self) -> Self::Output;
}

/// Runs `job` in the version for this processor.
#[cfg_attr(
    target_arch = "x86_64",
    expect(
        unsafe_code,
        reason = "a function for a newer processor, called after asking for one"
    )
)]
pub(crate) fn dispatch<J: Job>(job: J) -> J::Output {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2")
        && std::arch::is_x86_feature_detected!("bmi1")
        && std::arch::is_x86_feature_detected!("bmi2")
        && std::arch::is_x86_feature_detected!("lzcnt")
        && std::arch::is_x86_feature_detected!("popcnt")
    {
        // SAFETY: the processor has every feature that the function is compiled for.
        return unsafe { run_v3(job) };
    }
    job.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn run_v3<J: Job>(job: J) -> J::Output {
    job.run()
}
