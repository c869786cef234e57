//! Servers where the feature `clickhouse` is off: nobody speaks with them.

use super::engine::Store;
use super::error::{Fault, StoreError};
use super::remote::Remote;
use super::shared::{Days, State};

/// Opens nothing.
///
/// # Errors
/// Always.
pub(crate) fn open(remote: &Remote) -> Result<Box<dyn Store>, StoreError> {
    lacking(remote)
}

/// Makes nothing.
///
/// # Errors
/// Always.
pub(super) fn init(remote: &Remote) -> Result<(), StoreError> {
    lacking(remote)
}

/// Returns no statements.
///
/// # Errors
/// Always.
pub(super) fn statements(remote: &Remote, _: Option<&str>) -> Result<Vec<String>, StoreError> {
    lacking(remote)
}

/// Sums nothing up.
///
/// # Errors
/// Always.
pub(super) fn roll_up(remote: &Remote, _: &Days) -> Result<usize, StoreError> {
    lacking(remote)
}

/// Knows no state.
///
/// # Errors
/// Always.
pub(super) fn state(remote: &Remote) -> Result<State, StoreError> {
    lacking(remote)
}

fn lacking<T>(remote: &Remote) -> Result<T, StoreError> {
    Err(StoreError::new(remote, Fault::Lacking))
}
