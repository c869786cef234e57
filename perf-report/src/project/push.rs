//! The sending of runs to another store: those in the outbox, or stored ones. Nothing is printed here.

use std::collections::BTreeSet;

use super::context::Context;
use super::outbox::sending::{Blame, blame};
use super::outbox::{Delivered, Letter, Outbox, Undelivered, deliver};
use super::store::{
    self, Entry, Filter, Location, Made, Query, RunRef, SegmentId, Store, StoreError,
};
use crate::error::{ExitCode as Code, UserError};
use crate::model::{GROUP_OF_PARTS, PartKey, PushDocument, PushOutcome, PushedRun, RunDocument};

/// The runs that are to be sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum What<'a> {
    /// Those in the outbox.
    Outbox,
    /// Stored ones that are named.
    Named(&'a [RunRef]),
    /// All stored ones.
    All,
}

/// The order to send runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order<'a> {
    /// The runs.
    pub what: What<'a>,
    /// The store to send them to, where it is not the one of the command.
    pub to: Option<&'a Location>,
    /// True to send nothing.
    pub dry_run: bool,
}

/// The place that runs are sent from, opened once for all of them.
#[derive(Debug)]
enum Source {
    Outbox(Outbox),
    Store(Box<dyn Store>),
}

impl Source {
    fn of(context: &Context, what: What<'_>) -> Result<Self, StoreError> {
        Ok(match what {
            What::Outbox => Self::Outbox(context.outbox()),
            _ => Self::Store(context.open_stored()?),
        })
    }

    /// Reads a run, with the segments of which it is made where that is known; `None` where it is not there any more.
    fn read(&self, id: &str) -> Result<Option<(RunDocument, Vec<SegmentId>)>, String> {
        match self {
            Self::Outbox(outbox) => {
                let letter = outbox.read(id).map_err(|error| error.reason)?;
                Ok(letter.map(|it| (it.document.clone(), it.segments())))
            }
            Self::Store(store) => {
                let run = store.load(id).map_err(|error| UserError::from(error).in_a_line())?;
                Ok(Some((run, Vec::new())))
            }
        }
    }
}

/// Sends runs one after the other. `tell` hears how many of them are done.
///
/// # Errors
/// When a run that is named is not there, a store cannot be opened, or nobody said where to. That single runs are
/// not sent is in the document.
pub(crate) fn push(
    context: &Context,
    order: Order<'_>,
    tell: &mut dyn FnMut(usize, usize),
) -> Result<PushDocument, UserError> {
    let target = target(context, order)?;
    let source = Source::of(context, order.what)?;
    let (from, ids, for_others, mut runs) = match &source {
        Source::Outbox(outbox) => {
            let (ids, for_others, damaged) = letters(context, order.to.is_some());
            (context.shown(outbox.folder()), ids, for_others, damaged)
        }
        Source::Store(store) => {
            (context.shown_store(), stored(context, &**store, order.what)?, 0, Vec::new())
        }
    };
    let mut store =
        if ids.is_empty() || order.dry_run { None } else { Some(store::open_or_create(target)?) };
    let all = ids.len();
    // Of one that does not arrive nobody knows whose fault it is; a second one in a row is the store's.
    let (mut lost, mut is_doubtful): (Option<String>, bool) = (None, false);
    for (done, id) in ids.iter().enumerate() {
        tell(done, all);
        runs.push(match (&mut store, &lost) {
            (None, _) => PushedRun { id: id.clone(), ..PushedRun::default() },
            // It does not answer: who waits for each of a thousand runs?
            (Some(_), Some(why)) => failed(id, why.clone()),
            (Some(store), None) => {
                let (run, blame) = send(&source, &mut **store, id);
                let is_lost =
                    blame == Some(Blame::Store) || is_doubtful && blame == Some(Blame::Either);
                is_doubtful = blame == Some(Blame::Either);
                lost = is_lost.then(|| run.problem.clone().unwrap_or_default());
                run
            }
        });
    }
    let to = match target {
        Location::Sqlite(path) => context.shown(path),
        other => other.to_string(),
    };
    Ok(PushDocument::of((from, to), runs, for_others))
}

/// Returns the store to send to.
fn target<'a>(context: &'a Context, order: Order<'a>) -> Result<&'a Location, UserError> {
    match (order.what, order.to) {
        (_, Some(to)) if *to == context.store && !matches!(order.what, What::Outbox) => {
            let problem = format!("the runs are in {} already", context.shown_store());
            Err(UserError::new(Code::Usage, problem)
                .help("name the store that they are in with --store, and the other one with --to"))
        }
        (_, Some(to)) => Ok(to),
        (What::Outbox, None) => Ok(&context.store),
        (_, None) => Err(UserError::new(Code::Usage, "nobody said where to send stored runs")
            .help("name the store with --to, a URL or a file; without runs and --all, the outbox is sent")),
    }
}

/// Returns the ids of the letters for the store of the command, or, where another one is named, of all; the number of
/// the others; and those that cannot be read.
fn letters(context: &Context, is_named: bool) -> (Vec<String>, u64, Vec<PushedRun>) {
    let found = context.outbox().all();
    let own = context.store.to_string();
    let (mine, others): (Vec<Letter>, Vec<Letter>) =
        found.letters.into_iter().partition(|letter| is_named || letter.store == own);
    let ids = mine.iter().map(|letter| letter.id().to_owned()).collect();
    let damaged = found.unreadable.into_iter().map(|it| {
        let name = it.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        damaged(&name, format!("it cannot be read: {}", it.reason))
    });
    (ids, others.len() as u64, damaged.collect())
}

/// Returns the ids of stored runs, oldest first, each once.
fn stored(context: &Context, store: &dyn Store, what: What<'_>) -> Result<Vec<String>, UserError> {
    let entries = |filter: Filter| store.entries(&Query::oldest(filter, usize::MAX));
    let ids_of = |entries: Vec<Entry>| entries.into_iter().map(|entry| entry.id);
    let mut ids = Vec::new();
    if let What::Named(names) = what {
        let whole = context.open()?;
        for name in names {
            let entry = whole.resolve(name, &context.revisions())?;
            // What was made together is judged together, there as here.
            match (entry.parts, entry.group) {
                (Some(parts), _) => {
                    let groups = BTreeSet::from([format!("{GROUP_OF_PARTS}{}/", parts.group)]);
                    let mut found = entries(Filter { groups, ..Filter::default() })?;
                    // A name may have a slash, too.
                    found.retain(|entry| {
                        entry
                            .group
                            .as_deref()
                            .and_then(PartKey::parse)
                            .is_some_and(|key| key.group == parts.group)
                    });
                    ids.extend(ids_of(found));
                }
                (None, Some(group)) => {
                    let made_together = Filter { group: Some(group), ..Filter::default() };
                    ids.extend(ids_of(entries(made_together)?));
                }
                (None, None) => ids.push(entry.id),
            }
        }
    } else {
        ids.extend(ids_of(entries(Filter::default())?));
    }
    let mut seen = BTreeSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    Ok(ids)
}

/// Sends a run. The second value tells whose fault it is where it does not arrive.
fn send(source: &Source, target: &mut dyn Store, id: &str) -> (PushedRun, Option<Blame>) {
    let (run, segments) = match source.read(id) {
        Ok(Some(read)) => read,
        // Another push was faster, and took it out once the store had it.
        Ok(None) => return (of(id, PushOutcome::Before), None),
        Err(why) => return (damaged(id, why), None),
    };
    let outcome = match deliver(target, (&run, &segments), Made::Then) {
        Ok(Delivered::Now) => PushOutcome::Sent,
        Ok(Delivered::Before | Delivered::AsAnother) => PushOutcome::Before,
        Err(error @ (Undelivered::Conflict | Undelivered::Partly { .. })) => {
            let problem = Some(error.to_string());
            return (PushedRun { problem, ..of(id, PushOutcome::Conflict) }, None);
        }
        Err(Undelivered::Store(error)) => {
            let blame = Some(blame(&error, true));
            return (failed(id, UserError::from(error).in_a_line()), blame);
        }
    };
    if let Source::Outbox(outbox) = source {
        // Where it stays it is sent again, which changes nothing.
        let _ = outbox.take_out(id);
    }
    (of(id, outcome), None)
}

fn of(id: &str, outcome: PushOutcome) -> PushedRun {
    PushedRun { id: id.to_owned(), outcome, problem: None }
}

fn failed(id: &str, problem: String) -> PushedRun {
    PushedRun { problem: Some(problem), ..of(id, PushOutcome::Failed) }
}

fn damaged(id: &str, problem: String) -> PushedRun {
    PushedRun { problem: Some(problem), ..of(id, PushOutcome::Damaged) }
}
