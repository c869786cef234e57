//! The pace of readings: as often as asked, unless they would take more of a core than they may. Pure.

use std::time::Duration;

/// The most of a core that readings may take: one part in this number, which is 2 %.
const SHARE: u32 = 50;

/// Returns the time from the end of a reading to the next one, where readings are wanted every `interval`
/// and the last one, with what was made of it, took `cost` of a core.
pub(crate) fn pause(interval: Duration, cost: Duration) -> Duration {
    let affordable = cost.saturating_mul(SHARE - 1);
    interval.saturating_sub(cost).max(affordable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cheap_readings_come_as_often_as_asked() {
        let ms = Duration::from_millis;
        assert_eq!(pause(ms(500), ms(1)), ms(499));
        assert_eq!(pause(ms(500), Duration::ZERO), ms(500));
    }

    #[test]
    fn readings_never_take_more_than_their_share() {
        for cost in [1, 10, 11, 40, 1_000, 60_000] {
            let cost = Duration::from_millis(cost);
            for interval in [100, 500, 10_000] {
                let pause = pause(Duration::from_millis(interval), cost);
                assert!(cost * SHARE <= cost + pause, "{cost:?} {interval} {pause:?}");
            }
        }
    }
}
