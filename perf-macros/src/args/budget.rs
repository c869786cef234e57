//! `budget(…)`: limits of one function, in the units that the runtime stores them in.

use proc_macro2::Ident;
use syn::{Lit, LitInt, LitStr};

use super::amount;
use super::entry::{self, Entry};
use crate::errors::{Errors, error};

const NAMES: [&str; 8] = ["p50", "p95", "p99", "mean", "max", "calls", "allocs", "max_regression"];

const EXAMPLE: &str = "`budget(p95 = \"2ms\", calls = 100, max_regression = \"10%\")`";

/// One limit that was given, under the name of its field in the runtime's `Budget`.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug, PartialEq))]
pub(crate) struct Limit {
    /// Name of the field.
    pub(crate) field: &'static str,
    /// Its value, in the field's unit.
    pub(crate) value: u64,
}

/// The limits given, in the order they were written.
#[derive(Clone)]
pub(crate) struct Budget {
    /// The word `budget`.
    pub(crate) name: Ident,
    /// Limits, at least one, unless there were errors.
    pub(crate) limits: Vec<Limit>,
}

impl Budget {
    /// The number of limits that exist.
    pub(crate) const LIMITS: usize = NAMES.len();

    pub(super) fn parse(entry: &Entry, errors: &mut Errors) -> syn::Result<Self> {
        let name = entry.name.clone();
        let list = entry.list(EXAMPLE)?;
        if list.is_empty() {
            let help = format!("give at least one limit, as in {EXAMPLE}");
            return Err(error(name.span(), "this budget limits nothing", help));
        }
        let mut limits = Vec::new();
        entry::each(list, &NAMES, errors, |entry, _| limit(entry).map(|limit| limits.push(limit)));
        Ok(Self { name, limits })
    }
}

fn limit(entry: &Entry) -> syn::Result<Limit> {
    let (field, value) = match entry.name.to_string().as_str() {
        "p50" => ("p50_ns", duration(entry)?),
        "p95" => ("p95_ns", duration(entry)?),
        "p99" => ("p99_ns", duration(entry)?),
        "mean" => ("mean_ns", duration(entry)?),
        "max" => ("max_ns", duration(entry)?),
        "calls" => ("calls", count(entry)?),
        "allocs" => ("allocs", count(entry)?),
        "max_regression" => ("max_regression_bp", share(entry)?),
        _ => return Err(entry.unknown("limit", &NAMES)),
    };
    Ok(Limit { field, value })
}

fn duration(entry: &Entry) -> syn::Result<u64> {
    let example = format!("`{} = \"2ms\"`", entry.name);
    let text = quoted(entry, &example)?;
    amount::nanoseconds(&text.value()).map_err(|problem| at(&text, &problem, &example))
}

fn share(entry: &Entry) -> syn::Result<u64> {
    let example = format!("`{} = \"10%\"`", entry.name);
    let text = quoted(entry, &example)?;
    amount::basis_points(&text.value())
        .map(u64::from)
        .map_err(|problem| at(&text, &problem, &example))
}

fn count(entry: &Entry) -> syn::Result<u64> {
    let example = format!("`{} = 100`", entry.name);
    let literal = entry.literal(&example)?;
    let Lit::Int(number) = &literal else {
        let what = format!("`{}` expects a whole number", entry.name);
        return Err(error(literal.span(), what, format!("as in {example}")));
    };
    whole(number, &example)
}

fn whole(number: &LitInt, example: &str) -> syn::Result<u64> {
    if !number.suffix().is_empty() {
        let what = format!("a count has no unit, and this one has `{}`", number.suffix());
        return Err(error(number.span(), what, format!("as in {example}")));
    }
    number.base10_parse().map_err(|_| {
        let help = format!("write a whole number from 0 to {}, as in {example}", u64::MAX);
        error(number.span(), format!("`{number}` is not a count"), help)
    })
}

/// Returns the string after `=`. A number with its unit, as in `2ms`, lacks only the quotes.
pub(super) fn quoted(entry: &Entry, example: &str) -> syn::Result<LitStr> {
    let literal = entry.literal(example)?;
    let help = match &literal {
        Lit::Str(text) => return Ok(text.clone()),
        Lit::Int(number) if !number.suffix().is_empty() => {
            format!("put it in quotes: `{} = \"{number}\"`", entry.name)
        }
        Lit::Float(number) if !number.suffix().is_empty() => {
            format!("put it in quotes: `{} = \"{number}\"`", entry.name)
        }
        _ => format!("as in {example}"),
    };
    let what = format!("`{}` expects a number and its unit, in quotes", entry.name);
    Err(error(literal.span(), what, help))
}

pub(super) fn at(text: &LitStr, problem: &amount::Problem, example: &str) -> syn::Error {
    let help = problem.help.clone().unwrap_or_else(|| format!("as in {example}"));
    error(text.span(), &problem.what, help)
}
