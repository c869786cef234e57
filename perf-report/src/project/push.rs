//! The sending of runs to another store: those in the outbox, or stored ones. Nothing is printed here.

use super::context::Context;
use super::outbox::{Delivered, Letter, Undelivered, deliver};
use super::store::{self, Fault, Filter, Location, Made, Query, RunRef, Store, StoreError};
use crate::error::{ExitCode as Code, UserError};
use crate::model::{PushDocument, PushOutcome, PushedRun, RunDocument};

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

/// A run that is to be sent: a letter in the outbox, or the id of a stored run.
#[derive(Debug)]
enum Item {
    Letter(String),
    Stored(String),
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
    let (from, items, for_others, mut runs) = match order.what {
        What::Outbox => {
            let outbox = context.outbox();
            let (items, for_others, damaged) = letters(context, order.to.is_some());
            (context.shown(outbox.folder()), items, for_others, damaged)
        }
        _ => (context.shown_store(), stored(context, order.what)?, 0, Vec::new()),
    };
    let mut store =
        if items.is_empty() || order.dry_run { None } else { Some(store::open_or_create(target)?) };
    let all = items.len();
    let mut lost: Option<String> = None;
    for (done, item) in items.iter().enumerate() {
        tell(done, all);
        runs.push(match (&mut store, &lost) {
            (None, _) => PushedRun { id: item.id().to_owned(), ..PushedRun::default() },
            // It does not answer: who waits for each of a thousand runs?
            (Some(_), Some(why)) => failed(item.id(), why.clone()),
            (Some(store), None) => {
                let (run, is_lost) = send(context, &mut **store, item);
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

impl Item {
    fn id(&self) -> &str {
        match self {
            Self::Letter(id) | Self::Stored(id) => id,
        }
    }
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

/// Returns the letters for the store of the command, or, where another one is named, all; the number of the others;
/// and those that cannot be read.
fn letters(context: &Context, is_named: bool) -> (Vec<Item>, u64, Vec<PushedRun>) {
    let found = context.outbox().all();
    let own = context.store.to_string();
    let (mine, others): (Vec<Letter>, Vec<Letter>) =
        found.letters.into_iter().partition(|letter| is_named || letter.store == own);
    let items = mine.iter().map(|letter| Item::Letter(letter.id().to_owned())).collect();
    let damaged = found.unreadable.into_iter().map(|it| {
        let name = it.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        damaged(&name, format!("it cannot be read: {}", it.reason))
    });
    (items, others.len() as u64, damaged.collect())
}

/// Returns stored runs, oldest first, each once.
fn stored(context: &Context, what: What<'_>) -> Result<Vec<Item>, UserError> {
    let store = context.open()?;
    let of = |filter: Filter| -> Result<Vec<String>, StoreError> {
        let entries = store.entries(&Query::oldest(filter, usize::MAX))?;
        Ok(entries.into_iter().map(|entry| entry.id).collect())
    };
    let mut ids = Vec::new();
    if let What::Named(names) = what {
        for name in names {
            let entry = store.resolve(name, &context.revisions())?;
            match entry.group {
                // What was made together is judged together, there as here.
                Some(group) => ids.extend(of(Filter { group: Some(group), ..Filter::default() })?),
                None => ids.push(entry.id),
            }
        }
    } else {
        ids = of(Filter::default())?;
    }
    let mut seen = std::collections::BTreeSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    Ok(ids.into_iter().map(Item::Stored).collect())
}

/// Sends a run. The second value tells that the store takes nothing more.
fn send(context: &Context, target: &mut dyn Store, item: &Item) -> (PushedRun, bool) {
    let id = item.id();
    let read: Result<Option<(RunDocument, Vec<_>)>, String> = match item {
        Item::Letter(id) => match context.outbox().read(id) {
            Ok(letter) => Ok(letter.map(|it| (it.document.clone(), it.segments()))),
            Err(error) => Err(error.reason),
        },
        Item::Stored(id) => context
            .open()
            .and_then(|store| store.load(id))
            .map(|run| Some((run, Vec::new())))
            .map_err(in_words),
    };
    let (run, segments) = match read {
        Ok(Some(read)) => read,
        // Another push was faster, and took it out once the store had it.
        Ok(None) => return (of(id, PushOutcome::Before), false),
        Err(why) => return (damaged(id, why), false),
    };
    let outcome = match deliver(target, (&run, &segments), Made::Then) {
        Ok(Delivered::Now) => PushOutcome::Sent,
        Ok(Delivered::Before | Delivered::AsAnother) => PushOutcome::Before,
        Err(error @ (Undelivered::Conflict | Undelivered::Partly { .. })) => {
            let problem = Some(error.to_string());
            return (PushedRun { problem, ..of(id, PushOutcome::Conflict) }, false);
        }
        Err(Undelivered::Store(error)) => {
            // Of one stored run that cannot be read, others know nothing.
            let is_lost = !matches!(error.fault, Fault::Document { .. });
            return (failed(id, in_words(error)), is_lost);
        }
    };
    if let Item::Letter(id) = item {
        // Where it stays it is sent again, which changes nothing.
        let _ = context.outbox().take_out(id);
    }
    (of(id, outcome), false)
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

fn in_words(error: StoreError) -> String {
    UserError::from(error).with_causes().replace("\n  cause:", ":")
}
