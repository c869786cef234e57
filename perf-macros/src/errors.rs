//! The errors of an attribute, collected: one build shows everything, each at its place and with
//! help.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};

/// The errors of one attribute, in the order they were found.
#[derive(Default)]
pub(crate) struct Errors(Vec<syn::Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    pub(crate) fn extend(&mut self, errors: impl IntoIterator<Item = syn::Error>) {
        self.0.extend(errors);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the message of each.
    #[cfg(test)]
    pub(crate) fn messages(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// Makes an invocation of `compile_error!` for each.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.iter().map(syn::Error::to_compile_error).collect()
    }
}

/// Makes an error with the way out of it.
pub(crate) fn error(span: Span, what: impl Display, help: impl Display) -> syn::Error {
    syn::Error::new(span, format_args!("{what}\nhelp: {help}"))
}

/// Returns the name among `names` that `written` was probably meant to be.
///
/// `p90` is no slip of the finger for `p50`: names with numbers are only offered for their number.
pub(crate) fn nearest<'a>(written: &str, names: &[&'a str]) -> Option<&'a str> {
    let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    let alike = names.iter().filter(|name| digits(name) == digits(written));
    let (distance, name) = alike.map(|name| (edits(written, name), *name)).min()?;
    (distance <= 1 + name.len() / 4).then_some(name)
}

/// Counts the letters that must be inserted, removed or replaced to turn one word into the other.
fn edits(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (above, a) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], above + 1);
        for (column, b) in to.chars().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.chars().count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (from, to, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("name", "name", 0),
            ("nmae", "name", 2),
            ("tag", "tags", 1),
        ] {
            assert_eq!(edits(from, to), expected, "{from} → {to}");
        }
    }

    #[test]
    fn only_near_names_are_offered() {
        let names = ["name", "skip", "budget"];
        assert_eq!(nearest("nam", &names), Some("name"));
        assert_eq!(nearest("budgets", &names), Some("budget"));
        assert_eq!(nearest("nmae", &names), Some("name"));
        assert_eq!(nearest("elephant", &names), None);
        assert_eq!(nearest("p90", &["p50", "p95"]), None);
        assert_eq!(nearest("P95", &["p50", "p95"]), Some("p95"));
    }
}
