//! Checks, made of recordings, and what came of them.

use std::collections::BTreeMap;

use perf_report::model::{Comparison, RunDocument, Verdict};
use perf_report::project::store::{Sqlite, Store as _};
use perf_tests::{Lab, lab};

use crate::Result;
use crate::pool::{Kind, Pool, progress};
use crate::programs::Program;

/// Runs that a baseline holds.
pub(crate) const BASELINE: usize = 5;
/// Runs that are judged at once.
pub(crate) const JUDGED: [usize; 2] = [1, 5];

#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    /// Checks of each kind.
    pub(crate) wanted: usize,
    /// Quiet runs before the baseline that are known as well.
    pub(crate) history: usize,
}

/// One row of the table.
pub(crate) struct Row {
    pub(crate) program: String,
    /// Busy loops beside the baseline.
    pub(crate) before: usize,
    /// What is judged by it.
    pub(crate) kind: Kind,
    /// Runs that are judged at once.
    pub(crate) judged: usize,
    pub(crate) tally: Tally,
}

/// What came of the checks of one kind.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) checks: usize,
    /// Those that failed.
    pub(crate) alarms: usize,
    /// Those that named the function that is slower.
    pub(crate) found: usize,
    /// Those that named another function, or the command.
    pub(crate) wrong: usize,
    /// Those that judged nothing, and what was said.
    pub(crate) errors: Vec<String>,
    /// What these name: how often, and the largest change in per cent.
    pub(crate) why: BTreeMap<(String, String), (usize, f64)>,
}

/// Where in the pool a check is: the baseline begins at `baseline`, what is judged at `current`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    baseline: usize,
    current: usize,
}

/// Places of `wanted` checks among `runs`: what is judged comes right after the baseline, then one run
/// later, two, and three; all over the pool.
fn places(runs: usize, judged: usize, wanted: usize) -> Vec<Place> {
    let mut all = Vec::new();
    for gap in 0..4 {
        let starts = 0..(runs + 1).saturating_sub(BASELINE + gap + judged);
        all.extend(starts.map(|baseline| Place { baseline, current: baseline + BASELINE + gap }));
        if all.len() >= wanted {
            break;
        }
    }
    let kept = wanted.min(all.len());
    (0..kept).map(|at| all[at * all.len() / kept]).collect()
}

/// Judges all kinds of the pool, in every way that the program is judged.
pub(crate) fn judge(program: &Program, pool: &Pool, settings: Settings) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (way, arguments) in program.ways {
        for kind in pool.kinds() {
            // Slower runs are judged by quiet ones; so are busy ones, and by busy ones as well.
            let before =
                if kind.slower == 0 && kind.loops > 0 { vec![0, kind.loops] } else { vec![0] };
            for (before, judged) in before.iter().flat_map(|it| JUDGED.map(|judged| (*it, judged)))
            {
                let name = format!("{}{way}", program.name);
                progress(&format!("{name}: judging"));
                let baseline = pool.of(Kind { loops: before, slower: 0 });
                let sides = Sides { baseline, current: pool.of(kind), judged, arguments };
                let slowed = program.slowed.filter(|_| kind.slower > 0).map(|it| it.0);
                let tally = sides.judge(settings, slowed)?;
                rows.push(Row { program: name, before, kind, judged, tally });
            }
        }
    }
    progress("");
    Ok(rows)
}

/// What checks of one kind are made of.
struct Sides<'a> {
    baseline: &'a [RunDocument],
    current: &'a [RunDocument],
    judged: usize,
    arguments: &'a [&'a str],
}

impl Sides<'_> {
    /// Makes the checks, on all processors, since nothing is measured meanwhile.
    fn judge(&self, settings: Settings, slowed: Option<&str>) -> Result<Tally> {
        let runs = self.baseline.len().min(self.current.len());
        let places = places(runs, self.judged, settings.wanted);
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = places.len().div_ceil(threads).max(1);
        let parts: Vec<Made<Vec<Judged>>> = std::thread::scope(|scope| {
            let parts = places.chunks(share);
            let threads: Vec<_> =
                parts.map(|part| scope.spawn(|| self.checks(part, settings.history))).collect();
            let panicked = |_| Err("a thread panicked".to_owned());
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(panicked)).collect()
        });
        let mut tally = Tally::default();
        for part in parts {
            part?.into_iter().for_each(|judged| tally.add(judged, slowed));
        }
        Ok(tally)
    }

    fn checks(&self, places: &[Place], history: usize) -> Made<Vec<Judged>> {
        let lab = lab!();
        places.iter().map(|place| self.check(&lab, *place, history)).collect()
    }

    /// Makes one check, in a store that holds its runs only and what is known besides.
    fn check(&self, lab: &Lab, place: Place, history: usize) -> Made<Judged> {
        let from = place.baseline.saturating_sub(history);
        let known = &self.baseline[from..place.baseline + BASELINE];
        let current = &self.current[place.current..place.current + self.judged];
        let _ = std::fs::remove_file(lab.store());
        let mut store = Sqlite::open_or_create(&lab.store()).map_err(|error| error.to_string())?;
        for run in known.iter().cloned().chain(together(current)) {
            store.save(&run).map_err(|error| error.to_string())?;
        }
        drop(store);
        let last =
            |runs: &[RunDocument]| runs.last().map(|run| run.run.id.clone()).unwrap_or_default();
        let (newest, judged) = (last(known), last(current));
        let count = BASELINE.to_string();
        // What recorded more contexts than there is memory for is judged as well.
        let save = ["baseline", "save", "same", &newest, "--runs", &count, "--force"];
        let saved = lab.report(save.iter().chain(&["--allow-failed"]));
        if saved.code != Some(0) {
            return Ok(Judged { code: saved.code, comparison: None, said: saved.complaint() });
        }
        let check = ["check", "--baseline", "same", "--run", &judged, "--format", "json"];
        let finished = lab.report(check.iter().chain(self.arguments));
        let comparison = serde_json::from_str(&finished.stdout).ok();
        Ok(Judged { code: finished.code, comparison, said: finished.complaint() })
    }
}

/// What threads may hand over.
type Made<T> = std::result::Result<T, String>;

/// A check that was made.
struct Judged {
    code: Option<i32>,
    comparison: Option<Comparison>,
    said: String,
}

/// The runs as `run --repeat` would have stored them.
fn together(runs: &[RunDocument]) -> impl Iterator<Item = RunDocument> + '_ {
    let group = runs.first().filter(|_| runs.len() > 1).map(|run| run.run.id.clone());
    runs.iter().zip(1..).map(move |(run, round)| {
        let mut run = run.clone();
        run.run.round = group.as_ref().map(|_| round);
        run.run.group.clone_from(&group);
        run
    })
}

impl Tally {
    fn add(&mut self, judged: Judged, slowed: Option<&str>) {
        self.checks += 1;
        let (Some(0 | 3), Some(comparison)) = (judged.code, judged.comparison) else {
            self.errors.push(format!("{:?}: {}", judged.code, judged.said));
            return;
        };
        self.alarms += usize::from(judged.code == Some(3));
        let worse = comparison.functions.iter().filter(|row| row.verdict == Verdict::Regression);
        // A command that does more work is slower as a whole.
        let worse = worse.filter(|row| slowed.is_none() || row.name != "(command)");
        let is_slowed = |name: &str| slowed.is_some_and(|slowed| name.ends_with(slowed));
        let (found, others): (Vec<_>, Vec<_>) = worse.partition(|row| is_slowed(&row.name));
        self.found += usize::from(!found.is_empty());
        self.wrong += usize::from(!others.is_empty());
        for row in others {
            let key = (row.name.clone(), row.metric.word().to_owned());
            let (times, largest) = self.why.entry(key).or_default();
            *times += 1;
            *largest = row.change_pct.unwrap_or(f64::INFINITY).max(*largest);
        }
    }
}
