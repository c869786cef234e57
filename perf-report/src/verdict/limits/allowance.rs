//! The allowances of functions: the limits of `perf.toml` over those of its attribute, each with
//! where it was given. The one place in which this is decided; the judges of times and budgets apply it, and
//! severities are applied to finished rows.

use std::collections::BTreeMap;
use std::fmt;

use crate::model::{BudgetKind, COMMAND, Function, Metric, Origin};

/// The allowances of `perf.toml`, whatever the profile, and how much the metrics weigh in this one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Allowances {
    /// The tables `[budget."…"]` of functions, in any order.
    pub rules: Vec<Rule>,
    /// The table `[budget.command]`.
    pub command: Rule,
    /// The weight of a finding of a metric.
    pub metrics: BTreeMap<Metric, Severity>,
}

/// A table of limits, for the functions that its pattern names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rule {
    /// A function's name, or the beginning of names and a `*`: `crate::db::*`.
    pub pattern: String,
    /// Line of the table in `perf.toml`, from 1.
    pub line: usize,
    /// The limits; `None` is no limit, also where the attribute has one. Nanoseconds for times.
    pub limits: BTreeMap<BudgetKind, Given<Option<f64>>>,
    /// Slower than the baseline by more per cent is a regression; `None` is never.
    pub max_regression_pct: Option<Given<Option<f64>>>,
    /// The weight of a finding.
    pub severity: Option<Given<Severity>>,
}

/// A value, and the line of `perf.toml` that gives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Given<T> {
    /// The value.
    pub value: T,
    /// The line, from 1; 0 where the program that asks gave it.
    pub line: usize,
}

/// The weight of a finding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It is not judged at all.
    Off,
    /// It is shown, and never fails `check`.
    Warn,
    /// It fails `check`.
    #[default]
    Fail,
}

impl Severity {
    /// Every severity.
    pub const ALL: [Self; 3] = [Self::Fail, Self::Warn, Self::Off];

    /// Returns the word for it in `perf.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Off => "off",
        }
    }
}

/// The end of a sentence: `over the limit of 10 % that its attribute sets`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute => f.write_str("that its attribute sets"),
            Self::File(line) => write!(f, "that perf.toml:{line} sets"),
            Self::Program => f.write_str("that the program sets"),
        }
    }
}

/// A limit, and where it was given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Allowed<T> {
    /// The limit.
    pub value: T,
    /// The place where it was given.
    pub origin: Origin,
}

impl<T> Given<T> {
    /// Returns where it was given.
    pub(crate) fn origin(&self) -> Origin {
        if self.line == 0 { Origin::Program } else { Origin::File(self.line) }
    }
}

impl<T> From<Given<T>> for Allowed<T> {
    fn from(given: Given<T>) -> Self {
        Self { origin: given.origin(), value: given.value }
    }
}

impl Rule {
    /// Returns whether it speaks of the function of that name.
    pub fn names(&self, function: &str) -> bool {
        match self.pattern.strip_suffix('*') {
            Some(beginning) => function.starts_with(beginning),
            None => function == self.pattern,
        }
    }

    /// Returns whether it may speak of several functions.
    pub fn is_pattern(&self) -> bool {
        self.pattern.ends_with('*')
    }
}

impl Allowances {
    /// Returns the limit of a value of `function`, if it has one: that of the most specific table that gives
    /// one, else that of its attribute.
    pub fn limit(&self, function: &Function, kind: BudgetKind) -> Option<Allowed<f64>> {
        if let Some(given) = self.most_specific(&function.name, |rule| rule.limits.get(&kind)) {
            let origin = given.origin();
            return given.value.map(|value| Allowed { value, origin });
        }
        let value = kind.limit_of_attribute(&function.budget);
        value.map(|value| Allowed { value, origin: Origin::Attribute })
    }

    /// Returns by how much per cent the times of `function` may be worse than in the baseline before that is a
    /// regression, where the function has a limit of its own; `None` in it is never.
    ///
    /// ```
    /// use perf_report::model::{Budget, Function};
    /// use perf_report::verdict::{Allowances, Origin};
    ///
    /// let budget = Budget { max_regression_pct: Some(5.0), ..Budget::default() };
    /// let function = Function { budget, ..Function::default() };
    /// let own = Allowances::default().max_regression(&function).unwrap();
    /// assert_eq!((own.value, own.origin), (Some(5.0), Origin::Attribute));
    /// ```
    pub fn max_regression(&self, function: &Function) -> Option<Allowed<Option<f64>>> {
        let given = self.most_specific(&function.name, |rule| rule.max_regression_pct.as_ref());
        given.map(|given| Allowed::from(*given)).or_else(|| {
            let value = function.budget.max_regression_pct.filter(|own| *own >= 0.0)?;
            Some(Allowed { value: Some(value), origin: Origin::Attribute })
        })
    }

    /// Returns how much a finding of the function of that name, or of the [`COMMAND`], weighs, where
    /// `perf.toml` says it.
    pub fn severity(&self, function: &str) -> Option<Given<Severity>> {
        if function == COMMAND {
            return self.command.severity;
        }
        self.most_specific(function, |rule| rule.severity.as_ref()).copied()
    }

    /// Returns whether the function of that name, or the [`COMMAND`], is not judged at all.
    pub fn is_off(&self, function: &str) -> bool {
        self.severity(function).is_some_and(|given| given.value == Severity::Off)
    }

    /// Returns how much a finding of a metric of a function weighs: what is set for the function goes before
    /// what is set for the metric.
    pub fn severity_of(&self, function: &str, metric: Metric) -> Severity {
        let of_function = self.severity(function).map(|given| given.value);
        of_function.or_else(|| self.metrics.get(&metric).copied()).unwrap_or_default()
    }

    /// Returns what the most specific table sets for the function, of those that do: a whole name goes before a
    /// pattern, a longer pattern before a shorter one.
    fn most_specific<'a, T>(
        &'a self,
        function: &str,
        say: impl Fn(&'a Rule) -> Option<&'a T>,
    ) -> Option<&'a T> {
        let saying = self.rules.iter().filter(|rule| rule.names(function));
        let saying = saying.filter_map(|rule| Some((rule, say(rule)?)));
        let most = saying.max_by_key(|(rule, _)| (!rule.is_pattern(), rule.pattern.len()));
        most.map(|(_, given)| given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Budget;

    fn rule(pattern: &str, line: usize, p99_ns: &[Option<f64>]) -> Rule {
        let given =
            p99_ns.iter().map(|&value| (BudgetKind::P99Ns, Given { value, line: line + 1 }));
        let limits = given.collect();
        Rule { pattern: pattern.to_owned(), line, limits, ..Rule::default() }
    }

    fn function(name: &str) -> Function {
        let budget = Budget {
            p99_ns: Some(7),
            calls: Some(3),
            max_regression_pct: Some(5.0),
            ..Budget::default()
        };
        Function { name: name.to_owned(), budget, ..Function::default() }
    }

    #[test]
    fn the_most_specific_table_wins_and_the_file_beats_the_attribute() {
        let rules = vec![
            rule("db::query", 10, &[Some(1.0)]),
            rule("*", 20, &[Some(4.0)]),
            rule("db::*", 30, &[Some(2.0)]),
            rule("db::query::*", 40, &[Some(3.0)]),
            rule("db::quiet", 50, &[None]),
            rule("db::quick", 60, &[]),
        ];
        let allowances = Allowances { rules, ..Allowances::default() };
        let limit = |name| {
            let limit = allowances.limit(&function(name), BudgetKind::P99Ns);
            limit.map(|limit| (limit.value, limit.origin))
        };
        assert_eq!(limit("db::query"), Some((1.0, Origin::File(11))));
        assert_eq!(limit("db::query::run"), Some((3.0, Origin::File(41))));
        assert_eq!(limit("db::quick"), Some((2.0, Origin::File(31))), "what a table leaves open");
        assert_eq!(limit("net::send"), Some((4.0, Origin::File(21))));
        assert_eq!(limit("db::quiet"), None, "`never` takes the attribute's away");
        let calls = allowances.limit(&function("db::query"), BudgetKind::Calls);
        assert_eq!(calls, Some(Allowed { value: 3.0, origin: Origin::Attribute }));
        assert_eq!(
            Allowances::default().limit(&function("f"), BudgetKind::P99Ns),
            Some(Allowed { value: 7.0, origin: Origin::Attribute })
        );
    }

    #[test]
    fn the_regression_limit_has_an_origin_too() {
        let shown = |value, line| {
            let max_regression_pct = Some(Given { value, line });
            let rules = vec![Rule { max_regression_pct, ..rule("f", 1, &[]) }];
            let own = Allowances { rules, ..Allowances::default() }.max_regression(&function("f"));
            own.map(|own| (own.value, own.origin.to_string()))
        };
        assert_eq!(shown(Some(9.0), 4), Some((Some(9.0), "that perf.toml:4 sets".to_owned())));
        assert_eq!(shown(None, 4), Some((None, "that perf.toml:4 sets".to_owned())));
        let of_attribute = Allowances::default().max_regression(&function("f")).unwrap();
        assert_eq!(of_attribute.origin.to_string(), "that its attribute sets");
        let none = Allowances::default().max_regression(&Function::default());
        assert_eq!(none, None);
    }

    #[test]
    fn what_is_said_of_a_function_goes_before_what_is_said_of_a_metric() {
        let severity = Some(Given { value: Severity::Fail, line: 3 });
        let rules = vec![Rule { severity, ..rule("f", 1, &[]) }];
        let metrics = BTreeMap::from([(Metric::P99Ns, Severity::Warn)]);
        let allowances = Allowances { rules, metrics, ..Allowances::default() };
        assert_eq!(allowances.severity_of("f", Metric::P99Ns), Severity::Fail);
        assert_eq!(allowances.severity_of("g", Metric::P99Ns), Severity::Warn);
        assert_eq!(allowances.severity_of("g", Metric::P50Ns), Severity::Fail);
    }
}
