//! The segment: the file that a recording process writes, and that anyone may read.
//!
//! `layout` says where each byte stands. The reading half ([`read`], [`parse`]) is always there
//! and is plain safe code on untrusted bytes. The writing half is there when recording is compiled
//! in (see `gate`). Nothing here knows when or what to record; that is `hot`.

mod error;
#[cfg(unix)]
pub mod folder;
pub(crate) mod layout;
pub(crate) mod rate;
mod reader;

pub use error::SegmentError;
pub use reader::{Reader, parse, read};

/// Extension of a segment's file name.
pub const EXTENSION: &str = "ptseg";

/// What comes before the error number in the extension of the empty file that a process leaves
/// when it could not make its segment.
pub const UNRECORDED_PREFIX: &str = "unrecorded-";
