//! The formats of others: results of benchmarks, tests and loads, told by what is in them, and series of
//! values in a [`table`]. Pure.
//!
//! A format is a file or folder here: a parser from text to [`Imported`], a variant of [`Format`] with its
//! facts, and a line in [`detect`]. A parser believes nothing: whatever the text, it ends with results or
//! with a [`Mistake`].

mod bmf;
mod cargo_criterion;
pub mod criterion;
mod detect;
mod github_action_benchmark;
mod go;
mod google_benchmark;
mod gungraun;
mod hyperfine;
mod imported;
mod jmh;
mod json;
mod junit;
mod k6;
mod libtest;
mod measured;
mod names;
mod nextest;
mod notes;
mod numbers;
mod oha;
pub(crate) mod own;
mod pytest_benchmark;
pub mod table;
mod wrk;

#[cfg(test)]
mod tests;

pub use detect::detect;
pub(crate) use imported::named;
pub use imported::{Imported, ImportedRun, Mistake, Options, Recorded};
pub use notes::{Note, Notes};

/// The largest file that is read, in bytes: a history of years is smaller.
pub const LARGEST: u64 = 64 << 20;

/// A format that results come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Criterion's folder `target/criterion`.
    Criterion,
    /// `cargo criterion --message-format=json`.
    CargoCriterion,
    /// `hyperfine --export-json`.
    Hyperfine,
    /// `JUnit` XML, as cargo-nextest and many others write it.
    Junit,
    /// The text of `cargo bench` with `#[bench]`, and of criterion's `--output-format bencher`.
    Libtest,
    /// The lines of libtest's JSON, as cargo-nextest and nightly libtest write them.
    Nextest,
    /// The summaries of Gungraun, and of iai-callgrind as it was called before.
    Gungraun,
    /// Bencher Metric Format.
    Bmf,
    /// The data of github-action-benchmark: a history, or its custom input.
    GithubActionBenchmark,
    /// `go test -bench`.
    Go,
    /// Google Benchmark's JSON.
    GoogleBenchmark,
    /// pytest-benchmark's JSON.
    PytestBenchmark,
    /// `jmh -rf json`.
    Jmh,
    /// `oha --output-format json`.
    Oha,
    /// The summary of k6.
    K6,
    /// The text of wrk.
    Wrk,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 16] = [
        Self::Criterion,
        Self::CargoCriterion,
        Self::Hyperfine,
        Self::Junit,
        Self::Libtest,
        Self::Nextest,
        Self::Gungraun,
        Self::Bmf,
        Self::GithubActionBenchmark,
        Self::Go,
        Self::GoogleBenchmark,
        Self::PytestBenchmark,
        Self::Jmh,
        Self::Oha,
        Self::K6,
        Self::Wrk,
    ];

    /// Returns its word on the command line and in `run.source`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Criterion => "criterion",
            Self::CargoCriterion => "cargo-criterion",
            Self::Hyperfine => "hyperfine",
            Self::Junit => "junit",
            Self::Libtest => "libtest",
            Self::Nextest => "nextest",
            Self::Gungraun => "gungraun",
            Self::Bmf => "bmf",
            Self::GithubActionBenchmark => "github-action-benchmark",
            Self::Go => "go",
            Self::GoogleBenchmark => "google-benchmark",
            Self::PytestBenchmark => "pytest-benchmark",
            Self::Jmh => "jmh",
            Self::Oha => "oha",
            Self::K6 => "k6",
            Self::Wrk => "wrk",
        }
    }

    /// Returns the way in which its file is made.
    pub fn made_by(self) -> &'static str {
        match self {
            Self::Criterion => "the folder target/criterion, which it finds by itself",
            Self::CargoCriterion => "cargo criterion --message-format=json",
            Self::Hyperfine => "hyperfine --export-json",
            Self::Junit => "cargo nextest with a JUnit profile, pytest, Maven, …",
            Self::Libtest => "cargo bench; criterion with --output-format bencher",
            Self::Nextest => "cargo nextest --message-format libtest-json-plus",
            Self::Gungraun => "Gungraun or iai-callgrind with --output-format=json",
            Self::Bmf => "Bencher Metric Format",
            Self::GithubActionBenchmark => "its data.js: a history",
            Self::Go => "go test -bench, also with -json",
            Self::GoogleBenchmark => "--benchmark_out_format=json",
            Self::PytestBenchmark => "pytest --benchmark-json",
            Self::Jmh => "jmh -rf json",
            Self::Oha => "oha --output-format json",
            Self::K6 => "k6 with handleSummary or --summary-export",
            Self::Wrk => "wrk --latency",
        }
    }

    /// Returns the format of that [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.word() == word)
    }

    /// Returns whether it is read line by line, so that other lines may stand among its own.
    fn is_lines(self) -> bool {
        use Format::{CargoCriterion, Go, Gungraun, Junit, Libtest, Nextest, Wrk};
        matches!(self, CargoCriterion | Go | Gungraun | Junit | Libtest | Nextest | Wrk)
    }

    /// Reads the results in `text`.
    ///
    /// # Errors
    /// When the text is none of this format, or is damaged, or names two results alike.
    pub fn read(self, text: &str, options: &Options) -> Result<Imported, Mistake> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut imported = match self {
            Self::Criterion => return Err(Mistake::criterion_is_a_folder()),
            Self::CargoCriterion => cargo_criterion::read(text, options),
            Self::Hyperfine => hyperfine::read(text),
            Self::Junit => junit::read(text),
            Self::Libtest => libtest::read(text),
            Self::Nextest => nextest::read(text),
            Self::Gungraun => gungraun::read(text),
            Self::Bmf => bmf::read(text),
            Self::GithubActionBenchmark => github_action_benchmark::read(text),
            Self::Go => go::read(text),
            Self::GoogleBenchmark => google_benchmark::read(text),
            Self::PytestBenchmark => pytest_benchmark::read(text),
            Self::Jmh => jmh::read(text),
            Self::Oha => oha::read(text),
            Self::K6 => k6::read(text),
            Self::Wrk => wrk::read(text),
        }?;
        if self.is_lines() {
            detect::note_others(text, self, &mut imported.notes);
        }
        Ok(imported.in_order())
    }
}
