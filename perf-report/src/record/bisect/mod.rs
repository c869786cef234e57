//! The outer side of a search for a commit: the [`history`] it reads from git, and the [`workshop`] in which
//! commits are built and run. What was built is [`kept`].

pub(crate) mod history;
pub(crate) mod kept;
pub(crate) mod workshop;
