//! Keeps runs. A run is immutable once stored.
//!
//! [`Store`] is what commands see; [`Sqlite`] is the store of one machine. Judging and showing live
//! elsewhere: a store only keeps and finds.

mod entry;
mod error;
mod reference;
mod schema;
mod sqlite;

pub use entry::Entry;
pub use error::StoreError;
pub use reference::{FindError, RunRef};
pub use schema::{APPLICATION_ID, VERSION};
pub use sqlite::Sqlite;

use crate::context::Context;
use crate::error::UserError;
use crate::model::RunDocument;

/// Keeps runs and finds them again.
pub trait Store {
    /// Stores a run: all of it or, when it fails, nothing.
    ///
    /// # Errors
    /// When the store takes no more, or holds a run of this id.
    fn save(&mut self, run: &RunDocument) -> Result<(), StoreError>;

    /// What is stored, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn entries(&self) -> Result<Vec<Entry>, StoreError>;

    /// The run of exactly this id.
    ///
    /// # Errors
    /// When the store cannot be read, the run is not there, or is damaged.
    fn load(&self, id: &str) -> Result<RunDocument, StoreError>;

    /// The run that `reference` names.
    ///
    /// # Errors
    /// When there is no such run, more than one, or it cannot be read.
    fn find(&self, reference: &RunRef) -> Result<RunDocument, UserError> {
        let entries = self.entries()?;
        let entry = reference.resolve(&entries)?;
        Ok(self.load(&entry.id)?)
    }
}

/// Opens the store for reading; it must exist.
///
/// # Errors
/// When nothing has been stored yet, or the file is not a store that can be read. It is never
/// altered or deleted then.
pub fn open(context: &Context) -> Result<Sqlite, UserError> {
    Ok(Sqlite::open(&context.store)?)
}

/// Opens the store for writing, and makes it (with the folder that holds it) when there is none.
///
/// # Errors
/// When it can neither be opened nor made.
pub fn open_or_create(context: &Context) -> Result<Sqlite, UserError> {
    Ok(Sqlite::open_or_create(&context.store)?)
}
