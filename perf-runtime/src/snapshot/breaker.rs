//! How exactly calls were recorded, and when and why that changed: the steps and states of the
//! recorder's circuit breaker, as plain data.

/// How the calls of a function are recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Step {
    /// Every call is timed.
    #[default]
    Exact,
    /// Every call is counted; one in so many is timed, and stands for the others.
    Sampled,
    /// Every call is counted, none is timed.
    Counted,
}

/// State of the recorder as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum BreakerState {
    /// Times are taken.
    #[default]
    Closed,
    /// Times are taken on trial.
    HalfOpen,
    /// Calls are counted, no times are taken.
    Open,
}

/// Why the breaker took a step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Reason {
    /// The load fell, or a trial went well.
    #[default]
    Recovered,
    /// Timing each call would take more than the budget for overhead.
    Overhead,
    /// The clock ran backwards again and again.
    Clock,
    /// A pause was over.
    Trial,
}

/// One step of the breaker.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Transition {
    /// When, in nanoseconds since the recording of its process began.
    pub at_ns: u64,
    /// Process in which it happened.
    pub pid: u32,
    /// Name of the function; `None` for the recorder as a whole.
    pub function: Option<String>,
    /// What it went from and to: names of [`Step`]s, or of [`BreakerState`]s for the whole.
    pub from: String,
    /// See `from`.
    pub to: String,
    /// Why.
    pub reason: Reason,
    /// Calls for each timed one from then on: 1 where all are timed, 0 where none is.
    pub interval: u32,
}

/// Numbers and names for the variants of an enum, which are listed in their order.
macro_rules! numbered {
    ($type:ident: $($variant:ident $name:literal),+) => {
        impl $type {
            const ALL: &[(Self, &'static str)] = &[$((Self::$variant, $name)),+];

            /// As it is written down in a segment.
            pub const fn number(self) -> u32 {
                self as u32
            }

            /// What stands for `number`; the first where none does.
            pub(crate) fn from_number(number: u32) -> Self {
                Self::ALL.get(number as usize).map_or_else(Self::default, |&(it, _)| it)
            }

            /// Its name, in lower case.
            pub fn name(self) -> &'static str {
                Self::ALL.get(self as usize).map_or("", |&(_, name)| name)
            }
        }
    };
}

numbered!(Step: Exact "exact", Sampled "sampled", Counted "counted");
numbered!(BreakerState: Closed "closed", HalfOpen "half-open", Open "open");
numbered!(Reason: Recovered "recovered", Overhead "overhead", Clock "clock", Trial "trial");
