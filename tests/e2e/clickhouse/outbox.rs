//! A store that fails changes nothing for a job. Its exit code and its time stay, its run waits, and `push` says why.

use std::path::Path;
use std::time::{Duration, Instant};

use perf_tests::{Finished, Lab, lab};
use serde_json::Value;

use super::faults::{fake, says};
use super::on;

/// The time that a job may wait for its store, and what else it takes on a machine with much to do.
const PATIENCE: Duration = Duration::from_secs(10 + 8);

fn waiting(lab: &Lab) -> usize {
    let outbox = lab.folder().join(".perf/outbox");
    let is_letter = |path: &Path| path.extension().is_some_and(|ending| ending == "json");
    let entries = std::fs::read_dir(outbox).into_iter().flatten().flatten();
    entries.filter(|entry| is_letter(&entry.path())).count()
}

/// Lets a command fail, and checks that its run waits.
#[track_caller]
fn run(lab: &Lab, url: &str, before: usize) -> Finished {
    let begun = Instant::now();
    let finished = on(lab, url, &["run", "--", "sh", "-c", "exit 7"]);
    assert!(begun.elapsed() < PATIENCE, "{:?} on {url}", begun.elapsed());
    assert_eq!(finished.code, Some(7), "{}", finished.stderr);
    assert_eq!(waiting(lab), before + 1, "{}", finished.stderr);
    assert!(
        finished.complaint().contains("in the outbox, and `perf-report push`"),
        "{}",
        finished.stderr
    );
    finished
}

/// Pushes in vain, and checks that the reason is given.
#[track_caller]
fn push(lab: &Lab, url: &str, words: &[&str]) {
    let pushed = on(lab, url, &["push", "--format", "json"]);
    let shown = [pushed.stdout.as_str(), pushed.stderr.as_str()].concat();
    assert!(matches!(pushed.code, Some(1 | 2)), "{:?}: {shown}", pushed.code);
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    if let Ok(document) = serde_json::from_str::<Value>(&pushed.stdout) {
        assert_eq!(document["runs"][0]["outcome"], "failed", "{shown}");
    }
}

#[test]
fn a_store_that_answers_nonsense_changes_no_job_and_loses_nothing() {
    const CASES: [(&str, &[&str]); 6] = [
        ("500 Internal Server Error", &["is not reached", "status 500"]),
        ("401 Unauthorized", &["does not let this user in", "status 401"]),
        ("413 Payload Too Large", &["does not take this run", "client_max_body_size"]),
        ("429 Too Many Requests", &["is not reached", "status 429"]),
        ("301 Moved Permanently", &["no ClickHouse server answers", "status 301"]),
        ("200 OK", &["no ClickHouse server answers", "8123"]),
    ];
    for (status, words) in CASES {
        let lab = lab!();
        let page = "<html><body>Code: 60 of a gateway</body></html>";
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
            page.len()
        );
        let url = fake(says(answer.leak()));
        let finished = run(&lab, &url, 0);
        assert!(finished.complaint().contains(words[0]), "{status}: {}", finished.stderr);
        run(&lab, &url, 1);
        push(&lab, &url, words);
        assert_eq!(waiting(&lab), 2, "{status}");
    }
}

#[test]
fn a_server_without_tls_and_one_that_closes_are_named() {
    let lab = lab!();
    let url = fake(says("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"));
    let secure = url.replacen("clickhouse:", "clickhouses:", 1);
    run(&lab, &secure, 0);
    push(&lab, &secure, &["is not reached"]);
    let closes = fake(drop);
    run(&lab, &closes, 1);
    push(&lab, &closes, &["is not reached"]);
    // A server that says something, and then nothing.
    let held = std::sync::Mutex::new(Vec::new());
    let stalls = fake(move |mut stream| {
        use std::io::Write as _;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{");
        held.lock().expect("nobody panics").push(stream);
    });
    run(&lab, &stalls, 2);
}
