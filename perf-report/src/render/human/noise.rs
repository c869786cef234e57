//! The differences of the same code for a screen, as `doctor --noise` finds them.

use super::paint::{Paint, style};
use super::table::{ALWAYS, Align, Cell, Column, Table};
use super::wrap;
use crate::model::{NoiseDocument, NoiseRow};
use crate::render::Screen;
use crate::render::words::estimates::Mark;
use crate::text::{sanitize, units};

/// Functions that are named.
const TOP: usize = 20;

/// Returns the rate of false alarms, each function, and what to do.
pub(crate) fn noise(noise: &NoiseDocument, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let mut text = headline(noise, paint);
    let command = sanitize::screen(&noise.command.join(" ")).into_owned();
    for items in [vec![command], facts(noise)] {
        let lines = wrap::items(&items, "", screen.width);
        text.extend(lines.lines().map(|line| paint.paint(style::FAINT, line) + "\n"));
    }
    if noise.functions.is_empty() {
        text += "\nno tracked function was called in every run\n";
    } else {
        let shown = &noise.functions[..noise.functions.len().min(TOP)];
        text.push('\n');
        text += &table(shown).render(screen);
        if noise.functions.len() > TOP {
            let more = units::plural((noise.functions.len() - TOP) as u64, "more function");
            let more = format!("… {more}; --format json has all of them");
            text += &(paint.paint(style::FAINT, &more) + "\n");
        }
    }
    text.push('\n');
    for (begin, style, lines) in
        [("note: ", style::FAINT, &noise.notes), ("advice: ", style::WARN, &noise.advice)]
    {
        for line in lines {
            let line = wrap::words(&format!("{begin}{}", sanitize::screen(line)), "", screen.width);
            text.extend(line.lines().map(|line| paint.paint(style, line) + "\n"));
        }
    }
    text
}

fn headline(noise: &NoiseDocument, paint: Paint) -> String {
    let (word, style) = match noise.alarms {
        0 => ("QUIET", style::GOOD.bold()),
        _ => ("NOISY", style::WARN.bold()),
    };
    let found = match noise.alarms {
        0 => "none".to_owned(),
        some => units::count(some.into()),
    };
    let sentence = format!(
        "{found} of {} comparisons of the same code raised an alarm",
        units::count(noise.comparisons.into())
    );
    format!("{}  {}\n", paint.paint(style, word), paint.paint(style::STRONG, &sentence))
}

fn facts(noise: &NoiseDocument) -> Vec<String> {
    let rounds = units::plural(noise.rounds.into(), "round");
    let mut items = vec![format!("{rounds} of A against A (seed {})", noise.seed)];
    if let Some(wall) = noise.wall_ns {
        let spread = noise
            .wall_spread_pct
            .map_or_else(String::new, |pct| format!(" ± {}", units::percent(pct)));
        items.push(format!("wall {}{spread}", units::duration(wall)));
    }
    if let Some(limit) = noise.regression_pct {
        items.push(format!("judged with a limit of {}", units::percent(limit)));
    }
    items
}

fn table(shown: &[NoiseRow]) -> Table {
    let column = |title, stays, cell: &dyn Fn(&NoiseRow) -> Cell| Column {
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
            column("median self", 2, &|row| {
                Cell::duration(style::STRONG, Mark::Exact, row.self_ns)
            }),
            column("spread", ALWAYS, &|row| unless(row.spread_pct.map(units::percent), "·")),
            column("seen from", ALWAYS, &|row| unless(row.detectable_pct.map(units::percent), "·")),
            column("alarms", ALWAYS, &|row| {
                unless((row.alarms > 0).then(|| units::count(row.alarms.into())), "·")
            }),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Machine, NOISE_SCHEMA, NOISE_VERSION};

    #[test]
    fn the_rate_first_then_each_function_and_what_to_do() {
        let row = |name: &str, calls, self_ns, floor: Option<f64>, alarms| NoiseRow {
            name: name.to_owned(),
            calls,
            self_ns,
            spread_pct: floor.map(|floor| floor / 2.0),
            detectable_pct: floor,
            alarms,
        };
        let mut document = NoiseDocument {
            schema: NOISE_SCHEMA.to_owned(),
            version: NOISE_VERSION,
            command: vec!["./slowed".to_owned(), "1000".to_owned()],
            time: "2026-11-20T23:45:52Z".to_owned(),
            machine: Machine::default(),
            rounds: 10,
            warm_up: 1,
            seed: 7,
            wall_ns: Some(372e6),
            wall_spread_pct: Some(0.69),
            comparisons: 100,
            alarms: 3,
            false_alarm_pct: 3.0,
            regression_pct: Some(15.0),
            advice: vec!["make more rounds".to_owned()],
            notes: vec!["the comparisons share their runs".to_owned()],
            functions: vec![
                row("slowed::tokenize", Some(2_000), 148e6, Some(1.28), 0),
                row("slowed::index", None, 7.4e6, Some(31.2), 3),
                row("slowed::once", Some(1), 120.0, None, 0),
            ],
        };
        let screen = Screen { width: 80, styled: false };
        insta::assert_snapshot!(noise(&document, screen));
        document.alarms = 0;
        document.functions.clear();
        let quiet = noise(&document, screen);
        assert!(quiet.starts_with("QUIET  none of 100 comparisons"), "{quiet}");
    }
}
