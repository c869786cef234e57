//! A static icicle as SVG: callers above, each function as wide as its part, without a script and without a
//! font of its own. Colours are by crate, light or dark as the reader's system has it. A box shows its exact
//! figures where the pointer rests on it.
//!
//! What is narrower than a pixel or so is one grey box together, and wider ones are where the file would
//! become larger than [`LARGEST`]; levels beyond [`DEEPEST`] are only counted. Characters that XML forbids,
//! and those that reorder text, stand as visible escapes; names are cut at [`LONGEST`] characters.

use std::fmt::Write as _;

use super::{Against, Choice, Facts, NO_CALL, Options, RECORDS_NOTHING, Source, Unit, nothing};
use crate::error::UserError;
use crate::model::{Icicle, Metric, RunDocument, Tile, colour_of_crate};
use crate::render::{self, fit};
use crate::stats::number::{float, share_pct};
use crate::text::{sanitize, units};

pub(super) const FACTS: Facts = Facts {
    word: "svg",
    about: "A picture: an icicle for browsers, documents and pull requests",
    against: Against::Nothing("`perf-report compare` shows what changed"),
    choices: &[Choice::Unit],
    is_binary: false,
};

/// The size of the picture and of its letters, in pixels.
const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 12.0;
const ROW: f64 = 19.0;
const LETTER: f64 = 6.7;
/// The place of the first row.
const TOP: f64 = 46.0;
/// The narrowest box, in pixels, where there is room for all.
const NARROWEST: f64 = 1.0;
/// The largest file, in bytes, about.
const LARGEST: usize = 900_000;
/// The most levels.
const DEEPEST: usize = 256;
/// The most characters of a name.
const LONGEST: usize = 300;
/// Colours of crates.
const COLOURS: usize = 12;

/// Draws the tree of the run.
///
/// # Errors
/// Where no context has any of the figure that is wanted.
pub(super) fn write(source: &Source<'_>, options: &Options) -> Result<Vec<u8>, UserError> {
    let run = source.run;
    let metric = match options.unit.unwrap_or_default() {
        Unit::Ns | Unit::Us | Unit::Ms => Metric::SelfNs,
        Unit::Calls => Metric::Calls,
        Unit::Bytes => Metric::SelfAllocBytes,
    };
    let mut least = NARROWEST / inner();
    loop {
        let icicle = Icicle::of(run, metric, least).filter(|icicle| !icicle.tiles.is_empty());
        let icicle = icicle.ok_or_else(|| empty(run, metric))?;
        let text = Picture { run, icicle: &icicle }.text();
        // Half of the width leaves two boxes a level at most.
        if text.len() <= LARGEST || least > 0.5 {
            return Ok(text.into_bytes());
        }
        least *= 2.0;
    }
}

fn empty(run: &RunDocument, metric: Metric) -> UserError {
    match metric {
        Metric::SelfAllocBytes => {
            nothing(run, "has no count of allocations", "see docs/async-and-allocations.md")
        }
        _ => nothing(run, NO_CALL, RECORDS_NOTHING),
    }
}

/// Returns the width of all boxes of a level.
fn inner() -> f64 {
    WIDTH - 2.0 * MARGIN
}

struct Picture<'a> {
    run: &'a RunDocument,
    icicle: &'a Icicle<'a>,
}

impl Picture<'_> {
    fn text(&self) -> String {
        let tiles = || self.icicle.tiles.iter().filter(|tile| tile.depth < DEEPEST);
        let levels = tiles().map(|tile| tile.depth + 1).max().unwrap_or(0);
        let depth = self.icicle.tiles.iter().map(|tile| tile.depth + 1).max().unwrap_or(0);
        // The row of all functions, and one for what is too deep.
        let rows = float((levels + 1 + usize::from(depth > levels)) as u64);
        let height = TOP + rows * ROW + MARGIN;
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
             viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n"
        );
        let command = render::command_line(self.run);
        let id = in_xml(&self.run.run.id);
        let _ = writeln!(text, "<title>{}</title>\n{}", in_xml(&command), style());
        let _ = writeln!(text, "<rect class=\"page\" width=\"100%\" height=\"100%\"/>");
        let shown = in_xml(&fit::shorten_middle(&command, 150));
        let _ = writeln!(text, "<text class=\"strong\" x=\"{MARGIN}\" y=\"20\">{shown}</text>");
        let time = in_xml(&self.run.run.time);
        let _ = writeln!(
            text,
            "<text class=\"faint\" x=\"{MARGIN}\" y=\"36\">run {id} · {time}</text>"
        );
        text += &self.whole();
        tiles().for_each(|tile| self.tile(&mut text, tile));
        if depth > levels {
            let y = TOP + float(levels as u64 + 1) * ROW + 14.0;
            let more = units::plural((depth - levels) as u64, "deeper level");
            let _ =
                writeln!(text, "<text class=\"faint\" x=\"{MARGIN}\" y=\"{y}\">… {more}</text>");
        }
        text + "</svg>\n"
    }

    /// Returns the box above all others.
    fn whole(&self) -> String {
        let metric = self.icicle.metric;
        let title = match metric {
            Metric::SelfAllocBytes => "allocated bytes",
            metric => metric.title(),
        };
        let all = metric.number(float(self.icicle.all));
        format!(
            "<g><rect class=\"all\" x=\"{MARGIN}\" y=\"{TOP}\" width=\"{}\" height=\"{}\"/><text x=\"{}\" \
             y=\"{}\">{title} of all functions: {all}</text></g>\n",
            inner(),
            ROW - 1.0,
            MARGIN + 4.0,
            TOP + 13.0,
        )
    }

    fn tile(&self, text: &mut String, tile: &Tile<'_>) {
        let (x, width) = (MARGIN + tile.offset * inner(), tile.width * inner());
        let y = TOP + float(tile.depth as u64 + 1) * ROW;
        let class = tile.function.map_or_else(
            || "more".to_owned(),
            |name| format!("c{}", colour_of_crate(name, COLOURS)),
        );
        let _ = write!(
            text,
            "<g><title>{}</title><rect class=\"{class}\" x=\"{x:.2}\" y=\"{y}\" width=\"{width:.2}\" height=\"{}\"/>",
            in_xml_lines(&self.title(tile)),
            ROW - 1.0,
        );
        let columns = (width - 6.0) / LETTER;
        let share = format!("{:.1} %", share_pct(tile.value, self.icicle.all));
        // A share is worth its room beside a name that is not cut short for it.
        let room = columns - float(share.len() as u64 + 2);
        let beside = label(tile, room);
        let has_share = room >= 8.0 && beside == label(tile, f64::INFINITY);
        let label = if has_share { beside } else { label(tile, columns) };
        let y = y + 13.0;
        if !label.is_empty() {
            let x = x + 3.0;
            let _ = write!(text, "<text x=\"{x:.2}\" y=\"{y}\">{}</text>", in_xml(&label));
        }
        if has_share {
            let x = x + width - 3.0;
            let _ = write!(text, "<text class=\"end\" x=\"{x:.2}\" y=\"{y}\">{share}</text>");
        }
        *text += "</g>\n";
    }

    /// Returns the exact figures of a box, on lines.
    fn title(&self, tile: &Tile<'_>) -> Vec<String> {
        let name = tile.function.map_or_else(
            || format!("{} more", units::plural(tile.functions as u64, "function")),
            |name| name.chars().take(LONGEST).collect(),
        );
        let mark = if tile.is_estimate { "~" } else { "" };
        let share = share_pct(tile.value, self.icicle.all);
        let exact = |value: u64| match self.icicle.metric {
            Metric::Calls => format!("{mark}{}", units::plural(value, "call")),
            Metric::SelfAllocBytes => format!("{mark}{} bytes", units::count(value)),
            _ => format!("{mark}{} ns", units::count(value)),
        };
        let mut lines = vec![
            name,
            format!("{} with callees, {share:.2} %", exact(tile.value)),
            format!("{} alone", exact(tile.own)),
        ];
        if self.icicle.metric != Metric::Calls {
            lines.push(units::plural(tile.calls, "call"));
        }
        lines
    }
}

/// Returns the text in a box of so many columns.
fn label(tile: &Tile<'_>, columns: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundreds")]
    let columns = columns.max(0.0) as usize;
    match tile.function {
        Some(name) if columns >= 3 => fit::tail(&fit::name(name, usize::MAX), columns),
        None => {
            let more = format!("{} more", units::count(tile.functions as u64));
            if fit::width(&more) <= columns { more } else { String::new() }
        }
        Some(_) => String::new(),
    }
}

/// Returns the looks, light and dark.
fn style() -> String {
    let mut css = String::from(
        "<style>\ntext{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;\
         fill:#1b1f24;white-space:pre;pointer-events:none}\n.strong{font-size:13px;font-weight:600}\n\
         .page{fill:#ffffff}.faint{fill:#57606a}.all{fill:#eaeef2}.more{fill:#d0d7de}\n\
         .end{text-anchor:end}g rect{stroke:#ffffff;stroke-width:.7}g:hover rect{stroke:#1b1f24}\n",
    );
    let hue = |at: usize| at * 360 / COLOURS;
    for at in 0..COLOURS {
        let _ = write!(css, ".c{at}{{fill:hsl({},62%,80%)}}", hue(at));
    }
    css += "\n@media (prefers-color-scheme:dark){text{fill:#f0f6fc}.page{fill:#0d1117}.faint{fill:#9198a1}\
            .all{fill:#21262d}.more{fill:#3d444d}g rect{stroke:#0d1117}g:hover rect{stroke:#f0f6fc}\n";
    for at in 0..COLOURS {
        let _ = write!(css, ".c{at}{{fill:hsl({},38%,30%)}}", hue(at));
    }
    css + "}\n</style>"
}

/// Returns lines for the text of an element.
fn in_xml_lines(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| in_xml(line)).collect();
    lines.join("\n")
}

/// Returns text for an element or an attribute: visible, and nothing that XML reads or forbids.
fn in_xml(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for c in sanitize::screen(text).chars() {
        match c {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            '\u{fffe}' | '\u{ffff}' | '\0'..='\x1f' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::corpus;
    use crate::model::samples;

    fn drawn(run: &RunDocument) -> String {
        let source = Source::of(run);
        String::from_utf8(write(&source, &Options::default()).unwrap()).unwrap()
    }

    /// Asserts that elements are closed in order, and that nothing is in them that XML forbids.
    fn is_well_formed(text: &str) {
        let mut open = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('<') {
            assert!(!before.contains('>'), "{before:?}");
            let (tag, after) = after.split_once('>').unwrap();
            assert!(!tag.contains('<') && tag.matches('"').count() % 2 == 0, "{tag:?}");
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name), "{tag}");
            } else if !tag.ends_with('/') {
                open.push(tag.split(' ').next().unwrap());
            }
            for entity in before.split('&').skip(1) {
                let name = entity.split(';').next().unwrap();
                assert!(["amp", "lt", "gt", "quot", "#39"].contains(&name), "{entity:?}");
            }
            rest = after;
        }
        assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest:?}");
        let is_forbidden = |c: char| (c < ' ' && c != '\n') || matches!(c, '\u{fffe}' | '\u{ffff}');
        assert!(!text.contains(is_forbidden));
        assert!(!text.contains("<script"));
    }

    /// Returns the level, the left edge and the width of each box.
    fn boxes(text: &str) -> Vec<[f64; 3]> {
        let of = |tag: &str, name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}=\"")).unwrap();
            rest.split('"').next().unwrap().parse::<f64>().unwrap()
        };
        let rects = text.split("<rect class=\"").skip(2).map(|it| it.split("/>").next().unwrap());
        rects.map(|tag| [of(tag, "y"), of(tag, "x"), of(tag, "width")]).collect()
    }

    #[test]
    fn a_run_as_a_picture() {
        insta::assert_snapshot!("svg", drawn(&samples::typical()));
    }

    #[test]
    fn widths_add_up() {
        let boxes = boxes(&drawn(&samples::typical()));
        let whole = boxes[0];
        assert!((whole[2] - inner()).abs() < 0.1, "{whole:?}");
        let first: f64 =
            boxes.iter().filter(|it| (it[0] - TOP - ROW).abs() < 0.1).map(|it| it[2]).sum();
        assert!((first - whole[2]).abs() < 0.1, "{first}");
        for level in boxes.chunk_by(|a, b| (a[0] - b[0]).abs() < 0.1) {
            for pair in level.windows(2) {
                assert!(pair[0][1] + pair[0][2] <= pair[1][1] + 0.02, "{pair:?}");
            }
        }
    }

    #[test]
    fn names_do_no_harm() {
        let names = corpus::names();
        let nodes: Vec<samples::Node<'_>> =
            names.iter().map(|name| (None, name.as_str(), 1, 1_000)).collect();
        for run in [samples::of(&nodes), samples::hostile()] {
            let text = drawn(&run);
            is_well_formed(&text);
            assert!(!text.contains(['\u{202e}', '\u{2066}', '\u{feff}']));
        }
    }

    #[test]
    fn large_trees_stay_small() {
        let names: Vec<String> =
            (0..10_000).map(|at| format!("demo::module_{}::function_{at}", at % 40)).collect();
        let long: Vec<String> =
            (0..10_000).map(|at| format!("{}{at}", "&".repeat(5_000))).collect();
        for names in [&names, &long] {
            let node = |(at, name)| {
                let parent = u32::checked_sub(at, 1).map(|at| at / 3);
                (parent, String::as_str(name), 1, 1_000)
            };
            let run = samples::of(&(0..).zip(names).map(node).collect::<Vec<_>>());
            let text = drawn(&run);
            is_well_formed(&text);
            assert!(text.len() < 1_000_000, "{}", text.len());
        }
        let chain = |at: u32| (at.checked_sub(1), names[at as usize].as_str(), 1, 5);
        let deep = drawn(&samples::of(&(0..10_000).map(chain).collect::<Vec<_>>()));
        assert!(deep.len() < 1_000_000 && deep.contains("deeper levels"), "{}", deep.len());
    }
}
