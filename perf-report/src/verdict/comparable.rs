//! Whether two runs may be compared by time at all.

use std::fmt;

use crate::model::RunDocument;

/// One reason why the times of two runs say nothing about each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What differs: `machine`, `target`, `profile`, `optimisation`.
    pub what: &'static str,
    /// Its value in the baseline.
    pub baseline: String,
    /// Its value in the current run.
    pub current: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}, now {:?}", self.what, self.baseline, self.current)
    }
}

/// What differs between the two that makes times incomparable; empty when nothing does. What one of
/// them does not know is no difference.
pub fn differences(baseline: &RunDocument, current: &RunDocument) -> Vec<Difference> {
    let (old, new) = (&baseline.run, &current.run);
    [
        ("machine", &old.machine.key, &new.machine.key),
        ("target", &old.toolchain.target, &new.toolchain.target),
        ("profile", &old.toolchain.profile, &new.toolchain.profile),
        ("optimisation", &old.toolchain.opt_level, &new.toolchain.opt_level),
    ]
    .into_iter()
    .filter(|(_, old, new)| old != new && !old.is_empty() && !new.is_empty())
    .map(|(what, old, new)| Difference { what, baseline: old.clone(), current: new.clone() })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(machine: &str, profile: &str) -> RunDocument {
        let mut document = crate::model::samples::empty();
        document.run.machine.key = machine.to_owned();
        document.run.toolchain.profile = profile.to_owned();
        document
    }

    #[test]
    fn another_machine_or_profile_is_a_difference() {
        let found = differences(&on("v1-aa", "debug"), &on("v1-bb", "release"));
        let said: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(said, [r#"machine "v1-aa", now "v1-bb""#, r#"profile "debug", now "release""#]);
    }

    #[test]
    fn what_is_not_known_is_no_difference() {
        assert_eq!(differences(&on("", "debug"), &on("v1-bb", "debug")), []);
    }
}
