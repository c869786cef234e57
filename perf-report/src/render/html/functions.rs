//! The heaviest functions as a table that everybody can read; the script puts the whole in its place.

use super::markup::{self, Title};
use crate::model::{Function, RunDocument};
use crate::render::Selection;
use crate::render::words::bench::{self, BESIDE};
use crate::render::words::benchmarks;
use crate::render::words::functions::columns;
use crate::text::units;

/// Functions of the table.
const SHOWN: usize = 50;

/// Returns the section of the functions.
pub(super) fn section(run: &RunDocument) -> String {
    let selection = Selection { limit: Some(SHOWN), ..Selection::default() };
    let selected = selection.select(run);
    let mut html = "<section id=\"view-functions\" class=\"view\" \
                    aria-labelledby=\"title-functions\">\n<h2 id=\"title-functions\" \
                    tabindex=\"-1\">"
        .to_owned();
    let has_functions = run.functions.iter().any(|function| function.kind.is_function());
    let title = if has_functions || run.functions.is_empty() { "Functions" } else { "Results" };
    html.extend([title, "</h2>\n"]);
    if selected.shown.is_empty() {
        return html + "<p>No tracked function was called.</p>\n</section>\n";
    }
    let (tracked, measured): (Vec<&Function>, Vec<&Function>) =
        selected.shown.iter().partition(|function| function.kind.is_function());
    if !tracked.is_empty() {
        html += &table_of_tracked(run, &tracked);
    }
    if !measured.is_empty() {
        html += &table_of_measured(&measured);
    }
    if let Some(more) = benchmarks::more(selected.beyond.iter().map(|it| it.kind)) {
        html.extend(["<p>… and ", &more, "; with scripts, all are here.</p>\n"]);
    }
    let never = selected.never_called.len() as u64;
    if never > 0 {
        let verb = if never == 1 { "was" } else { "were" };
        let some = units::plural(never, "tracked function");
        html.extend(["<p>", &some, " ", verb, " never called.</p>\n"]);
    }
    html + "</section>\n"
}

fn table_of_tracked(run: &RunDocument, functions: &[&Function]) -> String {
    let columns = columns(run, functions);
    let numbers = columns.iter().map(|column| Title::number(column.title));
    let titles: Vec<_> = std::iter::once(Title::text("function")).chain(numbers).collect();
    let rows = functions.iter().map(|function| {
        let cells = columns.iter().map(|column| markup::text(&(column.cell)(function)));
        std::iter::once(markup::function(&function.name)).chain(cells).collect()
    });
    markup::table(&caption(functions.len()), &titles, rows)
}

/// Returns the table of benchmarks, suites and tests.
fn table_of_measured(functions: &[&Function]) -> String {
    let is_known =
        |column: &&bench::Column| functions.iter().any(|it| (column.value)(it).is_some());
    let beside: Vec<_> = BESIDE.iter().filter(is_known).collect();
    let has_outcomes = functions.iter().any(|it| it.outcome().is_some());
    let numbers = ["time", "interval", "throughput", "samples"].map(Title::number);
    let titles = ["name", "kind"].map(Title::text).into_iter().chain(numbers);
    let titles = titles.chain(beside.iter().map(|column| Title::number(column.title)));
    let titles: Vec<_> = titles.chain(has_outcomes.then(|| Title::text("outcome"))).collect();
    let or_none = |text: Option<String>| markup::text(&text.unwrap_or_else(|| "–".to_owned()));
    let rows = functions.iter().map(|it| {
        let mut cells = vec![
            markup::function(&it.name),
            markup::text(it.kind.noun()),
            or_none(benchmarks::value(it)),
            or_none(benchmarks::interval(it).or_else(|| benchmarks::spread(it))),
            or_none(benchmarks::throughput(it)),
            or_none(benchmarks::samples(it).map(units::count)),
        ];
        let value = |column: &&bench::Column| or_none((column.value)(it).map(bench::Value::text));
        cells.extend(beside.iter().map(value));
        let outcome =
            bench::bad_end(it).unwrap_or_else(|| it.outcome().map_or("", |it| it.word()).into());
        cells.extend(has_outcomes.then(|| markup::text(&outcome)));
        cells
    });
    markup::table(&benchmarks::counted(functions.iter().map(|it| it.kind)), &titles, rows)
}

fn caption(shown: usize) -> String {
    format!("{} with the most self time", units::plural(shown as u64, "function"))
}
