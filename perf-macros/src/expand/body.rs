//! The tokens of a body.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::quote_spanned;

use crate::item::is_punct;

/// A body without its braces. Inner attributes must stay in front of whatever is added.
pub(super) struct Body {
    pub(super) attributes: TokenStream,
    pub(super) statements: Vec<TokenTree>,
}

impl Body {
    pub(super) fn split(braces: &Group) -> Self {
        let mut statements: Vec<TokenTree> = braces.stream().into_iter().collect();
        let attributes = statements
            .chunks_exact(3)
            .take_while(|tokens| is_punct(&tokens[0], '#') && is_punct(&tokens[1], '!'))
            .count();
        Self { attributes: statements.drain(..3 * attributes).collect(), statements }
    }

    /// The statements for a closure or an `async` block, behind the `bindings` of the arguments.
    ///
    /// Before edition 2024 a block drops the temporaries of its last expression after its variables,
    /// of which the arguments are now some. In the arm of a `match` they are dropped before, as they
    /// are in the block that the compiler makes of the body of an `async fn`.
    pub(super) fn moved(self, bindings: &TokenStream) -> TokenStream {
        let statements = self.statements.into_iter().collect();
        if bindings.is_empty() {
            return statements;
        }
        quote_spanned! {Span::mixed_site()=>
            #bindings
            match () { () => { #statements } }
        }
    }
}
