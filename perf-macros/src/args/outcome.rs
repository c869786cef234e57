//! The options that separate success from error: `err`, `err_kind`, `ok_if` and `err_if`.

use proc_macro2::Span;
use syn::Path;

use super::entry::Entry;
use crate::errors::error;

/// The way in which a returned value is classified.
#[derive(Clone)]
pub(crate) enum Outcome {
    /// The classification by its type.
    Err(Span),
    /// The same for a `Result`, whose errors have kinds.
    Kind {
        span: Span,
        /// The function that names the kind of an error; its `Debug` form does where it is left out.
        names: Option<Path>,
    },
    /// The classification by a predicate on a reference to it.
    If {
        /// The name of the option.
        name: &'static str,
        span: Span,
        predicate: Path,
    },
}

impl Outcome {
    pub(super) fn err_kind(entry: &Entry) -> syn::Result<Self> {
        let names = if entry.has_value() {
            Some(entry.path("`err_kind = Error::kind`, without quotes, or `err_kind` alone")?)
        } else {
            None
        };
        Ok(Self::Kind { span: entry.name.span(), names })
    }

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
            Self::Kind { .. } => "err_kind",
            Self::If { name, .. } => name,
        }
    }

    /// Returns the place of the option, for errors.
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Err(span) | Self::Kind { span, .. } | Self::If { span, .. } => *span,
        }
    }

    /// Returns the path that was given, which errors about the judge point at.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Err(_) => None,
            Self::Kind { names, .. } => names.as_ref(),
            Self::If { predicate, .. } => Some(predicate),
        }
    }

    /// Returns both as one, and the error if they do not agree: `err_kind` implies `err`.
    pub(super) fn and(self, other: Self) -> (Self, Option<syn::Error>) {
        match (self, other) {
            (Self::Err(_), kind @ Self::Kind { .. }) | (kind @ Self::Kind { .. }, Self::Err(_)) => {
                (kind, None)
            }
            (earlier, later) => {
                let refusal = twice(&earlier, &later);
                (later, Some(refusal))
            }
        }
    }
}

/// Makes the error for two of them.
fn twice(earlier: &Outcome, later: &Outcome) -> syn::Error {
    let what = format!("`{}` and `{}` exclude each other", earlier.name(), later.name());
    error(later.span(), what, "each of them alone tells success from error; keep one")
}
