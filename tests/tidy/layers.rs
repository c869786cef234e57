//! Rooms, and which of them may import which.
//!
//! A room is a folder or a file in the folder of a table. Test code is no part of it. A name that a
//! folder exports again leads to the room in it that defines the name. When rooms are moved,
//! `PRINT_TABLES=1 cargo test -p perf-tests --test tidy layers -- --nocapture` prints the tables that
//! fit the code as it is.

mod rules;

use perf_tests::house::{arrows, graph, passages};
use rules::{circles, fitting, forbidden, gone, leans_out_of_the_hot_path, rotten, upside_down};

use crate::{assert_none, sources};

/// The rooms of one folder and the arrows that are allowed between them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table {
    /// Sources of the crate, with a `/` at the end.
    pub(crate) src: &'static str,
    /// The folder whose folders and files are the rooms, with a `/` at the end.
    pub(crate) folder: &'static str,
    /// Rooms from the bottom up, each with those that it may import, all of which stand below it.
    pub(crate) rooms: &'static [(&'static str, &'static str)],
    /// Arrows that lead up, from and to: each is a debt.
    pub(crate) upward: &'static [(&'static str, &'static str)],
}

/// All tables, a folder each.
const TABLES: &[Table] = &[REPORT, VERDICT, MACROS];

/// Rooms of perf-runtime that the hot path does without: who asks it, and what generated code names.
const HOT_MAY_NOT: &[&str] =
    &["linked", "metric", "private", "recorder", "registry", "scope", "stream"];

/// perf-report: small things and plain data at the bottom, commands at the top.
const REPORT: Table = Table {
    src: "perf-report/src/",
    folder: "perf-report/src/",
    rooms: &[
        ("error", ""),
        ("stats", ""),
        ("system", ""),
        ("text", "stats"),
        ("model", "stats text"),
        ("verdict", "model stats text"),
        ("analysis", "model stats text verdict"),
        ("files", "system text"),
        ("record", "analysis error files model stats system text"),
        ("import", "model stats text"),
        ("project", "analysis error files import model record stats system text verdict"),
        ("bench_tracker", "error model project stats text"),
        ("render", "model stats text"),
        ("export", "error model render stats text verdict"),
        ("live", "error export files model record render stats system text"),
        ("serve", "error live model project record render text"),
        ("serve_absent", "error project"),
        ("overhead", "error model project record stats system"),
        ("doctor", "error model project record system text"),
        ("init", "error files project record system text"),
        ("tui", "live model render stats system text"),
        ("tui_absent", "live"),
        (
            "cli",
            "analysis doctor error export files import init live model overhead project record render \
            serve stats system text tui verdict",
        ),
        ("bin", "cli"),
        ("lib", "error project record tui"),
        ("main", "cli"),
    ],
    upward: &[],
};

/// The rooms of the verdict. `mod` is its front, which shows the others to the rest of the crate.
const VERDICT: Table = Table {
    src: "perf-report/src/",
    folder: "perf-report/src/verdict/",
    rooms: &[
        ("limits", ""),
        ("sides", "limits"),
        ("evidence", "limits sides"),
        ("judges", "evidence limits sides"),
        ("owed", "limits sides"),
        ("accept", "limits owed sides"),
        ("trial", "accept"),
        ("words", "limits"),
        ("places", ""),
        ("compare", "accept evidence judges limits owed places sides words"),
        ("blessable", "compare limits"),
        ("certain", "evidence judges limits sides words"),
        ("mod", "accept blessable certain compare judges limits sides trial"),
    ],
    upward: &[],
};

/// The attribute: a pipeline.
const MACROS: Table = Table {
    src: "perf-macros/src/",
    folder: "perf-macros/src/",
    rooms: &[
        ("errors", ""),
        ("args", "errors"),
        ("fallback", "errors"),
        ("item", ""),
        ("linter", ""),
        ("validate", "args errors item"),
        ("built", ""),
        ("expand", "args built errors fallback item validate"),
        ("lib", "built expand linter"),
    ],
    upward: &[],
};

#[test]
#[expect(clippy::print_stdout, reason = "seen with --nocapture, when it is asked for")]
fn rooms_import_only_what_their_table_allows() {
    let sources = sources::all();
    let mut findings = Vec::new();
    for table in TABLES {
        let arrows = arrows(&sources, table.src);
        let found = forbidden(table, &passages(table.folder, &arrows));
        if !found.is_empty() || std::env::var_os("PRINT_TABLES").is_some() {
            println!("{}", fitting(table, &graph(table.folder, &arrows)));
        }
        findings.extend(found);
    }
    assert_none(findings);
}

#[test]
fn the_tables_name_what_is_there_and_hold_no_circle() {
    let sources = sources::all();
    for table in TABLES {
        let graph = graph(table.folder, &arrows(&sources, table.src));
        let wrong = [rotten(table, &graph), upside_down(table), circles(table, &graph)].concat();
        let fitting = fitting(table, &graph);
        assert!(wrong.is_empty(), "{}: {wrong:#?}\nwhat fits:\n{fitting}", table.folder);
    }
}

#[test]
fn the_hot_path_leans_on_nothing_outside() {
    let arrows = arrows(&sources::all(), "perf-runtime/src/");
    assert_none(leans_out_of_the_hot_path(&arrows));
    let gone = gone(HOT_MAY_NOT, &graph("perf-runtime/src/", &arrows));
    assert!(gone.is_empty(), "remove from `HOT_MAY_NOT`: {gone:?}");
}
