//! A synchronous function: a guard at the beginning of the body, then the user's statements where
//! they were. Drop order, `?`, early returns, borrows and `#[track_caller]` stay what they are.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::quote_spanned;

use super::site;
use crate::args::Options;
use crate::item::Function;

/// The tokens of a body. Inner attributes must stay in front of whatever is added.
pub(super) struct Body {
    pub(super) attributes: TokenStream,
    pub(super) statements: TokenStream,
}

impl Body {
    pub(super) fn split(body: &Group) -> Self {
        let trees: Vec<TokenTree> = body.stream().into_iter().collect();
        let is = |tree: &TokenTree, character: char| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == character);
        let attributes = trees
            .chunks_exact(3)
            .take_while(|tokens| is(&tokens[0], '#') && is(&tokens[1], '!'))
            .count();
        let mut trees = trees.into_iter();
        Self {
            attributes: trees.by_ref().take(3 * attributes).collect(),
            statements: trees.collect(),
        }
    }
}

/// The statements of the tracked body.
///
/// The guard comes before its static: clippy calls items after statements confusing, but not after
/// items that a macro put there, and so leaves the user's alone.
pub(super) fn statements(function: &Function, options: &Options, body: Body) -> TokenStream {
    let Body { attributes, statements } = body;
    let declaration = site::declaration(function, options);
    let runtime = site::runtime(options, Span::mixed_site());
    quote_spanned! {Span::mixed_site()=>
        #attributes
        let __perf_track_span = #runtime::enter(&__PERF_TRACK_SITE);
        #declaration
        #statements
    }
}
