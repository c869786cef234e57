//! What generated code asks whether a returned value is an error. Pure; what types say of themselves
//! is in `outcome`.

use crate::outcome::Outcome;

/// What a linter sees of a judge: a statement that names it and never runs. It names it twice:
/// clippy has something against functions that are named once, and an attribute can do no other.
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

/// Tells errors from other values of type `R`.
pub trait Judge<R> {
    /// Whether this value stands for a failure.
    fn is_error(&self, returned: &R) -> bool;
}

/// `err`: the value's type says it.
#[derive(Debug, Clone, Copy)]
pub struct ByType;

impl<R: Outcome> Judge<R> for ByType {
    #[inline]
    fn is_error(&self, returned: &R) -> bool {
        returned.is_error()
    }
}

/// Nobody asks.
#[derive(Debug, Clone, Copy)]
pub struct Unjudged;

impl<R> Judge<R> for Unjudged {
    #[inline]
    fn is_error(&self, _: &R) -> bool {
        false
    }
}

/// `ok_if = path`: errors are what the predicate denies.
#[derive(Debug, Clone, Copy)]
pub struct OkIf<P>(pub P);

impl<R, P: Fn(&R) -> bool> Judge<R> for OkIf<P> {
    #[inline]
    fn is_error(&self, returned: &R) -> bool {
        !(self.0)(returned)
    }
}

/// `err_if = path`: errors are what the predicate affirms.
#[derive(Debug, Clone, Copy)]
pub struct ErrIf<P>(pub P);

impl<R, P: Fn(&R) -> bool> Judge<R> for ErrIf<P> {
    #[inline]
    fn is_error(&self, returned: &R) -> bool {
        (self.0)(returned)
    }
}
