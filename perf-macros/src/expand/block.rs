//! An `impl` block, a trait or a module: each function in it as if it carried the attribute itself.
//! An attribute that one does carry is read here and taken off; without one, a function that cannot
//! be tracked is left alone.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::track;
use crate::args::Options;
use crate::errors::{Errors, error};
use crate::item::{Attribute, Block, Function, Member, are_of_tests};
use crate::validate::{self, ATTRIBUTE};

/// The block with its functions tracked, and without.
pub(super) fn expand(
    block: &mut Block,
    options: &Options,
    errors: &mut Errors,
) -> (TokenStream, TokenStream) {
    if options.skip.is_some() {
        let untracked = block.to_token_stream();
        return (untracked.clone(), untracked);
    }
    let mut tracked = TokenStream::new();
    let mut untracked = TokenStream::new();
    for member in &mut block.members {
        match member {
            Member::Function(function) => {
                match function_options(function, options, errors) {
                    Some(own) => tracked.extend(track(function, &own)),
                    None => function.to_tokens(&mut tracked),
                }
                function.to_tokens(&mut untracked);
            }
            Member::Block(inner) => {
                let (with, without) = match block_options(inner, options, errors) {
                    Some(own) => expand(inner, &own, errors),
                    None => (inner.to_token_stream(), inner.to_token_stream()),
                };
                tracked.extend(with);
                untracked.extend(without);
            }
            Member::Other(tokens) => {
                tracked.extend(tokens.clone());
                untracked.extend(tokens.clone());
            }
        }
    }
    (block.with_members(tracked), block.with_members(untracked))
}

/// The options a function is tracked under, if it is. Takes its own attribute off.
fn function_options(
    function: &mut Function,
    block: &Options,
    errors: &mut Errors,
) -> Option<Options> {
    refuse_conditional(&function.attributes, errors);
    if let Some(own) = function.take_attribute(ATTRIBUTE) {
        let options = Options::parse(own.arguments(), errors).within(block);
        validate::function(function, &options, errors);
        function.attributes.extend(own.if_imported(quote!(skip)));
        return Some(options);
    }
    let passes = are_of_tests(&function.attributes)
        || !block.selection.takes(&function.signature.name.to_string())
        || validate::refusal(function).is_some();
    (!passes).then(|| block.clone())
}

/// The options that the functions of a block in a module are tracked under, if they are. Takes its
/// own attribute off.
fn block_options(inner: &mut Block, outer: &Options, errors: &mut Errors) -> Option<Options> {
    refuse_conditional(&inner.attributes, errors);
    let Some(own) = inner.take_attribute(ATTRIBUTE) else {
        return (!are_of_tests(&inner.attributes)).then(|| outer.clone());
    };
    let options = Options::parse(own.arguments(), errors);
    validate::block(inner, &options, errors);
    inner.attributes.extend(own.if_imported(quote!(skip)));
    Some(options.within(outer))
}

/// Whether `#[perf_track]` is there under some condition is decided after this block is expanded:
/// too late to leave something out.
fn refuse_conditional(attributes: &[Attribute], errors: &mut Errors) {
    let conditional = attributes.iter().filter(|attribute| {
        attribute.name() == "cfg_attr" && attribute.arguments().to_string().contains(ATTRIBUTE)
    });
    for attribute in conditional {
        let help = "the attribute on the whole is expanded before the condition is known: take it \
                    off, and put one on each function instead";
        let what = "`#[perf_track]` cannot depend on a condition inside something that is tracked \
                    as a whole";
        errors.push(error(attribute.span(), what, help));
    }
}
