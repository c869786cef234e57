//! The time-stamp counter of x86-64.

use std::arch::x86_64::{__cpuid, _mm_lfence, _rdtsc, CpuidResult};

/// The instruction. Its function is unsafe on older compilers alone, as a pointer on all.
const CPUID: unsafe fn(u32) -> CpuidResult = __cpuid;

/// Reads the counter. Not ordered against what surrounds it: the few instructions that may slip
/// past cost less than a fence would (10 ns).
#[inline(always)]
pub(super) fn read() -> u64 {
    // SAFETY: every x86-64 processor has RDTSC; where an operating system forbids it to programs,
    // `is_steady` has failed before.
    unsafe { _rdtsc() }
}

/// Reads the counter when all instructions before have been executed, and none after (Intel SDM
/// volume 2, RDTSC). For calls of some nanoseconds, whose end would else be read before the work is
/// done.
#[inline(always)]
pub(super) fn read_in_order() -> u64 {
    // SAFETY: every x86-64 processor has LFENCE; it touches nothing.
    unsafe { _mm_lfence() };
    let ticks = read();
    // SAFETY: as above.
    unsafe { _mm_lfence() };
    ticks
}

/// Returns whether the counter runs at one rate, in every power state (bit 8 of EDX in leaf
/// `8000_0007h`, "invariant TSC", Intel SDM volume 3, 19.17.1).
pub(super) fn is_steady() -> bool {
    const HIGHEST_LEAF: u32 = 0x8000_0000;
    const POWER_MANAGEMENT: u32 = 0x8000_0007;
    const INVARIANT: u32 = 1 << 8;
    // SAFETY: every x86-64 processor has CPUID.
    let highest = unsafe { CPUID(HIGHEST_LEAF) }.eax;
    // SAFETY: as above.
    highest >= POWER_MANAGEMENT && unsafe { CPUID(POWER_MANAGEMENT) }.edx & INVARIANT != 0
}
