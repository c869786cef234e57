//! A function whose returned value is classified: the body becomes a closure, since a guard sees
//! neither `?` nor `return`.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::site;
use super::sync::Body;
use crate::args::Options;
use crate::item::Function;

/// The statements of the tracked body.
pub(super) fn statements(function: &Function, options: &Options, body: Body) -> TokenStream {
    let Body { attributes, statements } = body;
    let declaration = site::declaration(function, options);
    let returned = function.signature.returned.clone().unwrap_or_default();
    let place =
        returned.clone().into_iter().next().map_or_else(Span::mixed_site, |tree| tree.span());
    let runtime = site::runtime(options, place);
    // Named where it can be: coercions then happen where they did, and a type that cannot be
    // classified is reported where it is written.
    let named = (!mentions_impl(&returned)).then(|| quote!(::<#returned>));
    // `move`, or a `&mut` argument that is reborrowed and returned would not live long enough.
    quote_spanned! {Span::mixed_site().located_at(place)=>
        #attributes
        #declaration
        #runtime::observe #named (&__PERF_TRACK_SITE, move || { #statements })
    }
}

/// Whether a type has no name that could be written elsewhere.
fn mentions_impl(returned: &TokenStream) -> bool {
    returned.clone().into_iter().any(|tree| match tree {
        TokenTree::Ident(word) => word == "impl",
        TokenTree::Group(group) => mentions_impl(&group.stream()),
        _ => false,
    })
}
