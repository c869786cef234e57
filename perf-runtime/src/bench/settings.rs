//! The settings of a case: what its attribute says, overruled by `perf.toml`, the environment and
//! the command line, in this order.

use super::site::Options;

/// Values that may come from several places; `None` where nobody gave one.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Given {
    pub(super) iterations: Option<u64>,
    pub(super) warm_up_ns: Option<u64>,
    pub(super) time_ns: Option<u64>,
    pub(super) precision: Option<f64>,
    pub(super) threads: Option<Vec<u32>>,
    pub(super) rate_millihertz: Option<u64>,
    pub(super) stress: Option<bool>,
    pub(super) timeout_ns: Option<u64>,
    pub(super) memory_bytes: Option<u64>,
    pub(super) cpu_bp: Option<u64>,
    pub(super) errors_bp: Option<u64>,
}

/// The settings of a case.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settings {
    /// Iterations in all, instead of as many as there is time for.
    pub(super) iterations: Option<u64>,
    pub(super) warm_up_ns: u64,
    pub(super) time_ns: u64,
    /// Half the width of the interval at which measuring ends, as a share of the value.
    pub(super) precision: f64,
    pub(super) rate_millihertz: Option<u64>,
    pub(super) timeout_ns: Option<u64>,
    pub(super) memory_bytes: Option<u64>,
    pub(super) cpu_bp: Option<u64>,
    pub(super) errors_bp: Option<u64>,
}

impl Settings {
    /// Returns the time that a case takes about: its warm-up, its rounds, and its profile.
    pub(super) fn expected_ns(&self) -> u64 {
        self.warm_up_ns.saturating_add(self.time_ns).saturating_add(self.time_ns / 5)
    }
}

/// Time for the timed rounds of a case, and the longest warm-up before: of a whole measurement, and
/// of a quick one.
const TIME_NS: [u64; 2] = [1_000_000_000, 100_000_000];
const WARM_UP_NS: [u64; 2] = [300_000_000, 40_000_000];
/// See [`Settings::precision`].
const PRECISION: [f64; 2] = [0.005, 0.02];

/// The names of the options that `perf.toml` and the environment can give.
pub(super) const NAMES: [&str; 11] = [
    "iterations",
    "warm-up",
    "time",
    "precision",
    "threads",
    "rate",
    "stress",
    "timeout",
    "memory",
    "cpu",
    "errors",
];

impl Given {
    /// Sets the option of that name.
    pub(super) fn set(&mut self, name: &str, text: &str) -> Result<(), String> {
        let wrong = |example: &str| format!("`{text}` is no value of `{name}`: write {example}");
        let duration = || nanoseconds(text).ok_or_else(|| wrong("a duration as in `500ms`, `2s`"));
        let share = || {
            let hundredths = text.trim().strip_suffix('%').and_then(|it| number(it.trim()));
            hundredths.ok_or_else(|| wrong("a share as in `5%`"))
        };
        match name {
            "iterations" => {
                let count = text.replace('_', "").parse().ok().filter(|&count| count > 0);
                self.iterations = Some(count.ok_or_else(|| wrong("a whole number above 0"))?);
            }
            "warm-up" => self.warm_up_ns = Some(duration()?),
            "time" => self.time_ns = Some(duration()?),
            "timeout" => self.timeout_ns = Some(duration()?),
            "precision" => self.precision = Some(share()? / 100.0),
            "threads" => {
                let threads: Option<Vec<u32>> =
                    text.split(',').map(|it| it.trim().parse().ok()).collect();
                let threads = threads.filter(|all| all.iter().all(|&it| it <= MOST_THREADS));
                self.threads = Some(threads.ok_or_else(|| wrong("numbers as in `1,4,0`"))?);
            }
            "rate" => {
                let rate = text.trim().strip_suffix("/s").and_then(number);
                let rate = rate.filter(|rate| (0.001..=1e9).contains(rate));
                let rate = rate.ok_or_else(|| wrong("operations a second as in `500/s`"))?;
                self.rate_millihertz = Some(super::bencher::whole(rate * 1000.0));
            }
            "stress" => {
                self.stress = Some(match text {
                    "true" | "on" | "1" => true,
                    "false" | "off" | "0" => false,
                    _ => return Err(wrong("`true` or `false`")),
                });
            }
            "memory" => {
                let bytes = crate::segment::limits::parse_bytes(text);
                self.memory_bytes = Some(bytes.ok_or_else(|| wrong("a size as in `64MiB`"))?);
            }
            "cpu" => self.cpu_bp = Some(super::bencher::whole(share()? * 100.0)),
            "errors" => self.errors_bp = Some(super::bencher::whole(share()? * 100.0)),
            _ => return Err(format!("`{name}` is no option: these are {}", NAMES.join(", "))),
        }
        Ok(())
    }

    /// Returns these values, and those of `below` where there are none here.
    pub(super) fn over(self, below: Self) -> Self {
        Self {
            iterations: self.iterations.or(below.iterations),
            warm_up_ns: self.warm_up_ns.or(below.warm_up_ns),
            time_ns: self.time_ns.or(below.time_ns),
            precision: self.precision.or(below.precision),
            threads: self.threads.or(below.threads),
            rate_millihertz: self.rate_millihertz.or(below.rate_millihertz),
            stress: self.stress.or(below.stress),
            timeout_ns: self.timeout_ns.or(below.timeout_ns),
            memory_bytes: self.memory_bytes.or(below.memory_bytes),
            cpu_bp: self.cpu_bp.or(below.cpu_bp),
            errors_bp: self.errors_bp.or(below.errors_bp),
        }
    }

    /// Returns the values of an attribute.
    pub(super) fn of(options: &Options) -> Self {
        let threads = options.threads;
        Self {
            iterations: options.iterations,
            warm_up_ns: options.warm_up_ns,
            time_ns: options.time_ns,
            precision: None,
            threads: (!threads.is_empty()).then(|| threads.to_vec()),
            rate_millihertz: options.rate_millihertz,
            stress: options.stress.then_some(true),
            timeout_ns: options.timeout_ns,
            memory_bytes: options.memory_bytes,
            cpu_bp: options.cpu_bp,
            errors_bp: options.errors_bp,
        }
    }

    /// Fills what nobody gave.
    pub(super) fn settings(&self, is_quick: bool) -> Settings {
        let which = usize::from(is_quick);
        Settings {
            iterations: self.iterations,
            warm_up_ns: self.warm_up_ns.unwrap_or(WARM_UP_NS[which]),
            time_ns: self.time_ns.unwrap_or(TIME_NS[which]),
            precision: self.precision.unwrap_or(PRECISION[which]),
            rate_millihertz: self.rate_millihertz,
            timeout_ns: self.timeout_ns,
            memory_bytes: self.memory_bytes,
            cpu_bp: self.cpu_bp,
            errors_bp: self.errors_bp,
        }
    }
}

/// Most threads of a case: more than that is a slip of the finger.
const MOST_THREADS: u32 = 4096;

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)
}

fn nanoseconds(text: &str) -> Option<u64> {
    const UNITS: [(&str, f64); 6] =
        [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("min", 6e10), ("s", 1e9)];
    let text = text.trim();
    let (number, unit) =
        UNITS.iter().find_map(|(unit, ns)| Some((text.strip_suffix(unit)?, ns)))?;
    let ns = self::number(number)? * unit;
    (1.0..1e18).contains(&ns).then(|| super::bencher::whole(ns))
}

/// Options for all benchmarks whose names fit a pattern, as `perf-report bench` passes them on from
/// `perf.toml`: a line each, `pattern<tab>name<tab>value`. The last line that fits counts.
pub(super) fn from_lines(lines: &str, path: &str) -> Result<Given, String> {
    let mut given = Given::default();
    for line in lines.lines() {
        let mut parts = line.splitn(3, '\t');
        let (Some(pattern), Some(name), Some(value)) = (parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        if fits(pattern, path) {
            given.set(name, value)?;
        }
    }
    Ok(given)
}

/// Returns whether `text` fits `pattern`, in which `*` stands for any characters. Without one, the
/// pattern may stand anywhere in it.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    if !pattern.contains('*') {
        return text.contains(pattern);
    }
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut last = "";
    for part in parts {
        if let Some(at) = rest.find(part).filter(|_| !part.is_empty()) {
            rest = &rest[at + part.len()..];
        } else if !part.is_empty() {
            return false;
        }
        last = part;
    }
    last.is_empty() || text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_people_write_them() {
        let mut given = Given::default();
        for (name, value) in [
            ("iterations", "1_000"),
            ("warm-up", "50ms"),
            ("time", "1.5s"),
            ("precision", "0.5%"),
            ("threads", "1, 4,0"),
            ("rate", "500/s"),
            ("stress", "true"),
            ("timeout", "2min"),
            ("memory", "64MiB"),
            ("cpu", "80%"),
            ("errors", "5%"),
        ] {
            given.set(name, value).unwrap();
        }
        assert_eq!(given.iterations, Some(1_000));
        assert_eq!((given.warm_up_ns, given.time_ns), (Some(50_000_000), Some(1_500_000_000)));
        assert_eq!((given.precision, given.rate_millihertz), (Some(0.005), Some(500_000)));
        assert_eq!(given.threads.as_deref(), Some(&[1, 4, 0][..]));
        assert_eq!((given.timeout_ns, given.memory_bytes), (Some(120_000_000_000), Some(64 << 20)));
        assert_eq!((given.cpu_bp, given.errors_bp), (Some(8_000), Some(500)));
    }

    #[test]
    fn what_is_no_value_is_named() {
        for (name, value) in [
            ("iterations", "0"),
            ("time", "2"),
            ("time", "-1s"),
            ("threads", "x"),
            ("rate", "9"),
            ("cpu", "80"),
            ("stress", "yes"),
            ("memory", "much"),
            ("tiem", "2s"),
        ] {
            let problem = Given::default().set(name, value).unwrap_err();
            assert!(problem.contains(name), "{problem}");
        }
    }

    #[test]
    fn patterns_fit_as_a_reader_expects() {
        for (pattern, fitting, other) in [
            ("sort", "bench::sort/10", "bench::parse"),
            ("bench::*", "bench::sort", "other::bench::sort"),
            ("*/100", "sort/100", "sort/1000"),
            ("a*b*c", "a-b-b-c", "a-c-b"),
        ] {
            assert!(fits(pattern, fitting), "{pattern} {fitting}");
            assert!(!fits(pattern, other), "{pattern} {other}");
        }
    }

    #[test]
    fn the_last_line_that_fits_counts() {
        let lines = "*\ttime\t1s\nb::*\ttime\t2s\nc::*\ttime\t3s\n";
        assert_eq!(from_lines(lines, "b::x").unwrap().time_ns, Some(2_000_000_000));
        assert!(from_lines("*\ttime\tsoon", "b::x").is_err());
    }
}
