//! Runs as they are made and gathered: the [`command`] and what it leaves in its [`session`],
//! [`collect`]ed to one snapshot, with the [`facts`] of the machine and of the source. Prints nothing.

pub mod collect;
pub mod command;
pub mod facts;
pub(crate) mod failure;
pub mod folder;
pub(crate) mod in_turn;
pub mod life;
pub(crate) mod mapped;
pub mod nothing;
pub mod pending;
pub mod programs;
pub mod recorder;
pub mod retention;
pub mod session;
pub mod worktree;
