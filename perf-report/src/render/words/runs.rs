//! The words for stored runs in a list.

use crate::model::RunRow;

/// Returns how the command ended, where it failed.
pub(crate) fn end(row: &RunRow) -> String {
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
