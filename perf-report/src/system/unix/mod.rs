//! Unix: see the table in the module above.

mod clocks;
mod files;
mod forwarding;
mod interrupts;
mod mapped;
mod processes;
mod terminal;

pub(crate) use clocks::*;
pub(crate) use files::*;
pub(crate) use forwarding::*;
pub(crate) use interrupts::*;
pub(crate) use mapped::*;
pub(crate) use processes::*;
pub(crate) use terminal::*;
