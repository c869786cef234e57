//! Regressions that somebody accepted, as a file lists them.

use jiff::civil::Date;

use crate::model::Metric;

/// A regression that somebody accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Blessing {
    /// The function, or what the program calls its metric.
    pub function: String,
    /// The metric that became worse.
    pub metric: Metric,
    /// The value before; nanoseconds for times, 0.5 for half of a rate.
    pub from: f64,
    /// The value that is accepted.
    pub to: f64,
    /// Commit of the run that it was accepted for, when it is known.
    pub commit: Option<String>,
    /// The reason why it is accepted.
    pub reason: String,
    /// The day on which it was accepted.
    pub created: Date,
    /// The last day on which it counts; `None` is for ever.
    pub expires: Option<Date>,
    /// Line of the entry in its file, from 1.
    pub line: usize,
}

/// All blessings, and the day on which they are asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Blessed {
    /// The blessings, one for each function and metric.
    pub list: Vec<Blessing>,
    /// Today.
    pub today: Date,
}

/// The worth of a blessing on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlessingState {
    /// It counts.
    Active,
    /// Its last day is over.
    Expired,
    /// The value is no worse than before, so that nothing needs to be accepted.
    NotNeeded,
    /// The run does not know the function, or has no such value of it.
    Unknown,
}

impl BlessingState {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::NotNeeded => "no longer needed",
            Self::Unknown => "not in this run",
        }
    }
}

impl Blessing {
    /// Returns what it is worth on the day `today`, where the value is `current`.
    pub fn state(&self, today: Date, current: Option<f64>) -> BlessingState {
        match current {
            _ if self.is_expired(today) => BlessingState::Expired,
            None => BlessingState::Unknown,
            Some(current) if !self.is_worse(current, self.from) => BlessingState::NotNeeded,
            Some(_) => BlessingState::Active,
        }
    }

    /// Returns whether less of it is worse. For what programs record of themselves, what was accepted shows
    /// that.
    pub(crate) fn less_is_worse(&self) -> bool {
        self.metric == Metric::Success || (self.metric.is_custom() && self.to < self.from)
    }

    /// Returns whether one value is worse than another.
    pub fn is_worse(&self, value: f64, than: f64) -> bool {
        if self.less_is_worse() { value < than } else { value > than }
    }

    /// Returns whether it lets `current` pass, with what is allowed anyway on top.
    pub(crate) fn covers(&self, current: f64, allowance_pct: f64) -> bool {
        // The last digits of a rate depend on how it was computed.
        let room = per_cent_of(self.metric, self.to, allowance_pct + 1e-10);
        let limit = if self.less_is_worse() { self.to - room } else { self.to + room };
        !self.is_worse(current, limit)
    }

    pub(crate) fn is_expired(&self, today: Date) -> bool {
        self.expires.is_some_and(|last| last < today)
    }

    /// Returns the accepted value as people read it.
    pub fn value(&self) -> String {
        self.metric.number(self.to)
    }

    /// Returns `up` to the accepted value, or `down`.
    pub fn way(&self) -> &'static str {
        if self.less_is_worse() { "down" } else { "up" }
    }
}

/// Returns `pct` per cent of a value; of a success rate, as many points.
pub fn per_cent_of(metric: Metric, value: f64, pct: f64) -> f64 {
    let whole = if metric == Metric::Success { 1.0 } else { value.abs() };
    whole * pct / 100.0
}
