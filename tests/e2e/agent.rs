//! The sidecar of running programs: what it serves is what they recorded, once, whoever is killed.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use perf_runtime::segment::life::Owner;
use perf_tests::consumers::consumer;
use perf_tests::{Lab, Run, lab, program};
use serde_json::Value;

/// A process that is killed when it is dropped.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An agent that serves.
struct Agent {
    process: Killed,
    address: String,
}

impl Agent {
    fn start(lab: &Lab, segments: &Path, more: &[&str]) -> Self {
        let segments = segments.to_str().expect("a temporary folder has a name in UTF-8");
        let usual = ["agent", "--dir", segments, "--listen", "127.0.0.1:0", "--every", "1s"];
        let mut command = lab.report_command([usual.as_slice(), more].concat());
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the agent can be started");
        let errors = child.stderr.take().expect("it was asked for");
        let process = Killed(child);
        let mut line = String::new();
        BufReader::new(errors).read_line(&mut line).expect("the agent says where it serves");
        let address = line.split("http://").nth(1).and_then(|it| it.split('/').next());
        let address = address.unwrap_or_else(|| panic!("no address: {line:?}")).to_owned();
        Self { process, address }
    }

    /// The status and the body of an answer.
    fn get(&self, path: &str) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).expect("the agent listens");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n\r\n")
            .expect("it takes requests");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let end = answer.windows(4).position(|it| it == b"\r\n\r\n").expect("there is a head");
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.unwrap_or_else(|| panic!("{head}")), answer.split_off(end + 4))
    }

    fn metrics(&self) -> String {
        let (status, body) = self.get("/metrics");
        assert_eq!(status, 200);
        String::from_utf8(body).expect("metrics are text")
    }

    fn calls(&self, function: &str) -> u64 {
        value(&self.metrics(), "perf_function_calls_total", function)
    }
}

/// The value of a metric of the function with this name, 0 where there is none.
fn value(metrics: &str, metric: &str, function: &str) -> u64 {
    let end = format!("::{function}\"}} ");
    let line = metrics.lines().find(|line| line.starts_with(metric) && line.contains(&end));
    line.map_or(0, |line| {
        line.rsplit(' ').next().and_then(|it| it.parse().ok()).unwrap_or_else(|| panic!("{line}"))
    })
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < Duration::from_mins(2), "not so in two minutes: {what}");
        sleep(Duration::from_millis(200));
    }
}

/// Starts `busy` for so many phases of some milliseconds each.
fn busy(lab: &Lab, segments: &Path, phases: &str) -> Killed {
    let mut command = lab.command(program!("busy"));
    command.args([phases, "3", "20"]).env("PERF_TRACK_DIR", segments).stdout(Stdio::null());
    Killed(command.spawn().expect("the program can be started"))
}

/// Calls of a function, as `collect` finds them in the folder.
fn collected(lab: &Lab, segments: &Path, function: &str) -> u64 {
    let finished = lab.report([Path::new("collect"), Path::new("--dir"), segments]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    lab.latest().calls(function)
}

#[test]
fn what_ended_is_told_once_and_kept_when_somebody_collects_it() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    for count in ["5", "7"] {
        lab.record(&folder, program!("records"), [count]);
    }
    let once = || {
        let finished =
            lab.report([Path::new("agent"), Path::new("--once"), Path::new("--dir"), &folder]);
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        finished.stdout
    };
    for _ in 0..3 {
        let metrics = once();
        assert_eq!(value(&metrics, "perf_function_calls_total", "check"), 24, "{metrics}");
        assert!(metrics.contains("perf_processes{program=\"records\",state=\"ended\"} 2\n"));
    }
    assert_eq!(collected(&lab, &folder, "check"), 24);
    assert_eq!(value(&once(), "perf_function_calls_total", "check"), 24, "they are gone");
    lab.record(&folder, program!("records"), ["1"]);
    assert_eq!(value(&once(), "perf_function_calls_total", "check"), 26);
}

#[test]
fn nothing_falls_and_nothing_is_lost_when_the_agent_is_killed() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    let mut programs = [busy(&lab, &folder, "150"), busy(&lab, &folder, "200")];
    let mut last = 0;
    for _ in 0..4 {
        let agent = Agent::start(&lab, &folder, &[]);
        let mut seen = 0;
        wait_until("calls are told, and none is missing", || {
            let calls = agent.calls("tiny");
            assert!(calls >= last, "{calls} after {last}");
            last = calls;
            seen += 1;
            calls > 0 && seen > 4
        });
        // Dropping it kills it.
    }
    for program in &mut programs {
        program.0.wait().expect("the program can be waited for");
    }
    let agent = Agent::start(&lab, &folder, &[]);
    let ended = "perf_processes{program=\"busy\",state=\"ended\"} 2\n";
    wait_until("both have ended", || agent.metrics().contains(ended));
    let told = agent.calls("tiny");
    assert!(told >= last && told == collected(&lab, &folder, "tiny"), "{told} after {last}");
    wait_until("it was read again", || agent.metrics().contains(ended));
    assert_eq!(agent.calls("tiny"), told, "what was collected stays");
}

#[test]
fn it_serves_what_it_says_and_ends_when_it_is_told_to() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    let _program = busy(&lab, &folder, "100000");
    let mut agent = Agent::start(&lab, &folder, &["--histograms", "*tiny"]);
    wait_until("calls are told", || agent.calls("tiny") > 0);
    assert!(agent.metrics().contains("perf_function_duration_seconds_bucket{program=\"busy\""));
    assert_eq!(agent.get("/healthz").0, 200);
    let (status, health) = agent.get("/health");
    let health: Value = serde_json::from_slice(&health).expect("it is JSON");
    assert_eq!((status, &health["schema"]), (200, &"perf-track/health".into()), "{health}");
    assert_eq!(health["running_processes"], 1);
    let (status, profile) = agent.get("/debug/pprof/profile?seconds=1&program=busy");
    assert_eq!((status, &profile[..2]), (200, &[0x1f, 0x8b][..]));
    assert_eq!(agent.get("/debug/pprof/profile?seconds=1&program=other").0, 404);
    for (path, expected) in
        [("/", 404), ("/metrics/", 404), ("/debug/pprof/profile?seconds=9999", 400)]
    {
        assert_eq!(agent.get(path).0, expected, "{path}");
    }
    let second = lab.report([Path::new("agent"), Path::new("--once"), Path::new("--dir"), &folder]);
    assert_eq!(second.code, Some(2), "{}", second.stderr);
    assert!(second.stderr.contains("another agent reads the recordings"), "{}", second.stderr);
    let pid = i32::try_from(agent.process.0.id()).expect("a process id");
    Command::new("kill").args(["-TERM", &pid.to_string()]).status().expect("kill is there");
    let status = agent.process.0.wait().expect("it ends");
    assert_eq!(status.code(), Some(0));
    assert!(folder.join("agent.state").is_file());
}

#[test]
fn windows_of_production_become_runs() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    let _program = busy(&lab, &folder, "100000");
    let agent = Agent::start(&lab, &folder, &["--window", "10s", "--commit", "0123456789abcdef"]);
    wait_until("a window is stored", || {
        lab.store().is_file() && lab.report(["list"]).code == Some(0)
    });
    let told = agent.calls("tiny");
    let run = lab.latest();
    assert_eq!(run.at("/run/label"), &Value::from("production"));
    assert_eq!(run.at("/run/git/commit"), &Value::from("0123456789abcdef"));
    assert_eq!(run.at("/run/command/0"), &Value::from("busy"));
    assert!((1..=told).contains(&run.calls("tiny")), "{} of {told}", run.calls("tiny"));
    let health = agent.get("/health");
    assert_eq!(health.0, 200, "{}", String::from_utf8_lossy(&health.1));
}

/// Calls of `tiny` in all stored runs.
fn stored_calls(lab: &Lab) -> u64 {
    let listed = lab.report(["list", "--format", "json"]);
    let Ok(list) = serde_json::from_str::<Value>(&listed.stdout) else { return 0 };
    let runs = list["runs"].as_array().into_iter().flatten();
    let calls = runs.filter_map(|run| run["id"].as_str()).map(|id| {
        let shown = lab.report(["show", id, "--format", "json"]);
        Run::parse(&shown.stdout).calls("tiny")
    });
    calls.sum()
}

#[test]
fn every_call_is_in_one_run_whenever_the_agent_is_killed() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    let start = || Agent::start(&lab, &folder, &["--window", "10s"]);
    let mut agent = start();
    let mut program = busy(&lab, &folder, "700");
    let changed = || fs::metadata(lab.store()).and_then(|it| it.modified()).ok();
    let (mut last, mut kills) = (changed(), 0);
    while program.0.try_wait().expect("it can be waited for").is_none() {
        sleep(Duration::from_millis(1));
        if changed() != last {
            // While a run is being stored, or the state behind it.
            sleep(Duration::from_millis([0, 4, 12, 30][kills % 4]));
            drop(agent);
            (agent, kills) = (start(), kills + 1);
            last = changed();
        }
    }
    assert!(kills > 0, "no run was stored");
    let ended = "perf_processes{program=\"busy\",state=\"ended\"} 1\n";
    wait_until("it has ended", || agent.metrics().contains(ended));
    let told = agent.calls("tiny");
    wait_until("the last window is stored", || stored_calls(&lab) >= told);
    assert_eq!(stored_calls(&lab), told);
}

/// An hour of readings, as one every minute, in each of which fifty processes have come and gone. In between the
/// agent is killed, at any moment.
#[test]
fn an_hour_of_processes_that_come_and_go_leaves_sums_and_nothing_else() {
    let lab = lab!();
    let (folder, mould) = (lab.new_folder("segments"), lab.new_folder("mould"));
    lab.record(&mould, program!("records"), ["5"]);
    let segment = fs::read_dir(&mould).expect("it is there").filter_map(Result::ok);
    let mut segment =
        segment.map(|it| it.path()).filter(|it| it.extension().is_some_and(|it| it == "ptseg"));
    let segment = segment.next().expect("it was recorded");
    let bytes = fs::read(&segment).expect("it can be read");
    let owner = Owner::of(&segment).expect("it is whole");
    let began = owner.began_unix_ns.to_ne_bytes();
    let place = bytes.windows(8).position(|it| it == began).expect("the header has it");
    let name = |number: u64| format!("{}-{number:x}.ptseg", owner.pid);
    let put = |number: u64| {
        let mut bytes = bytes.clone();
        bytes[place..place + 8].copy_from_slice(&(owner.began_unix_ns + number).to_ne_bytes());
        fs::write(mould.join("new"), bytes).expect("it can be written");
        fs::rename(mould.join("new"), folder.join(name(number))).expect("it can be moved");
    };
    let arguments = ["agent", "--once", "--dir"].map(PathBuf::from);
    let arguments = || arguments.iter().chain([&folder]);
    let mut sizes = Vec::new();
    for minute in 0..60_u64 {
        (0..50).for_each(|it| put(1 + minute * 50 + it));
        let mut killed = lab.report_command(arguments());
        let killed = Killed(killed.stdout(Stdio::null()).spawn().expect("it can be started"));
        sleep(Duration::from_millis(minute * 7 % 90));
        drop(killed);
        let metrics = lab.report(arguments()).stdout;
        let processes = (minute + 1) * 50;
        assert_eq!(value(&metrics, "perf_function_calls_total", "check"), 10 * processes);
        let ended = format!("perf_processes{{program=\"records\",state=\"ended\"}} {processes}\n");
        assert!(metrics.contains(&ended), "{metrics}");
        // As the recorder does that makes room.
        for it in 0..50 {
            fs::remove_file(folder.join(name(1 + minute * 50 + it))).expect("it is there");
        }
        sizes.push(fs::metadata(folder.join("agent.state")).expect("it is kept").len());
    }
    // Of a process that is gone it keeps the key, to know it should it come again.
    let growth = (sizes[59] - sizes[19]) / (40 * 50);
    assert!(growth < 80, "{growth} bytes a process: {sizes:?}");
}

#[test]
fn what_was_counted_can_be_cleared_away() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    lab.record(&folder, program!("records"), ["5"]);
    let arguments = ["agent", "--once", "--clear", "--dir"].map(PathBuf::from);
    let arguments = arguments.iter().chain([&folder]);
    for _ in 0..2 {
        let finished = lab.report(arguments.clone());
        assert_eq!(value(&finished.stdout, "perf_function_calls_total", "check"), 10);
    }
    let left = fs::read_dir(&folder).expect("the folder can be read");
    let is_segment = |path: &Path| path.extension().is_some_and(|it| it == "ptseg");
    assert!(!left.filter_map(Result::ok).any(|it| is_segment(&it.path())));
}

/// The time for which Prometheus scrapes: some 20 s, or as many seconds as are asked for.
fn scraped_for() -> Duration {
    let asked = std::env::var("AGENT_SCRAPE_SECONDS").ok().and_then(|it| it.parse().ok());
    Duration::from_secs(asked.unwrap_or(20))
}

#[expect(
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "a rate, for whoever asks with --nocapture"
)]
#[test]
fn prometheus_finds_the_rates_that_were_recorded() {
    let Some(mut prometheus) = consumer("prometheus") else { return };
    let lab = lab!();
    let folder = lab.new_folder("segments");
    let _program = busy(&lab, &folder, "100000");
    let agent = Agent::start(&lab, &folder, &["--histograms", "*round"]);
    wait_until("calls are told", || agent.calls("round") > 0);
    let place = lab.new_folder("prometheus");
    let config = format!(
        "scrape_configs: [{{job_name: perf, scrape_interval: 1s, scrape_timeout: 1s, \
         static_configs: [{{targets: ['{}']}}]}}]\n",
        agent.address
    );
    fs::write(place.join("prometheus.yml"), config).expect("the configuration can be written");
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = socket.local_addr().expect("it has an address").to_string();
    drop(socket);
    let _prometheus = Killed(
        prometheus
            .current_dir(&place)
            .args(["--config.file=prometheus.yml", "--storage.tsdb.path=data"])
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Prometheus can be started"),
    );
    let seconds = scraped_for().as_secs();
    sleep(Duration::from_secs(6));
    let (since, before) = (Instant::now(), agent.calls("round"));
    sleep(Duration::from_secs(seconds));
    let recorded = (agent.calls("round") - before) as f64 / since.elapsed().as_secs_f64();
    let server = Agent { process: busy(&lab, &folder, "0"), address };
    let ask = |query: &str| {
        let (_, body) = server.get(&format!("/api/v1/query?query={query}"));
        // The answer may be chunked: what counts is the document in it.
        let text = String::from_utf8_lossy(&body).into_owned();
        let (from, to) = (text.find('{').unwrap_or(0), text.rfind('}').map_or(0, |at| at + 1));
        let answer: Value = serde_json::from_str(&text[from..to]).expect("it answers in JSON");
        let value = answer["data"]["result"][0]["value"][1].as_str().map(str::parse::<f64>);
        value.and_then(Result::ok).unwrap_or_else(|| panic!("{query}: {answer}"))
    };
    let selector = "%7Bfunction=~%22.*::round%22%7D";
    let rate = ask(&format!("rate(perf_function_calls_total{selector}[{seconds}s])"));
    let off = (rate / recorded - 1.0).abs();
    println!("rate() {rate:.1}/s, recorded {recorded:.1}/s: {:.2} % off", off * 100.0);
    // The edges of so short a time fall between two readings of a program that pauses.
    let most = if seconds >= 60 { 0.03 } else { 0.10 };
    assert!(off < most, "rate() {rate}, recorded {recorded}");
    let median = ask(&format!(
        "histogram_quantile(0.5,sum%20by(le)(rate(perf_function_duration_seconds_bucket{selector}[{seconds}s])))"
    ));
    assert!((1e-7..1.0).contains(&median), "{median}");
}
