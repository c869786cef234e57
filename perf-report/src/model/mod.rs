//! The documents that leave the program, as plain data: runs, comparisons, histories, stacks and
//! costs.
//!
//! Pure: no IO, no clock. The meaning of a field stands here once, and for other languages in the
//! JSON Schemas in `schemas/`. Every document carries `schema` and `version`; unknown fields are
//! ignored when reading.

mod alert;
mod any;
mod baseline;
mod because;
mod bench;
mod benchmark;
mod bisect;
mod blessings;
mod budget;
mod cases;
mod causes;
mod changepoints;
mod checks;
mod chosen;
mod columns;
mod comparison;
pub mod convert;
mod decline;
mod excerpt;
mod failures;
mod fleet;
mod function;
mod futures;
mod growth;
mod harness;
mod health;
mod history;
mod icicle;
mod identity;
mod import;
mod interleaved;
mod keys;
mod measure;
mod metric;
mod monitor;
mod neighbours;
mod noise;
mod overhead;
mod packed;
mod page;
mod parts;
mod probe;
mod push;
mod read;
mod recording;
mod repeat;
mod report;
mod run;
mod runs;
mod self_test;
mod slower;
mod stacks;
mod suite;
mod suites;
mod toolchain;
mod top;
mod tracked;
mod tree;
mod usage;
mod value;
mod waiver;

#[cfg(test)]
pub(crate) mod samples;

pub use alert::{
    Alert, AlertDocument, AlertEntry, AlertEvent, AlertKey, AlertKind, AlertMetric, AlertPhase,
    AlertStatus, AlertText, AlertsDocument, Watch, monitor_id, unit_word,
};
pub use any::{AnyDocument, AnyError};
pub use baseline::{Baseline, BaselineRow, BaselinesDocument};
pub use because::{Because, Blessedness, Origin, Unconfirmed, Which};
pub use bench::{
    BenchChange, BenchDocument, BenchFinding, BenchGroup, BenchMember, BenchRamp, BenchRow,
    BenchStep, Placing,
};
pub use benchmark::{Benchmark, Statistic};
pub use bisect::{
    BisectCommit, BisectCost, BisectDocument, BisectQuestion, BisectRound, BisectState, BisectStep,
    CommitState, Purpose,
};
pub use blessings::{BlessingRow, BlessingsDocument};
pub use budget::{BudgetKind, BudgetResult, budget_order};
pub use cases::Cases;
pub use causes::{Cause, SelfTime, Shift};
pub use changepoints::{ChangePoints, LevelChange, SeriesChanges};
pub use checks::{Check, CheckState, ChecksDocument};
pub use chosen::{LeftOut, subject};
pub(crate) use chosen::{Series, series};
pub(crate) use columns::Columns;
pub(crate) use comparison::change_in_words;
pub use comparison::{Beside, Change, Comparison, Declaration, Side, Verdict, worst_first};
pub use decline::{Decline, DeclineDocument, Direction, Point};
pub(crate) use excerpt::is_in_excerpt;
pub use failures::{ErrorKind, Failures};
pub use fleet::{AgentFigures, FleetBuild, FleetFunction, FleetProgram, FleetTotals};
pub use function::{Budget, Function, FunctionKind, Histogram};
pub use futures::Futures;
pub use growth::{BenchGrowth, Complexity, Cost, CostGrowth, Scaling, ScalingLaw, ScalingStep};
pub use harness::{BenchDoubt, BenchIo, BenchMemory, BenchOutcome, Harness, Leak};
pub use health::{HealthDocument, HealthFinding, HealthKind};
pub use history::{FunctionHistory, HistoryChange, HistoryDocument, Trend, TrendLimits};
pub use icicle::{Icicle, METRICS_OF_TREES, Tile, colour_of_crate};
pub use identity::Identity;
pub(crate) use identity::{Names, align, align_to};
pub use import::{ImportDocument, ImportNote, ImportResult, ImportRun, Kept};
pub use interleaved::{Contender, Interleaved, Stopped};
pub use keys::BuildKeys;
pub(crate) use keys::fnv1a;
pub use measure::{COMMAND, Metric, Unit};
pub use metric::{Better, CustomMetric, MetricKind};
pub use monitor::{MonitorDecline, MonitorDocument};
pub(crate) use neighbours::neighbours;
pub use noise::{NoiseDocument, NoiseRow};
pub use overhead::{Figure, Operation, OverheadDocument, OverheadRow, TargetResult};
pub use page::{FunctionDocument, Neighbour, PageDocuments};
pub(crate) use parts::{GROUP as GROUP_OF_PARTS, PartKey, shared};
pub use parts::{Part, PartRun, Parts};
pub use probe::{Probe, Steadiness};
pub use push::{PushDocument, PushOutcome, PushedRun};
pub use read::DocumentError;
pub use recording::{Breaker, Discarded, Recording};
pub use repeat::{RepeatRow, RepeatSummary};
pub use report::{
    Advice, BenchDetails, Breach, Cap, Category, Details, Grade, GradeBasis, GradeCap, Left,
    Letter, Place, Reliability, ReliabilityWord, Report, RuleId, Scale, Score, ScorePart,
    ScoreWord, Slowest, Statement, StatementKind,
};
pub use run::{Command, Git, Machine, Process, ProcessSummary, Run, RunDocument};
pub use runs::{RunRow, RunsDocument};
pub use self_test::{CaughtBy, Extra, SelfTestDocument, SelfTestRow};
pub use slower::{SlowerDocument, SlowerSeries};
pub use stacks::{Frame, FuturesInFlight, ProcessStacks, StacksDocument, ThreadStack};
pub use suite::{Suite, Test, TestOutcome, WatchedFolder};
pub use suites::{
    Growth, PastSuite, SlowTest, SuiteRow, SuiteTarget, SuitesDocument, TargetOutcome, TargetUnit,
};
pub use toolchain::{CrateBuild, Toolchain};
pub use top::{Since, TopCommand, TopDocument, TopFunction, TopMetric, TopProcess};
pub use tracked::{TrackedDocument, TrackedRun, TrackedSummary};
pub use tree::TreeNode;
pub use usage::{Extent, Usage};
pub use value::{count_of, time_of, value, value_of_command};
pub use waiver::{Waived, Waiver};

/// Name of the schema of a [`RunDocument`].
pub const RUN_SCHEMA: &str = "perf-track/run";
/// Newest version of [`RUN_SCHEMA`].
pub const RUN_VERSION: u32 = 1;
/// Name of the schema of a [`RunsDocument`].
pub const RUNS_SCHEMA: &str = "perf-track/runs";
/// Newest version of [`RUNS_SCHEMA`].
pub const RUNS_VERSION: u32 = 1;
/// Name of the schema of a [`SlowerDocument`].
pub const SLOWER_SCHEMA: &str = "perf-track/slower";
/// Newest version of [`SLOWER_SCHEMA`].
pub const SLOWER_VERSION: u32 = 1;
/// Name of the schema of a [`Baseline`].
pub const BASELINE_SCHEMA: &str = "perf-track/baseline";
/// Newest version of [`BASELINE_SCHEMA`].
pub const BASELINE_VERSION: u32 = 1;
/// Name of the schema of a [`BenchDocument`].
pub const BENCH_SCHEMA: &str = "perf-track/bench";
/// Newest version of [`BENCH_SCHEMA`].
pub const BENCH_VERSION: u32 = 1;
/// Name of the schema of a [`BaselinesDocument`].
pub const BASELINES_SCHEMA: &str = "perf-track/baselines";
/// Newest version of [`BASELINES_SCHEMA`].
pub const BASELINES_VERSION: u32 = 1;
/// Name of the schema of a [`BisectDocument`].
pub const BISECT_SCHEMA: &str = "perf-track/bisect";
/// Newest version of [`BISECT_SCHEMA`].
pub const BISECT_VERSION: u32 = 1;
/// Name of the schema of a [`BlessingsDocument`].
pub const BLESSINGS_SCHEMA: &str = "perf-track/blessings";
/// Newest version of [`BLESSINGS_SCHEMA`].
pub const BLESSINGS_VERSION: u32 = 1;
/// Name of the schema of [`ChangePoints`].
pub const CHANGEPOINTS_SCHEMA: &str = "perf-track/changepoints";
/// Newest version of [`CHANGEPOINTS_SCHEMA`].
pub const CHANGEPOINTS_VERSION: u32 = 1;
/// Name of the schema of a [`Comparison`].
pub const COMPARISON_SCHEMA: &str = "perf-track/comparison";
/// Newest version of [`COMPARISON_SCHEMA`].
pub const COMPARISON_VERSION: u32 = 1;
/// Name of the schema of a [`ChecksDocument`].
pub const DOCTOR_SCHEMA: &str = "perf-track/doctor";
/// Newest version of [`DOCTOR_SCHEMA`].
pub const DOCTOR_VERSION: u32 = 1;
/// Name of the schema of a [`HealthDocument`].
pub const HEALTH_SCHEMA: &str = "perf-track/health";
/// Newest version of [`HEALTH_SCHEMA`].
pub const HEALTH_VERSION: u32 = 1;
/// Name of the schema of a [`StacksDocument`].
pub const STACKS_SCHEMA: &str = "perf-track/stacks";
/// Newest version of [`STACKS_SCHEMA`].
pub const STACKS_VERSION: u32 = 1;
/// Name of the schema of a [`TopDocument`].
pub const TOP_SCHEMA: &str = "perf-track/top";
/// Newest version of [`TOP_SCHEMA`].
pub const TOP_VERSION: u32 = 1;
/// Name of the schema of an [`OverheadDocument`].
pub const OVERHEAD_SCHEMA: &str = "perf-track/overhead";
/// Newest version of [`OVERHEAD_SCHEMA`].
pub const OVERHEAD_VERSION: u32 = 1;
/// Name of the schema of a [`NoiseDocument`].
pub const NOISE_SCHEMA: &str = "perf-track/noise";
/// Newest version of [`NOISE_SCHEMA`].
pub const NOISE_VERSION: u32 = 1;
/// Name of the schema of a [`SelfTestDocument`].
pub const SELF_TEST_SCHEMA: &str = "perf-track/self-test";
/// Newest version of [`SELF_TEST_SCHEMA`].
pub const SELF_TEST_VERSION: u32 = 1;
/// Name of the schema of a [`HistoryDocument`].
pub const HISTORY_SCHEMA: &str = "perf-track/history";
/// Newest version of [`HISTORY_SCHEMA`].
pub const HISTORY_VERSION: u32 = 1;
/// Name of the schema of a [`FunctionDocument`].
pub const FUNCTION_SCHEMA: &str = "perf-track/function";
/// Newest version of [`FUNCTION_SCHEMA`].
pub const FUNCTION_VERSION: u32 = 1;
/// Name of the schema of an [`ImportDocument`].
pub const IMPORT_SCHEMA: &str = "perf-track/import";
/// Newest version of [`IMPORT_SCHEMA`].
pub const IMPORT_VERSION: u32 = 1;
/// Name of the schema of a [`DeclineDocument`].
pub const DECLINE_SCHEMA: &str = "perf-track/decline";
/// Newest version of [`DECLINE_SCHEMA`].
pub const DECLINE_VERSION: u32 = 1;
/// Name of the schema of a [`Report`].
pub const REPORT_SCHEMA: &str = "perf-track/report";
/// Newest version of [`REPORT_SCHEMA`].
pub const REPORT_VERSION: u32 = 1;
/// Name of the schema of a [`PushDocument`].
pub const PUSH_SCHEMA: &str = "perf-track/push";
/// Newest version of [`PUSH_SCHEMA`].
pub const PUSH_VERSION: u32 = 1;
/// Name of the schema of an [`AlertDocument`].
pub const ALERT_SCHEMA: &str = "perf-track/alert";
/// Newest version of [`ALERT_SCHEMA`].
pub const ALERT_VERSION: u32 = 1;
/// Name of the schema of an [`AlertsDocument`].
pub const ALERTS_SCHEMA: &str = "perf-track/alerts";
/// Newest version of [`ALERTS_SCHEMA`].
pub const ALERTS_VERSION: u32 = 1;
/// Name of the schema of a [`MonitorDocument`].
pub const MONITOR_SCHEMA: &str = "perf-track/monitor";
/// Newest version of [`MONITOR_SCHEMA`].
pub const MONITOR_VERSION: u32 = 1;
/// Name of the schema of a [`SuitesDocument`].
pub const SUITES_SCHEMA: &str = "perf-track/suites";
/// Newest version of [`SUITES_SCHEMA`].
pub const SUITES_VERSION: u32 = 1;
/// Name of the function that stands for all suites of a run together.
pub const SUITES: &str = "(suites)";
/// Name of the schema of a [`TrackedDocument`].
pub const TRACKED_SCHEMA: &str = "perf-track/tracked";
/// Newest version of [`TRACKED_SCHEMA`].
pub const TRACKED_VERSION: u32 = 1;
