//! Quantities as people read them: three significant digits and a unit. Pure.
//!
//! They are for text only. Documents keep base units (`_ns`, `_bytes`) and never hold such text.

use crate::stats::number::{exponent, float, tenfold};
/// Writes a duration in nanoseconds: `24.9 ms`.
///
/// ```
/// use perf_report::text::units::duration;
/// assert_eq!(duration(24_901_000.0), "24.9 ms");
/// assert_eq!(duration(35.0), "35 ns");
/// ```
pub fn duration(ns: f64) -> String {
    let (number, unit) = duration_parts(ns);
    if unit.is_empty() { number } else { format!("{number} {unit}") }
}

/// Returns a duration in nanoseconds as its number and its unit, for columns that align both.
pub fn duration_parts(ns: f64) -> (String, &'static str) {
    if !ns.is_finite() {
        return ("?".to_owned(), "");
    }
    if ns.abs() < 1e3 && ns.fract() == 0.0 {
        return (format!("{ns:.0}"), "ns");
    }
    // Seconds up to a quarter of an hour: they are compared with each other more than with hours.
    let fits = |unit: f64| match unit {
        6e10 => 9e11,
        unit => unit,
    };
    let ns = three_digits(ns);
    let (size, name) =
        UNITS_OF_TIME.into_iter().find(|(size, _)| ns.abs() >= fits(*size)).unwrap_or((1.0, "ns"));
    (significant(ns / size), name)
}

/// The units of durations, and their nanoseconds.
const UNITS_OF_TIME: [(f64, &str); 6] =
    [(3.6e12, "h"), (6e10, "min"), (1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")];

/// Writes an interval of durations, with as many digits as tell its ends apart: `29.3 to 29.4 µs`, `787 ns to 1.54 µs`.
///
/// ```
/// use perf_report::text::units::durations;
/// assert_eq!(durations((29_341.0, 29_344.0)), "29.341 to 29.344 µs");
/// ```
pub fn durations((low, high): (f64, f64)) -> String {
    /// Digits beyond which nothing was measured.
    const MOST: i32 = 5;
    let ends = [low, high].map(duration_parts);
    let [(first, unit), (last, other)] = &ends;
    if unit != other {
        return format!("{first} {unit} to {last} {other}");
    }
    let size = [low, high].map(|ns| size_of_unit(ns, unit));
    let digits = |to: i32| [low / size[0], high / size[1]].map(|value| to_digits(value, to));
    let finer = || (4..=MOST).map(digits).find(|[low, high]| low != high);
    match finer().filter(|_| first == last) {
        Some([low, high]) => format!("{low} to {high} {unit}"),
        None => format!("{first} to {last} {unit}"),
    }
}

/// Returns the nanoseconds of the unit in which a duration is written.
fn size_of_unit(ns: f64, unit: &str) -> f64 {
    UNITS_OF_TIME
        .iter()
        .find(|(_, name)| *name == unit)
        .map_or(ns.abs().max(1.0), |(size, _)| *size)
}

/// Writes a number to so many digits, more only before the point.
fn to_digits(value: f64, digits: i32) -> String {
    if value == 0.0 || !value.is_finite() {
        return significant(value);
    }
    let before = (exponent(value) + 1).max(1);
    let decimals = usize::try_from(digits - before).unwrap_or(0);
    grouped(&format!("{value:.decimals$}"))
}

/// Writes a number of things: `1,234,567`.
pub fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// Writes a large number of things, to three digits: `45.2 M`.
///
/// ```
/// use perf_report::text::units::rough_count;
/// assert_eq!(rough_count(45_219_000.0), "45.2 M");
/// assert_eq!(rough_count(999.6), "1.00 k");
/// ```
pub fn rough_count(value: f64) -> String {
    const UNITS: [(f64, &str); 3] = [(1e9, " G"), (1e6, " M"), (1e3, " k")];
    let rounded = three_digits(value);
    let unit = UNITS.into_iter().find(|(size, _)| rounded.abs() >= *size);
    let (size, name) = unit.unwrap_or((1.0, ""));
    format!("{}{name}", significant(rounded / size))
}

/// Writes a number without a unit: whole ones in full, others to three significant digits.
///
/// ```
/// use perf_report::text::units::number;
/// assert_eq!(number(1_234_567.0), "1,234,567");
/// assert_eq!(number(0.012345), "0.0123");
/// assert_eq!(number(f64::MAX), "1.8e308");
/// ```
pub fn number(value: f64) -> String {
    let size = value.abs();
    if value.fract() == 0.0 && size < 1e15 {
        return grouped(&format!("{value:.0}"));
    }
    match three_digits(value) {
        _ if !(1e-6..1e15).contains(&size) => power(value),
        rounded if size < 1.0 => format!("{rounded}"),
        rounded => significant(rounded),
    }
}

/// Writes a number of which three digits matter: `1,520`, `0.0123`.
pub fn rough_number(value: f64) -> String {
    number(three_digits(value))
}

/// Writes three digits and a power of ten: `1.8e308`.
fn power(value: f64) -> String {
    let text = format!("{value:.2e}");
    match text.split_once('e') {
        Some((digits, power)) => format!("{}e{power}", without_zeros(digits)),
        None => beyond(value).to_owned(),
    }
}

/// Returns the word for a number that is none.
fn beyond(value: f64) -> &'static str {
    match value {
        value if value.is_nan() => "?",
        value if value < 0.0 => "under -1e308",
        _ => "over 1e308",
    }
}

/// Returns the text of a number with a decimal point, without the zeros at its end.
fn without_zeros(number: &str) -> &str {
    number.trim_end_matches('0').trim_end_matches('.')
}

/// Writes a share or a limit in per cent: `62.1 %`, `15 %`.
pub fn percent(value: f64) -> String {
    if !value.is_finite() || value.abs() >= 1e15 {
        return format!("{} %", power(value));
    }
    let digits = if value.abs() < 10.0 { 2 } else { 1 };
    format!("{} %", grouped(without_zeros(&format!("{value:.digits$}"))))
}

/// Writes a share that may be many times the whole, in per cent to three digits: `3,780 %`. Beyond
/// a million, its size has no meaning.
pub fn rough_percent(value: f64) -> String {
    if value.abs() < 1e3 || value.is_nan() {
        percent(value)
    } else if value > 1e6 {
        "over 1,000,000 %".to_owned()
    } else {
        format!("{} %", significant(three_digits(value)))
    }
}

/// Writes a share of which only the size matters, in per cent to two digits: `0.95 %`, `78 %`.
pub fn coarse_percent(value: f64) -> String {
    // Below it, the power of ten that makes two digits of it is no number.
    if !value.is_finite() || value.abs() < 1e-300 {
        return rough_percent(value);
    }
    let power = 1 - exponent(value);
    rough_percent(tenfold(tenfold(value, power).round(), -power))
}

/// Writes a change in per cent with its sign: `+23.9 %`.
pub fn change(pct: f64) -> String {
    if pct.abs() < 0.05 {
        return "±0 %".to_owned();
    }
    if pct.is_nan() {
        return percent(pct);
    }
    if pct.abs() < 1000.0 { format!("{pct:+.1} %") } else { times(pct) }
}

/// Writes an interval of changes in per cent: `-1.2 to +3.4 %`. Where one of them is many times the
/// whole, both are factors: `0.45 × to 14 ×`.
pub fn range((low, high): (f64, f64)) -> String {
    let is_many = |pct: f64| pct.abs() >= 1000.0;
    if is_many(low) || is_many(high) {
        return format!("{} to {}", factor(low), factor(high));
    }
    format!("{} to {}", change(low).trim_end_matches(" %"), change(high))
}

/// Writes the factor of a change in per cent: `0.45 ×`.
fn factor(pct: f64) -> String {
    let factor = (pct / 100.0 + 1.0).max(0.0);
    match factor {
        // The clauses are in the order of size.
        _ if factor < 0.01 => "under 0.01 ×".to_owned(),
        _ if factor < 10.0 => format!("{} ×", significant(factor)),
        _ => times(pct),
    }
}

/// Writes the size of a difference, roughly: `12 %`, `30 ×`.
pub fn coarse_change(pct: f64) -> String {
    if pct.abs() < 1000.0 { coarse_percent(pct) } else { times(pct) }
}

/// Writes a size of which there may be less than a byte: `1.5 B`, `7.81 KiB`.
pub fn rough_bytes(size: f64) -> String {
    /// Bytes below which their parts are told.
    const EXACT: f64 = 100.0;
    if size.abs() < EXACT {
        return format!("{} B", without_point(&significant(size)));
    }
    bytes(crate::stats::number::whole(size))
}

fn without_point(number: &str) -> &str {
    if number.contains('.') { without_zeros(number) } else { number }
}

/// Writes a number of which there are few, such as allocations: `3`, `0.25`, `1.20 k`.
pub fn few(value: f64) -> String {
    if value.abs() < 1e3 {
        without_point(&significant(value)).to_owned()
    } else {
        rough_count(value)
    }
}

/// Writes a ratio, without its sign: `0.981`, `12.3`.
pub fn ratio(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.3}") } else { significant(three_digits(ratio)) }
}

/// Writes a number of processes: `1 process`, `2 processes`.
pub fn processes(processes: u64) -> String {
    if processes == 1 { "1 process".to_owned() } else { format!("{} processes", count(processes)) }
}

/// Writes a size: `64.2 MiB`.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [(u64, &str); 4] =
        [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    UNITS.iter().find(|(size, _)| bytes >= *size).map_or_else(
        || format!("{bytes} B"),
        |(size, unit)| format!("{} {unit}", significant(float(bytes) / float(*size))),
    )
}

/// Writes bytes more or less than before: `+64.2 MiB`.
pub fn growth(change: i64) -> String {
    let sign = if change < 0 { '-' } else { '+' };
    format!("{sign}{}", bytes(change.unsigned_abs()))
}

/// Writes `one` with its number: `1 call`, `2 calls`, `2 processes`.
pub fn plural(value: u64, one: &str) -> String {
    let ending = match value {
        1 => "",
        _ if one.ends_with('s') => "es",
        _ => "s",
    };
    format!("{} {one}{ending}", count(value))
}

/// Writes `one` with its number and its verb: `1 call is`, `2 calls are`.
///
/// ```
/// use perf_report::text::units::they_are;
/// assert_eq!(they_are(1, "run") + " stored", "1 run is stored");
/// ```
pub fn they_are(value: u64, one: &str) -> String {
    format!("{} {}", plural(value, one), if value == 1 { "is" } else { "are" })
}

fn times(pct: f64) -> String {
    let factor = pct / 100.0 + 1.0;
    if factor.abs() < 1e6 {
        format!("{} ×", grouped(&format!("{factor:.0}")))
    } else if factor > 0.0 {
        "over 1,000,000 ×".to_owned()
    } else {
        "under -1,000,000 ×".to_owned()
    }
}

/// Rounds `value` to three significant digits.
fn three_digits(value: f64) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    let power = 2 - exponent(value);
    let rounded = tenfold(tenfold(value, power).round(), -power);
    if rounded.is_finite() { rounded } else { value }
}

/// Writes a number with three significant digits, more only before the decimal point.
fn significant(value: f64) -> String {
    if value.abs() >= 1e15 {
        return power(value);
    }
    let decimals = match value.abs() {
        v if v < 9.995 => 2,
        v if v < 99.95 => 1,
        _ => 0,
    };
    grouped(&format!("{value:.decimals$}"))
}

/// Puts commas between groups of three digits of the whole part.
fn grouped(number: &str) -> String {
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    let (sign, digits) = whole.split_at(usize::from(whole.starts_with('-')));
    let mut text = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Those of `quantity` in perf-runtime, whose lines stand beside our tables.
    #[test]
    fn quantities_are_as_those_that_benchmarks_print() {
        let times = [0.25, 35.0, 29_341.0, 999.6, 2.5e9].map(duration);
        assert_eq!(times, ["0.25 ns", "35 ns", "29.3 µs", "1.00 µs", "2.50 s"]);
        assert_eq!([12.0, 45_219_000.0, 999.6].map(rough_count), ["12.0", "45.2 M", "1.00 k"]);
        assert_eq!([24.0, 8_000.0, 1.5].map(rough_bytes), ["24 B", "7.81 KiB", "1.5 B"]);
        assert_eq!([3.0, 0.022, 0.25, 1_200.0].map(few), ["3", "0.02", "0.25", "1.20 k"]);
        assert_eq!([0.981, 4.2663, 12.34].map(ratio), ["0.981", "4.266", "12.3"]);
        assert_eq!([99.5, 1.23, 100.0].map(percent), ["99.5 %", "1.23 %", "100 %"]);
        let intervals = [(29_310.0, 29_370.0), (29_341.0, 29_344.0), (787.0, 1_536.0)];
        let expected = ["29.3 to 29.4 µs", "29.341 to 29.344 µs", "787 ns to 1.54 µs"];
        assert_eq!(intervals.map(durations), expected);
        assert_eq!(durations((29_300.0, 29_300.0)), "29.3 to 29.3 µs");
    }

    #[test]
    fn durations_keep_three_digits_across_units() {
        let cases = [
            (0.0, "0 ns"),
            (35.0, "35 ns"),
            (35.24, "35.2 ns"),
            (999.0, "999 ns"),
            (999.7, "1.00 µs"),
            (1_000.0, "1.00 µs"),
            (999_499.0, "999 µs"),
            (999_600.0, "1.00 ms"),
            (20_104_000.0, "20.1 ms"),
            (3_210_000_000.0, "3.21 s"),
            (75_300_000_000.0, "75.3 s"),
            (960_000_000_000.0, "16.0 min"),
            (15_000_000_000_000.0, "4.17 h"),
            (-4_800_000.0, "-4.80 ms"),
            (1e308, "2.78e295 h"),
            (f64::NAN, "?"),
            (f64::INFINITY, "?"),
        ];
        for (ns, expected) in cases {
            assert_eq!(duration(ns), expected, "{ns}");
        }
        assert_eq!(duration(float(u64::MAX)), "5,111,111 h");
        assert_eq!(duration(f64::MIN_POSITIVE), "0.00 ns");
    }

    #[test]
    fn counts_are_grouped() {
        for (value, expected) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")]
        {
            assert_eq!(count(value), expected);
        }
        assert_eq!(plural(1, "call"), "1 call");
        assert_eq!(plural(1_200, "call"), "1,200 calls");
    }

    #[test]
    fn per_cent_drop_what_says_nothing() {
        assert_eq!(percent(15.0), "15 %");
        assert_eq!(percent(12.5), "12.5 %");
        assert_eq!(percent(0.25), "0.25 %");
        assert_eq!(rough_percent(37_806.2), "37,800 %");
        assert_eq!(rough_percent(12.5), "12.5 %");
        assert_eq!(percent(2e6), "2,000,000 %");
        assert_eq!(percent(f64::MAX), "1.8e308 %");
        assert_eq!(percent(f64::INFINITY), "over 1e308 %");
        assert_eq!(percent(f64::NAN), "? %");
        assert_eq!(rough_percent(f64::INFINITY), "over 1,000,000 %");
        assert_eq!(coarse_percent(1.5e13), "over 1,000,000 %");
        assert_eq!(coarse_percent(f64::INFINITY), "over 1,000,000 %");
        assert_eq!(coarse_percent(f64::MIN_POSITIVE), "0 %");
        assert_eq!(change(f64::NAN), "? %");
        assert_eq!(change(-10_100.0), "-100 ×");
        assert_eq!(change(f64::MIN), "under -1,000,000 ×");
        assert_eq!(number(f64::MAX), "1.8e308");
        assert_eq!(number(1.25e-7), "1.25e-7");
        assert_eq!(number(f64::NEG_INFINITY), "under -1e308");
        assert_eq!(change(23.94), "+23.9 %");
        assert_eq!(change(-3.0), "-3.0 %");
        assert_eq!(change(0.01), "±0 %");
        assert_eq!(change(199_900.0), "2,000 ×");
        assert_eq!(change(f64::MAX), "over 1,000,000 ×");
        assert_eq!(range((-1.23, 3.44)), "-1.2 to +3.4 %");
        assert_eq!(range((0.01, 3.44)), "±0 to +3.4 %");
        assert_eq!(range((-99.1, 1_300.0)), "under 0.01 × to 14 ×");
        assert_eq!(range((-55.0, 1_300.0)), "0.45 × to 14 ×");
        assert_eq!(range((2_700.0, 3_600.0)), "28 × to 37 ×");
        assert_eq!(range((f64::NEG_INFINITY, f64::INFINITY)), "under 0.01 × to over 1,000,000 ×");
        assert_eq!(coarse_change(12.34), "12 %");
        assert_eq!(coarse_change(2_900.0), "30 ×");
    }

    #[test]
    fn sizes_use_binary_units() {
        assert_eq!(bytes(512), "512 B");
        assert_eq!(bytes(67_318_579), "64.2 MiB");
    }
}
