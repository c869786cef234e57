//! The statements that make the tables, by what the server knows. Pure.

use super::columns::{COUNT, Column, DAILY, DOCUMENTS, FUNCTION, METRICS, NUMBERS, RUNS, SCHEMA};
use super::sql::literal;
use super::version::Version;
use crate::project::store::shared::KEPT_DAYS;

/// The version of the tables that this program reads and writes.
pub(crate) const VERSION: u32 = 1;

/// A table.
struct Table {
    name: &'static str,
    columns: Vec<Column>,
    /// The column by which the newest of several rows is known; empty where they are equal.
    newest: &'static str,
    partition: &'static str,
    key: &'static str,
    /// The days for which rows are kept; 0 for ever.
    days: u32,
    granularity: u32,
    /// The shard of a row: all rows of a key are in one.
    shard: &'static str,
}

fn tables() -> Vec<Table> {
    let numbers = NUMBERS.iter().map(|&name| (name, "UInt64", COUNT));
    let functions = FUNCTION.iter().copied().chain(numbers).collect();
    let table = |name, columns: &[Column], key, days, shard| Table {
        name,
        columns: columns.to_vec(),
        newest: "",
        partition: "toMonday(time)",
        key,
        days,
        granularity: 8192,
        shard,
    };
    vec![
        Table {
            newest: "version",
            ..table("runs", RUNS, "project, id", KEPT_DAYS, "cityHash64(project, id)")
        },
        Table {
            granularity: 16,
            ..table("documents", DOCUMENTS, "project, id", 90, "cityHash64(project, id)")
        },
        Table {
            columns: functions,
            ..table(
                "functions",
                &[],
                "project, series, function, run, position",
                KEPT_DAYS,
                "series",
            )
        },
        table(
            "metrics",
            METRICS,
            "project, series, name, kind, run, position",
            KEPT_DAYS,
            "series",
        ),
        Table {
            newest: "computed",
            partition: "toYear(day)",
            ..table("daily", DAILY, "project, series, function, day", 0, "series")
        },
        Table { partition: "", ..table("schema", SCHEMA, "version", 0, "version") },
    ]
}

/// Returns the statements that make database and tables where they are not there yet, in their order; the last one
/// says which version they have.
pub(crate) fn statements(database: &str, version: Version) -> Vec<String> {
    let mut made = vec![format!("CREATE DATABASE IF NOT EXISTS {database}")];
    made.extend(tables().iter().map(|table| {
        let engine = engine("ReplacingMergeTree", "", table.newest);
        format!(
            "CREATE TABLE IF NOT EXISTS {database}.{}\n{}\n{}",
            table.name,
            body(table, version),
            layout(table, &engine, version)
        )
    }));
    made.push(mark(database));
    made
}

/// Returns the statements for a cluster: each table replicated in each shard under the name `…_local`, and one of
/// its own name before them, which the product reads and writes.
pub(crate) fn for_cluster(database: &str, cluster: &str, version: Version) -> Vec<String> {
    let on = format!("ON CLUSTER {}", literal(cluster));
    let mut made = vec![format!("CREATE DATABASE IF NOT EXISTS {database} {on}")];
    for table in tables() {
        let name = table.name;
        let path = format!("'/clickhouse/tables/{{shard}}/{database}/{name}', '{{replica}}'");
        let engine = engine("ReplicatedReplacingMergeTree", &path, table.newest);
        made.push(format!(
            "CREATE TABLE IF NOT EXISTS {database}.{name}_local {on}\n{}\n{}",
            body(&table, version),
            layout(&table, &engine, version)
        ));
        made.push(format!(
            "CREATE TABLE IF NOT EXISTS {database}.{name} {on} AS {database}.{name}_local\nENGINE = \
             Distributed({}, {database}, {name}_local, {})",
            literal(cluster),
            table.shard
        ));
    }
    made.push(mark(database));
    made
}

fn mark(database: &str) -> String {
    format!("INSERT INTO {database}.schema SELECT {VERSION} AS version, now() AS made")
}

fn engine(name: &str, path: &str, newest: &str) -> String {
    let parts = [path, newest].into_iter().filter(|part| !part.is_empty());
    format!("{name}({})", parts.collect::<Vec<_>>().join(", "))
}

fn body(table: &Table, version: Version) -> String {
    let line = |(name, kind, codec): &Column| {
        let codec = if version.has_codecs() { format!(" CODEC({codec})") } else { String::new() };
        format!("    {name} {kind}{codec}")
    };
    let mut lines: Vec<String> = table.columns.iter().map(line).collect();
    if table.name == "runs" {
        lines.push("    uploaded DateTime('UTC') DEFAULT now()".to_owned());
    }
    format!("(\n{}\n)", lines.join(",\n"))
}

fn layout(table: &Table, engine: &str, version: Version) -> String {
    let mut lines = vec![format!("ENGINE = {engine}")];
    if !table.partition.is_empty() {
        lines.push(format!("PARTITION BY {}", table.partition));
    }
    lines.push(format!("ORDER BY ({})", table.key));
    if table.days > 0 && version.has_codecs() {
        lines.push(format!("TTL time + INTERVAL {} DAY DELETE", table.days));
    }
    lines.push(format!("SETTINGS index_granularity = {}", table.granularity));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(version: &str) -> String {
        statements("perf", Version::parse(version).unwrap()).join(";\n")
    }

    #[test]
    fn a_server_is_given_what_it_knows() {
        let (old, new) = (all("18.16.1"), all("26.9.2.1"));
        for word in ["CODEC", "TTL"] {
            assert!(!old.contains(word) && new.contains(word), "{word}");
        }
        assert_eq!(old.matches("CREATE TABLE").count(), 6);
        insta::assert_snapshot!(new);
    }

    #[test]
    fn a_cluster_has_each_table_twice() {
        let version = Version::parse("25.3").unwrap();
        let text = for_cluster("perf", "it's", version).join(";\n");
        assert_eq!(text.matches("ReplicatedReplacingMergeTree(").count(), 6);
        assert_eq!(text.matches(r"Distributed('it\'s', perf, ").count(), 6);
        assert!(text.contains("'/clickhouse/tables/{shard}/perf/runs', '{replica}', version)"));
    }
}
