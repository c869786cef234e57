//! What may stand only in certain places: `unsafe`, features, printing, ending the process, paths.

use perf_tests::house::{is_ident, is_punct};
use proc_macro2::{Group, TokenStream, TokenTree};

use crate::seen::find;
use crate::sources::{self, Source};
use crate::{Finding, assert_none, in_rust_sources};

/// Where `unsafe` may stand: what the recorder is made of, the linker's list of sites among it, and
/// what it is measured against, what refuses and counts memory in benchmarks, fixtures
/// that fork, handle signals or run outside of `main`, and tests of the attribute on functions that
/// are unsafe themselves.
const UNSAFE: &[&str] = &[
    "perf-runtime/src/hot/",
    "perf-runtime/src/segment/",
    "perf-runtime/src/alloc.rs",
    "perf-runtime/src/bench/memory.rs",
    "perf-runtime/src/bench/system/",
    "perf-report/src/system/windows/",
    "perf-runtime/src/linked.rs",
    "perf-runtime/benches/alloc.rs",
    "perf-runtime/benches/record.rs",
    "perf-runtime/benches/peers/src/candidates/clock_reads.rs",
    "tests/call_count/lib.rs",
    "tests/fixtures/confined.rs",
    "tests/fixtures/container.rs",
    "tests/fixtures/forks.rs",
    "tests/fixtures/limited/",
    "tests/fixtures/outside_main.rs",
    "tests/fixtures/plugin.rs",
    "tests/fixtures/plugins.rs",
    "tests/fixtures/signals.rs",
    "tests/fixtures/soak.rs",
    "tests/off/src/lib.rs",
    "tests/wasm/src/counted.rs",
    "tests/attribute",
    "tests/benching/",
    "tests/lints/fixture/",
    "tests/ui/",
];

/// Where a crate may look at its features: one place each.
const FEATURES: &[&str] = &[
    "perf-runtime/src/gate.rs",
    "perf-macros/src/lib.rs",
    "perf-report/src/cli/agent.rs",
    "perf-report/src/lib.rs",
    "perf-report/src/live/mod.rs",
    "perf-report/src/overhead/mod.rs",
    "perf-report/src/project/store/mod.rs",
];

/// Where the stated exception to that stands: `derive` of serde on plain data.
const SERDE_DERIVES: &[&str] = &["perf-runtime/src/snapshot/"];

/// Where something may be printed.
const PRINTING: &[&str] = &[
    "perf-report/src/cli/",
    // Programs that are benchmarks: nothing else builds it.
    "perf-runtime/src/bench/",
    "examples/",
    "tests/",
    "perf-report/tests/",
    "perf-runtime/tests/",
    "perf-runtime/benches/",
    "perf-report/benches/",
];

/// Where a process may be ended other than by returning from `main`: programs that are recorded
/// while they do, and tracked functions that never return.
const ENDING: &[&str] = &[
    "perf-report/src/system/windows/processes.rs",
    "perf-runtime/src/bench/engine/attempt.rs",
    "tests/benching/",
    "tests/fixtures/",
    "tests/ui/pass/",
    "tests/wasm/src/command.rs",
];

/// Where git is called from: one place, which knows what of the environment must not reach it.
const GIT: &[&str] = &["perf-report/src/record/facts/git.rs"];

/// A rule, by what it finds in a source.
type Rule = fn(&Source) -> Vec<Finding>;

/// What perf-report uses of perf-runtime: what reads, and nothing that records.
const READING: &[&str] = &["segment", "snapshot", "buckets"];

/// Where it may use more: what measures the cost of recording, in a process of its own.
const MEASURING: &[&str] = &["perf-report/src/overhead/"];

/// Each list of places with its name, and what is to be found there.
const LISTS: &[(&str, &[&str], Rule)] = &[
    ("UNSAFE", UNSAFE, has_unsafe_code),
    ("FEATURES", FEATURES, has_features),
    ("SERDE_DERIVES", SERDE_DERIVES, has_serde_derives),
    // Tests print when they are worked on, commands through a writer: these need only be there.
    ("PRINTING", PRINTING, is_there),
    ("ENDING", ENDING, has_ends),
    ("GIT", GIT, has_git),
    ("MEASURING", MEASURING, has_recording),
];

fn is_there(source: &Source) -> Vec<Finding> {
    vec![Finding::new(source, 1, "is there")]
}

/// Returns the places of a list that are gone, or hold nothing of what they are listed for.
fn idle_places<'a>(places: &[&'a str], sources: &[Source], is_one: Rule) -> Vec<&'a str> {
    let is_idle = |place: &&str| {
        let below = |source: &&Source| source.is_rust() && source.is_below(&[place]);
        sources.iter().filter(below).all(|source| is_one(source).is_empty())
    };
    places.iter().copied().filter(is_idle).collect()
}

/// Returns what `is_one` finds in a source that lies in none of `places`.
fn outside(places: &[&str], source: &Source, is_one: Rule) -> Vec<Finding> {
    if source.is_below(places) { Vec::new() } else { is_one(source) }
}

fn unsafe_code(source: &Source) -> Vec<Finding> {
    outside(UNSAFE, source, has_unsafe_code)
}

fn has_unsafe_code(source: &Source) -> Vec<Finding> {
    find(source, "unsafe code does not belong here", |seen| seen.is_ident(&["unsafe"]))
}

fn looks_at_features(source: &Source) -> Vec<Finding> {
    outside(FEATURES, source, |source| {
        let mut findings = has_features(source);
        if source.is_below(SERDE_DERIVES) {
            let derives = has_serde_derives(source);
            findings.retain(|found| !derives.iter().any(|derive| derive.line == found.line));
        }
        findings
    })
}

fn has_features(source: &Source) -> Vec<Finding> {
    find(source, "only one file of a crate looks at its features", |seen| {
        seen.is_ident(&["cfg", "cfg_attr"])
            && seen.arguments().is_some_and(|group| names_a_feature(group.stream()))
    })
}

fn has_serde_derives(source: &Source) -> Vec<Finding> {
    find(source, "a derive of serde", |seen| {
        seen.is_ident(&["cfg_attr"]) && seen.arguments().is_some_and(names_serde)
    })
}

fn names_a_feature(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => names_a_feature(group.stream()),
        token => is_ident(Some(&token), &["feature"]),
    })
}

fn names_serde(arguments: &Group) -> bool {
    arguments.stream().to_string().starts_with("feature = \"serde\"")
}

fn prints(source: &Source) -> Vec<Finding> {
    // Cargo reads what a build script prints.
    if source.path.ends_with("build.rs") {
        Vec::new()
    } else {
        outside(PRINTING, source, has_prints)
    }
}

fn has_prints(source: &Source) -> Vec<Finding> {
    find(source, "only the command line prints", |seen| {
        let printing = ["print", "println", "eprint", "eprintln", "dbg"];
        seen.is_ident(&printing) && seen.is_macro()
    })
}

fn ends_the_process(source: &Source) -> Vec<Finding> {
    outside(ENDING, source, has_ends)
}

fn has_ends(source: &Source) -> Vec<Finding> {
    find(source, "only `main` ends the process, by returning", |seen| {
        seen.is_of("process") && names_an_end(seen.token)
    })
}

/// Whether it is `exit`, or a list of imports with `exit` in it, and so on.
fn names_an_end(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(imports) => imports.stream().into_iter().any(|token| names_an_end(&token)),
        token => is_ident(Some(token), &["exit", "abort"]),
    }
}

fn calls_git(source: &Source) -> Vec<Finding> {
    if source.is_below(&["perf-report/src/"]) { outside(GIT, source, has_git) } else { Vec::new() }
}

fn has_git(source: &Source) -> Vec<Finding> {
    find(source, "git is called through `facts::git_command`", |seen| {
        let names_git = |group: &Group| group.stream().to_string() == "\"git\"";
        seen.is_of("Command") && seen.arguments().is_some_and(names_git)
    })
}

fn uses_the_recorder(source: &Source) -> Vec<Finding> {
    let is_report = source.is_below(&["perf-report/src/"]);
    if is_report { outside(MEASURING, source, has_recording) } else { Vec::new() }
}

fn has_recording(source: &Source) -> Vec<Finding> {
    find(source, "perf-report only reads what was recorded", |seen| {
        seen.is_of("perf_runtime") && !names_only(seen.token, READING)
    })
}

/// Returns whether it is one of `names`, or a list of imports from these alone.
fn names_only(token: &TokenTree, names: &[&str]) -> bool {
    let TokenTree::Group(imports) = token else { return is_ident(Some(token), names) };
    let tokens: Vec<TokenTree> = imports.stream().into_iter().collect();
    let imports = tokens.split(|token| is_punct(Some(token), ','));
    imports.filter_map(<[_]>::first).all(|first| is_ident(Some(first), names))
}

fn is_unfinished(source: &Source) -> Vec<Finding> {
    find(source, "a placeholder", |seen| {
        seen.is_ident(&["todo", "unimplemented"]) && seen.is_macro()
    })
}

/// Paths of one machine, put together here so that this file does not hold them.
const MACHINE_PATHS: &[&str] =
    &[concat!("/", "work/"), concat!("/", "tmp/"), concat!("/", "root/")];

fn names_a_machine(source: &Source) -> Vec<Finding> {
    let is_absolute = |line: &str, at: usize| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "._-}>)*~".contains(c))
    };
    let mut findings = Vec::new();
    for (number, line) in source.lines() {
        for path in MACHINE_PATHS {
            if line.match_indices(path).any(|(at, _)| is_absolute(line, at)) {
                findings.push(Finding::new(
                    source,
                    number,
                    format!("a path of one machine, {path}"),
                ));
            }
        }
    }
    findings
}

#[test]
fn unsafe_code_stands_where_it_is_argued_for() {
    assert_none(in_rust_sources(unsafe_code));
}

#[test]
fn one_file_of_a_crate_looks_at_its_features() {
    assert_none(in_rust_sources(looks_at_features));
}

#[test]
fn only_the_command_line_prints() {
    assert_none(in_rust_sources(prints));
}

#[test]
fn only_main_ends_the_process() {
    assert_none(in_rust_sources(ends_the_process));
}

#[test]
fn git_is_called_from_one_place() {
    assert_none(in_rust_sources(calls_git));
}

#[test]
fn perf_report_only_reads_what_was_recorded() {
    assert_none(in_rust_sources(uses_the_recorder));
}

#[test]
fn nothing_is_left_to_be_done() {
    assert_none(in_rust_sources(is_unfinished));
}

#[test]
fn listed_places_hold_what_they_are_listed_for() {
    let sources = sources::all();
    for (name, places, is_one) in LISTS {
        let idle = idle_places(places, &sources, *is_one);
        assert!(idle.is_empty(), "remove from `{name}`: {idle:?}");
    }
}

#[test]
fn no_file_names_a_path_of_one_machine() {
    assert_none(sources::all().iter().flat_map(names_a_machine));
}

/// Lines on which `rule` finds something in `text`, were it the file at `path`.
#[cfg(test)]
fn lines_found(rule: Rule, path: &str, text: &str) -> Vec<usize> {
    rule(&Source::made_up(path, text)).into_iter().map(|found| found.line).collect()
}

#[test]
fn the_rule_on_unsafe_code_can_fail() {
    let text =
        "// unsafe\nfn f() {\n  m!(\"unsafe\", unsafe { g() })\n}\ntype T = Token![unsafe];\n";
    assert_eq!(lines_found(unsafe_code, "perf-report/src/x.rs", text), [3]);
    assert!(lines_found(unsafe_code, "perf-runtime/src/hot/x.rs", text).is_empty());
    let attribute = "#[unsafe(no_mangle)]\nfn f() {}";
    assert_eq!(lines_found(unsafe_code, "perf-macros/src/x.rs", attribute), [1]);
}

#[test]
fn the_rule_on_listed_places_can_fail() {
    let sources = [
        Source::made_up("a/used.rs", "fn f() { unsafe { g() } }"),
        Source::made_up("a/safe.rs", "fn f() {}"),
    ];
    let idle = idle_places(&["a/", "a/used.rs", "a/safe.rs", "gone/"], &sources, has_unsafe_code);
    assert_eq!(idle, ["a/safe.rs", "gone/"]);
}

#[test]
fn the_rule_on_features_can_fail() {
    let text = "#[cfg(feature = \"a\")]\nconst A: bool = cfg!(any(unix, feature = \"a\"));\n#[cfg(unix)]\nfn f() {}\n";
    assert_eq!(lines_found(looks_at_features, "perf-runtime/src/x.rs", text), [1, 2]);
    assert!(lines_found(looks_at_features, "perf-runtime/src/gate.rs", text).is_empty());
    let derive = "#[cfg_attr(feature = \"serde\", derive(serde::Serialize))]\nstruct S;";
    assert_eq!(lines_found(looks_at_features, "perf-runtime/src/site.rs", derive), [1]);
    assert!(lines_found(looks_at_features, "perf-runtime/src/snapshot/x.rs", derive).is_empty());
    let other = "#[cfg_attr(feature = \"record\", derive(Debug))]\nstruct S;";
    assert_eq!(lines_found(looks_at_features, "perf-runtime/src/snapshot/x.rs", other), [1]);
}

#[test]
fn the_rule_on_printing_can_fail() {
    let text =
        "fn f() {\n  println!(\"x\");\n  if a { dbg!(b) }\n  // eprintln!()\n}\nfn print() {}\n";
    assert_eq!(lines_found(prints, "perf-report/src/model/x.rs", text), [2, 3]);
    assert!(lines_found(prints, "perf-report/src/cli/x.rs", text).is_empty());
    assert!(lines_found(prints, "perf-runtime/build.rs", text).is_empty());
}

#[test]
fn the_rule_on_ending_the_process_can_fail() {
    let text = "fn f() {\n  std::process::exit(1);\n  process::abort();\n  exit(span);\n}\n";
    assert_eq!(lines_found(ends_the_process, "perf-report/src/cli/x.rs", text), [2, 3]);
    assert!(lines_found(ends_the_process, "tests/fixtures/x.rs", text).is_empty());
    let imported = "use std::process::{Command, exit};\nuse std::process::{self, ExitCode};\n";
    assert_eq!(lines_found(ends_the_process, "x.rs", imported), [1]);
}

#[test]
fn the_rule_on_git_can_fail() {
    let text = "fn f() {\n  Command::new(\"sh\");\n  process::Command::new(\"git\").arg(a);\n}\n";
    assert_eq!(lines_found(calls_git, "perf-report/src/x.rs", text), [3]);
    assert!(lines_found(calls_git, GIT[0], text).is_empty());
}

#[test]
fn the_rule_on_the_recorder_can_fail() {
    let text = "use perf_runtime::segment::folder;\nuse perf_runtime::{buckets, snapshot::Node};\n\
        use perf_runtime::{\n  snapshot,\n  health,\n};\nfn f() { perf_runtime::status() }\n";
    assert_eq!(lines_found(uses_the_recorder, "perf-report/src/x.rs", text), [3, 7]);
    assert!(lines_found(uses_the_recorder, MEASURING[0], text).is_empty());
    assert!(lines_found(uses_the_recorder, "tests/x.rs", text).is_empty());
}

#[test]
fn the_rule_on_placeholders_can_fail() {
    let text = "fn f() {\n  todo!()\n}\nfn todo() {}\n// unimplemented!()\n";
    assert_eq!(lines_found(is_unfinished, "x.rs", text), [2]);
}

#[test]
fn the_rule_on_paths_can_fail() {
    let path = MACHINE_PATHS[1];
    let text = format!("a {path}x\nsrc{path}x\n\"{path}\"\n");
    assert_eq!(lines_found(names_a_machine, "README.md", &text), [1, 3]);
}
