//! The life of the agent: it reads, serves and stores until a signal asks for the end.

use std::fs;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::Args;
use crate::cli::output;
use crate::error::{ExitCode as Code, UserError};
use crate::export::MetricsText;
use crate::live::agent::{Agent, Choice, Server, Settings};
use crate::model::{Git, Run};
use crate::project::context::Context;
use crate::project::intake;
use crate::record::command::Interrupt;
use crate::record::{facts, folder};

/// The longest sleep: a signal is heeded after it.
const NAP: Duration = Duration::from_millis(100);

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let agent = Arc::new(Agent::open(args.settings(context))?);
    if args.once {
        agent.read();
        output::page(&MetricsText::Prometheus.fleet(&agent.told()))?;
        return agent.finish().map(|()| Code::Fine.into());
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
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let mut last_fault = None;
    while interrupt.signal().is_none() {
        let left = agent.until_due();
        if !left.is_zero() {
            thread::sleep(left.min(NAP));
            continue;
        }
        agent.read();
        store(&agent, context, (&facts, host.trim()));
        tell_once(&agent, &mut last_fault);
    }
    drop(server);
    agent.finish()?;
    Ok(Code::Fine.into())
}

/// Stores the runs of windows that have ended. What cannot be stored is tried again at the next reading.
fn store(agent: &Agent, context: &Context, (facts, host): (&Run, &str)) {
    let mut stored = Vec::new();
    for (program, run) in agent.ended_windows(facts, host) {
        let outcome = intake::store_run(context, &run);
        let is_stored = outcome.is_ok();
        agent.note_push("store", outcome.map(drop).map_err(|error| error.with_causes()));
        if !is_stored {
            break;
        }
        stored.push(program);
    }
    agent.close_windows(&stored);
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
    fn settings(&self, context: &Context) -> Settings {
        // Without a trailing slash, which would look behind a link.
        let named = self.dir.iter().map(|dir| context.dir.join(dir).components().collect());
        let mut folders: Vec<_> = named.collect();
        if folders.is_empty() {
            folders.push(folder::default_base());
        }
        Settings {
            folders,
            every: self.every,
            choice: Choice {
                functions: self.functions.clone(),
                histograms: self.histograms.clone(),
                most_series: self.max_series,
            },
            commit: self.commit.clone(),
            clears: self.clear,
            window: self.window.filter(|_| !self.once),
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
