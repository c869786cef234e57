//! The difference between success and error in returned values. Pure.

/// A returned value that can be classified, for `#[perf_track(err)]`.
///
/// `Result` and `Option` are; implement it for types of your own.
///
/// ```
/// use perf_runtime::Outcome;
/// struct Reply { status: u16 }
/// impl Outcome for Reply {
///     fn is_error(&self) -> bool { self.status >= 400 }
/// }
/// assert!(Reply { status: 404 }.is_error());
/// assert!(!Some(1).is_error());
/// ```
#[diagnostic::on_unimplemented(
    message = "`#[perf_track(err)]` cannot tell success from error in `{Self}`",
    label = "neither a `Result` nor an `Option`",
    note = "return a `Result` or an `Option`, implement `perf_runtime::Outcome` for the type, or leave out `err`"
)]
pub trait Outcome {
    /// Returns whether this value stands for a failure.
    fn is_error(&self) -> bool;
}

impl<T, E> Outcome for Result<T, E> {
    #[inline]
    fn is_error(&self) -> bool {
        self.is_err()
    }
}

impl<T> Outcome for Option<T> {
    #[inline]
    fn is_error(&self) -> bool {
        self.is_none()
    }
}
