//! `perf-report store`: the care of a store that many machines share.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Subcommand;
use clap::builder::FalseyValueParser;

use super::output;
use super::progress;
use crate::error::{ExitCode as Code, UserError};
use crate::project::context::Context;
use crate::project::store::shared::{self, Days};
use crate::record::facts;
use crate::text::moment::Moment;
use crate::text::units;

const EXAMPLES: &str = "\
Examples:
  export PERF_TRACK_STORE='clickhouse://ci@db.example:8123/perf?project=shop'
  perf-report store init                    make database and tables
  perf-report store init --print            show the statements, send nothing
  perf-report store init --print --cluster main
  perf-report store roll-up                 sum up yesterday and today
  perf-report store roll-up --since 30d     late uploads of a month

The password is read from PERF_TRACK_STORE_PASSWORD, and a file of certificates to trust is named \
by PERF_TRACK_STORE_CA. `perf-report doctor` says whether the server answers.";

/// Make the tables of a shared store, and sum up its days
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Init(InitArgs),
    RollUp(RollUpArgs),
}

const INIT_EXAMPLES: &str = "\
Examples:
  perf-report store init
  perf-report store init --print > tables.sql
  perf-report store init --print --cluster main

What is there stays as it is. With --print nothing is sent but the question for the server's version; \
where that is not answered, the statements are those for a new server.";

/// Make the database and its tables, or show the statements that do
#[derive(Debug, clap::Args)]
#[command(after_help = INIT_EXAMPLES)]
struct InitArgs {
    /// Show the statements, and make nothing
    #[arg(long, env = "PERF_TRACK_STORE_PRINT", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    print: bool,

    /// With --print: statements for a cluster of this name, replicated and distributed
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_STORE_CLUSTER", hide_env_values = true)]
    cluster: Option<String>,
}

const ROLL_UP_EXAMPLES: &str = "\
Examples:
  perf-report store roll-up                 yesterday and today, each night
  perf-report store roll-up --since 30d
  perf-report store roll-up --since 2026-11-01

Whole days of UTC are summed up into the table `daily`, anew where that was done before, so that it \
does no harm twice. One value a run is kept of each function.";

/// Sum up the functions of whole days, for years
#[derive(Debug, clap::Args)]
#[command(after_help = ROLL_UP_EXAMPLES)]
struct RollUpArgs {
    /// The first day: an age such as `30d`, or a date in UTC [default: yesterday]
    #[arg(long, value_name = "WHEN", env = "PERF_TRACK_STORE_SINCE", hide_env_values = true)]
    since: Option<Moment>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    match &args.action {
        Action::Init(args) => init(args, context)?,
        Action::RollUp(args) => roll_up(args, context)?,
    }
    Ok(Code::Fine.into())
}

fn init(args: &InitArgs, context: &Context) -> Result<(), UserError> {
    if args.print {
        let statements = shared::statements(&context.store, args.cluster.as_deref())?;
        let text = statements.iter().fold(String::new(), |mut text, statement| {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{statement};");
            text
        });
        return output::page(&text);
    }
    if args.cluster.is_some() {
        let problem = "the tables of a cluster are made by its administrator";
        return Err(UserError::new(Code::Usage, problem)
            .help("show the statements with --print, and hand them over"));
    }
    shared::init(&context.store)?;
    output::message(&format!("the tables are there: {}", context.shown_store()));
    Ok(())
}

fn roll_up(args: &RollUpArgs, context: &Context) -> Result<(), UserError> {
    const DAY: i64 = 24 * 60 * 60;
    let now = facts::now();
    let after = |seconds| now.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(now);
    let first = args.since.map_or_else(|| after(-DAY), |moment| moment.first(now));
    // Of days before that the sums are all that is kept, and must stay.
    let first = first.max(after(-i64::from(shared::KEPT_DAYS - 1) * DAY));
    let day = |moment| facts::rfc_3339(moment).chars().take(10).collect::<String>();
    let days = Days { first: day(first), end: day(after(DAY)) };
    let progress = progress::start(|| "summing up".to_owned());
    let rows = shared::roll_up(&context.store, &days)?;
    drop(progress);
    let rows = units::plural(rows as u64, "row");
    output::message(&format!("`daily` has {rows} for the days since {}", days.first));
    Ok(())
}
