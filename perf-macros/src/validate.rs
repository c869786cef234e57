//! Whether an attribute fits its item. Syntax is behind us, tokens are ahead; nothing is changed
//! here, only refused, with the place and the way out.

use proc_macro2::{Span, TokenTree};

use crate::args::Options;
use crate::errors::{Errors, error};
use crate::item::{Function, Other};

/// The name of the attribute, as it is found on the methods of a block.
pub(crate) const ATTRIBUTE: &str = "perf_track";

/// Checks an attribute on a function.
pub(crate) fn function(function: &Function, options: &Options, errors: &mut Errors) {
    if let Some(again) = function.attribute(ATTRIBUTE) {
        let help = "keep one attribute; its options are separated by commas";
        errors.push(error(again.span(), "this function is tracked twice", help));
    }
    if options.skip.is_some() {
        return;
    }
    if let Some(refusal) = refusal(function) {
        errors.push(refusal);
    } else if let Some(refusal) = options.err.and_then(|err| unclassifiable(function, err)) {
        errors.push(refusal);
    }
}

/// Checks the options of an attribute on an `impl` block: those that make sense for every method.
pub(crate) fn block(options: &Options, errors: &mut Errors) {
    if let Some(name) = &options.name {
        let help = "methods are named by their path; write `#[perf_track(name = \"…\")]` on the \
                    one that needs a name of its own";
        errors.push(error(name.span(), "methods cannot share one name", help));
    }
    if let Some(err) = options.err {
        let help =
            "write `#[perf_track(err)]` on the methods that return a `Result` or an `Option`";
        errors.push(error(err, "`err` belongs to a function, not to a block", help));
    }
    if let Some(budget) = &options.budget {
        let help = "write `#[perf_track(budget(…))]` on the methods it holds for";
        errors.push(error(budget.name.span(), "a budget belongs to a function", help));
    }
}

/// The error for an item that is neither a function nor an `impl` block.
pub(crate) fn other(item: &Other) -> syn::Error {
    let help = match item.kind {
        "a trait" | "a module" => "put it on the functions inside",
        "a struct" | "an enum" | "a union" => "put it on the `impl` block, or on its methods",
        "an `extern` block" => {
            "these functions have no body here; put it on a function that calls them"
        }
        _ => "put it on a function with a body, or on an `impl` block",
    };
    error(item.span, format_args!("`#[perf_track]` cannot track {}", item.kind), help)
}

/// Why a function cannot be tracked, whatever the options.
pub(crate) fn refusal(function: &Function) -> Option<syn::Error> {
    let signature = &function.signature;
    let (span, what, help) = if let Some(constness) = signature.qualifier("const") {
        (
            constness,
            "a `const fn` cannot be tracked: it may run in the compiler, where no clock is",
            "remove `const`, or track the functions that call it",
        )
    } else if let Some(asyncness) = signature.qualifier("async") {
        (
            asyncness,
            "async functions are not supported yet",
            "put `#[perf_track]` on the synchronous functions it calls",
        )
    } else if function.body.is_none() {
        (
            signature.name.span(),
            "a function without a body cannot be tracked",
            "put `#[perf_track]` where the body is, or on a function that calls it",
        )
    } else if let Some(variadic) = signature.variadic {
        (
            variadic,
            "a variadic function cannot be tracked",
            "put `#[perf_track]` on a function that calls it",
        )
    } else if function.attribute("naked").is_some() {
        (
            signature.name.span(),
            "a naked function cannot be tracked: its body is assembly, and nothing else may be in it",
            "put `#[perf_track]` on a function that calls it",
        )
    } else {
        return None;
    };
    Some(error(span, what, help))
}

/// Why the returned value of a function cannot be classified.
fn unclassifiable(function: &Function, err: Span) -> Option<syn::Error> {
    if function.attribute("track_caller").is_some() {
        let help = "leave out one of the two: `err` runs the body in a closure, where \
                    `Location::caller()` would name this function instead of its caller";
        return Some(error(err, "`err` would break `#[track_caller]`", help));
    }
    let help = "leave out `err`, or return a `Result` or an `Option`";
    let Some(returned) = &function.signature.returned else {
        let what = "`err` classifies what is returned, and this function returns nothing";
        return Some(error(err, what, help));
    };
    match returned.clone().into_iter().next() {
        Some(TokenTree::Punct(never)) if never.as_char() == '!' => {
            let what = "`err` classifies what is returned, and this function never returns";
            Some(error(never.span(), what, help))
        }
        _ => None,
    }
}
