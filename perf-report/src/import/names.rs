//! Results of one name in one file: told apart, or refused.

use std::collections::{BTreeMap, BTreeSet};

use super::imported::Mistake;
use super::notes::Notes;
use crate::model::Function;

/// Results, each with what tells it apart from others of its name: its target, its parameters.
pub(super) type Apart = (Function, Option<String>);

/// Returns the functions, those of one name with what tells them apart behind it.
///
/// # Errors
/// [`Mistake::Alike`] where nothing does.
pub(super) fn told_apart(all: Vec<Apart>, notes: &mut Notes) -> Result<Vec<Function>, Mistake> {
    let mut counts = BTreeMap::<String, u64>::new();
    for (function, _) in &all {
        *counts.entry(function.name.clone()).or_default() += 1;
    }
    let mut functions = Vec::with_capacity(all.len());
    let mut taken = BTreeSet::new();
    for (mut function, apart) in all {
        if counts.get(&function.name).is_some_and(|count| *count > 1) {
            let Some(apart) = apart.filter(|apart| !apart.is_empty()) else {
                return Err(Mistake::Alike(function.name));
            };
            function.name = format!("{} ({apart})", function.name);
            notes.problem("result", "of a name that others have too, told apart", &function.name);
        }
        if !taken.insert(function.name.clone()) {
            return Err(Mistake::Alike(function.name));
        }
        functions.push(function);
    }
    Ok(functions)
}

/// Returns parameters as one text: `size=10, threads=2`.
pub(super) fn of_parameters(parameters: &BTreeMap<String, String>) -> String {
    let each = parameters.iter().map(|(name, value)| format!("{name}={value}"));
    each.collect::<Vec<_>>().join(", ")
}
