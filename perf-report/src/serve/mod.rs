//! The page over the store, for browsers: runs, comparisons, histories, what became slower, live processes.
//!
//! A question is what [`Asked`] holds of a request; [`Guard`] says whether it may be asked, `route` what is
//! meant, `answer` looks it up. None of them knows the network: that is [`Server`], at the edge. Nothing is
//! written for any of it.

mod answer;
mod asked;
mod guard;
mod live;
mod route;
mod server;

pub(crate) use answer::Pages;
pub(crate) use guard::Guard;
pub(crate) use server::{Address, Server};
