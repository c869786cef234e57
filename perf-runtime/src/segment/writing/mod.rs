//! The writing half of the segment: mounted by `gate` where recording is compiled in.
//!
//! On Unix and Windows a segment is a file that is mapped; elsewhere, on WebAssembly, it is memory
//! alone, and a few modules have stand-ins.

#[cfg_attr(not(any(unix, windows)), path = "copies_memory.rs")]
mod copies;
mod fate;
mod granules;
mod map;
#[cfg_attr(not(any(unix, windows)), path = "mark_memory.rs")]
pub(crate) mod mark;
mod metric_text;
#[cfg_attr(not(any(unix, windows)), path = "place_memory.rs")]
pub(crate) mod place;
#[cfg_attr(not(any(unix, windows)), path = "reading_memory.rs")]
pub(crate) mod reading;
mod records;
pub(crate) mod reserve;
#[cfg_attr(not(any(unix, windows)), path = "retention_absent.rs")]
mod retention;
pub(crate) mod session;
pub(crate) mod site_text;
pub(crate) mod system;
pub(crate) mod text;
mod walk;
mod writer;

use std::mem::offset_of;

pub(crate) use fate::Fate;
pub(crate) use map::Mapping;
pub(crate) use metric_text::MetricText;
pub(crate) use site_text::SiteText;
pub(crate) use walk::LoggedStep;
pub(crate) use writer::{Block, LARGEST_BLOCK, Segment, Use};

use crate::segment::layout::{HANDED_OUT, Header, Identity};

/// The segment that was made.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) segment: Segment,
    /// Error number that explains why it does not lie in its usual place, if that is so.
    pub(crate) fallback: Option<i32>,
}

/// Marks the bytes of a segment as what was handed out.
fn hand_out(bytes: &mut [u8]) {
    let at = offset_of!(Header, identity) + offset_of!(Identity, copied);
    if let Some(place) = bytes.get_mut(at..at + size_of_val(&HANDED_OUT)) {
        place.copy_from_slice(&HANDED_OUT.to_ne_bytes());
    }
}
