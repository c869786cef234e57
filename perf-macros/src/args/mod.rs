//! The attribute's arguments: tokens in, [`Options`] out, and every error on the way. The item
//! below is not known here; see `validate`.

mod amount;
mod bench;
mod budget;
mod entry;
mod outcome;
pub(crate) mod selection;
mod text;

use proc_macro2::{Span, TokenStream};
use syn::{LitStr, Path};

use crate::errors::Errors;
pub(crate) use bench::BenchOptions;
pub(crate) use budget::Budget;
use entry::Entry;
pub(crate) use outcome::Outcome;
pub(crate) use selection::Selection;

/// The names of all options, as they are offered to someone who mistyped one.
const NAMES: [&str; 13] = [
    "name", "skip", "err", "err_kind", "ok_if", "err_if", "crate", "exact", "per_type", "budget",
    "tags", "only", "except",
];

/// The options between the parentheses of `#[perf_track(…)]`.
///
/// An option keeps the place it was written at, so that a later stage can point there.
#[derive(Default, Clone)]
pub(crate) struct Options {
    /// `name = "…"`: the identity, instead of the function's path.
    pub(crate) name: Option<LitStr>,
    /// `skip`: leave the function as it is.
    pub(crate) skip: Option<Span>,
    /// `err`, `err_kind`, `ok_if = path` or `err_if = path`: classify the returned value.
    pub(crate) outcome: Option<Outcome>,
    /// `crate = path`: the place of perf-runtime.
    pub(crate) runtime: Option<Path>,
    /// `exact`: never sampled.
    pub(crate) exact: Option<Span>,
    /// `per_type`: a site for each type that a generic function is called with.
    pub(crate) per_type: Option<Span>,
    /// `budget(…)`: limits.
    pub(crate) budget: Option<Budget>,
    /// `tags = […]`.
    pub(crate) tags: Vec<LitStr>,
    /// `only = …`, `except = …`: the choice of functions in a block.
    pub(crate) selection: Selection,
}

impl Options {
    /// Reads the arguments. Every error goes to `errors`; the rest is still read.
    pub(crate) fn parse(args: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        entry::each(args, &NAMES, errors, |entry, errors| options.set(entry, errors));
        options
    }

    fn set(&mut self, entry: &Entry, errors: &mut Errors) -> syn::Result<()> {
        match entry.name.to_string().as_str() {
            "name" => self.name = Some(text::label(entry)?),
            "skip" => self.skip = Some(entry.flag()?),
            "err" => self.classify(Outcome::Err(entry.flag()?))?,
            "err_kind" => self.classify(Outcome::err_kind(entry)?)?,
            "ok_if" => self.classify(Outcome::ok_if(entry)?)?,
            "err_if" => self.classify(Outcome::err_if(entry)?)?,
            "crate" => {
                let example = "`crate = my_crate::perf_runtime`, without quotes";
                self.runtime = Some(entry.path(example)?);
            }
            "exact" => self.exact = Some(entry.flag()?),
            "per_type" => self.per_type = Some(entry.flag()?),
            "only" => self.selection.only = Some(selection::patterns(entry, errors)?),
            "except" => self.selection.except = Some(selection::patterns(entry, errors)?),
            "budget" => self.budget = Some(Budget::parse(entry, errors)?),
            "tags" => self.tags = text::tags(entry, errors)?,
            _ => return Err(entry.unknown("option", &NAMES)),
        }
        Ok(())
    }

    fn classify(&mut self, outcome: Outcome) -> syn::Result<()> {
        let (outcome, refusal) = match self.outcome.take() {
            None => (outcome, None),
            Some(earlier) => earlier.and(outcome),
        };
        self.outcome = Some(outcome);
        refusal.map_or(Ok(()), Err)
    }

    /// Returns whether errors have kinds.
    pub(crate) fn names_errors(&self) -> bool {
        matches!(self.outcome, Some(Outcome::Kind { .. }))
    }

    /// Joins these options with those of the `block` around: its own come first; `exact`,
    /// `per_type` and the tags add up.
    pub(crate) fn within(mut self, block: &Self) -> Self {
        self.runtime = self.runtime.or_else(|| block.runtime.clone());
        self.exact = self.exact.or(block.exact);
        self.per_type = self.per_type.or(block.per_type);
        self.selection = self.selection.or(&block.selection);
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
