//! Both clocks, read at one moment, for the rate between them.
//!
//! The recorder notes a first moment when it starts and a newer one now and then, so that the
//! reader divides a long stretch by a long stretch. The arithmetic is in `segment::rate`.

use crate::hot::clock;
use crate::segment::rate::Moment;
use crate::writing::system;

/// The shortest stretch that gives a usable first rate. Reading errors of some 30 ns each are 0.06
/// % of 100 µs, and only decide which histogram bucket a duration falls into.
const SHORTEST_NS: u64 = 100_000;

/// Reads both clocks. It tries a few times, and takes the closest two readings, since the thread
/// may be interrupted between them.
pub(crate) fn now() -> Moment {
    let tries = (0..5).map(|_| {
        let before = clock::now();
        let monotonic_ns = system::monotonic_ns();
        let gap = clock::now().saturating_sub(before);
        (gap, Moment { ticks: before + gap / 2, monotonic_ns })
    });
    tries.min_by_key(|&(gap, _)| gap).map(|(_, moment)| moment).unwrap_or_default()
}

/// Reads both clocks as soon as `first` is long enough ago to give the rate.
pub(crate) fn after(first: Moment) -> Moment {
    loop {
        let moment = now();
        if moment.monotonic_ns >= first.monotonic_ns + SHORTEST_NS {
            return moment;
        }
        std::hint::spin_loop();
    }
}
