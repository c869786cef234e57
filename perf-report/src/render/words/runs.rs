//! The words for stored runs in a list.

use crate::model::RunRow;

/// The characters of an id that a list shows: the second, and six digits.
const SHOWN: usize = 22;

/// Returns the beginning of the id of a run that tells it from all others in the list.
pub(crate) fn short_id<'a>(row: &'a RunRow, all: &[RunRow]) -> &'a str {
    let Some(short) = row.id.get(..SHOWN) else { return &row.id };
    let alike = all.iter().filter(|other| other.id.starts_with(short)).count();
    if alike > 1 { &row.id } else { short }
}

/// Returns how the command ended, where it failed, and of how many parts a distributed run is: `3 of 4 parts`.
pub(crate) fn end(row: &RunRow) -> String {
    let parts = row.parts.as_ref().map(|parts| format!("{} parts", parts.counted()));
    let all = [ending(row), parts.unwrap_or_default()];
    let all: Vec<String> = all.into_iter().filter(|text| !text.is_empty()).collect();
    all.join(", ")
}

fn ending(row: &RunRow) -> String {
    match (row.signal, row.exit_code) {
        (Some(signal), _) => format!("signal {signal}"),
        (None, Some(code)) if code != 0 => format!("exit {code}"),
        _ => String::new(),
    }
}

/// Returns branch and commit, with a `+` where files differed.
pub(crate) fn commit(row: &RunRow) -> String {
    let commit = row.commit.as_ref().map(|commit| {
        let short = super::facts::short_commit(commit);
        if row.dirty { short + "+" } else { short }
    });
    match (&row.branch, commit) {
        (Some(branch), Some(commit)) => format!("{branch}@{commit}"),
        (Some(name), None) => name.clone(),
        (None, commit) => commit.unwrap_or_default(),
    }
}

/// Returns label and tags, these with a `#`.
pub(crate) fn names(row: &RunRow) -> String {
    let tags = row.tags.iter().map(|tag| format!("#{tag}"));
    row.label.iter().cloned().chain(tags).collect::<Vec<_>>().join(" ")
}

/// Returns the command, and where an import is from.
pub(crate) fn command(row: &RunRow) -> String {
    match &row.source {
        Some(source) if row.command.is_empty() => format!("(import: {source})"),
        Some(source) => format!("(import: {source}) {}", row.command),
        None if row.command.is_empty() => "(collected)".to_owned(),
        None => row.command.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_shown_as_far_as_no_other_begins_alike() {
        let row = |id: &str| RunRow { id: id.to_owned(), ..RunRow::default() };
        let all = [
            row("20261120T234552-1a2b3c4d5e6f7081"),
            row("20261120T234553-1a2b3c4d5e6f7081"),
            row("20261120T234553-1a2b3c0000000000"),
            row("20261120T234552-1a2b3d"),
            row("größer, und kein Byte zu viel"),
        ];
        let shown: Vec<&str> = all.iter().map(|it| short_id(it, &all)).collect();
        assert_eq!(shown[0], "20261120T234552-1a2b3c");
        assert_eq!((shown[1], shown[2]), (all[1].id.as_str(), all[2].id.as_str()));
        assert_eq!(shown[3], all[3].id);
    }
}
