//! Values as people write them: per cent, durations, sizes. Pure.

use perf_runtime::segment::limits::parse_bytes;

use crate::stats::number::float;

/// The largest limit that can be given, in per cent.
const LARGEST_PCT: f64 = 1e6;

/// Reads a limit in per cent: `15`, `15%`, `2.5 %`; `never` and `off` for none.
///
/// # Errors
/// The mistake, as the end of a sentence.
pub(crate) fn limit(text: &str) -> Result<Option<f64>, String> {
    if is_never(text) {
        return Ok(None);
    }
    let text = text.trim();
    let number = text.strip_suffix('%').unwrap_or(text).trim_end();
    match number.parse::<f64>() {
        Ok(pct) => in_range(pct).map(Some),
        Err(_) => Err(format!("{text:?} is no limit: write `15%`, or `never`")),
    }
}

/// Returns whether the text is a word for no limit.
pub(crate) fn is_never(text: &str) -> bool {
    ["never", "off"].contains(&text.trim())
}

/// Checks a number of per cent.
///
/// # Errors
/// When it is negative, not a number, or absurd.
pub(crate) fn in_range(pct: f64) -> Result<f64, String> {
    if (0.0..=LARGEST_PCT).contains(&pct) {
        Ok(pct)
    } else {
        Err(format!("{pct} is no limit: it must be between 0 % and {LARGEST_PCT} %"))
    }
}

/// Reads a number with one of `units`, each a name and its size; the first that fits counts.
fn scaled(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let text = text.trim();
    let (number, size) =
        units.iter().find_map(|(name, size)| Some((text.strip_suffix(*name)?, size)))?;
    Some(number.trim_end().parse::<f64>().ok()? * size)
}

/// Reads a duration in nanoseconds: `10ns`, `1.5 ms`, `2s`, `5min`, `1h`.
///
/// # Errors
/// The mistake, as the end of a sentence.
pub(crate) fn duration_ns(text: &str) -> Result<f64, String> {
    const UNITS: [(&str, f64); 7] = [
        ("ns", 1.0),
        ("µs", 1e3),
        ("us", 1e3),
        ("ms", 1e6),
        ("s", 1e9),
        ("min", 60e9),
        ("h", 3_600e9),
    ];
    let wrong = || format!("{text:?} is no duration: write `10ns`, `1.5us`, `20ms` or `1s`");
    let ns = scaled(text, &UNITS).ok_or_else(wrong)?;
    if ns.is_finite() && ns >= 0.0 { Ok(ns) } else { Err(wrong()) }
}

/// Reads a period in nanoseconds: `30s`, `10min`, `1.5h`, `2d`, `1w`.
///
/// # Errors
/// The mistake, as the end of a sentence.
pub(crate) fn period_ns(text: &str) -> Result<f64, String> {
    const SECOND: f64 = 1e9;
    const UNITS: [(&str, f64); 7] = [
        ("ms", SECOND / 1e3),
        ("s", SECOND),
        ("min", 60.0 * SECOND),
        ("m", 60.0 * SECOND),
        ("h", 3_600.0 * SECOND),
        ("d", 24.0 * 3_600.0 * SECOND),
        ("w", 7.0 * 24.0 * 3_600.0 * SECOND),
    ];
    let wrong = || format!("{text:?} is no period: write `30s`, `10min`, `1h` or `2d`");
    let ns = scaled(text, &UNITS).ok_or_else(wrong)?;
    // A hundred years are more than anybody waits, and fit everywhere.
    if ns > 0.0 && ns <= 100.0 * 366.0 * UNITS[5].1 { Ok(ns) } else { Err(wrong()) }
}

/// Writes a period as people say it, in the largest unit that it fills: `90 min`, `2 days`.
pub(crate) fn period(ns: f64) -> String {
    const UNITS: [(f64, &str); 4] =
        [(86_400e9, "day"), (3_600e9, "hour"), (60e9, "minute"), (1e9, "second")];
    let unit = UNITS.into_iter().find(|(size, _)| ns >= 2.0 * size).or_else(|| {
        // One of a unit only where nothing is lost.
        UNITS.into_iter().find(|(size, _)| ns >= *size && (ns / size).fract() == 0.0)
    });
    let (size, word) = unit.unwrap_or((1e9, "second"));
    crate::text::units::plural(crate::stats::number::whole((ns / size).floor()), word)
}

/// Reads a part of a whole as a fraction: `96%`, `0.5 %`.
///
/// # Errors
/// The mistake, as the end of a sentence.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    let wrong = || format!("{text:?} is no share: write `96%`");
    let number = text.trim().strip_suffix('%').ok_or_else(wrong)?;
    let pct = number.trim_end().parse::<f64>().map_err(|_| wrong())?;
    if pct.is_finite() && pct >= 0.0 { Ok(pct / 100.0) } else { Err(wrong()) }
}

/// Reads a size in bytes, by [`parse_bytes`]: `64MiB`, `1.5 GB`, `4096`.
///
/// # Errors
/// The mistake, as the end of a sentence.
pub(crate) fn size_bytes(text: &str) -> Result<f64, String> {
    let wrong = || format!("{text:?} is no size: write `64MiB`, `1.5GB` or `4096`");
    parse_bytes(text).map(float).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_and_said() {
        let said = |text: &str| period_ns(text).map(period);
        for (text, expected) in [
            ("30s", "30 seconds"),
            ("90m", "90 minutes"),
            ("60 min", "60 minutes"),
            ("24h", "24 hours"),
            ("1d", "24 hours"),
            ("2d", "2 days"),
            ("1w", "7 days"),
        ] {
            assert_eq!(said(text).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(period_ns("500ms"), Ok(5e8));
        for bad in ["", "5", "0s", "-1h", "nanh", "1y", "1e99d"] {
            assert!(period_ns(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn limits_are_per_cent() {
        assert_eq!(limit("15"), Ok(Some(15.0)));
        assert_eq!(limit(" 2.5 % "), Ok(Some(2.5)));
        assert_eq!(limit("never"), Ok(None));
        for bad in ["", "%", "-1%", "nan", "inf", "1e9", "15 pct", "ten"] {
            assert!(limit(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(duration_ns("10ns"), Ok(10.0));
        assert_eq!(duration_ns("1.5 us"), Ok(1_500.0));
        assert_eq!(duration_ns("20 µs"), Ok(20_000.0));
        assert_eq!(duration_ns("2s"), Ok(2e9));
        for bad in ["", "10", "ns", "-1ms", "infs", "1 minute"] {
            assert!(duration_ns(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_have_a_unit_or_are_bytes() {
        assert_eq!(size_bytes("64MiB"), Ok(67_108_864.0));
        assert_eq!(size_bytes("1.5 GB"), Ok(1.5e9));
        assert_eq!(size_bytes("12 B"), Ok(12.0));
        assert_eq!(size_bytes("4096"), Ok(4096.0));
        assert_eq!((size_bytes("1KiB"), size_bytes("1kB")), (Ok(1024.0), Ok(1000.0)));
        for bad in ["", "MiB", "-1MiB", "64 mibi", "infB", "1TiBi"] {
            assert!(size_bytes(bad).is_err(), "{bad}");
        }
    }
}
