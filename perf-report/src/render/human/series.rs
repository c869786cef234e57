//! The end of `run --repeat` for a screen: the distances between its runs.

use super::paint::{Paint, style};
use super::table::{ALWAYS, Align, Cell, Column, Table};
use super::wrap;
use crate::model::{RepeatRow, RepeatSummary};
use crate::render::Screen;
use crate::render::words::estimates::Mark;
use crate::text::{sanitize, units};

/// Functions that are named.
const TOP: usize = 10;

/// Returns the median and the spread of each function over several runs of one command.
pub fn series(summary: &RepeatSummary, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let mut text = String::new();
    if summary.runs > 0 {
        let command = sanitize::line_start(&sanitize::screen(&summary.command.join(" ")));
        text += &(paint.paint(style::STRONG, &command) + "\n");
    }
    text += &paint.paint(style::FAINT, &wrap::items(&facts(summary), "", screen.width));
    let functions = &summary.functions;
    if functions.is_empty() {
        return text + "\nno tracked function was called in every run\n";
    }
    text.push('\n');
    text += &table(&functions[..functions.len().min(TOP)]).render(screen);
    if functions.len() > TOP {
        let more = units::plural((functions.len() - TOP) as u64, "more function");
        text += &(paint.paint(style::FAINT, &format!("… {more}")) + "\n");
    }
    if let Some((count, how)) = &summary.unsteady {
        let note = format!("note: in {count} of {} runs, {how}", summary.runs);
        let lines = wrap::words(&note, "", screen.width);
        text += "\n";
        text.extend(lines.lines().map(|line| paint.paint(style::WARN, line) + "\n"));
    }
    text
}

fn facts(summary: &RepeatSummary) -> Vec<String> {
    let mut items = vec![units::plural(summary.runs as u64, "run")];
    if let Some(median) = summary.wall_ns {
        let spread = summary.wall_spread_pct.map_or_else(String::new, plus_minus);
        items.push(format!("wall {}{spread}", units::duration(median)));
    }
    items
}

fn plus_minus(pct: f64) -> String {
    format!(" ± {}", units::percent(pct))
}

fn table(shown: &[RepeatRow]) -> Table {
    let column = |title, stays, cell: &dyn Fn(&RepeatRow) -> Cell| Column {
        title,
        stays,
        align: Align::Right,
        cells: shown.iter().map(cell).collect(),
    };
    let unless = |value: Option<String>, otherwise: &str| {
        Cell::new(style::PLAIN, value.unwrap_or_else(|| otherwise.to_owned()))
    };
    Table {
        title: "function",
        names: shown.iter().map(|row| row.name.clone()).collect(),
        columns: vec![
            column("calls", 1, &|row| unless(row.calls.map(units::count), "vary")),
            column("median self", ALWAYS, &|row| {
                Cell::duration(style::STRONG, Mark::Exact, row.self_ns)
            }),
            column("spread", ALWAYS, &|row| unless(row.spread_pct.map(units::percent), "·")),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::series::summary;
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
        insta::assert_snapshot!(series(&summary(&runs), screen));
    }
}
