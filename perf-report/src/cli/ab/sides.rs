//! What the two sides of `ab` are: their commands, and the commits that they are built from.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Args;
use crate::cli::build::{self, shell};
use crate::cli::rounds::Rounds;
use crate::command::{Job, Streams};
use crate::context::Context;
use crate::error::{ExitCode as Code, UserError};
use crate::interleave::Side;
use crate::model::Contender;
use crate::worktree::Worktree;

/// Both sides, ready to run.
pub(super) struct Sides {
    a: OneSide,
    b: OneSide,
}

/// One side.
pub(super) struct OneSide {
    /// What runs.
    pub(super) words: Vec<OsString>,
    /// Where.
    pub(super) dir: PathBuf,
    /// With which variables set.
    pub(super) environment: Vec<(&'static str, OsString)>,
    /// What is said of it.
    pub(super) contender: Contender,
    /// Its commit, which goes away with it.
    worktree: Option<Worktree>,
}

impl Sides {
    /// Finds out what runs, checks out and builds what is to be built; `None` when somebody has asked
    /// for the end.
    pub(super) fn of(
        args: &Args,
        context: &Context,
        rounds: &Rounds,
    ) -> Result<Option<Self>, UserError> {
        check(args)?;
        let sides = Self {
            a: OneSide::of(args, args.a.as_deref(), args.a_commit.as_deref(), context)?,
            b: OneSide::of(args, args.b.as_deref(), args.b_commit.as_deref(), context)?,
        };
        if args.a_commit.is_some() || args.b_commit.is_some() {
            for side in [Side::A, Side::B] {
                if rounds.interrupted().is_some() {
                    break;
                }
                rounds.show(&format!("building {}", sides.in_words(side)));
                let built = build(&args.build, sides.get(side));
                // A build that somebody has ended has not failed.
                built.or_else(|error| rounds.interrupted().map_or(Err(error), |_| Ok(())))?;
            }
        }
        Ok(rounds.interrupted().is_none().then_some(sides))
    }

    pub(super) fn get(&self, side: Side) -> &OneSide {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }

    fn in_words(&self, side: Side) -> String {
        let commit = self.get(side).worktree.as_ref().map(Worktree::commit);
        let commit = commit.map_or("the working tree", |commit| commit.get(..10).unwrap_or(commit));
        format!("{} ({commit})", side.letter())
    }
}

/// Both sides need a command, and must not be the same by mistake.
fn check(args: &Args) -> Result<(), UserError> {
    let problem = match (&args.a, &args.b, args.command.is_empty()) {
        (Some(_), Some(_), true) => return Ok(()),
        (None, None, false) if args.a_commit.is_some() || args.b_commit.is_some() => return Ok(()),
        (None, None, false) => "A and B would be the same: neither has a commit or a command",
        (None, None, true) => "there is nothing to run",
        (_, _, false) => {
            "a command after `--` is that of both sides, and goes with neither --a nor --b"
        }
        (Some(_), None, true) => "B has no command",
        (None, Some(_), true) => "A has no command",
    };
    Err(UserError::new(Code::Usage, problem).help(
        "name two commands, `perf-report ab --a './old' --b './new'`, or a commit and a command, \
         `perf-report ab --a-commit main -- ./target/release/program`",
    ))
}

impl OneSide {
    fn of(
        args: &Args,
        command: Option<&str>,
        revision: Option<&str>,
        context: &Context,
    ) -> Result<Self, UserError> {
        let worktree = revision.map(|it| Worktree::create(&context.dir, it)).transpose()?;
        let words = command.map_or_else(|| args.command.clone(), shell);
        let shown = || {
            let words = args.command.iter().map(|word| word.to_string_lossy());
            words.collect::<Vec<_>>().join(" ")
        };
        let shown = command.map_or_else(shown, str::to_owned);
        let commit = worktree.as_ref().map(|it| it.commit().to_owned());
        let dir = match &worktree {
            Some(worktree) => worktree.at(&resolved(&context.dir))?,
            None => context.dir.clone(),
        };
        // Two builds that share a folder for what they make would overwrite each other.
        let target = worktree.as_ref().map(|it| it.root().join("target").into_os_string());
        let environment = target.map(|target| ("CARGO_TARGET_DIR", target)).into_iter().collect();
        let contender = Contender { command: shown, commit };
        Ok(Self { words, dir, environment, contender, worktree })
    }

    pub(super) fn job(&self, streams: Streams) -> Job<'_> {
        Job { words: &self.words, dir: Some(&self.dir), environment: &self.environment, streams }
    }
}

/// Without links, as git names folders.
fn resolved(dir: &Path) -> PathBuf {
    dir.canonicalize().unwrap_or_else(|_| dir.to_owned())
}

fn build(command: &str, side: &OneSide) -> Result<(), UserError> {
    let what = side.contender.commit.as_deref().map_or_else(
        || "of the working tree".to_owned(),
        |commit| format!("of commit {}", commit.get(..10).unwrap_or(commit)),
    );
    build::build(command, side.job(Streams::Tail), &what)
}
