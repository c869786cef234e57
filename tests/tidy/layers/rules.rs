//! The rules on arrows between rooms, and that each can fail.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use perf_tests::house::{Arrow, Graph, Passage, passages};

use super::{HOT_MAY_NOT, Table};
use crate::Finding;

impl Table {
    fn names(&self) -> Vec<&'static str> {
        self.rooms.iter().map(|(name, _)| *name).collect()
    }

    fn floor(&self, room: &str) -> Option<usize> {
        self.rooms.iter().position(|(name, _)| *name == room)
    }

    /// Returns the arrows that lead down, in the order of the table.
    fn downward(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let row = |&(from, to): &(&'static str, &'static str)| {
            to.split_whitespace().map(move |to| (from, to))
        };
        self.rooms.iter().flat_map(row)
    }

    fn allows(&self, from: &str, to: &str) -> bool {
        self.downward().chain(self.upward.iter().copied()).any(|arrow| arrow == (from, to))
    }
}

/// Finds each place that imports from a room that the table does not allow.
pub(super) fn forbidden(table: &Table, passages: &[Passage]) -> Vec<Finding> {
    let not_allowed = passages.iter().filter(|passage| !table.allows(&passage.from, &passage.to));
    let finding = |passage: &Passage| {
        let Passage { from, to, arrow: Arrow { from: path, line, to: file } } = passage;
        let what = format!("`{from}` may not import `{to}` ({file})");
        Finding { path: path.clone(), line: *line, what }
    };
    not_allowed.map(finding).collect()
}

/// Finds rooms and arrows of the table that the code does not have, and rooms that the table lacks.
pub(super) fn rotten(table: &Table, code: &Graph) -> Vec<String> {
    let names = table.names();
    let rooms: BTreeSet<&str> = code.nodes().collect();
    let arrows: BTreeSet<(&str, &str)> = code.arrows().collect();
    let twice = (1..names.len()).filter(|at| names[..*at].contains(&names[*at]));
    let gone = gone(&names, code).into_iter();
    let lacking = rooms.iter().filter(|room| !names.contains(room));
    let listed = table.downward().chain(table.upward.iter().copied());
    let unused = listed.filter(|arrow| !arrows.contains(arrow));
    gone.map(|name| format!("there is no room `{name}`"))
        .chain(lacking.map(|room| format!("the room `{room}` is not listed")))
        .chain(twice.map(|at| format!("`{}` is listed twice", names[at])))
        .chain(unused.map(|(from, to)| format!("`{from}` does not import `{to}`")))
        .collect()
}

/// Finds arrows that are said to lead down and do not, and the other way round.
pub(super) fn upside_down(table: &Table) -> Vec<String> {
    let leads_down = |(from, to): &(&str, &str)| table.floor(to) < table.floor(from);
    let down = table.downward().filter(|arrow| !leads_down(arrow));
    let up = table.upward.iter().copied().filter(leads_down);
    down.map(|(from, to)| format!("`{from}` stands below `{to}`, which it imports"))
        .chain(up.map(|(from, to)| format!("`{from}` stands above `{to}`: that is no debt")))
        .collect()
}

/// Finds circles of rooms that remain once all debts are paid.
pub(super) fn circles(table: &Table, code: &Graph) -> Vec<String> {
    let paid = code.arrows().filter(|arrow| !table.upward.contains(arrow));
    let graph = Graph::new(code.nodes(), paid);
    graph.circles().iter().map(|circle| format!("a circle: {}", circle.join(" → "))).collect()
}

/// Columns of a row, about.
const ROW: usize = 80;

/// Joins words with spaces, on as many lines as they need: a text goes on behind a `\`.
fn wrapped<'a>(words: impl Iterator<Item = &'a str>, mut width: usize) -> String {
    let mut text = String::new();
    for word in words {
        width += word.len() + 1;
        if width > ROW {
            text.push_str("\\\n            ");
            width = word.len();
        }
        text.push_str(word);
        text.push(' ');
    }
    text.trim_end().to_owned()
}

/// Writes the table that fits the code, in the order of the one that is there as far as that fits.
pub(super) fn fitting(table: &Table, code: &Graph) -> String {
    let order = code.from_the_bottom(&table.names());
    let floor = |room: &str| order.iter().position(|one| *one == room);
    let mut text = format!("    folder: \"{}\",\n    rooms: &[\n", table.folder);
    for from in &order {
        let below = code.imports(from).filter(|to| floor(to) < floor(from));
        let below = wrapped(below, from.len());
        let _ = writeln!(text, "        (\"{from}\", \"{below}\"),");
    }
    text.push_str("    ],\n    upward: &[\n");
    for (from, to) in code.arrows().filter(|(from, to)| floor(to) > floor(from)) {
        let _ = writeln!(text, "        (\"{from}\", \"{to}\"),");
    }
    text.push_str("    ],\n");
    text
}

/// Returns the rooms of a list that the code does not have.
pub(super) fn gone<'a>(listed: &[&'a str], code: &Graph) -> Vec<&'a str> {
    let is_there = |room: &&str| code.nodes().any(|one| one == *room);
    listed.iter().copied().filter(|room| !is_there(room)).collect()
}

/// Finds files of perf-runtime's hot path that lean on what is no part of it.
pub(super) fn leans_out_of_the_hot_path(arrows: &[Arrow]) -> Vec<Finding> {
    let mut passages = passages("perf-runtime/src/", arrows);
    passages.retain(|passage| passage.from == "hot" && HOT_MAY_NOT.contains(&&*passage.to));
    let finding = |Passage { to, arrow, .. }: Passage| {
        let what = format!("the hot path does without `{to}`");
        Finding { path: arrow.from, line: arrow.line, what }
    };
    passages.into_iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use perf_tests::house::arrows;

    use super::*;
    use crate::sources::Source;

    /// A crate whose room `a` may import `b` and `c`, with an arrow from `a` to `b` in it.
    const MADE_UP: Table = Table {
        src: "crate/src/",
        folder: "crate/src/",
        rooms: &[("c", ""), ("b", "c"), ("a", "b c")],
        upward: &[],
    };

    /// Returns the arrows of a made-up crate of files with these contents.
    fn arrows_of(files: &[(&str, &str)]) -> Vec<Arrow> {
        let mut modules = String::new();
        let mut sources = Vec::new();
        for (path, text) in files {
            sources.push(Source::made_up(&format!("crate/src/{path}"), text));
            if let Some(name) = path.strip_suffix(".rs").filter(|name| !name.contains('/')) {
                let _ = writeln!(modules, "mod {name};");
            }
        }
        sources.push(Source::made_up("crate/src/lib.rs", &modules));
        arrows(&sources, "crate/src/")
    }

    /// Returns the lines of `a.rs` in a made-up crate on which an arrow leads to `b` or `c`.
    fn lines_of_arrows(text: &str) -> Vec<(usize, String)> {
        let arrows =
            arrows_of(&[("a.rs", text), ("b.rs", "pub fn f() {}"), ("c.rs", "use crate::b::f;")]);
        let mut passages = passages("crate/src/", &arrows);
        passages.retain(|passage| passage.from == "a");
        passages.into_iter().map(|passage| (passage.arrow.line, passage.to)).collect()
    }

    #[test]
    fn arrows_are_found_in_whatever_form_they_have() {
        let to = |text: &str| lines_of_arrows(text);
        let (b, c) = (|line| (line, "b".to_owned()), |line| (line, "c".to_owned()));
        assert_eq!(to("use crate::b::f;\nuse super::c;"), [b(1), c(2)]);
        assert_eq!(to("pub(crate) use crate::{\n  b::{self, f as g},\n  c::*,\n};"), [b(2), c(3)]);
        assert_eq!(to("fn f() {\n  m!(crate::b::f());\n  super::c::g()\n}"), [b(2), c(3)]);
        assert_eq!(to("mod inner {\n  use super::super::b;\n}\nuse self::inner::x;"), [b(2)]);
        assert_eq!(to("fn f(x: ::std::fmt::Error) -> Vec<crate::b::T> {}"), [b(1)]);
        // What `c` exports again is defined in `b`.
        assert_eq!(to("use crate::c::f;"), [c(1), b(1)]);
        // Neither comments, nor texts, nor visibility, nor names of other crates.
        assert!(
            to("//! [`crate::b`]\nconst B: &str = \"crate::b\";\npub(in crate::a) use b::f;")
                .is_empty()
        );
    }

    #[test]
    fn test_code_has_no_arrows() {
        let to = |text: &str| {
            lines_of_arrows(text).into_iter().map(|(line, _)| line).collect::<Vec<_>>()
        };
        assert!(to("#[cfg(test)]\nmod tests {\n  use crate::b;\n}").is_empty());
        assert!(to("#[test]\n#[ignore]\nfn f() { crate::b::f() }").is_empty());
        assert!(to("#![cfg(test)]\nuse crate::b;").is_empty());
        assert_eq!(to("#[cfg(all(test, unix))]\nuse crate::{b};\nuse crate::c;"), [3]);
        assert_eq!(to("#[cfg(any(test, unix))]\nuse crate::b;"), [2]);
        assert_eq!(to("struct S {\n  #[cfg(test)]\n  x: crate::b::T,\n  y: crate::c::T,\n}"), [4]);
        let files =
            [("a.rs", "#[cfg(test)]\nmod tests;"), ("a/tests.rs", "use crate::b;"), ("b.rs", "")];
        assert!(arrows_of(&files).is_empty());
    }

    #[test]
    fn modules_are_where_the_compiler_finds_them() {
        let files = [
            ("lib.rs", "mod a;\n#[path = \"elsewhere/x.rs\"]\nmod b;"),
            ("a/mod.rs", "mod inner;\npub use inner::T;"),
            ("a/inner.rs", "pub struct T;\nuse crate::b::deep::f;"),
            ("elsewhere/x.rs", "pub mod deep;\nuse super::a::T;"),
            ("elsewhere/deep.rs", ""),
            ("main.rs", "fn main() { crate::a::run() }"),
        ];
        let sources = files.map(|(path, text)| Source::made_up(&format!("crate/src/{path}"), text));
        let arrows = arrows(&sources, "crate/src/");
        let found: Vec<_> =
            arrows.iter().map(|arrow| (&arrow.from[10..], &arrow.to[10..])).collect();
        let expected = [
            ("a/mod.rs", "a/inner.rs"),
            ("a/inner.rs", "elsewhere/x.rs"),
            ("elsewhere/x.rs", "a/inner.rs"),
            ("main.rs", "a/mod.rs"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_rule_on_arrows_can_fail() {
        let arrows =
            arrows_of(&[("a.rs", "use crate::b;"), ("b.rs", "\nuse crate::a;"), ("c.rs", "")]);
        let findings = forbidden(&MADE_UP, &passages("crate/src/", &arrows));
        assert_eq!(
            findings.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["crate/src/b.rs:2: `b` may not import `a` (crate/src/a.rs)"]
        );
    }

    #[test]
    fn the_rule_on_the_table_can_fail() {
        let graph = Graph::new(["a", "b", "d"], [("a", "b"), ("b", "a")]);
        let expected = [
            "there is no room `c`",
            "the room `d` is not listed",
            "`b` does not import `c`",
            "`a` does not import `c`",
        ];
        assert_eq!(rotten(&MADE_UP, &graph), expected);
        let twice = Table { rooms: &[("b", ""), ("a", "b"), ("b", ""), ("d", "")], ..MADE_UP };
        assert_eq!(rotten(&twice, &graph), ["`b` is listed twice"]);
    }

    #[test]
    fn the_rule_on_floors_can_fail() {
        let table = Table { rooms: &[("b", "a"), ("a", "b")], ..MADE_UP };
        assert_eq!(upside_down(&table), ["`b` stands below `a`, which it imports"]);
        let debts = Table { upward: &[("b", "a"), ("a", "c")], ..MADE_UP };
        assert_eq!(upside_down(&debts), ["`a` stands above `c`: that is no debt"]);
    }

    #[test]
    fn the_rule_on_circles_can_fail() {
        let graph = Graph::new([], [("a", "b"), ("b", "a"), ("b", "c")]);
        assert_eq!(circles(&MADE_UP, &graph), ["a circle: a → b"]);
        assert!(circles(&Table { upward: &[("b", "a")], ..MADE_UP }, &graph).is_empty());
    }

    #[test]
    fn the_fitting_table_fits() {
        let graph = Graph::new([], [("a", "b"), ("b", "a"), ("b", "c")]);
        let text = "    folder: \"crate/src/\",\n    rooms: &[\n        (\"c\", \"\"),\n        (\"b\", \"c\"),\n        (\"a\", \"b\"),\n    ],\n    upward: &[\n        (\"b\", \"a\"),\n    ],\n";
        assert_eq!(fitting(&MADE_UP, &graph), text);
    }

    #[test]
    fn the_rule_on_the_hot_path_can_fail() {
        let arrow = |to: &str| Arrow {
            from: "perf-runtime/src/hot/x.rs".into(),
            line: 7,
            to: format!("perf-runtime/src/{to}.rs"),
        };
        let findings = leans_out_of_the_hot_path(&[arrow("budget"), arrow(HOT_MAY_NOT[0])]);
        assert_eq!(findings.iter().map(|found| found.line).collect::<Vec<_>>(), [7]);
    }
}
