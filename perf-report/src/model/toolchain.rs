//! The build of the recorded programs.

use serde::{Deserialize, Serialize};

/// The build of the recorded programs. Where they differ, values are joined with a comma.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Toolchain {
    /// Output of `rustc --version`.
    pub rustc: String,
    /// Target triple.
    pub target: String,
    /// Cargo profile, `debug` or `release`.
    pub profile: String,
    /// Optimisation level of the crates that hold tracked functions. Where `crates` is empty they are not
    /// known, and it is that of perf-runtime, which a profile may optimise alone.
    pub opt_level: String,
    /// Debug assertions of these crates, `on` or `off`; empty when they are not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub debug_assertions: String,
    /// Optimisation level of perf-runtime, where it is not the one in `opt_level`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub recorder_opt_level: String,
    /// Builds of the crates that hold tracked functions, sorted, each once; left out when they are not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crates: Vec<CrateBuild>,
    /// Version of perf-runtime.
    pub runtime: String,
}

impl Toolchain {
    /// Returns the optimisation level of perf-runtime. Runs of older recorders know no other.
    pub fn recorder_level(&self) -> &str {
        if self.recorder_opt_level.is_empty() { &self.opt_level } else { &self.recorder_opt_level }
    }

    /// Returns whether the builds of the crates with tracked functions are known.
    pub fn knows_crates(&self) -> bool {
        !self.crates.is_empty()
    }

    /// Returns the optimisation levels of both that may be compared: of their crates where both know them,
    /// otherwise of their recorders.
    pub fn levels<'a>(&'a self, other: &'a Self) -> [&'a str; 2] {
        if self.knows_crates() && other.knows_crates() {
            [&self.opt_level, &other.opt_level]
        } else {
            [self, other].map(Self::recorder_level)
        }
    }

    /// Returns the optimisation in words: the level, that of the recorder where it is another, and debug
    /// assertions that do not go with the level. `None` when it is not known.
    pub fn optimisation(&self) -> Option<String> {
        let level = Some(&self.opt_level).filter(|level| !level.is_empty())?;
        let recorder = Some(&self.recorder_opt_level).filter(|level| !level.is_empty());
        let recorder = recorder.map(|level| format!(" (perf-runtime: {level})"));
        let is_unusual = |it: &CrateBuild| it.debug_assertions != (it.opt_level == "0");
        let assertions = self.crates.iter().any(is_unusual);
        let assertions =
            assertions.then(|| format!(", debug assertions {}", self.debug_assertions));
        let rest = recorder.into_iter().chain(assertions).collect::<String>();
        Some(format!("opt-level {level}{rest}"))
    }

    /// Returns the names of the crates of this optimisation level.
    pub fn crates_at(&self, level: &str) -> Vec<&str> {
        let crates = self.crates.iter().filter(|it| it.opt_level == level);
        let mut names: Vec<&str> = crates.map(|it| it.name.as_str()).collect();
        names.dedup();
        names
    }
}

/// The build of a crate that holds tracked functions.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CrateBuild {
    /// Name of the crate, as in paths.
    pub name: String,
    /// Optimisation level, `0` to `3`, `s` or `z`.
    pub opt_level: String,
    /// True if its debug assertions are checked.
    pub debug_assertions: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(crates: &[(&str, bool)], recorder: &str) -> Toolchain {
        let build = |(level, debug_assertions): &(&str, bool)| CrateBuild {
            opt_level: (*level).to_owned(),
            debug_assertions: *debug_assertions,
            ..CrateBuild::default()
        };
        Toolchain {
            opt_level: crates.iter().map(|(level, _)| *level).collect::<Vec<_>>().join(", "),
            debug_assertions: "on".to_owned(),
            recorder_opt_level: recorder.to_owned(),
            crates: crates.iter().map(build).collect(),
            ..Toolchain::default()
        }
    }

    #[test]
    fn optimisation_is_said_with_what_is_unusual() {
        let words = |crates: &[(&str, bool)], recorder| built(crates, recorder).optimisation();
        let said = |text: &str| Some(text.to_owned());
        assert_eq!(words(&[("0", true)], ""), said("opt-level 0"));
        assert_eq!(words(&[("0", true)], "3"), said("opt-level 0 (perf-runtime: 3)"));
        assert_eq!(
            words(&[("3", true), ("s", false)], "3"),
            said("opt-level 3, s (perf-runtime: 3), debug assertions on")
        );
        assert_eq!(Toolchain::default().optimisation(), None);
    }
}
