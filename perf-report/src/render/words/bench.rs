//! The views of benchmarks of `#[perf_bench]`: the columns of each, how one ended, and the reasons to doubt it.

use super::{bench_scaling, benchmarks};
use crate::model::{
    BenchDocument, BenchDoubt, BenchIo, BenchMember, BenchOutcome, BenchRamp, BenchRow, Function,
    Leak, Placing, change_in_words,
};
use crate::text::{sanitize, units};

/// A view of benchmarks: one measurement, seen by one kind of cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BenchFacet {
    /// Times, throughput, success.
    #[default]
    Function,
    /// Allocations, leaks, resident memory.
    Memory,
    /// Processor time.
    Cpu,
    /// Files and devices.
    Io,
    /// The network.
    Network,
    /// Threads at the same time, and the latencies that users see.
    Concurrent,
    /// More and more threads.
    Stress,
    /// Members of a group beside each other.
    Comparison,
}

/// The length of what is shown of benchmarks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BenchDetail {
    /// Time, change and how each ended.
    Minimal,
    /// The view, groups, ramps, doubts.
    #[default]
    Detailed,
    /// That, and what the profile rounds recorded.
    Profile,
}

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Nanoseconds.
    Time(f64),
    /// Anything else, as people read it.
    Text(String),
}

impl Value {
    /// Returns it as text.
    pub(crate) fn text(self) -> String {
        match self {
            Self::Time(ns) => units::duration(ns),
            Self::Text(text) => text,
        }
    }
}

/// A column of benchmarks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// Its title.
    pub(crate) title: &'static str,
    /// Its rank when there is little room: the lowest leaves first.
    pub(crate) stays: u8,
    /// Its value; `None` where it is not known.
    pub(crate) value: fn(&Function) -> Option<Value>,
}

const fn column(title: &'static str, stays: u8, value: fn(&Function) -> Option<Value>) -> Column {
    Column { title, stays, value }
}

/// The time, which every view begins with.
pub(crate) const TIME: Column = column("time", 255, |it| it.mean_ns.map(Value::Time));

/// The columns of the views, and the sentence below where a column needs one.
impl BenchFacet {
    /// Returns the columns after the time.
    pub(crate) fn columns(self) -> &'static [Column] {
        match self {
            Self::Function | Self::Stress | Self::Comparison => FUNCTION,
            Self::Memory => MEMORY,
            Self::Cpu => CPU,
            Self::Io => IO,
            Self::Network => NETWORK,
            Self::Concurrent => CONCURRENT,
        }
    }

    /// Returns what a reader must know of the figures.
    pub(crate) fn note(self) -> Option<&'static str> {
        match self {
            Self::Memory => Some(
                "allocations and leaks are counted where the program has `CountingAlloc`; peak is of the \
                 process, with all that ran in it",
            ),
            Self::Io => Some(
                "read and written bytes are of files, also from and to caches; device bytes reached a disk",
            ),
            Self::Network => Some(
                "bytes are of everything in this network namespace, not of the benchmark alone; lo is what \
                 stayed on the machine",
            ),
            Self::Concurrent => Some(
                "at a rate, latencies count from the intended beginning, so that a stall is not hidden",
            ),
            _ => None,
        }
    }
}

const FUNCTION: &[Column] = &[
    column("interval", 70, |it| benchmarks::interval(it).map(Value::Text)),
    column("p50", 30, |it| time(it.p50_ns)),
    column("p90", 25, |it| time(it.p90_ns)),
    column("p99", 45, |it| time(it.p99_ns)),
    column("max", 20, |it| time(it.max_ns)),
    column("throughput", 60, |it| benchmarks::throughput(it).map(Value::Text)),
    column("calls/s", 40, rate),
    column("success", 50, success),
];

const MEMORY: &[Column] = &[
    column("allocs", 80, |it| number(it.harness()?.memory.allocs)),
    column("allocated", 70, |it| size(it.harness()?.memory.alloc_bytes)),
    column("leak", 90, |it| size(it.harness()?.memory.leak.map(|leak| leak.bytes))),
    column("leak interval", 60, |it| {
        let leak = it.harness()?.memory.leak?;
        Some(Value::Text(leak_interval(&leak)))
    }),
    column("peak RSS", 75, |it| {
        let peak = it.harness()?.memory.peak_rss_bytes;
        (peak > 0).then(|| Value::Text(units::bytes(peak)))
    }),
];

const CPU: &[Column] = &[
    column("user", 80, |it| Some(Value::Time(it.harness()?.user_ns))),
    column("system", 75, |it| Some(Value::Time(it.harness()?.system_ns))),
    column("utilisation", 85, |it| Some(share(it.harness()?.utilisation))),
    column("preempted", 70, |it| Some(share(it.harness()?.preempted))),
];

const IO: &[Column] = &[
    column("read", 90, |it| of_io(it, |io| io.read_bytes)),
    column("written", 85, |it| of_io(it, |io| io.written_bytes)),
    column("reads", 70, |it| number(Some(it.harness()?.io?.reads))),
    column("writes", 65, |it| number(Some(it.harness()?.io?.writes))),
    column("device read", 60, |it| of_io(it, |io| io.device_read_bytes)),
    column("device written", 55, |it| of_io(it, |io| io.device_written_bytes)),
];

const NETWORK: &[Column] = &[
    column("network", 90, |it| of_io(it, |io| io.network_bytes - io.loopback_bytes)),
    column("lo", 85, |it| of_io(it, |io| io.loopback_bytes)),
];

const CONCURRENT: &[Column] = &[
    column("threads", 95, |it| Some(Value::Text(units::count(it.harness()?.threads.into())))),
    column("rate", 80, |it| {
        Some(Value::Text(format!("{}/s", units::few(it.harness()?.rate_per_s?))))
    }),
    column("calls/s", 90, rate),
    column("p50", 60, |it| time(it.p50_ns)),
    column("p90", 50, |it| time(it.p90_ns)),
    column("p99", 85, |it| time(it.p99_ns)),
    column("max", 55, |it| time(it.max_ns)),
    column("success", 70, success),
    column("utilisation", 40, |it| Some(share(it.harness()?.utilisation))),
];

/// The columns that a table of a run has beside those of benchmarks of others.
pub(crate) const BESIDE: &[Column] = &[
    column("p50", 28, |it| time(it.p50_ns)),
    column("p90", 22, |it| time(it.p90_ns)),
    column("p99", 36, |it| time(it.p99_ns)),
    column("max", 20, |it| time(it.max_ns)),
    column("calls/s", 34, rate),
    column("success", 55, success),
    column("allocs", 33, |it| number(it.harness()?.memory.allocs)),
    column("allocated", 32, |it| size(it.harness()?.memory.alloc_bytes)),
    column("leak", 75, |it| size(it.harness()?.memory.leak.map(|leak| leak.bytes))),
    column("peak RSS", 31, |it| {
        let peak = it.harness()?.memory.peak_rss_bytes;
        (peak > 0).then(|| Value::Text(units::bytes(peak)))
    }),
    column("utilisation", 29, |it| Some(share(it.harness()?.utilisation))),
];

fn time(ns: Option<u64>) -> Option<Value> {
    ns.map(|ns| Value::Time(crate::stats::number::float(ns)))
}

fn number(value: Option<f64>) -> Option<Value> {
    value.map(|value| Value::Text(units::few(value)))
}

fn size(size: Option<f64>) -> Option<Value> {
    size.map(|size| Value::Text(units::rough_bytes(size)))
}

fn share(share: f64) -> Value {
    Value::Text(units::percent(share * 100.0))
}

fn of_io(function: &Function, of: fn(&BenchIo) -> f64) -> Option<Value> {
    size(Some(of(&function.harness()?.io?).max(0.0)))
}

fn rate(function: &Function) -> Option<Value> {
    let rate = function.harness().filter(|_| !function.is_failure())?.calls_per_s?;
    Some(Value::Text(units::rough_count(rate)))
}

/// Returns the share of the iterations that succeeded, where not all did: most bodies cannot fail.
fn success(function: &Function) -> Option<Value> {
    function.harness()?;
    function.success_rate().map(share)
}

/// Returns how a benchmark ended, where it did not end well: `timeout: it took longer than its limit`.
pub(crate) fn bad_end(function: &Function) -> Option<String> {
    let outcome = function.outcome().filter(|outcome| *outcome != BenchOutcome::Ok)?;
    Some(match outcome {
        // Its word says it.
        BenchOutcome::Panicked => outcome.word().to_owned(),
        _ => format!("{}: {}", outcome.word(), outcome.sentence()),
    })
}

/// A benchmark that did not end well: `sort::slow: timeout: it took longer than its limit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadEnd {
    pub(crate) name: String,
    /// The outcome, and the sentence for it.
    pub(crate) end: String,
    /// The program's own words for it, on one line; they are not sanitized.
    pub(crate) message: Option<String>,
}

/// Lists what did not end well, and why.
pub(crate) fn bad_ends<'a>(functions: impl Iterator<Item = &'a Function>) -> Vec<BadEnd> {
    let bad = |it: &Function| {
        Some(BadEnd { name: it.name.clone(), end: bad_end(it)?, message: message(it) })
    };
    functions.filter_map(bad).collect()
}

/// Returns the message that a benchmark ended with, on one line.
fn message(function: &Function) -> Option<String> {
    let message = function.harness()?.message.as_ref()?;
    let words: Vec<&str> = message.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Returns the word of a doubt, what it means, and what helps.
fn doubt(doubt: BenchDoubt) -> (&'static str, &'static str) {
    match doubt {
        BenchDoubt::Drift => (
            "drift",
            "times go one way from round to round: warm up longer (`--warm-up`), or make inputs that do not grow",
        ),
        BenchDoubt::Unstable => {
            ("unstable", "the interval is wide: measure longer (`--time`), or on a quieter machine")
        }
        BenchDoubt::OptimisedAway => (
            "optimised away",
            "it takes no time: return the result, or pass inputs through `black_box`",
        ),
        BenchDoubt::Busy => {
            ("busy", "others took the processor: end other programs, or use fewer threads")
        }
    }
}

/// Returns the doubts about one, each with its meaning, unless it has no time to doubt.
pub(crate) fn doubts_of(function: &Function) -> impl Iterator<Item = String> {
    let harness = function.harness().filter(|_| !function.is_failure());
    let sentence = |(word, meaning): (&str, &str)| format!("{word}: {meaning}");
    harness.into_iter().flat_map(|it| &it.doubts).map(move |it| sentence(doubt(*it)))
}

/// Lists the doubts, each once with the benchmarks that have it: `drift in sort::a, sort::b: …`.
pub(crate) fn doubts<'a>(functions: impl Iterator<Item = &'a Function>) -> Vec<String> {
    let mut all = std::collections::BTreeMap::<BenchDoubt, Vec<&Function>>::new();
    for function in functions.filter(|it| !it.is_failure()) {
        for doubt in function.harness().map(|it| it.doubts.as_slice()).unwrap_or_default() {
            all.entry(*doubt).or_default().push(function);
        }
    }
    let line = |(reason, functions): (BenchDoubt, Vec<&Function>)| {
        let (word, meaning) = doubt(reason);
        format!("{word} in {}: {meaning}", names(&functions))
    };
    all.into_iter().map(line).collect()
}

/// Lists some benchmarks; several cases of one are counted: `sort::a (5 cases), sort::b`.
fn names(functions: &[&Function]) -> String {
    /// Benchmarks that are listed.
    const NAMED: usize = 4;
    let benchmark = |it: &Function| match it.harness().map(|it| it.benchmark.as_str()) {
        None | Some("") => it.name.clone(),
        Some(name) => name.to_owned(),
    };
    let same = functions.chunk_by(|a, b| benchmark(a) == benchmark(b));
    let all: Vec<String> = same
        .map(|cases| match cases {
            [one] => sanitize::screen(&one.name).into_owned(),
            [first, ..] => {
                let cases = units::plural(cases.len() as u64, "case");
                format!("{} ({cases})", sanitize::screen(&benchmark(first)))
            }
            [] => String::new(),
        })
        .collect();
    let shown = all.get(..NAMED).unwrap_or(&all).join(", ");
    let more = all.len().saturating_sub(NAMED);
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

/// Lists the leaks: `sort::a leaks 24 B an iteration (23.9 to 24.1 B)`.
pub(crate) fn leaks<'a>(functions: impl Iterator<Item = &'a Function>) -> Vec<(String, String)> {
    let leak = |it: &Function| {
        let leak = it.harness()?.memory.leak?;
        let each = units::rough_bytes(leak.bytes);
        let text = format!("leaks {each} an iteration ({})", leak_interval(&leak));
        Some((it.name.clone(), text))
    };
    functions.filter(|it| !it.is_failure()).filter_map(leak).collect()
}

fn leak_interval(leak: &Leak) -> String {
    let [low, high] = [leak.low, leak.high].map(units::rough_bytes);
    match (low.rsplit_once(' '), high.rsplit_once(' ')) {
        (Some((number, unit)), Some((_, other))) if unit == other => format!("{number} to {high}"),
        _ => format!("{low} to {high}"),
    }
}

/// Returns the line above everything: `5 benchmarks in 2 processes, against main`.
pub(crate) fn head(document: &BenchDocument) -> String {
    let benchmarks = units::plural(document.benchmarks.len() as u64, "benchmark");
    let processes = units::processes(document.runs.len() as u64);
    let against = document.baseline.as_deref().map(sanitize::screen);
    let against = against.map_or_else(String::new, |name| format!(", against {name}"));
    format!("{benchmarks} in {processes}{against}")
}

/// Returns the time in the baseline, from which the change is.
pub(crate) fn before(row: &BenchRow) -> Option<f64> {
    row.change.as_ref().filter(|it| it.change_pct.is_some())?.baseline_ns
}

/// Returns the change against the baseline: `+12.3 % regression`, `new`, and where all benchmarks moved `+30.1 %,
/// beside the rest +2.0 % stable`.
pub(crate) fn change(row: &BenchRow) -> Option<String> {
    use crate::model::Verdict;
    let change = row.change.as_ref()?;
    let pct = change_in_words(change.change_pct, change.beside.as_ref());
    Some(match (pct, change.verdict) {
        (Some(pct), verdict) => format!("{pct} {verdict}"),
        (None, Verdict::Added) => "new".to_owned(),
        (None, verdict) => verdict.to_string(),
    })
}

/// Returns the rank of a member.
pub(crate) fn rank(member: &BenchMember) -> Option<String> {
    member.rank.map(|rank| rank.to_string())
}

/// Returns the ratio of a member to its base: `0.981 ×`.
pub(crate) fn ratio(member: &BenchMember) -> Option<String> {
    if member.is_base {
        return Some("base".to_owned());
    }
    member.ratio.map(factor)
}

/// Returns the interval of that ratio.
pub(crate) fn ratio_interval(member: &BenchMember) -> Option<String> {
    let (low, high) = member.interval?;
    Some(format!("{} to {}", units::ratio(low), factor(high)))
}

/// Returns the answer in words: `faster`, `no difference found`.
pub(crate) fn placing(member: &BenchMember) -> &'static str {
    match member.placing {
        Placing::Base => "",
        Placing::Faster => "faster",
        Placing::Slower => "slower",
        Placing::Alike if member.interval.is_none() => "too few rounds",
        Placing::Alike => "no difference found",
        Placing::Unknown => "no time",
    }
}

fn factor(ratio: f64) -> String {
    format!("{} ×", units::ratio(ratio))
}

/// The titles of the columns of a group after the names of its members.
pub(crate) const GROUP: [&str; 5] = ["rank", "time over base", "interval", "rounds", "answer"];

/// The titles of the columns of a ramp.
pub(crate) const RAMP: [&str; 4] = ["threads", "calls/s", "efficiency", "p99"];

/// Returns the title of a group: `group sort, 1000, 4 threads`.
pub(crate) fn group_title(name: &str, argument: Option<&str>, threads: u32) -> String {
    let argument =
        argument.map_or_else(String::new, |it| format!(", argument {}", sanitize::screen(it)));
    let threads = if threads > 1 {
        format!(", {}", units::plural(threads.into(), "thread"))
    } else {
        String::new()
    };
    format!("group {}{argument}{threads}", sanitize::screen(name))
}

/// Returns what a ramp shows: see [`bench_scaling::turns`].
pub(crate) fn ramp(ramp: &BenchRamp) -> Option<String> {
    let most = ramp.steps.iter().map(|step| step.threads).max()?;
    Some(bench_scaling::turns(ramp.knee?, most, ramp.hurts_from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BenchMemory, BenchStep, Benchmark, Harness, Leak};

    fn with(harness: Harness) -> Function {
        let benchmark =
            Some(Box::new(Benchmark { harness: Some(harness), ..Benchmark::default() }));
        Function { name: "b::x".to_owned(), benchmark, ..Function::default() }
    }

    #[test]
    fn less_than_a_byte_is_no_nothing() {
        let leak = Some(Leak { bytes: 1.5, low: 0.9, high: 2.0 });
        let memory = BenchMemory { leak, peak_rss_bytes: 1 << 21, ..BenchMemory::default() };
        let function = with(Harness { memory, ..Harness::default() });
        let texts: Vec<_> = MEMORY
            .iter()
            .map(|it| (it.value)(&function).map_or_else(String::new, Value::text))
            .collect();
        assert_eq!(texts, ["", "", "1.5 B", "0.9 to 2 B", "2.00 MiB"]);
    }

    #[test]
    fn every_bad_end_has_its_reason_and_a_good_one_none() {
        let end = |outcome| bad_end(&with(Harness { outcome, ..Harness::default() }));
        assert_eq!(end(BenchOutcome::Ok), None);
        let timeout = "timeout: it took longer than its limit";
        assert_eq!(end(BenchOutcome::Timeout).as_deref(), Some(timeout));
    }

    #[test]
    fn a_doubt_is_said_once_with_what_helps() {
        let doubtful = with(Harness { doubts: vec![BenchDoubt::Drift], ..Harness::default() });
        let many: Vec<Function> = std::iter::repeat_n(doubtful, 6).collect();
        let lines = doubts(many.iter());
        assert_eq!(lines.len(), 1);
        assert!(lines[0].starts_with("drift in b::x (6 cases): times go one way"), "{lines:?}");
    }

    #[test]
    fn a_leak_is_a_line() {
        let leak = Some(Leak { bytes: 24.0, low: 23.9, high: 24.1 });
        let memory = BenchMemory { leak, ..BenchMemory::default() };
        let found = leaks([with(Harness { memory, ..Harness::default() })].iter());
        let text = "leaks 24 B an iteration (23.9 to 24.1 B)".to_owned();
        assert_eq!(found, [("b::x".to_owned(), text)]);
    }

    #[test]
    fn a_ramp_says_where_it_turns() {
        let steps = [1, 2, 4, 8].map(|threads| BenchStep { threads, ..BenchStep::default() });
        let turning = BenchRamp {
            steps: steps.to_vec(),
            knee: Some(2),
            hurts_from: Some(8),
            ..BenchRamp::default()
        };
        let text = "knee at 2 threads; 8 threads do less together than fewer of them";
        assert_eq!(ramp(&turning).as_deref(), Some(text));
        assert_eq!(ramp(&BenchRamp::default()), None);
    }
}
