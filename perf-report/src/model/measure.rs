//! The metrics of functions, of the command, and of the program's own.

use serde::{Deserialize, Serialize};

use super::MetricKind;
use crate::stats::number::whole;
use crate::text::{units, values};

/// Name of the rows of the command as a whole.
pub const COMMAND: &str = "(command)";

/// The unit in which a value is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds, shown in the unit that fits.
    Time,
    /// Bytes.
    Size,
    /// A number of things.
    Count,
    /// A part of a whole, 0.5 for half.
    Share,
    /// Things a second.
    Rate,
    /// The program's own.
    Own,
}

impl Unit {
    /// Reads a value as people write it: `8ms`, `64MiB`, `1200`, `96%`, `-0.5`.
    ///
    /// # Errors
    /// The mistake, as the end of a sentence.
    pub(crate) fn parse(self, text: &str) -> Result<f64, String> {
        let finite = || text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        match self {
            Self::Time => values::duration_ns(text),
            Self::Size => values::size_bytes(text),
            Self::Share => values::share(text),
            Self::Count => finite()
                .filter(|count| *count >= 0.0 && count.fract() == 0.0)
                .ok_or_else(|| format!("{text:?} is no count: write a whole number")),
            Self::Rate | Self::Own => finite().ok_or_else(|| format!("{text:?} is no number")),
        }
    }

    /// Writes `value` as people read it: `20.1 ms`, `64.2 MiB`, `1,200`, `96 %`, `1,200 a second`.
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Time => units::duration(value),
            Self::Size => units::bytes(whole(value)),
            Self::Count => units::count(whole(value)),
            Self::Share => units::percent(value * 100.0),
            Self::Rate => format!("{} a second", units::rough_number(value)),
            Self::Own => units::number(value),
        }
    }
}

/// A metric that runs are compared by. Counts are of the whole run; times are of one call, except
/// [`Metric::TotalNs`].
///
/// A run's time is its calls times the time of a call, and both change for different reasons: more
/// work, or slower work. So they are judged apart, each by its own rule: counts exactly, times by
/// percentage. The time of the whole run mixes the two and is judged only when asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Finished calls; exact.
    Calls,
    /// Calls that returned an error; exact.
    Errors,
    /// Calls that ended by unwinding; exact.
    Panics,
    /// Share of the calls that returned no error, 0 to 1; 0.5 is half; exact.
    Success,
    /// Allocations by the function itself, outside tracked callees, over the run; exact. Like own
    /// time, it names the function that changed and none of its callers.
    SelfAllocs,
    /// Bytes of these; exact.
    SelfAllocBytes,
    /// Own time of a call, outside tracked callees: `self_ns` of the run divided by `calls`. It
    /// names the function that became slower, where the inclusive times below also name all of its
    /// callers.
    SelfNs,
    /// Time between entry and exit, over the run.
    TotalNs,
    /// Mean duration of a call, callees included.
    MeanNs,
    /// Median duration of a call, callees included.
    P50Ns,
    /// 90th percentile of the duration of a call, callees included.
    P90Ns,
    /// 95th percentile of the duration of a call, callees included.
    P95Ns,
    /// 99th percentile of the duration of a call, callees included.
    P99Ns,
    /// Time of the whole command on the wall.
    WallNs,
    /// Processor time of the whole command, in user mode and in the kernel.
    CpuNs,
    /// Largest resident memory of one of its processes.
    PeakRssBytes,
    /// Units of work a second, on the wall: the more, the better. Only an open load has it.
    Throughput,
    /// The power of the size with which the time of a benchmark grows.
    TimeExponent,
    /// The same of its allocations.
    AllocsExponent,
    /// The same of their bytes.
    AllocBytesExponent,
    /// A count that the program keeps for itself; exact.
    Count,
    /// The last value of a gauge of the program's own.
    Gauge,
    /// A ratio of the program's own; 0.5 is half.
    Ratio,
}

impl Metric {
    /// Every metric of functions.
    pub const ALL: [Self; 13] = [
        Self::Calls,
        Self::Errors,
        Self::Panics,
        Self::Success,
        Self::SelfAllocs,
        Self::SelfAllocBytes,
        Self::SelfNs,
        Self::TotalNs,
        Self::MeanNs,
        Self::P50Ns,
        Self::P90Ns,
        Self::P95Ns,
        Self::P99Ns,
    ];

    /// The percentiles that few calls decide.
    pub const OUTER_PERCENTILES: [Self; 3] = [Self::P90Ns, Self::P95Ns, Self::P99Ns];

    /// The metrics of benchmarks that were measured at several sizes.
    pub const EXPONENTS: [Self; 3] =
        [Self::TimeExponent, Self::AllocsExponent, Self::AllocBytesExponent];

    /// Every metric of the whole command.
    pub const OF_COMMAND: [Self; 3] = [Self::WallNs, Self::CpuNs, Self::PeakRssBytes];

    /// Returns whether less of it is worse, where it is judged by noise.
    pub fn less_is_worse(self) -> bool {
        self == Self::Throughput
    }

    /// Returns whether it belongs to functions, and neither to the command nor to the program's
    /// own.
    pub fn is_of_function(self) -> bool {
        Self::ALL.contains(&self)
    }

    /// Returns whether it is one of the program's own.
    pub fn is_custom(self) -> bool {
        matches!(self, Self::Count | Self::Gauge | Self::Ratio)
    }

    /// Returns whether it counts something, and so has no noise.
    pub fn is_count(self) -> bool {
        matches!(
            self,
            Self::Calls
                | Self::Errors
                | Self::Panics
                | Self::Success
                | Self::SelfAllocs
                | Self::SelfAllocBytes
                | Self::Count
        )
    }

    /// Returns whether it is a percentile, which a bucket of the histogram stands for.
    pub fn is_percentile(self) -> bool {
        self == Self::P50Ns || self.is_outer_percentile()
    }

    /// Returns whether it is a percentile that few calls decide.
    pub fn is_outer_percentile(self) -> bool {
        Self::OUTER_PERCENTILES.contains(&self)
    }

    /// Returns its name in a sentence: `self time`, `p95`.
    pub fn title(self) -> &'static str {
        match self {
            Self::Success => "success rate",
            Self::SelfAllocs => "own allocations",
            Self::SelfAllocBytes => "own allocated bytes",
            Self::SelfNs => "self time",
            Self::TotalNs => "total time",
            Self::WallNs => "wall time",
            Self::CpuNs => "processor time",
            Self::PeakRssBytes => "peak memory",
            Self::TimeExponent => "exponent of time",
            Self::AllocsExponent => "exponent of allocations",
            Self::AllocBytesExponent => "exponent of allocated bytes",
            metric => metric.word(),
        }
    }

    /// Returns the unit of its values.
    pub fn unit(self) -> Unit {
        match self {
            Self::Success | Self::Ratio => Unit::Share,
            Self::Throughput => Unit::Rate,
            Self::Gauge => Unit::Own,
            metric if Self::EXPONENTS.contains(&metric) => Unit::Own,
            Self::SelfAllocBytes | Self::PeakRssBytes => Unit::Size,
            metric if metric.is_count() => Unit::Count,
            _ => Unit::Time,
        }
    }

    /// Writes a value of it as people read it, with its unit.
    pub fn number(self, value: f64) -> String {
        match self {
            metric if Self::EXPONENTS.contains(&metric) => format!("{value:.2}"),
            // A count of the program's own may be of so many things that it is a float.
            Self::Count => units::number(value),
            metric => metric.unit().text(value),
        }
    }

    /// Returns its name on the command line and in `perf.toml`: `self`, `p95`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Errors => "errors",
            Self::Panics => "panics",
            Self::Success => "success",
            Self::SelfAllocs => "allocs",
            Self::SelfAllocBytes => "alloc-bytes",
            Self::SelfNs => "self",
            Self::TotalNs => "total",
            Self::MeanNs => "mean",
            Self::P50Ns => "p50",
            Self::P90Ns => "p90",
            Self::P95Ns => "p95",
            Self::P99Ns => "p99",
            Self::WallNs => "wall",
            Self::CpuNs => "cpu",
            Self::PeakRssBytes => "peak-memory",
            Self::Throughput => "throughput",
            Self::TimeExponent => "time-exponent",
            Self::AllocsExponent => "allocs-exponent",
            Self::AllocBytesExponent => "alloc-bytes-exponent",
            Self::Count => "count",
            Self::Gauge => "gauge",
            Self::Ratio => "ratio",
        }
    }

    /// Returns the metric of that [`word`](Self::word), or of its name in documents: `self`,
    /// `self_ns`, `allocs`, `self_allocs`.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.strip_suffix("_ns").unwrap_or(word);
        let word = match word {
            "self_allocs" => Self::SelfAllocs.word(),
            "self_alloc_bytes" => Self::SelfAllocBytes.word(),
            "peak_rss_bytes" => Self::PeakRssBytes.word(),
            "time_exponent" => Self::TimeExponent.word(),
            "allocs_exponent" => Self::AllocsExponent.word(),
            "alloc_bytes_exponent" => Self::AllocBytesExponent.word(),
            word => word,
        };
        let all = Self::ALL.into_iter().chain(Self::OF_COMMAND).chain([Self::Throughput]);
        let all = all.chain(Self::EXPONENTS);
        all.into_iter().find(|metric| metric.word() == word)
    }
}

impl From<MetricKind> for Metric {
    fn from(kind: MetricKind) -> Self {
        match kind {
            MetricKind::Count => Self::Count,
            MetricKind::Gauge => Self::Gauge,
            MetricKind::Ratio => Self::Ratio,
        }
    }
}
