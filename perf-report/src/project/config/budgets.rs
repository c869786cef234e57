//! The tables `[budget."…"]` of `perf.toml`: the limits of functions, and of the command as a
//! whole. Pure.

use std::ops::Range;

use toml::de::DeValue;

use super::source::{Section, SourceError, line};
use super::value::{expected, limit, number, severity, whole_number};
use crate::model::{BudgetKind, Unit};
use crate::stats::number::float;
use crate::text::values;
use crate::verdict::{Allowances, Given, Rule};

/// The key of the table for the command as a whole.
const COMMAND: &str = "command";

const MAX_REGRESSION: &str = "max-regression";
const SEVERITY: &str = "severity";

impl Section<'_, '_> {
    /// Reads the tables under `budget`.
    pub(super) fn budgets(&self) -> Result<Allowances, SourceError> {
        let mut allowances = Allowances::default();
        let Some(budgets) = self.section("budget")? else { return Ok(allowances) };
        for name in budgets.table.keys() {
            let Some(section) = budgets.section(name.get_ref())? else { continue };
            let rule = section.rule(name.get_ref(), &name.span())?;
            if rule.pattern == COMMAND {
                allowances.command = rule;
            } else {
                allowances.rules.push(rule);
            }
        }
        Ok(allowances)
    }

    fn rule(&self, pattern: &str, span: &Range<usize>) -> Result<Rule, SourceError> {
        let is_star_inside = pattern.trim_end_matches('*').contains('*') || pattern.ends_with("**");
        if is_star_inside || pattern.is_empty() {
            let problem = format!(
                "{pattern:?} names no functions: write a name, or how names begin and one `*`, \
                 such as \"app::db::*\""
            );
            return Err(self.error(span, problem));
        }
        let kinds: &[BudgetKind] = match pattern {
            COMMAND => &BudgetKind::OF_COMMAND,
            _ => &BudgetKind::OF_FUNCTIONS,
        };
        let mut known: Vec<&str> = kinds.iter().map(|kind| kind.key()).collect();
        known.extend((pattern != COMMAND).then_some(MAX_REGRESSION));
        known.push(SEVERITY);
        self.only(&known)?;
        let mut rule =
            Rule { pattern: pattern.to_owned(), line: line(self.text, span), ..Rule::default() };
        for &kind in kinds {
            if let Some(given) = self.given(kind.key(), |value| budget(value, kind))? {
                rule.limits.insert(kind, given);
            }
        }
        rule.max_regression_pct = self.given(MAX_REGRESSION, |value| Ok(limit(value)?.0))?;
        rule.severity = self.given(SEVERITY, severity)?;
        Ok(rule)
    }

    fn given<T>(
        &self,
        key: &str,
        parse: impl Fn(&DeValue<'_>) -> Result<T, String>,
    ) -> Result<Option<Given<T>>, SourceError> {
        let Some(value) = self.value(key, parse)? else { return Ok(None) };
        let at = self.table.get(key).map_or(0, |item| line(self.text, &item.span()));
        Ok(Some(Given { value, line: at }))
    }
}

/// Reads a limit in the unit of its kind; `never` and `off` for none.
fn budget(value: &DeValue<'_>, kind: BudgetKind) -> Result<Option<f64>, String> {
    if value.as_str().is_some_and(values::is_never) {
        return Ok(None);
    }
    match kind.unit() {
        Unit::Count | Unit::Own => whole_number(value).map(|count| Some(float(count))),
        Unit::Size => {
            let text = value.as_str().map(str::to_owned).or_else(|| number(value));
            let text = text.ok_or_else(|| expected("a size, such as \"64MiB\"", value))?;
            kind.unit().parse(&text).map(Some)
        }
        _ => {
            let text = value.as_str();
            let text = text.ok_or_else(|| expected("a duration, such as \"2ms\"", value))?;
            kind.unit().parse(text).map(Some)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::project::config::source::check_settings;
    use crate::verdict::Severity;

    const FULL: &str = r#"
[budget."app::db::*"]
p50 = "1ms"
p95 = "2 ms"
p99 = "3ms"
mean = "1500us"
max = "never"
total = "1.5s"
calls = 100
allocs = 0
max-regression = "10%"
severity = "warn"

[budget."app::run"]
max-regression = "never"

[budget.command]
wall = "2s"
cpu = "4s"
peak-memory = "64MiB"
severity = "off"
"#;

    #[test]
    fn every_key_is_read_with_its_line() {
        let budgets = check_settings(FULL, "ci").unwrap().budgets;
        let given = |value, line| Given { value, line };
        let limits = BTreeMap::from([
            (BudgetKind::P50Ns, given(Some(1e6), 3)),
            (BudgetKind::P95Ns, given(Some(2e6), 4)),
            (BudgetKind::P99Ns, given(Some(3e6), 5)),
            (BudgetKind::MeanNs, given(Some(1.5e6), 6)),
            (BudgetKind::MaxNs, given(None, 7)),
            (BudgetKind::TotalNs, given(Some(1.5e9), 8)),
            (BudgetKind::Calls, given(Some(100.0), 9)),
            (BudgetKind::Allocs, given(Some(0.0), 10)),
        ]);
        let db = Rule {
            pattern: "app::db::*".to_owned(),
            line: 2,
            limits,
            max_regression_pct: Some(given(Some(10.0), 11)),
            severity: Some(Given { value: Severity::Warn, line: 12 }),
        };
        let run = Rule {
            pattern: "app::run".to_owned(),
            line: 14,
            max_regression_pct: Some(given(None, 15)),
            ..Rule::default()
        };
        assert_eq!(budgets.rules, [db, run]);
        let command = BTreeMap::from([
            (BudgetKind::WallNs, given(Some(2e9), 18)),
            (BudgetKind::CpuNs, given(Some(4e9), 19)),
            (BudgetKind::PeakRssBytes, given(Some(67_108_864.0), 20)),
        ]);
        assert_eq!((budgets.command.line, budgets.command.limits), (17, command));
        assert_eq!(budgets.command.severity, Some(Given { value: Severity::Off, line: 21 }));
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let mistake = |text: &str| {
            let error = check_settings(text, "ci").unwrap_err();
            let line = error.line.map_or_else(String::new, |line| line.to_string());
            format!("{line}: {}; {}", error.problem, error.help.unwrap_or_default())
        };
        let of_f = |line: &str| mistake(&format!("[budget.f]\n{line}"));
        let all = [
            of_f("p98 = \"1ms\""),
            of_f("max_regression = 5"),
            of_f("wall = \"1s\""),
            of_f("p99 = 5"),
            of_f("p99 = \"5 parsecs\""),
            of_f("calls = -1"),
            of_f("severity = \"wran\""),
            of_f("severity = true"),
            mistake("[budget.command]\npeak-memory = \"64 mibs\""),
            mistake("[budget.command]\nmax-regression = 3"),
            mistake("[budget.\"a*b\"]\ncalls = 3"),
            mistake("[budget]\nf = 3"),
            mistake("[budgets.f]\ncalls = 3"),
        ];
        insta::assert_snapshot!(all.join("\n"), @r#"
        2: unknown key "p98" in [budget.f]; did you mean `p99`?
        2: unknown key "max_regression" in [budget.f]; did you mean `max-regression`?
        2: unknown key "wall" in [budget.f]; did you mean `calls`?
        2: `p99`: expected a duration, such as "2ms", found a value of type integer; 
        2: `p99`: "5 parsecs" is no duration: write `10ns`, `1.5us`, `20ms` or `1s`; 
        2: `calls`: expected a whole number, not negative, found a value of type integer; 
        2: `severity`: "wran" is no severity; did you mean `warn`?; 
        2: `severity`: expected "fail", "warn" or "off", found a value of type boolean; 
        2: `peak-memory`: "64 mibs" is no size: write `64MiB`, `1.5GB` or `4096`; 
        2: unknown key "max-regression" in [budget.command]; known keys: wall, cpu, peak-memory, severity
        1: "a*b" names no functions: write a name, or how names begin and one `*`, such as "app::db::*"; 
        2: `f` must be a table: [budget.f]; 
        1: unknown key "budgets"; did you mean `budget`?
        "#);
    }
}
