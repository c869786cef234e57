//! The limits of the words of a trend: settings in layers, and the limits made of them. Pure.

use super::check::Limit;
use crate::model::TrendLimits;

/// The settings of one place: the command line, the file. A setting that is not given there is
/// `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct TrendSettings {
    /// The limit of an improvement: better by more is one.
    pub improvement: Option<Limit>,
    /// The limit of a degradation: worse by more is one.
    pub degraded: Option<Limit>,
    /// The limit of a regression: worse by more is one.
    pub regression: Option<Limit>,
}

impl TrendSettings {
    /// Returns these settings, completed by those of `lower`.
    #[must_use]
    pub(crate) fn or(self, lower: Self) -> Self {
        Self {
            improvement: self.improvement.or(lower.improvement),
            degraded: self.degraded.or(lower.degraded),
            regression: self.regression.or(lower.regression),
        }
    }

    /// Returns the limits by these settings, over the built-in ones.
    pub(crate) fn limits(self) -> TrendLimits {
        let built_in = TrendLimits::default();
        let given = |limit: Option<Limit>, default| limit.map_or(default, |limit| limit.0);
        TrendLimits {
            improvement_pct: given(self.improvement, built_in.improvement_pct),
            degraded_pct: given(self.degraded, built_in.degraded_pct),
            regression_pct: given(self.regression, built_in.regression_pct),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::config::source::trend;

    #[test]
    fn the_command_line_goes_before_the_file_and_that_before_what_is_built_in() {
        let file = trend("[trend]\ndegraded = \"5%\"\nregression = \"never\"\n").unwrap();
        let given = TrendSettings { degraded: Some(Limit(Some(7.0))), ..TrendSettings::default() };
        let limits = given.or(file).limits();
        let expected = TrendLimits {
            improvement_pct: Some(10.0),
            degraded_pct: Some(7.0),
            regression_pct: None,
        };
        assert_eq!(limits, expected);
        assert_eq!(trend("").unwrap().limits(), TrendLimits::default());
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let error = trend("[trend]\nimproved = 5\n").unwrap_err();
        assert_eq!(error.line, Some(2));
        assert_eq!(error.problem, "unknown key \"improved\" in [trend]");
        assert_eq!(error.help.as_deref(), Some("did you mean `improvement`?"));
        let error =
            crate::project::config::source::check_settings("[trend]\ndegraded = -1\n", "default");
        assert!(error.is_err(), "every command checks the whole file");
    }
}
