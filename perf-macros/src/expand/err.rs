//! A function whose returned value is classified: the body becomes a closure, since a guard sees
//! neither `?` nor `return`.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::Type;

use super::site;
use super::sync::Body;
use crate::args::Options;
use crate::item::Function;
use crate::validate::returned;

/// The statements of the tracked body.
pub(super) fn statements(function: &Function, options: &Options, body: Body) -> TokenStream {
    let Body { attributes, statements } = body;
    let declaration = site::declaration(function, options);
    let runtime = site::runtime(options);
    // Named where it can be: coercions then happen where they did, and a type that cannot be
    // classified is reported where it is written.
    let named = returned(&function.signature).filter(|returned| !mentions_impl(returned));
    let returned = named.map(|returned| quote_spanned!(Span::mixed_site()=> ::<#returned>));
    // `move`, or a `&mut` argument that is reborrowed and returned would not live long enough.
    quote_spanned! {Span::mixed_site()=>
        #attributes
        #declaration
        #runtime::observe #returned (&__PERF_TRACK_SITE, move || { #statements })
    }
}

/// Whether a type has no name that could be written elsewhere.
fn mentions_impl(returned: &Type) -> bool {
    fn any(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|tree| match tree {
            TokenTree::Ident(word) => word == "impl",
            TokenTree::Group(group) => any(group.stream()),
            _ => false,
        })
    }
    any(returned.to_token_stream())
}
