//! The code for a linter: the function as it was written. Only a predicate is named in it, or it
//! would count as used by nobody, and so would its import.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote_spanned};

use super::body::Body;
use super::{futures, site};
use crate::args::{Options, Outcome};
use crate::item::{Function, braced};

/// Returns the outcome whose path must be named in a function with these options.
fn named(options: &Options) -> Option<&Outcome> {
    let outcome = options.outcome.as_ref().filter(|outcome| outcome.path().is_some());
    outcome.filter(|_| options.skip.is_none())
}

/// Returns whether these options change a function.
pub(super) fn adds_to(options: &Options) -> bool {
    named(options).is_some()
}

/// Returns the function, with its predicate in it if there is one.
pub(super) fn function(function: &Function, options: &Options) -> TokenStream {
    let (Some(braces), Some(outcome)) = (&function.body, named(options)) else {
        return function.to_token_stream();
    };
    let body = Body::split(braces);
    let place = site::place(options, &TokenStream::new());
    let runtime = site::runtime(options, place);
    let judge = site::judge(&runtime, outcome, place);
    let is_async = function.signature.qualifier("async").is_some();
    let mut statements = body.attributes.clone();
    if let Some(future) = futures::Future::returned_by(&body).filter(|_| !is_async) {
        statements.extend(future.with(|block| {
            let question = quote_spanned!(Span::mixed_site()=> #runtime::judged! { #judge });
            at_beginning(block, question)
        }));
    } else {
        statements.extend(question(&runtime, judge.as_ref(), function.signature.returned.as_ref()));
        statements.append_all(body.statements);
    }
    function.with_statements(statements, braces.span())
}

/// Makes a statement that asks the judge about the returned value, and never runs. A type without a
/// name is found by returning the value.
fn question(
    runtime: &TokenStream,
    judge: Option<&TokenStream>,
    returned: Option<&TokenStream>,
) -> TokenStream {
    let is_nameable = |returned: &&TokenStream| {
        site::nameable((*returned).clone()).to_string() == returned.to_string()
    };
    let named =
        returned.filter(is_nameable).map(|kind| quote_spanned!(Span::mixed_site()=> , #kind));
    quote_spanned!(Span::mixed_site()=> #runtime::judged! { #judge #named })
}

/// Puts a statement before the others of an `async` block.
fn at_beginning(mut block: Vec<TokenTree>, mut statement: TokenStream) -> TokenStream {
    if let Some(TokenTree::Group(braces)) = block.pop() {
        statement.extend(braces.stream());
        block.push(braced(statement, braces.span()).into());
    }
    block.into_iter().collect()
}
