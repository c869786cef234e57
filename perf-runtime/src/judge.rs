//! The judges by which generated code finds errors among returned values. Pure; the types' own
//! judgement is in `outcome`.

use std::fmt::Debug;

use crate::kind::{Kind, Kinded};
use crate::outcome::Outcome;

/// Shows a judge to a linter: a statement that names it and never runs. It names it twice: clippy
/// has something against functions that are named once, and an attribute can do no other.
///
/// The item comes last: clippy calls items after statements confusing, but not after items that a
/// macro put there, and so leaves the user's alone.
#[doc(hidden)]
#[macro_export]
macro_rules! __perf_track_judged {
    ($judge:expr) => {
        if false {
            return $crate::__private::judged_as_returned(&$judge, &$judge);
        }
        const _: () = ();
    };
    ($judge:expr, $returned:ty) => {
        if false {
            $crate::__private::judged_by::<$returned>(&$judge, &$judge);
        }
        const _: () = ();
    };
}

/// A judge that tells errors from other values of type `R`.
pub trait Judge<R> {
    /// Returns whether this value stands for a failure.
    fn is_error(&self, returned: &R) -> bool;

    /// Returns whether errors have kinds: for a judge always the same.
    #[inline]
    fn names_kinds(&self) -> bool {
        false
    }

    /// Returns the kind of failure that this value stands for, if errors have kinds.
    #[inline]
    fn kind(&self, _: &R) -> Option<Kind> {
        None
    }
}

/// The judge of `err`: the value's type decides.
#[derive(Debug, Clone, Copy)]
pub struct ByType;

impl<R: Outcome> Judge<R> for ByType {
    #[inline]
    fn is_error(&self, returned: &R) -> bool {
        returned.is_error()
    }
}

/// The judge of values that nobody asks about.
#[derive(Debug, Clone, Copy)]
pub struct Unjudged;

impl<R> Judge<R> for Unjudged {
    #[inline]
    fn is_error(&self, _: &R) -> bool {
        false
    }
}

/// The judge of `ok_if = path`: errors are the values that the predicate denies.
#[derive(Debug, Clone, Copy)]
pub struct OkIf<P>(pub P);

impl<R, P: Fn(&R) -> bool> Judge<R> for OkIf<P> {
    #[inline]
    fn is_error(&self, returned: &R) -> bool {
        !(self.0)(returned)
    }
}

/// The judge of `err_if = path`: errors are the values that the predicate affirms.
#[derive(Debug, Clone, Copy)]
pub struct ErrIf<P>(pub P);

impl<R, P: Fn(&R) -> bool> Judge<R> for ErrIf<P> {
    #[inline]
    fn is_error(&self, returned: &R) -> bool {
        (self.0)(returned)
    }
}

/// The judge of `err_kind = path`: errors are those of a `Result`, and a function names their kind.
#[derive(Debug, Clone, Copy)]
pub struct KindBy<N>(pub N);

impl<R: Kinded, N: Fn(&R::Error) -> &'static str> Judge<R> for KindBy<N> {
    #[inline]
    fn is_error(&self, returned: &R) -> bool {
        returned.error().is_some()
    }

    #[inline]
    fn names_kinds(&self) -> bool {
        true
    }

    fn kind(&self, returned: &R) -> Option<Kind> {
        returned.error().and_then(|error| Kind::of((self.0)(error)))
    }
}

/// The judge of `err_kind` alone: the kind is the word that the error's `Debug` form begins with.
#[derive(Debug, Clone, Copy)]
pub struct KindByDebug;

impl<R: Kinded<Error: Debug>> Judge<R> for KindByDebug {
    #[inline]
    fn is_error(&self, returned: &R) -> bool {
        returned.error().is_some()
    }

    #[inline]
    fn names_kinds(&self) -> bool {
        true
    }

    fn kind(&self, returned: &R) -> Option<Kind> {
        returned.error().and_then(Kind::of_debug)
    }
}
