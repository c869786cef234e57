//! A child: measures one candidate in a process of its own, and says what it found on one line.

mod load;
mod speed;

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::{Args, ValueEnum};

use crate::candidates::{self, Candidate};
use crate::figures::{Account, Figures};
use crate::{Result, clock};

/// What a child is to do.
#[derive(Debug, Clone, Args)]
pub(crate) struct Order {
    /// Place of the candidate in the table, from 0
    #[arg(long)]
    pub(crate) candidate: usize,
    #[arg(long)]
    pub(crate) task: Task,
    /// Calls, and batches of calls, as a part of the usual number
    #[arg(long)]
    pub(crate) divisor: u64,
    /// Where the candidate leaves its figures
    #[arg(long)]
    pub(crate) folder: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Task {
    /// How long a call takes its caller.
    Speed,
    /// What many calls cost the process.
    Load,
}

pub(crate) fn run(order: &Order) -> Result<()> {
    let candidate = candidates::ALL.get(order.candidate).ok_or("no such candidate")?;
    let finish = (candidate.start)(&order.folder)?;
    let subject = Subject::new(candidate);
    let figures = match order.task {
        Task::Speed => Figures::Speed(speed::measure(&subject, order.divisor)),
        Task::Load => Figures::Load(load::measure(&subject, order.divisor)?),
    };
    let account = Account { calls: subject.made(), work_ended_ns: clock::monotonic_ns()?, figures };
    println!("{}", serde_json::to_string(&account)?);
    std::io::stdout().flush()?;
    finish()
}

/// A candidate's function, and how often it was called.
struct Subject {
    call: fn(u64),
    made: AtomicU64,
}

impl Subject {
    fn new(candidate: &Candidate) -> Self {
        Self { call: candidate.call, made: AtomicU64::new(0) }
    }

    fn call(&self, times: u64) {
        (self.call)(times);
        self.made.fetch_add(times, Ordering::Relaxed);
    }

    fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }
}
