//! The store, which keeps runs. A run is immutable once stored, but for its label and tags, which stand
//! beside it.
//!
//! [`Store`] is what commands see, whatever the engine; [`open`] picks the engine by the [`Location`].
//! [`Sqlite`] is the store of one machine, `ClickHouse` that of many; above both,
//! `Distributed` makes one run of its parts. A store only keeps and finds; judging and showing live
//! elsewhere.

#[cfg_attr(not(feature = "clickhouse"), path = "clickhouse_absent.rs")]
pub(crate) mod clickhouse;
mod columns;
mod digest;
mod distributed;
mod engine;
mod entry;
mod error;
mod find_error;
mod location;
mod order;
mod packing;
mod parts;
mod query;
mod reference;
mod remote;
mod resolve;
mod revisions;
mod schema;
pub(crate) mod shared;
mod sqlite;

#[cfg(test)]
mod tests;

pub(crate) use digest::is_same;
pub(crate) use distributed::Distributed;
pub use engine::{IsWanted, Store};
pub use entry::{Entry, Names};
pub use error::{EngineError, Fault, StoreError};
pub use find_error::{FindError, Unfound};
pub use location::Location;
pub(crate) use order::behind;
pub use query::{Filter, Made, Order, Query};
pub use reference::{Kind, RunRef};
pub use remote::Remote;
pub use revisions::Revisions;
pub use schema::{APPLICATION_ID, VERSION};
pub use sqlite::Sqlite;

#[cfg(test)]
pub(crate) use sqlite::LOADED;

pub use crate::record::collect::SegmentId;

/// Opens the store for reading; it must exist.
///
/// # Errors
/// When nothing has been stored yet, or it is not a store that can be read. It is never altered or deleted
/// then.
pub fn open(location: &Location) -> Result<Box<dyn Store>, StoreError> {
    match location {
        Location::Sqlite(path) => Ok(Box::new(Sqlite::open(path)?)),
        Location::ClickHouse(remote) => clickhouse::open(remote),
    }
}

/// Opens the store for writing, and makes it (with the folder that holds it) when there is none.
///
/// # Errors
/// When it can neither be opened nor made.
pub fn open_or_create(location: &Location) -> Result<Box<dyn Store>, StoreError> {
    match location {
        Location::Sqlite(path) => Ok(Box::new(Sqlite::open_or_create(path)?)),
        Location::ClickHouse(remote) => clickhouse::open(remote),
    }
}
