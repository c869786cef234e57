//! Amounts with a unit, read exactly: `"2.5ms"` is 2,500,000 ns, without a floating-point number
//! on the way. Pure; knows no tokens.

/// A reason to refuse an amount.
#[derive(Debug, PartialEq)]
pub(super) struct Problem {
    /// Fault of the amount.
    pub(super) what: String,
    /// Way out, when that is more than to look at an example.
    pub(super) help: Option<String>,
}

/// A unit: its name, and the power of ten that takes it to the stored unit.
type Unit = (&'static str, usize);

/// The units of durations. Both ways to write a micro are in use: the sign U+00B5 and the letter
/// U+03BC.
const DURATIONS: [Unit; 6] =
    [("ns", 0), ("us", 3), ("\u{b5}s", 3), ("\u{3bc}s", 3), ("ms", 6), ("s", 9)];

const SHARES: [Unit; 1] = [("%", 2)];

const RATES: [Unit; 1] = [("/s", 3)];

/// Reads a duration, in nanoseconds.
pub(super) fn nanoseconds(text: &str) -> Result<u64, Problem> {
    let amount = scaled(text, &DURATIONS, "a duration needs a unit: `ns`, `us`, `ms` or `s`")?;
    if amount == 0 {
        return Err(problem("no call can be that short", Some("the smallest limit is `1ns`")));
    }
    Ok(amount)
}

/// Reads a share of a whole, in hundredths of a per cent.
pub(super) fn basis_points(text: &str) -> Result<u32, Problem> {
    let amount = scaled(text, &SHARES, "a share is a number of per cent, as in `10%`")?;
    if amount == 0 {
        let help = "noise alone would exceed it; the smallest is `0.01%`";
        return Err(problem("a slow-down of nothing cannot be judged", Some(help)));
    }
    u32::try_from(amount).map_err(|_| too_large())
}

/// Reads a share of anything, in hundredths of a per cent.
pub(super) fn any_share(text: &str) -> Result<u64, Problem> {
    scaled(text, &SHARES, "a share is a number of per cent, as in `10%`")
}

/// Reads a rate, in operations in a thousand seconds.
pub(super) fn millihertz(text: &str) -> Result<u64, Problem> {
    let rate = scaled(text, &RATES, "a rate is a number of operations a second, as in `500/s`")?;
    if rate == 0 {
        return Err(problem("nothing would ever begin", Some("the lowest rate is `0.001/s`")));
    }
    Ok(rate)
}

/// Reads a size, in bytes.
pub(super) fn bytes(text: &str) -> Result<u64, Problem> {
    const UNITS: [(&str, u64); 7] = [
        ("B", 1),
        ("kB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
    ];
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = (&text[..end], text[end..].trim_start());
    let Some(&(_, scale)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        let what = match unit {
            "" => format!("`{text}` has no unit"),
            _ => format!("`{unit}` is not a unit here"),
        };
        return Err(problem(
            &what,
            Some("a size needs a unit: `KiB`, `MiB`, `GiB`, `kB`, `MB`, `GB`"),
        ));
    };
    let number: u64 =
        number.parse().map_err(|_| problem(&format!("`{text}` is not a size"), None))?;
    number.checked_mul(scale).filter(|&bytes| bytes > 0).ok_or_else(too_large)
}

fn scaled(text: &str, units: &[Unit], no_unit: &str) -> Result<u64, Problem> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = (&text[..end], text[end..].trim_start());
    if number.is_empty() {
        return Err(problem(&format!("`{text}` is not a number with a unit"), None));
    }
    let Some(&(_, power)) = units.iter().find(|(name, _)| *name == unit) else {
        let what = match unit {
            "" => format!("`{text}` has no unit"),
            _ => format!("`{unit}` is not a unit here"),
        };
        return Err(problem(&what, Some(no_unit)));
    };
    shift(number, power)
}

/// Multiplies a decimal number by a power of ten, if the result is whole and fits.
fn shift(number: &str, power: usize) -> Result<u64, Problem> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || fraction.contains('.') || number.ends_with('.') {
        return Err(problem(&format!("`{number}` is not a number"), None));
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > power {
        let help = match power {
            2 => "two decimals are the most that is kept",
            _ => "a nanosecond is the finest that is kept",
        };
        return Err(problem(&format!("`{number}` is finer than can be judged"), Some(help)));
    }
    // Digits only, so that the one way to fail is a number too large.
    format!("{whole}{fraction:0<power$}").parse().map_err(|_| too_large())
}

fn problem(what: &str, help: Option<&str>) -> Problem {
    Problem { what: what.to_owned(), help: help.map(str::to_owned) }
}

fn too_large() -> Problem {
    problem("this amount is too large", Some("leave the limit out if there is none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_exactly() {
        for (text, expected) in [
            ("1ns", 1),
            ("250us", 250_000),
            ("250\u{b5}s", 250_000),
            ("250\u{3bc}s", 250_000),
            ("2ms", 2_000_000),
            ("2.5ms", 2_500_000),
            ("0.000001s", 1_000),
            (" 1.50 s ", 1_500_000_000),
            ("18446744073.709551615s", u64::MAX),
        ] {
            assert_eq!(nanoseconds(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn shares_are_read_exactly() {
        for (text, expected) in [("10%", 1_000), ("0.01 %", 1), ("12.50%", 1_250)] {
            assert_eq!(basis_points(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "",
            "ms",
            "2",
            "2m",
            "2 parsecs",
            "-2ms",
            "+2ms",
            "1e3ms",
            "1_000ms",
            ".5ms",
            "5.ms",
            "1.2.3ms",
            "0ms",
            "0.0s",
            "0.5ns",
            "1.0000001ms",
            "18446744073.709551616s",
            "99999999999999999999999999s",
            "\u{663}ms",
            "2ms!",
            "2ms ms",
        ] {
            assert!(nanoseconds(text).is_err(), "{text}");
        }
        for text in ["", "10", "%", "0%", "0.001%", "-1%", "42949673%", "10%%", "10 percent"] {
            assert!(basis_points(text).is_err(), "{text}");
        }
    }
}
