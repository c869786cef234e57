//! The words that all media share: names, sentences, and the values of columns.

pub(crate) mod alerts;
pub(crate) mod changepoints;
pub(crate) mod costs;
pub(crate) mod decline;
pub(crate) mod estimates;
pub(crate) mod evidence;
pub(crate) mod facts;
pub(crate) mod findings;
pub(crate) mod fit;
pub(crate) mod folding;
pub(crate) mod functions;
pub(crate) mod futures;
pub(crate) mod histogram;
pub(crate) mod history;
pub(crate) mod interleaved;
pub(crate) mod memory;
pub(crate) mod metrics;
pub(crate) mod notes;
pub(crate) mod page;
pub(crate) mod report;
pub(crate) mod select;
pub(crate) mod self_test;
pub(crate) mod sentences;
pub(crate) mod sparkline;
pub(crate) mod suites;
pub(crate) mod top;
