//! The belongings of a project: its [`workspace`] and [`config`], [`baseline`]s, [`blessings`], and runs in
//! a [`store`], which come in by the [`intake`] and are found again as [`named`] ones or as the [`past`] of
//! one; a [`page`] needs all of that. [`Project`] is all of it for a program outside. Prints nothing.

pub(crate) mod alerts;
pub(crate) mod ancestry;
pub(crate) mod baseline;
pub(crate) mod before;
pub(crate) mod bench;
pub(crate) mod blessings;
pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod context;
pub(crate) mod import;
pub(crate) mod intake;
pub(crate) mod latest;
pub(crate) mod listed;
pub(crate) mod monitor;
pub(crate) mod named;
pub(crate) mod outbox;
pub(crate) mod page;
pub(crate) mod past;
pub(crate) mod plugin;
pub(crate) mod prune;
pub(crate) mod push;
pub(crate) mod report;
pub(crate) mod reports;
pub(crate) mod repository;
pub(crate) mod revisions;
mod settings;
pub(crate) mod slower;
pub mod store;
pub(crate) mod suites;
pub(crate) mod workspace;

use std::path::{Path, PathBuf};

use check::Question;
use context::Context;
use past::Past;
use store::RunRef;

use crate::analysis::history;
use crate::error::{ExitCode, UserError};
use crate::model::{Comparison, HistoryDocument, Metric, Report};
use crate::system;

pub use named::Runs;
pub use settings::{Budget, Settings};

/// A project with what it keeps: settings, baselines, stored runs.
///
/// Does what `perf-report check` does:
///
/// ```no_run
/// use perf_report::{Budget, Project};
///
/// let project = Project::open(".")?;
/// let baseline = project.baseline("main")?;
/// let current = project.newest_of(&baseline)?;
/// let settings = project.settings()?.budget("app::parse", Budget::new().p99("2ms")?);
/// let comparison = project.check(&baseline, &current, &settings)?;
/// print!("{}", comparison.to_markdown());
/// if comparison.has_regressions() {
///     std::process::exit(3);
/// }
/// # Ok::<(), perf_report::UserError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Project {
    context: Context,
}

impl Project {
    /// Opens the project that the folder `path` belongs to: the nearest folder upwards with a `.perf/` or a
    /// `perf.toml`, else the root of the cargo workspace or of the repository.
    ///
    /// # Errors
    /// With [`ExitCode::Usage`] when `path` is no folder, and when `perf.toml` has a mistake.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, UserError> {
        let path = path.as_ref();
        let is_no_folder =
            || UserError::new(ExitCode::Usage, format!("{} is no folder", path.display()));
        let folder = system::canonical(path).map_err(|error| is_no_folder().because(error))?;
        if !folder.is_dir() {
            return Err(is_no_folder());
        }
        Ok(Self { context: Context::with(folder, None)? })
    }

    /// Returns the folder that holds `perf.toml` and `.perf/`.
    pub fn root(&self) -> &Path {
        &self.context.root
    }

    /// Loads a stored run, with those that `run --repeat` made with it. `reference` is what the commands take:
    /// `latest`, `latest~2`, an id or its beginning, a label, or such as `branch:main~1` and `tag:v1.2`.
    ///
    /// # Errors
    /// When there is no such run, when more than one could be meant, and when it cannot be read.
    pub fn run(&self, reference: &str) -> Result<Runs, UserError> {
        let Ok(reference) = reference.parse::<RunRef>();
        Runs::run(&self.context, &reference)
    }

    /// Imports the results of another tool, as `perf-report import` does: a file, told by its content, or the
    /// folder of criterion. They are stored, once, and returned.
    ///
    /// # Errors
    /// With [`ExitCode::NothingToJudge`] where nothing is found, [`ExitCode::Usage`] for a file that is not there
    /// or of no known format, [`ExitCode::Unreadable`] for a damaged one.
    pub fn import(&self, path: impl AsRef<Path>) -> Result<Runs, UserError> {
        let paths = vec![path.as_ref().to_owned()];
        let read =
            import::read(&self.context, &import::Order { paths, ..import::Order::default() })?;
        import::keep(&self.context, &read.runs, &import::Given::default())?;
        let newest = read.runs.last().map(|run| run.run.id.clone()).unwrap_or_default();
        Ok(Runs::new(newest, read.runs))
    }

    /// Reads the same, and stores nothing.
    pub(crate) fn imported(&self, path: &Path) -> Result<Runs, UserError> {
        let paths = vec![path.to_owned()];
        let read =
            import::read(&self.context, &import::Order { paths, ..import::Order::default() })?;
        Ok(Runs::new(read.source, read.runs))
    }

    /// Loads the newest stored run of the command that `baseline` is of, as `perf-report check` does where no
    /// run is named: a run of another command says nothing of it.
    ///
    /// # Errors
    /// With [`ExitCode::NothingToJudge`] when none is stored.
    pub fn newest_of(&self, baseline: &Runs) -> Result<Runs, UserError> {
        check::current(&self.context, None, Some(baseline))
    }

    /// Loads a baseline by its name; or, for `main~10`, the last 10 runs of branch `main` that may be compared
    /// with each other; or a stored run, as `tag:v1.2`; or the baseline or run in a file, where `name` ends
    /// in `.json`.
    ///
    /// # Errors
    /// When there is none of this name, and when it cannot be read.
    pub fn baseline(&self, name: &str) -> Result<Runs, UserError> {
        if Path::new(name).extension().is_some_and(|extension| extension == "json") {
            let baseline = baseline::read(&self.context.dir.join(name))?;
            return Ok(Runs::new(name.to_owned(), baseline.runs));
        }
        Runs::window_or_baseline(&self.context, name)
    }

    /// Returns the names of the baselines, sorted.
    ///
    /// # Errors
    /// When their folder cannot be read.
    pub fn baselines(&self) -> Result<Vec<String>, UserError> {
        baseline::names(&self.context)
    }

    /// Keeps `runs` as the baseline `name`, in the place of one that has this name, and returns its file.
    ///
    /// # Errors
    /// When the name is not allowed or the file cannot be written; a former one is still there then.
    pub fn save_baseline(&self, name: &str, runs: &Runs) -> Result<PathBuf, UserError> {
        baseline::save(&self.context, name, &runs.runs)
    }

    /// Reads `perf.toml` and `perf-blessed.toml`: the profile `ci` where the variable `CI` is set, else
    /// `default`. A missing file says nothing.
    ///
    /// # Errors
    /// With [`ExitCode::Usage`] when a file cannot be read, or says something that is not understood.
    pub fn settings(&self) -> Result<Settings, UserError> {
        self.settings_of(None)
    }

    /// Reads the settings of the profile that is named, else as [`settings`](Self::settings).
    ///
    /// # Errors
    /// As for [`settings`](Self::settings), and when nobody has defined the profile.
    pub fn settings_of(&self, profile: Option<&str>) -> Result<Settings, UserError> {
        let file = config::check_settings(&self.context, profile, config::in_ci())?;
        let blessed = blessings::of_today(&self.context)?;
        Ok(Settings { check: config::check::CheckSettings { blessed, ..file } })
    }

    /// Judges the runs of `current` against those of `baseline`. What is noise is learned from the other
    /// stored runs, too.
    ///
    /// # Errors
    /// With [`ExitCode::NothingToJudge`] where the runs cannot be compared: one is part of the baseline, they
    /// have no function in common, nothing was recorded, or they are of different machines or builds.
    pub fn check(
        &self,
        baseline: &Runs,
        current: &Runs,
        settings: &Settings,
    ) -> Result<Comparison, UserError> {
        let question = Question::between(&self.context, baseline.clone(), current.clone())?;
        question.answer(&settings.check)
    }

    /// Returns the history of `metric` over the last `most` stored runs of the newest one's command: each
    /// function with its values, its trend, and the changes of its level.
    ///
    /// # Errors
    /// When no run is stored, or the store cannot be read.
    pub fn history(&self, metric: Metric, most: usize) -> Result<HistoryDocument, UserError> {
        let runs = Past::open(&self.context, &RunRef::default(), None)?.runs(most)?;
        let limits = config::trend_settings(&self.context)?.limits();
        history::history(&runs, metric, limits)
            .ok_or_else(|| UserError::new(ExitCode::NothingToJudge, "no run is stored yet"))
    }

    /// Returns the report on `runs`, judged by `baseline` or, without one, by their budgets alone: score, grade,
    /// reliability, what went well and what did not, and what to do next. `perf.toml` has its rules.
    ///
    /// # Errors
    /// With [`ExitCode::NothingToJudge`] as for [`check`](Self::check), and where there is no run; when the
    /// store or `perf.toml` cannot be read.
    pub fn report(&self, runs: &Runs, baseline: Option<&Runs>) -> Result<Report, UserError> {
        let settings = self.settings()?;
        let judged = report::Judged::of(&self.context, runs, baseline, &settings.check)?;
        report::report(&self.context, &judged.runs, &judged.comparison)
    }
}
