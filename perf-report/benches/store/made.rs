//! Runs of a fleet, made up: services on several machines over thirty days, each function with a log-normal
//! histogram of forty filled buckets, and a tree beside them. The same numbers give the same runs.

use perf_report::model::{
    Function, Git, Process, ProcessSummary, RUN_SCHEMA, RUN_VERSION, Recording, Run, RunDocument,
    TreeNode,
};
use perf_report::stats::random::Stream;

use crate::hosts::{machine, toolchain};

const CRATES: [&str; 6] = ["shop", "parser", "store", "net", "render", "tools"];
const MODULES: [&str; 8] =
    ["index", "query", "cache", "codec", "plan", "util::tree", "lexer", "http::client"];
const TYPES: [&str; 5] = ["Reader", "Writer", "Node<K, V>", "Plan", "Session"];
const VERBS: [&str; 8] =
    ["read", "write", "parse", "merge", "lookup", "insert", "encode", "decode"];

/// Filled buckets of a histogram.
const BUCKETS: u32 = 40;
/// Services, which the series are spread over; the others differ in the machine.
const SERVICES: usize = 5;
/// Seconds over which the runs are spread.
pub(crate) const SPAN: i64 = 30 * 86_400;

/// The numbers of a made-up fleet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) runs: usize,
    pub(crate) functions: usize,
    pub(crate) series: usize,
}

/// A fleet, whose runs are made one after the other.
#[derive(Debug)]
pub(crate) struct Fleet {
    pub(crate) size: Size,
    /// The second of the newest run.
    pub(crate) now: i64,
    services: Vec<Vec<Shape>>,
}

/// A function as it is in all runs of a service.
#[derive(Debug)]
struct Shape {
    plain: Function,
    calls: f64,
    own: f64,
    /// The lowest duration of each bucket, and its share of the calls.
    buckets: Vec<(u64, f64)>,
}

impl Fleet {
    /// Makes a fleet whose newest run is of the second `now`.
    pub(crate) fn of(size: Size, now: i64) -> Self {
        let mut stream = Stream::of(7);
        let mut service = |_| {
            let shapes = (0..size.functions).map(|at| Shape::of(at, &mut stream));
            let mut shapes: Vec<Shape> = shapes.collect();
            shapes.sort_by(|a, b| a.plain.name.cmp(&b.plain.name));
            shapes
        };
        let services = (0..SERVICES.min(size.series)).map(&mut service).collect();
        Self { size, now, services }
    }

    /// Returns a function that every run of the first series has.
    pub(crate) fn function(&self) -> &str {
        let service = &self.services[0];
        &service[service.len() / 2].plain.name
    }

    /// Returns the run of this number, from the oldest on.
    pub(crate) fn run(&self, number: usize) -> RunDocument {
        let mut stream = Stream::of(1_000 + number as u64);
        let series = number % self.size.series;
        let shapes = &self.services[series % SERVICES];
        let part = number as f64 / self.size.runs as f64;
        let second = self.now - whole((1.0 - part) * SPAN as f64).cast_signed();
        let pace = 1.0 + 0.01 * stream.normal();
        // In the last night, one function in fifty became slower.
        let is_new = second > self.now - 86_400;
        let slower = |at: usize| if is_new && at % 50 == 7 { 1.3 } else { 1.0 };
        let functions: Vec<Function> = shapes
            .iter()
            .enumerate()
            .map(|(at, shape)| shape.function(pace * slower(at), &mut stream))
            .collect();
        RunDocument {
            schema: RUN_SCHEMA.to_owned(),
            version: RUN_VERSION,
            run: facts((number, series), second, &mut stream),
            process: process(&mut stream),
            tree: tree(&functions, &mut stream),
            functions,
            metrics: Vec::new(),
            suites: Vec::new(),
            recording: Recording { mode: "full".to_owned(), ..Recording::default() },
        }
    }
}

impl Shape {
    fn of(at: usize, stream: &mut Stream) -> Self {
        let (krate, module) = (pick(stream, &CRATES), pick(stream, &MODULES));
        let name =
            format!("{krate}::{module}::{}::{}_{at}", pick(stream, &TYPES), pick(stream, &VERBS));
        let plain = Function {
            name,
            module: format!("{krate}::{module}"),
            file: format!("crates/{krate}/src/{}.rs", module.replace("::", "/")),
            line: 1 + u32::try_from(at % 900).unwrap_or(0),
            resolution_ns: 10,
            classifies_errors: at.is_multiple_of(3),
            ..Function::default()
        };
        let first = bucket(whole(10_f64.powf(2.0 + stream.share() * 4.0)));
        let mut from = first;
        let weight = |at: u32| {
            let deviation = (f64::from(at) - f64::from(BUCKETS) / 2.0) / (f64::from(BUCKETS) / 6.0);
            (-deviation * deviation / 2.0).exp()
        };
        let sum: f64 = (0..BUCKETS).map(weight).sum();
        let buckets = (0..BUCKETS).map(|at| {
            let lowest = from;
            from = bucket(from + (from >> 5) + 1);
            (lowest, weight(at) / sum)
        });
        let buckets = buckets.collect();
        let calls = 10_f64.powf(2.5 + stream.share() * 3.5);
        Self { plain, calls, own: 0.05 + 0.95 * stream.share(), buckets }
    }

    /// Returns the function in a run, in which everything takes `pace` times as long.
    fn function(&self, pace: f64, stream: &mut Stream) -> Function {
        let pace = pace * (1.0 + 0.01 * stream.normal());
        let count = |(from, share): &(u64, f64)| {
            let expected = share * self.calls;
            let drawn = expected + expected.sqrt() * stream.normal();
            (*from, whole(drawn).max(1))
        };
        let histogram: Vec<(u64, u64)> = self.buckets.iter().map(count).collect();
        let calls: u64 = histogram.iter().map(|(_, count)| count).sum();
        let sum: f64 = histogram.iter().map(|(from, count)| *from as f64 * *count as f64).sum();
        let total = whole(sum * 1.016 * pace);
        let own = whole(total as f64 * self.own);
        let lowest = |share: f64| {
            let (wanted, mut so_far) = (whole(share * calls as f64), 0);
            let found = histogram.iter().find(|(_, count)| {
                so_far += count;
                so_far > wanted
            });
            found.map(|(from, _)| *from)
        };
        let (overhead, calls_own) = (calls * 21, calls * 16);
        Function {
            calls,
            errors: if self.plain.classifies_errors { calls / 900 } else { 0 },
            total_ns: total,
            self_ns: own,
            mean_ns: Some(total as f64 / calls as f64),
            stddev_ns: Some(total as f64 / calls as f64 * 0.2 * pace),
            min_ns: histogram.first().map(|(from, _)| from + 1),
            max_ns: histogram.last().map(|(from, _)| from + from / 40),
            p50_ns: lowest(0.5),
            p90_ns: lowest(0.9),
            p95_ns: lowest(0.95),
            p99_ns: lowest(0.99),
            overhead_ns: overhead,
            self_overhead_ns: calls_own,
            raw_total_ns: total + overhead,
            raw_self_ns: own + calls_own,
            self_error_ns: own / 400 + stream.below(50) as u64,
            active_ns: 11_900_000_000 + stream.below(100_000_000) as u64,
            histogram,
            ..self.plain.clone()
        }
    }
}

fn facts((number, series): (usize, usize), second: i64, stream: &mut Stream) -> Run {
    let time = moment_of(second);
    let digits: String = time.chars().filter(char::is_ascii_alphanumeric).collect();
    let is_topic = number % 5 == 3;
    Run {
        id: format!("{}-{:016x}", &digits[..15], stream.number()),
        time,
        command: ["target/release/serve", &format!("--role={}", series % SERVICES)]
            .map(str::to_owned)
            .to_vec(),
        exit_code: Some(0),
        git: Some(Git {
            commit: format!("{:016x}{:016x}{:08x}", stream.number(), stream.number(), number),
            branch: Some(if is_topic {
                format!("topic-{}", number % 40)
            } else {
                "main".to_owned()
            }),
            ..Git::default()
        }),
        machine: machine(&format!("v1-{:012x}", series / SERVICES + 1)),
        toolchain: toolchain(),
        ..Run::default()
    }
}

fn process(stream: &mut Stream) -> ProcessSummary {
    let wall = 12_000_000_000 + stream.below(400_000_000) as u64;
    ProcessSummary {
        count: 1,
        wall_ns: Some(wall),
        user_ns: Some(wall * 9 / 10),
        system_ns: Some(wall / 40),
        peak_rss_bytes: Some((300 << 20) + stream.below(9 << 20) as u64),
        processes: vec![Process { pid: 4711, threads: 8, ..Process::default() }],
        ..ProcessSummary::default()
    }
}

/// Returns a tree of twice as many contexts as there are functions.
fn tree(functions: &[Function], stream: &mut Stream) -> Vec<TreeNode> {
    let node = |at: usize| {
        let function = &functions[at % functions.len()];
        let parent = (at >= 8).then_some(at / 3);
        TreeNode {
            id: u32::try_from(at).unwrap_or(0),
            parent: parent.and_then(|at| u32::try_from(at).ok()),
            function: function.name.clone(),
            calls: function.calls / 2,
            total_ns: function.total_ns / 2,
            self_ns: function.self_ns / 2 + stream.below(1_000) as u64,
            ..TreeNode::default()
        }
    };
    (0..functions.len() * 2).map(node).collect()
}

/// Returns a second since 1970 as documents have it.
pub(crate) fn moment_of(second: i64) -> String {
    jiff::Timestamp::from_second(second).map(|it| format!("{it:.3}")).unwrap_or_default()
}

fn pick<'a>(stream: &mut Stream, from: &[&'a str]) -> &'a str {
    from[stream.below(from.len())]
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within bounds")]
fn whole(value: f64) -> u64 {
    value as u64
}

/// Returns the lowest value of the bucket that holds `value`: 32 an octave.
fn bucket(value: u64) -> u64 {
    let value = value.max(64);
    let width = 1_u64 << (value.ilog2() - 5);
    value / width * width
}
