//! An `impl` block, a trait or a module: each function in it as if it carried the attribute itself.
//! An attribute that one does carry is read here and taken off; without one, a function that cannot
//! be tracked is left alone.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::{Record, track};
use crate::args::Options;
use crate::errors::{Errors, error};
use crate::item::{Attribute, Block, Function, Member, are_of_tests};
use crate::validate::{self, ATTRIBUTE};

/// The plan for the members of a block, in their order. Without a plan, nothing is done.
pub(super) struct Plan(Option<Vec<Step>>);

enum Step {
    /// The options that a function is tracked under, if it is.
    Function(Option<Box<Options>>),
    Block(Plan),
    /// Left as it is.
    Other,
}

impl Plan {
    /// Makes the plan for a block that carries `options`. Takes the attributes within off.
    pub(super) fn of(block: &mut Block, options: &Options, errors: &mut Errors) -> Self {
        if options.skip.is_some() {
            return Self(None);
        }
        let step = |member: &mut Member| match member {
            Member::Function(function) => {
                Step::Function(function_options(function, options, errors).map(Box::new))
            }
            Member::Block(inner) => Step::Block(match block_options(inner, options, errors) {
                Some(own) => Self::of(inner, &own, errors),
                None => Self(None),
            }),
            Member::Other(_) => Step::Other,
        };
        Self(Some(block.members.iter_mut().map(step).collect()))
    }

    /// Returns the block as it is tracked.
    pub(super) fn carry_out(self, block: &Block, record: Record) -> TokenStream {
        let Self(Some(steps)) = self else { return block.to_token_stream() };
        let mut members = TokenStream::new();
        for (member, step) in block.members.iter().zip(steps) {
            match (member, step) {
                (Member::Function(function), Step::Function(Some(options))) => {
                    members.extend(track(function, &options, record));
                }
                (Member::Block(inner), Step::Block(plan)) => {
                    members.extend(plan.carry_out(inner, record));
                }
                (member, _) => member.to_tokens(&mut members),
            }
        }
        block.with_members(members)
    }
}

/// Returns the options that a function is tracked under, if it is. Takes its own attribute off.
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

/// Returns the options that the functions of a block in a module are tracked under, if they are.
/// Takes its own attribute off.
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

/// Refuses `#[perf_track]` under a condition: that is decided after this block is expanded, too
/// late to leave something out.
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
