//! The tables of the SQLite store, and how a file is told to be one.
//!
//! When the tables change, raise [`VERSION`] and add a step that brings older files up to it.

use rusqlite::{Connection, TransactionBehavior};

use super::error::Fault;

/// Marks a SQLite file as ours: the letters `PTrk`.
pub const APPLICATION_ID: i32 = 0x5054_726b;

/// Version of the tables below, kept in `PRAGMA user_version`.
pub const VERSION: i32 = 1;

/// One row a run. The document is the truth; the other columns repeat what lists and references
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

/// Makes the tables in an empty database, all or nothing.
pub(super) fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.execute_batch(TABLES)?;
    transaction.commit()
}

/// Whether the database is a store of this version; reads only.
pub(super) fn check(connection: &Connection) -> rusqlite::Result<Result<(), Fault>> {
    let number =
        |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
    if number("application_id")? != APPLICATION_ID {
        return Ok(Err(Fault::NotAStore));
    }
    Ok(match number("user_version")? {
        VERSION => Ok(()),
        found if found < VERSION => Err(Fault::Older { found }),
        found => Err(Fault::Newer { found }),
    })
}
