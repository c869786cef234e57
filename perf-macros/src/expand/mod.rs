//! The last stage, when all is well: the user's item, with a few tokens at the beginning of each
//! tracked body.
//!
//! What these tokens mean is written in the macros of perf-runtime: the compiler expands them faster
//! than this crate could, which it runs unoptimised, and fewer tokens pass between the two.

mod block;
mod body;
mod futures;
mod moved;
mod site;
mod sync;

use block::Plan;
use body::Body;
use proc_macro2::{Group, Span, TokenStream};
use quote::ToTokens;

use crate::args::Options;
use crate::errors::Errors;
use crate::item::{Function, Item};
use crate::{fallback, validate};

/// Whether functions are tracked, or only their attributes checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Record {
    On,
    Off,
}

/// What `#[perf_track(args)] item` stands for. Pure.
pub(crate) fn expand(args: TokenStream, item: TokenStream, record: Record) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::parse(args, &mut errors);
    match Item::parse(item.clone()) {
        Ok(Item::Function(function)) => {
            validate::alone(&options, &mut errors);
            validate::function(&function, &options, &mut errors);
            finish(&function, errors, record, || track(&function, &options))
        }
        Ok(Item::Block(mut block)) => {
            validate::block(&block, &options, &mut errors);
            let plan = Plan::of(&mut block, &options, &mut errors);
            finish(&block, errors, record, || plan.carry_out(&block))
        }
        Ok(Item::Other(other)) => {
            errors.push(validate::other(&other));
            fallback::untracked(item, errors)
        }
        Err(error) => {
            errors.push(error);
            fallback::untracked(item, errors)
        }
    }
}

/// The item as it was, or tracked if all is well. Written only then: most of the time that a macro
/// takes goes into that.
fn finish(
    item: &impl ToTokens,
    errors: Errors,
    record: Record,
    tracked: impl FnOnce() -> TokenStream,
) -> TokenStream {
    if !errors.is_empty() {
        return fallback::untracked(item.to_token_stream(), errors);
    }
    match record {
        Record::On => tracked(),
        Record::Off => item.to_token_stream(),
    }
}

/// A function as it is tracked under these options, or as it was under `skip`.
fn track(function: &Function, options: &Options) -> TokenStream {
    let Some(braces) = function.body.as_ref().filter(|_| options.skip.is_none()) else {
        return function.into_token_stream();
    };
    let (body, place) = (Body::split(braces), place(function, braces));
    if function.signature.qualifier("async").is_some() {
        return moved::awaited(function, options, body, place);
    }
    if let Some(future) = futures::Future::returned_by(&body) {
        let statements = future.tracked(function, options, body.attributes);
        return function.with_statements(statements, place);
    }
    if options.outcome.is_some() {
        return moved::observed(function, options, body, place);
    }
    function.with_statements(sync::statements(function, options, body), place)
}

/// Where the braces of the tracked body belong: to the user's, or code coverage would lose the
/// function.
///
/// Except in two methods that clippy wants to be a single expression, and in generic functions that do
/// nothing, whose type parameters it takes for forgotten: unless a macro wrote them.
fn place(function: &Function, body: &Group) -> Span {
    let signature = &function.signature;
    let is_single = signature.name == "clone" || signature.name == "partial_cmp";
    if is_single || (signature.is_generic && body.stream().is_empty()) {
        Span::mixed_site().located_at(body.span())
    } else {
        body.span()
    }
}

#[cfg(test)]
mod tests;
