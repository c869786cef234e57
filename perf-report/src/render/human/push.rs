//! The report of a `push` for a screen.

use super::wrap;
use crate::model::PushDocument;
use crate::render::Screen;
use crate::render::words::push as words;
use crate::text::sanitize;

/// Returns what was sent, and what was not.
pub(crate) fn push(document: &PushDocument, screen: Screen) -> String {
    let sentences = words::done(document).into_iter().chain(words::problems(document));
    sentences.map(|it| wrap::words(&sanitize::screen(&it), "", screen.width)).collect()
}
