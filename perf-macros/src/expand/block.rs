//! An `impl` block: each method as if it carried the attribute itself. An attribute that one does
//! carry is read here and taken off; without one, a method that cannot be tracked is left alone.

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::track;
use crate::args::Options;
use crate::errors::{Errors, error};
use crate::item::{Block, Function, Member};
use crate::validate::{self, ATTRIBUTE};

/// The block with its methods tracked, and without.
pub(super) fn expand(
    block: &mut Block,
    options: &Options,
    errors: &mut Errors,
) -> (TokenStream, TokenStream) {
    let mut tracked = TokenStream::new();
    let mut untracked = TokenStream::new();
    for member in &mut block.members {
        match member {
            Member::Function(method) => {
                let own = own_options(method, options, errors);
                match &own {
                    Some(own) => tracked.extend(track(method, own)),
                    None => method.to_tokens(&mut tracked),
                }
                method.to_tokens(&mut untracked);
            }
            Member::Other(tokens) => {
                tracked.extend(tokens.clone());
                untracked.extend(tokens.clone());
            }
        }
    }
    (block.with_members(tracked), block.with_members(untracked))
}

/// The options a method is tracked under, if it is. Takes its own attribute off.
fn own_options(method: &mut Function, block: &Options, errors: &mut Errors) -> Option<Options> {
    refuse_conditional(method, errors);
    if let Some(own) = method.take_attribute(ATTRIBUTE) {
        let options = Options::parse(own.arguments(), errors).within(block);
        validate::function(method, &options, errors);
        return Some(options);
    }
    let is_test = ["test", "bench"].iter().any(|name| method.attribute(name).is_some());
    let passes = is_test || validate::refusal(method).is_some();
    (!passes).then(|| block.clone())
}

/// Whether `#[perf_track]` is on a method under some condition is decided after this block is
/// expanded: too late to leave the method out.
fn refuse_conditional(method: &Function, errors: &mut Errors) {
    let conditional = method.attributes.iter().filter(|attribute| {
        attribute.name() == "cfg_attr" && attribute.arguments().to_string().contains(ATTRIBUTE)
    });
    for attribute in conditional {
        let help = "the attribute on the block is expanded before the condition is known: take it \
                    off the block and put one on each method instead";
        let what = "`#[perf_track]` cannot depend on a condition inside a tracked block";
        errors.push(error(attribute.span(), what, help));
    }
}
