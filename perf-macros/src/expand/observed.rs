//! A synchronous function whose returned value is classified: the body becomes a closure, since a
//! guard sees neither `?` nor `return`.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use super::body::Body;
use super::site;
use crate::args::{Options, Outcome};
use crate::item::{Function, Rebound};

/// The tracked function.
pub(super) fn function(
    function: &Function,
    options: &Options,
    body: Body,
    braces: Span,
) -> TokenStream {
    let Rebound { parameters, bindings } = function.rebound();
    let returned = function.signature.returned.clone().unwrap_or_default();
    let place = site::place(options, &returned);
    let mixed = Span::mixed_site().located_at(place);
    let runtime = site::runtime(options, place);
    let site = site::reference(&runtime, options);
    let declaration = site::declaration(function, options);
    let returned = site::nameable(returned);
    let attributes = body.attributes.clone();
    // `move`, so that arguments are dropped in there.
    let closure = body.moved(&TokenStream::new(), &bindings, mixed);
    let closure = quote_spanned!(mixed=> move || #closure);
    // The type is named, so that coercions happen where they did, and one that cannot be classified
    // is reported where it is written.
    let observed = if let Some(Outcome::If { name, predicate, .. }) = &options.outcome {
        let judge = site::judge(&runtime, name, predicate);
        quote_spanned!(mixed=> #runtime::observe_by::<#returned>(#site, &#judge, #closure))
    } else {
        quote_spanned!(mixed=> #runtime::observe::<#returned>(#site, #closure))
    };
    let statements = quote_spanned! {mixed=>
        #attributes
        #runtime::site! { #declaration }
        #observed
    };
    function.with_parameters(parameters, statements, braces)
}
