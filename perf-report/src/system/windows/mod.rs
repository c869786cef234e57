//! Windows: see the table in the module above. What the standard library lacks is asked of the system itself.

mod clocks;
mod files;
mod handles;
mod interrupts;
mod mapped;
mod processes;
mod terminal;

pub(crate) use clocks::*;
pub(crate) use files::*;
pub(crate) use interrupts::*;
pub(crate) use mapped::*;
pub(crate) use processes::*;
pub(crate) use terminal::*;
