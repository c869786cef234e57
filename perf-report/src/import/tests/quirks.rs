//! Quirks of single writers.

use super::{figures, function, metric, names, read, sentences};
use crate::import::{Format, Mistake, Options, detect};
use crate::model::TestOutcome;

#[test]
fn junit_of_other_writers() {
    let text = "<?xml version=\"1.0\"?>\r\n<!-- no root -->\r\n\
        <testsuite name=\"com.example.A &amp; B\" time=\"1,234.5\" timestamp=\"2026-11-20T09:15:00\">\
        <testcase name=\"reads [x]\" classname=\"com.example.A\" time=\"1,200.25\"/>\
        <testcase name=\"reads [x]\" classname=\"com.example.A\" time=\"2\"><system-out><![CDATA[<testcase name=\"no\"/>]]></system-out></testcase>\
        <testcase name=\"skips\" classname=\"com.example.A\" time=\"0\"><skipped/></testcase>\
        <testcase name=\"fails\" classname=\"\" time=\"0.5\"><error message=\"&lt;x&gt;\"/></testcase>\
        </testsuite>\r\n<testsuite name=\"empty\"/>";
    let imported = read(text, Format::Junit);
    assert_eq!(
        names(&imported),
        [
            "com.example.A & B",
            "com.example.A & B fails",
            "com.example.A reads [x]",
            "com.example.A reads [x] (2)"
        ]
    );
    assert_eq!(function(&imported, "com.example.A & B").mean_ns, Some(1_234_500_000_000.0));
    assert_eq!(function(&imported, "com.example.A reads [x]").mean_ns, Some(1_200_250_000_000.0));
    assert_eq!(function(&imported, "com.example.A & B fails").mean_ns, None);
    let suite = &imported.runs[0].suites[0];
    assert_eq!([suite.passed, suite.failed, suite.ignored], [Some(2), Some(1), Some(1)]);
    assert_eq!(imported.runs[0].exit_code, Some(1));
    assert_eq!(imported.runs[0].time.unwrap().to_string(), "2026-11-20T09:15:00Z");
    assert_eq!(
        sentences(&imported),
        ["1 test of a name that another has too, numbered: com.example.A reads [x] (2)"]
    );
}

#[test]
fn junit_without_a_suite_or_an_end() {
    let imported = read("<testcase name=\"a\" classname=\"c\" time=\"1\"/>", Format::Junit);
    assert_eq!(names(&imported), ["c a"]);
    let cut = read(
        "<testsuites><testsuite name=\"s\"><testcase name=\"a\" time=\"1\"><failure>",
        Format::Junit,
    );
    assert_eq!(sentences(&cut), ["1 file that ends in the middle"]);
    assert_eq!(cut.runs[0].suites[0].tests[0].outcome, TestOutcome::Failed);
    assert!(Format::Junit.read("<testsuite name=\"s\"><a <b", &Options::default()).is_err());
    let bomb = "<!DOCTYPE x [<!ENTITY a \"&b;&b;\"><!ENTITY b \"&a;\">]><testsuite name=\"&a;\"><testcase name=\"t\" time=\"1\"/></testsuite>";
    assert_eq!(names(&read(bomb, Format::Junit)), ["&a; t"]);
}

#[test]
fn identical_commands_of_hyperfine_differ_by_their_parameters() {
    let result = |threads: u8| {
        format!(
            r#"{{"command":"run","times":[0.{threads}],"parameters":{{"threads":"{threads}"}}}}"#
        )
    };
    let text = format!(r#"{{"results":[{},{}]}}"#, result(1), result(4));
    let imported = read(&text, Format::Hyperfine);
    assert_eq!(names(&imported), ["run (threads=1)", "run (threads=4)"]);
    let text = format!(r#"{{"results":[{},{}]}}"#, result(1), result(1));
    assert!(matches!(Format::Hyperfine.read(&text, &Options::default()), Err(Mistake::Alike(_))));
    let old = read(
        r#"{"results":[{"command":"c","mean":0.5,"stddev":null,"median":0.4,"times":null}]}"#,
        Format::Hyperfine,
    );
    assert_eq!(function(&old, "c").mean_ns, Some(4e8));
    let killed = read(
        r#"{"results":[{"command":"c","times":[1,2],"exit_codes":[0,null]}]}"#,
        Format::Hyperfine,
    );
    assert_eq!(killed.runs[1].functions[0].errors, 1, "a signal ended it");
}

#[test]
fn go_of_several_packages() {
    let text = "goos: linux\npkg: a/x\nBenchmarkF-8 \t 10\t 5 ns/op\nPASS\npkg: a/y\nBenchmarkF-8 10 7.5 ns/op 16 B/op 2 allocs/op\n\
        BenchmarkG 10 1 ms/op 3 apples\nBenchmarkBroken-8\n--- FAIL: BenchmarkH\nBenchmarkH-8 10 NaN ns/op\n";
    let imported = read(text, Format::Go);
    assert_eq!(names(&imported), ["F (a/x, GOMAXPROCS=8)", "F (a/y, GOMAXPROCS=8)", "G"]);
    assert_eq!(function(&imported, "G").mean_ns, Some(1e6));
    assert_eq!(metric(&imported, "F (a/y, GOMAXPROCS=8)/bytes-per-op").value, Some(16.0));
    assert_eq!(metric(&imported, "G/apples").value, Some(3.0));
    let broken = "1 line of a benchmark that cannot be read, left out: BenchmarkH-8 10 NaN ns/op";
    assert!(sentences(&imported).iter().any(|it| it == broken), "{:?}", sentences(&imported));
    let wrapped = "{\"Action\":\"output\",\"Package\":\"a/x\",\"Output\":\"BenchmarkF-2 \\t\"}\n\
        {\"Action\":\"output\",\"Package\":\"a/x\",\"Output\":\" 10\\t 5 ns/op\\n\"}\n";
    assert_eq!(function(&read(wrapped, Format::Go), "F").mean_ns, Some(5.0));
}

#[test]
fn go_with_several_numbers_of_processors() {
    let text = "pkg: a\nBenchmarkX 10 100 ns/op\nBenchmarkX-2 10 50 ns/op\nBenchmarkX-4 10 25 ns/op\n\
        BenchmarkX-4 10 27 ns/op\nBenchmarkY-8 10 5 ns/op\n";
    let imported = read(text, Format::Go);
    assert_eq!(names(&imported), ["X (a)", "X (a, GOMAXPROCS=2)", "X (a, GOMAXPROCS=4)", "Y"]);
    assert_eq!(function(&imported, "X (a, GOMAXPROCS=4)").mean_ns, Some(26.0));
}

#[test]
fn nextest_with_absurd_times_has_none() {
    let passed = |name: &str| {
        format!(r#"{{"type":"test","event":"ok","name":"a::a${name}","exec_time":1e10}}"#)
    };
    let text = format!(
        "{}\n{}\n{}\n",
        r#"{"type":"suite","event":"started","test_count":2,"nextest":{"crate":"a","test_binary":"a","kind":"lib"}}"#,
        passed("x"),
        passed("y")
    );
    let imported = read(&text, Format::Nextest);
    assert_eq!(imported.runs[0].suites[0].tests_ns, Some(0));
    assert!(imported.runs[0].functions.iter().all(|it| it.mean_ns.is_none()));
    let note = "2 times that cannot be, left out: x (more than a year), y (more than a year)";
    assert_eq!(sentences(&imported), [note]);
}

#[test]
fn google_benchmark_with_bare_words_and_errors() {
    let text = r#"{"context":{"library_build_type":"debug"},"benchmarks":[
        {"name":"a","run_type":"iteration","iterations":3,"real_time":1.5,"cpu_time":NaN,"time_unit":"ms","items_per_second":Infinity,"bytes_per_second":7},
        {"name":"b","run_type":"iteration","error_occurred":true,"error_message":"no","real_time":0,"time_unit":"ns"},
        {"name":"c_mean","run_name":"c","run_type":"aggregate","aggregate_name":"mean","real_time":4,"time_unit":"us"},
        {"name":"c_cv","run_name":"c","run_type":"aggregate","aggregate_name":"cv","real_time":0.1,"time_unit":"us"},
        {"name":"c_BigO","run_name":"c","run_type":"aggregate","aggregate_name":"BigO","big_o":"N","time_unit":"ns"}]}"#;
    let imported = read(text, Format::GoogleBenchmark);
    assert_eq!(names(&imported), ["a", "c"]);
    assert_eq!(function(&imported, "a").mean_ns, Some(1_500_000.0));
    assert_eq!(function(&imported, "c").mean_ns, Some(4_000.0));
    assert_eq!(metric(&imported, "a/bytes_per_second").value, Some(7.0));
    let notes = imported.notes.problems();
    assert!(
        notes[0].contains("debugging") && notes[1].ends_with("that failed, left out: b"),
        "{notes:?}"
    );
}

#[test]
fn jmh_by_its_unit_its_forks_and_its_parameters() {
    let text = r#"[
        {"benchmark":"o.A.m","mode":"avgt","threads":1,"params":{"size":"10"},"primaryMetric":{"score":2.5,"scoreError":"NaN","scoreConfidence":["NaN","+INF"],"scoreUnit":"us/op","rawData":[[2.0,3.0],[2.5,2.5]]},"secondaryMetrics":{"·gc.alloc.rate.norm":{"score":24.0,"scoreUnit":"B/op","rawData":[[24.0],[24.0]]}}},
        {"benchmark":"o.A.m","mode":"thrpt","threads":1,"params":{"size":"100"},"primaryMetric":{"score":0.4,"scoreUnit":"ops/us","rawData":[[0.4]]}},
        {"benchmark":"o.A.s","mode":"sample","threads":2,"primaryMetric":{"score":150.0,"scoreUnit":"ns/op","scorePercentiles":{"0.0":100.0,"50.0":100.0,"90.0":200.0,"95.0":200.0,"99.0":200.0,"100.0":200.0},"rawDataHistogram":[[[[100.0,5],[200.0,5]]]]}}]"#;
    let imported = read(text, Format::Jmh);
    assert!(imported.is_group && imported.runs.len() == 2, "a fork is a run");
    let first = &imported.runs[0];
    assert_eq!(
        first.functions.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(),
        ["o.A.m (size=10)", "o.A.m (size=100)", "o.A.s"]
    );
    assert_eq!(first.functions[0].mean_ns, Some(2_500.0));
    assert_eq!(figures(&imported, "o.A.m (size=10)").samples_ns, [2_000.0, 3_000.0]);
    assert_eq!(first.functions[1].mean_ns, None, "a rate is no time");
    assert_eq!(metric(&imported, "o.A.m (size=100)/ops/us").value, Some(0.4));
    assert_eq!((first.functions[2].mean_ns, first.functions[2].p90_ns), (Some(150.0), Some(200)));
    assert_eq!(metric(&imported, "o.A.m (size=10)/gc.alloc.rate.norm").value, Some(24.0));
}

#[test]
fn a_history_with_two_units_and_one_commit_twice() {
    let entry = |id: &str, date: u64, benches: &str| {
        format!(
            r#"{{"commit":{{"id":"{id}","timestamp":"2026-11-20T09:00:00Z"}},"date":{date},"tool":"go","benches":[{benches}]}}"#
        )
    };
    let bench = |name: &str, value: &str, unit: &str| {
        format!(r#"{{"name":"{name}","value":{value},"unit":"{unit}"}}"#)
    };
    let both = [bench("f", "41", "ns/iter"), bench("f", "16", "B/op")].join(",");
    let text = format!(
        "window.BENCHMARK_DATA = {{\"lastUpdate\":1,\"entries\":{{\"A\":[{},{},{}],\"B\":[{}]}}}};\n",
        entry("aa", 3, &both),
        entry("aa", 1, &bench("f", "0.04", "us/iter")),
        entry("bb", 2, &[bench("f", "null", "ns"), bench("g", "840", "iter/sec")].join(",")),
        entry("aa", 3, &bench("h", "1", "ns")),
    );
    let imported = read(&text, Format::GithubActionBenchmark);
    let shown: Vec<_> = imported
        .runs
        .iter()
        .map(|run| {
            let functions: Vec<_> =
                run.functions.iter().map(|it| (it.name.as_str(), it.mean_ns)).collect();
            let metrics: Vec<_> =
                run.metrics.iter().map(|it| (it.name.as_str(), it.value)).collect();
            (run.commit.as_deref(), functions, metrics)
        })
        .collect();
    insta::assert_debug_snapshot!(shown);
    insta::assert_snapshot!(sentences(&imported).join("\n"));
}

#[test]
fn the_custom_input_of_the_action_is_one_run() {
    let imported = read(
        r#"[{"name":"a","unit":"ms","value":1.5},{"name":"b","unit":"MiB","value":3}]"#,
        Format::GithubActionBenchmark,
    );
    assert_eq!(function(&imported, "a").mean_ns, Some(1_500_000.0));
    assert_eq!(metric(&imported, "b/MiB").value, Some(3.0));
}

#[test]
fn a_name_twice_in_one_object_is_refused() {
    let text = r#"{"a":{"latency":{"value":1}},"a":{"latency":{"value":2}}}"#;
    assert_eq!(Format::Bmf.read(text, &Options::default()), Err(Mistake::Alike("a".to_owned())));
}

#[test]
fn load_tools() {
    let text = "Running 30s test @ http://localhost:8080/\n  12 threads and 400 connections\n  Thread Stats   Avg      Stdev     Max   +/- Stdev\n    Latency   635.91us    0.89ms  12.92ms   93.69%\n    Req/Sec    56.20k     8.07k   62.00k    86.54%\n  Latency Distribution\n     50%  250.00us\n     90%    1.00ms\n     99%    5.80ms\n  22464657 requests in 30.00s, 17.76GB read\n  Non-2xx or 3xx responses: 7\nRequests/sec: 748868.53\n";
    let imported = read(text, Format::Wrk);
    let found = function(&imported, "http://localhost:8080/");
    assert_eq!((found.mean_ns, found.calls, found.errors), (Some(635_910.0), 22_464_657, 7));
    assert_eq!(
        (found.p50_ns, found.p99_ns, found.max_ns),
        (Some(250_000), Some(5_800_000), Some(12_920_000))
    );
    let k6 = r#"{"root_group":{},"metrics":{
        "http_req_duration":{"type":"trend","contains":"time","values":{"avg":1.5,"min":1,"med":1.25,"max":9,"p(90)":2,"p(95)":3},"thresholds":{"p(95)<2":{"ok":false}}},
        "http_reqs":{"type":"counter","contains":"default","values":{"count":40,"rate":8.5}},
        "http_req_failed":{"type":"rate","contains":"default","values":{"rate":0.25,"passes":10,"fails":30}}}}"#;
    let imported = read(k6, Format::K6);
    let found = function(&imported, "http_req_duration");
    assert_eq!(
        (found.mean_ns, found.calls, found.p95_ns),
        (Some(1_500_000.0), 40, Some(3_000_000))
    );
    assert_eq!(metric(&imported, "http_req_failed").value, Some(0.25));
    assert_eq!(imported.runs[0].exit_code, Some(99));
    let export = r#"{"root_group":{},"metrics":{"http_req_duration":{"avg":1,"min":1,"med":1,"max":1,"p(90)":1,"p(95)":1,"thresholds":{"p(95)<2":false,"p(90)<1":true}}}}"#;
    assert_eq!(
        sentences(&read(export, Format::K6)),
        ["1 threshold of k6 that was missed: http_req_duration p(90)<1"]
    );
}

#[test]
fn a_stress_run_is_a_run_each_time() {
    let line = |name: &str, time: &str| {
        format!(r#"{{"type":"test","event":"ok","name":"{name}","exec_time":{time}}}"#)
    };
    let text = [line("app::app@stress-0$t", "0.1"), line("app::app@stress-1$t", "0.2")].join("\n");
    let imported = read(&text, Format::Nextest);
    assert!(imported.is_group && imported.runs.len() == 2);
    assert_eq!(names(&imported), ["app t", "app t"]);
}

#[test]
fn what_writes_no_results_is_refused_with_a_way_out() {
    let help = |text: &str| match detect(text) {
        Err(Mistake::Refused { help, .. }) => help,
        other => panic!("{other:?}"),
    };
    let divan = "bench        fastest       │ slowest       │ median\n├─ add       1.2 ns        │ 3 ns          │ 2 ns\n╰─ b";
    assert!(help(divan).contains("#[perf_track]"));
    assert!(help("parse/64   time:   [41.0 ns 41.1 ns 41.2 ns]").contains("import criterion"));
    assert!(
        help("str_length/random   [ 120.5 ns ... 120.9 ns ]  +0.33%*").contains("perf-report ab")
    );
    assert!(help(r#"{"full_id":"f","group_id":"g"}"#).contains("name the folder"));
    for unknown in ["", "hello", "{}", "[]", "null", "<html/>", "{\"a\":1}", "\u{0}\u{1}"] {
        assert!(help(unknown).starts_with("formats: criterion, "), "{unknown:?}");
    }
}
