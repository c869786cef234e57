//! What the two sides of `ab` are: their commands, and the commits that they are built from.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Args;
use crate::analysis::interleave::Side;
use crate::cli::build::{self, shell};
use crate::cli::output;
use crate::cli::rounds::Rounds;
use crate::error::{ExitCode as Code, UserError};
use crate::model::Contender;
use crate::project::config;
use crate::project::context::Context;
use crate::record::cargo::{self, Workspace};
use crate::record::command::{Job, Streams};
use crate::record::facts;
use crate::record::in_turn::Watcher as _;
use crate::record::worktree::Worktree;
use crate::system;

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
    /// Whether it, or the other one, is built first.
    builds: bool,
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
        let builds = args.builds();
        let here = builds.then(|| Workspace::at(&context.dir)).flatten();
        let sides = Self {
            a: OneSide::of(args, Side::A, here.as_ref(), context)?,
            b: OneSide::of(args, Side::B, here.as_ref(), context)?,
        };
        if builds {
            let folders = [&sides.a.dir, &sides.b.dir].map(PathBuf::as_path);
            if let Some(warning) = cargo::one_toolchain(folders) {
                output::warning(&warning);
            }
            sides.build(&args.build, rounds)?;
            sides.check_programs(here.as_ref())?;
        }
        Ok(rounds.interrupted().is_none().then_some(sides))
    }

    fn build(&self, command: &str, rounds: &Rounds) -> Result<(), UserError> {
        for side in [Side::A, Side::B] {
            if rounds.interrupted().is_some() {
                break;
            }
            rounds.show(&format!("building {}", self.in_words(side)));
            let built = build(command, self.get(side));
            // A build that somebody has ended has not failed.
            built.or_else(|error| rounds.interrupted().map_or(Err(error), |_| Ok(())))?;
        }
        Ok(())
    }

    /// What runs must be what was built.
    fn check_programs(&self, here: Option<&Workspace>) -> Result<(), UserError> {
        let worktrees = [&self.a, &self.b].map(|side| side.worktree.as_ref());
        let Some(repository) = worktrees.into_iter().flatten().map(Worktree::repository).next()
        else {
            return Ok(());
        };
        for side in [&self.a, &self.b] {
            let wrong = match &side.worktree {
                Some(_) => cargo::foreign(&side.words, &side.dir, repository, here),
                None => here.and_then(|here| here.stale(&side.words, &side.dir, repository)),
            };
            wrong.map_or(Ok(()), Err)?;
        }
        Ok(())
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
    /// A side whose workspace is `here` in the working tree, if it is built at all.
    fn of(
        args: &Args,
        side: Side,
        here: Option<&Workspace>,
        context: &Context,
    ) -> Result<Self, UserError> {
        let (command, revision) = match side {
            Side::A => (&args.a, &args.a_commit),
            Side::B => (&args.b, &args.b_commit),
        };
        let shown = || {
            let words = args.command.iter().map(|word| word.to_string_lossy());
            words.collect::<Vec<_>>().join(" ")
        };
        let contender = Contender { command: command.clone().unwrap_or_else(shown), commit: None };
        let words = command.as_deref().map_or_else(|| args.command.clone(), shell);
        let dir = context.dir.clone();
        let environment = here.map_or_else(Vec::new, Workspace::environment);
        let of_benchmarks = config::bench_environment(context)?;
        let builds = args.builds();
        let side = Self { words, dir, environment, contender, builds, worktree: None };
        let mut side = match revision {
            Some(revision) => side.at_commit(Worktree::create(&context.dir, revision)?, here)?,
            None => side,
        };
        // Both sides are measured alike, by the settings of today.
        side.environment.extend(of_benchmarks);
        Ok(side)
    }

    /// The same in a worktree.
    fn at_commit(self, worktree: Worktree, here: Option<&Workspace>) -> Result<Self, UserError> {
        let dir = worktree.at(&resolved(&self.dir))?;
        let there = Workspace::at(&dir);
        if let Some(here) = here {
            here.check(worktree.repository())?;
        }
        if let (Some(here), Some(there)) = (here, &there) {
            cargo::lock(here, there);
        }
        let environment = cargo::environment(&worktree, there.as_ref());
        let commit = Some(worktree.commit().to_owned());
        let contender = Contender { commit, ..self.contender };
        Ok(Self { dir, environment, contender, worktree: Some(worktree), ..self })
    }

    /// Whether it is another commit than what is checked out.
    pub(super) fn is_apart(&self) -> bool {
        self.worktree.is_some()
    }

    /// What runs. Where commits are built, what a hook of git knows of its repository is kept from both
    /// sides, since it is another commit or index than theirs.
    pub(super) fn job(&self, streams: Streams) -> Job<'_> {
        let without = if self.builds { &facts::GIT_VARIABLES[..] } else { &[] };
        let (dir, environment) = (Some(self.dir.as_path()), self.environment.as_slice());
        Job { words: &self.words, dir, environment, without, streams, held: None }
    }
}

/// Without links, as git names folders.
fn resolved(dir: &Path) -> PathBuf {
    system::canonical(dir).unwrap_or_else(|_| dir.to_owned())
}

fn build(command: &str, side: &OneSide) -> Result<(), UserError> {
    let what = side.contender.commit.as_deref().map_or_else(
        || "of the working tree".to_owned(),
        |commit| format!("of commit {}", commit.get(..10).unwrap_or(commit)),
    );
    build::build(command, side.job(Streams::Tail), &what).map_err(|error| {
        let lacks = side.worktree.as_ref().and_then(Worktree::lacks);
        lacks.into_iter().fold(error, UserError::help)
    })
}
