//! What became slower lately: the newest run of each series against those before.

use serde::{Deserialize, Serialize};

use super::{Change, SLOWER_SCHEMA, SLOWER_VERSION, Verdict};

/// Document `perf-track/slower`: of each series with a run since some moment, what its newest run is worse in than
/// the runs before that moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlowerDocument {
    /// [`SLOWER_SCHEMA`].
    pub schema: String,
    /// [`SLOWER_VERSION`] of the writer.
    pub version: u32,
    /// The moment at which it was found, in RFC 3339, UTC.
    pub time: String,
    /// The moment that divides the runs, in RFC 3339, UTC.
    pub since: String,
    /// Branch whose runs alone were looked at; left out where all were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The series with a run since then, the worst first.
    pub series: Vec<SlowerSeries>,
    /// Number of series with a run since then that were not looked at, since there are too many.
    pub left_out: u64,
}

impl SlowerDocument {
    /// Makes the document of what was found at the moment `time`, the worst series first.
    pub fn of(
        (since, time): (String, String),
        mut series: Vec<SlowerSeries>,
        left_out: u64,
    ) -> Self {
        series.sort_by(|a, b| b.verdict.cmp(&a.verdict).then_with(|| a.command.cmp(&b.command)));
        Self {
            schema: SLOWER_SCHEMA.to_owned(),
            version: SLOWER_VERSION,
            time,
            since,
            branch: None,
            series,
            left_out,
        }
    }

    /// Returns the series in which something is worse.
    pub fn slower(&self) -> impl Iterator<Item = &SlowerSeries> {
        self.series.iter().filter(|series| !series.worse.is_empty())
    }

    /// Returns the number of series that could be judged.
    pub fn judged(&self) -> usize {
        self.series.iter().filter(|series| series.not_judged.is_none()).count()
    }
}

/// The runs of one command, or of one tool's results, on one kind of machine.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SlowerSeries {
    /// The command without what chooses among its benchmarks; empty where there was none.
    pub command: String,
    /// Format of the files that the runs were imported from; `null` of runs that perf-report made by itself.
    pub source: Option<String>,
    /// Key of the machine.
    pub machine_key: String,
    /// Id of the newest run.
    pub run: String,
    /// Start of the newest run, in RFC 3339, UTC.
    pub time: String,
    /// Branch of the newest run.
    pub branch: Option<String>,
    /// Full hash of the commit of the newest run.
    pub commit: Option<String>,
    /// Number of runs of before that it was compared with.
    pub before: u64,
    /// Number of rows that could be judged.
    pub judged: u64,
    /// The worst verdict; `stable` of a series that was not judged.
    pub verdict: Verdict,
    /// The rows that are worse, worst first.
    pub worse: Vec<Change>,
    /// The reason for which nothing was judged; `null` where something was.
    pub not_judged: Option<String>,
}

impl SlowerSeries {
    /// Returns whether it was judged and nothing in it is worse.
    pub fn is_fine(&self) -> bool {
        self.not_judged.is_none() && self.worse.is_empty()
    }
}
