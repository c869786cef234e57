//! Outer attributes: their names, their arguments, and how to take them off.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};

use super::scan::{is_punct, unwrapped};

/// An outer attribute, as written.
pub(crate) struct Attribute {
    pound: TokenTree,
    brackets: Group,
}

impl Attribute {
    /// Last segment of its path, seen through `unsafe(…)`: `naked` for `#[unsafe(naked)]`.
    pub(crate) fn name(&self) -> String {
        last_segment(self.brackets.stream())
    }

    /// What stands between its parentheses.
    pub(crate) fn arguments(&self) -> TokenStream {
        match unwrapped(self.brackets.stream()).pop() {
            Some(TokenTree::Group(arguments)) => arguments.stream(),
            _ => TokenStream::new(),
        }
    }

    /// Where to point at it.
    pub(crate) fn span(&self) -> Span {
        self.brackets.span()
    }
}

impl ToTokens for Attribute {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append(self.pound.clone());
        tokens.append(self.brackets.clone());
    }
}

/// Splits off the outer attributes, also those that a macro passed on with the item.
pub(super) fn split_off(trees: Vec<TokenTree>) -> (Vec<Attribute>, Vec<TokenTree>) {
    let mut attributes = Vec::new();
    let mut trees = unwrapped(trees.into_iter().collect());
    while let [pound, TokenTree::Group(brackets), rest @ ..] = trees.as_slice()
        && is_punct(pound, '#')
    {
        attributes.push(Attribute { pound: pound.clone(), brackets: brackets.clone() });
        trees = unwrapped(rest.iter().cloned().collect());
    }
    (attributes, trees)
}

/// The last segment of the path at the beginning of an attribute's content.
fn last_segment(content: TokenStream) -> String {
    let mut name = String::new();
    for tree in unwrapped(content) {
        match tree {
            TokenTree::Ident(segment) => name = segment.to_string(),
            TokenTree::Punct(colon) if colon.as_char() == ':' => {}
            TokenTree::Group(inner) if name == "unsafe" || inner.delimiter() == Delimiter::None => {
                return last_segment(inner.stream());
            }
            _ => break,
        }
    }
    name
}
