//! The care of a store that many machines share.

use super::clickhouse;
use super::error::StoreError;
use super::location::Location;
use super::open_or_create;
use super::remote::Remote;
use crate::error::{ExitCode, UserError};

/// The days of a roll-up: from the first on, before the last, such as `2026-11-20`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Days {
    /// The first day.
    pub first: String,
    /// The day after the last one.
    pub end: String,
}

/// The days for which a server keeps functions and metrics run by run; of days before, there are only sums.
pub(crate) const KEPT_DAYS: u32 = 400;

/// The state of a server that keeps runs.
#[derive(Debug)]
pub(crate) struct State {
    /// The version of the server.
    pub server: String,
    /// The version of the tables.
    pub tables: u32,
    /// The seconds that its clock is ahead of the one here.
    pub ahead: i64,
    /// True if the user may add rows.
    pub writes: bool,
}

/// Makes what a store needs before runs come: a file, or a database and tables. What is there stays.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn init(location: &Location) -> Result<(), UserError> {
    if let Location::ClickHouse(remote) = location {
        return Ok(clickhouse::init(remote)?);
    }
    Ok(open_or_create(location).map(drop)?)
}

/// Returns the statements by which [`init`] makes database and tables, or those for a cluster of this name.
///
/// # Errors
/// When it is not a store of a server.
pub(crate) fn statements(
    location: &Location,
    cluster: Option<&str>,
) -> Result<Vec<String>, UserError> {
    let remote = server(location, "only the tables of a server are made by statements")?;
    Ok(clickhouse::statements(remote, cluster)?)
}

/// Sums up whole days; returns the number of rows that they have then.
///
/// # Errors
/// When it is not a store of a server, and when that cannot be read or written.
pub(crate) fn roll_up(location: &Location, days: &Days) -> Result<usize, UserError> {
    let remote = server(location, "only a store of a server sums up days")?;
    Ok(clickhouse::roll_up(remote, days)?)
}

/// Returns the state of a server; `None` where the store is a file.
///
/// # Errors
/// When it is not reached, refuses, or has no tables.
pub(crate) fn state(location: &Location) -> Result<Option<State>, StoreError> {
    match location {
        Location::Sqlite(_) => Ok(None),
        Location::ClickHouse(remote) => clickhouse::state(remote).map(Some),
    }
}

fn server<'a>(location: &'a Location, problem: &str) -> Result<&'a Remote, UserError> {
    match location {
        Location::ClickHouse(remote) => Ok(remote),
        Location::Sqlite(_) => Err(UserError::new(ExitCode::Usage, problem).help(
            "name the server: `--store 'clickhouse://USER@HOST:8123/perf?project=NAME'`, or set \
             PERF_TRACK_STORE",
        )),
    }
}
