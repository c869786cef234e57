//! The runs that are meant, as a condition. Pure.

use super::sql::{list, literal};
use crate::model::{BuildKeys, GROUP_OF_PARTS};
use crate::project::store::query::{Filter, Order};

/// The place of a run among the others: by when it was made, then by when it was stored, then by its id.
pub(super) type Place = (i64, i64, String);

/// Returns the condition for the runs of a project that are meant. `place` finds the place of a stored run; one that
/// is not there has none before it, and none behind it.
pub(super) fn condition<E>(
    project: &str,
    filter: &Filter,
    mut place: impl FnMut(&str) -> Result<Option<Place>, E>,
) -> Result<String, E> {
    let mut all = vec![format!("project = {}", literal(project)), "removed = 0".to_owned()];
    let mut add = |value: &Option<String>, before: &str, after: &str| {
        all.extend(value.as_ref().map(|text| format!("{before}{}{after}", literal(text))));
    };
    let part = filter.command_part.clone().filter(|part| !part.is_empty());
    add(&filter.id, "id = ", "");
    add(&filter.id_prefix, "startsWith(id, ", ")");
    add(&filter.label, "label = ", "");
    add(&filter.machine_key, "machine_key = ", "");
    add(&filter.command, "command = ", "");
    add(&filter.subject, "subject = ", "");
    add(&part, "position(command, ", ") > 0");
    add(&filter.branch, "branch = ", "");
    add(&filter.commit_prefix, "startsWith(ifNull(commit, '-'), ", ")");
    add(&filter.tag, "has(tags, ", ")");
    add(&filter.source, "ifNull(source, '') = ", "");
    add(&filter.group, "group_id = ", "");
    add(&filter.since, "started >= ", "");
    add(&filter.until, "started < ", "");
    for (of, than) in [(&filter.older_than, "<"), (&filter.newer_than, ">")] {
        let Some(id) = of else { continue };
        all.push(match place(id)? {
            Some((made, stored, id)) => {
                format!("(made, stored, id) {than} ({made}, {stored}, {})", literal(&id))
            }
            None => "0 = 1".to_owned(),
        });
    }
    all.extend(filter.build.as_ref().map(built));
    all.extend(is_so(filter.failed, "(ifNull(exit_code, 0) != 0 OR isNotNull(signal))"));
    all.extend(is_so(filter.dirty, "dirty != 0"));
    let of_group =
        |beginning: &str| format!("startsWith(ifNull(group_id, ''), {})", literal(beginning));
    all.extend(is_so(filter.parts, &of_group(GROUP_OF_PARTS)));
    if !filter.groups.is_empty() {
        let any: Vec<String> = filter.groups.iter().map(|it| of_group(it)).collect();
        all.push(format!("({})", any.join(" OR ")));
    }
    if filter.commit_prefix.is_some() {
        all.push("isNotNull(commit)".to_owned());
    }
    if !filter.but.is_empty() {
        all.push(format!("id NOT IN ({})", list(filter.but.iter().map(String::as_str))));
    }
    Ok(all.join(" AND "))
}

/// Returns the condition that a build matches, as [`BuildKeys::match_those`] has it.
fn built(keys: &BuildKeys) -> String {
    let recorder = format!("recorder = {}", literal(&keys.recorder));
    keys.crates.as_ref().map_or_else(
        || recorder.clone(),
        |crates| {
            let own = literal(crates);
            format!("((isNull(crates) AND {recorder}) OR ifNull(crates, '') = {own})")
        },
    )
}

fn is_so(wanted: Option<bool>, condition: &str) -> Option<String> {
    wanted.map(|wanted| if wanted { condition.to_owned() } else { format!("NOT ({condition})") })
}

/// Returns the order of runs.
pub(super) fn order(from: Order) -> &'static str {
    match from {
        Order::NewestFirst => " ORDER BY made DESC, stored DESC, id DESC",
        Order::OldestFirst => " ORDER BY made, stored, id",
    }
}
