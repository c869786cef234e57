//! What an agent takes of a core: `cargo bench -p perf-tests --bench agent`. Starts 50 processes of a thousand
//! tracked functions, and an agent beside them that reads every 15 s. In each process two threads call all functions
//! 20 times a second (busy), a tenth of them (tenth), or none after the first time (idle). The agent is alone, or
//! scraped as text; as protobuf, or with a push to a collector, on request. Prints what it took in user and system
//! mode, how often it read, the cheapest reading, and its memory; asserts nothing, since that depends on the machine.
//! Where readings cost more than 2 % of a core at that pace it reads less often.
//!
//! `AGENT_SECONDS=60` for each kind, which makes six minutes, `AGENT_PROCESSES=50`, `AGENT_EVERY=15`,
//! `AGENT_KINDS=alone,text` (and `protobuf,otlp`), `AGENT_STATES=busy,tenth,idle`, and `AGENT_REPORT` for another
//! `perf-report` than the one of this build.

#![expect(clippy::print_stdout, reason = "prints what it measured")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use perf_tests::{Lab, lab, program};

/// What a server that takes native histograms asks for.
const NATIVE: &str =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

/// A process that ends when this is dropped.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What was asked for by the environment, or what is usual.
fn asked(name: &str, usual: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| usual.to_owned())
}

fn number(name: &str, usual: u64) -> u64 {
    asked(name, &usual.to_string()).parse().unwrap_or(usual)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (processes, every) = (number("AGENT_PROCESSES", 50), number("AGENT_EVERY", 15));
    let time = Duration::from_secs(number("AGENT_SECONDS", 60));
    for state in asked("AGENT_STATES", "busy,tenth,idle").split(',') {
        let lab = match std::env::var_os("AGENT_REPORT") {
            Some(path) => Lab::new(std::path::absolute(path)?),
            None => lab!(),
        };
        let folder = lab.new_folder("segments");
        // Each calls all its functions in two threads, the idle ones once.
        let again: &[&str] = match state {
            "busy" => &["50"],
            "tenth" => &["50", "tenth"],
            _ => &["never"],
        };
        let programs = (0..processes).map(|_| {
            let mut command = lab.command(program!("thousand_sites"));
            command.arg("keep").args(again).env("PERF_TRACK_DIR", &folder);
            command.spawn().map(Killed)
        });
        let programs: Vec<Killed> = programs.collect::<Result<_, _>>()?;
        // By then they are recorded as they will be.
        thread::sleep(Duration::from_secs(20));
        let bytes: u64 =
            fs::read_dir(&folder)?.flatten().flat_map(|it| it.metadata()).map(|it| it.len()).sum();
        println!(
            "{state}: {processes} processes, {} MiB of recordings, read every {every} s",
            bytes >> 20
        );
        for kind in asked("AGENT_KINDS", "alone,text").split(',') {
            measure(&lab, &folder, (kind, time, every))?;
        }
        drop(programs);
    }
    Ok(())
}

/// Runs an agent for a time, and prints what it took.
fn measure(
    lab: &Lab,
    folder: &Path,
    (kind, time, every): (&str, Duration, u64),
) -> std::io::Result<()> {
    let every_text = format!("{every}s");
    let mut command =
        lab.report_command(["agent", "--listen", "127.0.0.1:0", "--every", &every_text]);
    command.arg("--dir").arg(folder).args(["--histograms", "*"]);
    if kind == "otlp" {
        command.args(["--otlp", &collector()?]);
    }
    let mut agent = Killed(command.stderr(Stdio::piped()).spawn()?);
    let mut line = String::new();
    if let Some(errors) = agent.0.stderr.take() {
        BufReader::new(errors).read_line(&mut line)?;
    }
    let address = line
        .split("http://")
        .nth(1)
        .and_then(|it| it.split('/').next())
        .unwrap_or_default()
        .to_owned();
    let accept = match kind {
        "text" => Some("text/plain;version=0.0.4"),
        "protobuf" => Some(NATIVE),
        _ => None,
    };
    let (since, before) = (Instant::now(), cpu(agent.0.id()));
    let (mut readings, mut last, mut next, mut answer) =
        (0_u32, state_of(folder), Duration::from_secs(every) / 2, 0);
    let (mut cheapest, mut cpu_then) = (Duration::MAX, before);
    while since.elapsed() < time {
        thread::sleep(Duration::from_millis(100));
        let now = state_of(folder);
        if now != last {
            let cpu_now = cpu(agent.0.id());
            // The first one found everything new.
            if readings > 0 {
                cheapest = cheapest.min(cpu_now.saturating_sub(cpu_then));
            }
            (readings, cpu_then) = (readings + 1, cpu_now);
        }
        last = now;
        if let Some(accept) = accept.filter(|_| since.elapsed() >= next) {
            next += Duration::from_secs(every);
            answer = scrape(&address, accept)?;
        }
    }
    let took = cpu(agent.0.id()).saturating_sub(before);
    let share = took.as_secs_f64() / since.elapsed().as_secs_f64() * 100.0;
    let each = took.as_secs_f64() * 1e3 / f64::from(readings.max(1));
    let best = if readings > 1 { cheapest.as_secs_f64() * 1e3 } else { each };
    let kib = resident(agent.0.id());
    println!(
        "  {kind:<9} {share:5.2} % of a core, {readings} readings of {each:.0} ms, the cheapest of {best:.0} ms, \
         {} MiB resident, answers of {} KiB",
        kib >> 10,
        answer >> 10
    );
    Ok(())
}

/// The moment of the last reading, after which the state is written.
fn state_of(folder: &Path) -> Option<std::time::SystemTime> {
    fs::metadata(folder.join("agent.state")).and_then(|it| it.modified()).ok()
}

/// The time that a process has had of a core, in user and system mode, also in threads that have ended.
fn cpu(pid: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|it| it.parse::<u64>().ok()).sum();
    // Linux tells them in hundredths of a second, whatever it counts in.
    Duration::from_millis(ticks * 10)
}

/// Resident memory in KiB.
fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|it| it.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Asks for the metrics, and returns the length of the answer.
fn scrape(address: &str, accept: &str) -> std::io::Result<usize> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "GET /metrics HTTP/1.1\r\nHost: agent\r\nAccept: {accept}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer.len())
}

/// Starts a collector that accepts everything, and returns its address.
fn collector() -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || accept_all(&stream));
        }
    });
    Ok(address)
}

/// Reads requests, and accepts each.
fn accept_all(stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            let line = line.trim().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            if line.is_empty() {
                break;
            }
        }
        let answer =
            b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n";
        let read = std::io::copy(&mut (&mut reader).take(length), &mut std::io::sink());
        let mut stream = stream;
        if read.is_err() || stream.write_all(answer).is_err() {
            return;
        }
    }
}
