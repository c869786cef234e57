//! Ticks in nanoseconds: the rate between two moments on two clocks. Pure arithmetic.

/// One moment on two clocks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) ticks: u64,
    pub(crate) monotonic_ns: u64,
}

/// Nanoseconds per tick, as a multiple of 2^-32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate(u64);

impl Rate {
    /// The rate at which a tick is a nanosecond.
    pub(crate) const ONE: Self = Self(1 << 32);

    /// Returns the rate between two moments; one to one when they are not apart.
    pub(crate) fn between(first: Moment, latest: Moment) -> Self {
        let ticks = u128::from(latest.ticks.saturating_sub(first.ticks));
        let ns = u128::from(latest.monotonic_ns.saturating_sub(first.monotonic_ns));
        let rate = (ns << 32).checked_div(ticks).unwrap_or(0);
        Self(u64::try_from(rate).ok().filter(|&rate| rate > 0).unwrap_or(Self::ONE.0))
    }

    /// Returns the nanoseconds per tick.
    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "a rate needs no more digits")]
    pub(crate) fn per_tick(self) -> f64 {
        self.0 as f64 / Self::ONE.0 as f64
    }

    /// Converts a sum of squared ticks to squared nanoseconds.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a deviation is no more exact than the rate"
    )]
    pub(crate) fn ns_squared(self, squares: u128) -> u128 {
        let rate = self.per_tick();
        if self == Self::ONE { squares } else { (squares as f64 * rate * rate) as u128 }
    }

    /// Converts `ticks` to nanoseconds.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "checked")]
    pub(crate) fn ns(self, ticks: u64) -> u64 {
        let ns = (u128::from(ticks) * u128::from(self.0)) >> 32;
        if ns > u128::from(u64::MAX) { u64::MAX } else { ns as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(ticks: u64, monotonic_ns: u64) -> Moment {
        Moment { ticks, monotonic_ns }
    }

    #[test]
    fn a_rate_turns_ticks_into_nanoseconds() {
        let rate = Rate::between(moment(1_000, 50), moment(2_001_000, 1_000_050));
        assert_eq!(rate.ns(2_000), 1_000);
        assert_eq!(rate.ns(0), 0);
    }

    #[test]
    fn no_stretch_at_all_is_one_to_one() {
        assert_eq!(Rate::between(moment(5, 5), moment(5, 5)).ns(7), 7);
        assert_eq!(Rate::between(moment(9, 9), moment(5, 5)).ns(7), 7);
    }

    #[test]
    fn huge_counts_stay_in_range() {
        assert_eq!(Rate::between(moment(0, 0), moment(1, u64::MAX)).ns(u64::MAX), u64::MAX);
    }
}
