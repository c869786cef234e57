//! The documents behind the page of a run: the run, its verdict by a baseline, and its past. Nothing is
//! printed here.

use super::config::check::CheckSettings;
use super::context::Context;
use super::named::Runs;
use super::past::Past;
use super::report::{self, Judged, Wanted};
use super::store::RunRef;
use crate::analysis::history;
use crate::error::UserError;
use crate::model::{self, HistoryDocument, Metric, PageDocuments, RunDocument};

/// Runs of the past in a page, unless another number is asked for.
pub(crate) const PAST: usize = 60;

impl PageDocuments {
    /// Gathers what there is about the run `run`, which is judged as `check` would with those that were made with
    /// it: its verdict, its report, and its past, `most` runs at most. Each run is read once.
    ///
    /// # Errors
    /// When there is no such run, when a baseline that was named is not there or cannot be compared, and when the
    /// store or `perf.toml` cannot be read.
    pub(crate) fn find(
        context: &Context,
        run: &RunRef,
        (wanted, most): (Wanted<'_>, usize),
        settings: &CheckSettings,
    ) -> Result<Self, UserError> {
        let runs = Runs::run(context, run)?;
        let named = runs.runs.iter().find(|run| run.run.id == runs.name);
        let run = named.or(runs.runs.last()).cloned().ok_or_else(report::no_run)?;
        let judged = Judged::by(context, runs, (wanted, &run), settings)?;
        // Under the names that it was judged by.
        let run = judged.runs.iter().find(|it| it.run.id == run.run.id).cloned().unwrap_or(run);
        let history = past(context, &run, most, settings)?;
        let report = report::report(context, &judged.runs, &judged.comparison)?;
        let Judged { baseline, comparison, .. } = judged;
        Ok(Self { run, baseline, comparison, history, report })
    }
}

/// Returns the past of a run; `None` of one that is not stored, or knows no time.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn past(
    context: &Context,
    run: &RunDocument,
    most: usize,
    settings: &CheckSettings,
) -> Result<Option<HistoryDocument>, UserError> {
    let Some(past) = Past::behind(context, run)? else { return Ok(None) };
    let limits = super::config::trend_settings(context)?.limits();
    let load = settings.load.unwrap_or_default();
    let rules = history::TrendRules { limits, load };
    let mut runs = past.runs(most)?;
    model::align_to(std::slice::from_ref(run), &mut [&mut runs]);
    let history = history::history(&runs, Metric::SelfNs, rules);
    Ok(history.filter(|history| !history.functions.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::suites::SuiteRules;
    use crate::model::samples;
    use crate::project::monitor;
    use crate::project::store::{LOADED, Location, Sqlite, Store as _};

    /// A store with a run, and three that were made together.
    fn stored() -> (tempfile::TempDir, Context) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("perf.sqlite");
        let mut store = Sqlite::open_or_create(&path).unwrap();
        for id in ["r0", "g1", "g2", "g3"] {
            let mut run = samples::typical();
            run.run.id = id.to_owned();
            run.run.group = id.starts_with('g').then(|| "g1".to_owned());
            store.save(&run).unwrap();
        }
        let context = Context::new(folder.path().to_owned(), Some(Location::Sqlite(path)));
        (folder, context)
    }

    /// Returns the ids of the group that are loaded while `work` is done, sorted.
    fn loaded(work: impl FnOnce()) -> Vec<String> {
        LOADED.take();
        work();
        let mut ids = LOADED.take();
        ids.retain(|id| id.starts_with('g'));
        ids.sort();
        ids
    }

    #[test]
    fn a_page_a_report_and_a_round_read_each_run_that_they_are_about_once() {
        let (_folder, context) = stored();
        let settings = CheckSettings::default();
        let (latest, group) = (RunRef::default(), ["g1", "g2", "g3"]);
        for wanted in [Wanted::None, Wanted::Usual, Wanted::Named("id:r0")] {
            let page =
                || drop(PageDocuments::find(&context, &latest, (wanted, 9), &settings).unwrap());
            assert_eq!(loaded(page), group, "{wanted:?}");
            let report = || {
                let judged = Judged::find(&context, &latest, wanted, &settings).unwrap();
                report::report(&context, &judged.runs, &judged.comparison).unwrap();
            };
            assert_eq!(loaded(report), group, "{wanted:?}");
        }
        for baseline in [None, Some("id:r0")] {
            let trend = history::TrendRules::default();
            let order = monitor::Order {
                baseline,
                must_exist: true,
                window: 5,
                settings: &settings,
                trend,
                suites: &SuiteRules::default(),
                remembered: &[],
            };
            let round = || {
                let newest = monitor::newest(&context, &[]).unwrap();
                let judged = monitor::judge(&context, newest, order).unwrap();
                assert_eq!(judged.current.runs.len(), 3);
                judged.comparison.unwrap();
            };
            assert_eq!(loaded(round), group, "{baseline:?}");
        }
    }

    #[test]
    fn a_page_is_of_the_run_that_is_named_also_among_others() {
        let (_folder, context) = stored();
        let Ok(reference) = "id:g2".parse::<RunRef>();
        let settings = CheckSettings::default();
        let found =
            PageDocuments::find(&context, &reference, (Wanted::None, 9), &settings).unwrap();
        assert_eq!((found.run.run.id.as_str(), found.comparison.current.as_str()), ("g2", "g2"));
        assert_eq!(found.report.run.id, "g3", "a report is of all that were made together");
    }
}
