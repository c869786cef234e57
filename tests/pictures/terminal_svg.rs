//! Draws the screen of a terminal: text with colours on standard input, an SVG on standard output.
//!
//! `docs/images/make.sh` makes the pictures of the documents with it, from runs of the real
//! commands. An SVG of this kind needs no font and no script: letters are stretched to their columns
//! whatever font the reader has, and lines and bars are drawn. It has a background of its own, so it
//! reads the same on a light and on a dark page.

use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};

/// The size of a character, and the space around the text, in pixels.
const CELL: (f64, f64) = (8.2, 19.0);
const FONT_SIZE: f64 = 13.5;
const MARGIN: f64 = 20.0;
const TITLE_BAR: f64 = 34.0;

/// The colours of a terminal, as classes.
const STYLE: &str = "\
text{fill:#c9d1d9;white-space:pre}\
.strong{font-weight:600;fill:#f0f6fc}.faint{fill:#8b949e}\
.red{fill:#ff7b72}.green{fill:#56d364}.yellow{fill:#e3b341}.cyan{fill:#39c5cf}\
.rule{stroke:#484f58;stroke-width:1;fill:none}";
const FONTS: &str =
    "ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono','DejaVu Sans Mono',monospace";

fn main() -> io::Result<()> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let title = std::env::args().nth(1).unwrap_or_default();
    io::stdout().write_all(picture(&title, &text).as_bytes())
}

/// The look of a character.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Look {
    is_strong: bool,
    is_faint: bool,
    colour: Option<&'static str>,
}

impl Look {
    /// Follows one number of an escape sequence.
    fn turn(&mut self, code: &str) {
        match code {
            "" | "0" => *self = Self::default(),
            "1" => self.is_strong = true,
            "2" => self.is_faint = true,
            "22" => (self.is_strong, self.is_faint) = (false, false),
            "31" => self.colour = Some("red"),
            "32" => self.colour = Some("green"),
            "33" => self.colour = Some("yellow"),
            "36" => self.colour = Some("cyan"),
            _ => self.colour = None,
        }
    }

    fn classes(self) -> String {
        let strong = self.is_strong.then_some("strong");
        let faint = self.is_faint.then_some("faint");
        let classes: Vec<&str> = strong.into_iter().chain(faint).chain(self.colour).collect();
        if classes.is_empty() { String::new() } else { format!(" class=\"{}\"", classes.join(" ")) }
    }
}

/// The characters of a line, each with its look.
type Line = Vec<(char, Look)>;

/// Splits text with escape sequences into lines.
fn lines(text: &str) -> Vec<Line> {
    let mut look = Look::default();
    let mut lines = Vec::new();
    for line in text.trim_end().lines() {
        let mut cells = Line::new();
        let mut rest = line.chars();
        while let Some(c) = rest.next() {
            if c == '\u{1b}' {
                let codes: String = rest.by_ref().skip(1).take_while(|&c| c != 'm').collect();
                codes.split(';').for_each(|code| look.turn(code));
            } else {
                cells.push((c, look));
            }
        }
        lines.push(cells);
    }
    lines
}

/// Draws the whole picture.
fn picture(title: &str, text: &str) -> String {
    let lines = lines(text);
    let (wide, high) = CELL;
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = (size(columns) * wide + 2.0 * MARGIN).ceil();
    let height = (size(lines.len()) * high + TITLE_BAR + MARGIN).ceil();
    let title = escaped(title);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" font-family=\"{FONTS}\" font-size=\"{FONT_SIZE}\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n\
         <rect x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"9\" fill=\"#0d1117\" stroke=\"#30363d\"/>\n",
        width - 1.0,
        height - 1.0,
    );
    for (at, colour) in ["#ff5f57", "#febc2e", "#28c840"].into_iter().enumerate() {
        let x = MARGIN + 2.0 + 18.0 * size(at);
        let _ = writeln!(svg, "<circle cx=\"{x}\" cy=\"19\" r=\"5\" fill=\"{colour}\"/>");
    }
    for (row, line) in lines.iter().enumerate() {
        draw_line(&mut svg, line, TITLE_BAR + 4.0 + size(row) * high);
    }
    svg.push_str("</svg>\n");
    svg
}

/// Draws a line whose upper edge is at `top`.
fn draw_line(svg: &mut String, line: &Line, top: f64) {
    let mut at = 0;
    while at < line.len() {
        let (c, look) = line[at];
        let same = |&(other, it): &(char, Look)| it == look && kind(other) == kind(c);
        let mut end = at + line[at..].iter().take_while(|cell| same(cell)).count();
        let x = MARGIN + size(at) * CELL.0;
        match kind(c) {
            Kind::Space => {}
            Kind::Letters => {
                // Words that stand a space apart are one piece; columns are not.
                while let [(' ', _), next, ..] = &line[end..]
                    && same(next)
                {
                    end += 1 + line[end + 1..].iter().take_while(|cell| same(cell)).count();
                }
                let word: String = line[at..end].iter().map(|&(c, _)| c).collect();
                let length = size(end - at) * CELL.0;
                let _ = writeln!(
                    svg,
                    "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{length:.1}\" \
                     lengthAdjust=\"spacingAndGlyphs\"{}>{}</text>",
                    top + 14.0,
                    look.classes(),
                    escaped(&word)
                );
            }
            Kind::Rule => draw_rule(svg, c, (x, top), size(end - at)),
            Kind::Bar => draw_bars(svg, &line[at..end], (x, top)),
        }
        at = end;
    }
}

/// A way to draw a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    Letters,
    Rule,
    Bar,
}

fn kind(c: char) -> Kind {
    match c {
        ' ' => Kind::Space,
        '─' | '│' | '├' | '└' => Kind::Rule,
        '▁'..='▏' => Kind::Bar,
        _ => Kind::Letters,
    }
}

/// Draws a piece of a line or of a tree, repeated as often as it is `long` in characters.
fn draw_rule(svg: &mut String, c: char, (x, top): (f64, f64), long: f64) {
    let ((wide, high), middle) = (CELL, top + CELL.1 / 2.0);
    let (centre, right) = (x + wide / 2.0, x + wide * long);
    let (down, across) =
        (format!("M{centre:.1} {top:.1}v{high}"), format!("M{centre:.1} {middle:.1}H{right:.1}"));
    let path = match c {
        '│' => down,
        '├' => down + &across,
        '└' => format!("M{centre:.1} {top:.1}V{middle:.1}H{right:.1}"),
        _ => format!("M{x:.1} {middle:.1}H{right:.1}"),
    };
    let _ = writeln!(svg, "<path class=\"rule\" d=\"{path}\"/>");
}

/// Draws blocks that stand side by side: as one bar, if the line has pieces of its width, or as a
/// sparkline, if it has pieces of its height.
fn draw_bars(svg: &mut String, blocks: &[(char, Look)], (x, top): (f64, f64)) {
    let eighths = |c: char, full: char| f64::from(u32::from(c).abs_diff(u32::from(full))) / 8.0;
    let look = blocks.first().map_or_else(Look::default, |&(_, look)| look);
    let class =
        if look == Look::default() { " fill=\"#39c5cf\"".to_owned() } else { look.classes() };
    let (wide, high) = CELL;
    let mut draw = |x: f64, width: f64, bottom: f64, height: f64| {
        let y = bottom - height;
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"{class}/>"
        );
    };
    if blocks.iter().any(|&(c, _)| c < '█') {
        for (nth, &(c, _)) in blocks.iter().enumerate() {
            let height = (high - 4.0) * eighths(c, '▀');
            draw(x + size(nth) * wide, wide - 1.0, top + high - 2.0, height);
        }
    } else {
        let width = blocks.iter().map(|&(c, _)| wide * (1.0 - eighths(c, '█'))).sum();
        draw(x, width, top + high - 4.0, high - 9.0);
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Converts a number of rows or columns, of which a screen has few.
#[expect(clippy::cast_precision_loss, reason = "a screen has few")]
fn size(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_keep_their_columns_and_colours() {
        let svg = picture("a & b", "one  \u{1b}[1m\u{1b}[31mtwo <\u{1b}[0m three\n──");
        let texts: Vec<&str> = svg.lines().filter(|line| line.starts_with("<text")).collect();
        assert_eq!(texts.len(), 3, "{svg}");
        assert!(texts[1].contains("x=\"61.0\"") && texts[1].contains("class=\"strong red\""));
        assert!(texts[1].ends_with(">two &lt;</text>"), "{svg}");
        assert!(svg.contains("<title>a &amp; b</title>") && svg.contains("class=\"rule\""));
    }

    #[test]
    fn bars_are_drawn_by_eighths() {
        let svg = picture("", "\u{1b}[36m█▌\u{1b}[0m ▁█");
        let bars: Vec<&str> =
            svg.lines().filter(|line| line.starts_with("<rect x=\"")).skip(1).collect();
        assert_eq!(bars.len(), 3, "{svg}");
        assert!(bars[0].contains("width=\"12.3\"") && bars[0].contains("class=\"cyan\""), "{svg}");
        assert!(bars[1].contains("height=\"1.9\"") && bars[2].contains("height=\"15.0\""), "{svg}");
    }
}
