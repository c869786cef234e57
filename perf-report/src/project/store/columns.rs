//! The columns of the SQLite store beside the documents: written with a run, and read by lists, names and
//! filters, which touch no document.

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, Row, params};

use super::entry::Entry;
use super::query::{Filter, Order};
use crate::model::{BuildKeys, GROUP_OF_PARTS, subject};

/// The tables, and the columns that [`entry`] reads. Each run has its row in all of them.
pub(super) const ENTRIES: &str = "
    SELECT runs.id, time, label, command, git_commit, git_branch, machine,
           tags, source, run_group, exit_code, signal, dirty, wall_ns, functions, crates, recorder
    FROM facts JOIN runs ON runs.number = facts.run JOIN builds ON builds.run = facts.run";

/// The tables, for a count.
pub(super) const COUNT: &str = "
    SELECT count(*)
    FROM facts JOIN runs ON runs.number = facts.run JOIN builds ON builds.run = facts.run";

/// Returns the order of runs: by when they were made, then by when they were stored.
pub(super) fn order(from: Order) -> &'static str {
    match from {
        Order::NewestFirst => " ORDER BY facts.made DESC, facts.run DESC",
        Order::OldestFirst => " ORDER BY facts.made, facts.run",
    }
}

/// Gives SQLite the function `subject` of a command: see [`subject`].
pub(super) fn add_functions(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("subject", 1, flags, |context| {
        Ok(subject(context.get_raw(0).as_str()?))
    })
}

/// Writes the keys of the run of this number into the table `builds` of a schema of SQLite: `main` or `temp`.
pub(super) fn write_builds(
    connection: &Connection,
    schema: &str,
    number: i64,
    entry: &Entry,
) -> rusqlite::Result<()> {
    let text = format!(
        "INSERT OR REPLACE INTO {schema}.builds (run, machine, crates, recorder)
         VALUES (?1, ?2, ?3, ?4)"
    );
    let keys = &entry.build;
    connection.prepare_cached(&text)?.execute(params![
        number,
        entry.machine_key,
        keys.crates,
        keys.recorder
    ])?;
    Ok(())
}

/// Writes what is known of the run of this number beside its document, into the table `facts` of such a
/// schema. `made` is its [`place`](super::order).
pub(super) fn write_facts(
    connection: &Connection,
    schema: &str,
    (number, made): (i64, i64),
    entry: &Entry,
) -> rusqlite::Result<()> {
    let text = format!(
        "INSERT OR REPLACE INTO {schema}.facts
             (run, tags, source, run_group, exit_code, signal, dirty, wall_ns, functions, made)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
    );
    let whole = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    connection.prepare_cached(&text)?.execute(params![
        number,
        tags_to_text(&entry.tags),
        entry.source,
        entry.group,
        entry.exit_code,
        entry.signal,
        entry.dirty,
        entry.wall_ns.map(whole),
        whole(entry.functions),
        made,
    ])?;
    Ok(())
}

/// Reads a row of [`ENTRIES`].
pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let number = |value: i64| u64::try_from(value).unwrap_or(0);
    Ok(Entry {
        id: row.get(0)?,
        time: row.get(1)?,
        label: row.get(2)?,
        command: row.get(3)?,
        commit: row.get(4)?,
        branch: row.get(5)?,
        machine_key: row.get(6)?,
        tags: tags_of_text(row.get_ref(7)?.as_str()?),
        source: row.get(8)?,
        group: row.get(9)?,
        exit_code: row.get(10)?,
        signal: row.get(11)?,
        dirty: row.get(12)?,
        wall_ns: row.get::<_, Option<i64>>(13)?.map(number),
        functions: number(row.get(14)?),
        parts: None,
        build: BuildKeys { crates: row.get(15)?, recorder: row.get(16)? },
    })
}

/// Writes tags as the list that SQLite's functions of JSON take apart.
pub(super) fn tags_to_text(tags: &[String]) -> String {
    serde_json::Value::from(tags).to_string()
}

/// Reads what [`tags_to_text`] wrote; of anything else, no tag.
pub(super) fn tags_of_text(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_default()
}

/// Returns the condition of a query for the runs that are meant, with the values that it compares.
///
/// It needs no index but that of the order: SQLite walks the runs in it, reads a few hundred bytes of each, never
/// the document, and stops at the limit.
pub(super) fn condition(filter: &Filter) -> (String, Vec<&str>) {
    let made = |than: &str| {
        format!(
            "(facts.made, facts.run) {than} (SELECT its.made, its.run FROM facts its
                 JOIN runs it ON it.number = its.run WHERE it.id = ?)"
        )
    };
    let text = str::to_owned;
    let given = [
        (&filter.id, text("runs.id = ?")),
        (&filter.id_prefix, text("instr(runs.id, ?) = 1")),
        (&filter.label, text("label = ?")),
        (&filter.machine_key, text("machine = ?")),
        (&filter.command, text("command = ?")),
        (&filter.subject, text("subject(command) = ?")),
        (&filter.command_part, text("instr(command, ?) > 0")),
        (&filter.branch, text("git_branch = ?")),
        (&filter.commit_prefix, text("instr(git_commit, ?) = 1")),
        (&filter.tag, text("EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)")),
        (&filter.source, text("ifnull(source, '') = ?")),
        (&filter.group, text("run_group = ?")),
        (&filter.since, text("time >= ?")),
        (&filter.until, text("time < ?")),
        (&filter.older_than, made("<")),
        (&filter.newer_than, made(">")),
    ];
    let given = given.into_iter().filter_map(|(value, text)| Some((value.as_deref()?, text)));
    let (mut values, mut conditions): (Vec<&str>, Vec<String>) = given.unzip();
    // As `BuildKeys::match_those` has it.
    if let Some(BuildKeys { crates, recorder }) = &filter.build {
        let given = crates.as_ref();
        conditions.push(
            given
                .map_or(
                    "recorder = ?",
                    |_| "CASE WHEN crates IS NULL THEN recorder = ? ELSE crates = ? END",
                )
                .to_owned(),
        );
        values.push(recorder);
        values.extend(given.map(String::as_str));
    }
    conditions.extend(switches(filter));
    if !filter.groups.is_empty() {
        let any = vec!["instr(run_group, ?) = 1"; filter.groups.len()].join(" OR ");
        conditions.push(format!("({any})"));
        values.extend(filter.groups.iter().map(String::as_str));
    }
    if !filter.but.is_empty() {
        conditions.push(format!("runs.id NOT IN (?{})", ", ?".repeat(filter.but.len() - 1)));
        values.extend(filter.but.iter().map(String::as_str));
    }
    let all = conditions.join(" AND ");
    let condition = if all.is_empty() { all } else { format!(" WHERE {all}") };
    (condition, values)
}

/// Returns the conditions that are either so or not.
fn switches(filter: &Filter) -> impl Iterator<Item = String> {
    let failed = "(ifnull(exit_code, 0) <> 0 OR signal IS NOT NULL)".to_owned();
    let parts = format!("(instr(ifnull(run_group, ''), '{GROUP_OF_PARTS}') = 1)");
    let switches =
        [(filter.failed, failed), (filter.dirty, "dirty <> 0".to_owned()), (filter.parts, parts)];
    switches.into_iter().filter_map(|(wanted, is_so)| {
        wanted.map(|wanted| if wanted { is_so } else { format!("NOT {is_so}") })
    })
}
