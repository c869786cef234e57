//! Text for people at a terminal.

mod baselines;
mod blessings;
mod changepoints;
mod checks;
mod columns;
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

pub(crate) use baselines::baselines;
pub(crate) use blessings::blessings;
pub(crate) use changepoints::changepoints;
pub(crate) use checks::checks;
pub(crate) use columns::columns;
pub(crate) use comparison::comparison;
pub(crate) use decline::decline;
pub(crate) use history::history;
pub(crate) use noise::noise;
pub(crate) use overhead::overhead;
pub(crate) use self_test::self_test;
pub use series::series;
pub(crate) use show::{show, show_metrics};
pub(crate) use stacks::stacks;
pub use summary::summary;
pub(crate) use tree::{plain_tree, tree};
