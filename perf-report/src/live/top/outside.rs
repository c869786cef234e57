//! The world around a view: what it may ask, and how it may end.

use std::time::Duration;

use super::Reading;
use crate::model::{TopCommand, TopDocument};

/// The reason why the view was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// The user wanted to.
    Quit,
    /// The user wants everything to end: Ctrl-C.
    Interrupt,
    /// A signal asked for the end.
    Signal(u8),
}

/// The end of a command that was started beside the view.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The command.
    pub command: TopCommand,
    /// All that its processes recorded; `None` where that cannot be read.
    pub reading: Option<Reading>,
    /// The fate of its run, in words.
    pub note: String,
}

/// The world around a view.
pub(crate) trait Outside {
    /// Returns the signal that asks for the end, if one did.
    fn signal(&self) -> Option<u8>;
    /// Returns the end of the command, once, when it has ended. `at` is the time by the clock of
    /// [`Reading::at`].
    fn ended(&mut self, at: Duration) -> Option<Ended>;
    /// Writes what is shown to a file, and describes how that went.
    fn write(&mut self, document: &TopDocument) -> String;
}
