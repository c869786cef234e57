//! Moments as people write them: so long ago, a day, or a time.

use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _, Zoned};

/// A moment, which may be so long before now.
#[derive(Debug, Clone, Copy)]
pub enum Moment {
    /// So long ago.
    Ago(Span),
    /// A day in UTC.
    Day(Date),
    /// A time.
    At(Timestamp),
}

/// ```
/// use perf_report::text::moment::Moment;
/// for good in ["7d", "12h", "2 weeks", "2026-11-20", "2026-11-20T23:45:52Z"] {
///     assert!(good.parse::<Moment>().is_ok(), "{good}");
/// }
/// for bad in ["", "7", "-7d", "yesterday", "2026-13-01"] {
///     assert!(bad.parse::<Moment>().is_err(), "{bad}");
/// }
/// ```
impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{text:?} is no moment: write 12h, 7d or 4w for so long ago, 2026-11-20, or \
                 2026-11-20T23:45:52Z"
            )
        };
        let is_date = |text: &str| text.len() == 10;
        if let (true, Ok(day)) = (is_date(text), text.parse::<Date>()) {
            return Ok(Self::Day(day));
        }
        if let Ok(time) = text.parse::<Timestamp>() {
            return Ok(Self::At(time));
        }
        let span = text.parse::<Span>().ok().filter(|span| !span.is_negative());
        span.map(Self::Ago).ok_or_else(wrong)
    }
}

impl Moment {
    /// Returns the moment; of a day, its beginning. A moment beyond the calendar is its first one.
    pub fn first(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago(span) => before(now, span),
            Self::Day(day) => beginning(day),
            Self::At(time) => time,
        }
    }

    /// Returns the moment; of a day, its end.
    pub fn last(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Day(day) => beginning(day.saturating_add(1.day())),
            other => other.first(now),
        }
    }
}

fn before(now: Timestamp, span: Span) -> Timestamp {
    // Of days and more the length is known by the calendar alone; that of UTC has no odd ones.
    let now: Zoned = now.to_zoned(TimeZone::UTC);
    now.checked_sub(span).map_or(Timestamp::MIN, |then| then.timestamp())
}

fn beginning(day: Date) -> Timestamp {
    day.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |day| day.timestamp())
}

/// The units of ages, in seconds, longest first.
const UNITS: [(i64, &str); 5] =
    [(365 * 86_400, "y"), (7 * 86_400, "w"), (86_400, "d"), (3_600, "h"), (60, "min")];

/// Returns how long before `now` the moment `time`, in RFC 3339, was: `5 min`, `3 d`. `None` where it is no
/// time.
pub fn age(time: &str, now: &str) -> Option<String> {
    let (time, now): (Timestamp, Timestamp) = (time.parse().ok()?, now.parse().ok()?);
    let seconds = now.as_second().saturating_sub(time.as_second()).max(0);
    // Two of a unit at least: "1 w" may be nearly two.
    let unit = UNITS.into_iter().find(|(unit, _)| seconds >= 2 * unit);
    Some(match unit {
        Some((unit, name)) => format!("{} {name}", seconds / unit),
        None => format!("{seconds} s"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-29T12:00:00Z";

    #[test]
    fn moments_are_before_now_or_of_a_day() {
        let now: Timestamp = NOW.parse().unwrap();
        let of = |text: &str| {
            let moment: Moment = text.parse().unwrap();
            (moment.first(now).to_string(), moment.last(now).to_string())
        };
        let same = |text: &str| (text.to_owned(), text.to_owned());
        assert_eq!(of("7d"), same("2026-11-22T12:00:00Z"));
        assert_eq!(of("1h30m"), same("2026-11-29T10:30:00Z"));
        assert_eq!(of("1mo"), same("2026-10-29T12:00:00Z"));
        assert_eq!(of("2026-11-20T23:45:52Z"), same("2026-11-20T23:45:52Z"));
        let day = ("2026-11-20T00:00:00Z".to_owned(), "2026-11-21T00:00:00Z".to_owned());
        assert_eq!(of("2026-11-20"), day);
        assert!(of("19000y").0 < of("19000d").0);
    }

    #[test]
    fn an_age_has_one_unit() {
        for (time, expected) in [
            (NOW, "0 s"),
            ("2026-11-29T11:58:01Z", "119 s"),
            ("2026-11-29T11:58:00Z", "2 min"),
            ("2026-11-29T10:00:00Z", "2 h"),
            ("2026-11-26T12:00:00Z", "3 d"),
            ("2026-11-01T12:00:00Z", "4 w"),
            ("2024-11-01T12:00:00Z", "2 y"),
            ("2027-01-01T00:00:00Z", "0 s"),
        ] {
            assert_eq!(age(time, NOW).as_deref(), Some(expected), "{time}");
        }
        assert_eq!(age("then", NOW), None);
    }
}
