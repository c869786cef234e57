//! The futures of async functions, as tables of every medium show them. Pure.

use super::estimates::Mark;
use crate::model::{Function, Futures, RunDocument};
use crate::stats::number::float;

/// A column about futures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// The number of polls.
    Polls,
    /// The longest poll.
    LongestPoll,
    /// The mean lifetime.
    Lifetime,
    /// The 99th percentile of the lifetimes.
    LifetimeP99,
}

/// The value of a column for a function.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value {
    /// No value: the function is not async.
    None,
    /// A value that was not measured.
    Unknown,
    /// A number of things.
    Count(u64),
    /// A time in nanoseconds, and its mark.
    Time(Mark, f64),
}

/// Returns the columns that have values: none where no future was polled.
pub(crate) fn columns(run: &RunDocument) -> &'static [Column] {
    const ALL: &[Column] =
        &[Column::Lifetime, Column::LifetimeP99, Column::Polls, Column::LongestPoll];
    if is_async(run) { ALL } else { &[] }
}

/// Returns a line about the times of async functions, if there are any.
pub(crate) fn explained(run: &RunDocument) -> Option<String> {
    is_async(run).then(|| {
        "times of async functions are those of their polls; lifetimes hold the waiting between \
         them, too"
            .to_owned()
    })
}

fn is_async(run: &RunDocument) -> bool {
    let mut all = run.functions.iter().filter_map(|function| function.futures.as_ref());
    all.any(|futures| futures.polls > 0)
}

impl Column {
    /// Returns the title.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Polls => "polls",
            Self::LongestPoll => "longest poll",
            Self::Lifetime => "lifetime",
            Self::LifetimeP99 => "p99 lifetime",
        }
    }

    /// Returns the value for a function.
    pub(crate) fn value(self, function: &Function) -> Value {
        let Some(futures) = &function.futures else { return Value::None };
        if self == Self::Polls {
            return Value::Count(futures.polls);
        }
        let mark = Mark::of_calls(function);
        self.time(futures).map_or(Value::Unknown, |ns| Value::Time(mark, ns))
    }

    fn time(self, futures: &Futures) -> Option<f64> {
        match self {
            Self::Polls => None,
            Self::LongestPoll => futures.max_poll_ns.map(float),
            Self::Lifetime => futures.lifetime_mean_ns,
            Self::LifetimeP99 => futures.lifetime_p99_ns.map(float),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    #[test]
    fn columns_are_there_for_futures() {
        assert_eq!((columns(&samples::typical()), explained(&samples::typical())), (&[][..], None));
        let mut run = samples::typical();
        samples::named(&mut run, "code_stats::cache::Store::evict").futures =
            Some(Futures::default());
        assert_eq!(columns(&run), [], "it was never called");
        let futures = Futures { polls: 3, max_poll_ns: Some(7), ..Futures::default() };
        let main = samples::named(&mut run, "code_stats::main");
        (main.futures, main.sampled) = (Some(futures), true);
        let main = main.clone();
        let values: Vec<_> = columns(&run).iter().map(|it| (it.title(), it.value(&main))).collect();
        let expected = [
            ("lifetime", Value::Unknown),
            ("p99 lifetime", Value::Unknown),
            ("polls", Value::Count(3)),
            ("longest poll", Value::Time(Mark::Estimated, 7.0)),
        ];
        assert_eq!(values, expected);
        let other = samples::named(&mut run, "code_stats::metrics::weigh");
        assert_eq!(Column::Lifetime.value(other), Value::None);
    }
}
