//! Texts that no tool writes: whatever comes in, parsers end, and without a panic.

use proptest::prelude::*;

use crate::import::criterion::{self, Files, Taken};
use crate::import::{Format, Options, detect};

/// A text of each format, to be damaged.
const WHOLE: &[&str] = &[
    r#"{"reason":"benchmark-complete","id":"a","iteration_count":[1,2],"measured_values":[1.5,3],"unit":"ns","throughput":[{"per_iteration":64,"unit":"bytes"}],"typical":{"estimate":1.5,"lower_bound":1,"upper_bound":2,"unit":"ns"},"slope":null}"#,
    r#"{"results":[{"command":"c","times":[0.1,0.2],"exit_codes":[0,null],"memory_usage_byte":[1,2],"parameters":{"n":"1"}}]}"#,
    r#"<testsuites time="1"><testsuite name="s" time="1,0"><testcase name="a" classname="c" time="0.5"><flakyFailure time="1"/><![CDATA[x]]></testcase></testsuite></testsuites>"#,
    "running 1 test\ntest a::b ... bench:   1,234.5 ns/iter (+/- 6) = 81 MB/s\ntest c ... ignored\n",
    "{\"type\":\"test\",\"event\":\"ok\",\"name\":\"a::a@stress-1$b#2\",\"exec_time\":0.5}\n{\"type\":\"suite\",\"event\":\"ok\",\"exec_time\":1}",
    r#"{"version":"6","module_path":"a::b","function_name":"b","id":"c","profiles":[{"tool":"Callgrind","summaries":{"total":{"summary":{"Callgrind":{"Ir":{"metrics":{"Both":[{"Int":5},{"Int":4}]}}}}}}}]}"#,
    r#"{"a":{"latency":{"value":1.5,"lower_value":1}},"b":{"size":{"value":3}}}"#,
    r#"window.BENCHMARK_DATA = {"lastUpdate":1,"entries":{"S":[{"commit":{"id":"aa"},"date":1763456400000,"benches":[{"name":"f","value":1,"unit":"ns/iter","range":"± 3"}]}]}}"#,
    "pkg: a\nBenchmarkF-8 10 1.5 ns/op 16 B/op\nPASS\n",
    r#"{"context":{"date":"2026-11-20T09:15:00+00:00","num_cpus":2},"benchmarks":[{"name":"a","run_type":"iteration","iterations":5,"real_time":1.5,"cpu_time":NaN,"time_unit":"us","x":3}]}"#,
    r#"{"machine_info":{"cpu":{"count":2}},"commit_info":{"id":"abc"},"datetime":"2026-11-20T09:15:00","benchmarks":[{"name":"a","fullname":"t::a","params":{"x":1},"stats":{"median":0.1,"rounds":2,"iterations":3,"data":[0.1,0.2]}}]}"#,
    r#"[{"benchmark":"b","mode":"avgt","threads":1,"params":{"n":"1"},"primaryMetric":{"score":"NaN","scoreUnit":"us/op","rawData":[[1,2],[3]],"scorePercentiles":{"50.0":1}},"secondaryMetrics":{"·x":{"score":1}}}]"#,
    r#"{"summary":{"average":0.1,"total":1,"requestsPerSec":5},"latencyPercentiles":{"p50":0.1},"statusCodeDistribution":{"200":5,"503":1},"errorDistribution":{"e":1}}"#,
    r#"{"root_group":{},"metrics":{"http_req_duration":{"contains":"time","values":{"avg":1,"p(95)":2},"thresholds":{"x":{"ok":false}}},"c":{"count":1,"rate":2}}}"#,
    "Running 30s test @ http://h/\n  Latency 1.5ms 2ms 3ms 90%\n  50% 1ms\n 5 requests in 1.0s, 1GB read\nRequests/sec: 5\n",
];

/// Reads a text in each format: nothing may go wrong but by a mistake that is named.
fn read_all(text: &str) {
    let _ = detect(text);
    let options = Options { unit: Some("us".to_owned()) };
    for format in Format::ALL {
        if let Ok(imported) = format.read(text, &options) {
            for function in imported.runs.iter().flat_map(|run| &run.functions) {
                assert!(function.mean_ns.is_none_or(|mean| mean.is_finite() && mean >= 0.0));
                assert!(!function.name.is_empty() || format == Format::Bmf || !text.is_empty());
            }
            imported.notes.problems();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        read_all(&text);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_all(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_damaged_text_is_read_or_refused(
        which in 0..WHOLE.len(),
        at in any::<prop::sample::Index>(),
        cut in 0_usize..12,
        put in prop_oneof![
            Just(""), Just("\""), Just("{"), Just("]"), Just("-1"), Just("1e999"), Just("null"), Just("\0"),
            Just("NaN"), Just("99999999999999999999"), Just("<"), Just("\r\n"), Just("é"), Just("#"), Just("@stress-99999999999999999999"),
        ],
    ) {
        let mut bytes = WHOLE[which].as_bytes().to_vec();
        let at = at.index(bytes.len());
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, put.bytes());
        read_all(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn damaged_files_of_criterion_are_left_out(
        at in any::<prop::sample::Index>(),
        which in 0..3_usize,
        put in prop_oneof![Just("null"), Just("1e999"), Just("-5"), Just("{"), Just("\"\"")],
    ) {
        let mut texts = [
            r#"{"group_id":"g","function_id":"f","value_str":"1","throughput":{"Bytes":64},"full_id":"g/f/1"}"#,
            r#"{"mean":{"point_estimate":1.5,"confidence_interval":{"lower_bound":1,"upper_bound":2}},"slope":null,"std_dev":null}"#,
            r#"{"sampling_mode":"Flat","iters":[1.0,1.0],"times":[1.0,2.0]}"#,
        ].map(str::to_owned);
        let text = &mut texts[which];
        let at = at.index(text.len());
        text.replace_range(at..=at, put);
        let [benchmark, estimates, sample] = texts;
        let files = Files { folder: "g".to_owned(), modified_ns: 1, benchmark, estimates, sample };
        let _ = criterion::read(&[files], Taken::Newest, &Options::default());
    }
}

#[test]
fn each_whole_text_is_told_and_read() {
    let found: Vec<_> = WHOLE.iter().map(|text| detect(text).unwrap()).collect();
    let all: Vec<_> = Format::ALL.into_iter().filter(|it| *it != Format::Criterion).collect();
    assert_eq!(found, all);
    for (text, format) in WHOLE.iter().zip(all) {
        assert!(!format.read(text, &Options::default()).unwrap().is_empty(), "{text}");
    }
}

#[test]
fn deep_nesting_ends() {
    for deep in
        ["[".repeat(200_000), "{\"a\":".repeat(100_000), "<testsuite name=\"a\">".repeat(100_000)]
    {
        read_all(&deep);
    }
    read_all(&"<testsuite name=\"a\">".repeat(100_000).replace('a', "b"));
}
