//! The life of the agent: it reads, serves and stores until a signal asks for the end.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::{Args, TemporalityArg};
use crate::cli::output;
use crate::error::{ExitCode as Code, UserError};
use crate::export::MetricsText;
use crate::export::otlp::Temporality;
use crate::live::agent::{Agent, Choice, Settings};
use crate::live::http::Server;
use crate::live::otlp::{self, Pushing, Status};
use crate::model::{FleetTotals, Git, Run};
use crate::project::context::Context;
use crate::project::intake;
use crate::record::command::Interrupt;
use crate::record::{facts, folder};

/// The time that the last push may take when the agent ends: less than what systems grant.
const LAST_PUSH: Duration = Duration::from_secs(5);

/// The longest sleep: a signal is heeded after it.
const NAP: Duration = Duration::from_millis(100);

/// The alert rules, as they are printed.
const RULES: &str = include_str!("perf-track.rules.yml");

/// The dashboard, as it is printed.
const DASHBOARD: &str = include_str!("perf-track.dashboard.json");

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    if args.print_rules || args.print_dashboard {
        output::page(if args.print_rules { RULES } else { DASHBOARD })?;
        return Ok(Code::Fine.into());
    }
    let collector = args.collector()?;
    let agent = Arc::new(Agent::open(args.settings(context))?);
    if let Some(why) = agent.state_fault() {
        output::warning(&why);
    }
    if args.once {
        let finished = agent.finish();
        let text = MetricsText::Prometheus.fleet(&agent.told());
        args.output.write_bytes(text.as_bytes())?;
        return finished.map(|()| Code::Fine.into());
    }
    let interrupt = Interrupt::watch().map_err(|error| {
        UserError::new(Code::Internal, "signals cannot be watched").because(error)
    })?;
    agent.read();
    let server = serve(args, &agent)?;
    output::message(&match &server {
        Some(server) => format!("metrics are at http://{}/metrics", server.address()),
        None => "nothing is served".to_owned(),
    });
    let facts = args.facts();
    let host = facts::host();
    let mut push =
        collector.map(|it| Push::start(it, args, (context, host.as_str()))).transpose()?;
    let mut last_fault = None;
    if let Some(push) = &mut push {
        push.offer(&agent);
    }
    let mut last_round = Instant::now();
    while interrupt.signal().is_none() {
        let left = agent.until_due(last_round);
        if !left.is_zero() {
            thread::sleep(left.min(NAP));
            continue;
        }
        last_round = Instant::now();
        agent.read_unless_asked();
        store(&agent, context, (&facts, host.as_str()));
        if let Some(push) = &mut push {
            push.offer(&agent);
        }
        tell_once(&agent, &mut last_fault);
    }
    drop(server);
    agent.read();
    if let Some(push) = push {
        push.finish(&agent);
    }
    agent.finish()?;
    Ok(Code::Fine.into())
}

/// Stores the runs of windows that have ended. What cannot be stored is tried again at the next reading.
fn store(agent: &Agent, context: &Context, (facts, host): (&Run, &str)) {
    // An agent has no end: each round has the time of a command, whatever became of the one before.
    let context = &Context { post: Arc::default(), ..context.clone() };
    let mut stored = Vec::new();
    for window in agent.ended_windows(facts, host) {
        let outcome = intake::store_run(context, &window.run);
        let is_stored = outcome.is_ok();
        // What is not sent waits in the outbox, and is stored as far as the window goes.
        let sent = context.post.gave_up().map_or(Ok(()), Err);
        let outcome = outcome.map_err(|error| error.with_causes()).and(sent);
        agent.note_push("store", outcome);
        if !is_stored {
            break;
        }
        stored.push(window);
    }
    agent.close_windows(&stored);
}

/// The pushes to a collector, as the agent counts them.
struct Push {
    pushing: Pushing,
    choice: Choice,
    /// The course of them when the agent last looked.
    seen: Status,
}

impl Push {
    fn start(
        settings: otlp::Settings,
        args: &Args,
        (context, host): (&Context, &str),
    ) -> Result<Self, UserError> {
        let mut settings = settings;
        if !host.is_empty() && settings.attributes.iter().all(|(key, _)| key != "host.name") {
            settings.attributes.push(("host.name".to_owned(), host.to_owned()));
        }
        output::message(&format!("metrics are pushed to {}", settings.shown()));
        // Another agent of this host has other folders.
        let folder = args.folders(context).swap_remove(0);
        let instance = format!("{host}:{}", folder.display());
        let pushing = Pushing::start((settings, instance), &folder, args.every);
        let pushing = pushing.map_err(|error| {
            UserError::new(Code::Internal, "a thread cannot be started").because(error)
        })?;
        Ok(Self { pushing, choice: args.choice(), seen: Status::default() })
    }

    /// Offers the sums of the last reading, and notes how pushes went since the last time.
    fn offer(&mut self, agent: &Agent) {
        let status = self.pushing.status();
        note(agent, &self.seen, &status);
        self.seen = status;
        self.pushing.offer(chosen(agent.totals(), &self.choice));
    }

    fn finish(self, agent: &Agent) {
        self.pushing.offer(chosen(agent.totals(), &self.choice));
        note(agent, &self.seen, &self.pushing.finish(LAST_PUSH));
    }
}

/// Notes the failures between two looks, and what the collector did not take.
fn note(agent: &Agent, before: &Status, now: &Status) {
    for _ in before.failures..now.failures {
        agent.note_push("otlp", Err(now.problem.clone().unwrap_or_default()));
    }
    if now.problem.is_none() && now.accepted > before.accepted {
        agent.note_push("otlp", Ok(()));
    }
    if now.rejected_points > before.rejected_points {
        let remark = now.remark.as_deref().unwrap_or("it could not read them");
        let points = now.rejected_points - before.rejected_points;
        output::warning(&format!("the collector did not take {points} points: {remark}"));
    }
}

/// Returns the sums of the functions that the user chose.
fn chosen(totals: Arc<FleetTotals>, choice: &Choice) -> Arc<FleetTotals> {
    if choice.functions.is_empty() {
        return totals;
    }
    let mut totals = Arc::unwrap_or_clone(totals);
    for program in &mut totals.programs {
        program.functions.retain(|it| choice.is_wanted(&it.name));
    }
    Arc::new(totals)
}

/// Says what is wrong, once until it changes: logs of a sidecar are kept.
fn tell_once(agent: &Agent, last: &mut Option<String>) {
    let worst = agent.health().findings.into_iter().next().map(|it| it.text);
    if let Some(words) = worst.as_ref().filter(|words| last.as_ref() != Some(words)) {
        output::warning(words);
    }
    *last = worst;
}

fn serve(args: &Args, agent: &Arc<Agent>) -> Result<Option<Server>, UserError> {
    if args.listen == "none" {
        return Ok(None);
    }
    agent.serve(&args.listen).map(Some).map_err(|error| {
        UserError::new(Code::Usage, format!("nothing can be served at {}", args.listen))
            .because(error)
            .help("name an address of this machine with a free port: --listen 127.0.0.1:9465")
    })
}

impl Args {
    /// Returns the collector that is pushed to, if any is named.
    fn collector(&self) -> Result<Option<otlp::Settings>, UserError> {
        let asked = otlp::Asked {
            url: self.otlp.clone(),
            headers: self.otlp_header.clone(),
            temporality: self.temporality.map(|it| match it {
                TemporalityArg::Cumulative => Temporality::Cumulative,
                TemporalityArg::Delta => Temporality::Delta,
            }),
        };
        otlp::Settings::new(&asked, |name| std::env::var(name).ok())
    }

    /// Returns the folders that are read; there is one at least.
    fn folders(&self, context: &Context) -> Vec<PathBuf> {
        // Without a trailing slash, which would look behind a link.
        let named = self.dir.iter().map(|dir| context.dir.join(dir).components().collect());
        let mut folders: Vec<_> = named.collect();
        if folders.is_empty() {
            folders.push(folder::default_base());
        }
        folders
    }

    fn settings(&self, context: &Context) -> Settings {
        Settings {
            folders: self.folders(context),
            every: self.every,
            choice: self.choice(),
            commit: self.commit.clone(),
            clears: self.clear,
            window: self.window.filter(|_| !self.once),
        }
    }

    /// Returns what is told.
    fn choice(&self) -> Choice {
        Choice {
            functions: self.functions.clone(),
            histograms: self.histograms.clone(),
            most_series: self.max_series,
        }
    }

    /// Returns what all runs of production have in common.
    fn facts(&self) -> Run {
        let git = self.commit.clone().map(|commit| Git {
            commit,
            branch: self.branch.clone(),
            branch_from: self.branch.is_some().then(|| "--branch".to_owned()),
            dirty: false,
        });
        Run { machine: facts::machine(), git, ..Run::default() }
    }
}
