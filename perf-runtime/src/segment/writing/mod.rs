//! The writing half of the segment: mounted by `gate` where recording is compiled in.

mod map;
mod retention;
pub(crate) mod session;
mod site_text;
pub(crate) mod system;
mod writer;

pub(crate) use map::Mapping;
pub(crate) use site_text::SiteText;
pub(crate) use writer::{Block, LARGEST_BLOCK, Segment};
