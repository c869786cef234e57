//! The books of a store: what it holds in the end, held against what was to be stored.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::spool::Sums;
use super::sql;

/// A store of one project on a server.
#[derive(Debug, Clone)]
pub(super) struct Project {
    pub(super) port: u16,
    pub(super) database: String,
    pub(super) name: String,
}

impl Project {
    /// Its URL by way of a port.
    pub(super) fn url(&self, port: u16) -> String {
        format!("clickhouse://default@127.0.0.1:{port}/{}?project={}", self.database, self.name)
    }

    fn rows(&self, select: &str, table: &str, rest: &str) -> Vec<Vec<String>> {
        let Self { port, database, name } = self;
        sql::rows(
            *port,
            &format!("SELECT {select} FROM {database}.{table} WHERE project = '{name}' {rest}"),
        )
    }

    /// Returns the runs that are listed now and of which something is missing: a run is there when its row is.
    pub(super) fn torn(&self) -> BTreeSet<String> {
        let listed = self.rows("id, functions", "runs FINAL", "AND removed = 0");
        let count = |table| -> BTreeMap<String, usize> {
            let rows = self.rows("run, uniqExact(position)", table, "GROUP BY run");
            rows.into_iter().map(|mut row| (row.remove(0), number(&row[0]))).collect()
        };
        let (functions, metrics) = (count("functions"), count("metrics"));
        let documents: BTreeSet<String> =
            self.rows("id", "documents", "").into_iter().map(|mut row| row.remove(0)).collect();
        let is_torn = |row: &[String]| {
            functions.get(&row[0]).copied().unwrap_or(0) < number::<usize>(&row[1])
                || !metrics.contains_key(&row[0])
                || !documents.contains(&row[0])
        };
        listed.iter().filter(|row| is_torn(row)).map(|row| row[0].clone()).collect()
    }

    /// Returns what it holds.
    pub(super) fn sums(&self) -> Sums {
        let mut sums = Sums::default();
        for row in self.rows("id", "runs FINAL", "AND removed = 0") {
            sums.rows.insert(row[0].clone(), (0, 0));
        }
        for (table, is_of_functions) in [("functions FINAL", true), ("metrics FINAL", false)] {
            for row in self.rows("run, count()", table, "GROUP BY run") {
                let rows = sums.rows.entry(row[0].clone()).or_default();
                *if is_of_functions { &mut rows.0 } else { &mut rows.1 } = number(&row[1]);
            }
        }
        let merged = self.rows("sum(calls), sumMap(buckets, counts)", "functions FINAL", "");
        sums.calls = number(&merged[0][0]);
        let numbers: Vec<u64> = merged[0][1]
            .split(|c: char| !c.is_ascii_digit())
            .filter(|digits| !digits.is_empty())
            .map(number)
            .collect();
        let (places, counts) = numbers.split_at(numbers.len() / 2);
        sums.buckets = places
            .iter()
            .map(|place| number(&place.to_string()))
            .zip(counts.iter().copied())
            .collect();
        sums.documents = self.documents();
        sums
    }

    fn documents(&self) -> BTreeMap<String, String> {
        let Self { port, database, name } = self;
        let query = format!(
            "SELECT id, document FROM {database}.documents FINAL WHERE project = '{name}' FORMAT JSON"
        );
        let answer: Value = serde_json::from_str(&sql::ask(*port, &query)).expect("it is JSON");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let rows = answer["data"].as_array().expect("it has rows");
        rows.iter().map(|row| (text(&row["id"]), text(&row["document"]))).collect()
    }

    /// Returns the rows that are there more than once without the engine's merging.
    pub(super) fn twice(&self) -> usize {
        let rows = self.rows("count() - uniqExact(run, function, position)", "functions", "");
        number(&rows[0][0])
    }

    /// Returns the number of rows of functions and metrics.
    pub(super) fn rest(&self) -> usize {
        let count = |table| number::<usize>(&self.rows("count()", table, "")[0][0]);
        count("functions") + count("metrics")
    }

    /// Returns the calls that a roll-up has summed up.
    pub(super) fn rolled_up(&self) -> u64 {
        number(&self.rows("sum(calls)", "daily FINAL", "")[0][0])
    }
}

/// Returns what is wrong with a store that is to hold `spooled`: nothing, where all of it is there once.
pub(super) fn faults(spooled: &Sums, stored: &Sums) -> Vec<String> {
    let mut faults = Vec::new();
    let (wanted, found): (BTreeSet<_>, BTreeSet<_>) =
        (spooled.rows.keys().collect(), stored.rows.keys().collect());
    faults.extend(wanted.difference(&found).map(|id| format!("{id} is lost")));
    faults.extend(found.difference(&wanted).map(|id| format!("nobody made {id}")));
    for (id, rows) in &spooled.rows {
        match stored.rows.get(id) {
            Some(found) if found != rows => {
                faults.push(format!("{id} has {found:?} rows, not {rows:?}"));
            }
            _ => {}
        }
    }
    if spooled.calls != stored.calls {
        faults.push(format!("{} calls, not {}", stored.calls, spooled.calls));
    }
    if spooled.buckets != stored.buckets {
        faults.push("the merged histogram is another one".to_owned());
    }
    let parse = |text: &String| serde_json::from_str::<Value>(text).ok();
    for (id, document) in &spooled.documents {
        if stored.documents.get(id).and_then(parse) != parse(document) {
            faults.push(format!("the document of {id} is another one"));
        }
    }
    faults
}

pub(super) fn number<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}
