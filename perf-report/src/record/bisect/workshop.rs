//! Two folders in which commits are checked out, built and run in turn.
//!
//! All commits are built in the first one, at the same path and with the same target folder: so builds of
//! the same code have the same bytes, and cargo builds only what changed. What a command runs is kept, and
//! put back beside the files of its commit before it runs. The second folder holds the commit to compare
//! with; the paths of both are equally long, since that moves what lies in memory.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::kept::{Kept, files_below};
use crate::error::{ExitCode, UserError};
use crate::model::{BisectQuestion, RunDocument};
use crate::record::cargo::{self, Workspace};
use crate::record::command::{self, Job, Streams};
use crate::record::facts;
use crate::record::failure::{cannot_record, shown_end};
use crate::record::recorder::{self, Order as Recording, Recorder};
use crate::record::worktree::{Worktree, git};
use crate::system;

/// The folder of one of two commits that run in turn.
#[derive(Debug)]
struct Seat {
    worktree: Worktree,
    /// The commit whose build lies there.
    holds: Option<String>,
    dir: PathBuf,
    environment: Vec<(&'static str, OsString)>,
}

/// The place of a commit that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The one that is measured.
    Probe,
    /// The one beside it.
    Anchor,
}

/// The place in which commits are built and run.
#[derive(Debug)]
pub(crate) struct Workshop {
    probe: Seat,
    anchor: Seat,
    /// The workspace in the working tree.
    here: Option<Workspace>,
    /// The target folder of all builds, which outlives the folders of the commits.
    target: PathBuf,
    kept: Kept,
    /// The folder of the repository in which commands run.
    below: PathBuf,
    words: Vec<OsString>,
    build: String,
    artifacts: Vec<PathBuf>,
    /// Files that builds made so far, to be removed before the next one.
    made: Vec<PathBuf>,
    /// Permission to judge runs that fail.
    pub(crate) allow_failure: bool,
    /// The folder to record in, if one is named.
    pub(crate) base: Option<PathBuf>,
}

/// A commit that cannot be built, or not be measured, and why.
#[derive(Debug)]
pub(crate) enum Obstacle {
    /// The build failed.
    Build(String),
    /// The run failed.
    Run(String),
    /// Somebody must do something first.
    Fatal(UserError),
}

impl From<UserError> for Obstacle {
    fn from(error: UserError) -> Self {
        Self::Fatal(error)
    }
}

impl Workshop {
    /// Checks out the good end twice, beside the working tree that holds `dir`. What is built is kept in
    /// `folder`, up to `limit` bytes of it.
    ///
    /// # Errors
    /// When it cannot be checked out, or another search is at work.
    pub(crate) fn open(
        dir: &Path,
        question: &BisectQuestion,
        words: &[OsString],
        (folder, limit): (&Path, u64),
    ) -> Result<Self, UserError> {
        let leads_out = |path: &&String| {
            let is_plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
            !Path::new(path).components().all(is_plain)
        };
        if let Some(path) = question.artifacts.iter().find(leads_out) {
            let problem = format!("--artifact {path} lies outside of the commits");
            return Err(UserError::new(ExitCode::Usage, problem)
                .help("name it from the folder in which the command runs"));
        }
        let target = folder.join("target");
        fs::create_dir_all(&target).map_err(|error| unwritable(&target, error))?;
        let here = Workspace::at(dir);
        let hash = format!("{:08x}", facts::fnv1a(dir.as_os_str().as_encoded_bytes()) >> 32);
        let seat = |name: &str| {
            let worktree = Worktree::named(dir, &question.good, &format!("{hash}-{name}"))?;
            let dir = worktree.root().join(&question.dir);
            let empty = Vec::new();
            Ok::<_, UserError>(Seat { worktree, holds: None, dir, environment: empty })
        };
        let (probe, anchor) = (seat("a")?, seat("b")?);
        if let Some(here) = &here {
            here.check(probe.worktree.repository())?;
        }
        let below = PathBuf::from(&question.dir);
        let artifacts = question.artifacts.iter().map(PathBuf::from).collect();
        let mut workshop = Self {
            probe,
            anchor,
            here,
            target,
            kept: Kept::at(folder.join("builds"), limit),
            below,
            words: words.to_vec(),
            build: question.build.clone(),
            artifacts,
            made: Vec::new(),
            allow_failure: false,
            base: None,
        };
        workshop.settle()?;
        Ok(workshop)
    }

    /// Finds where both folders have their target folder, and leads that of the first one to the lasting
    /// one.
    fn settle(&mut self) -> Result<(), UserError> {
        for seat in [&mut self.probe, &mut self.anchor] {
            let there = Workspace::at(&seat.dir);
            seat.environment = cargo::environment(&seat.worktree, there.as_ref());
        }
        let repository = self.probe.worktree.repository();
        let wrong = cargo::foreign(&self.words, &self.probe.dir, repository, self.here.as_ref());
        wrong.map_or_else(|| self.link(), Err)
    }

    /// Adds variables to the surroundings of both folders.
    pub(crate) fn surround(&mut self, variables: &[(&'static str, OsString)]) {
        for seat in [&mut self.probe, &mut self.anchor] {
            seat.environment.extend(variables.iter().cloned());
        }
    }

    /// Returns the target folder in a seat.
    fn target_in(seat: &Seat) -> PathBuf {
        let named = seat.environment.iter().find(|(name, _)| *name == "CARGO_TARGET_DIR");
        named.map_or_else(|| seat.worktree.root().join("target"), |(_, path)| path.into())
    }

    /// Makes the link to the lasting target folder, unless the commit has a file there.
    fn link(&self) -> Result<(), UserError> {
        let link = Self::target_in(&self.probe);
        if fs::symlink_metadata(&link).is_ok() {
            return Ok(());
        }
        if let Some(folder) = link.parent() {
            fs::create_dir_all(folder).map_err(|error| unwritable(folder, error))?;
        }
        system::link_folder(&self.target, &link).map_err(|error| unwritable(&link, error))
    }

    /// Returns whether a build is kept.
    pub(crate) fn has(&self, build: &str) -> bool {
        self.kept.has(build) || build.starts_with("tree")
    }

    /// Builds a commit, and keeps what the command runs of it. Returns the hash of that. Builds in
    /// `needed` are not given up for it.
    ///
    /// # Errors
    /// [`Obstacle::Build`] when the build fails.
    pub(crate) fn build(&mut self, commit: &str, needed: &[&str]) -> Result<String, Obstacle> {
        self.check_out(Place::Probe, commit)?;
        // Its files go away before others are made.
        self.probe.holds = None;
        for file in self.made.iter().map(|file| self.probe.worktree.root().join(file)) {
            // What a build does not make anew must not be that of the last one.
            if self.is_inside(&file) {
                let _ = fs::remove_file(file);
            }
        }
        let words = system::shell_words(&self.build);
        let mut environment = self.probe.environment.clone();
        if std::env::var_os("CARGO_INCREMENTAL").is_none() {
            // Built piece by piece, the same code may lie differently.
            environment.push(("CARGO_INCREMENTAL", OsString::from("0")));
        }
        let seat = &self.probe;
        let job = Job { words: &words, environment: &environment, ..job(seat) };
        let ended = command::run(Job { streams: Streams::Tail, ..job })
            .map_err(|error| Obstacle::Build(format!("the shell cannot be started: {error}")))?;
        if !ended.status.success() {
            let end = shown_end(&ended.tail);
            return Err(Obstacle::Build(format!("`{}` {}{end}", self.build, ended.in_words())));
        }
        self.keep(commit, needed)
    }

    /// Keeps what the command runs of the commit that was just built.
    fn keep(&mut self, commit: &str, needed: &[&str]) -> Result<String, Obstacle> {
        let root = self.probe.worktree.root().to_owned();
        let io = |error: io::Error| {
            let problem = format!("what was built of {commit} cannot be kept");
            UserError::new(ExitCode::Usage, problem).because(error)
        };
        let named = self.named();
        let mut tracked = Vec::new();
        if !named.is_empty() {
            let ask = ["ls-files", "-z", "--"].map(OsStr::new);
            let asked = ask.into_iter().chain(named.iter().map(|path| path.as_os_str()));
            let listed = git(&root, asked).map_err(io)?;
            tracked = listed.split('\0').map(PathBuf::from).collect();
        }
        let mut built = Vec::new();
        for path in &named {
            let full = root.join(path);
            if full.is_file() && !tracked.contains(path) {
                built.push(path.clone());
            } else if full.is_dir() && self.artifacts.iter().any(|it| self.below.join(it) == *path)
            {
                let files = files_below(&full).map_err(io)?;
                let below = files.iter().filter_map(|file| file.strip_prefix(&root).ok());
                let untracked = below.filter(|file| !tracked.iter().any(|it| it == file));
                built.extend(untracked.map(Path::to_owned));
            }
        }
        let tree = |what: &str| git(&root, ["rev-parse", "--verify", "--quiet", what]);
        if built.is_empty() {
            return Ok(format!("tree-{}", tree("HEAD^{tree}").map_err(io)?));
        }
        let of_git = named.iter().filter_map(|path| tree(&format!("HEAD:{}", path.display())).ok());
        let also = of_git.collect::<Vec<_>>().join(" ");
        built.sort();
        built.dedup();
        let hash = self.kept.keep(&root, &built, &also, needed).map_err(io)?;
        self.made.extend(built);
        self.made.sort();
        self.made.dedup();
        self.probe.holds = Some(commit.to_owned());
        Ok(hash)
    }

    /// Returns what is named in the command, also inside of a script, and lies in the first folder; and
    /// the further artifacts. Relative to the root of the folder.
    fn named(&self) -> Vec<PathBuf> {
        let root = self.probe.worktree.root();
        let target = Self::target_in(&self.probe).display().to_string();
        let mut paths: Vec<PathBuf> =
            self.artifacts.iter().map(|path| self.below.join(path)).collect();
        for word in &self.words {
            let mut text = word.to_string_lossy().into_owned();
            for name in ["\"$CARGO_TARGET_DIR\"", "\"${CARGO_TARGET_DIR}\"", "$CARGO_TARGET_DIR"] {
                text = text.replace(name, &target);
            }
            let ends = |sign: char| sign.is_whitespace() || "\"';&|()<>=`".contains(sign);
            for part in text.split(ends).filter(|part| !part.is_empty()) {
                let full = plain(&self.probe.dir.join(part));
                if let Ok(below) = full.strip_prefix(root)
                    && !below.as_os_str().is_empty()
                {
                    paths.push(below.to_owned());
                }
            }
        }
        paths.retain(|path| self.is_inside(&root.join(path)));
        paths.sort();
        paths.dedup();
        paths
    }

    /// Returns whether something is there, and lies in the first folder or the target folder, wherever
    /// links lead.
    fn is_inside(&self, path: &Path) -> bool {
        let real = |path: &Path| system::canonical(path).ok();
        let folders = [self.probe.worktree.root(), self.target.as_path()];
        let mut folders = folders.into_iter().filter_map(real);
        real(path).is_some_and(|path| folders.any(|folder| path.starts_with(folder)))
    }

    /// Checks out a commit, unless it is.
    fn check_out(&mut self, place: Place, commit: &str) -> Result<(), UserError> {
        let here = self.here.clone();
        let seat = self.seat(place);
        if seat.worktree.commit() != commit {
            seat.worktree.switch(commit)?;
            seat.holds = None;
        }
        if !seat.dir.is_dir() {
            let problem = format!("commit {commit} has no folder {}", seat.dir.display());
            return Err(UserError::new(ExitCode::Usage, problem)
                .help("call it in a folder that all commits have, such as the root"));
        }
        if let Some(here) = here {
            cargo::lock_at(&here, seat.worktree.repository(), seat.worktree.root());
        }
        if place == Place::Probe { self.link() } else { Ok(()) }
    }

    fn seat(&mut self, place: Place) -> &mut Seat {
        match place {
            Place::Probe => &mut self.probe,
            Place::Anchor => &mut self.anchor,
        }
    }

    /// Puts a commit and its build into a folder, to be run there.
    ///
    /// # Errors
    /// When it cannot be checked out or its build is not kept.
    pub(crate) fn put(&mut self, place: Place, commit: &str, build: &str) -> Result<(), UserError> {
        if self.seat(place).holds.as_deref() == Some(commit) {
            return Ok(());
        }
        self.check_out(place, commit)?;
        let root = self.seat(place).worktree.root().to_owned();
        if !build.starts_with("tree") {
            let failed = |error| {
                let problem = format!("what was built of {commit} cannot be put in place");
                UserError::new(ExitCode::Usage, problem).because(error)
            };
            self.kept.restore(build, &root).map_err(failed)?;
        }
        self.seat(place).holds = Some(commit.to_owned());
        Ok(())
    }

    /// Runs the command in a folder; `None` when `is_interrupted` says so after it.
    ///
    /// # Errors
    /// [`Obstacle::Run`] when it fails.
    pub(crate) fn run(
        &mut self,
        place: Place,
        is_interrupted: impl Fn() -> bool,
    ) -> Result<Option<RunDocument>, Obstacle> {
        let base = self.base.clone();
        let allow_failure = self.allow_failure;
        let words = self.words.clone();
        let seat = self.seat(place);
        let job = Job { words: &words, ..job(seat) };
        let recorder = Recorder::prepare(Recording {
            job,
            base: base.as_deref(),
            source: &seat.dir,
            label: None,
            tags: &[],
            branch: None,
            group: None,
            part: None,
            series: None,
            probe: false,
        });
        if let Err(error) = recorder.folder() {
            return Err(cannot_record(error).into());
        }
        let finished = recorder.run(|| {}).map_err(|error| {
            Obstacle::Run(format!("`{}` cannot be started: {error}", words[0].display()))
        })?;
        if is_interrupted() {
            finished.discard();
            return Ok(None);
        }
        if !finished.ended.status.success() && !allow_failure {
            let end = shown_end(&finished.ended.tail);
            let why = format!("the command {}{end}", finished.ended.in_words());
            finished.discard();
            return Err(Obstacle::Run(why));
        }
        let left = finished.collect().ok_or_else(|| {
            UserError::new(ExitCode::Internal, "what was recorded is gone before it was read")
        })?;
        recorder::clear(&left.collected, left.session.folder());
        Ok(Some(left.document))
    }

    /// Returns what is missing in the checked-out files, for when they cannot be built.
    pub(crate) fn lacks(&self) -> Option<String> {
        self.probe.worktree.lacks()
    }
}

/// Returns what runs in a seat, but for the command.
fn job(seat: &Seat) -> Job<'_> {
    Job {
        words: &[],
        dir: Some(&seat.dir),
        environment: &seat.environment,
        without: &facts::GIT_VARIABLES,
        streams: Streams::Tail,
        held: None,
    }
}

/// Returns a path without `.` and `..`, and without following links.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

fn unwritable(path: &Path, error: io::Error) -> UserError {
    UserError::new(ExitCode::Usage, format!("{} cannot be written to", path.display()))
        .because(error)
        .help("builds are kept beside the runs, in the folder .perf of the workspace")
}
