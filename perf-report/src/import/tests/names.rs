//! Names: what else is in a file changes no identity, in any format.

use super::read;
use crate::import::criterion::{self, Files, Taken};
use crate::import::{Format, Imported, Options};
use crate::model::{Identity, Names, RunDocument, align};

/// Returns the identities of all functions and metrics, full where they have a qualifier.
fn identities(imported: &Imported) -> Vec<String> {
    let full = |name: &String, own: Option<&Identity>| own.map_or(name.clone(), Identity::full);
    let of = |run: &crate::import::ImportedRun| {
        let functions = run.functions.iter().map(|it| full(&it.name, it.identity.as_deref()));
        let metrics = run.metrics.iter().map(|it| full(&it.name, it.identity.as_deref()));
        functions.chain(metrics).collect::<Vec<_>>()
    };
    let mut all: Vec<String> = imported.runs.iter().flat_map(of).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Checks that whatever is in `one` has the same identity in `both`, and that it has the same name in runs that
/// are looked at together, in either order.
#[track_caller]
fn check(one: &Imported, both: &Imported) {
    let (few, all) = (identities(one), identities(both));
    assert!(few.len() < all.len(), "{all:?}");
    for identity in &few {
        assert!(all.contains(identity), "{identity} is none of {all:?}");
    }
    let document = |imported: &Imported| RunDocument {
        functions: imported.runs[0].functions.clone(),
        metrics: imported.runs[0].metrics.clone(),
        ..crate::model::samples::empty()
    };
    for order in [[one, both], [both, one]] {
        let mut runs = order.map(document);
        let names: Names = align(&mut [&mut runs]);
        let _ = names;
        let [a, b] = runs.each_ref().map(|run| {
            run.functions
                .iter()
                .map(|it| it.name.as_str())
                .collect::<std::collections::BTreeSet<_>>()
        });
        let few = if a.len() < b.len() { (a, b) } else { (b, a) };
        assert!(few.0.is_subset(&few.1), "{few:?}");
    }
}

/// Reads two texts of one format, the second of which has a namesake more.
#[track_caller]
fn check_texts(one: &str, both: &str, format: Format) {
    check(&read(one, format), &read(both, format));
}

#[test]
fn of_libtest_by_its_target() {
    let of = |target: &str| {
        format!(
            "Running benches/{target}.rs (target/release/deps/{target}-0)\ntest f ... bench: 10 ns/iter (+/- 1) = 5 MB/s\n"
        )
    };
    check_texts(&of("a"), &(of("a") + &of("b")), Format::Libtest);
    check_texts(&of("b"), &(of("a") + &of("b")), Format::Libtest);
}

#[test]
fn of_go_by_its_package_and_its_processors() {
    let of =
        |package: &str, name: &str| format!("pkg: {package}\nBenchmark{name} 10 5 ns/op 16 B/op\n");
    check_texts(&of("a", "F-8"), &(of("a", "F-8") + &of("b", "F-8")), Format::Go);
    check_texts(&of("a", "F-8"), &(of("a", "F-8") + &of("a", "F-2")), Format::Go);
    check_texts(&of("a", "F"), &(of("a", "F-2") + &of("a", "F")), Format::Go);
}

#[test]
fn of_hyperfine_by_its_parameters() {
    let of = |threads: &[u8]| {
        let one = |threads: &u8| {
            format!(r#"{{"command":"run","times":[0.5],"parameters":{{"threads":"{threads}"}}}}"#)
        };
        let all: Vec<String> = threads.iter().map(one).collect();
        format!(r#"{{"results":[{}]}}"#, all.join(","))
    };
    let (one, both) = (of(&[1]), of(&[4, 1]));
    let (one, both) = (read(&one, Format::Hyperfine), read(&both, Format::Hyperfine));
    let (few, all) = (identities(&one), identities(&both));
    assert_eq!((few, all.len()), (vec!["run (threads=1)".to_owned()], 2));
    assert!(all.contains(&"run (threads=1)".to_owned()));
}

#[test]
fn of_jmh_by_its_mode_and_its_threads() {
    let one = |mode: &str, threads: u8| {
        format!(
            r#"{{"benchmark":"o.A.m","mode":"{mode}","threads":{threads},"primaryMetric":{{"score":2.5,"scoreUnit":"us/op","rawData":[[2.5]]}},"secondaryMetrics":{{"·gc":{{"score":24.0,"scoreUnit":"B/op"}}}}}}"#
        )
    };
    let few = format!("[{}]", one("avgt", 1));
    check_texts(&few, &format!("[{},{}]", one("avgt", 1), one("avgt", 4)), Format::Jmh);
    check_texts(&few, &format!("[{},{}]", one("sample", 1), one("avgt", 1)), Format::Jmh);
}

#[test]
fn of_gungraun_by_its_file_wherever_the_project_lies() {
    let one = |root: &str, file: &str| {
        format!(
            r#"{{"version":"6","module_path":"a::b","function_name":"b","id":"c","project_root":"{root}","benchmark_file":"{root}/{file}","profiles":[{{"tool":"Callgrind","summaries":{{"total":{{"summary":{{"Callgrind":{{"Ir":{{"metrics":{{"Left":{{"Int":5}}}}}}}}}}}}}}}}]}}"#
        )
    };
    let few = one("/home/a/app", "core/benches/x.rs");
    let both = [one("/ci", "core/benches/x.rs"), one("/ci", "net/benches/x.rs")].join("\n");
    check_texts(&few, &both, Format::Gungraun);
}

#[test]
fn of_pytest_by_its_parameters_but_for_places_in_memory() {
    let one = |params: &str| {
        format!(r#"{{"name":"a","fullname":"t::a","params":{params},"stats":{{"median":0.1}}}}"#)
    };
    let document =
        |all: &[String]| format!(r#"{{"machine_info":{{}},"benchmarks":[{}]}}"#, all.join(","));
    let few = document(&[one(r#"{"n":1,"o":"UNSERIALIZABLE[<object at 0x7f01>]"}"#)]);
    let both = [one(r#"{"n":1,"o":"UNSERIALIZABLE[<object at 0x7fff>]"}"#), one(r#"{"n":2}"#)];
    check_texts(&few, &document(&both), Format::PytestBenchmark);
}

#[test]
fn of_nextest_and_junit_by_the_suite() {
    let of = |suites: &[&str]| {
        let one = |suite: &&str| {
            format!(
                r#"<testsuite name="{suite}"><testcase name="t" classname="c" time="1"/></testsuite>"#
            )
        };
        format!("<testsuites>{}</testsuites>", suites.iter().map(one).collect::<String>())
    };
    check_texts(&of(&["a"]), &of(&["b", "a"]), Format::Junit);
    let line = |binary: &str| {
        format!(r#"{{"type":"test","event":"ok","name":"{binary}$t","exec_time":0.5}}"#)
    };
    check_texts(&line("a::a"), &[line("b::b"), line("a::a")].join("\n"), Format::Nextest);
}

#[test]
fn of_criterion_by_the_number_of_its_folder() {
    let files = |folder: &str| Files {
        folder: folder.to_owned(),
        modified_ns: 0,
        benchmark: r#"{"full_id":"g/f"}"#.to_owned(),
        estimates: r#"{"mean":{"point_estimate":2.5,"confidence_interval":null},"slope":null}"#
            .to_owned(),
        sample: String::new(),
    };
    let read = |all: &[Files]| criterion::read(all, Taken::All, &Options::default()).unwrap();
    check(&read(&[files("g/f")]), &read(&[files("g/f"), files("g/f_2")]));
    check(&read(&[files("g/f_2")]), &read(&[files("g/f"), files("g/f_2")]));
    let line = |folder: &str| {
        format!(
            r#"{{"reason":"benchmark-complete","id":"f","report_directory":"/x/target/criterion/reports/{folder}","unit":"ns","typical":{{"estimate":1.5}}}}"#
        )
    };
    check_texts(&line("f"), &[line("f"), line("f_2")].join("\n"), Format::CargoCriterion);
}

#[test]
fn of_the_history_the_first_of_a_name() {
    let text = |benches: &str| {
        format!(
            r#"{{"lastUpdate":1,"entries":{{"A":[{{"commit":{{"id":"aa"}},"date":1763456400000,"benches":[{benches}]}}]}}}}"#
        )
    };
    let [ns, us] = ["ns", "us"].map(|unit| format!(r#"{{"name":"f","value":41,"unit":"{unit}"}}"#));
    let both = text(&[ns.clone(), us].join(","));
    check_texts(&text(&ns), &both, Format::GithubActionBenchmark);
}
