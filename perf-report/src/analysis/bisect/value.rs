//! The value of the metric of a search in a run.

use crate::model::{BisectQuestion, Extent, Metric, RunDocument, value, value_of_command};

/// Returns the value that a search is about.
///
/// # Errors
/// The reason for which the run has none, in words that follow those about the run.
pub fn value_in(run: &RunDocument, question: &BisectQuestion) -> Result<f64, String> {
    let metric = Metric::from_word(&question.metric);
    let found = match (&question.function, metric) {
        (Some(name), Some(metric)) => {
            let function = run.functions.iter().find(|function| function.name == *name);
            let function = function.ok_or_else(|| format!("it recorded no function `{name}`"))?;
            value(function, metric)
        }
        (None, Some(metric)) if Metric::OF_COMMAND.contains(&metric) => {
            value_of_command(&run.process, Extent::Command, metric)
        }
        _ => {
            let own = run.metrics.iter().find(|own| own.name == question.metric);
            own.ok_or_else(|| format!("it has no metric `{}`", question.metric))?.value
        }
    };
    let is_usable = |value: &f64| value.is_finite() && *value >= 0.0;
    found.filter(is_usable).ok_or_else(|| format!("its {} has no value", question.metric))
}
