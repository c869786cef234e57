//! The report in two or three sentences, for a reader who reads no more.

use crate::model::{Comparison, GradeBasis, Report, Statement, StatementKind};
use crate::text::units;

/// Returns the sentences: the state, the verdict, the next step.
pub(super) fn summary(report: &Report, comparison: &Comparison) -> Vec<Statement> {
    // Whoever reads no more must know it before the score.
    let missing = comparison.parts_missing.iter().map(|text| {
        let evidence = "the parts that are there are listed by `perf-report show`".to_owned();
        sentence(StatementKind::Verdict, text.clone(), evidence)
    });
    let mut sentences: Vec<Statement> = missing.collect();
    sentences.extend([state(report), verdict(report, comparison)]);
    sentences.extend(next(report));
    sentences
}

fn sentence(kind: StatementKind, text: String, evidence: String) -> Statement {
    Statement { kind, text, evidence, name: None, cost_ns: None, change_pct: None, p_value: None }
}

/// Returns the score, the grade, and the reliability.
fn state(report: &Report) -> Statement {
    let mut said = Vec::new();
    let mut grounds = Vec::new();
    if let Some(score) = &report.score {
        let about = if score.approximate { "about " } else { "" };
        said.push(format!("the run scores {about}{:.0} of 100, {}", score.value, score.word));
        let parts: Vec<String> = score
            .parts
            .iter()
            .map(|part| format!("{} {:.0}", part.category.word(), part.value))
            .collect();
        grounds.push(parts.join(", "));
        grounds.extend(
            score.caps.first().map(|cap| format!("at most {:.0}: {}", cap.at_most, cap.reason)),
        );
    }
    if let Some(grade) = &report.grade {
        said.push(format!("grade {}", grade.letter));
        if grade.basis == GradeBasis::Targets {
            grounds.push(format!(
                "{} of {} met",
                grade.met,
                units::plural(grade.targets, "target")
            ));
        }
    }
    let reliability = &report.reliability;
    if let (Some(word), Some((low, high))) = (reliability.word, reliability.interval_pct) {
        let (good, of) = (reliability.succeeded, reliability.of);
        said.push(format!("its reliability is {word}"));
        grounds.push(format!(
            "{good} of {} succeeded ({low:.0}–{high:.0} %)",
            units::plural(of, "run")
        ));
    }
    if said.is_empty() {
        said.push("nothing is known by which the run could be scored".to_owned());
    }
    sentence(StatementKind::Score, joined(&said), grounds.join("; "))
}

fn joined(said: &[String]) -> String {
    match said {
        [first @ .., last] if !first.is_empty() => format!("{}, and {last}", first.join(", ")),
        all => all.concat(),
    }
}

/// Returns what became worse and what became better, with the cost of it.
fn verdict(report: &Report, comparison: &Comparison) -> Statement {
    let judged = format!(
        "judged {} of {} values",
        units::count(comparison.judged),
        units::count(comparison.of)
    );
    let worse = count(&report.went_badly, StatementKind::Regression);
    let better = count(&report.went_well, StatementKind::Improvement);
    let missed = count(&report.went_badly, StatementKind::Target);
    let cost = |all: &[Statement]| all.iter().filter_map(|it| it.cost_ns).sum::<f64>();
    let mut said = Vec::new();
    if let Some(failure) = report.went_badly.iter().find(|it| is_failure(it.kind)) {
        said.push(if failure.kind == StatementKind::Failure {
            failure.evidence.clone()
        } else {
            failure.text.clone()
        });
    }
    if worse > 0 {
        let cost = cost(&report.went_badly);
        let costing = if cost > 0.0 {
            format!(", at {} a run", units::duration(cost))
        } else {
            String::new()
        };
        said.push(format!("{} worse for certain{costing}", units::they_are(worse, "thing")));
    }
    if missed > 0 {
        said.push(format!("{} missed", units::they_are(missed, "target")));
    }
    if better > 0 {
        let saved = -cost(&report.went_well);
        let saving = if saved > 0.0 {
            format!(", saving {} a run", units::duration(saved))
        } else {
            String::new()
        };
        said.push(format!("{} better{saving}", units::they_are(better, "thing")));
    }
    said.extend(comparison.shifts().map(|shift| {
        let beside = if shift.taken_off { ", and each is judged beside that" } else { "" };
        format!("everything measured moved by {}{beside}", units::change(shift.change_pct))
    }));
    let against = report.baseline.as_ref().map(|name| format!("against {name}"));
    if said.is_empty() {
        said.push(match &against {
            Some(against) => format!("nothing is known to have changed {against}"),
            None => "there is no baseline, so nothing says whether it became slower".to_owned(),
        });
    }
    let grounds =
        against.map_or_else(|| "no baseline".to_owned(), |against| format!("{judged} {against}"));
    sentence(StatementKind::Verdict, joined(&said), grounds)
}

fn is_failure(kind: StatementKind) -> bool {
    matches!(kind, StatementKind::Failure | StatementKind::Tests | StatementKind::Errors)
}

fn count(all: &[Statement], kind: StatementKind) -> u64 {
    all.iter().filter(|it| it.kind == kind).count() as u64
}

/// Returns the first recommendation, or that a budget is near.
fn next(report: &Report) -> Option<Statement> {
    let first = report.advice.first()?;
    let about = first.function.as_ref().map_or_else(String::new, |name| format!(" of {name}"));
    let text = format!("the first step is the advice {}{about}: {}", first.rule, first.saves);
    Some(sentence(StatementKind::Advice, text, first.evidence.clone()))
}
