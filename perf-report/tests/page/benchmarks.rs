//! Benchmarks in the data of a page: the figures of each, and what is drawn of sizes and threads.

use perf_report::render::html::{Assets, Page};
use serde_json::{Map, Value};

use crate::benched;
use crate::data::{block, unpacked};

fn data() -> (Value, Vec<Map<String, Value>>) {
    let run = benched::run();
    let report = benched::report(&run);
    let page = Page {
        run: &run,
        baseline: None,
        comparison: None,
        history: None,
        report: report.as_ref(),
    };
    let page = page.html(Assets::Inline);
    let data = block(&page, "page-data");
    let more = block(&page, "page-more");
    assert!(more["histograms"]["current"][0].is_array(), "latencies are a distribution");
    let functions = unpacked(&data["functions"], &[]);
    (data, functions)
}

fn named<'a>(functions: &'a [Map<String, Value>], name: &str) -> &'a Map<String, Value> {
    functions.iter().find(|it| it["name"] == name).unwrap()
}

#[test]
fn each_benchmark_has_its_figures_and_no_samples() {
    let (_, functions) = data();
    let bench = |name: &str| named(&functions, name)["bench"].clone();
    let parse = bench("speed::parse");
    assert_eq!(parse["interval"], "6.23 to 6.55 µs");
    assert_eq!(parse["throughput"], "154 GiB/s");
    assert_eq!((&parse["outcome"], &parse["end"]), (&Value::from("ok"), &Value::Null));
    let hangs = bench("speed::hangs");
    assert_eq!(
        (&hangs["outcome"], hangs["end"].as_str()),
        (&Value::from("timeout"), Some("it took longer than its limit"))
    );
    assert_eq!(bench("speed::leaks")["leak"]["bytes"], 32.0);
    assert_eq!(bench("speed::leaks")["doubts"].as_array().map(Vec::len), Some(1));
    assert_eq!(named(&functions, "speed::flaky")["failures"]["kinds"][0]["name"], "Timeout");
    assert!(functions.iter().all(|it| !it.contains_key("benchmark")), "samples are for machines");
}

#[test]
fn sizes_and_threads_are_drawn_with_their_cases() {
    let (data, functions) = data();
    let names = |cases: &Value| -> Vec<String> {
        let places = cases.as_array().unwrap().iter().map(|at| at.as_u64().unwrap());
        let name =
            |at| functions[usize::try_from(at).unwrap()]["name"].as_str().unwrap().to_owned();
        places.map(name).collect()
    };
    let growth = &data["growth"][0];
    assert_eq!(growth["benchmark"], "speed::pairs");
    assert_eq!(names(&growth["cases"])[4], "speed::pairs/1000");
    let time = &growth["costs"][0];
    assert_eq!((&time["title"], &time["form"]), (&Value::from("time"), &Value::from("n²")));
    let line = time["line"].as_array().unwrap();
    let last = line.last().unwrap();
    let off = last[1].as_f64().unwrap() / (20.0 + 1e6) - 1.0;
    assert!(last[0] == 1_000.0 && off.abs() < 0.02, "the line goes through the points: {last}");
    let ramp = &data["ramps"][0];
    assert_eq!(ramp["benchmark"], "speed::lock");
    assert_eq!((&ramp["knee"], &ramp["hurts_from"]), (&Value::from(2), &Value::from(8)));
    assert_eq!(names(&ramp["cases"]).len(), 4);
    assert!(!ramp["sentences"].as_array().unwrap().is_empty());
}
