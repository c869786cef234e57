//! The view of running processes: the [`stacks`] of their threads, and the figures of all that they
//! record, as [`top`] shows them; and the sums of all processes of a fleet, as an [`agent`] tells them.

#[cfg(feature = "agent")]
pub(crate) mod agent;
#[cfg(feature = "agent")]
pub(crate) mod http;
#[cfg(feature = "agent")]
pub(crate) mod otlp;
mod pace;
pub(crate) mod stacks;
pub(crate) mod top;
