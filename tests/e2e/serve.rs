//! The server: what it shows, to whom, and that it writes nothing.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Stdio};
use std::time::Duration;

use perf_tests::{Lab, lab, program};
use serde_json::Value;

use crate::page::{browser, passes};

/// A server that ends with the test.
struct Served {
    child: Child,
    port: u16,
    token: Option<String>,
    _stderr: BufReader<ChildStderr>,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the server on a port that is free, and reads its address from what it says.
fn serve(lab: &Lab, arguments: &[&str]) -> Served {
    let mut command = lab.report_command(["serve"].iter().chain(arguments));
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("it says where it listens");
    let (_, rest) = line.trim().split_once("127.0.0.1:").unwrap_or_else(|| panic!("{line}"));
    let (port, rest) = rest.split_once('/').expect("an address");
    let token = rest.strip_prefix("?token=").map(str::to_owned);
    Served { child, port: port.parse().expect("a port"), token, _stderr: stderr }
}

impl Served {
    /// Sends these lines, and returns the status and the whole answer.
    fn send(&self, head: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_mins(1))).expect("a limit");
        write!(stream, "{head}Connection: close\r\n\r\n").expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).and_then(|it| it.parse().ok());
        (status.unwrap_or_else(|| panic!("{answer}")), answer)
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n", self.port))
    }

    #[track_caller]
    fn shows(&self, path: &str) -> String {
        let (status, answer) = self.get(path);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    #[track_caller]
    fn json(&self, path: &str) -> Value {
        let answer = self.shows(path);
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{path}: {error}: {answer}"))
    }
}

/// Returns a lab with runs, the last of which is slower, and one of hostile names.
fn stored() -> Lab {
    let lab = lab!();
    let slowed = program!("slowed-under-test");
    for _ in 0..4 {
        let before = lab.report(["run", "--quiet", "--", slowed, "60"]);
        assert_eq!(before.code, Some(0), "{}", before.stderr);
    }
    let mut after = lab.report_command(["run", "--quiet", "--label", HOSTILE, "--", slowed, "60"]);
    assert!(after.env("SLOW_TOKENIZE", "400").status().expect("it can be run").success());
    lab
}

const HOSTILE: &str = "<img src=x onerror=alert(1)>\"'&";

#[test]
fn it_shows_what_the_commands_say() {
    let lab = stored();
    let runs: Value =
        serde_json::from_str(&lab.report(["list", "--format", "json"]).stdout).unwrap();
    let server = serve(&lab, &["--listen", ":0"]);
    let listed = server.json("/api/runs");
    assert_eq!(listed["runs"], runs["runs"]);
    let id = runs["runs"][0]["id"].as_str().unwrap();
    let first = runs["runs"][4]["id"].as_str().unwrap();
    let compared = server.json(&format!("/api/comparison/{id}?baseline=id:{first}"));
    assert_eq!(compared["verdict"], "regression", "{compared}");
    let since = runs["runs"][0]["time"].as_str().unwrap();
    let slower = server.json(&format!("/api/slower?since={since}"));
    assert_eq!(slower["series"][0]["worse"][0]["name"], "slowed_under_test::tokenize", "{slower}");
    assert_eq!(slower["series"][0]["before"], 4);
    assert_eq!(server.json("/api/history/latest")["runs"].as_array().map(Vec::len), Some(5));
    assert_eq!(server.json("/api/run/latest")["run"]["id"], id);
    assert_eq!(server.json("/api/live")["schema"], "perf-track/top");
    for page in
        ["/", "/runs", "/slower", "/live", &format!("/run/{id}"), "/run/latest?baseline=latest~1"]
    {
        let page = server.shows(page);
        assert!(page.contains("Content-Security-Policy: default-src 'none'"), "{page}");
        assert!(!page.contains("<img"), "{page}");
    }
    assert!(server.shows("/runs").contains("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;"));
    assert!(server.shows("/runs?label=nosuch").contains("None of the stored runs is meant"));
    for asset in ["/assets/page.css", "/assets/page.js", "/assets/site.js", "/healthz"] {
        server.shows(asset);
    }
    let (status, led) = server.get(&format!("/compare?baseline={first}&run={id}"));
    assert_eq!(status, 303);
    assert!(led.contains(&format!("Location: /run/{id}?baseline=id%3A{first}\r\n")), "{led}");
    for (missing, status) in
        [("/run/nosuch", 400), ("/api/run/nosuch", 400), ("/nosuch", 404), ("/slower?since=x", 400)]
    {
        assert_eq!(server.get(missing).0, status, "{missing}");
    }
}

#[test]
fn it_writes_nothing_and_answers_nobody_else() {
    let lab = stored();
    let before = fs::read(lab.store()).unwrap();
    let server = serve(&lab, &["--listen", "127.0.0.1:0"]);
    let host = format!("Host: 127.0.0.1:{}\r\n", server.port);
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"] {
        for path in ["/", "/runs", "/api/runs", "/run/latest"] {
            let (status, answer) =
                server.send(&format!("{method} {path} HTTP/1.1\r\n{host}Content-Length: 0\r\n"));
            assert_eq!(status, 405, "{method} {path}: {answer}");
        }
    }
    // What a page elsewhere could ask for, by a name of its own for loopback.
    for other in ["evil.example", "localhost.evil.example", ""] {
        assert_eq!(server.send(&format!("GET / HTTP/1.1\r\nHost: {other}\r\n")).0, 403, "{other}");
    }
    assert_eq!(server.send(&format!("GET / HTTP/1.1\r\n{host}Host: evil.example\r\n")).0, 403);
    let answer =
        server.send(&format!("GET /api/runs HTTP/1.1\r\n{host}Origin: http://evil.example\r\n"));
    assert!(!answer.1.to_ascii_lowercase().contains("access-control"), "{}", answer.1);
    assert_eq!(server.get(&format!("/{}", "a".repeat(9_000))).0, 414);
    assert_eq!(server.get("/run/..%2F..%2Fetc%2Fpasswd").0, 400);
    assert_eq!(fs::read(lab.store()).unwrap(), before);
}

#[test]
fn where_others_reach_it_a_token_is_wanted() {
    let lab = lab!();
    let server = serve(&lab, &["--listen", "0.0.0.0:0"]);
    let token = server.token.clone().expect("one is made up");
    assert_eq!(token.len(), 32);
    let get = |path: &str, header: &str| {
        server.send(&format!("GET {path} HTTP/1.1\r\nHost: builds.example\r\n{header}"))
    };
    let forged = token.replace(|c: char| c.is_ascii_digit(), "f");
    for path in ["/", "/runs", "/api/runs", "/assets/page.js", "/run/latest"] {
        assert_eq!(get(path, "").0, 401, "{path}");
        for header in [
            format!("Authorization: Bearer {forged}\r\n"),
            format!("Authorization: Basic {token}\r\n"),
            format!("Cookie: token={token}\r\n"),
            format!("Cookie: perf-report-{}={forged}\r\n", server.port),
            format!("Authorization: Bearer {token}\r\nAuthorization: Bearer {forged}\r\n"),
        ] {
            assert_eq!(get(path, &header).0, 401, "{path} {header}");
        }
    }
    assert_eq!(get(&format!("/?token={forged}"), "").0, 401);
    let (status, led) = get(&format!("/runs?token={token}"), "");
    assert_eq!(status, 303);
    assert!(
        led.contains("Location: /runs\r\n") && led.contains("HttpOnly; SameSite=Strict"),
        "{led}"
    );
    assert_eq!(get("/api/runs", &format!("Authorization: Bearer {token}\r\n")).0, 200);
    assert_eq!(get("/", &format!("Cookie: perf-report-{}={token}\r\n", server.port)).0, 200);

    let short = lab.report(["serve", "--listen", ":0", "--token", "short"]);
    assert_eq!(short.code, Some(2), "{}", short.stderr);
    let second = lab.report(["serve", "--listen", &format!("0.0.0.0:{}", server.port)]);
    assert_eq!(second.code, Some(2), "{}", second.stderr);
    assert!(second.stderr.contains("choose another port"), "{}", second.stderr);
}

#[test]
fn in_a_browser_one_finds_a_run_and_compares_two() {
    let lab = stored();
    let Some(mut node) = browser("site.walk.mjs") else { return };
    let server = serve(&lab, &["--listen", ":0"]);
    passes(node.arg(format!("http://127.0.0.1:{}/", server.port)));
}
