//! What a team imports into its monitoring, and native histograms, read by Prometheus itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use perf_report::text::url;
use perf_tests::consumers::{consumer, python};
use perf_tests::{lab, program};
use serde_json::Value;

const UNIT_TESTS: &str = include_str!("../consumers/prometheus/rules.test.yml");

#[test]
fn the_rules_are_accepted_and_find_what_they_should() {
    let lab = lab!();
    let printed = lab.report(["agent", "--print-rules"]);
    assert_eq!((printed.code, printed.stderr.as_str()), (Some(0), ""));
    fs::write(lab.folder().join("perf-track.rules.yml"), &printed.stdout).unwrap();
    fs::write(lab.folder().join("rules.test.yml"), UNIT_TESTS).unwrap();
    for arguments in
        [["check", "rules", "perf-track.rules.yml"], ["test", "rules", "rules.test.yml"]]
    {
        let Some(mut promtool) = consumer("promtool") else { return };
        let output = promtool.args(arguments).current_dir(lab.folder()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }
}

#[test]
fn every_expression_of_the_dashboard_is_promql_and_names_metrics_that_exist() {
    let lab = lab!();
    let printed = lab.report(["agent", "--print-dashboard"]);
    let dashboard: Value = serde_json::from_str(&printed.stdout).unwrap();
    let mut expressions = Vec::new();
    collect(&dashboard, &mut expressions);
    assert!(expressions.len() > 15, "{}", expressions.len());
    // As Grafana fills them in. As rules, promtool parses all of them at once.
    let filled = |text: &String| text.replace("$__rate_interval", "1m").replace("$program", ".*");
    let rule = |(at, text): (usize, String)| {
        let text = Value::from(text.replace("$function", ".*"));
        format!("      - {{record: 'e:{at}', expr: {text}}}\n")
    };
    let rules: String = expressions.iter().map(filled).enumerate().map(rule).collect();
    let rules = format!("groups:\n  - name: dashboard\n    rules:\n{rules}");
    fs::write(lab.folder().join("dashboard.yml"), rules).unwrap();
    let Some(mut promtool) = consumer("promtool") else { return };
    let arguments = ["check", "rules", "dashboard.yml"];
    let output = promtool.args(arguments).current_dir(lab.folder()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn files_to_deploy_from_are_read_by_what_they_are_for() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
    if let Some(mut python) = python("yaml") {
        let read =
            "import sys, yaml\nfor file in sys.argv[1:]: list(yaml.safe_load_all(open(file)))";
        let kubernetes = ["kubernetes/sidecar.yml", "kubernetes/podmonitor.yml", "prometheus.yml"];
        python.args(["-c", read]).args(kubernetes.map(|file| folder.join(file)));
        let output = python.output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    if let Some(mut promtool) = consumer("promtool") {
        let config = folder.join("prometheus.yml");
        promtool.args(["check", "config", "--syntax-only"]).arg(config);
        let output = promtool.output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    let Some(mut systemd) = consumer("systemd-analyze") else { return };
    let lab = lab!();
    systemd.arg("verify");
    for entry in fs::read_dir(folder.join("systemd")).unwrap().map(Result::unwrap) {
        // It looks whether the program is there.
        let text = fs::read_to_string(entry.path()).unwrap();
        let text = text.replace("/usr/local/bin/perf-report", "/bin/true");
        let copy = lab.folder().join(entry.file_name());
        fs::write(&copy, text).unwrap();
        systemd.arg(copy);
    }
    let output = systemd.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// Collects the expressions, wherever they stand.
fn collect(value: &Value, expressions: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let own = fields.get("expr").and_then(Value::as_str).map(str::to_owned);
            expressions.extend(own);
            fields.values().for_each(|value| collect(value, expressions));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, expressions)),
        _ => {}
    }
}

/// A server that is killed when it is dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn prometheus_takes_native_histograms_and_finds_the_percentiles_of_the_recorder() {
    let Some(mut prometheus) = consumer("prometheus") else { return };
    let lab = lab!();
    let folder = lab.new_folder("segments");
    // It may read as long as it records: the figures are those of the run after it.
    let finished = lab.record(&folder, program!("workload"), ["2", "400", "return"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let (of_agent, of_prometheus) = (free_address(), free_address());
    let mut agent = lab.report_command(["agent", "--histograms", "*", "--every", "1s", "--dir"]);
    let agent = agent.arg(&folder).args(["--listen", &of_agent]).stderr(Stdio::null());
    let _agent = Server(agent.spawn().unwrap());
    wait_until(|| get(&of_agent, "/healthz").is_some());
    fs::write(
        lab.folder().join("prometheus.yml"),
        format!(
            "global: {{scrape_interval: 1s}}\nscrape_configs:\n  - job_name: perf-track\n    \
             static_configs: [{{targets: ['{of_agent}']}}]\n"
        ),
    )
    .unwrap();
    prometheus
        .args(["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--log.level=error"])
        .args(["--enable-feature=native-histograms"])
        .arg(format!("--web.listen-address={of_prometheus}"))
        .current_dir(lab.folder())
        .stderr(Stdio::null());
    let _prometheus = Server(prometheus.spawn().unwrap());
    let count = "histogram_count(perf_function_duration_seconds)";
    wait_until(|| !query(&of_prometheus, count).is_empty());
    let run = collected(&lab, &folder);
    let mut judged = 0;
    for (q, field) in [("0.5", "p50_ns"), ("0.99", "p99_ns")] {
        let text = format!("histogram_quantile({q}, perf_function_duration_seconds)");
        for (function, seconds) in query(&of_prometheus, &text) {
            let known = run["functions"].as_array().unwrap();
            let known = known.iter().find(|it| it["name"] == function.as_str()).unwrap();
            let ns = known[field].as_f64().unwrap();
            // Of a few calls the two name different ones, on both sides of a gap.
            if known["calls"].as_u64().unwrap() < 500 || ns < 64.0 {
                continue;
            }
            let off = seconds * 1e9 / ns - 1.0;
            assert!(off.abs() < 0.03, "{function} {field}: {ns} ns, and {seconds} s");
            judged += 1;
        }
    }
    assert!(judged >= 2, "{judged}");
}

/// Returns the run that `collect` makes of what was recorded.
fn collected(lab: &perf_tests::Lab, folder: &Path) -> Value {
    let folder = folder.to_str().unwrap();
    let collected = lab.report(["collect", "--keep", "--dir", folder]);
    assert_eq!(collected.code, Some(0), "{}", collected.stderr);
    let shown = lab.report(["show", "--format", "json"]);
    serde_json::from_str(&shown.stdout).unwrap()
}

/// Asks Prometheus; returns the values by function.
fn query(address: &str, text: &str) -> Vec<(String, f64)> {
    let path = format!("/api/v1/query?query={}", url::encoded(text));
    let Some(answer) = get(address, &path) else { return Vec::new() };
    let Ok(answer) = serde_json::from_str::<Value>(&answer) else { return Vec::new() };
    let results = answer["data"]["result"].as_array().cloned().unwrap_or_default();
    let value = |result: &Value| {
        let value = result["value"][1].as_str()?.parse().ok()?;
        Some((result["metric"]["function"].as_str()?.to_owned(), value))
    };
    results.iter().filter_map(value).collect()
}

/// Asks a server, and returns the body of an answer of status 200.
fn get(address: &str, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    head.split_whitespace().nth(1).filter(|status| *status == "200")?;
    Some(body.to_owned())
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[track_caller]
fn wait_until(mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_mins(1);
    while !holds() {
        assert!(Instant::now() < end, "not in time");
        thread::sleep(Duration::from_millis(100));
    }
}
