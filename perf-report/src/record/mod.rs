//! Runs as they are made and gathered: the [`command`] and what it leaves in its [`session`],
//! [`collect`]ed to one snapshot, with the [`facts`] of the machine and of the source. Prints nothing.

pub(crate) mod bisect;
pub(crate) mod cargo;
pub(crate) mod collect;
pub(crate) mod command;
pub(crate) mod facts;
pub(crate) mod failure;
pub(crate) mod folder;
pub(crate) mod in_turn;
pub(crate) mod life;
pub(crate) mod nothing;
pub(crate) mod pending;
pub(crate) mod programs;
pub(crate) mod recorder;
pub(crate) mod retention;
pub(crate) mod session;
pub(crate) mod suite;
pub(crate) mod work;
pub(crate) mod worktree;
