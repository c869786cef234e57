//! Text for people at a terminal.

mod comparison;
mod metrics;
mod noise;
mod overhead;
mod self_test;
mod series;
mod show;
mod stacks;
pub(super) mod summary;

pub use comparison::{Verbosity, comparison};
pub(super) use metrics::{metrics, value};
pub use noise::noise;
pub use overhead::overhead;
pub use self_test::self_test;
pub use series::series;
pub(super) use show::{functions_table, header};
pub use show::{show, show_metrics};
pub use stacks::stacks;
