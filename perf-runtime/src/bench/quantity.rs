//! Quantities as people read them: three digits and a unit, as perf-report writes them, so that `cargo bench` and
//! `perf-report bench` say one thing in one way. The same cases are tests of `text::units` there.

/// Writes a time: `29.3 µs`.
pub(super) fn time(ns: f64) -> String {
    let (number, unit) = time_to(ns, 3);
    format!("{number} {unit}")
}

/// Writes an interval of times: `29.3 to 29.4 µs`, `787 ns to 1.54 µs`. It has as many digits as tell its ends apart.
pub(super) fn interval(low: f64, high: f64) -> String {
    /// Digits beyond which nothing was measured.
    const MOST: i32 = 5;
    let ends = |digits| (time_to(low, digits), time_to(high, digits));
    let apart = (3..=MOST).map(ends).find(|(low, high)| low != high);
    let ((low, unit), (high, other)) = apart.unwrap_or_else(|| ends(3));
    if unit == other {
        format!("{low} to {high} {unit}")
    } else {
        format!("{low} {unit} to {high} {other}")
    }
}

/// Writes a number of things: `34.1 M`.
pub(super) fn count(value: f64) -> String {
    const UNITS: [(f64, &str); 3] = [(1e9, " G"), (1e6, " M"), (1e3, " k")];
    let rounded = rounded(value, 3);
    let unit = UNITS.into_iter().find(|(size, _)| rounded >= *size);
    let (size, name) = unit.unwrap_or((1.0, ""));
    format!("{}{name}", digits(rounded / size, 3))
}

/// Writes a number of things of which there are few: `3`, `0.25`.
pub(super) fn few(value: f64) -> String {
    if value >= 1e3 { count(value) } else { without_zeros(digits(value, 3)) }
}

/// Writes a size: `1.45 GiB`.
pub(super) fn size(bytes: f64) -> String {
    const UNITS: [(f64, &str); 4] = [
        (1_099_511_627_776.0, "TiB"),
        (1_073_741_824.0, "GiB"),
        (1_048_576.0, "MiB"),
        (1_024.0, "KiB"),
    ];
    match UNITS.into_iter().find(|(size, _)| bytes >= *size) {
        Some((size, unit)) => format!("{} {unit}", digits(bytes / size, 3)),
        None => format!("{} B", without_zeros(digits(bytes, 3))),
    }
}

/// Writes a ratio, without its sign: `0.981`, `12.3`.
pub(super) fn ratio(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.3}") } else { digits(ratio, 3) }
}

/// Writes a share in per cent: `99.5 %`.
pub(super) fn share(share: f64) -> String {
    let pct = share * 100.0;
    let decimals = if pct < 10.0 { 2 } else { 1 };
    format!("{} %", without_zeros(format!("{pct:.decimals$}")))
}

fn time_to(ns: f64, to: i32) -> (String, &'static str) {
    const UNITS: [(f64, &str); 4] = [(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")];
    let rounded = rounded(ns, 3);
    let (size, unit) = UNITS.into_iter().find(|(size, _)| rounded >= *size).unwrap_or((1.0, "ns"));
    let is_whole = to == 3 && unit == "ns" && ns.fract() == 0.0;
    (if is_whole { format!("{ns:.0}") } else { digits(ns / size, to) }, unit)
}

fn rounded(value: f64, to: i32) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 0.0;
    }
    let scale = 10_f64.powi(to - 1 - exponent(value));
    (value * scale).round() / scale
}

#[expect(clippy::cast_possible_truncation, reason = "exponents of f64 lie within ±324")]
fn exponent(value: f64) -> i32 {
    value.log10().floor() as i32
}

/// Writes a number to so many digits, more only before the point; of those below 1, so many after it.
fn digits(value: f64, to: i32) -> String {
    let rounded = rounded(value, to);
    let before = if rounded < 1.0 { 1 } else { exponent(rounded) + 1 };
    let decimals = usize::try_from(to - before).unwrap_or(0);
    format!("{value:.decimals$}")
}

fn without_zeros(number: String) -> String {
    if !number.contains('.') {
        return number;
    }
    number.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_as_those_of_reports() {
        let times = [0.25, 35.0, 29_341.0, 999.6, 2.5e9].map(time);
        assert_eq!(times, ["0.25 ns", "35 ns", "29.3 µs", "1.00 µs", "2.50 s"]);
        assert_eq!([12.0, 45_219_000.0, 999.6].map(count), ["12.0", "45.2 M", "1.00 k"]);
        assert_eq!([24.0, 8_000.0, 1.5].map(size), ["24 B", "7.81 KiB", "1.5 B"]);
        assert_eq!([3.0, 0.022, 0.25, 1_200.0].map(few), ["3", "0.02", "0.25", "1.20 k"]);
        assert_eq!([0.981, 4.2663, 12.34].map(ratio), ["0.981", "4.266", "12.3"]);
        assert_eq!([0.995, 0.0123, 1.0].map(share), ["99.5 %", "1.23 %", "100 %"]);
    }

    #[test]
    fn the_ends_of_an_interval_are_told_apart() {
        assert_eq!(interval(29_310.0, 29_370.0), "29.3 to 29.4 µs");
        assert_eq!(interval(29_341.0, 29_344.0), "29.341 to 29.344 µs");
        assert_eq!(interval(787.0, 1_536.0), "787 ns to 1.54 µs");
        assert_eq!(interval(29_300.0, 29_300.0), "29.3 to 29.3 µs");
    }
}
