//! `perf-report push`: runs on their way to a store of several machines.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::builder::FalseyValueParser;

use super::output::OutputArgs;
use super::{help, media, progress};
use crate::error::{ExitCode as Code, UserError};
use crate::model::{PushDocument, PushOutcome};
use crate::project::context::Context;
use crate::project::push::{self, Order, What};
use crate::project::store::{Location, RunRef};

const EXAMPLES: &str = "\
Examples:
  perf-report push                        what waits in .perf/outbox
  perf-report push --dry-run              look first, send nothing
  perf-report push --all --to clickhouse://ci@db:8123/perf?project=shop
                                          all runs of the local store
  perf-report push latest label:nightly --to /mnt/team/perf.sqlite
  perf-report push --all --store artifact/perf.sqlite --to team.sqlite

A command that stores a run in a store of several machines writes it to .perf/outbox first. What the store does \
not take within 10 s stays there, changes no exit code, and goes with the next run, or with this. A run is stored \
once however often it is sent; two of this at once do no harm. What could not be sent is where it was.

Exit codes: 0 all is there now; 1 the store took not all; 2 usage; 6 the store holds another run of an id, or what \
is here cannot be read.";

/// Send runs that wait, or stored ones, to a store
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[arg(help = help::run("Stored runs to send, with those made with them"))]
    #[arg(value_name = "RUN", conflicts_with = "all")]
    runs: Vec<RunRef>,

    /// Send every stored run
    #[arg(long, env = "PERF_TRACK_PUSH_ALL", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    all: bool,

    /// The store to send to: a file or a URL [default for what waits: the one of --store]
    #[arg(long, value_name = "STORE", env = "PERF_TRACK_PUSH_TO", hide_env_values = true)]
    to: Option<PathBuf>,

    /// Show what would be sent, and send nothing
    #[arg(long, env = "PERF_TRACK_DRY_RUN", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    dry_run: bool,

    /// How to write the report
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: media::Report,

    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let to =
        args.to.as_ref().map(|to| Location::parse(to.as_os_str(), &context.dir)).transpose()?;
    let what = match (args.all, args.runs.as_slice()) {
        (true, _) => What::All,
        (false, []) => What::Outbox,
        (false, names) => What::Named(names),
    };
    let steps = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
    let shown = Arc::clone(&steps);
    let progress = progress::start(move || {
        let of = |at: &AtomicUsize| at.load(Ordering::Relaxed);
        format!("sending runs, {} of {}", of(&shown.0), of(&shown.1))
    });
    let order = Order { what, to: to.as_ref(), dry_run: args.dry_run };
    let document = push::push(context, order, &mut |done, all| {
        steps.0.store(done, Ordering::Relaxed);
        steps.1.store(all, Ordering::Relaxed);
    });
    drop(progress);
    let document = document?;
    args.output.write(&document, args.format)?;
    Ok(code(&document).into())
}

fn code(document: &PushDocument) -> Code {
    if document.runs_of(PushOutcome::Failed).next().is_some() {
        Code::Internal
    } else if document.unsent().next().is_some() {
        Code::Unreadable
    } else {
        Code::Fine
    }
}
