//! A calculator for arithmetic expressions: text to tokens, tokens to a tree, a tree to a number.
//!
//! What it is here for is its tests: recorded under `cargo test` and under `cargo nextest run`,
//! which starts a process for each test, they give the same counts.
//!
//! ```
//! let mut names = tracked_lib::Names::default();
//! names.set("radius", 2.0);
//! assert_eq!(tracked_lib::evaluate("3 * radius ^ 2", &names), Ok(12.0));
//! ```

mod error;
mod lexer;
mod parser;
mod tree;

pub use error::Error;
pub use tree::{Names, Node};

use perf_runtime::perf_track;

/// The value of the expression in `text`.
///
/// # Errors
/// Every [`Error`].
#[perf_track(err)]
pub fn evaluate(text: &str, names: &Names) -> Result<f64, Error> {
    parse(text)?.value(names)
}

/// The tree of the expression in `text`.
///
/// # Errors
/// Every [`Error`] but those that depend on names and values.
#[perf_track(err)]
pub fn parse(text: &str) -> Result<Node, Error> {
    parser::Parser::new(lexer::tokens(text)?).expression()
}
