//! The share of a thread's time that recording may take, and what is given up to stay within it.
//! Decisions only, pure; `hot::sampling` keeps the books and carries them out.
//!
//! Per function and thread: *exact* → *sampled*, or *counted* where there is no budget at all. A
//! function whose calls would take more than fits is tallied: its calls are counted exactly, and
//! timed in windows now and then, in which everything is recorded. Windows are as frequent as the
//! budget allows. They always have a part of it, lest nothing be known about the functions that are
//! tallied.

/// Ticks between two looks at the load, at least: about a millisecond.
pub(crate) const REVIEW_TICKS: u64 = 1 << 21;

/// Share of a thread's time, in millionths, where the user gives none.
pub(crate) const DEFAULT_BUDGET_PPM: u32 = 50_000;

/// The whole of a thread's time: nothing is ever sampled.
const WHOLE_PPM: u32 = 1_000_000;

/// The credit of a thread at its beginning, and the most that it saves up, in ticks: about 1
/// millisecond of recording, which is 5 % of a fiftieth of a second.
pub(crate) const OWN_CREDIT: u64 = 1 << 21;

/// Ticks for all threads together beyond that, before they sample, so that very short programs are
/// recorded exactly.
pub(crate) const COMMON_CREDIT: u64 = 3 << 21;

/// The part of the budget that windows have in any case.
const LEAST_FOR_WINDOWS: f64 = 0.4;

/// The allowance of one thread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Allowance {
    /// Share of the thread's time.
    share: f64,
    /// Ticks saved up.
    credit: f64,
}

impl Allowance {
    /// Makes an allowance from a budget in millionths of the time.
    #[expect(clippy::cast_precision_loss, reason = "small")]
    pub(crate) fn of_budget(ppm: u32) -> Self {
        // A budget of everything is no budget: even nothing but recording is within it.
        let share =
            if ppm >= WHOLE_PPM { f64::INFINITY } else { f64::from(ppm) / f64::from(WHOLE_PPM) };
        let credit = if ppm == 0 { 0.0 } else { OWN_CREDIT as f64 };
        Self { share, credit }
    }

    /// Returns whether there is no budget at all.
    pub(crate) fn is_nothing(&self) -> bool {
        self.share <= 0.0
    }

    /// Returns whether nothing is saved up.
    pub(crate) fn is_spent(&self) -> bool {
        self.credit <= 0.0
    }

    /// Settles the account after `elapsed` ticks of the thread's time, in which recording took
    /// `spent`.
    #[expect(clippy::cast_precision_loss, reason = "small")]
    pub(crate) fn settle(&mut self, spent: f64, elapsed: f64) {
        let saved = self.share * elapsed - spent;
        let most = OWN_CREDIT as f64;
        self.credit = (self.credit + saved).clamp(-most, most);
    }

    /// Adds `ticks` from elsewhere.
    #[expect(clippy::cast_precision_loss, reason = "small")]
    pub(crate) fn draw(&mut self, ticks: u64) {
        self.credit += ticks as f64;
    }

    /// Returns the most that timing one function's calls may take of `elapsed` ticks: all functions
    /// with `costs` up to that fit into half of the budget together.
    pub(crate) fn ceiling<C>(&self, elapsed: f64, costs: C) -> f64
    where
        C: Iterator<Item = f64> + Clone,
    {
        /// The number of halvings: below a millionth of the budget there is nothing to be gained.
        const HALVINGS: u32 = 20;
        let allowed = self.share * elapsed / 2.0;
        let mut ceiling = allowed;
        for _ in 0..HALVINGS {
            let sum: f64 = costs.clone().filter(|cost| *cost <= ceiling).sum();
            if sum <= allowed {
                break;
            }
            ceiling /= 2.0;
        }
        drop(costs);
        ceiling
    }

    /// Returns the ticks from the end of a window, which took `window` ticks, to the next, where
    /// everything but windows takes the share `others` of the time.
    pub(crate) fn pause(&self, window: f64, others: f64) -> f64 {
        let share = (self.share - others).max(self.share * LEAST_FOR_WINDOWS);
        if share > 0.0 { window / share } else { f64::INFINITY }
    }
}

/// Returns a number around `mean`, between half of it and one and a half: chance keeps sampling
/// from falling into step with the program.
pub(crate) fn jitter(mean: u64, random: u32) -> u64 {
    let spread = u128::from(mean & !1) + 1;
    let more = (u128::from(random) * spread) >> 32;
    (mean - mean / 2).saturating_add(u64::try_from(more).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ELAPSED: f64 = 1e6;

    #[test]
    fn what_is_within_the_budget_stays_exact() {
        let allowance = Allowance::of_budget(50_000);
        let costs = [10_000.0, 12_000.0];
        assert!(allowance.ceiling(ELAPSED, costs.into_iter()) >= 12_000.0);
    }

    #[test]
    fn the_costliest_are_given_up_until_the_rest_fits() {
        let allowance = Allowance::of_budget(50_000);
        let costs = [900_000.0, 20_000.0, 9_000.0, 9_000.0, 5_000.0, 100.0];
        let ceiling = allowance.ceiling(ELAPSED, costs.into_iter());
        let kept: f64 = costs.into_iter().filter(|cost| *cost <= ceiling).sum();
        assert!(kept <= 25_000.0 && kept > 5_000.0, "{kept} below {ceiling}");
    }

    #[test]
    fn no_budget_gives_up_all_and_a_whole_one_nothing() {
        let (none, whole) = (Allowance::of_budget(0), Allowance::of_budget(WHOLE_PPM));
        assert!(none.is_spent() && none.is_nothing() && none.pause(1.0, 0.0).is_infinite());
        assert!(none.ceiling(ELAPSED, [1.0].into_iter()) < 1.0);
        let mut whole = whole;
        whole.settle(ELAPSED, ELAPSED);
        assert!(!whole.is_spent());
    }

    #[test]
    fn a_burst_is_saved_for_and_then_spent() {
        let mut allowance = Allowance::of_budget(50_000);
        allowance.settle(100_000.0, ELAPSED);
        assert!(!allowance.is_spent());
        (0..30).for_each(|_| allowance.settle(200_000.0, ELAPSED));
        assert!(allowance.is_spent());
        (0..60).for_each(|_| allowance.settle(0.0, ELAPSED));
        assert!(!allowance.is_spent());
    }

    #[test]
    fn windows_take_what_is_left_and_never_nothing() {
        let allowance = Allowance::of_budget(50_000);
        assert!((allowance.pause(100.0, 0.0) - 2_000.0).abs() < 1e-9);
        assert!((allowance.pause(100.0, 0.9) - 5_000.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn jitter_stays_around_its_mean(mean in 0_u64..1 << 50, random: u32) {
            let jittered = jitter(mean, random);
            prop_assert!(mean / 2 <= jittered && jittered <= mean + mean / 2 + 1);
        }

        #[test]
        fn what_is_kept_fits(costs in proptest::collection::vec(0.0..1e7_f64, 0..50), ppm in 0..WHOLE_PPM) {
            let allowance = Allowance::of_budget(ppm);
            let ceiling = allowance.ceiling(ELAPSED, costs.iter().copied());
            let kept: f64 = costs.iter().filter(|cost| **cost <= ceiling).sum();
            let allowed = f64::from(ppm) / f64::from(WHOLE_PPM) * ELAPSED / 2.0;
            prop_assert!(kept <= allowed || ceiling < allowed * 1e-5);
        }
    }
}
