//! Runs in one SQLite file.
//!
//! Rollback journal, full synchronisation, one short transaction a run: two commands that store at
//! the same moment wait for each other, and a file that is not a store is never written. WAL would
//! save nothing here (a run is one insert) and does not work on network drives.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rayon::prelude::*;
use rusqlite::{
    Connection, OpenFlags, OptionalExtension, TransactionBehavior, params, params_from_iter,
};

use super::engine::Store;
use super::entry::Entry;
use super::error::{Fault, StoreError};
use super::query::{Filter, Order, Query};
use super::schema;
use crate::files;
use crate::model::{DocumentError, RunDocument};
use crate::project::workspace;
use crate::record::collect::SegmentId;
use crate::record::work::READING;

/// The time that a command waits for another one that is storing.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs in one SQLite file.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
    path: PathBuf,
}

impl Sqlite {
    /// Opens the store at `path`.
    ///
    /// # Errors
    /// When there is no file, or it is not a store of this version. The file stays as it is.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |fault| StoreError::new(path.display(), fault);
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(failed(Fault::Missing));
            }
            Err(error) => return Err(failed(Fault::Io(error))),
            Ok(metadata) if !metadata.is_file() => return Err(failed(Fault::NotAStore)),
            // SQLite would take an empty file for a new database.
            Ok(metadata) if metadata.len() == 0 => return Err(failed(Fault::Empty)),
            Ok(_) => {}
        }
        let mut connection = connect(path).map_err(|error| broken(path, error))?;
        let length = || fs::metadata(path).map_or(0, |metadata| metadata.len());
        schema::check(&mut connection, length)
            .map_err(|error| broken(path, error))?
            .map_err(failed)?;
        Ok(Self { connection, path: path.to_owned() })
    }

    /// Opens the store at `path`, and makes it (with its folder) when there is no file.
    ///
    /// # Errors
    /// When it can neither be opened nor made.
    pub fn open_or_create(path: &Path) -> Result<Self, StoreError> {
        match Self::open(path) {
            Err(StoreError { fault: Fault::Missing, .. }) => {
                create(path)?;
                Self::open(path)
            }
            result => result,
        }
    }

    /// Returns what `read` makes of the text of a run, which is not copied for it.
    fn read(
        &self,
        id: &str,
        read: impl Fn(&str) -> Result<RunDocument, DocumentError>,
    ) -> Result<RunDocument, StoreError> {
        let failed = |fault| StoreError::new(self.path.display(), fault);
        let query = || {
            let query = "SELECT document FROM runs WHERE id = ?1";
            let mut statement = self.connection.prepare_cached(query)?;
            statement.query_row([id], |row| Ok(read(row.get_ref(0)?.as_str()?))).optional()
        };
        query()
            .map_err(|error| self.failed(error))?
            .ok_or_else(|| failed(Fault::NoRun { id: id.to_owned() }))?
            .map_err(|error| failed(Fault::Document { id: id.to_owned(), error }))
    }

    /// Opens the store once more, for another thread: a connection is for one.
    fn again(path: &Path) -> Result<Self, StoreError> {
        let connection = connect(path).map_err(|error| broken(path, error))?;
        Ok(Self { connection, path: path.to_owned() })
    }

    fn failed(&self, error: rusqlite::Error) -> StoreError {
        broken(&self.path, error)
    }
}

impl Store for Sqlite {
    fn save_made_of(
        &mut self,
        run: &RunDocument,
        segments: &[SegmentId],
    ) -> Result<(), StoreError> {
        let failed = |fault| StoreError::new(self.path.display(), fault);
        let document =
            serde_json::to_string(run).map_err(|error| failed(Fault::Io(error.into())))?;
        match insert(&mut self.connection, run, &document, segments) {
            Ok(true) => Ok(()),
            Ok(false) => Err(failed(Fault::Taken)),
            Err(error)
                if error.sqlite_error().is_some_and(|error| {
                    error.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE
                }) =>
            {
                Err(failed(Fault::Exists { id: run.run.id.clone() }))
            }
            Err(error) => Err(broken(&self.path, error)),
        }
    }

    fn made_of(&self, segments: &[SegmentId]) -> Result<BTreeMap<SegmentId, String>, StoreError> {
        let query = || -> rusqlite::Result<BTreeMap<SegmentId, String>> {
            if !schema::has_segments(&self.connection)? {
                return Ok(BTreeMap::new());
            }
            let mut statement = self.connection.prepare(
                "SELECT runs.id FROM segments JOIN runs ON runs.number = segments.run
                 WHERE segments.id = ?1",
            )?;
            let mut found = BTreeMap::new();
            for segment in segments {
                let run = statement.query_row([segment.0], |row| row.get(0)).optional()?;
                found.extend(run.map(|run| (*segment, run)));
            }
            Ok(found)
        };
        query().map_err(|error| self.failed(error))
    }

    fn entries(&self, query: &Query) -> Result<Vec<Entry>, StoreError> {
        let (condition, values) = condition(&query.filter);
        let order = match query.order {
            Order::NewestFirst => "DESC",
            Order::OldestFirst => "ASC",
        };
        // A limit below zero is none.
        let most = query.most.map_or(-1, |most| i64::try_from(most).unwrap_or(i64::MAX));
        let skip = i64::try_from(query.skip).unwrap_or(i64::MAX);
        let text = format!(
            "SELECT id, time, label, command, git_commit, git_branch, machine_key
             FROM runs{condition} ORDER BY number {order} LIMIT {most} OFFSET {skip}"
        );
        let query = || -> rusqlite::Result<Vec<Entry>> {
            self.connection.prepare(&text)?.query_map(params_from_iter(values), entry)?.collect()
        };
        query().map_err(|error| self.failed(error))
    }

    fn count(&self, filter: &Filter) -> Result<usize, StoreError> {
        let (condition, values) = condition(filter);
        let text = format!("SELECT count(*) FROM runs{condition}");
        let count = self.connection.query_row(&text, params_from_iter(values), |row| row.get(0));
        count.map_err(|error| self.failed(error))
    }

    fn load(&self, id: &str) -> Result<RunDocument, StoreError> {
        self.read(id, RunDocument::from_json)
    }

    fn samples(&self, ids: &[&str]) -> Vec<RunDocument> {
        let of = |store: &Self, ids: &[&str]| -> Vec<RunDocument> {
            let read = |id: &&str| store.read(id, RunDocument::sample_from_json).ok();
            ids.iter().inspect(|_| READING.step()).filter_map(read).collect()
        };
        READING.add(ids.len());
        let share = ids.len().div_ceil(rayon::current_num_threads()).max(1);
        let path = &self.path;
        let read = ids.par_chunks(share).map(|ids| Some(of(&Self::again(path).ok()?, ids)));
        let read: Vec<Option<Vec<RunDocument>>> = read.collect();
        let all = read.into_iter().zip(ids.chunks(share));
        all.flat_map(|(read, ids)| read.unwrap_or_else(|| of(self, ids))).collect()
    }
}

/// Names the fault behind an error of SQLite about the store at `path`.
fn broken(path: &Path, error: rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode as Code;
    let fault = match error.sqlite_error_code() {
        Some(Code::NotADatabase) => Fault::NotAStore,
        Some(Code::DatabaseCorrupt) => Fault::Damaged(error.into()),
        Some(Code::DiskFull) => Fault::Full,
        Some(Code::ReadOnly | Code::CannotOpen | Code::PermissionDenied) => Fault::ReadOnly,
        Some(Code::DatabaseBusy | Code::DatabaseLocked) => Fault::Busy,
        _ => Fault::Other(error.into()),
    };
    StoreError::new(path.display(), fault)
}

/// Returns the condition of a query for the runs that are meant, with the values that it compares.
///
/// No index is needed for it: SQLite walks the runs in the order in which they were stored, reads a few
/// hundred bytes of each, never the document, and stops at the limit.
fn condition(filter: &Filter) -> (String, Vec<&str>) {
    let stored = |than: &str| format!("number {than} (SELECT number FROM runs WHERE id = ?)");
    let given = [
        (&filter.id, "id = ?".to_owned()),
        (&filter.id_prefix, "instr(id, ?) = 1".to_owned()),
        (&filter.label, "label = ?".to_owned()),
        (&filter.machine_key, "machine_key = ?".to_owned()),
        (&filter.command, "command = ?".to_owned()),
        (&filter.branch, "git_branch = ?".to_owned()),
        (&filter.older_than, stored("<")),
        (&filter.newer_than, stored(">")),
    ];
    let given = given.into_iter().filter_map(|(value, text)| Some((value.as_deref()?, text)));
    let (mut values, mut conditions): (Vec<&str>, Vec<String>) = given.unzip();
    if !filter.but.is_empty() {
        conditions.push(format!("id NOT IN (?{})", ", ?".repeat(filter.but.len() - 1)));
        values.extend(filter.but.iter().map(String::as_str));
    }
    let all = conditions.join(" AND ");
    let condition = if all.is_empty() { all } else { format!(" WHERE {all}") };
    (condition, values)
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    // SQLite falls back to reading by itself where the file must not be written.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    Ok(connection)
}

/// Makes a new store beside its place and moves it there when it is whole, so that nobody ever sees
/// half a store. Another process that was faster wins.
fn create(path: &Path) -> Result<(), StoreError> {
    let failed = |fault| StoreError::new(path.display(), fault);
    let folder = path.parent().unwrap_or(Path::new("."));
    workspace::make_folder(folder).map_err(|error| failed(io_fault(error)))?;
    let new = files::temporary_in(folder).map_err(|error| failed(io_fault(error)))?;
    let mut connection = connect(new.path()).map_err(|error| broken(path, error))?;
    schema::create(&mut connection).map_err(|error| broken(path, error))?;
    connection.close().map_err(|(_, error)| broken(path, error))?;
    match new.persist_noclobber(path) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => {
            Err(failed(io_fault(error.error)))
        }
        _ => Ok(()),
    }
}

fn io_fault(error: io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Fault::Full,
        io::ErrorKind::ReadOnlyFilesystem => Fault::ReadOnly,
        _ => Fault::Io(error),
    }
}

/// Stores the run unless one of the segments is another run's; returns whether it was stored.
fn insert(
    connection: &mut Connection,
    run: &RunDocument,
    json: &str,
    segments: &[SegmentId],
) -> rusqlite::Result<bool> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let facts = &run.run;
    transaction.execute(
        "INSERT INTO runs
             (id, time, label, command, git_commit, git_branch, machine_key, document)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            facts.id,
            facts.time,
            facts.label,
            facts.command.join(" "),
            facts.git.as_ref().map(|git| &git.commit),
            facts.git.as_ref().and_then(|git| git.branch.as_ref()),
            facts.machine.key,
            json,
        ],
    )?;
    if !(segments.is_empty() || take(&transaction, segments)?) {
        return Ok(false);
    }
    transaction.commit()?;
    Ok(true)
}

/// Gives the segments to the run inserted last; returns whether all were free, as those of a deleted run are.
fn take(connection: &Connection, segments: &[SegmentId]) -> rusqlite::Result<bool> {
    let run = connection.last_insert_rowid();
    schema::add_segments(connection)?;
    let mut statement = connection.prepare(
        "INSERT INTO segments (id, run) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE
         SET run = excluded.run WHERE segments.run NOT IN (SELECT number FROM runs)",
    )?;
    for segment in segments {
        if statement.execute([segment.0, run])? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

fn entry(row: &rusqlite::Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        id: row.get(0)?,
        time: row.get(1)?,
        label: row.get(2)?,
        command: row.get(3)?,
        commit: row.get(4)?,
        branch: row.get(5)?,
        machine_key: row.get(6)?,
    })
}
