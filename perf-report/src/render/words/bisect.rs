//! The words about a search for the commit that changed a metric.

use std::fmt::Write as _;

use super::facts::short_commit;
use crate::model::{BisectCommit, BisectDocument, BisectState, BisectStep, CommitState, Metric};
use crate::stats::number::float;
use crate::text::{sanitize, units};

/// Columns of the chart of levels.
const CHART: usize = 32;

/// Commits that a range names.
const NAMED: usize = 12;

/// Says in a line how the search ended.
pub(crate) fn headline(document: &BisectDocument) -> String {
    let [good, bad] = [&document.question.good_name, &document.question.bad_name]
        .map(|name| sanitize::screen(name).into_owned());
    let steps = document.steps.len() as u64;
    match document.state {
        BisectState::NotReproduced if document.rounds.is_empty() => {
            format!("{good} and {bad} run the same bytes: nothing changed between them")
        }
        BisectState::NotReproduced => format!("{good} and {bad} do not differ"),
        BisectState::Open => {
            format!("not known yet: the search from {good} to {bad} is not at its end")
        }
        BisectState::Found if steps == 1 => {
            format!("found the commit that changed the {}", metric(document))
        }
        BisectState::Found => {
            format!(
                "found {} that changed the {}",
                units::plural(steps, "commit"),
                metric(document)
            )
        }
        BisectState::Range => format!(
            "found commits of which one changed the {}, and that cannot be told apart",
            metric(document)
        ),
    }
}

/// Returns the name of the metric and what it is of: `self time of app::parse`.
pub(crate) fn metric(document: &BisectDocument) -> String {
    let word = &document.question.metric;
    let title = Metric::from_word(word).map_or(word.as_str(), |metric| metric.title());
    let title = sanitize::screen(title).into_owned();
    match &document.question.function {
        Some(function) => format!("{title} of {}", sanitize::screen(function)),
        None => title,
    }
}

/// Returns a value of the metric with its unit.
fn value(document: &BisectDocument, value: f64) -> String {
    Metric::from_word(&document.question.metric)
        .map_or_else(|| units::number(value), |metric| metric.number(value))
}

/// Names a commit: hash and subject.
pub(crate) fn named(commit: &BisectCommit) -> String {
    let subject = sanitize::cut(sanitize::screen(&commit.subject).into_owned(), 100);
    format!("{} {subject}", short_commit(&commit.commit))
}

/// Names the author and the day of a commit.
pub(crate) fn author(commit: &BisectCommit) -> String {
    let author = sanitize::cut(sanitize::screen(&commit.author).into_owned(), 60);
    let day: String = sanitize::screen(&commit.date).chars().take(10).collect();
    format!("{author}, {day}")
}

/// Names the commits that may have made a change, and how many more there are.
pub(crate) fn suspects<'a>(
    document: &'a BisectDocument,
    step: &BisectStep,
) -> (Vec<&'a BisectCommit>, usize) {
    let all: Vec<&BisectCommit> =
        step.commits.iter().filter_map(|at| document.commits.get(*at)).collect();
    let more = all.len().saturating_sub(NAMED);
    (all.into_iter().take(NAMED).collect(), more)
}

/// Describes a change: `wall time 31.2 ms → 32.8 ms (+5.1 %, likely +4.2 to +6.0 %)`.
pub(crate) fn change(document: &BisectDocument, step: &BisectStep) -> String {
    let [before, after] = [step.value_before, step.value_after].map(|it| value(document, it));
    let size = step.change_pct.map(units::change);
    let likely = step.interval_pct.map(|interval| format!("likely {}", units::range(interval)));
    let about: Vec<String> = size.into_iter().chain(likely).collect();
    let about = if about.is_empty() { String::new() } else { format!(" ({})", about.join(", ")) };
    format!("{} {before} → {after}{about}", metric(document))
}

/// Says how certain a change is.
pub(crate) fn certainty(document: &BisectDocument, step: &BisectStep) -> String {
    let sure = sure(step.posterior);
    let [before, after] = [step.before, step.after].map(|at| {
        document.commits.get(at).map(|commit| short_commit(&commit.commit)).unwrap_or_default()
    });
    if step.commits.len() > 1 {
        let skipped = step.commits.iter().filter_map(|at| document.commits.get(*at));
        let skipped = skipped.filter(|commit| commit.state.is_skipped()).count() as u64;
        let why = match skipped {
            0 => String::new(),
            some => format!(", of which {} cannot be built or measured", units::count(some)),
        };
        let number = units::plural(step.commits.len() as u64, "commit");
        return format!("{sure} sure that it is one of {number}{why}");
    }
    if document.exact {
        return format!("{before} has the one value, {after} the other");
    }
    if step.confirmed {
        format!("{sure} sure; it differs from {before} when both run in turn")
    } else {
        format!("{sure} sure, but run in turn with {before} it does not differ with certainty")
    }
}

/// Writes a probability without claiming more than can be known.
fn sure(share: f64) -> String {
    if share > 0.995 { "over 99 %".to_owned() } else { units::percent((share * 100.0).round()) }
}

/// Says what it took, and what plain bisection would have taken.
pub(crate) fn effort(document: &BisectDocument) -> String {
    let cost = &document.cost;
    let mut parts = Vec::new();
    if cost.failed_builds > 0 {
        parts.push(format!("{} failed", units::count(cost.failed_builds)));
    }
    if cost.identical_builds > 0 {
        parts.push(format!("{} with the bytes of another", units::count(cost.identical_builds)));
    }
    let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
    let mut text = format!(
        "{}{parts} and {} in {}",
        units::plural(cost.builds, "build"),
        units::plural(cost.runs, "run"),
        units::duration(float(cost.elapsed_ns)),
    );
    let is_known = !matches!(document.state, BisectState::NotReproduced);
    if is_known && cost.plain_runs > 0 {
        let _ = write!(
            text,
            "; plain bisection, to be as certain: {} and {}",
            units::plural(cost.plain_builds, "build"),
            units::plural(cost.plain_runs, "run"),
        );
    }
    text
}

/// Says what else must be known.
pub(crate) fn notes(document: &BisectDocument) -> Vec<String> {
    let mut notes: Vec<String> =
        document.notes.iter().map(|note| sanitize::screen(note).into_owned()).collect();
    if document.state == BisectState::NotReproduced && !document.rounds.is_empty() {
        notes.push(
            "another --metric may show what changed, such as wall, cpu or peak-memory; more rounds \
             (--max-rounds) see a smaller change"
                .to_owned(),
        );
    }
    for commit in document.commits.iter().filter(|commit| commit.state.is_skipped()).take(NAMED) {
        let what = match commit.state {
            CommitState::Unbuildable => "cannot be built",
            _ => "cannot be measured",
        };
        let why = commit.why.as_deref().unwrap_or_default();
        // The last line is mostly what a compiler sums up with.
        let why = why.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let why = sanitize::cut(sanitize::screen(why.trim()).into_owned(), 120);
        notes.push(format!("{} {what}: {why}", short_commit(&commit.commit)));
    }
    notes
}

/// Draws a line for each commit that was looked at, oldest first: its runs and its level, from that of the
/// good end on the left to that of the bad end on the right.
pub(crate) fn chart(document: &BisectDocument) -> Vec<String> {
    let looked = |(at, commit): &(usize, &BisectCommit)| {
        commit.runs > 0 || commit.state != CommitState::Untouched || is_culprit(document, *at)
    };
    let all: Vec<_> = document.commits.iter().enumerate().filter(looked).collect();
    if all.len() < 2 || document.rounds.is_empty() {
        return Vec::new();
    }
    let changes = || all.iter().filter_map(|(_, commit)| commit.change_pct);
    let (low, high) =
        changes().fold((0.0_f64, 0.0_f64), |(low, high), it| (low.min(it), high.max(it)));
    let mut lines = vec!["commit           runs".to_owned()];
    let mut before = None;
    for (at, commit) in all {
        let skipped = before.map_or(0, |before: usize| at.saturating_sub(before + 1));
        if skipped > 0 {
            lines.push(format!("  … {}", units::plural(skipped as u64, "commit")));
        }
        before = Some(at);
        let sign = if is_culprit(document, at) { '▶' } else { ' ' };
        let hash = short_commit(&commit.commit);
        let level = match (commit.state.is_skipped(), commit.change_pct) {
            (true, _) => "left out".to_owned(),
            (false, Some(change)) => {
                let place = column_of(change, (low, high));
                let zero = column_of(0.0, (low, high));
                let row: String = (0..=CHART)
                    .map(|column| match column {
                        _ if column == place => '●',
                        _ if column == zero => '│',
                        _ => ' ',
                    })
                    .collect();
                format!("{row}  {}{}", units::change(change), end(document, at))
            }
            (false, None) => "built, not run".to_owned(),
        };
        lines.push(format!("{sign} {hash:<12} {:>6}  {level}", units::count(commit.runs)));
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

/// Returns the name of an end, with a gap before it.
fn end(document: &BisectDocument, at: usize) -> &'static str {
    match at {
        0 => "  good end",
        at if at + 1 == document.commits.len() => "  bad end",
        _ => "",
    }
}

fn is_culprit(document: &BisectDocument, at: usize) -> bool {
    document.state != BisectState::NotReproduced
        && document.steps.iter().any(|step| {
            step.commits == [at] || (step.commits.len() <= NAMED && step.commits.contains(&at))
        })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the chart")]
fn column_of(change: f64, (low, high): (f64, f64)) -> usize {
    let span = (high - low).max(f64::MIN_POSITIVE);
    (((change - low) / span).clamp(0.0, 1.0) * float(CHART as u64)).round() as usize
}
