//! The view of processes while they run: functions, tree, threads, metrics.
//!
//! [`Watch`] reads their segments, at the edge; [`Feed`] does so on a thread of its own, as often as
//! [`pace`](super::pace) allows. Everything else is pure: two [`Reading`]s become a document in `figures`, and the
//! [`State`] of the screen follows from the one before and an [`Event`]. What draws it, and what knows of
//! terminals, is none of this room's business.

mod detail;
mod feed;
mod figures;
mod outside;
mod reading;
mod state;
mod watch;

#[cfg(test)]
pub(crate) mod samples;

pub(crate) use detail::{Bar, Detail, Place};
pub(crate) use feed::{Control, Feed, Update, cpu_time, panic_if_asked};
pub(crate) use figures::document;
pub(crate) use outside::{Ended, Left, Outside};
pub(crate) use reading::Reading;
pub(crate) use state::{Effect, Event, Item, Key, Open, State, View};
pub(crate) use watch::{Target, Watch};
