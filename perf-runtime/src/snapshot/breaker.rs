//! The exactness of recording, with each change and its reason: the steps and states of the
//! recorder's circuit breaker, as plain data.

/// The way in which the calls of a function are recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Step {
    /// Every call is timed.
    #[default]
    Exact,
    /// Every call is counted; some, at random, are timed, and stand for the others.
    Sampled,
    /// Every call is counted, none is timed.
    Counted,
}

/// The state of the recorder as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum BreakerState {
    /// Times are taken: the usual state.
    #[default]
    Closed,
    /// Times are taken on trial.
    HalfOpen,
    /// Calls are counted, no times are taken.
    Open,
}

/// The reason for a step of the breaker.
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
    /// Time of the step, in nanoseconds since the recording of its process began.
    pub at_ns: u64,
    /// Process id of the recorder that took it.
    pub pid: u32,
    /// Name of the function; `None` for the recorder as a whole.
    pub function: Option<String>,
    /// State before: the name of a [`Step`], or of a [`BreakerState`] for the whole.
    pub from: String,
    /// State after, named alike.
    pub to: String,
    /// Reason for the step.
    pub reason: Reason,
    /// Calls for each timed one from then on: 1 where all are timed, 0 where none is.
    pub interval: u32,
}

/// Numbers and names for the variants of an enum, which are listed in their order.
macro_rules! numbered {
    ($type:ident: $($variant:ident $name:literal),+) => {
        impl $type {
            const ALL: &[(Self, &'static str)] = &[$((Self::$variant, $name)),+];

            /// Returns its number in a segment.
            pub const fn number(self) -> u32 {
                self as u32
            }

            /// Returns the variant for `number`; the first where there is none.
            pub(crate) fn from_number(number: u32) -> Self {
                Self::ALL.get(number as usize).map_or_else(Self::default, |&(it, _)| it)
            }

            /// Returns its name, in lower case.
            pub fn name(self) -> &'static str {
                Self::ALL.get(self as usize).map_or("", |&(_, name)| name)
            }
        }
    };
}

numbered!(Step: Exact "exact", Sampled "sampled", Counted "counted");
numbered!(BreakerState: Closed "closed", HalfOpen "half-open", Open "open");
numbered!(Reason: Recovered "recovered", Overhead "overhead", Clock "clock", Trial "trial");
