//! The options that separate success from error: `err`, `ok_if` and `err_if`.

use proc_macro2::Span;
use syn::Path;

use super::entry::Entry;
use crate::errors::error;

/// The way in which a returned value is classified.
#[derive(Clone)]
pub(crate) enum Outcome {
    /// The classification by its type.
    Err(Span),
    /// The classification by a predicate on a reference to it.
    If {
        /// The name of the option.
        name: &'static str,
        span: Span,
        predicate: Path,
    },
}

impl Outcome {
    pub(super) fn ok_if(entry: &Entry) -> syn::Result<Self> {
        Self::of("ok_if", entry, "`ok_if = Response::is_success`, without quotes")
    }

    pub(super) fn err_if(entry: &Entry) -> syn::Result<Self> {
        Self::of("err_if", entry, "`err_if = Response::is_failure`, without quotes")
    }

    fn of(name: &'static str, entry: &Entry, example: &str) -> syn::Result<Self> {
        Ok(Self::If { name, span: entry.name.span(), predicate: entry.path(example)? })
    }

    /// Returns the name of the option.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Err(_) => "err",
            Self::If { name, .. } => name,
        }
    }

    /// Returns the place of the option, for errors.
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Err(span) | Self::If { span, .. } => *span,
        }
    }
}

/// Makes the error for two of them.
pub(super) fn twice(earlier: &Outcome, later: Option<&Outcome>) -> syn::Error {
    let later = later.unwrap_or(earlier);
    let what = format!("`{}` and `{}` exclude each other", earlier.name(), later.name());
    error(later.span(), what, "each of them alone tells success from error; keep one")
}
