//! The pages over the store where the feature `agent` is off: there are none.

use std::path::PathBuf;

use crate::error::UserError;
use crate::project::config::check::CheckSettings;
use crate::project::context::Context;

/// An address that nobody can have.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Address {}

impl Address {
    /// Explains why there is no server.
    ///
    /// # Errors
    /// Always.
    pub(crate) fn parse(_: &str) -> Result<Self, String> {
        Err("perf-report was built without its servers (feature `agent`)".to_owned())
    }

    /// Returns nothing, since there is none.
    pub(crate) fn is_loopback(self) -> bool {
        match self {}
    }
}

/// A rule for nobody.
#[derive(Debug)]
pub(crate) struct Guard;

impl Guard {
    /// Makes it.
    pub(crate) fn new(_: Option<&str>, _: u16) -> Self {
        Self
    }
}

/// Pages for nobody.
#[derive(Debug)]
pub(crate) struct Pages;

impl Pages {
    /// Makes them.
    pub(crate) fn new(_: Context, _: CheckSettings, _: PathBuf) -> Self {
        Self
    }
}

/// A server that cannot be.
#[derive(Debug)]
pub(crate) enum Server {}

impl Server {
    /// Listens nowhere, since there is no address.
    ///
    /// # Errors
    /// Never: nobody can ask for it.
    pub(crate) fn start(
        address: Address,
        _: impl FnOnce(u16) -> Guard,
        _: Pages,
    ) -> Result<Self, UserError> {
        match address {}
    }

    /// Returns nothing, since there is none.
    pub(crate) fn url(&self) -> String {
        match *self {}
    }
}
