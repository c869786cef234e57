//! Values of any metric as people write them in files and on the command line, and back. Pure.
//! Their form on the screen is that of [`Metric::number`].

use toml::de::DeValue;
use toml_edit::{Item, value};

use super::check;
use super::value::{expected, number};
use crate::model::{Metric, MetricKind, Unit};
use crate::stats::number::{exponent, tenfold};

/// Returns every metric with values in files: of functions, of the command, and the kinds of the
/// program's own.
pub(crate) fn metrics() -> impl Iterator<Item = Metric> {
    let own = [MetricKind::Count, MetricKind::Gauge, MetricKind::Ratio].map(Metric::from);
    Metric::ALL.into_iter().chain(Metric::OF_COMMAND).chain(own)
}

/// Returns the metric of that word: one of functions, of the command, or a kind of the program's
/// own.
///
/// # Errors
/// When there is none, with the nearest one if one is near.
pub(crate) fn metric(word: &str) -> Result<Metric, String> {
    let own = [MetricKind::Count, MetricKind::Gauge, MetricKind::Ratio];
    let own = own.into_iter().find(|kind| kind.word() == word);
    own.map_or_else(|| check::metric(word), |kind| Ok(kind.into()))
}

/// Reads a value from the command line: `8ms`, `64MiB`, `1200`, `96%`, `-0.5`.
///
/// # Errors
/// The mistake, as the end of a sentence.
pub(crate) fn parse(metric: Metric, text: &str) -> Result<f64, String> {
    metric.unit().parse(text)
}

/// Reads a value from a file: numbers as such, values with a unit as text.
///
/// # Errors
/// As for [`parse`].
pub(super) fn read(metric: Metric, value: &DeValue<'_>) -> Result<f64, String> {
    let text = |example| value.as_str().ok_or_else(|| expected(example, value));
    let text = match metric.unit() {
        Unit::Time => text("a duration, such as \"20.1ms\"")?,
        Unit::Size => text("a size, such as \"64MiB\"")?,
        Unit::Share => text("a share, such as \"96%\"")?,
        Unit::Count | Unit::Rate | Unit::Own => {
            &number(value).ok_or_else(|| expected("a number", value))?.replace('_', "")
        }
    };
    parse(metric, text)
}

/// Writes a value so that [`read`] finds it again.
pub(super) fn item(metric: Metric, number: f64) -> Item {
    #[expect(clippy::cast_possible_truncation, reason = "counts fit, and `as` saturates")]
    let count = number as i64;
    match metric.unit() {
        Unit::Time => value(time(number)),
        Unit::Size => value(format!("{count}B")),
        Unit::Share => value(share(number)),
        Unit::Rate | Unit::Own if number.fract() != 0.0 || number.abs() > 1e15 => value(number),
        Unit::Count | Unit::Rate | Unit::Own => value(count),
    }
}

/// Writes a time in the largest unit that it fills, to the last digit.
pub(crate) fn time(ns: f64) -> String {
    let units = [(1e9, "s"), (1e6, "ms"), (1e3, "us")];
    let unit = units.into_iter().find(|(size, _)| ns >= *size).unwrap_or((1.0, "ns"));
    format!("{}{}", ns / unit.0, unit.1)
}

/// Writes a share in per cent, with the digits that [`rounded`] leaves.
fn share(share: f64) -> String {
    let text = format!("{:.9}", share * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Rounds a value to one that reads well in a file: whole things, or four digits. It is never
/// better than before: below where less is worse, else above.
pub(crate) fn rounded(metric: Metric, value: f64, less_is_worse: bool) -> f64 {
    let outwards = if less_is_worse { f64::floor } else { f64::ceil };
    if matches!(metric.unit(), Unit::Count | Unit::Size) || value == 0.0 {
        return outwards(value);
    }
    let step = tenfold(1.0, exponent(value) - 3);
    // What has four digits already is left as it is, whatever its last bits are.
    let steps = value / step;
    let steps = if (steps - steps.round()).abs() < 1e-6 { steps.round() } else { outwards(steps) };
    // Twelve digits are exact, so that none of the step is left over.
    let exact = format!("{:.11e}", steps * step).parse().unwrap_or(value);
    if exact.is_finite() { exact } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_values_in_its_own_unit() {
        let check = |metric, text: &str, value: f64| {
            assert_eq!(parse(metric, text), Ok(value), "{metric:?} {text}");
        };
        check(Metric::SelfNs, "8ms", 8e6);
        check(Metric::PeakRssBytes, "64MiB", 67_108_864.0);
        check(Metric::Calls, "5000000000", 5e9);
        check(Metric::Success, "96.5 %", 0.965);
        check(Metric::Ratio, "250%", 2.5);
        check(Metric::Gauge, "-0.5", -0.5);
        for (metric, bad) in [
            (Metric::SelfNs, "8"),
            (Metric::Calls, "1.5"),
            (Metric::Calls, "-1"),
            (Metric::Success, "0.96"),
            (Metric::Ratio, "-1%"),
            (Metric::Gauge, "nan"),
            (Metric::Gauge, "much"),
        ] {
            assert!(parse(metric, bad).is_err(), "{metric:?} {bad}");
        }
    }

    #[test]
    fn values_are_rounded_outwards_to_what_reads_well() {
        let check = |metric, value, less_is_worse, expected: &str| {
            let text = item(metric, rounded(metric, value, less_is_worse)).to_string();
            assert_eq!(text, expected, "{metric:?} {value}");
        };
        check(Metric::SelfNs, 7_168_123.4, false, "\"7.169ms\"");
        check(Metric::SelfNs, 0.0, false, "\"0ns\"");
        check(Metric::SelfAllocBytes, 70.2, false, "\"71B\"");
        check(Metric::Success, 2.0 / 3.0, true, "\"66.66%\"");
        check(Metric::Success, 1.0 - 7.0 / 100.0, true, "\"93%\"");
        check(Metric::Ratio, 1.0 / 3.0, false, "\"33.34%\"");
        check(Metric::Count, 1_440.0, false, "1440");
        check(Metric::Gauge, -12.345_678, true, "-12.35");
        check(Metric::Gauge, -12.345_678, false, "-12.34");
        check(Metric::Gauge, 1e16, true, "10000000000000000.0");
    }

    #[test]
    fn kinds_of_own_metrics_have_words_too() {
        assert_eq!(metric("ratio"), Ok(Metric::Ratio));
        assert_eq!(metric("p99"), Ok(Metric::P99Ns));
        assert!(metric("p9999").is_err());
    }
}
