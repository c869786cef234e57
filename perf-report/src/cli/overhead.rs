//! `perf-report overhead`: the cost of recording on this machine, beside targets.

use std::process::ExitCode;
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::output::OutputArgs;
use crate::error::{ExitCode as Code, UserError};
use crate::overhead::judge::{self, Circumstances};
use crate::overhead::{self, Measured, Plan, Probe, child};
use crate::project::config;
use crate::project::config::targets::{Given, Targets};
use crate::project::context::Context;
use crate::record::facts::{self, Identity};
use crate::render::{Medium, json};

const EXAMPLES: &str = "\
Examples:
  perf-report overhead
  perf-report overhead --threads 2 --time 20s
  perf-report overhead --target call=30ns,call-sampled=2ns
  perf-report overhead --target status=never

A target is the most that an operation may cost (`100us`), the most in per cent of the bare call \
(`200%`), or the fewest operations a second over all threads (`1000000/s`). One that is given takes \
the place of all that are built in for that operation, or that [overhead] of perf.toml sets:

  [overhead]
  call = \"30ns\"
  status = [\"50us\", \"20000/s\"]

Exit codes: 0 every target is met, 3 one is missed.";

/// Measure what recording costs on this machine
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Threads to measure on, beside one alone
    #[arg(long, value_name = "N", env = "PERF_TRACK_THREADS", hide_env_values = true)]
    #[arg(default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=256))]
    threads: u32,

    /// How long to measure, in all
    #[arg(long, value_name = "DURATION", env = "PERF_TRACK_TIME", hide_env_values = true)]
    #[arg(default_value = "6s", value_parser = time)]
    time: Duration,

    /// What operations may cost
    #[arg(long, value_name = "OPERATION=TARGET,…", value_delimiter = ',')]
    #[arg(env = "PERF_TRACK_TARGETS", hide_env_values = true)]
    target: Vec<Given>,

    /// How to write it
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: Medium,

    #[command(flatten)]
    output: OutputArgs,

    /// Measure in this process, as it is set up, and print the batches
    #[arg(hide = true)]
    probe: Option<Probe>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    if let Some(probe) = args.probe {
        let plan = Plan { threads: args.threads, time: args.time };
        args.output.write_text(&json::exact(&overhead::measure(probe, plan)?))?;
        return Ok(Code::Fine.into());
    }
    let targets =
        Targets::default().overridden(&config::targets(context)?).overridden(&args.target);
    let circumstances = Circumstances {
        time: Identity::now().time,
        machine: facts::machine(),
        optimised: !cfg!(debug_assertions),
    };
    let document = judge::document(circumstances, &args.measure()?, &targets);
    args.output.write(&document, args.format)?;
    Ok(if document.met { Code::Fine } else { Code::Regression }.into())
}

impl Args {
    /// Lets a process for each kind measure. Most operations take a whole recording, which gets
    /// most of the time.
    fn measure(&self) -> Result<Vec<Measured>, UserError> {
        let shares = [(Probe::Exact, 4), (Probe::Sampled, 1), (Probe::Off, 1)];
        let all: u32 = shares.iter().map(|(_, share)| share).sum();
        let measure = |(probe, share)| {
            let time = (self.time * share / all).max(LEAST);
            child::measure(probe, Plan { threads: self.threads, time })
        };
        shares.into_iter().map(measure).collect()
    }
}

/// The least time in which something can be measured.
const LEAST: Duration = Duration::from_millis(10);

/// Reads a time to measure for.
fn time(text: &str) -> Result<Duration, String> {
    let ns = text.parse::<config::check::Duration>()?.0;
    let seconds = ns / 1e9;
    if (LEAST.as_secs_f64()..=3_600.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err(format!("{text} is not between 10ms and 3600s"))
    }
}

impl ValueEnum for Probe {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.word()))
    }
}
