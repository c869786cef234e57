//! `perf-report init`: perf-track in a project that does without it so far.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use clap::builder::FalseyValueParser;

use super::output;
use crate::error::{ExitCode as Code, UserError};
use crate::files::{self, Unwritten};
use crate::init::{self, Plan, Source, Wishes};
use crate::project::context::Context;

const EXAMPLES: &str = "\
Examples:
  perf-report init                       show what would change, and ask
  perf-report init --dry-run             only show it; a patch for `git apply`
  perf-report init --yes --package app   ask nothing; record one package
  perf-report init --ci github --hook pre-push
  perf-report init --runtime-path ../perf-track

Adds perf-runtime to the dependencies of the package in whose folder you are, or of the default \
members of the workspace, and two lines that have it optimised in tests; in a workspace that shares \
its dependencies, by way of these. Makes perf.toml, .perf/.gitignore, and what --ci and --hook ask \
for. What is there already stays as it is, comments and ends of lines included, so a second call \
changes nothing. All files are written, or none.

Ends with 0 when it is done, also when there was nothing to do or the answer was no, and with 2 \
when something is in the way. Without a terminal it needs --yes or --dry-run.";

/// Set up a project: dependency, settings, CI job, git hook
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Packages to record [default: those that `cargo test` would test here]
    #[arg(long, short, value_name = "NAME,…", value_delimiter = ',')]
    #[arg(env = "PERF_TRACK_PACKAGE", hide_env_values = true)]
    package: Vec<String>,

    /// Add a job that compares each pull or merge request with its target branch
    #[arg(long, value_name = "SERVER", value_enum)]
    #[arg(env = "PERF_TRACK_CI", hide_env_values = true)]
    ci: Option<Ci>,

    /// Add a hook that stops git where something became slower; one of yours is never replaced
    #[arg(long, value_name = "HOOK", value_enum)]
    #[arg(env = "PERF_TRACK_HOOK", hide_env_values = true)]
    hook: Option<Hook>,

    /// Write without asking
    #[arg(long, short, env = "PERF_TRACK_YES", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    yes: bool,

    /// Show what would change, and write nothing
    #[arg(long, short = 'n', env = "PERF_TRACK_DRY_RUN", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new(), conflicts_with = "yes")]
    dry_run: bool,

    /// Take perf-runtime from a folder: a checkout of perf-track, or perf-runtime in it
    #[arg(long, value_name = "DIR", env = "PERF_TRACK_RUNTIME_PATH", hide_env_values = true)]
    #[arg(conflicts_with_all = ["runtime_git", "runtime_version"])]
    runtime_path: Option<PathBuf>,

    /// Take it from a git repository [default: that of perf-track]
    #[arg(long, value_name = "URL", env = "PERF_TRACK_RUNTIME_GIT", hide_env_values = true)]
    #[arg(conflicts_with = "runtime_version")]
    runtime_git: Option<String>,

    /// Take it from the registry, in this version
    #[arg(
        long,
        value_name = "VERSION",
        env = "PERF_TRACK_RUNTIME_VERSION",
        hide_env_values = true
    )]
    runtime_version: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Ci {
    /// GitHub Actions
    #[value(name = "github")]
    GitHub,
    /// GitLab CI
    #[value(name = "gitlab")]
    GitLab,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Hook {
    /// Before a push
    PrePush,
    /// Before a commit
    PreCommit,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let wishes = wishes(args, context)?;
    let plan = init::plan(&wishes, &init::survey(context, &wishes)?)?;
    output::patch(&plan.diff)?;
    for sentence in &plan.kept {
        output::note(sentence);
    }
    if plan.changes.is_empty() {
        output::message("nothing to do: everything is there already");
        return Ok(Code::Fine.into());
    }
    if args.dry_run {
        output::message(&format!("nothing was written; this is what would be: {}", count(&plan)));
    } else if args.yes || is_wanted(&plan)? {
        files::write_together(&plan.changes).map_err(|failed| unwritten(context, failed))?;
        output::message(&format!("wrote {}: {}", count(&plan), plan.names.join(", ")));
        output::message(&plan.next);
    } else {
        output::message("nothing was written");
    }
    Ok(Code::Fine.into())
}

fn wishes(args: &Args, context: &Context) -> Result<Wishes, UserError> {
    let source = if let Some(path) = &args.runtime_path {
        Source::Path(init::runtime_at(path, &context.dir)?.display().to_string())
    } else if let Some(version) = &args.runtime_version {
        Source::Version(version.clone())
    } else {
        Source::Git(args.runtime_git.clone().unwrap_or_else(|| init::REPOSITORY.to_owned()))
    };
    let ci = args.ci.map(|ci| match ci {
        Ci::GitHub => init::Ci::GitHub,
        Ci::GitLab => init::Ci::GitLab,
    });
    let hook = args.hook.map(|hook| match hook {
        Hook::PrePush => init::Hook::PrePush,
        Hook::PreCommit => init::Hook::PreCommit,
    });
    Ok(Wishes { packages: args.package.clone(), source, ci, hook })
}

fn count(plan: &Plan) -> String {
    match plan.changes.len() {
        1 => "1 file".to_owned(),
        several => format!("{several} files"),
    }
}

fn is_wanted(plan: &Plan) -> Result<bool, UserError> {
    output::ask(&format!("write {}? [y/N] ", count(plan))).ok_or_else(|| {
        UserError::new(Code::Usage, "nothing was written: there is no terminal to ask at")
            .help("write it with --yes, or only look at it with --dry-run")
    })
}

fn unwritten(context: &Context, failed: Unwritten) -> UserError {
    let shown = |path: &PathBuf| context.shown(path);
    let problem = format!("{} cannot be written", shown(&failed.path));
    if failed.left.is_empty() {
        return UserError::new(Code::Usage, format!("{problem}, so nothing was"))
            .because(failed.error)
            .help("mend that, and call it again");
    }
    let left: Vec<String> = failed.left.iter().map(shown).collect();
    UserError::new(Code::Internal, format!("{problem}, and others could not be taken back"))
        .because(failed.error)
        .help(format!("these hold their new text: {}", left.join(", ")))
}
