//! The attribute's arguments: tokens in, [`Options`] out, and every error on the way. Which item
//! they stand on is not known here; see `validate`.

mod amount;
mod budget;
mod entry;
mod text;

use proc_macro2::{Span, TokenStream};
use syn::{LitStr, Path};

use crate::errors::Errors;
pub(crate) use budget::Budget;
use entry::Entry;

/// The names of all options, as they are offered to someone who mistyped one.
const NAMES: [&str; 7] = ["name", "skip", "err", "crate", "exact", "budget", "tags"];

/// What stands between the parentheses of `#[perf_track(…)]`.
///
/// An option keeps the place it was written at, so that a later stage can point there.
#[derive(Default, Clone)]
pub(crate) struct Options {
    /// `name = "…"`: the identity, instead of the function's path.
    pub(crate) name: Option<LitStr>,
    /// `skip`: leave the function as it is.
    pub(crate) skip: Option<Span>,
    /// `err`: classify what the function returns.
    pub(crate) err: Option<Span>,
    /// `crate = path`: where perf-runtime is to be found.
    pub(crate) runtime: Option<Path>,
    /// `exact`: never sampled.
    pub(crate) exact: Option<Span>,
    /// `budget(…)`: limits.
    pub(crate) budget: Option<Budget>,
    /// `tags = […]`.
    pub(crate) tags: Vec<LitStr>,
}

impl Options {
    /// Reads the arguments. Whatever is wrong goes to `errors`; the rest is still read.
    pub(crate) fn parse(args: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        for entry in entry::split(args, &NAMES, errors) {
            if let Err(error) = options.set(&entry, errors) {
                errors.push(error);
            }
        }
        options
    }

    fn set(&mut self, entry: &Entry, errors: &mut Errors) -> syn::Result<()> {
        match entry.name.to_string().as_str() {
            "name" => self.name = Some(text::label(entry)?),
            "skip" => self.skip = Some(entry.flag()?),
            "err" => self.err = Some(entry.flag()?),
            "crate" => self.runtime = Some(entry.path()?),
            "exact" => self.exact = Some(entry.flag()?),
            "budget" => self.budget = Some(Budget::parse(entry, errors)?),
            "tags" => self.tags = text::tags(entry, errors)?,
            _ => return Err(entry.unknown("option", &NAMES)),
        }
        Ok(())
    }

    /// These options on a method of a block that carries `block`: the method's own come first,
    /// `exact` and the tags add up.
    pub(crate) fn within(mut self, block: &Self) -> Self {
        self.runtime = self.runtime.or_else(|| block.runtime.clone());
        self.exact = self.exact.or(block.exact);
        for tag in &block.tags {
            if !self.tags.iter().any(|own| own.value() == tag.value()) {
                self.tags.push(tag.clone());
            }
        }
        self
    }
}

#[cfg(test)]
mod tests;
