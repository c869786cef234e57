//! Runs in the formats that other programs read: profiles for viewers, figures for dashboards, reports for
//! CI servers.
//!
//! Pure: no IO, no clock. A format is a file or folder of this room with one function from a [`Source`] and
//! [`Options`] to bytes, and two lines in [`Format`]: its [`facts`](Format::facts) and its arm of
//! [`write`](Format::write). Names go out as bytes that the format's own readers take for these names; each
//! format says in its first lines what it cannot hold and what stands there instead.

mod annotations;
mod badge;
mod benchfmt;
mod bmf;
mod callgrind;
mod code_quality;
mod collapsed;
mod contexts;
#[cfg(test)]
mod corpus;
mod exposition;
mod fleet;
mod functions;
mod github_action_benchmark;
mod interval;
mod judged;
mod junit;
mod names;
mod openmetrics;
pub mod otlp;
mod pprof;
mod prometheus;
mod speedscope;
mod svg;
#[cfg(test)]
mod tests;
mod variables;

use crate::error::{ExitCode, UserError};
use crate::model::{Comparison, RunDocument};
use crate::text::suggest;

pub use annotations::annotations;
pub use fleet::{MetricsText, NATIVE_TYPE, native_fleet, series_of};
pub use variables::variables;

/// A run to export, with what it is held against.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The run.
    pub run: &'a RunDocument,
    /// The run to show the difference to.
    pub baseline: Option<&'a RunDocument>,
    /// The judgement of the run. The command fills it for formats that [show one](Against::Judgement):
    /// by the baseline that was named, else by budgets alone.
    pub comparison: Option<&'a Comparison>,
}

impl<'a> Source<'a> {
    /// Returns a run that is held against nothing.
    pub fn of(run: &'a RunDocument) -> Self {
        Self { run, baseline: None, comparison: None }
    }
}

/// A format that runs are exported in. Each exists once it works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A line a calling context, as flame graph tools read it.
    Collapsed,
    /// The profile of `go tool pprof`, which many viewers read.
    Pprof,
    /// The file of speedscope, a profile a metric.
    Speedscope,
    /// The profile of callgrind: functions, and who calls whom.
    Callgrind,
    /// A picture: an icicle.
    Svg,
    /// Metrics as Prometheus text.
    Prometheus,
    /// Metrics as `OpenMetrics` text.
    OpenMetrics,
    /// Metrics of OpenTelemetry, as a collector is sent them.
    Otlp,
    /// The same as text.
    OtlpJson,
    /// Bencher Metric Format.
    Bmf,
    /// The file of github-action-benchmark.
    GithubActionBenchmark,
    /// Verdicts as a report of tests.
    Junit,
    /// GitLab's Code Quality report.
    CodeQuality,
    /// Go's benchmark format.
    Benchfmt,
    /// A badge of shields.io.
    Badge,
}

/// The choices that a user has, for the formats that have them; the default of each is that of the format.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The figure of each context, and its unit.
    pub unit: Option<Unit>,
    /// The most functions that are written.
    pub top: Option<usize>,
    /// Permission to write also what is usually left out: see each format.
    pub all: bool,
    /// The time of the run beside each figure.
    pub timestamps: bool,
}

/// The figure of a context, and its unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Unit {
    /// Self time in nanoseconds.
    #[default]
    Ns,
    /// Self time in microseconds.
    Us,
    /// Self time in milliseconds.
    Ms,
    /// Finished calls.
    Calls,
    /// Bytes allocated by the function itself.
    Bytes,
}

/// A choice that some formats have and others have not. Its word is the name of the option on the command
/// line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// A run or judgement to hold the run against.
    Baseline,
    /// [`Options::unit`].
    Unit,
    /// [`Options::top`].
    Top,
    /// [`Options::all`].
    All,
    /// [`Options::timestamps`].
    Timestamps,
}

/// The part of a baseline that a format shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// None; the text says what to do instead.
    Nothing(&'static str),
    /// The figures of the baseline's newest run: [`Source::baseline`].
    Run,
    /// The verdicts: [`Source::comparison`].
    Judgement,
}

/// The things to know about a format.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// Its name on the command line.
    pub word: &'static str,
    /// Its readers, in some words.
    pub about: &'static str,
    /// Its use of a baseline.
    pub against: Against,
    /// Its choices, without the baseline.
    pub choices: &'static [Choice],
    /// True if it is no text: not for terminals.
    pub is_binary: bool,
}

impl Format {
    /// Every format, in the order in which they are listed.
    pub const ALL: &'static [Self] = &[
        Self::Collapsed,
        Self::Pprof,
        Self::Speedscope,
        Self::Callgrind,
        Self::Svg,
        Self::Prometheus,
        Self::OpenMetrics,
        Self::Otlp,
        Self::OtlpJson,
        Self::Bmf,
        Self::GithubActionBenchmark,
        Self::Junit,
        Self::CodeQuality,
        Self::Benchfmt,
        Self::Badge,
    ];

    /// Returns the things to know about it.
    pub fn facts(self) -> Facts {
        match self {
            Self::Collapsed => collapsed::FACTS,
            Self::Pprof => pprof::FACTS,
            Self::Speedscope => speedscope::FACTS,
            Self::Callgrind => callgrind::FACTS,
            Self::Svg => svg::FACTS,
            Self::Prometheus => prometheus::FACTS,
            Self::OpenMetrics => openmetrics::FACTS,
            Self::Otlp => otlp::FACTS,
            Self::OtlpJson => otlp::FACTS_JSON,
            Self::Bmf => bmf::FACTS,
            Self::GithubActionBenchmark => github_action_benchmark::FACTS,
            Self::Junit => junit::FACTS,
            Self::CodeQuality => code_quality::FACTS,
            Self::Benchfmt => benchfmt::FACTS,
            Self::Badge => badge::FACTS,
        }
    }

    /// Writes the run.
    ///
    /// ```no_run
    /// use perf_report::Project;
    /// use perf_report::export::{Format, Options, Source};
    ///
    /// let runs = Project::open(".")?.run("latest")?;
    /// if let Some(run) = runs.runs.last() {
    ///     let stacks = Format::Collapsed.write(&Source::of(run), &Options::default())?;
    ///     std::fs::write("stacks.txt", stacks)?;
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ExitCode::Usage`] where the format has no such choice, or cannot show a difference.
    /// [`ExitCode::NothingToJudge`] where the run lacks what was asked for.
    pub fn write(self, source: &Source<'_>, options: &Options) -> Result<Vec<u8>, UserError> {
        for choice in Choice::ALL {
            if choice.is_made(source, options) && !self.has(choice) {
                return Err(self.lacks(choice));
            }
        }
        match self {
            Self::Collapsed => collapsed::write(source, options),
            Self::Pprof => pprof::write(source, options),
            Self::Speedscope => speedscope::write(source, options),
            Self::Callgrind => callgrind::write(source, options),
            Self::Svg => svg::write(source, options),
            Self::Prometheus => Ok(prometheus::write(source, options)),
            Self::OpenMetrics => openmetrics::write(source, options),
            Self::Otlp => otlp::write(source, options),
            Self::OtlpJson => otlp::write_json(source, options),
            Self::Bmf => bmf::write(source, options),
            Self::GithubActionBenchmark => github_action_benchmark::write(source, options),
            Self::Junit => junit::write(source, options),
            Self::CodeQuality => Ok(code_quality::write(source, options)),
            Self::Benchfmt => benchfmt::write(source, options),
            Self::Badge => Ok(badge::write(source)),
        }
    }

    /// Returns whether it has a choice.
    pub fn has(self, choice: Choice) -> bool {
        let facts = self.facts();
        match choice {
            Choice::Baseline => !matches!(facts.against, Against::Nothing(_)),
            choice => facts.choices.contains(&choice),
        }
    }

    /// Makes the error that it lacks a choice; it names the choices that it has, and the formats that have
    /// this one.
    pub fn lacks(self, choice: Choice) -> UserError {
        let facts = self.facts();
        let problem = match (choice, facts.against) {
            (Choice::Baseline, Against::Nothing(_)) => {
                format!("{} holds no difference to a baseline", facts.word)
            }
            _ => format!("{} has no --{}", facts.word, choice.word()),
        };
        let others = Self::ALL.iter().filter(|format| format.has(choice));
        let others: Vec<&str> = others.map(|format| format.facts().word).collect();
        let own = Choice::ALL.into_iter().filter(|choice| self.has(*choice));
        let own: Vec<String> = own.map(|choice| format!("--{}", choice.word())).collect();
        let own = if own.is_empty() { "no options of its own".to_owned() } else { own.join(", ") };
        let mut help = vec![format!("{} has {own}", facts.word)];
        if let (Choice::Baseline, Against::Nothing(instead)) = (choice, facts.against) {
            help.insert(0, instead.to_owned());
        }
        if !others.is_empty() {
            help.push(format!("--{} is for {}", choice.word(), others.join(", ")));
        }
        UserError::new(ExitCode::Usage, problem).help(help.join("; "))
    }

    /// Returns the format of that name.
    ///
    /// # Errors
    /// [`ExitCode::Usage`], with the nearest name.
    pub fn from_word(word: &str) -> Result<Self, UserError> {
        let words = || Self::ALL.iter().map(|format| format.facts().word);
        let found = Self::ALL.iter().find(|format| format.facts().word == word);
        found.copied().ok_or_else(|| {
            UserError::new(ExitCode::Usage, format!("there is no format {word:?}"))
                .help(suggest::one_of(word, words()))
        })
    }
}

impl Choice {
    /// Every choice.
    pub const ALL: [Self; 5] = [Self::Baseline, Self::Unit, Self::Top, Self::All, Self::Timestamps];

    /// Returns the name of its option on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Unit => "unit",
            Self::Top => "top",
            Self::All => "all",
            Self::Timestamps => "timestamps",
        }
    }

    /// Returns whether it is made.
    fn is_made(self, source: &Source<'_>, options: &Options) -> bool {
        match self {
            Self::Baseline => source.baseline.is_some(),
            Self::Unit => options.unit.is_some(),
            Self::Top => options.top.is_some(),
            Self::All => options.all,
            Self::Timestamps => options.timestamps,
        }
    }

    /// Takes it back, so that the format decides.
    pub(crate) fn clear(self, options: &mut Options) {
        match self {
            Self::Baseline => {}
            Self::Unit => options.unit = None,
            Self::Top => options.top = None,
            Self::All => options.all = false,
            Self::Timestamps => options.timestamps = false,
        }
    }
}

/// The end of a sentence on a run without any tracked call.
const NO_CALL: &str = "has no call of a tracked function";

/// The advice for a run without any tracked call.
const RECORDS_NOTHING: &str = "`perf-report doctor` looks for what stands in the way of recording";

/// Makes the error that a run lacks what was asked for; `what` ends the sentence.
fn nothing(run: &RunDocument, what: &str, help: &str) -> UserError {
    UserError::new(ExitCode::NothingToJudge, format!("run {} {what}", run.run.id)).help(help)
}
