//! One portable implementation, compiled a second time for newer processors.
//!
//! There are no hand-written vector kernels: the inner loops are plain Rust that vectorises, and
//! the bit readers gain from BMI2. So both versions do the same and give the same results.

/// Work that is compiled for each kind of processor. `run` has to be `#[inline(always)]`, and so
/// has everything in it that matters.
pub(crate) trait Job {
    type Output;
    fn run<M: Machine>(self) -> Self::Output;
}

/// Instructions that the compiler does not find by itself.
pub(crate) trait Machine {
    /// Moves the low bits of `bits` to the places of the ones of `mask`, the lowest first.
    fn deposit(bits: u64, mask: u64) -> u64;
}

/// Any processor.
pub(crate) struct Portable;

impl Machine for Portable {
    #[inline(always)]
    fn deposit(mut bits: u64, mut mask: u64) -> u64 {
        let mut deposited = 0;
        while mask != 0 && bits != 0 {
            let place = mask & mask.wrapping_neg();
            deposited |= place & (bits & 1).wrapping_neg();
            bits >>= 1;
            mask &= mask - 1;
        }
        deposited
    }
}

/// For which processor to run the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Processor {
    /// The one that is there.
    Present,
    /// Any of the architecture.
    Any,
}

/// Runs `job` in the version for `processor`.
pub(crate) fn dispatch<J: Job>(processor: Processor, job: J) -> J::Output {
    match processor {
        Processor::Present => dispatch_present(job),
        Processor::Any => job.run::<Portable>(),
    }
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "a function for a newer processor, called after asking for one")]
fn dispatch_present<J: Job>(job: J) -> J::Output {
    if x86::is_v3() {
        // SAFETY: the processor has every feature that the function is compiled for.
        return unsafe { x86::run_v3(job) };
    }
    job.run::<Portable>()
}

#[cfg(not(target_arch = "x86_64"))]
fn dispatch_present<J: Job>(job: J) -> J::Output {
    job.run::<Portable>()
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::{is_x86_feature_detected, x86_64::_pdep_u64};

    use super::{Job, Machine};

    pub(super) fn is_v3() -> bool {
        is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt")
    }

    /// A processor of the level x86-64-v3. Private, so that only [`run_v3`] can name it.
    struct V3;

    impl Machine for V3 {
        #[inline(always)]
        #[expect(unsafe_code, reason = "an instruction of BMI2")]
        fn deposit(bits: u64, mask: u64) -> u64 {
            // SAFETY: `V3` is only named by `run_v3`, which runs on processors that have BMI2.
            unsafe { _pdep_u64(bits, mask) }
        }
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) fn run_v3<J: Job>(job: J) -> J::Output {
        job.run::<V3>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Deposit(u64, u64);

    impl Job for Deposit {
        type Output = u64;

        #[inline(always)]
        fn run<M: Machine>(self) -> u64 {
            M::deposit(self.0, self.1)
        }
    }

    #[test]
    fn deposits_are_the_same_on_every_machine() {
        assert_eq!(Portable::deposit(0b101, 0b1101_0000), 0b1001_0000);
        let mut mask = 0x9E37_79B9_7F4A_7C15u64;
        for i in 0..1000 {
            mask = mask.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(i);
            let bits = mask.rotate_left(23) >> (i % 64);
            assert_eq!(dispatch(Processor::Present, Deposit(bits, mask)), Portable::deposit(bits, mask));
        }
    }
}
