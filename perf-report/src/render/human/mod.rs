//! Text for people at a terminal.

mod changepoints;
mod comparison;
mod decline;
mod history;
mod metrics;
mod noise;
mod overhead;
mod paint;
mod self_test;
mod series;
mod show;
mod stacks;
mod summary;
mod table;
mod tree;
mod wrap;

pub(crate) use changepoints::changepoints;
pub(crate) use comparison::{Verbosity, comparison};
pub(crate) use decline::decline;
pub(crate) use history::history;
pub(crate) use noise::noise;
pub(crate) use overhead::overhead;
pub(crate) use self_test::self_test;
pub(crate) use series::series;
pub(crate) use show::{show, show_metrics};
pub(crate) use stacks::stacks;
pub use summary::summary;
pub(crate) use tree::{plain_tree, tree};
