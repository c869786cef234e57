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
        ("command", ""),
        ("error", ""),
        ("suggest", ""),
        ("table", ""),
        ("units", ""),
        ("stats", "units"),
        ("model", "stats units"),
        ("facts", "model stats units"),
        ("interleave", "model stats units"),
        ("series", "model stats units"),
        ("verdict", "model series stats suggest units"),
        ("history", "model stats units verdict"),
        ("noise", "interleave model series stats units verdict"),
        ("render", "history model series stats units verdict"),
        ("files", "units"),
        ("pending", "files model"),
        ("workspace", "files"),
        ("context", "workspace"),
        ("baseline", "context error files model render suggest"),
        ("worktree", "error facts files"),
        ("collect", "facts files model units"),
        ("store", "collect context error files model suggest units"),
        ("config", "context error files model suggest units verdict workspace"),
        ("blessings", "config context error files model verdict workspace"),
        ("retention", "collect files units"),
        ("session", "collect files retention"),
        ("overhead", "config error model session suggest units"),
        ("recorder", "collect command facts model pending session"),
        ("stacks", "collect facts model session"),
        (
            "cli",
            "baseline blessings collect command config context error facts files history \
            interleave model noise overhead pending recorder render retention session stacks \
            stats store suggest table units verdict workspace worktree",
        ),
        ("bin", "cli"),
        (
            "doctor",
            "baseline cli collect command context error facts retention session store \
            suggest units workspace",
        ),
        ("main", "cli"),
    ],
    upward: &[
        ("cli", "doctor"),
        ("collect", "session"),
        ("config", "overhead"),
        ("files", "workspace"),
        ("retention", "session"),
    ],
};

/// The rooms of the verdict. `mod` is its front, which shows the others to the rest of the crate.
const VERDICT: Table = Table {
    src: "perf-report/src/",
    folder: "perf-report/src/verdict/",
    rooms: &[
        ("comparable", ""),
        ("inject", ""),
        ("notes", "comparable"),
        ("renames", ""),
        ("allowance", ""),
        ("blame", ""),
        ("estimates", ""),
        ("missing", ""),
        ("used", "missing"),
        ("noise", ""),
        ("outliers", ""),
        ("busy", "outliers"),
        ("reason", ""),
        ("causes", "reason"),
        ("decide", "estimates noise reason"),
        ("sides", "renames"),
        ("suite", "sides"),
        ("chance", "sides"),
        ("counts", "chance reason sides"),
        ("custom", "chance reason"),
        ("times", "busy decide estimates noise outliers reason sides suite"),
        ("grounds", "decide estimates outliers reason sides times"),
        ("work", "counts sides"),
        ("load", "decide reason sides work"),
        ("limits", "allowance custom load"),
        ("whole", "busy decide estimates limits load noise reason sides suite work"),
        ("budgets", "allowance custom limits whole"),
        ("certain", "decide estimates limits load missing reason sides suite times whole"),
        ("gate", "budgets reason"),
        ("self_test", "gate inject"),
        ("value", "counts times whole"),
        ("bless", "limits reason whole"),
        ("accept", "allowance blame bless budgets limits whole"),
        (
            "compare",
            "accept allowance blame budgets causes comparable counts custom decide \
            limits load missing notes sides suite times whole",
        ),
        ("trend", "compare limits load sides used"),
        ("decline", "certain decide limits reason trend"),
        (
            "mod",
            "allowance bless budgets certain comparable compare custom decline gate \
            inject limits load missing reason self_test sides trend used value whole",
        ),
    ],
    upward: &[
        ("accept", "compare"),
        ("allowance", "whole"),
        ("blame", "limits"),
        ("bless", "compare"),
        ("busy", "sides"),
        ("causes", "sides"),
        ("chance", "counts"),
        ("counts", "limits"),
        ("custom", "limits"),
        ("decide", "limits"),
        ("estimates", "sides"),
        ("limits", "bless"),
        ("load", "limits"),
        ("missing", "sides"),
        ("noise", "suite"),
        ("outliers", "sides"),
        ("reason", "limits"),
        ("sides", "limits"),
        ("times", "limits"),
        ("work", "limits"),
    ],
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
        ("expand", "args errors fallback item validate"),
        ("lib", "expand linter"),
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
