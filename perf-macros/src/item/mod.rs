//! The item under the attribute, taken apart only as far as needed: a function is its head and its
//! body; an `impl` block, a trait or a module its functions and the rest. Bodies stay tokens, and
//! unchanged parts are given back as they were written.

mod attribute;
mod block;
mod function;
mod parameters;
mod scan;
mod signature;

use proc_macro2::{Ident, Span, TokenStream};

pub(crate) use attribute::{Attribute, are_of_tests};
pub(crate) use block::{Block, Kind, Member};
pub(crate) use function::Function;
pub(crate) use parameters::{Parameter, Rebound};
pub(crate) use scan::{Angles, braced, is_punct, pop_comma};
use scan::{leading_word, unwrapped};

/// An item that the attribute can stand on.
pub(crate) enum Item {
    Function(Function),
    Block(Block),
    Other(Other),
}

/// Something that cannot be tracked.
pub(crate) struct Other {
    /// Kind of the item, with its article.
    pub(crate) kind: &'static str,
    /// Place of the word that names the kind.
    pub(crate) span: Span,
}

impl Item {
    /// Takes an item apart; an error is one of syntax.
    pub(crate) fn parse(item: TokenStream) -> syn::Result<Self> {
        let trees = unwrapped(item);
        let word = leading_word(&trees);
        let text = word.as_ref().map(Ident::to_string);
        let text = text.as_deref();
        if text == Some("fn") {
            return Function::parse(trees).map(Self::Function);
        }
        if let Some(kind) = text.and_then(Kind::of) {
            return Block::parse(kind, trees).map(Self::Block);
        }
        let span = word.as_ref().map_or_else(Span::call_site, Ident::span);
        let is_macro = trees.iter().any(|tree| is_punct(tree, '!'));
        Ok(Self::Other(Other { kind: kind(text, is_macro), span }))
    }
}

fn kind(word: Option<&str>, is_macro: bool) -> &'static str {
    match word {
        Some("struct") => "a struct",
        Some("enum") => "an enum",
        Some("union") => "a union",
        Some("const") => "a constant",
        Some("static") => "a static",
        Some("type") => "a type alias",
        Some("use") => "an import",
        Some("extern") => "an `extern` block",
        Some("let") => "a `let` statement",
        Some("macro_rules") => "a macro",
        Some(_) if is_macro => "a macro call",
        _ => "this",
    }
}
