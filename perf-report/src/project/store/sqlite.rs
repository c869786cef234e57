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
    Connection, OpenFlags, OptionalExtension, Row, TransactionBehavior, params, params_from_iter,
};

use super::columns::{self, COUNT, ENTRIES};
use super::digest::is_same;
use super::engine::{IsWanted, Store};
use super::entry::{Entry, Names};
use super::error::{Fault, StoreError};
use super::order;
use super::packing::{Packed, Parts, Wanted};
use super::parts;
use super::query::{Filter, Made, Query};
use super::schema::{self, Facts, Tables};
use crate::files;
use crate::model::{DocumentError, RunDocument};
use crate::project::workspace;
use crate::record::collect::SegmentId;
use crate::record::work::READING;

/// The time that a command waits for another one that is storing.
const PATIENCE: Duration = Duration::from_secs(30);

#[cfg(test)]
thread_local! {
    /// The ids of the runs that this thread has loaded whole.
    pub(crate) static LOADED: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// Runs in one SQLite file.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
    path: PathBuf,
    tables: Tables,
}

impl Sqlite {
    /// Opens the store at `path`.
    ///
    /// # Errors
    /// When there is no file, or it is not a store of this version or an older one. The file stays as it is
    /// then; one of an older version is brought up to this one, where it may be written.
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
        let is_of_today = schema::check(&mut connection, length)
            .map_err(|error| broken(path, error))?
            .map_err(failed)?;
        let tables = if is_of_today {
            Tables::WHOLE
        } else {
            schema::bring_up(&mut connection).map_err(|error| broken(path, error))?
        };
        if tables.parts {
            parts::pack_texts(&mut connection).map_err(|error| broken(path, error))?;
        }
        Ok(Self { connection, path: path.to_owned(), tables })
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

    /// Returns the run of this id as `form` has it, under the names that it has now.
    fn read(&self, id: &str, form: &mut Form<'_, '_>) -> Result<RunDocument, StoreError> {
        let failed = |fault| StoreError::new(self.path.display(), fault);
        let mut query = || {
            let mut statement = self.connection.prepare_cached(self.reading(form))?;
            let named = |row: &Row<'_>| {
                let parts = parts::read(row, 3, matches!(form, Form::Whole))?;
                let mut run = match parts {
                    Some(parts) => form.unpack(parts),
                    None => form.of_text(row.get_ref(2)?.as_str()?),
                };
                if let Ok(run) = &mut run {
                    run.run.label = row.get(0)?;
                    let tags = row.get_ref(1)?.as_str_or_null()?.map(columns::tags_of_text);
                    run.run.tags = tags.unwrap_or_else(|| std::mem::take(&mut run.run.tags));
                }
                Ok(run)
            };
            statement.query_row([id], named).optional()
        };
        query()
            .map_err(|error| self.failed(error))?
            .ok_or_else(|| failed(Fault::NoRun { id: id.to_owned() }))?
            .map_err(|error| failed(Fault::Document { id: id.to_owned(), error }))
    }

    /// Returns the query for a run of an id: its label and tags, its text and its parts.
    fn reading(&self, form: &Form<'_, '_>) -> &'static str {
        let Tables { facts, parts } = self.tables;
        match (facts, parts, form) {
            (_, true, Form::Whole) => {
                "SELECT label, tags, document, head, parts.functions, histograms, tree
                 FROM runs LEFT JOIN main.facts ON facts.run = number
                      LEFT JOIN parts ON parts.run = number WHERE id = ?1"
            }
            (_, true, Form::Sample | Form::Excerpt(_)) => {
                "SELECT label, tags, document, head, parts.functions
                 FROM runs LEFT JOIN main.facts ON facts.run = number
                      LEFT JOIN parts ON parts.run = number WHERE id = ?1"
            }
            (Facts::Missing, ..) => {
                "SELECT label, NULL, document, NULL, NULL, NULL, NULL FROM runs WHERE id = ?1"
            }
            (Facts::Whole | Facts::Unordered, ..) => {
                "SELECT label, tags, document, NULL, NULL, NULL, NULL
                 FROM runs LEFT JOIN main.facts ON run = number WHERE id = ?1"
            }
        }
    }

    /// Returns samples of these runs, or excerpts where some functions are `wanted`, read by all processors: a
    /// connection is for one.
    fn read_samples(&self, ids: &[&str], wanted: Option<&IsWanted<'_>>) -> Vec<RunDocument> {
        let of = |store: &Self, ids: &[&str]| -> Vec<RunDocument> {
            let mut wanted = wanted.map(Wanted::new);
            let mut form = wanted.as_mut().map_or(Form::Sample, Form::Excerpt);
            let read = |id: &&str| store.read(id, &mut form).ok();
            ids.iter().inspect(|_| READING.step()).filter_map(read).collect()
        };
        READING.add(ids.len());
        let share = ids.len().div_ceil(rayon::current_num_threads()).max(1);
        let (path, tables) = (&self.path, self.tables);
        let read = ids.par_chunks(share).map(|ids| Some(of(&Self::again(path, tables).ok()?, ids)));
        let read: Vec<Option<Vec<RunDocument>>> = read.collect();
        let all = read.into_iter().zip(ids.chunks(share));
        all.flat_map(|(read, ids)| read.unwrap_or_else(|| of(self, ids))).collect()
    }

    /// Opens the store once more, for another thread: a connection is for one.
    fn again(path: &Path, tables: Tables) -> Result<Self, StoreError> {
        let connection = connect(path).map_err(|error| broken(path, error))?;
        Ok(Self { connection, path: path.to_owned(), tables })
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
        made: Made,
    ) -> Result<(), StoreError> {
        let failed = |fault| StoreError::new(self.path.display(), fault);
        let packed = Packed::of(run).map_err(|error| failed(Fault::Io(error)))?;
        match insert(&mut self.connection, (run, made), &packed, segments) {
            Ok(true) => Ok(()),
            Ok(false) => Err(failed(Fault::Taken)),
            Err(error)
                if error.sqlite_error().is_some_and(|error| {
                    error.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE
                }) =>
            {
                let id = run.run.id.clone();
                let is_same = self.load(&id).is_ok_and(|stored| is_same(&stored, run));
                Err(failed(Fault::Exists { id, is_same }))
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

    fn remove(&mut self, ids: &[&str]) -> Result<usize, StoreError> {
        delete(&mut self.connection, ids).map_err(|error| broken(&self.path, error))
    }

    fn rename(&mut self, id: &str, change: &dyn Fn(&Names) -> Names) -> Result<Names, StoreError> {
        match rename(&mut self.connection, id, change) {
            Ok(Some(names)) => Ok(names),
            Ok(None) => {
                let fault = Fault::NoRun { id: id.to_owned() };
                Err(StoreError::new(self.path.display(), fault))
            }
            Err(error) => Err(broken(&self.path, error)),
        }
    }

    fn shrink(&mut self) -> Result<(), StoreError> {
        self.connection.execute_batch("VACUUM").map_err(|error| self.failed(error))
    }

    fn entries(&self, query: &Query) -> Result<Vec<Entry>, StoreError> {
        let (condition, values) = columns::condition(&query.filter);
        let order = columns::order(query.order);
        // A limit below zero is none.
        let most = query.most.map_or(-1, |most| i64::try_from(most).unwrap_or(i64::MAX));
        let skip = i64::try_from(query.skip).unwrap_or(i64::MAX);
        let text = format!("{ENTRIES}{condition}{order} LIMIT {most} OFFSET {skip}");
        let query = || -> rusqlite::Result<Vec<Entry>> {
            self.connection
                .prepare(&text)?
                .query_map(params_from_iter(values), columns::entry)?
                .collect()
        };
        query().map_err(|error| self.failed(error))
    }

    fn count(&self, filter: &Filter) -> Result<usize, StoreError> {
        let (condition, values) = columns::condition(filter);
        let text = format!("{COUNT}{condition}");
        let count = self.connection.query_row(&text, params_from_iter(values), |row| row.get(0));
        count.map_err(|error| self.failed(error))
    }

    fn load(&self, id: &str) -> Result<RunDocument, StoreError> {
        #[cfg(test)]
        LOADED.with_borrow_mut(|ids| ids.push(id.to_owned()));
        self.read(id, &mut Form::Whole)
    }

    fn samples(&self, ids: &[&str]) -> Vec<RunDocument> {
        self.read_samples(ids, None)
    }

    fn excerpts(&self, ids: &[&str], is_wanted: &IsWanted<'_>) -> Vec<RunDocument> {
        self.read_samples(ids, Some(is_wanted))
    }
}

/// The form in which a run is read.
enum Form<'w, 'a> {
    /// All of it.
    Whole,
    /// A sample.
    Sample,
    /// A sample with some of its functions.
    Excerpt(&'w mut Wanted<'a>),
}

impl Form<'_, '_> {
    fn unpack(&mut self, parts: Parts<'_>) -> Result<RunDocument, DocumentError> {
        match self {
            Self::Whole => parts.unpack(),
            Self::Sample => parts.unpack_sample(),
            Self::Excerpt(wanted) => parts.unpack_excerpt(wanted),
        }
    }

    fn of_text(&self, text: &str) -> Result<RunDocument, DocumentError> {
        match self {
            Self::Whole => RunDocument::from_json(text),
            Self::Sample => RunDocument::sample_from_json(text),
            Self::Excerpt(wanted) => Ok(wanted.of(RunDocument::sample_from_json(text)?)),
        }
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

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    // SQLite falls back to reading by itself where the file must not be written.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    columns::add_functions(&connection)?;
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
    (run, made): (&RunDocument, Made),
    packed: &Packed,
    segments: &[SegmentId],
) -> rusqlite::Result<bool> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let facts = &run.run;
    transaction.execute(
        "INSERT INTO runs
             (id, time, label, command, git_commit, git_branch, machine_key, document)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '')",
        params![
            facts.id,
            facts.time,
            facts.label,
            facts.command.join(" "),
            facts.git.as_ref().map(|git| &git.commit),
            facts.git.as_ref().and_then(|git| git.branch.as_ref()),
            facts.machine.key,
        ],
    )?;
    let number = transaction.last_insert_rowid();
    parts::write(&transaction, number, packed)?;
    let newest = "SELECT max(made) FROM main.facts";
    let newest: Option<i64> = transaction.query_row(newest, [], |row| row.get(0))?;
    let place = order::place(&facts.time, made, (newest, order::now()));
    let entry = Entry::of(run);
    columns::write_facts(&transaction, "main", (number, place), &entry)?;
    columns::write_builds(&transaction, "main", number, &entry)?;
    if !(segments.is_empty() || take(&transaction, number, segments)?) {
        return Ok(false);
    }
    transaction.commit()?;
    Ok(true)
}

/// Gives the segments to the run of this number; returns whether all were free, as those of a deleted run are.
fn take(connection: &Connection, run: i64, segments: &[SegmentId]) -> rusqlite::Result<bool> {
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

/// Deletes these runs and all that is kept of them; returns the number of runs deleted.
fn delete(connection: &mut Connection, ids: &[&str]) -> rusqlite::Result<usize> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut tables = vec![
        "DELETE FROM facts WHERE run = ?1",
        "DELETE FROM builds WHERE run = ?1",
        "DELETE FROM parts WHERE run = ?1",
        "DELETE FROM runs WHERE number = ?1",
    ];
    if schema::has_segments(&transaction)? {
        tables.push("DELETE FROM segments WHERE run = ?1");
    }
    let mut deleted = 0;
    for id in ids {
        let query = "SELECT number FROM runs WHERE id = ?1";
        let number = transaction.query_row(query, [id], |row| row.get::<_, i64>(0)).optional()?;
        let Some(number) = number else { continue };
        for table in &tables {
            transaction.prepare_cached(table)?.execute([number])?;
        }
        deleted += 1;
    }
    transaction.commit()?;
    Ok(deleted)
}

/// Changes the names of a run; returns them, or `None` where there is no run of this id.
fn rename(
    connection: &mut Connection,
    id: &str,
    change: &dyn Fn(&Names) -> Names,
) -> rusqlite::Result<Option<Names>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let known =
        "SELECT label, ifnull(tags, '[]') FROM runs LEFT JOIN facts ON facts.run = runs.number
                 WHERE id = ?1";
    let known = transaction.query_row(known, [id], |row| {
        let tags = columns::tags_of_text(row.get_ref(1)?.as_str()?);
        Ok(Names { label: row.get(0)?, tags })
    });
    let Some(known) = known.optional()? else { return Ok(None) };
    let names = change(&known);
    let label = "UPDATE runs SET label = ?2 WHERE id = ?1";
    transaction.execute(label, params![id, names.label])?;
    let tags = "UPDATE facts SET tags = ?2 WHERE run = (SELECT number FROM runs WHERE id = ?1)";
    transaction.execute(tags, params![id, columns::tags_to_text(&names.tags)])?;
    transaction.commit()?;
    Ok(Some(names))
}
