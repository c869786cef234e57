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

/// Reads a duration in nanoseconds: `10ns`, `1.5 ms`, `2s`.
///
/// # Errors
/// The mistake, as the end of a sentence.
pub(crate) fn duration_ns(text: &str) -> Result<f64, String> {
    const UNITS: [(&str, f64); 5] =
        [("ns", 1.0), ("µs", 1e3), ("us", 1e3), ("ms", 1e6), ("s", 1e9)];
    let wrong = || format!("{text:?} is no duration: write `10ns`, `1.5us`, `20ms` or `1s`");
    let trimmed = text.trim();
    let (number, unit) = UNITS
        .into_iter()
        .find_map(|(name, size)| Some((trimmed.strip_suffix(name)?, size)))
        .ok_or_else(wrong)?;
    let ns = number.trim_end().parse::<f64>().map_err(|_| wrong())? * unit;
    if ns.is_finite() && ns >= 0.0 { Ok(ns) } else { Err(wrong()) }
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
