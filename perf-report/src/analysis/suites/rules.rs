//! The targets of suites, as a project sets them.

/// The targets of all suites.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SuiteRules {
    /// The tables, in the order of the file.
    pub rules: Vec<SuiteRule>,
    /// Folders to watch, whatever runs.
    pub watch: Vec<String>,
}

/// The targets of one table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SuiteRule {
    /// The name of a suite, or the beginning of names and a `*`; or the name given to the command.
    pub pattern: String,
    /// Line of the table, from 1.
    pub line: usize,
    /// The baseline that improvements are held against.
    pub baseline: Option<String>,
    /// The targets.
    pub targets: Vec<TargetRule>,
    /// Folders to watch.
    pub watch: Vec<String>,
}

/// A target.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetRule {
    /// The figure.
    pub figure: SuiteFigure,
    /// The limit, in the unit of the figure.
    pub limit: f64,
    /// Line of the target, from 1.
    pub line: usize,
}

/// A figure that a target can be set for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuiteFigure {
    /// The wall time, in nanoseconds, at most.
    Duration,
    /// The peak memory, in bytes, at most.
    PeakMemory,
    /// The share of the tests that pass, at least.
    Success,
    /// The improvement of the wall time against a baseline, in per cent, at least.
    Improvement,
    /// The growth of the peak memory over the stored runs, in per cent, at most.
    Growth,
    /// A metric of the program's own, at least.
    MetricMin(String),
    /// A metric of the program's own, at most.
    MetricMax(String),
}

impl SuiteRules {
    /// Returns the targets that hold for all suites together, which have this name.
    pub fn of_all(&self, name: &str) -> Vec<&TargetRule> {
        let named = self.rules.iter().filter(|rule| rule.pattern == name);
        named.flat_map(|rule| &rule.targets).collect()
    }

    /// Returns the targets that hold for a suite; of several for one figure, that of the longest pattern.
    pub fn of(&self, name: &str) -> Vec<&TargetRule> {
        let mut found: Vec<&TargetRule> = Vec::new();
        let mut matching: Vec<&SuiteRule> =
            self.rules.iter().filter(|rule| rule.matches(name)).collect();
        // A name goes before the beginning of one, which ends in a star.
        matching.sort_by_key(|rule| std::cmp::Reverse((rule.pattern == name, rule.pattern.len())));
        for rule in matching {
            for target in &rule.targets {
                if !found.iter().any(|other| other.figure == target.figure) {
                    found.push(target);
                }
            }
        }
        found.sort_by_key(|target| target.line);
        found
    }

    /// Returns the baseline of a suite, where a table names one.
    pub fn baseline(&self, name: &str) -> Option<&str> {
        let named = self.rules.iter().filter(|rule| rule.matches(name) && rule.baseline.is_some());
        let best = named.max_by_key(|rule| (rule.pattern == name, rule.pattern.len()));
        best.and_then(|rule| rule.baseline.as_deref())
    }

    /// Returns all baselines that are named, each once.
    pub fn baselines(&self) -> Vec<&str> {
        let mut all: Vec<&str> =
            self.rules.iter().filter_map(|rule| rule.baseline.as_deref()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Returns the folders to watch under this name, each once.
    pub fn watched(&self, name: Option<&str>) -> Vec<String> {
        let of_name = |rule: &&SuiteRule| name.is_none_or(|name| rule.matches(name));
        let own = self.rules.iter().filter(of_name).flat_map(|rule| &rule.watch);
        let mut all: Vec<String> = Vec::new();
        for folder in self.watch.iter().chain(own) {
            if !all.contains(folder) {
                all.push(folder.clone());
            }
        }
        all
    }
}

impl SuiteRule {
    /// Returns whether it is about a suite of this name.
    pub fn matches(&self, name: &str) -> bool {
        match self.pattern.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => self.pattern == name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(pattern: &str, line: usize, targets: &[(SuiteFigure, f64)]) -> SuiteRule {
        let targets = targets.iter().zip(line + 1..);
        let targets = targets.map(|((figure, limit), line)| TargetRule {
            figure: figure.clone(),
            limit: *limit,
            line,
        });
        SuiteRule {
            pattern: pattern.to_owned(),
            line,
            targets: targets.collect(),
            ..SuiteRule::default()
        }
    }

    #[test]
    fn the_nearest_table_decides_figure_by_figure() {
        use SuiteFigure::{Duration, PeakMemory, Success};
        let rules = SuiteRules {
            rules: vec![
                rule("*", 1, &[(Duration, 1.0), (Success, 1.0)]),
                rule("app::*", 10, &[(Duration, 2.0)]),
                rule("app::e2e", 20, &[(PeakMemory, 3.0)]),
            ],
            ..SuiteRules::default()
        };
        let of = |name| -> Vec<(SuiteFigure, f64)> {
            rules.of(name).into_iter().map(|it| (it.figure.clone(), it.limit)).collect()
        };
        assert_eq!(of("other"), [(Duration, 1.0), (Success, 1.0)]);
        assert_eq!(of("app::e2e"), [(Success, 1.0), (Duration, 2.0), (PeakMemory, 3.0)]);
    }

    #[test]
    fn folders_are_those_of_the_name_and_of_all() {
        let unit = SuiteRule { watch: vec!["a".into(), "b".into()], ..rule("unit", 1, &[]) };
        let rules = SuiteRules { rules: vec![unit], watch: vec!["a".into()] };
        assert_eq!(rules.watched(Some("unit")), ["a", "b"]);
        assert_eq!(rules.watched(Some("other")), ["a"]);
        assert_eq!(rules.watched(None), ["a", "b"]);
    }
}
