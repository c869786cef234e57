//! The tables of the SQLite store, and the check that a file has them.
//!
//! When the tables change, raise [`VERSION`] and add a step that brings older files up to it.

use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::columns;
use super::entry::Entry;
use super::error::Fault;
use super::order;
use super::query::Made;
use crate::model::{BuildKeys, Run};

/// The mark of a SQLite file that is ours: the letters `PTrk`.
pub const APPLICATION_ID: i32 = 0x5054_726b;

/// The version of the tables below, kept in `PRAGMA user_version`.
///
/// 1 had no table of facts. Up to 2 there was no order but that of storing, and the key of the machine was one
/// of the build, too. Up to 3 each run was the text of its document.
pub const VERSION: i32 = 4;

/// The oldest version that is read.
const OLDEST: i32 = 1;

/// The first version with a table of facts.
const WITH_FACTS: i64 = 2;

/// The first version with an order and a table of builds.
const WITH_ORDER: i64 = 3;

/// The first version with packed runs.
const WITH_PARTS: i64 = 4;

/// A table with one row a run. Its document, packed in the table of parts, is the truth; the columns repeat what
/// lists and references need, so that they need not read documents. `number` counts runs as they are stored.
/// `document` is the text of a run that an older version stored and nobody packed yet, else empty.
const TABLES: &str = "
    CREATE TABLE runs (
        number      INTEGER PRIMARY KEY AUTOINCREMENT,
        id          TEXT NOT NULL UNIQUE,
        time        TEXT NOT NULL,
        label       TEXT,
        command     TEXT NOT NULL,
        git_commit  TEXT,
        git_branch  TEXT,
        machine_key TEXT NOT NULL,
        document    TEXT NOT NULL DEFAULT ''
    ) STRICT;
    CREATE INDEX runs_by_label ON runs (label, number) WHERE label IS NOT NULL;
";

/// A table with more of such columns, in rows of their own: a row of `runs` has its columns behind the document,
/// so that a column added to it would be as far away as the document is long.
///
/// Of a label and of tags, which can be changed, the columns are the truth. `made` orders the runs: it is the place
/// of [`order`], in microseconds since 1970.
const FACTS: &str = "facts (
        run       INTEGER PRIMARY KEY,
        tags      TEXT NOT NULL,
        source    TEXT,
        run_group TEXT,
        exit_code INTEGER,
        signal    INTEGER,
        dirty     INTEGER NOT NULL,
        wall_ns   INTEGER,
        functions INTEGER NOT NULL,
        made      INTEGER NOT NULL
    ) STRICT;
";

/// A table of the keys by which comparable runs are found: that of the machine as [`Run::machine_key`] makes it,
/// and those of the build, of which one is not always known. `machine_key` in `runs` is what was written first.
const BUILDS: &str = "builds (
        run      INTEGER PRIMARY KEY,
        machine  TEXT NOT NULL,
        crates   TEXT,
        recorder TEXT NOT NULL
    ) STRICT;
";

/// A table of the packed documents: see [`packing`](super::packing). A part follows the other in the order in
/// which they are needed, so that whoever reads samples touches no page of a histogram.
const PARTS: &str = "CREATE TABLE main.parts (
        run        INTEGER PRIMARY KEY,
        head       BLOB NOT NULL,
        functions  BLOB,
        histograms BLOB,
        tree       BLOB
    ) STRICT;
";

/// A table of one row: the number from which on runs may still be text. It is there as long as there may be any;
/// finding them by an index would read all of them first, in one transaction.
const TEXTS: &str = "CREATE TABLE main.texts (next INTEGER NOT NULL) STRICT;
    INSERT INTO main.texts VALUES (0);
";

/// The column of the order, for a table of facts of version 2.
const MADE: &str = "ALTER TABLE main.facts ADD COLUMN made INTEGER NOT NULL DEFAULT 0";

/// The index of the order. The number of a run, by which those of one moment are ordered, is part of each index.
const BY_TIME: &str = "CREATE INDEX main.facts_by_time ON facts (made)";

/// A table of the segments of which the runs were made, by [`crate::record::collect::id_of`], so that none is
/// stored twice. The first run that has any makes it: older files are of the same version, and whoever knows
/// nothing of this table reads and writes them as ever.
const SEGMENTS: &str = "
    CREATE TABLE IF NOT EXISTS segments (
        id  INTEGER PRIMARY KEY,
        run INTEGER NOT NULL
    ) STRICT;
";

/// Makes the table of segments, where there is none yet.
pub(super) fn add_segments(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(SEGMENTS)
}

/// Returns whether there is a table of segments.
pub(super) fn has_segments(connection: &Connection) -> rusqlite::Result<bool> {
    has_table(connection, "segments")
}

/// Returns whether there is a table of this name at the moment. `Connection::table_exists` answers from what this
/// connection read last, although another process may have made or dropped the table since.
fn has_table(connection: &Connection, name: &str) -> rusqlite::Result<bool> {
    let text =
        "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?1)";
    connection.query_row(text, [name], |row| row.get(0))
}

/// Makes the tables in an empty database, all or nothing.
pub(super) fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.execute_batch(TABLES)?;
    transaction.execute_batch(&format!("CREATE TABLE {FACTS} CREATE TABLE {BUILDS} {BY_TIME}"))?;
    transaction.execute_batch(PARTS)?;
    transaction.commit()
}

/// The state of the table of facts. Where it is not as it should be, the store is of an older version and cannot
/// be written, and a whole one is in the memory of this connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Facts {
    /// It is in the store, as it should be.
    Whole,
    /// It is in the store, without an order.
    Unordered,
    /// There is none in the store.
    Missing,
}

/// The tables that a store has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tables {
    pub(super) facts: Facts,
    /// True if runs are packed; otherwise each is text.
    pub(super) parts: bool,
}

impl Tables {
    /// All of them, as they should be.
    pub(super) const WHOLE: Self = Self { facts: Facts::Whole, parts: true };
}

/// Returns whether there may be runs that are still text.
pub(super) fn has_texts(connection: &Connection) -> rusqlite::Result<bool> {
    has_table(connection, "texts")
}

/// Notes that no run is text any more.
pub(super) fn forget_texts(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("DROP TABLE IF EXISTS main.texts")
}

/// Brings a store of an older version up to this one, all or nothing, but for the packing of its runs, which
/// takes longest and comes afterwards. One that cannot be written stays as it is, and what it lacks is made up in
/// memory.
pub(super) fn bring_up(connection: &mut Connection) -> rusqlite::Result<Tables> {
    use ErrorCode as Code;
    match upgrade(connection) {
        Ok(()) => Ok(Tables::WHOLE),
        Err(error) => match error.sqlite_error_code() {
            Some(Code::ReadOnly | Code::CannotOpen | Code::PermissionDenied | Code::DiskFull) => {
                beside(connection)
            }
            _ => Err(error),
        },
    }
}

fn upgrade(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    let found = version(&transaction)?;
    if found < WITH_ORDER {
        add(&transaction, "main", found)?;
        transaction.execute_batch(BY_TIME)?;
    }
    if found < WITH_PARTS {
        transaction.execute_batch(&format!("{PARTS}{TEXTS}"))?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()
}

/// Makes up in memory what the store lacks, and returns what it has.
fn beside(connection: &mut Connection) -> rusqlite::Result<Tables> {
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    let transaction = connection.transaction()?;
    let found = version(&transaction)?;
    if found < WITH_ORDER {
        add(&transaction, "temp", found)?;
    }
    transaction.commit()?;
    let facts = match found {
        ..WITH_FACTS => Facts::Missing,
        WITH_FACTS..WITH_ORDER => Facts::Unordered,
        _ => Facts::Whole,
    };
    Ok(Tables { facts, parts: found >= WITH_PARTS })
}

/// Adds to a schema of SQLite what the version `found` lacks, with its rows.
fn add(connection: &Connection, schema: &str, found: i64) -> rusqlite::Result<()> {
    let lacks_facts = found < WITH_FACTS;
    if schema == "main" && !lacks_facts {
        connection.execute_batch(MADE)?;
    } else {
        connection.execute_batch(&format!("CREATE TABLE {schema}.{FACTS}"))?;
    }
    if schema != "main" && !lacks_facts {
        connection.execute("INSERT INTO temp.facts SELECT *, 0 FROM main.facts", [])?;
    }
    connection.execute_batch(&format!("CREATE TABLE {schema}.{BUILDS}"))?;
    fill(connection, schema, lacks_facts)?;
    set_in_order(connection, schema)
}

/// Gives every run its place, as if each had been stored by this version: those that were recorded here stay in
/// the order of storing, and imports go to their times.
fn set_in_order(connection: &Connection, schema: &str) -> rusqlite::Result<()> {
    let text = format!(
        "SELECT run, time, source IS NULL FROM {schema}.facts JOIN main.runs ON number = run ORDER BY run"
    );
    let mut runs = connection.prepare(&text)?;
    let mut rows = runs.query([])?;
    let mut place =
        connection.prepare(&format!("UPDATE {schema}.facts SET made = ?2 WHERE run = ?1"))?;
    let (now, mut newest) = (order::now(), None);
    while let Some(row) = rows.next()? {
        let made = if row.get(2)? { Made::Now } else { Made::Then };
        let time = order::place(row.get_ref(1)?.as_str()?, made, (newest, now));
        newest = newest.max(Some(time));
        place.execute([row.get(0)?, time])?;
    }
    Ok(())
}

/// The part of a run's document that the columns repeat.
#[derive(Deserialize)]
struct Part {
    run: Run,
    process: Process,
    functions: Vec<Function>,
}

#[derive(Deserialize)]
struct Function {
    self_allocs: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Process {
    wall_ns: Option<u64>,
}

impl Part {
    fn entry(&self) -> Entry {
        let counts_allocations = self.functions.iter().any(|it| it.self_allocs.is_some());
        let build = BuildKeys::of(&self.run.toolchain, counts_allocations);
        Entry::new(&self.run, build, self.process.wall_ns, self.functions.len())
    }
}

/// Writes the keys of every run, and where they are lacking its facts, all but its place. Of a document that
/// cannot be read nothing is known.
fn fill(connection: &Connection, schema: &str, lacks_facts: bool) -> rusqlite::Result<()> {
    let mut runs = connection.prepare("SELECT number, document FROM main.runs")?;
    let mut rows = runs.query([])?;
    while let Some(row) = rows.next()? {
        let part = serde_json::from_str::<Part>(row.get_ref(1)?.as_str()?).ok();
        let (number, entry) = (row.get(0)?, part.map(|it| it.entry()).unwrap_or_default());
        if lacks_facts {
            columns::write_facts(connection, schema, (number, 0), &entry)?;
        }
        columns::write_builds(connection, schema, number, &entry)?;
    }
    Ok(())
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Checks that the database is a whole store of a version that is read, and returns whether it is of this one;
/// reads only. `length` returns the size of its file, while nobody can be writing it.
pub(super) fn check(
    connection: &mut Connection,
    length: impl FnOnce() -> u64,
) -> rusqlite::Result<Result<bool, Fault>> {
    let transaction = connection.transaction()?;
    let number =
        |pragma: &str| transaction.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    if number("application_id")? != i64::from(APPLICATION_ID) {
        return Ok(Err(Fault::NotAStore));
    }
    let (found, oldest, newest) = (version(&transaction)?, i64::from(OLDEST), i64::from(VERSION));
    if found < oldest {
        return Ok(Err(Fault::Older { found, oldest }));
    }
    if found > newest {
        return Ok(Err(Fault::Newer { found, newest }));
    }
    // SQLite itself notices missing pages, but not that the last one is incomplete.
    let needed = u64::try_from(number("page_count")? * number("page_size")?).unwrap_or(0);
    let length = length();
    if length < needed {
        return Ok(Err(Fault::CutShort { length, needed }));
    }
    Ok(Ok(found == newest))
}
