//! Rules that a project silences.

use std::collections::BTreeSet;

use crate::model::RuleId;

/// The settings of advice: `[advice]` of `perf.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The rules that are silent everywhere.
    pub allow: BTreeSet<RuleId>,
    /// The rules that are silent for functions: by a name, or by the beginning of names and a `*`.
    pub by_function: Vec<(String, BTreeSet<RuleId>)>,
}

impl Settings {
    /// Returns whether a rule is silent about a function, or about the run as a whole.
    pub fn allows(&self, rule: RuleId, function: Option<&str>) -> bool {
        let is_named = |pattern: &str| {
            function.is_some_and(|name| match pattern.strip_suffix('*') {
                Some(beginning) => name.starts_with(beginning),
                None => name == pattern,
            })
        };
        let of_function = || {
            self.by_function
                .iter()
                .any(|(pattern, rules)| is_named(pattern) && rules.contains(&rule))
        };
        self.allow.contains(&rule) || of_function()
    }
}
