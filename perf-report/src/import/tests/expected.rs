//! The files that lie beside the repository, with the values that are right.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{figures, function, metric, names, read};
use crate::import::criterion::{self, Files, Taken};
use crate::import::{Format, Imported, Options};
use crate::model::{Statistic, TestOutcome};
use crate::stats::robust;

/// Returns the folder with the files and the text of the right values; `None`, aloud, where it is not there.
fn shared() -> Option<(PathBuf, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/imports");
    let text = std::fs::read_to_string(folder.join("expected.json"));
    if text.is_err() {
        let _ = writeln!(std::io::stderr().lock(), "skipped: {} is not there", folder.display());
    }
    Some((folder, serde_json::from_str(&text.ok()?).unwrap()))
}

/// Reads a file of that folder, and returns it with its right values.
fn file(name: &str, format: Format) -> Option<(Imported, Value)> {
    let (folder, expected) = shared()?;
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    let imported = read(&text, format);
    let expected = expected[name].clone();
    let runs = expected["runs"].as_u64().unwrap();
    assert_eq!(imported.runs.len() as u64, runs, "{name}");
    Some((imported, expected))
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect()
}

/// Checks the benchmarks of criterion, by whichever way they came.
fn check_criterion(imported: &Imported, expected: &Value) {
    let benchmarks = expected["benchmarks"].as_array().unwrap();
    assert_eq!(names(imported).len(), benchmarks.len(), "base, change and report give nothing");
    for benchmark in benchmarks {
        let name = benchmark["name"].as_str().unwrap();
        let (found, figures) = (function(imported, name), figures(imported, name));
        let samples = &figures.samples_ns;
        let slope = benchmark["slope"].as_f64();
        assert_eq!(found.mean_ns, slope.or(benchmark["mean"].as_f64()), "{name}");
        let statistic = if slope.is_some() { Statistic::Slope } else { Statistic::Mean };
        assert_eq!(figures.statistic, statistic);
        assert_eq!(samples.len() as u64, benchmark["samples"].as_u64().unwrap());
        assert_eq!(figures.iterations, benchmark["iterations"].as_u64());
        assert_eq!(Some(found.calls), benchmark["iterations"].as_u64());
        assert_eq!(robust::median(samples), benchmark["median"].as_f64());
        let mean = samples.iter().sum::<f64>() / samples.len() as f64;
        assert!((mean / benchmark["mean"].as_f64().unwrap() - 1.0).abs() < 1e-12);
        let least = samples.iter().copied().fold(f64::INFINITY, f64::min);
        let most = samples.iter().copied().fold(0.0, f64::max);
        assert_eq!(Some(least), benchmark["min"].as_f64());
        assert_eq!(Some(most), benchmark["max"].as_f64());
        assert_eq!((found.min_ns, found.p50_ns), (None, None), "samples are no calls");
        let bytes = benchmark["throughput"]["bytes"].as_f64();
        assert_eq!(figures.throughput.get("bytes").copied(), bytes);
    }
}

/// Reads `new` of each benchmark that a folder holds.
fn criterion_in(folder: &Path) -> Vec<Files> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        for entry in std::fs::read_dir(&path).unwrap().flatten() {
            open.extend(entry.file_type().unwrap().is_dir().then(|| entry.path()));
        }
        let text = |name: &str| std::fs::read_to_string(path.join(name)).unwrap_or_default();
        if path.ends_with("new") && path.join("benchmark.json").exists() {
            files.push(Files {
                folder: path.parent().unwrap().display().to_string(),
                modified_ns: 0,
                benchmark: text("benchmark.json"),
                estimates: text("estimates.json"),
                sample: text("sample.json"),
            });
        }
    }
    files
}

#[test]
fn criterion_and_cargo_criterion() {
    let Some((folder, expected)) = shared() else { return };
    let files = criterion_in(&folder.join("criterion"));
    let imported = criterion::read(&files, Taken::Newest, &Options::default()).unwrap();
    check_criterion(&imported, &expected["criterion"]);
    let Some((imported, expected)) = file("cargo-criterion.jsonl", Format::CargoCriterion) else {
        return;
    };
    check_criterion(&imported, &expected);
}

#[test]
fn libtest() {
    let Some((imported, expected)) = file("libtest-bench.txt", Format::Libtest) else { return };
    assert_eq!(names(&imported).len(), 4, "what is ignored is none");
    for benchmark in expected["benchmarks"].as_array().unwrap() {
        let name = benchmark["name"].as_str().unwrap();
        assert_eq!(function(&imported, name).mean_ns, benchmark["median"].as_f64());
        assert_eq!(figures(&imported, name).spread_ns, benchmark["spread"].as_f64());
        if let Some(rate) = benchmark["mb_per_s"].as_f64() {
            assert_eq!(metric(&imported, &format!("{name}/MB/s")).value, Some(rate));
        }
    }
}

#[test]
fn nextest_by_junit() {
    let Some((imported, expected)) = file("nextest-junit.xml", Format::Junit) else { return };
    let run = &imported.runs[0];
    assert_eq!(run.wall_ns, Some(2_750_000_000));
    let count =
        |of: fn(&crate::model::Suite) -> Option<u64>| run.suites.iter().filter_map(of).sum::<u64>();
    assert_eq!(
        [count(|it| it.passed), count(|it| it.failed), count(|it| Some(it.flaky))],
        [4, 1, 1]
    );
    for suite in expected["suites"].as_array().unwrap() {
        let found = run.suites.iter().find(|it| suite["name"] == it.name.as_str()).unwrap();
        assert_eq!(found.wall_ns, None, "a suite has no time of its own");
        assert_eq!(found.tests.len() as u64, suite["tests"].as_u64().unwrap());
        assert_eq!(found.failed, suite["failed"].as_u64());
        assert_eq!(
            found.tests_ns.unwrap() as f64,
            (suite["sum_s"].as_f64().unwrap() * 1e9).round()
        );
    }
    check_cases(&imported, &expected);
    let refused = &run.suites[1].tests[1];
    assert_eq!((refused.outcome, refused.attempts), (TestOutcome::Failed, 2));
    assert_eq!(
        (refused.earlier_ns.as_slice(), refused.wall_ns),
        (&[20_000_000][..], Some(21_000_000))
    );
    let flaky = run.suites[0].tests.iter().find(|it| it.name == "net::reconnects").unwrap();
    assert_eq!(
        (flaky.outcome, flaky.earlier_ns.as_slice()),
        (TestOutcome::Flaky, &[1_200_000_000][..])
    );
}

fn check_cases(imported: &Imported, expected: &Value) {
    for case in expected["cases"].as_array().unwrap() {
        let found = function(imported, case["name"].as_str().unwrap());
        let time = case["s"].as_f64().map(|seconds| (seconds * 1e9).round());
        assert_eq!(found.mean_ns, time, "{case}");
        assert_eq!(found.errors, u64::from(case["failed"] == true), "{case}");
    }
}

#[test]
fn nextest_by_lines() {
    let Some((imported, expected)) = file("nextest-libtest.jsonl", Format::Nextest) else { return };
    check_cases(&imported, &expected);
    let suite = &imported.runs[0].suites[0];
    assert_eq!(suite.name, "app::app");
    assert_eq!((suite.tests_ns, suite.wall_ns), (Some(762_000_000), None));
    assert_eq!([suite.passed, suite.failed, suite.ignored], [Some(2), Some(0), Some(1)]);
    assert_eq!(suite.flaky, 1);
    let retried = suite.tests.iter().find(|it| it.name == "net::reconnects").unwrap();
    assert_eq!((retried.outcome, retried.attempts), (TestOutcome::Flaky, 2));
}

#[test]
fn hyperfine() {
    let Some((imported, expected)) = file("hyperfine.json", Format::Hyperfine) else { return };
    assert!(imported.is_group);
    for benchmark in expected["benchmarks"].as_array().unwrap() {
        let name = benchmark["name"].as_str().unwrap();
        let runs: Vec<_> =
            imported.runs.iter().filter(|run| run.functions[0].name == name).collect();
        let times: Vec<f64> = runs.iter().map(|run| run.functions[0].mean_ns.unwrap()).collect();
        assert_eq!(times.len() as u64, benchmark["runs"].as_u64().unwrap());
        assert_eq!(robust::median(&times), benchmark["median"].as_f64());
        let mean = times.iter().sum::<f64>() / times.len() as f64;
        assert!((mean / benchmark["mean"].as_f64().unwrap() - 1.0).abs() < 1e-12);
        let failed = runs.iter().filter(|run| run.functions[0].errors > 0).count() as u64;
        assert_eq!(failed, benchmark["failed_runs"].as_u64().unwrap_or(0));
        let peak = runs.iter().filter_map(|run| run.peak_rss_bytes).max();
        assert_eq!(peak, benchmark["peak_bytes_max"].as_u64());
        assert_eq!(figures(&imported, name).parameters["threads"], "1");
    }
    assert_eq!(imported.runs[6].exit_code, Some(2));
}

#[test]
fn gungraun() {
    for name in ["gungraun-v6.jsonl", "gungraun-v7/decode.large/summary.json"] {
        let Some((imported, expected)) = file(name, Format::Gungraun) else { return };
        let benchmark = &expected["benchmarks"][0];
        let of = benchmark["name"].as_str().unwrap();
        let counts = benchmark["counts"].as_object().unwrap();
        assert_eq!(imported.runs[0].metrics.len(), counts.len(), "rates are derived");
        for (count, value) in counts {
            let found = metric(&imported, &format!("{of}/{}", count.replace('_', "-")));
            assert_eq!(found.value, value.as_f64());
        }
        assert_eq!(function(&imported, of).mean_ns, None, "there is no time at all");
    }
}

#[test]
fn go() {
    let Some((imported, expected)) = file("go-bench.txt", Format::Go) else { return };
    for benchmark in expected["benchmarks"].as_array().unwrap() {
        let name = benchmark["name"].as_str().unwrap();
        let samples = numbers(&benchmark["samples"]);
        assert_eq!(figures(&imported, name).samples_ns, samples);
        assert_eq!(function(&imported, name).mean_ns, robust::median(&samples));
    }
    for (name, value) in [
        ("Decode/size=1024/bytes-per-op", 2048.0),
        ("Decode/size=1024/allocs-per-op", 3.0),
        ("Serve/p99/p99-ms", 9.75),
        ("Serve/p99/req/s", 416.7),
    ] {
        assert_eq!(metric(&imported, name).value, Some(value), "{name}");
    }
}

#[test]
fn google_benchmark_and_pytest_benchmark() {
    for (name, format) in [
        ("google-benchmark.json", Format::GoogleBenchmark),
        ("pytest-benchmark.json", Format::PytestBenchmark),
    ] {
        let Some((imported, expected)) = file(name, format) else { return };
        let benchmark = &expected["benchmarks"][0];
        assert_eq!(
            names(&imported),
            [benchmark["name"].as_str().unwrap()],
            "aggregates give nothing"
        );
        let of = names(&imported)[0];
        let near = |found: &[f64], expected: &[f64]| {
            assert_eq!(found.len(), expected.len());
            found
                .iter()
                .zip(expected)
                .for_each(|(a, b)| assert!((a / b - 1.0).abs() < 1e-12, "{a} {b}"));
        };
        near(&figures(&imported, of).samples_ns, &numbers(&benchmark["samples"]));
        near(&[function(&imported, of).mean_ns.unwrap()], &[benchmark["median"].as_f64().unwrap()]);
        if benchmark["cpu_samples"].is_array() {
            near(&figures(&imported, of).cpu_samples_ns, &numbers(&benchmark["cpu_samples"]));
        } else {
            assert_eq!(figures(&imported, of).iterations, benchmark["iterations"].as_u64());
        }
    }
}

#[test]
fn bmf() {
    let Some((imported, expected)) = file("bmf.json", Format::Bmf) else { return };
    for benchmark in expected["benchmarks"].as_array().unwrap() {
        let name = benchmark["name"].as_str().unwrap();
        assert_eq!(function(&imported, name).mean_ns, benchmark["value"].as_f64());
        let interval = benchmark["interval"]
            .as_array()
            .map(|it| (it[0].as_f64().unwrap(), it[1].as_f64().unwrap()));
        assert_eq!(figures(&imported, name).interval_ns, interval);
        for (measure, value) in benchmark["metrics"].as_object().into_iter().flatten() {
            assert_eq!(metric(&imported, &format!("{name}/{measure}")).value, value.as_f64());
        }
    }
}

#[test]
fn github_action_benchmark() {
    let name = "github-action-benchmark-data.js";
    let Some((imported, expected)) = file(name, Format::GithubActionBenchmark) else { return };
    assert!(!imported.is_group, "it is a history");
    for series in expected["series"].as_array().unwrap() {
        let of = series["name"].as_str().unwrap();
        let points = imported.runs.iter().filter_map(|run| {
            let value = run.functions.iter().find(|it| it.name == of)?.mean_ns?;
            Some((value, run.commit.clone()?))
        });
        let (values, commits): (Vec<f64>, Vec<String>) = points.unzip();
        assert_eq!(values, numbers(&series["values"]));
        assert_eq!(Value::from(commits), series["commits"]);
    }
}

#[test]
fn oha() {
    let Some((imported, expected)) = file("oha.json", Format::Oha) else { return };
    let (http, right) = (function(&imported, "http"), &expected["benchmarks"][0]);
    let times = [http.p50_ns, http.p90_ns, http.p95_ns, http.p99_ns, http.min_ns, http.max_ns];
    let keys = ["p50", "p90", "p95", "p99", "min", "max"];
    for (time, key) in times.into_iter().zip(keys) {
        assert_eq!(time.map(|it| it as f64), right[key].as_f64(), "{key}");
    }
    assert_eq!(http.mean_ns, right["mean"].as_f64());
    assert_eq!(Some(http.calls), right["calls"].as_u64());
    assert_eq!(metric(&imported, "http/success-rate").value, right["success_rate"].as_f64());
    assert_eq!(http.success_rate(), right["success_rate"].as_f64());
    assert_eq!(
        metric(&imported, "http/requests-per-second").value,
        right["throughput_per_s"].as_f64()
    );
}
