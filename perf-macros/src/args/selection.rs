//! `only = …` and `except = …`: the choice of functions in a block, by name.

use syn::LitStr;

use super::entry::{Entry, between_commas};
use crate::errors::{Errors, error};

const EXAMPLE: &str = "`only = \"parse_*\"` or `except = [\"new\", \"get_*\"]`";

/// The choice of tracked functions in a block. Without either list, all.
#[derive(Default, Clone)]
pub(crate) struct Selection {
    pub(crate) only: Option<Vec<LitStr>>,
    pub(crate) except: Option<Vec<LitStr>>,
}

impl Selection {
    /// Returns whether a function of this name is among them.
    pub(crate) fn takes(&self, name: &str) -> bool {
        let is_in =
            |patterns: &Vec<LitStr>| patterns.iter().any(|pattern| matches(&pattern.value(), name));
        self.only.as_ref().is_none_or(is_in) && !self.except.as_ref().is_some_and(is_in)
    }

    /// Lists the patterns, in the order they were written.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &LitStr> {
        self.only.iter().chain(&self.except).flatten()
    }

    /// Returns this selection, or `outer` where nothing is selected here.
    pub(super) fn or(self, outer: &Self) -> Self {
        match self {
            Self { only: None, except: None } => outer.clone(),
            own => own,
        }
    }
}

/// Returns whether `name` fits `pattern`, in which `*` is any number of characters.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match name.split_once(part) {
            Some((_, after)) => name = after,
            None => return false,
        }
    }
    name.ends_with(last)
}

/// Reads one pattern, or several between brackets.
pub(super) fn patterns(entry: &Entry, errors: &mut Errors) -> syn::Result<Vec<LitStr>> {
    if let Some(one) = entry.string() {
        return check(one).map(|one| vec![one]);
    }
    let list = entry.array(EXAMPLE)?;
    if list.is_empty() {
        let what = format!("`{}` names nothing", entry.name);
        return Err(error(entry.name.span(), what, format!("as in {EXAMPLE}")));
    }
    let mut patterns = Vec::new();
    for element in between_commas(list) {
        let span = element.clone().into_iter().next().map(|tree| tree.span());
        let pattern = syn::parse2::<LitStr>(element).map_err(|other| {
            let span = span.unwrap_or_else(|| other.span());
            error(span, "a pattern is a string", format!("as in {EXAMPLE}"))
        });
        match pattern.and_then(check) {
            Ok(pattern) => patterns.push(pattern),
            Err(error) => errors.push(error),
        }
    }
    Ok(patterns)
}

/// Checks that it can stand for the name of a function.
fn check(pattern: LitStr) -> syn::Result<LitStr> {
    let text = pattern.value();
    let can_be = |c: char| c == '_' || c == '*' || c.is_alphanumeric();
    if !text.is_empty() && text.chars().all(can_be) {
        return Ok(pattern);
    }
    let what = format!("{text:?} can be the name of no function");
    let help = "write the name alone, without a path; `*` stands for any characters";
    Err(error(pattern.span(), what, help))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, names) in [
            ("parse", &["parse"][..]),
            ("*", &["", "anything"]),
            ("parse_*", &["parse_", "parse_all"]),
            ("*_all", &["_all", "parse_all", "all_all"]),
            ("a*b*c", &["abc", "a1b2c", "abbcc"]),
            ("*b*", &["b", "abc"]),
        ] {
            for name in names {
                assert!(matches(pattern, name), "{pattern} {name}");
            }
        }
        for (pattern, name) in
            [("parse", "parse_"), ("parse_*", "parse"), ("a*a", "a"), ("a*b*c", "acb"), ("*b", "a")]
        {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }
}
