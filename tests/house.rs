//! Prints the state of the house in figures, to hold beside those of another checkout:
//!
//! `cargo run -q -p perf-tests --bin house -- [CHECKOUT]`
//!
//! Reads sources and compiles nothing, so that a checkout may be of any age.

#![expect(clippy::print_stdout, reason = "prints what it measured")]

use std::path::PathBuf;

use perf_tests::house::{Arrow, Function, Graph, Openings, Source};
use perf_tests::house::{arrows, functions, graph, openings};

/// What is measured: a heading, the folder, and the sources of its crate if its rooms are counted.
const PARTS: &[(&str, &str, Option<&str>)] = &[
    ("macros", "perf-macros/src/", Some("perf-macros/src/")),
    ("runtime", "perf-runtime/src/", Some("perf-runtime/src/")),
    ("report", "perf-report/src/", Some("perf-report/src/")),
    ("verdict", "perf-report/src/verdict/", Some("perf-report/src/")),
    ("tests", "tests/", None),
    ("examples", "examples/", None),
];

/// Lines of a function beyond which it is listed.
const LONG: usize = 60;

fn main() {
    let root = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
    let sources = Source::all_below(&root);
    let parts: Vec<Part<'_>> =
        PARTS.iter().map(|(name, folder, src)| Part::new(name, folder, *src, &sources)).collect();
    let head: Vec<String> = parts.iter().map(|part| format!("{:>9}", part.name)).collect();
    println!("{:30}{}", "", head.join(""));
    for (what, figure) in ROWS {
        let cells: Vec<String> = parts.iter().map(|part| format!("{:>9}", figure(part))).collect();
        println!("{what:30}{}", cells.join("").trim_end());
    }
    for part in &parts {
        part.print_places();
    }
}

/// A row of the table: its heading, and the figure of a part.
type Row = (&'static str, fn(&Part<'_>) -> String);

const ROWS: &[Row] = &[
    ("files", |part| part.files.len().to_string()),
    ("lines", |part| part.files.iter().map(|(lines, _)| lines).sum::<usize>().to_string()),
    ("median file", |part| middle(part.files.iter().map(|(lines, _)| *lines)).to_string()),
    ("longest file", |part| part.files.last().map_or(0, |(lines, _)| *lines).to_string()),
    ("functions", |part| part.functions.len().to_string()),
    ("median function", |part| {
        middle(part.functions.iter().map(|(function, _)| function.lines)).to_string()
    }),
    ("longest function", |part| {
        part.functions.last().map_or(0, |(function, _)| function.lines).to_string()
    }),
    ("functions over 60 lines", |part| part.long().count().to_string()),
    ("doc comments", |part| part.openings.comments.to_string()),
    ("  that open with a clause", |part| part.openings.clauses.len().to_string()),
    ("  percent", |part| format!("{:.1}", part.openings.share_pct())),
    ("rooms", |part| part.of_rooms(|rooms, _| rooms.nodes().count())),
    ("floors", |part| part.of_rooms(|rooms, _| rooms.floors())),
    ("arrows between rooms", |part| part.of_rooms(|rooms, _| rooms.arrows().count())),
    ("circles of rooms", |part| part.of_rooms(|rooms, _| rooms.circles().len())),
    ("rooms in the largest circle", |part| part.of_rooms(|rooms, _| largest_circle(rooms))),
    ("arrows between files", |part| part.of_rooms(|_, files| files.arrows().count())),
    ("circles of files", |part| part.of_rooms(|_, files| files.circles().len())),
    ("files in the largest circle", |part| part.of_rooms(|_, files| largest_circle(files))),
];

fn largest_circle(graph: &Graph) -> usize {
    graph.circles().first().map_or(0, Vec::len)
}

/// Returns the middle of sorted numbers.
fn middle(mut numbers: impl ExactSizeIterator<Item = usize>) -> usize {
    let at = numbers.len() / 2;
    numbers.nth(at).unwrap_or_default()
}

/// A folder with everything that is counted of it.
struct Part<'a> {
    name: &'a str,
    /// Lines and path of each file, the shortest first.
    files: Vec<(usize, &'a str)>,
    /// Functions with their files, the shortest first.
    functions: Vec<(Function, &'a str)>,
    openings: Openings,
    /// What rooms and what files import, each among themselves.
    graphs: Option<[Graph; 2]>,
}

impl<'a> Part<'a> {
    fn new(name: &'a str, folder: &str, src: Option<&str>, all: &'a [Source]) -> Self {
        let is_one = |source: &&Source| source.is_rust() && source.is_below(&[folder]);
        let sources: Vec<&Source> = all.iter().filter(is_one).collect();
        let of_file = |source: &&'a Source| (source.text.lines().count(), &*source.path);
        let mut files: Vec<_> = sources.iter().map(of_file).collect();
        files.sort_unstable();
        let in_file = |source: &&'a Source| {
            let path = &*source.path;
            functions(source).into_iter().map(move |function| (function, path))
        };
        let mut functions: Vec<_> = sources.iter().flat_map(in_file).collect();
        functions.sort_by_key(|(function, _)| function.lines);
        let mut all_openings = Openings::default();
        for source in &sources {
            all_openings += openings(source);
        }
        let graphs = src.map(|src| {
            let arrows = arrows(all, src);
            [graph(folder, &arrows), of_files(folder, &arrows)]
        });
        Self { name, files, functions, openings: all_openings, graphs }
    }

    /// Returns a figure of the two graphs, where there are some.
    fn of_rooms(&self, figure: impl Fn(&Graph, &Graph) -> usize) -> String {
        let figure = |[rooms, files]: &[Graph; 2]| figure(rooms, files).to_string();
        self.graphs.as_ref().map_or_else(|| "-".to_owned(), figure)
    }

    fn long(&self) -> impl Iterator<Item = &(Function, &'a str)> {
        self.functions.iter().rev().filter(|(function, _)| function.lines > LONG)
    }

    /// Prints where the figures are largest.
    fn print_places(&self) {
        println!("\n{}", self.name);
        if let Some((lines, path)) = self.files.last() {
            println!("  longest file: {path} ({lines})");
        }
        if let Some((function, path)) = self.functions.last() {
            println!("  longest function: {}", described(function, path));
        }
        for (function, path) in self.long() {
            println!("  over {LONG} lines: {}", described(function, path));
        }
        let Some([rooms, files]) = &self.graphs else { return };
        for circle in rooms.circles() {
            println!("  circle of rooms: {}", circle.join(" "));
        }
        if let Some(circle) = files.circles().first() {
            println!("  largest circle of files: {}", circle.join(" "));
        }
    }
}

fn described(function: &Function, path: &str) -> String {
    let Function { name, line, lines } = function;
    format!("{path}:{line} {name} ({lines})")
}

/// Returns the files of a folder with what each imports there.
fn of_files(folder: &str, arrows: &[Arrow]) -> Graph {
    let inside = |arrow: &&Arrow| arrow.from.starts_with(folder) && arrow.to.starts_with(folder);
    let inside = arrows.iter().filter(inside);
    Graph::new([], inside.map(|arrow| (&arrow.from[folder.len()..], &arrow.to[folder.len()..])))
}
