//! The reasons why a segment could not be read. Typed, so that callers can decide; worded, so that
//! people can.

use std::{fmt, io};

/// A reason why a segment could not be read.
///
/// ```
/// use perf_runtime::segment::{self, SegmentError};
///
/// let error = segment::parse(b"no segment").unwrap_err();
/// assert!(matches!(error, SegmentError::NotASegment), "{error}");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum SegmentError {
    /// The file could not be opened or read.
    Io(io::Error),
    /// The file has no bytes at all.
    Empty,
    /// The file ends before its header does.
    Truncated {
        /// Bytes that the file has.
        length: u64,
        /// Bytes that it needs at least.
        needed: u64,
    },
    /// The file does not begin as a segment does.
    NotASegment,
    /// The process ended before it had written the header.
    Unfinished,
    /// Written by an older perf-runtime in a format that is no longer read.
    Older {
        /// Format version of the file.
        found: u32,
        /// Oldest version that can be read.
        oldest: u32,
    },
    /// Written by a newer perf-runtime.
    Newer {
        /// Format version of the file.
        found: u32,
        /// Newest version that can be read.
        newest: u32,
    },
    /// Written on a machine with the other byte order.
    ForeignByteOrder,
    /// More durations were counted than calls: two processes wrote to it, as after a fork that ran
    /// no handlers.
    SeveralWriters {
        /// Place of the damage, in bytes from the start of the file.
        offset: u64,
    },
    /// Something inside points nowhere, or in a circle.
    Damaged {
        /// Place of the damage, in bytes from the start of the file.
        offset: u64,
        /// Content that should be there.
        what: &'static str,
    },
}

impl fmt::Display for SegmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot be read: {error}"),
            Self::Empty => f.write_str("is empty: the process was stopped before it could record"),
            Self::Truncated { length, needed } => {
                write!(f, "is cut short: {length} bytes of at least {needed}")
            }
            Self::NotASegment => f.write_str("is not a perf-track segment"),
            Self::Unfinished => {
                f.write_str("has no complete header: the process was stopped while it started")
            }
            Self::Older { found, oldest } => write!(
                f,
                "has format version {found}, and the oldest readable one is {oldest}: \
                 record again with the current perf-runtime"
            ),
            Self::Newer { found, newest } => write!(
                f,
                "has format version {found}, and this program reads up to {newest}: \
                 update perf-report"
            ),
            Self::ForeignByteOrder => f.write_str(
                "was written on a machine of the other byte order: collect it on that machine",
            ),
            Self::SeveralWriters { offset } => write!(
                f,
                "counts more durations than calls at byte {offset}: two processes wrote to it, as after \
                 a fork that runs no handlers (`_Fork`, the bare system calls) where it goes unnoticed"
            ),
            Self::Damaged { offset, what } => {
                write!(f, "is damaged at byte {offset}: no valid {what} there")
            }
        }
    }
}

impl std::error::Error for SegmentError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for SegmentError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
