//! The words of a report: the score with its explanation, the grade, the reliability, the details.

use super::facts;
use crate::model::{
    Advice, BenchDetails, Breach, Category, Details, Grade, Report, Scale, Score, ScorePart,
};
use crate::stats::number::{float, whole};
use crate::text::{sanitize, units};

/// Returns a score for people: `81`, or `~81` of fewer than three runs.
pub(crate) fn value(score: &Score) -> String {
    format!("{}{}", if score.approximate { "~" } else { "" }, points(score.value))
}

/// Returns points with one digit where it says something: `79.5`, `90`.
pub(crate) fn points(points: f64) -> String {
    let text = format!("{points:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// Returns the ends of a score, where they differ: ` (79 to 83)`.
pub(crate) fn ends(score: &Score) -> String {
    let [low, high] = [score.low, score.high].map(points);
    if low == high { String::new() } else { format!(" ({low} to {high})") }
}

/// Returns a weight as it is multiplied with: `.30`.
fn weight(weight: f64) -> String {
    let text = format!("{weight:.2}");
    text.strip_prefix('0').map_or_else(|| text.clone(), str::to_owned)
}

/// Returns the score with all that it is made of, a piece an item: `score 81 GOOD (79 to 83) = time 79.5 × .30`,
/// `memory 92 × .25`, and behind them the scale and the parts that are missing.
pub(crate) fn explained(score: &Score) -> String {
    let parts: Vec<String> = score
        .parts
        .iter()
        .map(|it| format!("{} {} × {}", it.category.word(), points(it.value), weight(it.weight)))
        .collect();
    let sum = parts.join(" + ");
    let capped = score.uncapped > score.value;
    let sum = match score.caps.first().filter(|_| capped) {
        Some(cap) => {
            format!("at most {} of {} = {sum}", points(cap.at_most), points(score.uncapped))
        }
        None => sum,
    };
    let all = Category::ALL.len();
    let known = match score.parts.len() {
        known if known == all => String::new(),
        known => format!(" · {known} of {all} parts"),
    };
    format!(
        "score {} {}{} = {sum} · {}{known}",
        value(score),
        score.word,
        ends(score),
        scales(&score.parts)
    )
}

/// Returns the score with all that it is made of, and the grade behind it.
pub(crate) fn explained_with(score: &Score, grade: Option<&Grade>) -> String {
    let grade = grade.map_or_else(String::new, |grade| format!(" · grade {}", grade.letter));
    explained(score) + &grade
}

/// Returns the scale of all parts, or those of each. Success has one of its own, which is not named.
fn scales(parts: &[ScorePart]) -> String {
    let scaled: Vec<&ScorePart> =
        parts.iter().filter(|part| part.category != Category::Success).collect();
    let mut kinds: Vec<Scale> = scaled.iter().map(|part| part.scale).collect();
    kinds.sort();
    kinds.dedup();
    match kinds.as_slice() {
        [] => "scale: built-in".to_owned(),
        [one] => format!("scale: {}", one.word()),
        several => {
            let of = |scale: &Scale| {
                let names = scaled.iter().filter(|part| part.scale == *scale);
                let names: Vec<&str> = names.map(|part| part.category.word()).collect();
                format!("{} for {}", scale.word(), names.join(", "))
            };
            format!("scales: {}", several.iter().map(of).collect::<Vec<_>>().join("; "))
        }
    }
}

/// Returns the caps and the parts that are left out, with their reasons. A reason that caps the grade as well is said
/// once.
pub(crate) fn reservations(score: &Score, grade: Option<&Grade>) -> Vec<String> {
    let of_grade = |reason: &str| {
        let cap = grade.and_then(|it| it.caps.iter().find(|cap| cap.reason == reason));
        cap.map_or_else(String::new, |cap| format!(", grade {} at best", cap.at_best))
    };
    let caps = score.caps.iter().map(|cap| {
        format!("at most {}{}: {}", points(cap.at_most), of_grade(&cap.reason), cap.reason)
    });
    let left = score
        .left_out
        .iter()
        .map(|it| format!("{} is left out: {}", it.category.word(), it.reason));
    caps.chain(left).collect()
}

/// Returns the grade with its grounds: `grade C: 3 of 4 targets met, 82.5 points`, and the caps that are its alone.
pub(crate) fn grade(report: &Report) -> Option<(String, Vec<String>)> {
    let grade = report.grade.as_ref()?;
    let from = match grade.targets {
        0 => "by the score, without targets".to_owned(),
        targets => {
            format!("{} of {} met", units::count(grade.met), units::plural(targets, "target"))
        }
    };
    let of_score = report.score.as_ref().map_or(&[][..], |score| &score.caps);
    let is_said = |reason: &str| of_score.iter().any(|cap| cap.reason == reason);
    let caps = grade.caps.iter().filter(|cap| !is_said(&cap.reason));
    let caps = caps.map(|cap| format!("at best {}: {}", cap.at_best, cap.reason));
    Some((format!("{from}, {} points", points(grade.points)), caps.collect()))
}

/// Returns the reliability: `20 of 20 runs succeeded (84–100 %)`.
pub(crate) fn reliability(report: &Report) -> String {
    let it = &report.reliability;
    let Some((low, high)) = it.interval_pct else { return "no run is known".to_owned() };
    let (good, of) = (units::count(it.succeeded), units::plural(it.of, "run"));
    let latest = it
        .latest_failure
        .as_ref()
        .map_or_else(String::new, |how| format!("; the latest failure: {how}"));
    format!("{good} of {of} succeeded ({low:.0}–{high:.0} %){latest}")
}

/// Returns the command on one line.
pub(crate) fn command(report: &Report) -> String {
    let words: Vec<_> = report.command.iter().map(|word| sanitize::screen(word)).collect();
    if words.is_empty() {
        "collected without a command".to_owned()
    } else {
        sanitize::line_start(&words.join(" "))
    }
}

/// Returns the run and the baseline.
pub(crate) fn origin(report: &Report) -> Vec<String> {
    let mut items = vec![format!("run {}", sanitize::screen(&report.run.id))];
    items.push(facts::time(&report.run.time));
    items.extend(report.run.commit.as_ref().map(|commit| {
        let short: String = commit.chars().take(9).collect();
        let dirty = if report.run.dirty { "+" } else { "" };
        format!("{}{dirty}", sanitize::screen(&short))
    }));
    items.push(match &report.baseline {
        Some(name) => format!("against {}", sanitize::screen(name)),
        None => "no baseline".to_owned(),
    });
    items
}

/// Returns a sentence with a capital letter and a full stop. One that begins with a name stays as it is.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let begins_with_a_word =
        text.split(' ').next().is_some_and(|word| word.chars().all(char::is_alphabetic));
    let text = match chars.next().filter(|_| begins_with_a_word) {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => text.to_owned(),
    };
    text + "."
}

/// Returns the subject of a recommendation: its function and its place.
pub(crate) fn subject(advice: &Advice) -> String {
    let place = advice.place.as_ref().map(ToString::to_string);
    let parts: Vec<String> = advice.function.clone().into_iter().chain(place).collect();
    if parts.is_empty() { "the run as a whole".to_owned() } else { parts.join(", ") }
}

/// Returns what silences a recommendation, on one line.
pub(crate) fn silence(advice: &Advice) -> String {
    advice.silence.replace('\n', " ")
}

/// Returns the pace behind a breach: `+1.2 % a run (+0.8 to +1.6 %) over 24 runs`.
pub(crate) fn pace(breach: &Breach) -> String {
    format!(
        "{} a run ({}) over the last {}",
        small_change(breach.slope_pct),
        [breach.slope_interval_pct.0, breach.slope_interval_pct.1].map(small_change).join(" to "),
        units::plural(breach.runs, "run"),
    )
}

/// Writes a change that may be a fraction of one per cent.
fn small_change(pct: f64) -> String {
    format!("{pct:+.2} %")
}

/// Returns what is said where a part of a report has nothing.
pub(crate) fn nothing(part: Part, report: &Report) -> String {
    match part {
        Part::Well if report.baseline.is_none() => {
            "nothing to say: there is no baseline to be better than, and no target that is met"
                .to_owned()
        }
        Part::Well => {
            "nothing to say: no change for the better is certain, and no target is set".to_owned()
        }
        Part::Badly => {
            "nothing to say: nothing failed, and no change for the worse is certain".to_owned()
        }
        Part::Next if report.silenced > 0 => "nothing to recommend that is not silenced".to_owned(),
        Part::Next => "nothing to recommend: no rule found anything in this run".to_owned(),
    }
}

/// A part of a report that may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Well,
    Badly,
    Next,
}

/// Returns the recommendations that are no next steps, in a line; `None` of none.
pub(crate) fn more_advice(report: &Report) -> Option<String> {
    more_of(report.advice.get(Report::NEXT_STEPS..).unwrap_or_default(), report.silenced)
}

/// Returns recommendations that are not shown in full, and the number of silenced ones, in a line; `None` of none.
pub(crate) fn more_of(more: &[Advice], silenced: u64) -> Option<String> {
    let silenced = match silenced {
        0 => String::new(),
        silenced => {
            format!("{} silenced by perf.toml", units::they_are(silenced, "recommendation"))
        }
    };
    if more.is_empty() {
        return Some(silenced).filter(|text| !text.is_empty());
    }
    let items: Vec<String> = more
        .iter()
        .map(|it| match &it.function {
            Some(name) => format!("{} ({name})", it.rule),
            None => it.rule.to_string(),
        })
        .collect();
    let silenced = if silenced.is_empty() { silenced } else { format!("; {silenced}") };
    Some(format!("also: {}{silenced}", items.join(", ")))
}

/// Returns the figures behind a report, a title and its value each.
pub(crate) fn details(details: &Details) -> Vec<(&'static str, String)> {
    let time = |ns: u64| units::duration(float(ns));
    let mut rows = vec![("runs", runs(details))];
    let mut used = Vec::new();
    used.extend(details.wall_ns.map(|ns| format!("wall {}", time(ns))));
    used.extend(details.cpu_ns.map(|ns| format!("CPU {}", time(ns))));
    used.extend(details.peak_rss_bytes.map(|bytes| format!("peak memory {}", units::bytes(bytes))));
    rows.push(("used", used.join(", ")));
    let calls = units::rough_count(float(details.calls));
    let calls = if details.calls < 10_000 { units::count(details.calls) } else { calls };
    let called = units::plural(details.functions, "function");
    let mut tracked =
        vec![format!("{called} called, {calls} calls, self time {}", time(details.self_ns))];
    tracked.extend((details.errors > 0).then(|| units::plural(details.errors, "error")));
    tracked.extend((details.panics > 0).then(|| units::plural(details.panics, "panic")));
    let has_functions = details.functions > 0 || details.benchmarks.is_none();
    rows.push(("tracked", if has_functions { tracked.join(", ") } else { String::new() }));
    rows.push(("measured", details.benchmarks.as_ref().map_or_else(String::new, benchmarks)));
    rows.push(("tests", tests(details)));
    let met = units::count(details.targets_met);
    let targets = format!("{met} of {} met", units::count(details.targets));
    rows.push(("targets", if details.targets > 0 { targets } else { String::new() }));
    let judged = format!("{} of {} values", units::count(details.judged), units::count(details.of));
    rows.push(("judged", if details.of > 0 { judged } else { String::new() }));
    rows.push(("machine", details.machine.clone()));
    rows.push(("build", details.build.clone()));
    rows.retain(|(_, value)| !value.is_empty());
    rows
}

fn benchmarks(it: &BenchDetails) -> String {
    let mut said = vec![units::plural(it.count, "benchmark")];
    if it.ended_badly > 0 {
        said.push(format!("{} did not end well", units::count(it.ended_badly)));
    }
    if let Some(slowest) = &it.slowest {
        let time = units::duration(slowest.mean_ns);
        said.push(format!("the slowest {} with {time}", sanitize::screen(&slowest.name)));
    }
    for (count, word) in [(it.slower, "slower"), (it.faster, "faster")] {
        if count > 0 {
            said.push(format!("{} {word} for certain", units::count(count)));
        }
    }
    said.join(", ")
}

fn runs(details: &Details) -> String {
    let judged = units::they_are(details.runs, "run");
    let baseline = match details.baseline_runs {
        0 => String::new(),
        runs => format!(" against {}", units::count(runs)),
    };
    let range = details.first_time.as_deref().zip(details.latest_time.as_deref());
    let range = range.map_or_else(String::new, |(first, latest)| {
        format!(", {} to {}", facts::time(first), facts::time(latest))
    });
    let stored = match details.stored_runs {
        0 => "none stored".to_owned(),
        runs => format!("{} of the command stored{range}", units::count(runs)),
    };
    format!("{judged} judged{baseline}; {stored}")
}

fn tests(details: &Details) -> String {
    let of = |count: Option<u64>, word: &str| {
        count.filter(|count| *count > 0).map(|count| format!("{} {word}", units::count(count)))
    };
    let all = [
        of(details.tests_passed, "passed"),
        of(details.tests_failed, "failed"),
        of(details.tests_ignored, "ignored"),
        of(details.tests_flaky, "flaky"),
    ];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Returns a bar of `width` columns for points.
pub(crate) fn bar(points: f64, width: usize) -> String {
    let eighths =
        usize::try_from(whole((points / 100.0 * float(width as u64)).round())).unwrap_or(0);
    let full = eighths.min(width);
    "█".repeat(full) + &"░".repeat(width - full)
}
