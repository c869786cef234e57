//! Folders that criterion wrote, of 0.5 and 0.8, and what goes wrong in them.

use super::{figures, function, names, sentences};
use crate::import::criterion::{self, Files, Taken};
use crate::import::{Imported, Options};
use crate::model::Statistic;

macro_rules! files {
    ($folder:literal) => {
        Files {
            folder: $folder.to_owned(),
            modified_ns: 0,
            benchmark: include_str!(concat!(
                "../../../tests/imports/",
                $folder,
                "/new/benchmark.json"
            ))
            .to_owned(),
            estimates: include_str!(concat!(
                "../../../tests/imports/",
                $folder,
                "/new/estimates.json"
            ))
            .to_owned(),
            sample: include_str!(concat!("../../../tests/imports/", $folder, "/new/sample.json"))
                .to_owned(),
        }
    };
}

fn all() -> Vec<Files> {
    vec![
        files!("criterion-0.5/parse/small/64"),
        files!("criterion-0.5/parse/utf-8_latin-1/a_b c"),
        files!("criterion-0.5/flat/load _index_"),
    ]
}

fn read(files: &[Files], taken: Taken) -> Imported {
    criterion::read(files, taken, &Options::default()).unwrap()
}

#[test]
fn names_are_those_of_the_files_and_not_of_the_folders() {
    let imported = read(&all(), Taken::Newest);
    assert_eq!(
        names(&imported),
        ["flat/load \"index\"", "parse/small/64", "parse/utf-8/latin-1/a/b c"]
    );
    assert_eq!(sentences(&imported), Vec::<String>::new());
    assert_eq!(figures(&imported, "parse/small/64").throughput["bytes"], 64.0);
    assert_eq!(figures(&imported, "parse/utf-8/latin-1/a/b c").throughput["elements"], 7.0);
}

#[test]
fn the_value_is_the_slope_and_of_flat_samples_the_mean() {
    let imported = read(&all(), Taken::Newest);
    for (files, name, statistic) in [
        (&all()[0], "parse/small/64", Statistic::Slope),
        (&all()[2], "flat/load \"index\"", Statistic::Mean),
    ] {
        let estimates: serde_json::Value = serde_json::from_str(&files.estimates).unwrap();
        let of = if statistic == Statistic::Slope { "slope" } else { "mean" };
        let estimate = &estimates[of];
        assert_eq!(function(&imported, name).mean_ns, estimate["point_estimate"].as_f64());
        let figures = figures(&imported, name);
        assert_eq!(figures.statistic, statistic);
        let interval = &estimate["confidence_interval"];
        let ends = interval["lower_bound"].as_f64().zip(interval["upper_bound"].as_f64());
        assert_eq!(figures.interval_ns, ends);
        let sample: serde_json::Value = serde_json::from_str(&files.sample).unwrap();
        let iterations: f64 =
            sample["iters"].as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).sum();
        assert_eq!(figures.iterations, Some(iterations as u64));
    }
    let quick = read(&[files!("criterion-quick/parse/small/64")], Taken::Newest);
    assert_eq!(figures(&quick, "parse/small/64").samples_ns.len(), 2);
    assert_eq!(
        names(&read(&[files!("criterion-0.8/parse/utf-8_latin-1/a_b c")], Taken::Newest)),
        ["parse/utf-8/latin-1/a/b c"]
    );
}

#[test]
fn what_is_older_than_a_run_can_be_is_left_out_aloud() {
    let mut files = all();
    let second = 1_000_000_000;
    files[0].modified_ns = 1_000 * second;
    files[1].modified_ns = 1_004 * second;
    files[2].modified_ns = 500 * second;
    let imported = read(&files, Taken::Newest);
    assert_eq!(names(&imported), ["parse/small/64", "parse/utf-8/latin-1/a/b c"]);
    let stale = "1 benchmark of an earlier run than the newest, left out (--all takes them): flat/load \"index\"";
    assert_eq!(sentences(&imported), [stale]);
    assert_eq!(imported.notes.problems(), [stale]);
    assert_eq!(imported.runs[0].time.unwrap().as_second(), 1_004);
    assert_eq!(names(&read(&files, Taken::All)).len(), 3);
    let since = read(&files, Taken::Since(1_001 * second));
    assert_eq!(names(&since), ["parse/utf-8/latin-1/a/b c"]);
    assert!(sentences(&since)[0].starts_with("2 benchmarks of an earlier run, left out"));
}

#[test]
fn what_was_killed_in_between_is_named_and_costs_itself_only() {
    let [mut nameless, mut torn, mut damaged] = [all().remove(0), all().remove(0), all().remove(0)];
    nameless.benchmark.clear();
    torn.sample = torn.sample.replacen("\"times\":[", "\"times\":[1e12,", 1);
    damaged.estimates.truncate(40);
    let imported = read(&[nameless, torn, damaged, all().remove(2)], Taken::Newest);
    assert_eq!(names(&imported), ["flat/load \"index\""]);
    assert_eq!(sentences(&imported).len(), 3, "{:?}", sentences(&imported));
    assert_eq!(imported.notes.problems().len(), 3);
}

/// Returns a benchmark by the texts of its files.
fn made(benchmark: &str, estimates: &str, sample: &str) -> Files {
    let [benchmark, estimates, sample] = [benchmark, estimates, sample].map(str::to_owned);
    Files { folder: "f".to_owned(), modified_ns: 0, benchmark, estimates, sample }
}

const ESTIMATES: &str =
    r#"{"mean":{"point_estimate":0.25,"confidence_interval":null},"slope":null}"#;

#[test]
fn older_and_newer_shapes_are_read() {
    let bare = made(
        r#"{"group_id":"g","function_id":null,"value_str":"7"}"#,
        r#"{"Mean":{"point_estimate":2.5,"confidence_interval":null},"Slope":{"point_estimate":2.25,"confidence_interval":null},"StdDev":{"point_estimate":null,"confidence_interval":null}}"#,
        "[[1.0,2.0],[2.5,5.0]]",
    );
    let imported = read(&[bare], Taken::Newest);
    assert_eq!(function(&imported, "g/7").mean_ns, Some(2.25));
    assert_eq!(figures(&imported, "g/7").samples_ns, [2.5, 2.5]);
    let throughput = |declared: &str| {
        let files = made(&format!(r#"{{"full_id":"f","throughput":{declared}}}"#), ESTIMATES, "");
        figures(&read(&[files], Taken::Newest), "f").throughput.clone()
    };
    let map = |all: &[(&str, f64)]| {
        all.iter().map(|(unit, value)| ((*unit).to_owned(), *value)).collect()
    };
    assert_eq!(throughput(r#"{"BytesDecimal":8}"#), map(&[("bytes", 8.0)]));
    assert_eq!(throughput(r#"{"Bits":9}"#), map(&[("bits", 9.0)]));
    assert_eq!(
        throughput(r#"{"ElementsAndBytes":{"elements":1,"bytes":2}}"#),
        map(&[("bytes", 2.0), ("elements", 1.0)])
    );
    assert_eq!(throughput(r#"{"Parsecs":3}"#), map(&[("parsecs", 3.0)]));
    for none in ["null", "7", r#"{"Odd":"x"}"#, "[]"] {
        assert_eq!(throughput(none), map(&[]), "{none}");
    }
}

#[test]
fn times_below_a_nanosecond_survive_and_what_is_no_number_is_left_out() {
    let imported = read(&[made(r#"{"full_id":"f"}"#, ESTIMATES, "")], Taken::Newest);
    assert_eq!(function(&imported, "f").mean_ns, Some(0.25));
    let none = ESTIMATES.replace("0.25", "null");
    let imported = read(&[made(r#"{"full_id":"f"}"#, &none, "")], Taken::Newest);
    assert!(imported.is_empty());
    assert_eq!(sentences(&imported), ["1 benchmark left out, since its time is no number: f"]);
}

#[test]
fn samples_of_one_iteration_are_calls() {
    let estimates = ESTIMATES.replace("0.25", "3.0");
    let sample = r#"{"sampling_mode":"Flat","iters":[1.0,1.0],"times":[2.0,4.0]}"#;
    let imported = read(&[made(r#"{"full_id":"f"}"#, &estimates, sample)], Taken::Newest);
    let found = function(&imported, "f");
    assert_eq!((found.min_ns, found.max_ns, found.calls, found.total_ns), (Some(2), Some(4), 2, 6));
}

#[test]
fn two_of_one_name_are_told_apart_by_their_folders() {
    let one = made(r#"{"full_id":"f"}"#, ESTIMATES, "");
    let other = Files { folder: "f_2".to_owned(), ..one.clone() };
    let imported = read(&[one.clone(), other], Taken::Newest);
    assert_eq!(names(&imported), ["f", "f (f_2)"]);
    assert!(criterion::read(&[one.clone(), one], Taken::Newest, &Options::default()).is_err());
}

#[test]
fn a_unit_that_is_named_makes_nanoseconds_or_a_measure() {
    let of = |unit: &str| {
        let options = Options { unit: Some(unit.to_owned()) };
        criterion::read(&[made(r#"{"full_id":"f"}"#, ESTIMATES, "")], Taken::Newest, &options)
            .unwrap()
    };
    assert_eq!(function(&of("us"), "f").mean_ns, Some(250.0));
    let cycles = of("cycles");
    assert_eq!(function(&cycles, "f").mean_ns, None);
    assert_eq!(super::metric(&cycles, "f/cycles").value, Some(0.25));
}
