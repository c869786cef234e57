//! Functions that a user names by a part of their name.

use std::collections::BTreeSet;

use crate::error::{ExitCode as Code, UserError};
use crate::text::suggest::{self, PickError};

/// Returns the one of `names` that is meant by `wanted`: the name itself, its end, or a part that
/// no other has. `unknown` is the error where there is none.
pub(super) fn by_part<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
    unknown: UserError,
) -> Result<&'a str, UserError> {
    suggest::pick(wanted, names).map_err(|error| explained(wanted, error, unknown))
}

/// Returns the one of `names` that is `wanted`, or that ends in it. It is for commands that change
/// something: a part of a name must not do that by chance. Names may be given twice.
pub(super) fn by_end<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
    unknown: UserError,
) -> Result<&'a str, UserError> {
    let names: BTreeSet<&str> = names.into_iter().collect();
    suggest::pick_by_end(wanted, names).map_err(|error| explained(wanted, error, unknown))
}

/// Returns the error for the user, with advice on what was meant.
fn explained(wanted: &str, error: PickError<'_>, unknown: UserError) -> UserError {
    match error {
        PickError::Unknown(Some(near)) => unknown.help(suggest::did_you_mean(near)),
        PickError::Unknown(None) => unknown,
        PickError::Ambiguous(some) => {
            let some: Vec<_> = some.iter().map(|name| format!("`{name}`")).collect();
            let (last, others) = some.split_last().map_or(("", &[][..]), |(it, rest)| (it, rest));
            UserError::new(Code::Usage, format!("more than one function is meant by {wanted:?}"))
                .help(format!("did you mean {} or {last}?", others.join(", ")))
        }
    }
}
