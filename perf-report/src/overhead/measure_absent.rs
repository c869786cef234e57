//! The place of `measure` in a perf-report without the feature `overhead`: there is no recorder to
//! measure.

use super::{Measured, Plan, Probe};
use crate::error::{ExitCode, UserError};

/// Measures nothing.
///
/// # Errors
/// Always.
pub(crate) fn measure(_: Probe, _: Plan) -> Result<Measured, UserError> {
    let problem = "this perf-report was built without the feature `overhead`";
    Err(UserError::new(ExitCode::Usage, problem).help("build it with its default features"))
}
