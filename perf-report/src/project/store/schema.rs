//! The tables of the SQLite store, and the check that a file has them.
//!
//! When the tables change, raise [`VERSION`] and add a step that brings older files up to it.

use rusqlite::{Connection, TransactionBehavior};

use super::error::Fault;

/// The mark of a SQLite file that is ours: the letters `PTrk`.
pub const APPLICATION_ID: i32 = 0x5054_726b;

/// The version of the tables below, kept in `PRAGMA user_version`.
pub const VERSION: i32 = 1;

/// A table with one row a run. The document is the truth; the other columns repeat what lists and references
/// need, so that they need not read documents. `number` orders runs by when they were stored.
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
        document    TEXT NOT NULL
    ) STRICT;
    CREATE INDEX runs_by_label ON runs (label, number) WHERE label IS NOT NULL;
";

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
    connection.table_exists(None, "segments")
}

/// Makes the tables in an empty database, all or nothing.
pub(super) fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.execute_batch(TABLES)?;
    transaction.commit()
}

/// Checks that the database is a whole store of this version; reads only. `length` returns the size of its
/// file, while nobody can be writing it.
pub(super) fn check(
    connection: &mut Connection,
    length: impl FnOnce() -> u64,
) -> rusqlite::Result<Result<(), Fault>> {
    let transaction = connection.transaction()?;
    let number =
        |pragma: &str| transaction.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    if number("application_id")? != i64::from(APPLICATION_ID) {
        return Ok(Err(Fault::NotAStore));
    }
    let version = number("user_version")?;
    if version != i64::from(VERSION) {
        let ours = i64::from(VERSION);
        return Ok(Err(if version < ours {
            Fault::Older { found: version, oldest: ours }
        } else {
            Fault::Newer { found: version, newest: ours }
        }));
    }
    // SQLite itself notices missing pages, but not that the last one is incomplete.
    let needed = u64::try_from(number("page_count")? * number("page_size")?).unwrap_or(0);
    let length = length();
    Ok(if length < needed { Err(Fault::CutShort { length, needed }) } else { Ok(()) })
}
