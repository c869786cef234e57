//! Stacks of threads as Markdown.

use super::fenced;
use crate::model::StacksDocument;
use crate::render::{Screen, human};

/// Returns stacks as they look on a screen.
pub(crate) fn stacks(document: &StacksDocument) -> String {
    fenced(&human::stacks(document, Screen { width: 120, styled: false }))
}
