//! The tokens of a body.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use crate::item::{braced, is_punct};

/// A body without its braces. Inner attributes must stay in front of all additions.
pub(super) struct Body {
    pub(super) attributes: TokenStream,
    pub(super) statements: Vec<TokenTree>,
    /// Place of its braces.
    span: Span,
}

impl Body {
    pub(super) fn split(braces: &Group) -> Self {
        let mut statements: Vec<TokenTree> = braces.stream().into_iter().collect();
        let attributes = statements
            .chunks_exact(3)
            .take_while(|tokens| is_punct(&tokens[0], '#') && is_punct(&tokens[1], '!'))
            .count();
        Self {
            attributes: statements.drain(..3 * attributes).collect(),
            statements,
            span: braces.span(),
        }
    }

    /// Makes the body of a closure or an `async` block, behind an edge that gives its type and the
    /// `bindings` of the arguments. The innermost braces are the user's: there the compiler misses
    /// a value, if none is returned.
    ///
    /// Before edition 2024 a block drops the temporaries of its last expression after its
    /// variables, of which the arguments are now some. In the arm of a `match` they are dropped
    /// before, as they are in the block that the compiler makes of the body of an `async fn`. Nor
    /// do the user's items come after statements there.
    pub(super) fn moved(self, edge: &TokenStream, bindings: &TokenStream, mixed: Span) -> Group {
        let statements = self.statements.into_iter().collect();
        if edge.is_empty() && bindings.is_empty() {
            return braced(statements, self.span);
        }
        let inner = braced(statements, self.span);
        let arm = quote_spanned!(mixed=> match () { () => #inner });
        braced(quote!(#edge #bindings #arm), mixed)
    }
}
