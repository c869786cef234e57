//! The checks of everything that recording and reporting depend on.
//!
//! They only look: they make, change and remove nothing. `render` shows the findings.

mod environment;
mod folders;
mod setup;

use crate::model::ChecksDocument;
use crate::project::context::Context;

pub(crate) use environment::malformed;

/// Looks at everything. `options` are the environment variables that stand for options of commands.
pub(crate) fn examine(context: &Context, options: &[String]) -> ChecksDocument {
    let mut checks = vec![setup::workspace(context), setup::store(context)];
    checks.extend(setup::server(context));
    checks.extend(setup::outbox(context));
    checks.extend(setup::baselines(context));
    checks.extend(folders::recording(context));
    checks.push(setup::clock());
    checks.push(setup::git(context));
    checks.extend(environment::examine(options));
    ChecksDocument::of(checks)
}
