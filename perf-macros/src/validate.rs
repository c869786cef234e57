//! The check whether an attribute fits its item. Syntax is behind us, tokens are ahead; nothing is
//! changed here, only refused, with the place and the way out.

use crate::args::{Options, Outcome, Selection, selection};
use crate::errors::{Errors, error, nearest};
use crate::item::{Block, Function, Kind, Other};

/// The name of the attribute, as it is found within a block.
pub(crate) const ATTRIBUTE: &str = "perf_track";

/// Checks an attribute on a function.
pub(crate) fn function(function: &Function, options: &Options, errors: &mut Errors) {
    if let Some(again) = function.attribute(ATTRIBUTE).filter(|again| !again.is_skip()) {
        let help = "keep one attribute; its options are separated by commas";
        errors.push(error(again.span(), "this function is tracked twice", help));
    }
    if options.skip.is_some() {
        return;
    }
    if let (Some(name), Some(per_type)) = (&options.name, options.per_type) {
        let what = format!("one name, {:?}, cannot stand for several types", name.value());
        let help = "leave out `name`: the sites are named after the function and its types";
        errors.push(error(per_type, what, help));
    }
    if let Some(refusal) = refusal(function) {
        errors.push(refusal);
    } else if let Some(outcome) = &options.outcome {
        errors.extend(unclassifiable(function, outcome));
    }
}

/// Checks the options of an attribute on a function that is not in a block of its own.
pub(crate) fn alone(options: &Options, errors: &mut Errors) {
    for pattern in options.selection.patterns() {
        let help = "`only` and `except` choose among the functions of an `impl` block, a trait or a \
                    module";
        errors.push(error(pattern.span(), "there is nothing to choose from here", help));
    }
}

/// Checks the options of an attribute on a whole block: those that make sense for every function.
pub(crate) fn block(block: &Block, options: &Options, errors: &mut Errors) {
    let whole = block.kind.name();
    if let Some(name) = &options.name {
        let help = "they are named by their path; write `#[perf_track(name = \"…\")]` on the one \
                    that needs a name of its own";
        let what = format!("the functions of {whole} cannot share one name");
        errors.push(error(name.span(), what, help));
    }
    if let Some(outcome) = &options.outcome {
        let name = outcome.name();
        let help = match outcome {
            Outcome::Err(_) => {
                "write `#[perf_track(err)]` on those that return a `Result` or an `Option`".into()
            }
            Outcome::Kind { .. } => {
                "write `#[perf_track(err_kind)]` on those that return a `Result`".into()
            }
            Outcome::If { .. } => format!("write `#[perf_track({name} = …)]` on those it is for"),
        };
        let what = format!("`{name}` belongs to a function, not to {whole}");
        errors.push(error(outcome.span(), what, help));
    }
    if let Some(budget) = &options.budget {
        let help = "write `#[perf_track(budget(…))]` on the functions it holds for";
        errors.push(error(budget.name.span(), "a budget belongs to a function", help));
    }
    // Those of a module may be in a block within.
    if block.kind != Kind::Module {
        errors.extend(unmatched(&block.function_names(), &options.selection));
    }
}

/// Makes the errors for patterns that none of these names match.
fn unmatched(names: &[String], selection: &Selection) -> Vec<syn::Error> {
    let is_unmatched = |pattern: &&syn::LitStr| {
        !names.iter().any(|name| selection::matches(&pattern.value(), name))
    };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let error = |pattern: &syn::LitStr| {
        let what = format!("no function here is called {:?}", pattern.value());
        let help = match nearest(&pattern.value(), &names) {
            Some(near) => format!("did you mean {near:?}?"),
            None if names.is_empty() => "there is none at all".to_owned(),
            None => {
                let some: Vec<_> = names.iter().take(5).map(|name| format!("`{name}`")).collect();
                let more = if names.len() > some.len() { ", …" } else { "" };
                format!("there is {}{more}", some.join(", "))
            }
        };
        error(pattern.span(), what, help)
    };
    selection.patterns().filter(is_unmatched).map(error).collect()
}

/// Makes the error for an item that has no functions in it.
pub(crate) fn other(item: &Other) -> syn::Error {
    let help = match item.kind {
        "a struct" | "an enum" | "a union" => "put it on the `impl` block, or on its methods",
        "an `extern` block" => {
            "these functions have no body here; put it on a function that calls them"
        }
        "a macro" | "a macro call" => {
            "what it stands for is not known yet when the attribute is expanded; put it on the \
             functions inside the macro"
        }
        _ => "put it on a function with a body, an `impl` block, a trait or an inline module",
    };
    error(item.span, format_args!("`#[perf_track]` cannot track {}", item.kind), help)
}

/// Returns the error for a function that cannot be tracked, whatever the options.
pub(crate) fn refusal(function: &Function) -> Option<syn::Error> {
    let signature = &function.signature;
    let (span, what, help) = if let Some(constness) = signature.qualifier("const") {
        (
            constness,
            "a `const fn` cannot be tracked: it may run in the compiler, where no clock is",
            "remove `const`, or track the functions that call it",
        )
    } else if let Some(genness) = signature.qualifier("gen") {
        (
            genness,
            "a `gen fn` cannot be tracked: what it does is done a bit at a time, by its caller",
            "put `#[perf_track]` on the functions it calls",
        )
    } else if function.body.is_none() {
        (
            signature.name.span(),
            "a function without a body cannot be tracked",
            "put `#[perf_track]` where the body is, or on a function that calls it",
        )
    } else if let Some(variadic) = signature.variadic() {
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

/// Returns the error for a returned value that cannot be classified.
fn unclassifiable(function: &Function, outcome: &Outcome) -> Option<syn::Error> {
    let name = outcome.name();
    let signature = &function.signature;
    if function.attribute("track_caller").is_some() && signature.qualifier("async").is_none() {
        let help = format!(
            "leave out one of the two: `{name}` runs the body in a closure, where \
             `Location::caller()` would name this function instead of its caller"
        );
        let what = format!("`{name}` would break `#[track_caller]`");
        return Some(error(outcome.span(), what, help));
    }
    let help = match outcome {
        Outcome::Err(_) => "leave out `err`, or return a `Result` or an `Option`".to_owned(),
        Outcome::Kind { .. } => "leave out `err_kind`, or return a `Result`".to_owned(),
        Outcome::If { .. } => format!("leave out `{name}`, or return something to ask"),
    };
    if signature.returned.is_none() {
        let what =
            format!("`{name}` classifies what is returned, and this function returns nothing");
        return Some(error(outcome.span(), what, help));
    }
    if signature.never_returns() {
        let what = format!("`{name}` classifies what is returned, and this function never returns");
        return Some(error(outcome.span(), what, help));
    }
    None
}
