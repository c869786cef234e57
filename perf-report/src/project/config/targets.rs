//! The targets for the cost of operations, as people write them, in layers. Pure.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::model::{Figure, Operation};
use crate::text::{suggest, values};

/// The targets by operation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Targets(BTreeMap<Operation, Vec<Target>>);

/// A limit of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Target {
    /// The figure.
    pub figure: Figure,
    /// The largest figure that meets it; for operations a second the smallest.
    pub allowed: f64,
}

/// A target of an operation, or `never` for none: `status=100us`, `call=50%`, `status=20000/s`,
/// `registry=never`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Given {
    /// The operation.
    pub operation: Operation,
    /// The target; `None` is none.
    pub target: Option<Target>,
}

impl Default for Targets {
    /// Returns the promises of perf-track.
    fn default() -> Self {
        let at_most = |ns| vec![Target { figure: Figure::CostNs, allowed: ns }];
        let mut health = at_most(10_000.0);
        health.push(Target { figure: Figure::PerSecond, allowed: 1e6 });
        Self(BTreeMap::from([
            (Operation::Error, at_most(100.0)),
            (Operation::Status, at_most(100_000.0)),
            (Operation::Health, health),
            (Operation::Registry, at_most(50_000.0)),
            (Operation::Breaker, at_most(5.0)),
        ]))
    }
}

impl Targets {
    /// Returns these targets, with those of `given` in place of all targets of the operations in
    /// it. Of several for one figure, the last counts.
    #[must_use]
    pub(crate) fn overridden(mut self, given: &[Given]) -> Self {
        for named in given {
            self.0.insert(named.operation, Vec::new());
        }
        for &Given { operation, target } in given {
            if let Some(target) = target {
                let targets = self.0.entry(operation).or_default();
                targets.retain(|other| other.figure != target.figure);
                targets.push(target);
            }
        }
        self
    }

    /// Returns the targets of an operation.
    pub(crate) fn of(&self, operation: Operation) -> &[Target] {
        self.0.get(&operation).map_or(&[], Vec::as_slice)
    }
}

impl FromStr for Given {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('=');
        let (name, target) =
            parts.ok_or("write an operation and its target, such as `status=100us`")?;
        Ok(Self { operation: operation(name.trim())?, target: target_of(target)? })
    }
}

/// Returns the operation of that name.
///
/// # Errors
/// When there is none, with the names that there are.
pub(crate) fn operation(name: &str) -> Result<Operation, String> {
    let found = Operation::ALL.into_iter().find(|operation| operation.word() == name);
    found.ok_or_else(|| {
        let words = Operation::ALL.map(Operation::word);
        format!("there is no operation {name:?}; {}", suggest::one_of(name, words))
    })
}

/// Reads a target without its operation: a duration, per cent of the bare call, operations a
/// second, or `never`.
///
/// # Errors
/// The mistake, as the end of a sentence.
pub(crate) fn target_of(text: &str) -> Result<Option<Target>, String> {
    let text = text.trim();
    if text == "never" {
        return Ok(None);
    }
    let wrong = || format!("{text:?} is no target: write `100us`, `50%`, `1000000/s` or `never`");
    let number = |digits: &str| {
        let number = digits.trim_end().parse::<f64>().ok();
        number.filter(|number| number.is_finite() && *number >= 0.0).ok_or_else(wrong)
    };
    let (figure, allowed) = if let Some(digits) = text.strip_suffix("/s") {
        (Figure::PerSecond, number(digits)?)
    } else if let Some(digits) = text.strip_suffix('%') {
        (Figure::OverheadPct, number(digits)?)
    } else {
        (Figure::CostNs, values::duration_ns(text).map_err(|_| wrong())?)
    };
    Ok(Some(Target { figure, allowed }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn given(text: &str) -> Given {
        text.parse().unwrap()
    }

    #[test]
    fn targets_are_durations_shares_or_rates() {
        let target = |text| target_of(text).unwrap().map(|it| (it.figure, it.allowed));
        assert_eq!(target("100 us"), Some((Figure::CostNs, 100_000.0)));
        assert_eq!(target("12.5%"), Some((Figure::OverheadPct, 12.5)));
        assert_eq!(target("1000000/s"), Some((Figure::PerSecond, 1e6)));
        assert_eq!(target("never"), None);
        for bad in ["", "5", "-1ns", "-1%", "nan/s", "inf%", "/s"] {
            let error = target_of(bad).unwrap_err();
            assert!(error.ends_with("write `100us`, `50%`, `1000000/s` or `never`"), "{error}");
        }
    }

    #[test]
    fn operations_are_known_by_name() {
        for operation in Operation::ALL {
            assert_eq!(given(&format!("{}=1ns", operation.word())).operation, operation);
            let json = serde_json::to_value(operation).unwrap();
            assert_eq!(json, operation.word(), "documents call it the same");
        }
        let error = "statsu=1ns".parse::<Given>().unwrap_err();
        assert_eq!(error, "there is no operation \"statsu\"; did you mean `status`?");
        assert!("status".parse::<Given>().is_err());
    }

    #[test]
    fn naming_an_operation_replaces_all_its_targets() {
        let targets = Targets::default()
            .overridden(&[given("status=1us"), given("status=5/s"), given("call=9%")])
            .overridden(&[given("call=8%"), given("breaker=never")]);
        let figures = |operation| -> Vec<_> {
            targets.of(operation).iter().map(|it| (it.figure, it.allowed)).collect()
        };
        assert_eq!(
            figures(Operation::Status),
            [(Figure::CostNs, 1_000.0), (Figure::PerSecond, 5.0)]
        );
        assert_eq!(figures(Operation::Call), [(Figure::OverheadPct, 8.0)]);
        assert_eq!(figures(Operation::Breaker), []);
        assert_eq!(figures(Operation::Error), [(Figure::CostNs, 100.0)]);
    }
}
