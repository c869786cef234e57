//! The values of single keys, and errors about what was expected of them.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::DeValue;

use super::check::{Duration, Limit};
use crate::text::{suggest, values};
use crate::verdict::{Better, FailOn, Load, Severity};

pub(super) fn text(value: &DeValue<'_>) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| expected("text in quotes", value))
}

pub(super) fn boolean(value: &DeValue<'_>) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| expected("`true` or `false`", value))
}

pub(super) fn load(value: &DeValue<'_>) -> Result<Load, String> {
    let word = value.as_str().ok_or_else(|| expected("\"open\" or \"closed\"", value))?;
    one_of(word, Load::ALL, Load::word, "load")
}

/// Returns the one of `all` with the name `word`.
pub(super) fn one_of<T: Copy>(
    word: &str,
    all: impl IntoIterator<Item = T> + Clone,
    name: impl Fn(T) -> &'static str,
    what: &str,
) -> Result<T, String> {
    all.clone().into_iter().find(|one| name(*one) == word).ok_or_else(|| {
        let words = all.into_iter().map(&name);
        format!("{word:?} is no {what}; {}", suggest::one_of(word, words))
    })
}

pub(super) fn whole_number(value: &DeValue<'_>) -> Result<u64, String> {
    number(value)
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| expected("a whole number, not negative", value))
}

pub(super) fn limit(value: &DeValue<'_>) -> Result<Limit, String> {
    if let Some(text) = value.as_str() {
        return text.parse();
    }
    let pct = number(value).and_then(|digits| digits.parse().ok());
    let pct = pct.ok_or_else(|| expected("per cent, such as \"15%\"", value))?;
    values::in_range(pct).map(|pct| Limit(Some(pct)))
}

pub(super) fn duration(value: &DeValue<'_>) -> Result<Duration, String> {
    value.as_str().ok_or_else(|| expected("a duration, such as \"10ns\"", value))?.parse()
}

pub(super) fn better(value: &DeValue<'_>) -> Result<Better, String> {
    let word = value.as_str().ok_or_else(|| expected("\"higher\" or \"lower\"", value))?;
    one_of(word, Better::ALL, Better::word, "direction")
}

pub(super) fn severity(value: &DeValue<'_>) -> Result<Severity, String> {
    let word = value.as_str().ok_or_else(|| expected("\"fail\", \"warn\" or \"off\"", value))?;
    one_of(word, Severity::ALL, Severity::word, "severity")
}

pub(super) fn real(value: &DeValue<'_>) -> Result<f64, String> {
    let real = number(value).and_then(|digits| digits.parse::<f64>().ok());
    real.filter(|real| real.is_finite()).ok_or_else(|| expected("a number", value))
}

pub(super) fn fail_on(word: &str) -> Result<FailOn, String> {
    one_of(word, FailOn::ALL, FailOn::word, "reason to fail")
}

pub(super) fn set<T: Ord>(
    value: &DeValue<'_>,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<BTreeSet<T>, String> {
    let items = value.as_array().ok_or_else(|| expected("a list of texts", value))?;
    items
        .iter()
        .map(Spanned::get_ref)
        .map(|item| parse(item.as_str().ok_or_else(|| expected("a list of texts", item))?))
        .collect()
}

/// Returns the digits of a plain decimal number.
pub(super) fn number(value: &DeValue<'_>) -> Option<String> {
    let integer = value.as_integer().filter(|integer| integer.radix() == 10);
    let digits = integer.map(|integer| integer.as_str().to_owned());
    digits.or_else(|| value.as_float().map(|float| float.as_str().to_owned()))
}

pub(super) fn expected(what: &str, found: &DeValue<'_>) -> String {
    format!("expected {what}, found a value of type {}", found.type_str())
}
