//! The writing half of the segment: mounted by `gate` where recording is compiled in.

mod copies;
mod granules;
mod map;
pub(crate) mod mark;
mod metric_text;
mod records;
pub(crate) mod reserve;
mod retention;
pub(crate) mod session;
pub(crate) mod site_text;
pub(crate) mod system;
pub(crate) mod text;
mod walk;
mod writer;

pub(crate) use copies::Fate;
pub(crate) use map::Mapping;
pub(crate) use metric_text::MetricText;
pub(crate) use site_text::SiteText;
pub(crate) use walk::LoggedStep;
pub(crate) use writer::{Block, LARGEST_BLOCK, Segment, Use};
