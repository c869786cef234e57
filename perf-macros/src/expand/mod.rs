//! The last stage, when all is well: the user's item, with a few tokens at the beginning of each
//! tracked body.
//!
//! The meaning of these tokens is in the macros of perf-runtime: the compiler expands them faster
//! than this crate could, which it runs unoptimised, and fewer tokens pass between the two.

pub(crate) mod bench;
mod block;
mod body;
mod declared;
mod futures;
mod linted;
mod moved;
mod site;
mod sync;

use block::Plan;
use body::Body;
use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::args::Options;
use crate::errors::Errors;
use crate::item::{Function, Item};
use crate::{fallback, validate};

/// The choice between tracking functions and only checking their attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Record {
    On,
    /// Nobody will run them: a linter looks at them.
    Linted,
    Off,
}

/// Expands `#[perf_track(args)] item`. Pure.
pub(crate) fn expand(args: TokenStream, item: TokenStream, record: Record) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::parse(args, &mut errors);
    match Item::parse(item.clone()) {
        Ok(Item::Function(function)) => {
            validate::alone(&options, &mut errors);
            validate::function(&function, &options, &mut errors);
            finish(item, linted::adds_to(&options), errors, record, || {
                track(&function, &options, record)
            })
        }
        Ok(Item::Block(mut block)) => {
            validate::block(&block, &options, &mut errors);
            let is_as_written = !block.carries_within(validate::ATTRIBUTE);
            let plan = Plan::of(&mut block, &options, &mut errors);
            let untracked = if is_as_written { item } else { block.to_token_stream() };
            finish(untracked, !is_as_written, errors, record, || plan.carry_out(&block, record))
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

/// Returns the item as it was, or tracked if all is well. The latter is written only then: most of
/// a macro's time goes into that.
///
/// The unchanged item is the tokens that came, where it can be: whatever `macro_rules` passed on
/// whole is taken apart for good when somebody has looked into it.
fn finish(
    untracked: TokenStream,
    lints_differ: bool,
    errors: Errors,
    record: Record,
    tracked: impl FnOnce() -> TokenStream,
) -> TokenStream {
    if !errors.is_empty() {
        return fallback::untracked(untracked, errors);
    }
    match record {
        Record::On => tracked(),
        Record::Linted if lints_differ => tracked(),
        Record::Linted | Record::Off => untracked,
    }
}

/// Returns a function as it is tracked under these options, or as it was under `skip`.
fn track(function: &Function, options: &Options, record: Record) -> TokenStream {
    if record == Record::Linted {
        return linted::function(function, options);
    }
    let Some(braces) = function.body.as_ref().filter(|_| options.skip.is_none()) else {
        return function.into_token_stream();
    };
    // Its braces stay where the user's are, or code coverage would lose the function.
    let (body, place) = (Body::split(braces), braces.span());
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

#[cfg(test)]
mod bench_tests;
#[cfg(test)]
mod tests;
