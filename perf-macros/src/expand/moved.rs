//! Functions whose body moves: into a closure, where the returned value is classified, since a
//! guard sees neither `?` nor `return`; or into an `async` block, since a guard that lives across
//! an `.await` would measure all other work of the thread meanwhile.

use proc_macro2::{Group, Span, TokenStream};
use quote::quote_spanned;

use super::body::Body;
use super::{futures, site};
use crate::args::Options;
use crate::item::{Function, Rebound, braced};

/// Tracks a function that is not async, and is classified.
pub(super) fn observed(
    function: &Function,
    options: &Options,
    body: Body,
    braces: Span,
) -> TokenStream {
    let parts = Parts::of(function, options);
    let Parts { mixed, ref runtime, ref returned, .. } = parts;
    let attributes = body.attributes.clone();
    // `move`, so that arguments are dropped in there.
    let closure = body.moved(&TokenStream::new(), &parts.bindings, mixed);
    let closure = quote_spanned!(mixed=> move || #closure);
    let site = site::reference(runtime, options);
    // The type is named, so that coercions happen where they did, and one that cannot be classified
    // is reported where it is written.
    let judge = options.outcome.as_ref().and_then(|it| site::judge(runtime, it, mixed));
    let observed = if let Some(judge) = judge {
        quote_spanned!(mixed=> #runtime::observe_by::<#returned>(#site, &#judge, #closure))
    } else {
        quote_spanned!(mixed=> #runtime::observe::<#returned>(#site, #closure))
    };
    let declaration = site::declaration(function, options);
    let statements = quote_spanned! {mixed=>
        #attributes
        #runtime::site! { #declaration }
        #observed
    };
    function.with_parameters(parts.parameters, statements, braces)
}

/// Tracks an `async fn`.
pub(super) fn awaited(
    function: &Function,
    options: &Options,
    body: Body,
    braces: Span,
) -> TokenStream {
    let parts = Parts::of(function, options);
    let Parts { mixed, ref runtime, .. } = parts;
    let never = function.signature.never_returns();
    let returned = if never { TokenStream::new() } else { parts.returned };
    let attributes = body.attributes.clone();
    let block = body.moved(&edge(&returned, runtime), &parts.bindings, mixed);
    let block = quote_spanned!(mixed=> async move #block);
    let future = futures::wrapped(runtime, options, &block, mixed);
    let end = never.then(|| quote_spanned!(mixed=> ; #runtime::unreachable()));
    let declaration = site::declaration(function, options);
    let statements = quote_spanned! {mixed=>
        #attributes
        #runtime::site! { #declaration; polled }
        #future.await #end
    };
    function.with_parameters(parts.parameters, statements, braces)
}

/// The parts that both are made of.
struct Parts {
    /// Place for errors in the tokens that are written here.
    mixed: Span,
    runtime: TokenStream,
    /// The returned type, as far as it can be named; empty without.
    returned: TokenStream,
    parameters: Group,
    bindings: TokenStream,
}

impl Parts {
    fn of(function: &Function, options: &Options) -> Self {
        let Rebound { parameters, bindings } = function.rebound();
        let returned = function.signature.returned.clone().unwrap_or_default();
        let place = site::place(options, &returned);
        Self {
            mixed: Span::mixed_site().located_at(place),
            runtime: site::runtime(options, place),
            returned: site::nameable(returned),
            parameters,
            bindings,
        }
    }
}

/// Makes an edge that is never taken. It gives an `async` block the type that the signature has:
/// coercions and inference then happen where they would have.
fn edge(returned: &TokenStream, runtime: &TokenStream) -> TokenStream {
    let Some(first) = returned.clone().into_iter().next() else {
        return quote_spanned!(Span::mixed_site()=> if false { return; });
    };
    // Braces at the type, for the compiler to point at when the body returns something else; with
    // two statements in them, as it would point at them if they were not needed.
    let mixed = Span::mixed_site().located_at(first.span());
    let value = quote_spanned!(mixed=> let () = (); #runtime::never::<#returned>());
    let value = braced(value, first.span());
    quote_spanned!(mixed=> if false { return #value; })
}
