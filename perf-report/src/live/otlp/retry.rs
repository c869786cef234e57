//! The time between two attempts. Pure.

use std::time::Duration;

/// The first pause, which doubles with each further attempt.
const FIRST: Duration = Duration::from_millis(500);

/// The longest pause that is not the collector's own wish.
const LONGEST: Duration = Duration::from_secs(30);

/// The longest pause that a collector is granted.
const LONGEST_WISH: Duration = Duration::from_mins(10);

/// Returns the pause after so many failures before this one. It is at least what the collector wishes, and
/// random by half, by a `share` from 0 to 1: agents that failed together do not come back together.
pub(super) fn pause(attempt: u32, wish: Option<Duration>, share: f64) -> Duration {
    let full = FIRST.saturating_mul(1 << attempt.min(16)).min(LONGEST);
    let own = full.mul_f64(0.5 + share.clamp(0.0, 1.0) / 2.0);
    match wish.map(|wish| wish.min(LONGEST_WISH)) {
        // All agents were told the same time.
        Some(wish) => wish + FIRST.mul_f64(share.clamp(0.0, 1.0)),
        None => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit_and_are_random_by_half() {
        let ms = |attempt, share| pause(attempt, None, share).as_millis();
        assert_eq!([ms(0, 1.0), ms(1, 1.0), ms(3, 1.0), ms(90, 1.0)], [500, 1_000, 4_000, 30_000]);
        assert_eq!([ms(0, 0.0), ms(90, 0.0)], [250, 15_000]);
    }

    #[test]
    fn the_wish_of_a_collector_is_heeded_within_reason() {
        let wish = |seconds| pause(0, Some(Duration::from_secs(seconds)), 0.5);
        assert!(wish(7) >= Duration::from_secs(7) && wish(7) < Duration::from_secs(8));
        assert!(wish(1 << 40) < Duration::from_mins(11));
    }
}
