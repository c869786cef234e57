//! The words for what became slower since some moment.

use crate::model::{Change, SlowerDocument, SlowerSeries};
use crate::text::{moment, units};

/// Functions of a series that are shown; the page of its run has all.
pub(crate) const SHOWN: usize = 25;

/// Returns the finding as a sentence.
pub(crate) fn sentence(document: &SlowerDocument) -> String {
    let (judged, worse) = (document.judged(), document.slower().count());
    let since = match &document.branch {
        Some(branch) => format!("{} on branch {branch}", document.since),
        None => document.since.clone(),
    };
    match (document.series.len(), judged, worse) {
        (0, ..) => format!("No run was made since {since}."),
        (all, 0, _) => {
            let commands = units::plural(all as u64, "command");
            format!("None of {commands} that ran since {since} could be judged.")
        }
        (_, _, 0) => format!("Nothing became slower since {since}: {judged} judged."),
        _ => format!(
            "Since {since}, {worse} of {judged} commands that were judged became slower: the newest run of each \
             against those before."
        ),
    }
}

/// Returns the number of series that were not looked at, as a sentence.
pub(crate) fn left_out(document: &SlowerDocument) -> Option<String> {
    let further = || units::plural(document.left_out, "further series");
    (document.left_out > 0).then(|| format!("{} were not looked at.", further()))
}

/// Returns the command of a series, or the source of its results.
pub(crate) fn command(series: &SlowerSeries) -> String {
    match (&series.source, series.command.as_str()) {
        (Some(source), "") => format!("results of {source}"),
        (None, "") => "no command".to_owned(),
        (_, command) => command.to_owned(),
    }
}

/// Returns the branch and commit of the newest run, as far as they are known.
pub(crate) fn place(series: &SlowerSeries) -> Option<String> {
    let commit = series.commit.as_deref().map(|it| it.chars().take(10).collect::<String>());
    let words: Vec<String> = series.branch.clone().into_iter().chain(commit).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Returns the runs behind a finding: the newest, its age and place, and the number of those before.
pub(crate) fn about(series: &SlowerSeries, now: &str) -> String {
    let age = moment::age(&series.time, now);
    let age = age.map(|age| format!(", {age} ago")).unwrap_or_default();
    let place = place(series).map(|place| format!(", of {place}")).unwrap_or_default();
    format!(
        "run {}{age}{place}, against {} of before; {} judged",
        series.run,
        units::plural(series.before, "run"),
        units::plural(series.judged, "row"),
    )
}

/// Puts the rows of one function together, in the order of the worst of each.
pub(crate) fn by_function(rows: &[Change]) -> Vec<Vec<&Change>> {
    let mut functions: Vec<Vec<&Change>> = Vec::new();
    for row in rows {
        let is_its = |it: &&mut Vec<&Change>| it.first().is_some_and(|it| it.name == row.name);
        match functions.iter_mut().find(is_its) {
            Some(function) => function.push(row),
            None => functions.push(vec![row]),
        }
    }
    functions
}

/// Returns the value before and now of a row.
pub(crate) fn values(row: &Change) -> [String; 2] {
    [row.baseline, row.current]
        .map(|value| value.map(|value| row.metric.number(value)).unwrap_or_default())
}

/// Returns the other rows of a function: `p50 +30.1 %, p99 +12.0 %`.
pub(crate) fn also(others: &[&Change]) -> String {
    let words =
        |it: &&Change| format!("{} {}", it.metric.title(), it.in_words().unwrap_or_default());
    others.iter().map(words).collect::<Vec<_>>().join(", ")
}
