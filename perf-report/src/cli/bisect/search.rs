//! A search as it goes: builds and runs what is decided, and keeps its state after each step.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use super::state::State;
use crate::analysis::bisect::{self, Forecast, Graph, Next};
use crate::analysis::interleave::{Order, Side};
use crate::cli::function;
use crate::cli::output;
use crate::cli::rounds::Rounds;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{
    BisectDocument, BisectRound, CommitState, Extent, Metric, Purpose, RunDocument,
    value_of_command,
};
use crate::record::bisect::history::History;
use crate::record::bisect::workshop::{Obstacle, Place, Workshop};
use crate::record::in_turn::Watcher as _;
use crate::render::short_commit;
use crate::stats::number::float;
use crate::text::{sanitize, units};

/// Time after which the state is written down within a row of rounds: no more than that is lost by a kill.
const KEEP_AFTER: Duration = Duration::from_secs(2);

/// The end of a search, for now or for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stopped {
    /// At its end.
    Done,
    /// There was no time for more.
    Time,
    /// Somebody asked for the end, or did not want it to go on.
    Asked,
}

/// The values of a run.
#[derive(Debug, Clone, Copy)]
struct Value {
    /// The value of the metric.
    value: f64,
    /// Processor time of the command, nanoseconds.
    processor: f64,
}

/// A search, and everything that it needs.
pub(super) struct Search<'a> {
    pub(super) document: BisectDocument,
    /// Processor time of the ends beside the wall time that is measured, where nobody said which of them
    /// is meant: of the commit, and of that beside it.
    pub(super) processor: Option<Vec<(f64, f64)>>,
    pub(super) graph: Graph,
    pub(super) history: History,
    pub(super) workshop: Workshop,
    pub(super) state: &'a State,
    pub(super) rounds: Rounds,
    /// Rounds after which ends are given up on.
    pub(super) most: u32,
    pub(super) limit: Option<Duration>,
    pub(super) quiet: bool,
    /// Asks whether to go on once the effort is known; `None` where nobody is to be asked.
    pub(super) ask: Option<fn(&Rounds) -> bool>,
    pub(super) order: Order,
    /// The time since which the effort is not in the document.
    pub(super) since: Instant,
}

impl Search<'_> {
    /// Goes on to the end, or until somebody wants it to stop.
    pub(super) fn go(&mut self) -> Result<Stopped, UserError> {
        let began = Instant::now();
        let mut is_known = self.knows_ends();
        loop {
            self.keep()?;
            if self.rounds.is_interrupted() {
                return Ok(Stopped::Asked);
            }
            if self.limit.is_some_and(|limit| began.elapsed() > limit) {
                return Ok(Stopped::Time);
            }
            self.choose_metric();
            if !is_known && self.knows_ends() {
                is_known = true;
                if !self.goes_on() {
                    return Ok(Stopped::Asked);
                }
            }
            match bisect::next(&self.document, &self.graph, self.most) {
                Next::Done(_) => return Ok(Stopped::Done),
                Next::Split(at) => self.split(&at),
                Next::Measure { commit, beside, rounds, purpose } => {
                    self.measure((commit, beside), rounds, purpose)?;
                }
            }
        }
    }

    /// Goes on until it is known that the ends differ; `None` if they do not.
    pub(super) fn measure_ends(&mut self) -> Result<Option<()>, UserError> {
        while !self.knows_ends() {
            let next = bisect::next(&self.document, &self.graph, self.most);
            let Next::Measure { commit, beside, rounds, purpose: Purpose::Ends } = next else {
                return Ok(None);
            };
            if self.rounds.is_interrupted() {
                return Ok(None);
            }
            self.measure((commit, beside), rounds, Purpose::Ends)?;
            self.choose_metric();
            self.keep()?;
        }
        Ok(Some(()))
    }

    /// Takes processor time in place of wall time, where that tells the ends apart more clearly: a busy
    /// machine moves it less.
    fn choose_metric(&mut self) {
        let Some(processor) = &self.processor else { return };
        let rounds = &mut self.document.rounds;
        let is_open = rounds.iter().all(|round| round.purpose == Purpose::Ends);
        if !is_open || rounds.len() != processor.len() {
            self.processor = None;
            return;
        }
        let mut other = self.document.clone();
        Metric::CpuNs.word().clone_into(&mut other.question.metric);
        for (round, (value, beside)) in other.rounds.iter_mut().zip(processor) {
            (round.value, round.value_beside) = (*value, Some(*beside));
        }
        let doubt = |document| bisect::doubt_of_ends(document, &self.graph);
        let is_known = bisect::ends_differ(&other, &self.graph, self.most);
        if is_known && doubt(&other) < doubt(&self.document) {
            self.document = other;
            self.processor = None;
            self.say("processor time tells the ends apart more clearly than wall time: the search goes by it");
            self.document.notes.push(
                "the search went by processor time, which told the ends apart more clearly than wall time; \
                 --metric chooses"
                    .to_owned(),
            );
        }
    }

    /// Returns whether the ends are known to differ.
    fn knows_ends(&self) -> bool {
        bisect::ends_differ(&self.document, &self.graph, self.most)
    }

    /// Says what is ahead, and asks whether that is wanted.
    fn goes_on(&self) -> bool {
        if !self.quiet {
            let ends = self.document.commits.last().and_then(|commit| commit.change_pct);
            let ends = ends.map(units::change).unwrap_or_default();
            let ahead = ahead(bisect::forecast(&self.document, &self.graph, self.most));
            output::message(&format!("the ends differ by {ends}; ahead are {ahead}"));
        }
        self.ask.is_none_or(|ask| ask(&self.rounds))
    }

    fn split(&mut self, at: &[usize]) {
        for commit in at {
            let change = self.document.commits.get(*commit).and_then(|it| it.change_pct);
            let change = change.map(units::change).unwrap_or_default();
            self.say(&format!(
                "{} is at a level of its own, {change}: there is more than one change",
                self.name(*commit)
            ));
        }
        self.document.splits.extend(at);
    }

    /// Measures a commit, building first what is to be built; after a build it is thought over what to
    /// measure.
    pub(super) fn measure(
        &mut self,
        (commit, beside): (usize, Option<usize>),
        rounds: u32,
        purpose: Purpose,
    ) -> Result<(), UserError> {
        for at in [beside, Some(commit)].into_iter().flatten() {
            let known = self.document.commits.get(at).and_then(|it| it.build.clone());
            if known.is_none_or(|build| !self.workshop.has(&build)) {
                return self.build(at);
            }
        }
        for round in 1..=rounds {
            if self.rounds.is_interrupted() {
                break;
            }
            self.show(commit, purpose, (round, rounds));
            let began = Instant::now();
            let Some((value, other)) = self.round(commit, beside)? else { break };
            let value_beside = other.map(|other| other.value);
            if let (Some(kept), Some(other)) = (&mut self.processor, other) {
                kept.push((value.processor, other.processor));
            }
            let value = value.value;
            let elapsed_ns = nanos(began.elapsed());
            let made = BisectRound { purpose, commit, beside, value, value_beside, elapsed_ns };
            self.document.rounds.push(made);
            if self.since.elapsed() > KEEP_AFTER {
                self.keep()?;
            }
        }
        Ok(())
    }

    /// Makes one round; `None` when nothing came of it.
    fn round(
        &mut self,
        commit: usize,
        beside: Option<usize>,
    ) -> Result<Option<(Value, Option<Value>)>, UserError> {
        let sides = self.order.next().unwrap_or([Side::A, Side::B]);
        let mut values = [None; 2];
        for side in sides {
            let (place, at) = match side {
                Side::A => (Place::Anchor, beside),
                Side::B => (Place::Probe, Some(commit)),
            };
            let Some(at) = at else { continue };
            let Some(value) = self.run(place, at)? else { return Ok(None) };
            values[usize::from(side == Side::B)] = Some(value);
        }
        let [value_beside, value] = values;
        Ok(value.map(|value| (value, value_beside)))
    }

    /// Runs a commit once, and returns its value; `None` when it has none, or somebody asked for the end.
    fn run(&mut self, place: Place, at: usize) -> Result<Option<Value>, UserError> {
        let Some(commit) = self.document.commits.get(at) else { return Ok(None) };
        let (hash, build) = (commit.commit.clone(), commit.build.clone().unwrap_or_default());
        self.workshop.put(place, &hash, &build)?;
        let rounds = &self.rounds;
        let ran = self.workshop.run(place, || rounds.is_interrupted());
        self.document.cost.runs += 1;
        let why = match ran {
            Ok(None) => return Ok(None),
            Ok(Some(run)) => {
                self.find_function(&run)?;
                match bisect::value_in(&run, &self.document.question) {
                    Ok(value) => {
                        let cpu = value_of_command(&run.process, Extent::Command, Metric::CpuNs);
                        return Ok(Some(Value { value, processor: cpu.unwrap_or(0.0) }));
                    }
                    Err(why) => why,
                }
            }
            Err(Obstacle::Run(why) | Obstacle::Build(why)) => why,
            Err(Obstacle::Fatal(error)) => return Err(error),
        };
        if self.rounds.is_interrupted() {
            return Ok(None);
        }
        self.skip(at, CommitState::Unmeasurable, why)?;
        Ok(None)
    }

    /// Finds the whole name of the function, of which a part may have been given, and looks again at the
    /// files of the commits.
    fn find_function(&mut self, run: &RunDocument) -> Result<(), UserError> {
        let Some(wanted) = self.document.question.function.clone() else { return Ok(()) };
        if self.document.rounds.is_empty() {
            let names = run.functions.iter().map(|function| function.name.as_str());
            let problem = format!("no function {wanted:?} is recorded");
            let unknown = UserError::new(Code::NothingToJudge, problem)
                .help("`perf-report show` lists the functions of a run");
            let name = function::by_part(&wanted, names, unknown)?.to_owned();
            let found = run.functions.iter().find(|function| function.name == name);
            self.history.weigh(found.map(|function| function.file.as_str()));
            let weighed = self.history.commits.iter().map(|commit| commit.prior);
            for (commit, prior) in self.document.commits.iter_mut().zip(weighed) {
                commit.prior = prior;
            }
            self.document.question.function = Some(name);
        }
        Ok(())
    }

    /// Builds a commit. One that cannot be built is left out, unless it is an end.
    fn build(&mut self, at: usize) -> Result<(), UserError> {
        let Some(commit) = self.document.commits.get(at) else { return Ok(()) };
        let hash = commit.commit.clone();
        self.rounds.show(&format!("building {}", self.name(at)));
        let ends = [self.document.commits.first(), self.document.commits.last()];
        let needed: Vec<String> =
            ends.into_iter().flatten().filter_map(|it| it.build.clone()).collect();
        let needed: Vec<&str> = needed.iter().map(String::as_str).collect();
        let began = Instant::now();
        let built = self.workshop.build(&hash, &needed);
        if self.rounds.is_interrupted() {
            return Ok(());
        }
        let took = began.elapsed();
        self.document.cost.builds += 1;
        match built {
            Ok(hash) => {
                self.built(at, hash, took);
                Ok(())
            }
            Err(Obstacle::Build(why) | Obstacle::Run(why)) => {
                self.document.cost.failed_builds += 1;
                self.skip(at, CommitState::Unbuildable, why)
            }
            Err(Obstacle::Fatal(error)) => Err(error),
        }
    }

    fn built(&mut self, at: usize, build: String, took: Duration) {
        let same = self.document.commits.iter().position(|it| it.build.as_ref() == Some(&build));
        let same = same.filter(|other| *other != at);
        let as_other = same.map_or_else(String::new, |other| {
            self.document.cost.identical_builds += 1;
            format!(", the same bytes as {}: no run is needed", self.name(other))
        });
        let time = units::duration(float(nanos(took)));
        self.say(&format!("built {} in {time}{as_other}", self.name(at)));
        if let Some(commit) = self.document.commits.get_mut(at) {
            (commit.state, commit.build) = (CommitState::Built, Some(build));
            commit.build_ns = Some(nanos(took));
        }
    }

    /// Leaves a commit out. The ends are needed.
    fn skip(&mut self, at: usize, state: CommitState, why: String) -> Result<(), UserError> {
        let what = match state {
            CommitState::Unbuildable => "cannot be built",
            _ => "cannot be measured",
        };
        let name = self.name(at);
        if at == 0 || at == self.graph.bad() {
            let end = if at == 0 { "good" } else { "bad" };
            let code =
                if state == CommitState::Unbuildable { Code::Usage } else { Code::NothingToJudge };
            let error = UserError::new(code, format!("the {end} end {name} {what}: {why}"));
            let help = "both ends must be built by --build and run by the command, as every commit between";
            let lacks = self.workshop.lacks();
            return Err(error.help(lacks.unwrap_or_else(|| help.to_owned())));
        }
        let first = why.lines().next().unwrap_or_default().trim_end_matches("; it printed last:");
        self.say(&format!("left out {name}, which {what}: {first}"));
        if let Some(commit) = self.document.commits.get_mut(at) {
            (commit.state, commit.why) = (state, Some(sanitize::cut(why, 2_000)));
        }
        Ok(())
    }

    /// Writes the state down.
    pub(super) fn keep(&mut self) -> Result<(), UserError> {
        let since = std::mem::replace(&mut self.since, Instant::now());
        let cost = &mut self.document.cost;
        cost.elapsed_ns = cost.elapsed_ns.saturating_add(nanos(since.elapsed()));
        bisect::refresh(&mut self.document, &self.graph, self.most);
        self.state.write(&self.document)
    }

    fn name(&self, at: usize) -> String {
        let commit = self.document.commits.get(at);
        commit.map(|commit| short_commit(&commit.commit)).unwrap_or_default()
    }

    fn say(&self, text: &str) {
        if !self.quiet {
            output::message(&sanitize::screen(text));
        }
    }

    fn show(&self, commit: usize, purpose: Purpose, (round, of): (u32, u32)) {
        let what = match purpose {
            Purpose::Ends => "both ends",
            Purpose::Search => "searching",
            Purpose::Confirm => "confirming",
        };
        let ahead = match purpose {
            Purpose::Search if round == 1 => {
                let forecast = bisect::forecast(&self.document, &self.graph, self.most);
                forecast
                    .seconds
                    .map_or_else(String::new, |time| format!(" · about {} left", span(time)))
            }
            _ => String::new(),
        };
        let (name, done) = (self.name(commit), self.document.rounds.len());
        self.rounds.show(&format!("{what} · {name} · round {round} of {of}, {done} before{ahead}"));
    }
}

/// Writes a forecast: `8 to 11 builds and 30 to 60 runs, about 40 min`.
pub(super) fn ahead(forecast: Forecast) -> String {
    let of = |(few, many): (u64, u64), one: &str| {
        if few == many {
            units::plural(many, one)
        } else {
            format!("{} to {}", units::count(few), units::plural(many, one))
        }
    };
    let builds = of(forecast.builds, "build");
    let runs = forecast.runs.map(|runs| format!(" and {}", of(runs, "run")));
    let time = forecast.seconds.map(|time| format!(", about {}", span(time)));
    format!("{builds}{}{}", runs.unwrap_or_default(), time.unwrap_or_default())
}

/// Writes a time from few to many seconds.
fn span((few, many): (u64, u64)) -> String {
    if many < 100 {
        return format!("{few} to {many} s");
    }
    format!("{} to {} min", few / 60, many.div_ceil(60))
}

pub(super) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The words of a command that was kept.
pub(super) fn words(command: &[String]) -> Vec<OsString> {
    command.iter().map(OsString::from).collect()
}
