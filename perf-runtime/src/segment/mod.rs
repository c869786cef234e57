//! The segment: the file that a recording process writes, and that anyone may read.
//!
//! Each byte's place is in `layout`. The reading half ([`read`], [`parse`], [`stacks`]) is always
//! there and is plain safe code on untrusted bytes, but for the instruction that reads the clock
//! (`counter`). The writing half is there when recording is compiled in (see `gate`). Nothing here
//! knows when or what to record; that is `hot`.

pub(crate) mod batch;
mod counter;
#[cfg(any(unix, windows))]
pub mod discarded;
mod error;
#[cfg(any(unix, windows))]
pub mod folder;
pub(crate) mod layout;
pub mod life;
pub mod limits;
#[cfg(any(unix, windows))]
pub(crate) mod locks;
pub(crate) mod rate;
pub(crate) mod reader;
pub mod retention;
pub(crate) mod system;

pub use error::SegmentError;
pub use reader::{
    Frame, InFlight, Known, Outline, Reader, Stacks, Sums, ThreadStack, last_stacks, parse, read,
    stacks,
};

/// Extension of a segment's file name.
pub const EXTENSION: &str = "ptseg";

/// Extension of the file beside a segment from which its figures count: see
/// [`reset()`](crate::reset()).
pub const MARK_EXTENSION: &str = "before";

/// Extension of a file that is to become a copy of a segment: see [`life::Copied`].
pub const COPYING_EXTENSION: &str = "copying";

/// Extension of a file that is to become a segment, or a file beside one, once it is complete.
pub const UNNAMED_EXTENSION: &str = "new";

/// Name that reports show like a function's, above the calls in contexts that did not fit into
/// `PERF_TRACK_MEMORY`. They count for their functions, but for functions that did not fit either:
/// these are its own calls.
pub const OVERFLOW_NAME: &str = "(overflow)";

/// Name that reports show like a function's or a count's, for the names made at run time that were
/// too many to be kept within `PERF_TRACK_MEMORY`.
pub const OTHER_NAMES: &str = "(other names)";

/// Name of the function that stands for what is around the iterations of a benchmark while it is
/// profiled: its setting up, and what it drops.
pub const HARNESS_NAME: &str = "(benchmark harness)";

/// Beginning of the extension of an empty file, before the error number: a process leaves it when
/// it could not make its segment.
pub const UNRECORDED_PREFIX: &str = "unrecorded-";
