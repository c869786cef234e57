//! Numbers and units as tools write them.

use serde::{Deserialize, Deserializer};

/// Returns the nanoseconds of a unit of time; `None` for any other unit. What a value is divided by
/// (`/iter`, `/op`) is passed over.
pub(super) fn ns_of(unit: &str) -> Option<f64> {
    let unit = unit.trim();
    let unit = match unit.split_once('/') {
        Some((unit, per)) if is_iteration(per) => unit.trim(),
        Some(_) => return None,
        None => unit,
    };
    Some(match unit {
        "ps" => 1e-3,
        "ns" | "nsec" | "nanoseconds" => 1.0,
        "us" | "µs" | "μs" | "usec" | "microseconds" => 1e3,
        "ms" | "msec" | "milliseconds" => 1e6,
        "s" | "sec" | "secs" | "seconds" => 1e9,
        "m" | "min" | "minutes" => 60e9,
        "h" | "hours" => 3_600e9,
        _ => return None,
    })
}

/// Returns whether the text is a word for one run of a benchmark.
fn is_iteration(text: &str) -> bool {
    ["iter", "op", "iteration", "call", "request", "req"].contains(&text.trim())
}

/// Returns whether a unit is a rate, of which more is better: `ops/s`, `MB/s`, `iter/sec`.
pub(super) fn is_rate(unit: &str) -> bool {
    let per = unit.rsplit_once('/').map(|(_, per)| per.trim());
    per.is_some_and(|per| {
        !is_iteration(per) && ns_of(per).is_some() || ["second", "minute"].contains(&per)
    })
}

/// Reads a number that people may read: `1,234,567.25`, `1_000`, `-3e2`. Not one that is none or is
/// endless, nor one whose comma may stand before a fraction: `1,5`, `0,125`, `1.234,5`.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    if !are_thousands(text) {
        return None;
    }
    let plain: String = text.chars().filter(|it| !matches!(it, ',' | '_')).collect();
    let starts = plain.starts_with(|it: char| it.is_ascii_digit() || matches!(it, '-' | '+' | '.'));
    finite(plain.parse().ok().filter(|_| starts)?)
}

/// Returns whether every comma in a number stands before a group of three digits, and the first behind one to
/// three that do not begin with 0.
fn are_thousands(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let Some((first, rest)) = whole.split_once(',') else { return !fraction.contains(',') };
    let first = first.trim_start_matches(['-', '+']);
    let is_first = (1..=3).contains(&first.len()) && !first.starts_with('0');
    let is_group = |group: &str| group.len() == 3 && group.bytes().all(|it| it.is_ascii_digit());
    is_first && rest.split(',').all(is_group) && !fraction.contains(',')
}

/// Returns the number where it is one.
pub(super) fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}

/// A duration with its unit behind it: `1.5ms`, `12.34us`.
pub(super) fn duration_ns(text: &str) -> Option<f64> {
    let text = text.trim();
    let at = text.find(|it: char| it.is_alphabetic() || it == 'µ')?;
    let (value, unit) = (text.get(..at)?, text.get(at..)?);
    finite(number(value)? * ns_of(unit)?)
}

/// Reads a number that may be `null`, or text such as `"NaN"` or `"0.412s"`.
pub(super) fn lenient<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Value {
        Number(f64),
        Text(String),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Option::<Value>::deserialize(from)? {
        Some(Value::Number(number)) => finite(number),
        Some(Value::Text(text)) => number(&text),
        Some(Value::Other(_)) | None => None,
    })
}

/// A number that may be anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub(super) struct Lenient(#[serde(deserialize_with = "lenient")] pub(super) Option<f64>);

/// Reads a moment; one without a zone is taken for UTC.
pub(super) fn timestamp(text: &str) -> Option<jiff::Timestamp> {
    let in_utc =
        || text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    text.parse().ok().or_else(|| Some(in_utc()?.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_time_are_told_from_rates_and_sizes() {
        for (unit, ns) in [("ns/iter", 1.0), ("us/op", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)]
        {
            assert_eq!(ns_of(unit), Some(ns), "{unit}");
            assert!(!is_rate(unit), "{unit}");
        }
        for unit in ["MB/s", "ops/s", "iter/sec", "ops/us", "req/s"] {
            assert!(is_rate(unit) && ns_of(unit).is_none(), "{unit}");
        }
        for unit in ["bytes", "B/op", "allocs/op", "", "%", "p99-ms"] {
            assert!(!is_rate(unit) && ns_of(unit).is_none(), "{unit}");
        }
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        assert_eq!(number("1,234,567.25"), Some(1_234_567.25));
        assert_eq!(number(" 139 "), Some(139.0));
        for none in ["", "NaN", "inf", "+INF", "a1", "1e999", "-"] {
            assert_eq!(number(none), None, "{none}");
        }
        for commas in [
            "1,5", "0,125", "1.234,5", "12,34", "1234,567", "1,2345", ",5", "1,,234", "1,23e2",
            "1,234,",
        ] {
            assert_eq!(number(commas), None, "{commas}");
        }
        assert_eq!((number("-12,345.5"), number("999,000")), (Some(-12_345.5), Some(999_000.0)));
        assert_eq!(duration_ns("12.34us"), Some(12_340.0));
        assert_eq!(duration_ns("1.21ms"), Some(1_210_000.0));
        assert_eq!(duration_ns("us"), None);
    }
}
