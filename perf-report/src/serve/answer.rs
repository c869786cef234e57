//! The answers: each looked up in the project at the moment at which it is asked for.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use jiff::{Timestamp, ToSpan as _};
use serde::Serialize;

use super::asked::{Answer, Asked, Kind};
use super::live::Live;
use super::route::{self, Document, Query, Route};
use crate::error::{ExitCode, UserError};
use crate::model::{PageDocuments, RunsDocument, SlowerDocument};
use crate::project::config::check::CheckSettings;
use crate::project::context::Context;
use crate::project::listed::{self, Choice};
use crate::project::page;
use crate::project::report::Wanted;
use crate::project::store::{Fault, Filter, RunRef, StoreError};
use crate::project::{baseline, slower};
use crate::record::facts;
use crate::render::html::site::{self, Overview};
use crate::render::html::{self, Assets, Page};
use crate::render::json;
use crate::text::moment::Moment;
use crate::text::url;

/// Runs of a list, at most.
const LISTED: usize = 200;

/// Runs of the overview, of which series are made.
const OVERVIEW: usize = 2_000;

/// What is found out again when another run is stored, or after this many seconds.
const FRESH: i64 = 300;

/// The pages over a project.
#[derive(Debug)]
pub(crate) struct Pages {
    context: Context,
    settings: CheckSettings,
    live: Live,
    known: Mutex<Option<Known>>,
}

/// What became slower, as it was found last.
#[derive(Debug)]
struct Known {
    newest: Option<String>,
    since: Option<String>,
    at: Timestamp,
    document: SlowerDocument,
}

impl Pages {
    /// Makes the pages over a project, and over the processes that record in `base`.
    pub(crate) fn new(context: Context, settings: CheckSettings, base: PathBuf) -> Self {
        Self { context, settings, live: Live::new(base), known: Mutex::new(None) }
    }

    /// Answers a question that may be asked.
    pub(crate) fn answer(&self, asked: &Asked) -> Answer {
        let route = route::route(&asked.url);
        let is_document = matches!(route, Route::Document(_));
        self.look_up(route).unwrap_or_else(|error| refusal(&error, is_document))
    }

    fn look_up(&self, route: Route) -> Result<Answer, UserError> {
        Ok(match route {
            Route::Overview => self.overview()?,
            Route::Runs(query) => self.runs(&query)?,
            Route::Run { run, baseline } => self.run(&run, baseline.as_deref())?,
            Route::Compare { baseline, run } => Answer::see(comparison(&baseline, &run)),
            Route::Slower(query) => html(&site::slower(&self.slower(&query)?)),
            Route::Live => html(&site::live(&self.live.document())),
            Route::Style => Answer::of(Kind::Css, site::style()),
            Route::RunScript => Answer::of(Kind::Script, html::script()),
            Route::SiteScript => Answer::of(Kind::Script, site::script()),
            Route::Icon => Answer::of(Kind::Text, "").with_status(204),
            Route::Healthy => Answer::of(Kind::Text, "ok\n"),
            Route::Document(document) => self.document(document)?,
            Route::Nothing => html(&site::nothing()).with_status(404),
        })
    }

    fn overview(&self) -> Result<Answer, UserError> {
        let runs = self.list(&Query::default(), OVERVIEW)?;
        let live = self.live.document();
        let running = live.processes.iter().filter(|process| process.running).count();
        let baselines = baseline::names(&self.context)?;
        let store = self.context.shown_store();
        let name = self.context.root.file_name().unwrap_or_default().to_string_lossy();
        let overview =
            Overview { name: &name, runs: &runs, running, baselines: &baselines, store: &store };
        Ok(html(&site::overview(&overview)))
    }

    fn runs(&self, query: &Query) -> Result<Answer, UserError> {
        let list = self.list(query, LISTED)?;
        Ok(html(&site::runs(&list, &|name| query.get(name).unwrap_or_default().to_owned())))
    }

    fn list(&self, query: &Query, most: usize) -> Result<RunsDocument, UserError> {
        let now = facts::now();
        let text = |name: &str| query.get(name).map(str::to_owned);
        let choice = Choice {
            command: text("command"),
            label: text("label"),
            tag: text("tag"),
            branch: text("branch"),
            commit: text("commit"),
            source: text("source"),
            failed: query.get("failed").is_some(),
            since: moment(query, "since")?,
            until: moment(query, "until")?,
        };
        match self.context.open() {
            Err(StoreError { fault: Fault::Missing, .. }) => {
                Ok(listed::document(Vec::new(), 0, now))
            }
            store => listed::list(&*store?, &choice.filter(&self.context, now), Some(most), now),
        }
    }

    fn run(&self, run: &str, baseline: Option<&str>) -> Result<Answer, UserError> {
        let documents = self.documents(run, baseline)?;
        Ok(html(&Page::of(&documents).html(Assets::Served)))
    }

    fn documents(&self, run: &str, baseline: Option<&str>) -> Result<PageDocuments, UserError> {
        let Ok(run) = run.parse::<RunRef>();
        let wanted = baseline.map_or(Wanted::Usual, Wanted::Named);
        PageDocuments::find(&self.context, &run, (wanted, page::PAST), &self.settings)
    }

    /// Returns what became slower since the moment that is asked for, else within a day. It is judged anew once
    /// another run is stored.
    fn slower(&self, query: &Query) -> Result<SlowerDocument, UserError> {
        let now = facts::now();
        let given = query.get("since").map(str::to_owned);
        let since = moment(query, "since")?.unwrap_or(Moment::Ago(24.hours()));
        let newest = self.context.open()?.newest(&Filter::default())?;
        let newest = newest.map(|entry| entry.id);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |it: &Known| {
            let age = now.as_second().saturating_sub(it.at.as_second());
            it.newest == newest && it.since == given && age < FRESH
        };
        if let Some(known) = known.as_ref().filter(|it| is_fresh(it)) {
            return Ok(known.document.clone());
        }
        let document = slower::since(&self.context, (since.first(now), None), &self.settings)?;
        let found = Known { newest, since: given, at: now, document: document.clone() };
        *known = Some(found);
        Ok(document)
    }

    fn document(&self, document: Document) -> Result<Answer, UserError> {
        Ok(match document {
            Document::Runs(query) => json(&self.list(&query, LISTED)?),
            Document::Run(run) => {
                let Ok(run) = run.parse::<RunRef>();
                let store = self.context.open()?;
                json(&store.find(&run, &self.context.revisions())?)
            }
            Document::Comparison { run, baseline } => {
                json(&self.documents(&run, baseline.as_deref())?.comparison)
            }
            Document::History(run) => {
                let history = self.documents(&run, None)?.history;
                json(&history.ok_or_else(|| no_history(&run))?)
            }
            Document::Slower(query) => json(&self.slower(&query)?),
            Document::Live => json(&self.live.document()),
        })
    }
}

/// Returns the address of a run that is judged by another.
fn comparison(baseline: &str, run: &str) -> String {
    format!("/run/{}?baseline={}", url::encoded(run), url::encoded(&format!("id:{baseline}")))
}

fn no_history(run: &str) -> UserError {
    UserError::new(ExitCode::NothingToJudge, format!("run {run} has no history"))
}

fn moment(query: &Query, name: &str) -> Result<Option<Moment>, UserError> {
    let read = |text: &str| {
        text.parse::<Moment>().map_err(|problem| UserError::new(ExitCode::Usage, problem))
    };
    query.get(name).map(read).transpose()
}

fn html(page: &str) -> Answer {
    Answer::of(Kind::Html, page)
}

fn json(document: &impl Serialize) -> Answer {
    Answer::of(Kind::Json, json::exact(document))
}

/// Answers with an error: what was wrong, and what to do.
fn refusal(error: &UserError, is_document: bool) -> Answer {
    let status = match error.code {
        ExitCode::Usage => 400,
        ExitCode::NothingToJudge => 404,
        _ => 500,
    };
    let (problem, help) = (error.to_string(), error.help.as_deref());
    if is_document {
        let said = serde_json::json!({ "error": problem, "help": help });
        return Answer::of(Kind::Json, said.to_string()).with_status(status);
    }
    html(&site::problem(&problem, help)).with_status(status)
}
