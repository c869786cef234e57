//! A recommendation, with the rule that gives it and the evidence that it rests on.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A recommendation. It rests on figures of the run, or of the runs before it, and names them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    /// The rule that gives it.
    pub rule: RuleId,
    /// The function or benchmark that it is about; `null` of the run as a whole.
    pub function: Option<String>,
    /// The place in the source; `null` where it is not known, and of the run as a whole.
    pub place: Option<Place>,
    /// The figures, each beside its limit, in words.
    pub evidence: String,
    /// The most that it could save, in per cent of the tracked time or of whatever `saves` names; `null`
    /// where that is not known.
    pub at_most_pct: Option<f64>,
    /// The most that it could save, in words.
    pub saves: String,
    /// The next thing to do, in words.
    pub todo: String,
    /// The lines of `perf.toml` that silence it there.
    pub silence: String,
}

/// A place in the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Source file.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Declares the rules with their stable names.
macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// A rule of advice. Its name is stable: `perf.toml` silences it by that.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum RuleId {
            $($(#[$doc])* #[serde(rename = $word)] $name,)*
        }

        impl RuleId {
            /// Every rule.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns its stable name.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }
        }
    };
}

rules! {
    /// Memory stays behind with each iteration of a benchmark.
    Leak = "leak";
    /// Iterations of a benchmark fail.
    Failing = "failing";
    /// Nothing is left of a benchmark.
    OptimisedAway = "optimised-away";
    /// Half of the self time and more is one function's.
    OneFunction = "one-function";
    /// One call makes very many short ones.
    ManyCalls = "many-calls";
    /// Each call allocates often.
    AllocsPerCall = "allocs-per-call";
    /// Memory stays behind with each call.
    Growth = "growth";
    /// Processes wait more than they work.
    Waits = "waits";
    /// More threads bring little.
    Scaling = "scaling";
    /// A poll keeps its thread from other futures.
    PollBlocks = "poll-blocks";
    /// Many futures are dropped before they are ready.
    Cancelled = "cancelled";
    /// Failed calls take much of the time.
    ErrorsCost = "errors-cost";
    /// Few calls take far longer than most.
    Tail = "tail";
    /// The time differs from run to run.
    Varies = "varies";
    /// A tracked function is never called.
    NeverCalled = "never-called";
    /// The build is not optimised.
    Unoptimised = "unoptimised";
    /// Recording takes a notable part of the time.
    RecorderShare = "recorder-share";
    /// Calls were sampled or counted.
    Sampled = "sampled";
    /// The time grows faster than the work.
    Complexity = "complexity";
    /// The times of a benchmark differ too much.
    Unstable = "unstable";
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
