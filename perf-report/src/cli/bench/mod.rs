//! `perf-report bench`: benchmarks in several processes, judged by a baseline and beside each other.

mod made;
mod progress;
mod values;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::ValueEnum;
use clap::builder::{FalseyValueParser, PossibleValue};

use super::judge::{self, LimitArgs};
use super::output::{self, OutputArgs};
use super::page::{self, HtmlArgs};
use super::recording::{DirArgs, ProbeArgs};
use super::{baseline, keep};
use crate::analysis;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{BenchDocument, FunctionKind, LeftOut, RunDocument};
use crate::project;
use crate::project::bench::{self, Judged};
use crate::project::config::check::CheckSettings;
use crate::project::context::Context;
use crate::render::{BenchDetail, BenchFacet, BenchView, Medium};
use crate::text::{sanitize, suggest, units};
use crate::verdict;
use made::Made;

const EXAMPLES: &str = "\
Examples:
  perf-report bench                        all benchmarks, in 3 processes
  perf-report bench parse --quick          those with `parse` in their name
  perf-report bench --save main            keep the result as baseline `main`
  perf-report bench --baseline main        judged by that baseline
  perf-report bench --view memory          allocations, leaks, peak memory
  perf-report bench sort --view comparison ranks of the members of groups
  perf-report bench --view stress --stress threads against throughput
  perf-report bench --format markdown --output bench.md
  perf-report bench --bench parsing -- --profile bench-debug

The benchmarks are functions with #[perf_bench]. `cargo bench` builds them once and runs them in several \
processes, one after the other: how memory is laid out differs from process to process, and intervals \
from one process alone are too narrow. Each process is stored as a run; `check`, `history` and `show` \
know its benchmarks.

Times are judged by the baseline of --baseline, else of perf.toml, else `main`, else by the runs of the \
same command before. Members of a group are compared with its base round by round.

With --format other than `human`, the document goes to standard output, and nothing else does.

Exit codes: 0 nothing is worse, 2 it does not build, or the baseline is not there, or is there already, \
3 something regressed, or a benchmark ended other than `ok`, 4 there is no benchmark; that of cargo where \
something else of it failed.";

/// Run benchmarks of `#[perf_bench]`, compare and rank them
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Only benchmarks with one of these texts in their name
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,

    /// Bench targets of this package only; may be repeated
    #[arg(
        long,
        short,
        value_name = "PACKAGE",
        env = "PERF_TRACK_BENCH_PACKAGE",
        hide_env_values = true
    )]
    #[arg(value_delimiter = ',')]
    package: Vec<String>,

    /// This bench target only; may be repeated
    #[arg(long, value_name = "TARGET", env = "PERF_TRACK_BENCH_TARGET", hide_env_values = true)]
    #[arg(value_delimiter = ',')]
    bench: Vec<String>,

    /// Features to build with
    #[arg(
        long,
        value_name = "FEATURES",
        env = "PERF_TRACK_BENCH_FEATURES",
        hide_env_values = true
    )]
    features: Option<String>,

    /// Processes to run, one after the other [default: 3, with --quick 1]
    #[arg(long, value_name = "N", env = "PERF_TRACK_BENCH_PROCESSES", hide_env_values = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000))]
    processes: Option<u32>,

    /// What to judge by: a baseline, `main~10` for the last runs of a branch, or a run as `tag:v1.2`
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_BASELINE", hide_env_values = true)]
    baseline: Option<String>,

    /// Keep the result as the baseline of this name, without the benchmarks that ended badly
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_BENCH_SAVE", hide_env_values = true)]
    save: Option<String>,

    /// Replace the baseline of --save that is there
    #[arg(long, requires = "save", env = "PERF_TRACK_FORCE", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    force: bool,

    /// The kind of cost to look at
    #[arg(
        long,
        value_enum,
        default_value_t,
        env = "PERF_TRACK_BENCH_VIEW",
        hide_env_values = true
    )]
    view: BenchFacet,

    /// How much to show
    #[arg(
        long,
        value_enum,
        default_value_t,
        env = "PERF_TRACK_BENCH_DETAIL",
        hide_env_values = true
    )]
    detail: BenchDetail,

    #[command(flatten)]
    name: keep::NameArgs,

    #[command(flatten)]
    probe: ProbeArgs,

    #[command(flatten)]
    dir: DirArgs,

    /// Print no progress
    #[arg(long, env = "PERF_TRACK_QUIET", hide_env_values = true)]
    #[arg(short = 'Q', value_parser = FalseyValueParser::new())]
    quiet: bool,

    /// How to write it
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: Medium,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    html: HtmlArgs,

    #[command(flatten)]
    values: values::ValueArgs,

    #[command(flatten)]
    limits: LimitArgs,

    /// Arguments for cargo
    #[arg(last = true, value_name = "CARGO ARGS")]
    cargo: Vec<OsString>,
}

impl Args {
    fn processes(&self) -> u32 {
        self.processes.unwrap_or(if self.values.quick { 1 } else { 3 })
    }

    /// Returns whether benchmarks were left out on purpose.
    fn is_part(&self) -> bool {
        let chosen = [&self.filters, &self.package, &self.bench];
        chosen.iter().any(|words| !words.is_empty()) || !self.cargo.is_empty()
    }

    /// Returns the command of cargo with `own` arguments, and the filters, if asked for.
    fn words(&self, own: &[&str], with_filters: bool) -> Vec<OsString> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut words = vec![cargo, "bench".into()];
        words.extend(own.iter().map(OsString::from));
        let options = [("--package", &self.package), ("--bench", &self.bench)];
        for (option, names) in options {
            words.extend(names.iter().flat_map(|name| [option.into(), name.into()]));
        }
        words.extend(self.features.iter().flat_map(|it| ["--features".into(), it.into()]));
        words.extend(self.cargo.iter().cloned());
        if with_filters && !self.filters.is_empty() {
            words.push("--".into());
            words.extend(self.filters.iter().map(OsString::from));
        }
        words
    }
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    args.html.begin(context);
    let settings = args.limits.settings(context, args.baseline.as_deref(), &[])?;
    // What is wrong with names is told before minutes are spent.
    bench::must_be_there(context, settings.baseline.as_deref())?;
    if let Some(name) = &args.save {
        baseline::must_be_free(context, name, args.force)?;
    }
    let made = made::make(args, context)?;
    if let Some(signal) = made.interrupted {
        let done = units::they_are(made.runs.len() as u64, "run");
        output::warning(&format!("interrupted: {done} stored"));
        return Ok((128 + signal).into());
    }
    let has_benchmarks =
        made.runs.iter().flat_map(|run| &run.functions).any(|it| it.harness().is_some());
    if !has_benchmarks {
        return Err(nothing(args, made));
    }
    let judged = bench::judge(context, &made.runs, &settings)?;
    judged.notices.iter().for_each(|notice| output::warning(notice));
    report(args, context, &made, &judged, &settings)
}

/// Writes what was found, and returns the exit code.
fn report(
    args: &Args,
    context: &Context,
    made: &Made,
    judged: &Judged,
    settings: &CheckSettings,
) -> Result<ExitCode, UserError> {
    let comparison = &judged.comparison;
    let document = analysis::bench::document(&judged.runs, Some(comparison))
        .ok_or_else(|| UserError::new(Code::NothingToJudge, "no run is stored"))?;
    let document = scored(document, context, judged);
    let view = BenchView { document: &document, facet: args.view, detail: args.detail };
    args.output.write(&view, args.format)?;
    let gate = verdict::gate(comparison, &settings.fail_on.clone().unwrap_or_default());
    let code = args.html.after(judge::code(gate), context, || {
        page::of_comparison(context, (&judged.runs, judged.baseline.as_ref()), comparison, settings)
    });
    let is_well = document.benchmarks.iter().all(|row| !row.benchmark.is_failure());
    tell(args, context, (&document, made));
    if let Some(name) = &args.save {
        save(context, name, &made.runs)?;
    }
    // A benchmark that ended badly is the reason why cargo failed; whatever else failed is told.
    match &made.failed {
        Some((failed, words)) if is_well => {
            output::warning(&format!("beside the benchmarks, {words}"));
            Ok(if code == Code::Fine { (*failed).into() } else { code.into() })
        }
        _ => Ok(code.into()),
    }
}

/// Adds the score and the advice. Where they cannot be made, the figures are there all the same.
fn scored(document: BenchDocument, context: &Context, judged: &Judged) -> BenchDocument {
    match project::report::report(context, &judged.runs, &judged.comparison) {
        Ok(report) => analysis::bench::scored(document, report),
        Err(error) => {
            output::warning(&format!("no score: {error}"));
            document
        }
    }
}

/// Says where the runs are, and what to do next.
fn tell(args: &Args, context: &Context, (document, made): (&BenchDocument, &Made)) {
    if args.quiet {
        return;
    }
    let newest = document.runs.last().map_or("", |run| &run.id);
    let runs = match document.runs.first() {
        Some(first) if document.runs.len() > 1 => {
            format!("{} runs, {} to {newest},", document.runs.len(), first.id)
        }
        _ => format!("run {newest}"),
    };
    output::message(&format!("stored as {runs} in {}", context.shown_place_of(newest)));
    if let Some(help) = ignored(&made.left_out) {
        output::help(&help);
    }
    if document.baseline.is_none() && args.save.is_none() {
        output::help("keep this result to judge later ones by: `perf-report bench --save main`");
    }
}

/// Keeps the benchmarks that ended well, in every process, as a baseline.
fn save(context: &Context, name: &str, runs: &[RunDocument]) -> Result<(), UserError> {
    let (kept, bad) = without_bad_ends(runs);
    if !kept.iter().any(RunDocument::has_benchmarks) {
        output::warning(&format!("baseline {name} was not saved: no benchmark ended well"));
        return Ok(());
    }
    if !bad.is_empty() {
        let names: Vec<String> =
            bad.iter().map(|name| sanitize::screen(name).into_owned()).collect();
        output::warning(&format!(
            "baseline {name} is without what ended badly, and judges nothing of it: {}",
            names.join(", ")
        ));
    }
    baseline::keep(context, name, &kept)
}

/// Returns the runs without the benchmarks that ended badly in one of them, and the names of these.
fn without_bad_ends(runs: &[RunDocument]) -> (Vec<RunDocument>, BTreeSet<String>) {
    let functions = runs.iter().flat_map(|run| &run.functions);
    let bad = functions.filter(|it| it.kind == FunctionKind::Benchmark && it.is_failure());
    let bad: BTreeSet<String> = bad.map(|it| it.name.clone()).collect();
    let kept = runs.iter().map(|run| {
        let mut run = run.clone();
        run.functions.retain(|it| !bad.contains(&it.name));
        run
    });
    (kept.collect(), bad)
}

/// Returns how to ask for the benchmarks that their mark keeps out.
fn ignored(left_out: &[LeftOut]) -> Option<String> {
    let count = left_out.iter().filter(|it| it.ignored).count() as u64;
    (count > 0).then(|| {
        let they_are = units::they_are(count, "benchmark");
        format!("{they_are} marked `ignore`: --include-ignored measures all, --ignored those alone")
    })
}

/// Makes the error that no benchmark ran.
fn nothing(args: &Args, made: Made) -> UserError {
    const FIRST: &str = "write the first one: `perf-runtime = { version = \"0.1\", features = [\"bench\"] }` \
        among the dev-dependencies, `[[bench]] name = \"first\" harness = false` in Cargo.toml, and \
        in benches/first.rs `#[perf_runtime::perf_bench] fn sum() -> u64 { (0..1000).sum() }` with \
        `perf_runtime::bench_main!();`";
    if !made.left_out.is_empty() {
        let problem = "no benchmark of #[perf_bench] is among those that were asked for";
        let help = ignored(&made.left_out).unwrap_or_else(|| {
            near(&args.filters, made.left_out.iter().map(|it| it.name.as_str()))
        });
        return UserError::new(Code::NothingToJudge, problem).help(help);
    }
    if let Some((_, words)) = made.failed {
        return UserError::new(Code::NothingToJudge, format!("no benchmark was measured: {words}"))
            .help("run `cargo bench` by itself to see all that it prints");
    }
    if args.is_part() {
        let problem = "no benchmark of #[perf_bench] is among those that were asked for";
        return UserError::new(Code::NothingToJudge, problem)
            .help("`cargo bench -- --list` prints the names");
    }
    UserError::new(Code::NothingToJudge, "there is no benchmark of #[perf_bench]").help(FIRST)
}

/// Names the benchmarks that `filters` may mean, or the first of all.
fn near<'a>(filters: &[String], names: impl Iterator<Item = &'a str> + Clone) -> String {
    /// Names that are listed.
    const MOST: usize = 5;
    // People leave out the program and the arguments.
    let words = |name: &'a str| {
        let function = name.rsplit("::").next().unwrap_or(name);
        [name, function, function.split('/').next().unwrap_or(function)]
    };
    for filter in filters {
        let all = names.clone().flat_map(words);
        if let Some(near) = suggest::nearest(filter, all) {
            let whole = names.clone().find(|name| words(name).contains(&near)).unwrap_or(near);
            return suggest::did_you_mean(&sanitize::screen(whole));
        }
    }
    let first: Vec<String> =
        names.clone().take(MOST).map(|it| sanitize::screen(it).into_owned()).collect();
    let more = names.count().saturating_sub(first.len());
    let more = if more > 0 {
        format!(" and {more} more, which `cargo bench -- --list` prints")
    } else {
        String::new()
    };
    format!("there are {}{more}", first.join(", "))
}

impl ValueEnum for BenchFacet {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Function,
            Self::Memory,
            Self::Cpu,
            Self::Io,
            Self::Network,
            Self::Concurrent,
            Self::Stress,
            Self::Comparison,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::Function => ("function", "Times, throughput, success"),
            Self::Memory => ("memory", "Allocations, leaks, resident memory"),
            Self::Cpu => ("cpu", "Processor time in user mode and in the kernel"),
            Self::Io => ("io", "Files and devices"),
            Self::Network => ("network", "Bytes of the network namespace"),
            Self::Concurrent => ("concurrent", "Threads, rates, the latencies that users see"),
            Self::Stress => ("stress", "More and more threads: knee and efficiency"),
            Self::Comparison => ("comparison", "Ranks of the members of groups"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}

impl ValueEnum for BenchDetail {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Minimal, Self::Detailed, Self::Profile]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::Minimal => ("minimal", "Time, change and how each ended"),
            Self::Detailed => ("detailed", "The view, groups, ramps, reasons to doubt"),
            Self::Profile => ("profile", "Also the functions inside, and their calls as a tree"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BenchOutcome, Benchmark, Function, Harness};

    #[test]
    fn a_slip_in_a_filter_is_told_with_the_name_that_is_near() {
        let names = ["speed::once", "speed::sort/10", "speed::sort/100"];
        let near = |filter: &str| near(&[filter.to_owned()], names.into_iter());
        assert!(near("onec").contains("`speed::once`"), "{}", near("onec"));
        assert!(near("srot").contains("`speed::sort/10`"), "{}", near("srot"));
        let all = near("nosuch");
        assert!(names.iter().all(|name| all.contains(name)), "{all}");
    }

    #[test]
    fn a_baseline_is_kept_without_what_ended_badly() {
        let case = |name: &str, outcome| {
            let harness = Some(Harness { outcome, ..Harness::default() });
            let benchmark = Some(Box::new(Benchmark { harness, ..Benchmark::default() }));
            let (name, kind) = (name.to_owned(), FunctionKind::Benchmark);
            Function { name, kind, benchmark, ..Function::default() }
        };
        let run = |bad| RunDocument {
            functions: vec![case("a", BenchOutcome::Ok), case("b", bad)],
            ..crate::model::samples::empty()
        };
        // Ending well once is not enough: its times would be those of the process that was lucky.
        let (kept, bad) = without_bad_ends(&[run(BenchOutcome::Ok), run(BenchOutcome::Panicked)]);
        let names: Vec<_> =
            kept.iter().flat_map(|run| &run.functions).map(|it| &*it.name).collect();
        assert_eq!((names, bad.len()), (vec!["a", "a"], 1));
        let (kept, bad) = without_bad_ends(&[run(BenchOutcome::Ok)]);
        assert_eq!((kept[0].functions.len(), bad.len()), (2, 0));
    }
}
