//! The segment: the file that a recording process writes and anyone may read.

mod error;
mod reader;

pub use error::SegmentError;
pub use reader::{parse, read};
