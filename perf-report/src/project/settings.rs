//! The settings of a program outside: those of the project, with budgets of its own on top.

use super::config::check::CheckSettings;
use crate::error::{ExitCode, UserError};
use crate::model::BudgetKind;
use crate::stats::number::float;
use crate::text::values;
use crate::verdict::{FailOn, Given, Limits, Rule};

/// The pattern of the budget for the command as a whole, as in `perf.toml`.
const COMMAND: &str = "command";

/// The settings of a check: those of `perf.toml`, completed by the program.
///
/// The default is what is built in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    pub(crate) check: CheckSettings,
}

impl Settings {
    /// Sets the limits of the function `name`, or of functions whose names begin in one way
    /// (`app::db::*`), or of the whole command (`command`). They take the place of those under this
    /// name in `perf.toml`.
    #[must_use]
    pub fn budget(mut self, name: &str, budget: Budget) -> Self {
        let rule = Rule { pattern: name.to_owned(), ..budget.rule };
        let budgets = &mut self.check.budgets;
        if name == COMMAND {
            budgets.command = rule;
        } else {
            budgets.rules.retain(|other| other.pattern != name);
            budgets.rules.push(rule);
        }
        self
    }

    /// Lets `reason` fail, besides regressions and budgets, which always do.
    #[must_use]
    pub fn fail_on(mut self, reason: FailOn) -> Self {
        self.check.fail_on.get_or_insert_default().insert(reason);
        self
    }

    /// Compares also runs of different machines or builds, as advice that never fails.
    #[must_use]
    pub fn allow_cross_machine(mut self) -> Self {
        self.check.allow_cross_machine = Some(true);
        self
    }

    /// Returns the limits by these settings, over the built-in ones.
    pub fn limits(&self) -> Limits {
        self.check.limits()
    }
}

/// The limits of a function, or of a command: its cost, and its slow-down.
///
/// Values are written as in `perf.toml`: `2ms`, `64MiB`, `10%`; `never` takes a limit away that the
/// function's attribute sets.
///
/// ```
/// use perf_report::Budget;
///
/// let budget = Budget::new().p99("2ms")?.max_regression("10%")?.calls(1_000);
/// assert!(Budget::new().p99("2 hours").is_err());
/// # Ok::<(), perf_report::UserError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Budget {
    rule: Rule,
}

/// The setters of limits that are written as text.
macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $kind:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// With [`ExitCode::Usage`] where the text is no such value.
        pub fn $name(self, limit: &str) -> Result<Self, UserError> {
            self.limit(BudgetKind::$kind, limit)
        }
    )*};
}

impl Budget {
    /// Makes a budget without limits.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        /// Limits the median duration of a call, such as `2ms`.
        p50: P50Ns;
        /// Limits the 95th percentile of the duration of a call, such as `2ms`.
        p95: P95Ns;
        /// Limits the 99th percentile of the duration of a call, such as `2ms`.
        p99: P99Ns;
        /// Limits the mean duration of a call, such as `2ms`.
        mean: MeanNs;
        /// Limits the longest call, such as `2ms`.
        max: MaxNs;
        /// Limits the time of all calls together, callees included, such as `1.5s`.
        total: TotalNs;
        /// Limits the wall time of the command, such as `2s`.
        wall: WallNs;
        /// Limits the processor time of the command, such as `2s`.
        cpu: CpuNs;
        /// Limits the resident memory of the largest process of the command, such as `64MiB`.
        peak_memory: PeakRssBytes;
    }

    /// Limits the number of calls in the run.
    #[must_use]
    pub fn calls(self, most: u64) -> Self {
        self.with(BudgetKind::Calls, Some(float(most)))
    }

    /// Limits the number of allocations in the run, callees included.
    #[must_use]
    pub fn allocs(self, most: u64) -> Self {
        self.with(BudgetKind::Allocs, Some(float(most)))
    }

    /// Limits the slow-down of the times against the baseline, such as `10%`; `never` for no limit.
    ///
    /// # Errors
    /// With [`ExitCode::Usage`] where the text is no limit in per cent.
    pub fn max_regression(mut self, limit: &str) -> Result<Self, UserError> {
        let value = values::limit(limit).map_err(wrong)?;
        self.rule.max_regression_pct = Some(Given { value, line: 0 });
        Ok(self)
    }

    fn limit(self, kind: BudgetKind, text: &str) -> Result<Self, UserError> {
        let parse = || kind.unit().parse(text).map(Some).map_err(wrong);
        let value = if values::is_never(text) { None } else { parse()? };
        Ok(self.with(kind, value))
    }

    fn with(mut self, kind: BudgetKind, value: Option<f64>) -> Self {
        self.rule.limits.insert(kind, Given { value, line: 0 });
        self
    }
}

fn wrong(problem: String) -> UserError {
    UserError::new(ExitCode::Usage, problem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Function, samples};
    use crate::verdict::alone;

    #[test]
    fn a_budget_of_the_program_is_judged_like_one_of_the_file() {
        let budget = Budget::new().p99("1ms").unwrap().calls(1);
        let settings = Settings::default().budget("code_stats::parse::tokenize", budget);
        let judged = alone(&samples::typical(), &settings.limits(), String::new());
        let reasons: Vec<_> = judged.budgets.iter().map(|row| row.reason.as_str()).collect();
        assert_eq!(
            reasons,
            [
                "p99 20.0 ms, over the budget of 1.00 ms that the program sets",
                "calls 412, over the budget of 1 that the program sets",
            ]
        );
    }

    #[test]
    fn a_later_budget_takes_the_place_of_an_earlier_one() {
        let one = |limit| Budget::new().max_regression(limit).unwrap();
        let settings = Settings::default().budget("f", one("5%")).budget("f", one("never"));
        let function = Function { name: "f".to_owned(), ..Function::default() };
        let own = settings.limits().allowances.max_regression(&function).unwrap();
        assert_eq!((own.value, settings.check.budgets.rules.len()), (None, 1));
    }

    #[test]
    fn what_is_no_value_is_refused() {
        assert!(Budget::new().p99("2").is_err());
        assert!(Budget::new().peak_memory("much").is_err());
        assert!(Budget::new().max_regression("-1%").is_err());
        assert!(Budget::new().wall("never").is_ok());
    }
}
