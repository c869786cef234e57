//! Several runs one after the other: how far they are, how long it still takes, and whether somebody
//! has asked for the end. Shared by `run --repeat`, `ab` and `doctor --noise`.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::builder::FalseyValueParser;

use super::output;
use super::progress::{self, Progress};
use super::recording::DirArgs;
use crate::analysis::interleave;
use crate::error::{ExitCode as Code, UserError};
use crate::project::context::Context;
use crate::record::command::Interrupt;
use crate::record::facts;
use crate::record::in_turn::Watcher;

/// Rounds that are made where nobody says how many.
pub(super) const ROUNDS: u32 = 10;

/// How two sides run in turn: what `ab` and `doctor --noise` have in common.
#[derive(Debug, clap::Args)]
pub(super) struct TurnArgs {
    #[arg(help = format!("Rounds to make, in each of which both sides run once [default: {ROUNDS}]"))]
    #[arg(long, value_name = "N", env = "PERF_TRACK_ROUNDS", hide_env_values = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(super) rounds: Option<u32>,

    /// Rounds before these that are not judged
    #[arg(long = "warm-up", alias = "warmup", value_name = "N")]
    #[arg(env = "PERF_TRACK_WARMUP", hide_env_values = true)]
    #[arg(default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=1_000))]
    pub(super) warmup: u32,

    /// What chance comes from, so that it can be repeated [default: another one each time]
    #[arg(long, value_name = "SEED", env = "PERF_TRACK_SEED", hide_env_values = true)]
    seed: Option<u64>,

    /// Go on with commands that fail, and judge their runs
    #[arg(long, env = "PERF_TRACK_ALLOW_FAILURE", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(super) allow_failure: bool,

    #[command(flatten)]
    dir: DirArgs,
}

impl TurnArgs {
    /// The seed that was given, or a new one; small, since people type it.
    pub(super) fn seed(&self) -> u64 {
        self.seed.unwrap_or_else(|| facts::random() % 1_000_000)
    }

    /// The folder to record in, if one was given.
    pub(super) fn base(&self, context: &Context) -> Option<PathBuf> {
        self.dir.base(context)
    }
}

/// Runs in a row. Dropping it ends what is shown of them.
pub(super) struct Rounds {
    interrupt: Interrupt,
    began: Instant,
    /// What is shown, if anything is.
    shown: Option<(Arc<Mutex<String>>, Progress)>,
}

impl Watcher for Rounds {
    fn show(&self, text: &str) {
        if let Some((shown, _)) = &self.shown
            && let Ok(mut shown) = shown.lock()
        {
            text.clone_into(&mut shown);
        }
    }

    fn show_run(&self, what: &str, done: u32, of: u32) {
        let left = interleave::time_left(done, of, self.elapsed());
        let left = left.map_or_else(String::new, |left| {
            format!(" · about {} left", interleave::roughly(left))
        });
        self.show(&format!("{what}{left}"));
    }

    fn show_fallback(&self, words: &str) {
        warn_of_fallback(Some(words.to_owned()));
    }

    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    fn begin_anew(&mut self) {
        self.began = Instant::now();
    }

    fn is_interrupted(&self) -> bool {
        self.interrupted().is_some()
    }
}

impl Rounds {
    /// Begins. From here on a signal does not end this process, but see [`Rounds::interrupted`].
    pub(super) fn begin(quiet: bool) -> Result<Self, UserError> {
        let interrupt = Interrupt::watch().map_err(|error| {
            UserError::new(Code::Internal, "signals cannot be caught").because(error)
        })?;
        let text = Arc::new(Mutex::new(String::new()));
        let to_show = Arc::clone(&text);
        let message = move || to_show.lock().map(|text| text.clone()).unwrap_or_default();
        let progress = if quiet { None } else { progress::start(message) };
        let shown = progress.map(|progress| (text, progress));
        Ok(Self { interrupt, began: Instant::now(), shown })
    }

    /// Returns the text that is shown, for who knows more of it while a run goes on; `None` where nothing is shown.
    pub(super) fn line(&self) -> Option<Arc<Mutex<String>>> {
        self.shown.as_ref().map(|(text, _)| Arc::clone(text))
    }

    /// Returns the signal that asked for the end, if one did.
    pub(super) fn interrupted(&self) -> Option<u8> {
        self.interrupt.signal()
    }
}

/// Warns that what is recorded is not in shared memory, if that is so, once in a process.
pub(super) fn warn_of_fallback(words: Option<String>) {
    static IS_SHOWN: AtomicBool = AtomicBool::new(false);
    if let Some(words) = words
        && !IS_SHOWN.swap(true, Ordering::Relaxed)
    {
        output::warning(&words);
    }
}
