//! Runs of many machines in a ClickHouse server.
//!
//! Five tables: `runs`, `documents`, `functions`, `metrics`, and `daily` for years. A run exists when its row in
//! `runs` does, which is written last: nobody ever sees half a run, wherever a writer was killed, and whatever was
//! sent before is sent again in the same bytes, and merged. A run is immutable; its names stand in `runs`, where a
//! row of a higher version takes the place of an older one. A run that was removed has such a row, too, and what else
//! is kept of it goes with the next [`shrink`](Store::shrink).
//!
//! Runs are in the order of the times that they say, those of one moment in the order in which they were stored.
//! [`Made::Now`] changes nothing of that: what one machine has just made is not what all machines made last.

mod answer;
mod client;
mod columns;
mod condition;
mod ddl;
mod entries;
mod functions;
mod rows;
mod sql;
mod upkeep;
mod version;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use client::Client;
use columns::{REMOVED, RETURNING, RUNS, STORED, names};
use condition::{Place, condition, order};
use serde_json::{Map, Value};
use sql::{array, list, literal, nullable};

pub(super) use upkeep::{init, roll_up, state, statements};

use super::digest::{digest, is_same};
use super::engine::Store;
use super::entry::{Entry, Names};
use super::error::{Fault, StoreError};
use super::order as places;
use super::query::{Filter, Made, Query};
use super::remote::Remote;
use crate::model::{DocumentError, RunDocument};
use crate::record::collect::SegmentId;

/// The most runs that one request names: statements have a limit of length.
const AT_ONCE: usize = 1_000;
/// The most runs of which all functions are fetched at once, for the sake of memory.
const WHOLE_AT_ONCE: usize = 100;

/// Opens the store for reading and writing.
///
/// # Errors
/// As for [`ClickHouse::open`].
pub(crate) fn open(remote: &Remote) -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(ClickHouse::open(remote)?))
}

/// The rows of an answer.
type Rows = Vec<Map<String, Value>>;

/// Opens a store for questions of one's own, which are asked as the store asks its own, and answered by rows.
///
/// # Errors
/// As for [`open`]; that of a question when the server refuses it.
pub fn questions(remote: &Remote) -> Result<impl Fn(&str) -> Result<Rows, StoreError>, StoreError> {
    let store = ClickHouse::open(remote)?;
    Ok(move |sql: &str| {
        let answer = store.client.rows(sql).map_err(|fault| store.failed(fault))?;
        Ok(answer.objects())
    })
}

/// Runs of one project in a ClickHouse server.
#[derive(Debug)]
struct ClickHouse {
    client: Client,
    /// The places of runs that were listed.
    places: RefCell<HashMap<String, Place>>,
    /// The fault that the last reading of samples met.
    trouble: RefCell<Option<Fault>>,
}

impl ClickHouse {
    /// Connects with the server; its tables must be there.
    ///
    /// # Errors
    /// When it is not reached or refuses the user, is too old, or has no tables of this version.
    fn open(remote: &Remote) -> Result<Self, StoreError> {
        let failed = |fault| StoreError::new(remote, fault);
        let client = Client::new(remote.clone()).map_err(failed)?;
        upkeep::check(&client).map_err(failed)?;
        Ok(Self { client, places: RefCell::default(), trouble: RefCell::default() })
    }

    fn failed(&self, fault: Fault) -> StoreError {
        StoreError::new(self.client.remote(), fault)
    }

    fn table(&self, name: &str) -> String {
        format!("{}.{name}", self.client.remote().database)
    }

    fn project(&self) -> &str {
        &self.client.remote().project
    }

    /// Returns the condition for these runs, whether removed or not.
    fn these(&self, column: &str, ids: &[&str]) -> String {
        format!(
            "project = {} AND {column} IN ({})",
            literal(self.project()),
            list(ids.iter().copied())
        )
    }

    fn condition(&self, filter: &Filter) -> Result<String, Fault> {
        condition(self.project(), filter, |id| self.place(id))
    }

    /// Finds the place of a stored run.
    fn place(&self, id: &str) -> Result<Option<Place>, Fault> {
        if let Some(place) = self.places.borrow().get(id) {
            return Ok(Some(place.clone()));
        }
        let query = format!(
            "SELECT made, stored FROM {} FINAL WHERE {} AND removed = 0",
            self.table("runs"),
            self.these("id", &[id])
        );
        let row = self.client.rows(&query)?.first();
        Ok(row.and_then(|row| Some((row.number("made")?, row.number("stored")?, id.to_owned()))))
    }

    fn store(&self, run: &RunDocument, segments: &[SegmentId], made: Made) -> Result<(), Fault> {
        let id = run.run.id.as_str();
        let digest = digest(run);
        let query = format!(
            "SELECT digest, version, removed FROM {} FINAL WHERE {}",
            self.table("runs"),
            self.these("id", &[id])
        );
        let known = self.client.rows(&query)?.first().map(|mut row| {
            let version = row.number::<u32>("version").unwrap_or(0);
            (row.text("digest"), version, row.number("removed").unwrap_or(STORED))
        });
        if let Some((known, _, STORED)) = &known {
            // Another version of this program may write the same run with other fields.
            let is_it = || self.document(id).is_ok_and(|stored| is_same(&stored, run));
            let is_same = *known == digest || is_it();
            return Err(Fault::Exists { id: id.to_owned(), is_same });
        }
        if self.made_of_them(segments)?.values().any(|other| other != id) {
            return Err(Fault::Taken);
        }
        let common = rows::Common::of(self.project(), run);
        let stored = places::now();
        let made = places::place(&run.run.time, made, (None, stored));
        let (version, state) = (0, STORED);
        let mut place = rows::Place { made, stored, version, state, digest: &digest, segments };
        if let Some((known, version, state)) = known {
            self.may_return(id, known == digest)?;
            place.version = version.saturating_add(1);
            // Once: who stores it at the same moment writes these rows, too, and neither hides the other's.
            if state != RETURNING {
                place.state = RETURNING;
                self.client.insert(&self.table("runs"), &common.run(run, &place))?;
                (place.version, place.state) = (version.saturating_add(2), STORED);
            }
        }
        let document = serde_json::to_string(run).map_err(|error| Fault::Io(error.into()))?;
        for rows in common.functions(run) {
            self.client.insert(&self.table("functions"), &rows)?;
        }
        for rows in common.metrics(run) {
            self.client.insert(&self.table("metrics"), &rows)?;
        }
        self.client.insert(&self.table("documents"), &common.document(&document))?;
        self.client.insert(&self.table("runs"), &common.run(run, &place))
    }

    /// Makes sure that of a run that was removed nothing is left that would be taken for another one of its id.
    fn may_return(&self, id: &str, is_same: bool) -> Result<(), Fault> {
        let rest = |table, column| {
            let (table, these) = (self.table(table), self.these(column, &[id]));
            let query = format!("SELECT count() AS rest FROM {table} WHERE {these}");
            let row = self.client.rows(&query)?.first();
            Ok::<u64, Fault>(row.and_then(|row| row.number("rest")).unwrap_or(0))
        };
        if is_same || rest("documents", "id")? + rest("functions", "run")? == 0 {
            return Ok(());
        }
        let why = "another run of this id was removed, and the rest of it is not deleted yet: \
                   `perf-report remove` does that, of a user who may ALTER DELETE";
        Err(Fault::Unfit(why.into()))
    }

    fn made_of_them(&self, segments: &[SegmentId]) -> Result<BTreeMap<SegmentId, String>, Fault> {
        let mut found = BTreeMap::new();
        for segments in segments.chunks(AT_ONCE) {
            // In quotes: numbers of both signs would have no type in common.
            let wanted: Vec<String> = segments.iter().map(|id| format!("'{}'", id.0)).collect();
            let query = format!(
                "SELECT id, segments FROM {} FINAL WHERE project = {} AND removed = 0 AND \
                 hasAny(segments, arrayMap(x -> toInt64(x), [{}]))",
                self.table("runs"),
                literal(self.project()),
                wanted.join(", ")
            );
            for mut row in self.client.rows(&query)?.rows() {
                let (run, its) = (row.text("id"), row.numbers::<i64>("segments"));
                let is_of_it = |segment: &&SegmentId| its.contains(&segment.0);
                found.extend(segments.iter().filter(is_of_it).map(|id| (*id, run.clone())));
            }
        }
        Ok(found)
    }

    fn listed(&self, query: &Query) -> Result<Vec<Entry>, Fault> {
        let condition = self.condition(&query.filter)?;
        let most = query.most.map_or(i64::MAX, |most| i64::try_from(most).unwrap_or(i64::MAX));
        let text = format!(
            "SELECT {} FROM {} FINAL WHERE {condition}{} LIMIT {}, {most}",
            entries::COLUMNS,
            self.table("runs"),
            order(query.order),
            query.skip,
        );
        let mut places = self.places.borrow_mut();
        let entry = |mut row: answer::Row| {
            let entry = entries::of_row(&mut row);
            if let (Some(made), Some(stored)) = (row.number("made"), row.number("stored")) {
                places.insert(entry.id.clone(), (made, stored, entry.id.clone()));
            }
            entry
        };
        Ok(self.client.rows(&text)?.rows().map(entry).collect())
    }

    fn names_of(&self, id: &str) -> Result<Option<Names>, Fault> {
        let query = format!(
            "SELECT label, tags FROM {} FINAL WHERE {} AND removed = 0",
            self.table("runs"),
            self.these("id", &[id])
        );
        let row = self.client.rows(&query)?.first();
        Ok(row.map(|mut row| Names { label: row.optional("label"), tags: row.texts("tags") }))
    }

    fn document(&self, id: &str) -> Result<RunDocument, Fault> {
        let Some(Names { label, tags }) = self.names_of(id)? else {
            return Err(Fault::NoRun { id: id.to_owned() });
        };
        let damaged = |error| Fault::Document { id: id.to_owned(), error };
        let query = format!(
            "SELECT document FROM {} WHERE {} LIMIT 1",
            self.table("documents"),
            self.these("id", &[id])
        );
        let row = self.client.rows(&query)?.first();
        let text = row.ok_or_else(|| damaged(DocumentError::Empty))?.text("document");
        let mut run = RunDocument::from_json(&text).map_err(damaged)?;
        (run.run.label, run.run.tags) = (label, tags);
        Ok(run)
    }

    /// Writes newer rows of runs, with these expressions in the place of columns.
    fn replace(&self, ids: &[&str], instead: &[(&str, String)]) -> Result<(), Fault> {
        let column = |(name, ..): &columns::Column| {
            let other = instead.iter().find(|(column, _)| column == name);
            match other {
                Some((_, expression)) => expression.clone(),
                None if *name == "version" => "version + 1".to_owned(),
                None => (*name).to_owned(),
            }
        };
        let values: Vec<String> = RUNS.iter().map(column).collect();
        let runs = self.table("runs");
        self.client.run(&format!(
            "INSERT INTO {runs} ({}) SELECT {} FROM {runs} FINAL WHERE {} AND removed = 0",
            names(RUNS),
            values.join(", "),
            self.these("id", ids)
        ))
    }

    fn read_samples(&self, ids: &[&str]) -> Result<Vec<RunDocument>, Fault> {
        let mut samples = Vec::with_capacity(ids.len());
        for ids in ids.chunks(WHOLE_AT_ONCE) {
            samples.extend(entries::samples(self, ids)?);
        }
        Ok(samples)
    }
}

impl Store for ClickHouse {
    fn save_made_of(
        &mut self,
        run: &RunDocument,
        segments: &[SegmentId],
        made: Made,
    ) -> Result<(), StoreError> {
        self.store(run, segments, made).map_err(|fault| self.failed(fault))
    }

    fn made_of(&self, segments: &[SegmentId]) -> Result<BTreeMap<SegmentId, String>, StoreError> {
        self.made_of_them(segments).map_err(|fault| self.failed(fault))
    }

    fn entries(&self, query: &Query) -> Result<Vec<Entry>, StoreError> {
        self.listed(query).map_err(|fault| self.failed(fault))
    }

    fn count(&self, filter: &Filter) -> Result<usize, StoreError> {
        let count = || {
            let condition = self.condition(filter)?;
            let query = format!(
                "SELECT count() AS runs FROM {} FINAL WHERE {condition}",
                self.table("runs")
            );
            Ok(self.client.rows(&query)?.first().and_then(|row| row.number("runs")).unwrap_or(0))
        };
        count().map_err(|fault| self.failed(fault))
    }

    fn load(&self, id: &str) -> Result<RunDocument, StoreError> {
        self.document(id).map_err(|fault| self.failed(fault))
    }

    fn samples(&self, ids: &[&str]) -> Vec<RunDocument> {
        self.read_samples(ids).unwrap_or_else(|fault| {
            self.trouble.replace(Some(fault));
            Vec::new()
        })
    }

    fn trouble(&self) -> Result<(), StoreError> {
        self.trouble.take().map_or(Ok(()), |fault| Err(self.failed(fault)))
    }

    fn remove(&mut self, ids: &[&str]) -> Result<usize, StoreError> {
        let remove = || {
            let mut removed = 0;
            for ids in ids.chunks(AT_ONCE) {
                let query = format!(
                    "SELECT count() AS runs FROM {} FINAL WHERE {} AND removed = 0",
                    self.table("runs"),
                    self.these("id", ids)
                );
                let found = self.client.rows(&query)?.first();
                removed += found.and_then(|row| row.number::<usize>("runs")).unwrap_or(0);
                self.replace(ids, &[("removed", format!("toUInt8({REMOVED})"))])?;
            }
            Ok(removed)
        };
        let removed = remove();
        removed.map_err(|fault| self.failed(fault))
    }

    fn rename(&mut self, id: &str, change: &dyn Fn(&Names) -> Names) -> Result<Names, StoreError> {
        let rename = || {
            let Some(known) = self.names_of(id)? else {
                return Err(Fault::NoRun { id: id.to_owned() });
            };
            let names = change(&known);
            let label = format!("CAST({} AS Nullable(String))", nullable(names.label.as_deref()));
            self.replace(&[id], &[("label", label), ("tags", array(&names.tags))])?;
            Ok(names)
        };
        rename().map_err(|fault| self.failed(fault))
    }

    fn shrink(&mut self) -> Result<(), StoreError> {
        upkeep::purge(self).map_err(|fault| self.failed(fault))
    }
}

#[cfg(test)]
mod tests;
