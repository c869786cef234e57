//! The grounds of a verdict, as data. [`Change::reason`](super::Change::reason) says the same in words.

use serde::{Deserialize, Serialize};

use super::{BenchOutcome, MetricKind};

/// A ground of a verdict. The grounds of a row stand in the order in which they were found; where one
/// answers another, such as a blessing an exceeded limit, it follows.
///
/// Times are nanoseconds, shares per cent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Because {
    /// Worse than the limit.
    OverLimit {
        /// The limit of the regression.
        limit_pct: f64,
        /// The place where a limit of the function's own was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<Origin>,
    },
    /// Worse than the lower limit, and within that of a regression.
    OverLowerLimit {
        /// The lower limit.
        lower_pct: f64,
        /// The limit of the regression; `null` where there is none.
        limit_pct: Option<f64>,
        /// The place where a limit of the function's own was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<Origin>,
    },
    /// Better by more than the limit.
    BetterThanLimit {
        /// The limit.
        limit_pct: f64,
    },
    /// Within all limits.
    WithinLimit {
        /// The smallest limit; `null` where there is none.
        limit_pct: Option<f64>,
    },
    /// Nothing says which way is better.
    NoDirection,
    /// A count of a program that benchmarks, which grows with the iterations that its harness chose.
    CountOfIterations,

    /// Powers with which a cost grows, as intervals of 99 %.
    Exponents {
        /// Ends in the baseline.
        baseline: (f64, f64),
        /// Ends in the runs that are judged.
        current: (f64, f64),
        /// Number of sizes that both have.
        sizes: u64,
        /// True if they differ for sure.
        apart: bool,
    },
    /// The same value in all runs.
    Same,
    /// The values of the runs of both sides overlap.
    RunsOverlap {
        /// Least and most of the baseline.
        baseline: (f64, f64),
        /// Least and most of the runs that are judged.
        current: (f64, f64),
    },
    /// More in most runs, and no more in others.
    MoreInMostRuns,
    /// More in some runs, and no more in others.
    MoreInSomeRuns,
    /// Values of two runs, as near to each other as the sides come.
    NearestRuns {
        /// Least and most of the baseline.
        baseline: (f64, f64),
        /// Least and most of the runs that are judged.
        current: (f64, f64),
    },
    /// Runs of one side differ by as much.
    MayBeChance,
    /// The calls grew at least as much.
    WithCalls {
        /// Calls in the baseline.
        baseline: u64,
        /// Calls in the run that is judged.
        current: u64,
    },
    /// One side did not count it.
    NotCounted {
        /// The side.
        side: Which,
    },
    /// Errors of kinds that no run before has.
    NewErrorKinds {
        /// The kinds, as the program names them.
        kinds: Vec<String>,
        /// Whether each of the runs that are judged has one of them; otherwise some have.
        in_every_run: bool,
    },
    /// Not called any more.
    NoLongerCalled,
    /// Not called before.
    NeverCalledBefore,
    /// Panics of sampled calls, which are counted elsewhere.
    SampledPanics,

    /// Only the runs that are judged know it.
    New {
        /// Self time of the function in the run; left out of what is no function.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        self_ns: Option<u64>,
    },
    /// Only the baseline knows it.
    Gone {
        /// Self time of the function in the run; left out of what is no function.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        self_ns: Option<u64>,
    },
    /// The same calls and the same work under another name.
    Renamed {
        /// The former name.
        from: String,
    },

    /// The values are estimates, since not all calls were timed.
    Estimated {
        /// Whether that of the baseline is.
        baseline: bool,
        /// Whether that of the run that is judged is.
        current: bool,
    },
    /// Everything moved. The change beside that is judged.
    BesideSuite {
        /// Change of everything.
        suite_pct: f64,
    },
    /// The values are those of a unit of work.
    PerUnitOfWork,
    /// The declared work of an iteration changed. The baseline's value is that of as much work as now.
    OfOtherWork {
        /// The unit of the work: `bytes`, `elements`.
        unit: String,
        /// Work of an iteration in the baseline.
        baseline: f64,
        /// Work of an iteration in the run that is judged.
        current: f64,
    },

    /// A benchmark did not end well, so that it has no time.
    Ended {
        /// Its end.
        outcome: BenchOutcome,
        /// Its end in the baseline; left out where that does not know it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<BenchOutcome>,
    },

    /// No call was timed.
    NotTimed,
    /// Calls or polls were counted and not timed.
    NotMeasured {
        /// How many.
        count: u64,
        /// Whether they are polls of futures.
        polls: bool,
        /// The side.
        side: Which,
    },
    /// Calls had not finished when the run ended.
    Unfinished {
        /// How many.
        calls: u64,
        /// The side.
        side: Which,
    },
    /// A percentile lacks calls, for want of memory.
    Truncated {
        /// Calls that it lacks.
        lost: u64,
        /// Calls of which it should be.
        of: u64,
        /// The side.
        side: Which,
    },
    /// Too few calls to judge a time.
    FewCalls {
        /// Calls in the baseline.
        baseline: u64,
        /// Calls in the run that is judged.
        current: u64,
        /// Calls from which a time is judged.
        needed: u64,
        /// Whether those are counted that were timed, since not all were.
        timed: bool,
    },
    /// Too few calls for the percentile or the mean.
    TooFewFor,
    /// Percentiles of a sampled function, which are those of a few windows.
    SampledPercentile,
    /// A side does not know the function.
    Unknown {
        /// The side.
        side: Which,
    },
    /// A time of nothing, of which there is no ratio.
    OfNothing,

    /// The change of a call is below the floor.
    BelowCallFloor {
        /// The floor.
        floor_ns: f64,
    },
    /// The change over the run is below the floor.
    BelowRunFloor {
        /// The floor.
        floor_ns: f64,
    },
    /// The change is below what the clock and the recorder leave open.
    BelowResolution {
        /// What they leave open.
        open_ns: f64,
    },
    /// The change of memory is below what the system leaves open.
    BelowSizeFloor {
        /// What it leaves open.
        floor_bytes: u64,
    },
    /// Too small a part of a run to matter.
    Small {
        /// The share below which it is.
        share_pct: f64,
    },

    /// No change below this one could be told from noise.
    TooCoarse {
        /// The change; `null` where no sensible one could.
        detectable_pct: Option<f64>,
        /// What runs differ by; `null` where that is an assumption.
        noise_pct: Option<f64>,
    },
    /// Perhaps slower, perhaps noise.
    PerhapsNoise,
    /// Within the noise.
    WithinNoise {
        /// The change that would have been seen.
        detectable_pct: f64,
    },

    /// The median did not move with the mean.
    MedianUnmoved,
    /// A few calls decide the percentile.
    DecidedByFew {
        /// Their share.
        calls_pct: f64,
    },
    /// What most calls take did not change, and the runs are few.
    TailOfFewRuns,
    /// The slowest calls of many functions moved together, and what most calls take did not.
    TailsMovedTogether {
        /// Functions of which they moved.
        moved: u64,
        /// Functions that were judged.
        of: u64,
    },
    /// The machine was busier, and nothing else confirms the change.
    Busier {
        /// What does not.
        unconfirmed: Unconfirmed,
    },
    /// Threads waited for a processor, and nothing else confirms the change.
    Waited {
        /// Share of their time.
        waited_pct: f64,
        /// What does not.
        unconfirmed: Unconfirmed,
    },
    /// A few time slices of other programs take as long, and nothing else confirms the change.
    TimeSlices {
        /// What does not.
        unconfirmed: Unconfirmed,
    },
    /// The machine was not steady, and nothing else confirms the change.
    Unsteady {
        /// The complaint of the probe, in words.
        how: String,
        /// What does not.
        unconfirmed: Unconfirmed,
    },
    /// A part of the change is the recorder's own time.
    Recorder {
        /// The part.
        pct: f64,
    },
    /// Sampling may be off.
    Sampling {
        /// By how much.
        off_pct: f64,
    },
    /// What recording takes may be off.
    Recording {
        /// By how much.
        off_pct: f64,
    },
    /// The machine was busier, which may make a part of the change.
    BusyMachine {
        /// The part.
        pct: f64,
    },

    /// The count changed as the work did.
    WithWork {
        /// Change of the work.
        work_pct: f64,
    },
    /// The count is judged by unit of work.
    ByUnitOfWork {
        /// Change of the work.
        work_pct: f64,
        /// Change of the count by unit of work; `null` where there is nothing to divide by.
        change_pct: Option<f64>,
    },
    /// The count changed as all counts did, of work that differs from run to run.
    WorkVaries,
    /// The runs are of different machines, so that the verdict is advice.
    OtherMachine,
    /// Allocations were counted in one of the runs, which takes time, so that the verdict is advice.
    OtherCounting,
    /// A side is not whole.
    NotWhole {
        /// The side.
        side: Which,
        /// What is missing, in words.
        missing: Vec<String>,
    },

    /// A side is a distributed run of which parts are missing.
    PartMissing {
        /// The side.
        side: Which,
        /// The parts, in words.
        missing: String,
    },

    /// Slower only for waiting on another function.
    WaitsFor {
        /// The function.
        function: String,
    },
    /// Slower only for waiting on a function that may be slower.
    WaitsForAccepted {
        /// The function.
        function: String,
    },
    /// Owed to functions that may be slower.
    OwedTo {
        /// The functions, largest part first.
        functions: Vec<String>,
    },
    /// Accepted by a blessing.
    Blessed(Box<Blessedness>),
    /// Worse than a blessing accepts.
    BeyondBlessing(Box<Blessedness>),
    /// A warning only, as `perf.toml` says.
    OnlyWarns {
        /// Its line that says so of the function; `null` where it says so of the metric.
        line: Option<u64>,
    },

    /// Over the budget.
    OverBudget {
        /// The place where it was given.
        origin: Origin,
    },
    /// Within the budget.
    WithinBudget {
        /// The place where it was given.
        origin: Origin,
    },
    /// Never called, so that the budget says nothing.
    BudgetOfUncalled {
        /// The place where it was given.
        origin: Origin,
    },
    /// Not measured, so that the budget says nothing.
    BudgetOfUnmeasured {
        /// The place where it was given.
        origin: Origin,
    },
    /// Below the minimum, or above the maximum.
    OutOfBounds {
        /// The kind of the metric.
        metric: MetricKind,
    },
    /// Within the minimum, or the maximum.
    WithinBounds {
        /// The kind of the metric.
        metric: MetricKind,
    },
    /// Never recorded, so that the bound says nothing.
    BoundOfUnrecorded {
        /// The kind of the metric.
        metric: MetricKind,
    },

    /// A ground that this version does not know.
    #[serde(other)]
    Other,
}

/// One of the two sides of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// The baseline.
    Baseline,
    /// The runs that are judged.
    Current,
}

/// The place where a limit was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The attribute of the function.
    Attribute,
    /// A line of `perf.toml`, from 1.
    File(usize),
    /// The program that asks.
    Program,
}

/// A thing that would confirm a change, and does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unconfirmed {
    /// What most calls take.
    MostCalls,
    /// The processor time.
    CpuTime,
    /// The processor time of a unit of work.
    CpuTimeOfAUnit,
    /// Processor time that became more, as a busier machine makes it.
    CpuTimeOfABusyMachine,
}

/// A blessing, as far as a verdict rests on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Blessedness {
    /// The value that is accepted.
    pub to: f64,
    /// Whether less of it is worse.
    pub less_is_worse: bool,
    /// The day on which it was accepted.
    pub on: String,
    /// The last day on which it counts; `null` is for ever.
    pub until: Option<String>,
    /// Commit of the run that it was accepted for; `null` where that is not known.
    pub commit: Option<String>,
    /// Why it is accepted, in the words of whoever did.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ground_is_named_by_its_kind_and_one_of_another_version_is_read() {
        let read = |text: &str| serde_json::from_str::<Because>(text).unwrap();
        let waits = Because::WaitsFor { function: "demo::f".to_owned() };
        let text = r#"{"kind":"waits_for","function":"demo::f"}"#;
        assert_eq!((serde_json::to_string(&waits).unwrap().as_str(), read(text)), (text, waits));
        let text = r#"{"kind":"over_budget","origin":{"file":7}}"#;
        assert_eq!(read(text), Because::OverBudget { origin: Origin::File(7) });
        assert_eq!(read(r#"{"kind":"not_yet_known","pct":1.0}"#), Because::Other);
    }

    #[test]
    fn the_schema_knows_every_kind() {
        let source = include_str!("because.rs");
        let (kinds, _) = source.split_once("pub enum Which").unwrap();
        let (_, kinds) = kinds.split_once("pub enum Because {").unwrap();
        let is_kind = |line: &&str| {
            line.starts_with("    ") && line[4..].starts_with(|c: char| c.is_ascii_uppercase())
        };
        let names = kinds.lines().filter(is_kind);
        let names = names.map(|line| line.trim().split([' ', ',', '(']).next().unwrap_or_default());
        let schema = include_str!("../../schemas/comparison.v1.schema.json");
        for name in names.filter(|name| *name != "Other") {
            let words = name.chars().enumerate().flat_map(|(at, letter)| {
                let gap = (at > 0 && letter.is_ascii_uppercase()).then_some('_');
                gap.into_iter().chain([letter.to_ascii_lowercase()])
            });
            let kind = format!("\"const\": \"{}\"", words.collect::<String>());
            assert!(schema.contains(&kind), "{kind}");
        }
    }
}
