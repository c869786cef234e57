//! Documents as Markdown for pull requests and job summaries: the verdict first, what did not change
//! folded away, and nothing that grows beyond what GitHub takes.

use std::fmt::Write as _;

use super::estimates::{self, Mark};
use super::findings::{self, Finding};
use super::human::{self, value};
use super::{
    Screen, Selection, costs, evidence, facts, futures, interleaved, memory, self_test as gate,
    sentences, tree,
};
use crate::model::{
    Comparison, Contender, Function, OverheadDocument, RunDocument, SelfTestDocument, SelfTestRow,
    Side, StacksDocument, Verdict,
};
use crate::stats::number::{float, share_pct};
use crate::text::sanitize::{
    self, markdown as code, markdown_cell as cell, markdown_sentence as escape,
    markdown_sentence_cell as escape_cell,
};
use crate::text::units;

/// The longest table, in bytes: a comment on GitHub holds 65,536 characters, and has two of them.
const LONGEST_TABLE: usize = 24_000;

/// A run: what was run, its functions, what is missing.
pub fn run(run: &RunDocument, selection: &Selection) -> String {
    let selected = selection.select(run);
    let mut text = heading(run);
    let errors = run.functions.iter().any(|f| f.classifies_errors || f.errors > 0);
    let panics = run.functions.iter().any(|f| f.panics > 0);
    let cancelled = run.functions.iter().any(|f| f.cancelled > 0);
    let mut titles = vec!["function", "calls"];
    titles.extend(errors.then_some("errors"));
    titles.extend(panics.then_some("panics"));
    titles.extend(cancelled.then_some("cancelled"));
    let recorder = selected.shown.iter().any(|f| estimates::is_notable(f));
    titles.extend(["self", "self %"]);
    titles.extend(recorder.then_some("recorder"));
    titles.extend(["total", "mean", "p50", "p95", "p99", "max"]);
    let futures = futures::columns(run);
    titles.extend(futures.iter().map(|column| column.title()));
    let memory = memory::columns(run);
    titles.extend(memory.iter().map(|column| column.title()));
    let own = run.own_ns();
    let rows = selected.shown.iter().map(|f| {
        let mut row = vec![cell(&f.name), units::count(f.calls)];
        row.extend(errors.then(|| units::count(f.errors)));
        row.extend(panics.then(|| units::count(f.panics)));
        row.extend(cancelled.then(|| units::count(f.cancelled)));
        row.push(sum(f, Mark::of_self(f), f.self_ns));
        row.push(estimates::share(f, share_pct(f.self_ns, own)));
        row.extend(recorder.then(|| recorder_share(f)));
        row.push(sum(f, Mark::of_total(f), f.total_ns));
        row.extend(times(f));
        row.extend(futures.iter().map(|column| future(column.value(f))));
        row.extend(memory.iter().map(|column| column.value(f).unwrap_or_else(|| "·".to_owned())));
        row
    });
    let (table, left_out) = table(&titles, rows);
    if !selected.shown.is_empty() || run.metrics.is_empty() {
        text += &table;
    }
    let hidden = selected.beyond.len() + left_out;
    if hidden > 0 {
        let _ = writeln!(text, "\n… and {}", units::plural(hidden as u64, "more function"));
    }
    if !selected.never_called.is_empty() {
        let names: Vec<_> =
            selected.never_called.iter().take(20).map(|function| code(&function.name)).collect();
        let count = units::plural(selected.never_called.len() as u64, "tracked function");
        let verb = if selected.never_called.len() == 1 { "was" } else { "were" };
        let more = if selected.never_called.len() > names.len() { ", …" } else { "" };
        let _ = writeln!(text, "\n{count} {verb} never called: {}{more}", names.join(", "));
    }
    if !run.metrics.is_empty() {
        text.push('\n');
        text += &metrics_table(run, selection);
    }
    let about = futures::explained(run).into_iter().chain(estimates::beside(run));
    let about = about.chain(estimates::lines(run));
    text + &notes(about.chain(facts::unfinished(run)).chain(facts::problems(run)))
}

/// What the programs of a run told of themselves.
pub fn run_metrics(run: &RunDocument, selection: &Selection) -> String {
    heading(run) + &metrics_table(run, selection)
}

fn metrics_table(run: &RunDocument, selection: &Selection) -> String {
    let (shown, beyond) = selection.select_metrics(run);
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), units::number);
    let rows = shown.iter().map(|metric| {
        vec![
            cell(&metric.name),
            metric.kind.to_string(),
            value(metric).unwrap_or_else(|| "–".to_owned()),
            number(metric.min),
            number(metric.max),
            number(metric.mean),
            metric.samples.map_or_else(|| "–".to_owned(), units::count),
        ]
    });
    let titles = ["metric", "kind", "value", "min", "max", "mean", "samples"];
    let (mut text, left_out) = table(&titles, rows);
    let hidden = beyond + left_out;
    if hidden > 0 {
        let _ = writeln!(text, "\n… and {}", units::plural(hidden as u64, "more metric"));
    }
    text
}

/// The calling-context tree of a run, as it looks on a screen.
pub fn run_tree(run: &RunDocument, all: bool) -> String {
    let drawn = tree::plain(run, all, Screen { width: 120, styled: false });
    heading(run) + &fenced(&drawn) + &notes(estimates::lines(run).into_iter())
}

/// Stacks as they look on a screen.
pub fn stacks(document: &StacksDocument) -> String {
    fenced(&human::stacks(document, Screen { width: 120, styled: false }))
}

/// What recording costs.
pub fn overhead(document: &OverheadDocument) -> String {
    let (word, rest) = costs::verdict(document);
    let mark = if document.met { "✅" } else { "❌" };
    let origin: Vec<_> = costs::origin(document).iter().map(|item| escape(item)).collect();
    let mut text = format!("### {mark} {word}: {rest}\n\n{}\n\n", origin.join(" · "));
    let titles =
        ["operation", "threads", "cost", "of bare", "mean", "p95", "min", "a second", "target"];
    let rows = document.rows.iter().map(|row| {
        vec![
            cell(row.operation.title()),
            units::count(row.threads.into()),
            units::duration(row.cost_ns),
            row.overhead_pct.map_or_else(|| "–".to_owned(), units::rough_percent),
            units::duration(row.mean_ns),
            units::duration(row.p95_ns),
            units::duration(row.min_ns),
            units::rough_count(row.per_second),
            costs::targets(row),
        ]
    });
    text += &table(&titles, rows).0;
    text + &notes(costs::missed(document).into_iter().chain(document.notes.iter().cloned()))
}

/// What a gate would catch.
pub fn self_test(document: &SelfTestDocument) -> String {
    let (word, rest) = gate::verdict(document);
    let mark = if document.blind == 0 { "✅" } else { "❌" };
    let rows = document.functions.iter().map(|row| {
        vec![
            cell(&row.name),
            format!("{:.1}", row.share_pct),
            gate::smallest(row),
            caught_by(row),
            gate::extra(row.extra_call).to_owned(),
            gate::extra(row.extra_error).to_owned(),
        ]
    });
    let titles = ["function", "self %", "caught from", "by", "one call more", "one error more"];
    let (table, left_out) = table(&titles, rows);
    let mut text = format!("### {mark} {word}: {rest}\n\n{table}");
    if left_out > 0 {
        let _ = writeln!(text, "\n… and {left_out} more; the JSON has them all.");
    }
    for row in gate::blind(document) {
        let _ = writeln!(text, "\n- blind for {}: {}", code(&row.name), escape(&row.reason));
    }
    text + &notes(std::iter::once(gate::ABOUT.to_owned()).chain(document.notes.iter().cloned()))
}

fn caught_by(row: &SelfTestRow) -> String {
    let (what, other) = gate::caught_by(row);
    other.map_or_else(|| what.clone(), |name| format!("{what} of {}", cell(name)))
}

/// Text as it is.
fn fenced(text: &str) -> String {
    let fence = "`".repeat(sanitize::longest_run(text, '`').max(2) + 1);
    format!("{fence}text\n{text}{fence}\n")
}

/// A comparison: the verdict, what changed, and the rest folded.
pub fn comparison(comparison: &Comparison) -> String {
    let findings = findings::findings(comparison);
    let mut text = format!("### {}\n\n", headline(comparison, &findings));
    let _ = writeln!(text, "{}", sides(comparison));
    let owed = evidence::whole(comparison).zip(evidence::causes_in_words(comparison));
    if let Some((whole, causes)) = owed {
        let _ = writeln!(text, "\n{}: {}.", escape(&whole), escape(&causes));
    }
    let exceeded: Vec<_> =
        comparison.budgets.iter().filter(|row| row.verdict >= Verdict::Degraded).collect();
    let (shown, quiet): (Vec<_>, Vec<_>) =
        findings.iter().partition(|finding| finding.main.verdict >= Verdict::Degraded);
    if !exceeded.is_empty() || !shown.is_empty() {
        text.push('\n');
        let budgets = exceeded.iter().map(|row| {
            let fails = row.verdict == Verdict::Regression;
            let word = if fails { "**over budget**" } else { "over budget" };
            vec![word.to_owned(), cell(&row.name), escape_cell(&row.reason)]
        });
        let rows = budgets.chain(shown.iter().map(|finding| row(finding)));
        text += &findings_table(rows);
    }
    if !quiet.is_empty() {
        let title = format!("{} with other changes", findings::in_words(quiet.iter().copied()));
        let table = findings_table(quiet.iter().map(|finding| row(finding)));
        let _ = write!(text, "\n<details><summary>{title}</summary>\n\n{table}\n</details>\n");
    }
    if comparison.baseline.is_some() {
        let stable = findings::stable(comparison);
        let (judged, of) = (units::count(comparison.judged), units::count(comparison.of));
        let _ = writeln!(text, "\n{stable} unchanged · judged {judged} of {of} values");
        let resolution = evidence::resolution(comparison);
        text.extend(resolution.map(|seen| format!("{}\n", escape(&seen))));
    }
    text += &notes(comparison.notes.iter().cloned());
    if let Some(said) = sentences::closing(comparison, &findings) {
        let _ = writeln!(text, "\n{}", escape(&said));
    }
    text
}

fn findings_table(rows: impl Iterator<Item = Vec<String>>) -> String {
    let (mut text, left_out) = table(&["verdict", "function", "why"], rows);
    if left_out > 0 {
        let _ = writeln!(text, "\n… and {left_out} more; the JSON has them all.");
    }
    text
}

fn headline(comparison: &Comparison, findings: &[Finding<'_>]) -> String {
    let word = sentences::announcement(comparison, findings);
    let mark = match word {
        "improved" | "stable" => "✅",
        "degraded" | "inconclusive" => "⚠️",
        _ => "❌",
    };
    let advisory = facts::bearing(comparison);
    let (first, rest) = word.split_at(1);
    let sentence = escape(&sentences::opening(comparison, findings));
    format!("{mark} {}{rest}{advisory}: {sentence}", first.to_uppercase())
}

fn sides(comparison: &Comparison) -> String {
    if let Some(made) = &comparison.interleaved {
        let side = |letter, contender: &Contender| {
            let commit = contender.commit.as_deref().map(facts::short_commit);
            let commit =
                commit.map_or_else(String::new, |commit| format!(" · {}", escape(&commit)));
            format!("{letter} is {}{commit}  \n", code(&contender.command))
        };
        let rounds: Vec<_> = interleaved::rounds(made).iter().map(|item| escape(item)).collect();
        return side("A", &made.a) + &side("B", &made.b) + &rounds.join(" · ");
    }
    let said = |runs: u64, side: &Side| {
        let items = evidence::runs(runs).into_iter().chain(facts::side(side));
        items.map(|item| escape(&item)).collect::<Vec<_>>().join(" · ")
    };
    let current = said(comparison.current_runs, &comparison.current_run);
    match &comparison.baseline_run {
        Some(baseline) => format!("{current} against {}", said(comparison.baseline_runs, baseline)),
        None => current,
    }
}

fn row(finding: &Finding<'_>) -> Vec<String> {
    let row = finding.main;
    let also = finding.also_in_words().map(|also| format!("; also {}", escape_cell(&also)));
    let word = match row.verdict {
        Verdict::Regression => "**regression**".to_owned(),
        verdict => verdict.to_string(),
    };
    vec![word, cell(&row.name), escape_cell(&row.reason) + &also.unwrap_or_default()]
}

fn heading(run: &RunDocument) -> String {
    let origin: Vec<_> = facts::origin(run).iter().map(|item| escape(item)).collect();
    let outcome: Vec<_> = facts::outcome(run).iter().map(|item| escape(item)).collect();
    let command = code(&facts::command(run));
    let all =
        facts::with_unrecorded(run).map_or_else(String::new, |all| format!("  \n{}", escape(&all)));
    format!("### {command}\n\n{}  \n{}{all}\n\n", origin.join(" · "), outcome.join(" · "))
}

fn times(function: &Function) -> impl Iterator<Item = String> {
    let single = |ns| estimates::single(function, ns);
    [
        estimates::mean(function),
        single(function.p50_ns),
        single(function.p95_ns),
        single(function.p99_ns),
        single(function.max_ns),
    ]
    .into_iter()
    .map(|time| time.map_or_else(|| "–".to_owned(), |(mark, ns)| mark.duration(ns)))
}

fn future(value: futures::Value) -> String {
    match value {
        futures::Value::None => "·".to_owned(),
        futures::Value::Unknown => "–".to_owned(),
        futures::Value::Count(count) => units::count(count),
        futures::Value::Time(mark, ns) => mark.duration(ns),
    }
}

/// What of the self time is the recorder's, where that matters.
fn recorder_share(function: &Function) -> String {
    let is_notable = estimates::is_notable(function);
    if is_notable { format!("~{:.0} %", function.recorder_pct()) } else { String::new() }
}

/// A time of all calls.
fn sum(function: &Function, mark: Mark, ns: u64) -> String {
    if estimates::is_unmeasured(function) { "–".to_owned() } else { mark.duration(float(ns)) }
}

/// A table of cells that are safe already, and how many rows it has no room for. The numbers stand
/// on the right.
fn table(titles: &[&str], rows: impl Iterator<Item = Vec<String>>) -> (String, usize) {
    let text_columns = [
        "function",
        "metric",
        "kind",
        "verdict",
        "why",
        "operation",
        "target",
        "by",
        "one call more",
        "one error more",
    ];
    let rule = |title: &&str| if text_columns.contains(title) { ":--" } else { "--:" };
    let rules: Vec<_> = titles.iter().map(rule).collect();
    let mut text = format!("| {} |\n| {} |\n", titles.join(" | "), rules.join(" | "));
    let mut left_out = 0;
    for row in rows {
        if text.len() < LONGEST_TABLE {
            let _ = writeln!(text, "| {} |", row.join(" | "));
        } else {
            left_out += 1;
        }
    }
    (text, left_out)
}

fn notes(notes: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    for note in notes {
        let _ = writeln!(
            text,
            "
> {}",
            escape(&note)
        );
    }
    text
}
