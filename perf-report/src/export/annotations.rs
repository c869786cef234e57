//! Annotations of GitHub Actions: workflow commands, a line each, which pull requests show at the lines of the
//! change.
//!
//! The worst come first, for GitHub drops what is beyond [`MOST`] of a kind in a step without a word. So the
//! last one of a kind says how many are left out. A function has one, whichever of its metrics is worst.
//!
//! | finding | kind |
//! |---|---|
//! | fails `check`: a regression, an exceeded budget | `error` |
//! | somewhat worse, or advice only; nothing was judged at all; what was judged is not whole | `warning` |
//! | worse, and accepted; could not be judged, one for all | `notice` |

use std::collections::HashMap;
use std::fmt::Write as _;

use super::judged::{self, Judged, Outcome, Subject};
use crate::model::{Comparison, Verdict};
use crate::render;
use crate::text::sanitize;

/// Annotations of a kind that GitHub shows of a step.
const MOST: usize = 10;
/// Characters of a message.
const LONGEST: usize = 1_000;

/// A kind of annotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Error,
    Warning,
    Notice,
}

/// An annotation, before it is a command.
#[derive(Debug)]
struct Annotation {
    kind: Kind,
    title: String,
    message: String,
    /// Path from the root of the repository, and line.
    place: Option<(String, u32)>,
}

/// Returns the annotations of a comparison, a command a line. `in_repository` makes the path of a source file
/// one from the root of the repository; `None` where the file is not in it, and then no line is annotated.
/// Nothing is said of what is fine.
///
/// ```no_run
/// use perf_report::{Project, export};
///
/// let project = Project::open(".")?;
/// let (baseline, current) = (project.baseline("main")?, project.run("latest")?);
/// let comparison = project.check(&baseline, &current, &project.settings()?)?;
/// print!("{}", export::annotations(&comparison, |file| Some(file.to_owned())));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn annotations(
    comparison: &Comparison,
    in_repository: impl Fn(&str) -> Option<String>,
) -> String {
    let rows = judged::of(comparison, std::iter::empty());
    let mut all = of_rows(&rows, &in_repository);
    all.extend(of_whole(comparison, rows.is_empty()));
    let mut text = String::new();
    for kind in [Kind::Error, Kind::Warning, Kind::Notice] {
        write_kind(&mut text, kind, all.iter().filter(|it| it.kind == kind).collect());
    }
    text
}

/// Makes an annotation for each function, metric and command that is worse, by its worst row.
fn of_rows(
    rows: &[Judged<'_>],
    in_repository: &impl Fn(&str) -> Option<String>,
) -> Vec<Annotation> {
    let mut all: Vec<Annotation> = Vec::new();
    let mut seen: HashMap<(&str, Subject), (usize, Vec<&str>)> = HashMap::new();
    for row in rows {
        let Some(kind) = kind(row.outcome) else { continue };
        if let Some((_, also)) = seen.get_mut(&(row.name, row.subject)) {
            also.push(&row.what);
            continue;
        }
        seen.insert((row.name, row.subject), (all.len(), Vec::new()));
        let place = row.place.and_then(|(file, line)| Some((in_repository(file)?, line.max(1))));
        // A path that cannot be shown as it is names no file.
        let place = place.filter(|(file, _)| sanitize::screen(file) == file.as_str());
        all.push(Annotation {
            kind,
            title: format!("perf-track: {}", word(row)),
            message: format!("{}: {}", row.name, row.reason),
            place,
        });
    }
    for (at, also) in seen.into_values().filter(|(_, also)| !also.is_empty()) {
        let _ = write!(all[at].message, "; also {}", also.join(", "));
    }
    all
}

fn kind(outcome: Outcome) -> Option<Kind> {
    match outcome {
        Outcome::Failed => Some(Kind::Error),
        Outcome::Advice | Outcome::Worse => Some(Kind::Warning),
        Outcome::Accepted => Some(Kind::Notice),
        Outcome::Open | Outcome::Fine => None,
    }
}

fn word(row: &Judged<'_>) -> &'static str {
    match row.outcome {
        Outcome::Advice => "worse, by advice only",
        Outcome::Accepted => "worse, and accepted",
        _ if row.is_budget => "over budget",
        _ => row.verdict.word(),
    }
}

/// Makes the annotations on the comparison as a whole: a report without any is taken for a good run.
fn of_whole(comparison: &Comparison, is_empty: bool) -> Vec<Annotation> {
    let about = |kind, title: &str, message: String| Annotation {
        kind,
        title: format!("perf-track: {title}"),
        message,
        place: None,
    };
    let mut all = Vec::new();
    if !comparison.missing.is_empty() {
        let missing = comparison.missing.join(", ");
        all.push(about(Kind::Warning, "what was judged is not whole", missing));
    }
    if is_empty {
        let why = comparison.notes.first().map_or("there is no baseline", String::as_str);
        all.push(about(Kind::Warning, "nothing was judged", why.to_owned()));
    } else if comparison.verdict == Verdict::Inconclusive {
        let sentence = render::headline(comparison).sentence;
        all.push(about(Kind::Notice, "inconclusive", sentence));
    }
    all
}

/// Writes the annotations of a kind, as many as are shown.
fn write_kind(text: &mut String, kind: Kind, all: Vec<&Annotation>) {
    let shown = if all.len() > MOST { MOST - 1 } else { all.len() };
    let left_out = all.len() - shown;
    for annotation in all.into_iter().take(shown) {
        write_one(text, annotation);
    }
    if left_out > 0 {
        write_one(
            text,
            &Annotation {
                kind,
                title: format!("perf-track: and {left_out} more"),
                message: format!("and {left_out} more: the summary of the job has them"),
                place: None,
            },
        );
    }
}

fn write_one(text: &mut String, annotation: &Annotation) {
    let Annotation { kind, title, message, place } = annotation;
    let command = match kind {
        Kind::Error => "error",
        Kind::Warning => "warning",
        Kind::Notice => "notice",
    };
    let place = place
        .as_ref()
        .map_or_else(String::new, |(file, line)| format!("file={},line={line},", property(file)));
    let title = property(title);
    let message = sanitize::cut(sanitize::screen(message).into_owned(), LONGEST);
    // Writing to a String cannot fail.
    let _ = writeln!(text, "::{command} {place}title={title}::{}", data(&message));
}

/// Returns text for the value of a property, which a comma or colon would end.
fn property(text: &str) -> String {
    data(&sanitize::screen(text)).replace(':', "%3A").replace(',', "%2C")
}

/// Returns text for the message, as GitHub escapes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RunDocument, samples};
    use crate::verdict::{Limits, alone, compare};

    fn of(old: &RunDocument, new: &RunDocument) -> String {
        let comparison = compare(old, new, &Limits::default());
        annotations(&comparison, |file| Some(format!("app/{file}")))
    }

    #[test]
    fn the_worst_come_first_and_a_function_has_one() {
        insta::assert_snapshot!(of(&samples::typical(), &samples::changed()));
    }

    #[test]
    fn nothing_is_said_of_what_is_fine_and_something_of_what_is_not_judged() {
        let run = samples::typical();
        let comparison = compare(&run, &run, &Limits::default());
        let text = annotations(&comparison, |_| None);
        assert!(!text.contains("::error") && !text.contains("::warning"), "{text}");
        let comparison = alone(&run, &Limits::default(), "there is no baseline yet".to_owned());
        assert_eq!(
            annotations(&comparison, |_| None).lines().next(),
            Some("::warning title=perf-track%3A nothing was judged::there is no baseline yet")
        );
    }

    /// Returns two runs of so many functions of these names; in the second each is called three times as often.
    fn slower(names: impl Iterator<Item = String>) -> [RunDocument; 2] {
        let mut old = samples::typical();
        let template = old.functions[0].clone();
        old.functions = names
            .map(|name| crate::model::Function { name, calls: 100, ..template.clone() })
            .collect();
        old.tree.clear();
        let mut new = old.clone();
        new.run.id = "20261129T000000-ffffff".into();
        new.functions.iter_mut().for_each(|function| function.calls = 300);
        [old, new]
    }

    #[test]
    fn there_are_ten_of_a_kind_and_the_last_says_how_many_are_left_out() {
        for (functions, lines) in [(10, 10), (11, 10), (500, 10)] {
            let [old, new] = slower((0..functions).map(|at| format!("app::f{at}")));
            let text = of(&old, &new);
            let errors: Vec<_> = text.lines().filter(|line| line.starts_with("::error")).collect();
            assert_eq!(errors.len(), lines, "{text}");
            let more = format!("and {} more: the summary of the job has them", functions - 9);
            assert_eq!(errors[lines - 1].contains(&more), functions > 10, "{text}");
        }
    }

    #[test]
    fn no_name_is_a_command_or_ends_its_property() {
        let names = super::super::corpus::names();
        let hostile = [
            "a\n::error::b",
            "a\r\n::set-output name=x::y",
            "f,line=1::x",
            "%0A::warning::",
            "##[error]x",
            "\u{202e}rtl",
            "\u{1b}[31mred",
        ];
        let all = names.into_iter().chain(hostile.map(str::to_owned));
        for name in all {
            let [old, new] = slower(std::iter::once(name.clone()));
            for line in of(&old, &new).lines() {
                assert!(
                    line.starts_with("::error file=") || line.starts_with("::warning "),
                    "{line:?}"
                );
                let rest = line.trim_start_matches("::");
                let (properties, message) = rest.split_once("::").unwrap();
                assert!(
                    properties.matches('=').count() >= 1 && !properties.contains(':'),
                    "{line:?}"
                );
                assert!(properties.split(',').all(|it| it.contains('=')), "{line:?}");
                assert_eq!(sanitize::screen(message), message, "{line:?}");
                let bad =
                    message.match_indices('%').find(|(at, _)| !message[*at..].starts_with("%25"));
                assert_eq!(bad, None, "{line:?}");
            }
        }
    }

    #[test]
    fn a_file_outside_of_the_repository_has_no_line() {
        let comparison = compare(&samples::typical(), &samples::changed(), &Limits::default());
        let text = annotations(&comparison, |_| None);
        assert!(text.contains("::error title=") && !text.contains("file="), "{text}");
    }
}
