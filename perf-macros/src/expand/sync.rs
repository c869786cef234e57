//! A synchronous function: a guard at the beginning of the body, then the user's statements where
//! they were. Drop order, `?`, early returns, borrows and `#[track_caller]` stay what they are.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use super::body::Body;
use super::site;
use crate::args::Options;
use crate::item::Function;

/// Returns the statements of the tracked body.
pub(super) fn statements(function: &Function, options: &Options, body: Body) -> TokenStream {
    let mixed = Span::mixed_site();
    let runtime = site::runtime(options, mixed);
    let declaration = site::declaration(function, options);
    let mut tokens = body.attributes;
    let span = Ident::new(if options.per_type.is_some() { "span_per_type" } else { "span" }, mixed);
    tokens.extend(quote_spanned!(mixed=> #runtime::#span! { #declaration }));
    tokens.extend(body.statements);
    tokens
}
