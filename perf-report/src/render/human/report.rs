//! A report for a screen: the score first, then sentences with their evidence.

use std::fmt::Write as _;

use anstyle::Style;

use super::paint::{Paint, style};
use super::wrap;
use crate::model::{
    Advice, BenchDocument, Grade, Letter, ReliabilityWord, Report, Score, ScorePart, ScoreWord,
    Statement,
};
use crate::render::Screen;
use crate::render::words::fit;
use crate::render::words::report::{self as words, Part};
use crate::text::sanitize;

/// Columns of a bar.
const BAR: usize = 20;
/// The narrowest screen that has bars.
const NARROWEST: usize = 72;
/// Sentences of a part.
const SHOWN: usize = 10;
/// Recommendations below benchmarks.
const ADVICE: usize = 5;

/// Returns the report.
pub(crate) fn report(report: &Report, screen: Screen) -> String {
    let view = View { paint: Paint { styled: screen.styled }, width: screen.width };
    let mut text = view.headline(report);
    if let Some(score) = &report.score {
        text += &view.score(score, report.grade.as_ref());
    }
    text += &view.grounds(report);
    text += &view.title("Summary");
    for said in &report.summary {
        text += &view.lines(&words::sentence(&said.text), "  ", style::PLAIN);
        text += &view.lines(&said.evidence, "    ", style::FAINT);
    }
    text += &view.statements(
        ("What went well", "✓", style::GOOD),
        &report.went_well,
        Part::Well,
        report,
    );
    text += &view.statements(
        ("What did not", "✗", style::BAD),
        &report.went_badly,
        Part::Badly,
        report,
    );
    text += &view.next_steps(report);
    text += &view.outlook(report);
    text += &view.growth(report);
    text += &view.details(report);
    text
}

/// Returns the score of benchmarks and, unless it is to be short, the advice about them; nothing without a score.
pub(super) fn of_benchmarks(document: &BenchDocument, is_short: bool, screen: Screen) -> String {
    let view = View { paint: Paint { styled: screen.styled }, width: screen.width };
    let mut text = String::new();
    if let Some(score) = &document.score {
        let line = words::explained_with(score, document.grade.as_ref());
        text += &view.lines(&line, "", of_word(score.word));
    }
    if is_short {
        return text;
    }
    if let Some(score) = &document.score {
        text += &view.reservations(score, document.grade.as_ref());
    }
    if !document.advice.is_empty() {
        text += &view.title("Advice");
    }
    for (at, advice) in document.advice.iter().enumerate().take(ADVICE) {
        text += &view.advice(at + 1, advice);
    }
    let more = words::more_of(document.advice.get(ADVICE..).unwrap_or_default(), document.silenced);
    text + &view.lines(&more.unwrap_or_default(), "  ", style::FAINT)
}

/// A screen of so many columns.
struct View {
    paint: Paint,
    width: usize,
}

impl View {
    fn title(&self, title: &str) -> String {
        format!("\n{}\n", self.paint.paint(style::STRONG, title))
    }

    /// Returns text that may hold names from anywhere, in lines behind `indent`.
    fn lines(&self, text: &str, indent: &str, look: Style) -> String {
        if text.is_empty() {
            return String::new();
        }
        let lines = wrap::words(&sanitize::screen(text), indent, self.width);
        lines.lines().map(|line| self.paint.paint(look, line) + "\n").collect()
    }

    /// Returns text in lines, the first of which begins with a mark.
    fn marked(&self, mark: &str, look: Style, text: &str) -> String {
        let indent = " ".repeat(fit::width(mark) + 3);
        let lines = wrap::words(&sanitize::screen(text), &indent, self.width);
        let rest = lines.strip_prefix(&indent).unwrap_or(&lines);
        format!("  {} {rest}", self.paint.paint(look, mark))
    }

    fn headline(&self, report: &Report) -> String {
        let mut items = Vec::new();
        if let Some(score) = &report.score {
            let value = format!("{} {}", words::value(score), score.word);
            items.push(self.paint.paint(of_word(score.word).bold(), &value));
        }
        if let Some(grade) = &report.grade {
            items.push(
                self.paint
                    .paint(of_letter(grade.letter).bold(), &format!("grade {}", grade.letter)),
            );
        }
        if let Some(word) = report.reliability.word {
            items.push(format!(
                "reliability {}",
                self.paint.paint(of_reliability(word), word.word())
            ));
        }
        if items.is_empty() {
            items.push("nothing to score".to_owned());
        }
        let command = fit::shorten_middle(&words::command(report), self.width);
        let mut text =
            format!("{}\n{}\n", items.join("  "), self.paint.paint(style::STRONG, &command));
        let origin = wrap::items(&words::origin(report), "", self.width);
        text.extend(origin.lines().map(|line| self.paint.paint(style::FAINT, line) + "\n"));
        text
    }

    fn score(&self, score: &Score, grade: Option<&Grade>) -> String {
        let mut text = "\n".to_owned();
        text += &self.lines(&words::explained(score), "", style::PLAIN);
        for part in &score.parts {
            text += &self.part(part);
        }
        text + &self.reservations(score, grade)
    }

    /// Returns what holds a score back.
    fn reservations(&self, score: &Score, grade: Option<&Grade>) -> String {
        let look =
            |line: &str| if line.starts_with("at most") { style::WARN } else { style::FAINT };
        let lines = words::reservations(score, grade);
        lines.iter().map(|line| self.lines(line, "  ", look(line))).collect()
    }

    fn part(&self, part: &ScorePart) -> String {
        let mut begin =
            format!("  {:<10} {:>5}  ", part.category.word(), words::points(part.value));
        if self.width >= NARROWEST {
            let bar = words::bar(part.value, BAR);
            let _ = write!(begin, "{}  ", self.paint.paint(of_points(part.value), &bar));
        }
        let taken = if self.width >= NARROWEST { 22 + BAR } else { 20 };
        let indent = " ".repeat(taken);
        let lines = wrap::words(&sanitize::screen(&part.evidence), &indent, self.width);
        let rest = lines.strip_prefix(&indent).unwrap_or(&lines);
        begin + rest
    }

    /// Returns what the grade and the reliability rest on.
    fn grounds(&self, report: &Report) -> String {
        let mut text = String::new();
        if let Some((from, caps)) = words::grade(report) {
            text += &self.lines(&format!("grade: {from}"), "  ", style::FAINT);
            for cap in caps {
                text += &self.lines(&cap, "  ", style::WARN);
            }
        }
        text + &self.lines(
            &format!("reliability: {}", words::reliability(report)),
            "  ",
            style::FAINT,
        )
    }

    fn statements(
        &self,
        (title, mark, look): (&str, &str, Style),
        all: &[Statement],
        part: Part,
        report: &Report,
    ) -> String {
        let mut text = self.title(title);
        if all.is_empty() {
            return text + &self.lines(&words::nothing(part, report), "  ", style::FAINT);
        }
        for said in all.iter().take(SHOWN) {
            text += &self.marked(mark, look, &said.text);
            text += &self.lines(&said.evidence, "    ", style::FAINT);
        }
        let more = all.len().saturating_sub(SHOWN);
        let rest = if more > 0 {
            format!("… and {more} more; --format json has all")
        } else {
            String::new()
        };
        text + &self.lines(&rest, "  ", style::FAINT)
    }

    fn next_steps(&self, report: &Report) -> String {
        let mut text = self.title("Next steps");
        if report.advice.is_empty() {
            text += &self.lines(&words::nothing(Part::Next, report), "  ", style::FAINT);
        }
        for (at, advice) in report.next_steps().iter().enumerate() {
            text += &self.advice(at + 1, advice);
        }
        let more = words::more_advice(report).unwrap_or_default();
        text + &self.lines(&more, "  ", style::FAINT)
    }

    fn advice(&self, number: usize, advice: &Advice) -> String {
        let rule = self.paint.paint(style::HEAT, advice.rule.word());
        let indent = "     ";
        let mut text = format!("  {number}. {rule}\n");
        text += &self.lines(&words::subject(advice), indent, style::STRONG);
        text += &self.lines(&advice.evidence, indent, style::PLAIN);
        text += &self.lines(&format!("saves {}", advice.saves), indent, style::PLAIN);
        text += &self.lines(&format!("→ {}", advice.todo), indent, style::PLAIN);
        text + &self.lines(&format!("silence: {}", words::silence(advice)), indent, style::FAINT)
    }

    fn outlook(&self, report: &Report) -> String {
        if report.breaches.is_empty() {
            return String::new();
        }
        let mut text = self.title("Outlook");
        for breach in &report.breaches {
            text += &self.marked("!", style::WARN, &breach.text);
            text += &self.lines(&words::pace(breach), "    ", style::FAINT);
        }
        text
    }

    fn growth(&self, report: &Report) -> String {
        let screen = Screen { width: self.width, styled: self.paint.styled };
        super::growth::growth(&report.complexity, &report.scaling, screen)
    }

    fn details(&self, report: &Report) -> String {
        let mut text = self.title("Technical details");
        for (title, value) in words::details(&report.details) {
            let indent = " ".repeat(12);
            let lines = wrap::words(&sanitize::screen(&value), &indent, self.width);
            let rest = lines.strip_prefix(&indent).unwrap_or(&lines);
            let _ =
                write!(text, "  {}{rest}", self.paint.paint(style::FAINT, &format!("{title:<10}")));
        }
        for note in &report.notes {
            text += &self.lines(&format!("note: {note}"), "  ", style::WARN);
        }
        text
    }
}

fn of_word(word: ScoreWord) -> Style {
    match word {
        ScoreWord::Excellent | ScoreWord::Good => style::GOOD,
        ScoreWord::Fair | ScoreWord::Poor => style::WARN,
        ScoreWord::Critical => style::BAD,
    }
}

fn of_letter(letter: Letter) -> Style {
    match letter {
        Letter::A | Letter::B => style::GOOD,
        Letter::C | Letter::D => style::WARN,
        Letter::F => style::BAD,
    }
}

fn of_reliability(word: ReliabilityWord) -> Style {
    match word {
        ReliabilityWord::Excellent | ReliabilityWord::Good => style::GOOD,
        ReliabilityWord::NeedsAttention => style::BAD,
    }
}

fn of_points(points: f64) -> Style {
    match points {
        points if points >= 75.0 => style::GOOD,
        points if points >= 40.0 => style::WARN,
        _ => style::BAD,
    }
}
