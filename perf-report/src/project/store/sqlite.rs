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
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};

use super::error::Fault;
use super::{Entry, Store, StoreError, schema};
use crate::files;
use crate::model::{DocumentError, RunDocument};
use crate::record::collect::SegmentId;

/// How long a command waits for another one that is storing.
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
        let failed = |fault| StoreError::new(path, fault);
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
        let mut connection = connect(path).map_err(|error| StoreError::sqlite(path, error))?;
        let length = || fs::metadata(path).map_or(0, |metadata| metadata.len());
        schema::check(&mut connection, length)
            .map_err(|error| StoreError::sqlite(path, error))?
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

    /// What `read` makes of the text of a run, which is not copied for it.
    fn read(
        &self,
        id: &str,
        read: impl Fn(&str) -> Result<RunDocument, DocumentError>,
    ) -> Result<RunDocument, StoreError> {
        let failed = |fault| StoreError::new(&self.path, fault);
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

    /// The same store for another thread: a connection is for one.
    fn again(path: &Path) -> Result<Self, StoreError> {
        let connection = connect(path).map_err(|error| StoreError::sqlite(path, error))?;
        Ok(Self { connection, path: path.to_owned() })
    }

    fn failed(&self, error: rusqlite::Error) -> StoreError {
        StoreError::sqlite(&self.path, error)
    }
}

impl Store for Sqlite {
    fn save_made_of(
        &mut self,
        run: &RunDocument,
        segments: &[SegmentId],
    ) -> Result<(), StoreError> {
        let failed = |fault| StoreError::new(&self.path, fault);
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
            Err(error) => Err(StoreError::sqlite(&self.path, error)),
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

    fn entries(&self) -> Result<Vec<Entry>, StoreError> {
        let query = || -> rusqlite::Result<Vec<Entry>> {
            self.connection
                .prepare(
                    "SELECT id, time, label, command, git_commit, git_branch, machine_key
                     FROM runs ORDER BY number DESC",
                )?
                .query_map([], entry)?
                .collect()
        };
        query().map_err(|error| self.failed(error))
    }

    fn load(&self, id: &str) -> Result<RunDocument, StoreError> {
        self.read(id, RunDocument::from_json)
    }

    fn samples(&self, ids: &[&str]) -> Vec<RunDocument> {
        let of = |store: &Self, ids: &[&str]| -> Vec<RunDocument> {
            ids.iter().filter_map(|id| store.read(id, RunDocument::sample_from_json).ok()).collect()
        };
        let share = ids.len().div_ceil(rayon::current_num_threads()).max(1);
        let path = &self.path;
        let read = ids.par_chunks(share).map(|ids| Some(of(&Self::again(path).ok()?, ids)));
        let read: Vec<Option<Vec<RunDocument>>> = read.collect();
        let all = read.into_iter().zip(ids.chunks(share));
        all.flat_map(|(read, ids)| read.unwrap_or_else(|| of(self, ids))).collect()
    }
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
    let failed = |fault| StoreError::new(path, fault);
    let folder = path.parent().unwrap_or(Path::new("."));
    files::make_folder(folder).map_err(|error| failed(io_fault(error)))?;
    let new = files::temporary_in(folder).map_err(|error| failed(io_fault(error)))?;
    let mut connection = connect(new.path()).map_err(|error| StoreError::sqlite(path, error))?;
    schema::create(&mut connection).map_err(|error| StoreError::sqlite(path, error))?;
    connection.close().map_err(|(_, error)| StoreError::sqlite(path, error))?;
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

/// Whether it was stored: not when one of the segments is another run's.
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

/// Gives the segments to the run inserted last. Whether all were free: those of a run that was deleted are.
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
