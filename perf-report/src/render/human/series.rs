//! What `run --repeat` says when it is done: how far its runs lie apart.

use super::paint::{Paint, style};
use super::table::{ALWAYS, Align, Cell, Column, Table};
use super::wrap;
use crate::analysis::series::{self, Series};
use crate::model::RunDocument;
use crate::render::Screen;
use crate::render::words::estimates::Mark;
use crate::text::{sanitize, units};

/// Functions that are named.
const TOP: usize = 10;

/// Several runs of one command: of each function the median and the spread over the runs.
pub(crate) fn series(runs: &[RunDocument], screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let functions = series::functions(runs);
    let mut text = String::new();
    if let Some(run) = runs.first() {
        let command = sanitize::line_start(&sanitize::screen(&run.run.command.join(" ")));
        text += &(paint.paint(style::STRONG, &command) + "\n");
    }
    text += &paint.paint(style::FAINT, &wrap::items(&facts(runs), "", screen.width));
    if functions.is_empty() {
        return text + "\nno tracked function was called in every run\n";
    }
    let shown = &functions[..functions.len().min(TOP)];
    text.push('\n');
    text += &table(shown).render(screen);
    if functions.len() > TOP {
        let more = units::plural((functions.len() - TOP) as u64, "more function");
        text += &(paint.paint(style::FAINT, &format!("… {more}")) + "\n");
    }
    if let Some((count, how)) = series::unsteady(runs) {
        let note = format!("note: in {count} of {} runs, {how}", runs.len());
        let lines = wrap::words(&note, "", screen.width);
        text += "\n";
        text.extend(lines.lines().map(|line| paint.paint(style::WARN, line) + "\n"));
    }
    text
}

fn facts(runs: &[RunDocument]) -> Vec<String> {
    let walls = series::walls(runs);
    let mut items = vec![units::plural(runs.len() as u64, "run")];
    if let Some(median) = crate::stats::robust::median(&walls) {
        let spread = series::variation_pct(&walls).map_or_else(String::new, plus_minus);
        items.push(format!("wall {}{spread}", units::duration(median)));
    }
    items
}

fn plus_minus(pct: f64) -> String {
    format!(" ± {}", units::percent(pct))
}

fn table(shown: &[Series]) -> Table {
    let column = |title, stays, align, cell: &dyn Fn(&Series) -> Cell| Column {
        title,
        stays,
        align,
        cells: shown.iter().map(cell).collect(),
    };
    let plain = style::PLAIN;
    Table {
        title: "function",
        names: shown.iter().map(|series| series.name.clone()).collect(),
        columns: vec![
            column("calls", 1, Align::Right, &|series| {
                let varies = || "vary".to_owned();
                Cell::new(plain, series.steady_calls().map_or_else(varies, units::count))
            }),
            column("median self", ALWAYS, Align::Right, &|series| {
                Cell::duration(style::STRONG, Mark::Exact, series.median_ns())
            }),
            column("spread", ALWAYS, Align::Right, &|series| {
                let spread = series::variation_pct(&series.self_ns);
                Cell::new(plain, spread.map_or_else(|| "·".to_owned(), units::percent))
            }),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Probe, samples};

    #[test]
    fn the_median_and_the_spread_of_each_function_over_the_runs() {
        let mut runs = vec![samples::typical(); 3];
        for (factor, run) in [10, 11, 9].into_iter().zip(&mut runs) {
            for function in &mut run.functions {
                function.self_ns = function.self_ns / 10 * factor;
            }
        }
        let lookup = runs[1].functions.iter_mut().find(|it| it.name.ends_with("lookup"));
        lookup.unwrap().calls += 1;
        runs[2].run.machine.probe = Some(Probe { lost_pct: 48.0, ..Probe::default() });
        let screen = Screen { width: 80, styled: false };
        insta::assert_snapshot!(series(&runs, screen));
    }
}
