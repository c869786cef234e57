//! Text that people write and read: [`units`], [`values`], "did you mean" ([`suggest`]), and names
//! that are not trusted ([`sanitize`]). Pure, and independent of documents.

pub mod sanitize;
pub(crate) mod shell;
pub mod suggest;
pub mod units;
pub(crate) mod values;
