//! The report of a `push` as Markdown.

use crate::model::PushDocument;
use crate::render::words::push as words;
use crate::text::sanitize::markdown_sentence as escape;

/// Returns what was sent, and what was not.
pub(crate) fn push(document: &PushDocument) -> String {
    let sentences = words::done(document).into_iter().chain(words::problems(document));
    sentences.fold(String::new(), |text, it| text + "- " + &escape(&it) + "\n")
}
