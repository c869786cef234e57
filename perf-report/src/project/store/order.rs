//! The place of a run among those that are stored: the moment at which it counts as made.

use jiff::Timestamp;

use super::query::Made;
use crate::record::facts;

/// Returns the place of a run that says it is of `time`, in microseconds since 1970. `newest` is the last place
/// that a stored run has, and `now` that of this moment. A time that cannot be read is no time, and it counts as
/// made now.
pub(super) fn place(time: &str, made: Made, (newest, now): (Option<i64>, i64)) -> i64 {
    let own = time.parse::<Timestamp>().map_or(now, Timestamp::as_microsecond);
    match made {
        // Nothing is made after it is stored.
        Made::Then => own.min(now),
        // A clock went back, or a run that began later has ended before.
        Made::Now => newest.map_or(own, |newest| own.max(newest)),
    }
}

/// Returns the place of this moment.
pub(super) fn now() -> i64 {
    facts::now().as_microsecond()
}

/// Returns the first moment after `time`, as the columns have it: what is made before it was made no later than
/// `time`. `None` where that cannot be read.
pub(crate) fn behind(time: &str) -> Option<String> {
    let next = jiff::SignedDuration::from_millis(1);
    Some(facts::rfc_3339(time.parse::<Timestamp>().ok()?.checked_add(next).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_600_000_000_000_000;
    const OWN: &str = "2020-09-13T12:26:30.500Z";

    #[test]
    fn a_run_is_where_its_time_is_but_never_in_the_future() {
        let of = |time| place(time, Made::Then, (Some(7), NOW));
        assert_eq!(of(OWN), NOW - 9_500_000);
        assert_eq!(of("2020-09-13T14:26:30.5+02:00"), of(OWN));
        assert_eq!((of("2099-01-01T00:00:00.000Z"), of("soon"), of("")), (NOW, NOW, NOW));
    }

    #[test]
    fn a_run_that_has_just_ended_is_before_none_whatever_its_clock_says() {
        let of = |time, newest| place(time, Made::Now, (newest, NOW));
        assert_eq!(of(OWN, None), NOW - 9_500_000);
        assert_eq!(of(OWN, Some(NOW + 5)), NOW + 5);
        assert_eq!(of("2020-09-13T12:26:41Z", Some(NOW)), NOW + 1_000_000);
    }

    #[test]
    fn behind_a_moment_is_the_next_one() {
        assert_eq!(behind(OWN).as_deref(), Some("2020-09-13T12:26:30.501Z"));
        assert_eq!(behind("soon"), None);
    }
}
