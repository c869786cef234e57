//! The segment: the file that a recording process writes and anyone may read.

mod error;
pub mod folder;
mod reader;

pub use error::SegmentError;
pub use reader::{parse, read};

/// Extension of a segment's file name.
pub const EXTENSION: &str = "ptseg";

/// What comes before the error number in the extension of the empty file that a process leaves
/// when it could not make its segment.
pub const UNRECORDED_PREFIX: &str = "unrecorded-";
