//! Text that people write and read: [`units`], [`values`], "did you mean" ([`suggest`]), names that are
//! not trusted ([`sanitize`]) and their order ([`order`]), addresses ([`url`]), paths ([`path`]), moments ([`moment`]), bytes that are sent ([`gzip`]), and pictures in letters of old ([`ascii`]). Pure,
//! and independent of documents.

pub mod ascii;
pub(crate) mod colours;
pub mod glob;
pub(crate) mod gzip;
pub(crate) mod hex;
pub mod moment;
pub mod order;
pub mod path;
pub mod sanitize;
pub(crate) mod shell;
pub mod suggest;
pub mod units;
pub mod url;
pub(crate) mod values;
