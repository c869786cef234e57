//! What the agent pushes, as a collector gets it: one of the tests, that answers badly, and a real one.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod receiver;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use perf_runtime::buckets;
use perf_tests::consumers::consumer;
use perf_tests::{Lab, lab, program};
use receiver::{Answer, Receiver};

/// The longest time that anything is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// Calls of `inner` in a run of `workload` with so many rounds, on two threads.
fn calls(rounds: u64) -> u64 {
    rounds * 2 * 3
}

/// Records `workload`; returns how often `inner` was called.
fn record(lab: &Lab, folder: &Path, rounds: u64) -> u64 {
    let finished = lab.record(folder, program!("workload"), ["2", &rounds.to_string(), "return"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    calls(rounds)
}

/// An agent that pushes; it is killed when it is dropped.
struct Agent(Child);

impl Agent {
    fn start(lab: &Lab, folder: &Path, url: &str, options: &[&str]) -> Self {
        Self::compressing("none", lab, folder, url, options)
    }

    fn compressing(how: &str, lab: &Lab, folder: &Path, url: &str, options: &[&str]) -> Self {
        let mut command =
            lab.report_command(["agent", "--listen", "none", "--every", "1s", "--dir"]);
        command.arg(folder).args(["--otlp", url]).args(options);
        command.env("OTEL_EXPORTER_OTLP_TIMEOUT", "1000");
        command.env("OTEL_EXPORTER_OTLP_COMPRESSION", how);
        Self(command.stderr(Stdio::null()).spawn().unwrap())
    }

    /// Ends it as systems do, and returns its exit code.
    fn end(mut self) -> Option<i32> {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.0.wait().unwrap().code()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until something holds.
#[track_caller]
fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "not in time: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

const BAD_DAY: [Answer; 8] = [
    Answer::Status("429 Too Many Requests", "Retry-After: 1\r\n"),
    Answer::Status("503 Service Unavailable", ""),
    Answer::Hang,
    Answer::Cut,
    Answer::Taken,
    Answer::Status("502 Bad Gateway", ""),
    Answer::Cut,
    Answer::Status("503 Service Unavailable", "Retry-After: 1\r\n"),
];

#[test]
fn a_collector_with_a_bad_day_loses_nothing_of_sums() {
    let (lab, receiver) = (lab!(), Receiver::start(&BAD_DAY));
    let folder = lab.new_folder("segments");
    let mut sum = record(&lab, &folder, 10);
    let agent = Agent::start(&lab, &folder, &receiver.url(), &[]);
    wait_for("the first sums", || receiver.taken("inner").last() == Some(&sum));
    sum += record(&lab, &folder, 7);
    wait_for("all sums", || receiver.taken("inner").last() == Some(&sum));
    assert_eq!(agent.end(), Some(0));
    assert!(receiver.asked() > BAD_DAY.len(), "{}", receiver.asked());
    assert!(receiver.taken("inner").is_sorted(), "sums never fall: {:?}", receiver.taken("inner"));
}

#[test]
fn a_collector_with_a_bad_day_loses_nothing_of_differences() {
    let (lab, receiver) = (lab!(), Receiver::start(&BAD_DAY));
    let folder = lab.new_folder("segments");
    let delta = ["--temporality", "delta"];
    let all = || receiver.taken("inner").iter().sum::<u64>();
    let mut sum = record(&lab, &folder, 10);
    let agent = Agent::start(&lab, &folder, &receiver.url(), &delta);
    wait_for("the first difference", || all() == sum);
    sum += record(&lab, &folder, 7);
    wait_for("all differences", || all() == sum && receiver.asked() > BAD_DAY.len());
    assert_eq!(agent.end(), Some(0));
    // The next agent goes on where this one was.
    sum += record(&lab, &folder, 4);
    let agent = Agent::start(&lab, &folder, &receiver.url(), &delta);
    wait_for("what came between two agents", || all() == sum);
    assert_eq!(agent.end(), Some(0));
    assert_eq!(all(), sum);
}

#[test]
fn headers_are_sent_and_wrong_addresses_are_mistakes() {
    let (lab, receiver) = (lab!(), Receiver::start(&[]));
    let folder = lab.new_folder("segments");
    record(&lab, &folder, 1);
    let header = ["--otlp-header", "api-key=0123"];
    let agent = Agent::start(&lab, &folder, &receiver.url(), &header);
    wait_for("a push", || receiver.asked() > 0);
    assert!(receiver.head().contains("api-key: 0123"), "{}", receiver.head());
    assert!(receiver.head().starts_with("POST /v1/metrics HTTP/1.1"), "{}", receiver.head());
    drop(agent);
    let wrong = lab.report(["agent", "--otlp", "localhost:4318"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.complaint().contains("http://localhost:4318"), "{}", wrong.stderr);
}

/// `rotel`, a Python package, is a collector: it prints the points that it takes.
#[test]
fn a_real_collector_takes_all_points() {
    let Some(mut collector) = consumer("rotel-agent") else { return };
    let lab = lab!();
    let folder = lab.new_folder("segments");
    let sum = record(&lab, &folder, 10);
    let (http, grpc) = (free_port(), free_port());
    collector
        .args(["start", "--exporter", "blackhole", "--debug-log", "metrics"])
        .args(["--debug-log-verbosity", "detailed", "--log-format", "text"])
        .args(["--otlp-http-endpoint", &http, "--otlp-grpc-endpoint", &grpc])
        .current_dir(lab.folder())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut collector = Agent(collector.spawn().unwrap());
    let (sender, lines) = mpsc::channel();
    let output = BufReader::new(collector.0.stdout.take().unwrap());
    thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|it| sender.send(it)));
    wait_for("the collector", || std::net::TcpStream::connect(&http).is_ok());
    let url = format!("http://{http}");
    let agent = Agent::compressing("gzip", &lab, &folder, &url, &[]);
    let mut printed = String::new();
    // The last metric of a request: with it, those before are there.
    wait_for("the points", || {
        printed.extend(lines.try_iter().map(|line| line + "\n"));
        printed.contains("perf.agent.push_failures")
    });
    assert_eq!(agent.end(), Some(0));
    let metric = |name: &str| {
        let (_, after) = printed.split_once(&format!("-> Name: {name}\n")).unwrap();
        after.split("-> Name: ").next().unwrap()
    };
    let of_inner = |name: &str| {
        let (_, after) = metric(name).split_once("Str(workload::inner)\n").unwrap();
        after.split("Data point attributes").next().unwrap()
    };
    assert!(of_inner("perf.function.calls").contains(&format!("Value: {sum}\n")), "{printed}");
    let durations = of_inner("perf.function.duration");
    assert!(durations.contains(&format!("Count: {sum}\n")), "{durations}");
    let shown = bucket_counts(durations);
    assert_eq!(shown.iter().map(|(.., count)| count).sum::<u64>(), sum, "{durations}");
    // Each count in the bucket in which the recorder's middle lies.
    let expected = histogram(&lab, &folder);
    let filled: Vec<_> = shown.into_iter().filter(|(.., count)| *count > 0).collect();
    assert!(filled.len() <= expected.len(), "{filled:?}");
    for (low, high, count) in filled {
        let within = expected.iter().filter(|(middle, _)| low < *middle && *middle <= high);
        assert_eq!(within.map(|(_, calls)| calls).sum::<u64>(), count, "{low} to {high}");
    }
}

/// Reads the buckets that the collector prints: bounds in seconds, and counts. Durations of nothing are in one of their
/// own, from 0 to 0.
fn bucket_counts(printed: &str) -> Vec<(f64, f64, u64)> {
    let bucket = |line: &str| {
        if let Some(count) = line.strip_prefix("Bucket [0, 0], Count: ") {
            return Some((-1.0, 0.0, count.trim().parse().ok()?));
        }
        let (bounds, count) = line.strip_prefix("Bucket (")?.split_once("], Count: ")?;
        let (low, high) = bounds.split_once(", ")?;
        Some((low.parse().ok()?, high.parse().ok()?, count.trim().parse().ok()?))
    };
    printed.lines().filter_map(bucket).collect()
}

/// Returns the durations of `inner` as the recorder has them: middles in seconds, and counts.
fn histogram(lab: &Lab, folder: &Path) -> Vec<(f64, u64)> {
    let folder = folder.to_str().unwrap();
    let collected = lab.report(["collect", "--keep", "--dir", folder]);
    assert_eq!(collected.code, Some(0), "{}", collected.stderr);
    let shown = lab.report(["show", "--format", "json"]);
    let run: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    let functions = run["functions"].as_array().unwrap();
    let inner = functions.iter().find(|it| it["name"] == "workload::inner").unwrap();
    let buckets = inner["histogram"].as_array().unwrap().iter();
    buckets
        .map(|bucket| {
            let low = bucket[0].as_u64().unwrap();
            let high = buckets::upper_bound(buckets::of(low));
            let middle = f64::from(u32::try_from(low + high - 1).unwrap()) / 2e9;
            (middle, bucket[1].as_u64().unwrap())
        })
        .collect()
}

/// Returns an address of this machine at which nobody listens.
fn free_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}
