//! The last stage, when something was wrong: all the errors, and the user's item without tracking.
//!
//! The item is always given back. A function that disappears would add an error wherever it is
//! called, and an editor would lose it while it is being typed.

use proc_macro2::TokenStream;

use crate::errors::Errors;

/// Returns the item, after an error message for everything that was wrong.
pub(crate) fn untracked(item: TokenStream, errors: Errors) -> TokenStream {
    let mut tokens = errors.into_tokens();
    tokens.extend(item);
    tokens
}
