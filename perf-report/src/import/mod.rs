//! The formats of others: series of values in a [`table`].

pub mod table;
