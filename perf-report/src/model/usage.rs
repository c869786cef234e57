//! The resources that a command used: as a whole, and by those of its processes that recorded.
//!
//! A command is often more than the program that is measured. `cargo test` compiles first, and a
//! compiler takes longer and needs more memory than its output.

use perf_runtime::snapshot;
use serde::{Deserialize, Serialize};

use super::{ProcessSummary, RunDocument};

/// Time, processor time and memory that processes used. `None` where a value is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Time from the start of the first to the end of the last, in nanoseconds.
    pub wall_ns: Option<u64>,
    /// Processor time in user mode, all processes, in nanoseconds.
    pub user_ns: Option<u64>,
    /// Processor time in the kernel, all processes, in nanoseconds.
    pub system_ns: Option<u64>,
    /// Largest resident memory of one process, in bytes.
    pub peak_rss_bytes: Option<u64>,
}

impl Usage {
    /// Returns the processor time in user mode and in the kernel together, in nanoseconds; `None`
    /// unless both are known.
    pub fn cpu_ns(&self) -> Option<u64> {
        self.user_ns.zip(self.system_ns).map(|(user, system)| user.saturating_add(system))
    }

    /// Returns the usage of `processes`; `None` unless it is known of each.
    pub(super) fn of(processes: &[snapshot::Process]) -> Option<Self> {
        let all = processes.iter().map(|it| it.usage.as_ref()).collect::<Option<Vec<_>>>()?;
        let first = all.iter().map(|it| it.loaded_monotonic_ns).min()?;
        let last = all.iter().map(|it| it.latest_monotonic_ns).max()?;
        let sum = |part: fn(&snapshot::Usage) -> u64| {
            Some(all.iter().fold(0_u64, |sum, it| sum.saturating_add(part(it))))
        };
        let peaks = all.iter().map(|it| it.peak_rss_bytes).collect::<Option<Vec<_>>>();
        Some(Self {
            wall_ns: Some(last.saturating_sub(first)),
            user_ns: sum(|it| it.user_ns),
            system_ns: sum(|it| it.system_ns),
            peak_rss_bytes: peaks.and_then(|peaks| peaks.into_iter().max()),
        })
    }
}

/// The processes of a command that are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The processes that recorded.
    Recorded,
    /// All processes.
    Command,
}

impl Extent {
    /// Returns the processes whose usage is comparable over `runs`: those that recorded, where each
    /// run has their usage.
    ///
    /// ```
    /// use perf_report::model::{Extent, RunDocument};
    ///
    /// fn cpu_ns(run: &RunDocument) -> Option<u64> {
    ///     run.process.usage(Extent::of([run])).cpu_ns()
    /// }
    /// ```
    pub fn of<'a>(runs: impl IntoIterator<Item = &'a RunDocument>) -> Self {
        let all = runs.into_iter().all(|run| run.process.recorded.is_some());
        if all { Self::Recorded } else { Self::Command }
    }
}

impl ProcessSummary {
    /// Returns the usage of the processes that recorded, or of the whole command where that is not
    /// known.
    pub fn own_usage(&self) -> Usage {
        self.recorded.unwrap_or_else(|| self.usage(Extent::Command))
    }

    /// Returns the usage of the processes of `extent`.
    pub fn usage(&self, extent: Extent) -> Usage {
        match extent {
            Extent::Recorded => self.recorded.unwrap_or_default(),
            Extent::Command => Usage {
                wall_ns: self.wall_ns,
                user_ns: self.user_ns,
                system_ns: self.system_ns,
                peak_rss_bytes: self.peak_rss_bytes,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(loaded: u64, latest: u64, cpu: u64, peak: Option<u64>) -> snapshot::Process {
        let usage = snapshot::Usage {
            loaded_monotonic_ns: loaded,
            latest_monotonic_ns: latest,
            user_ns: cpu,
            system_ns: cpu / 2,
            peak_rss_bytes: peak,
        };
        snapshot::Process { usage: Some(usage), ..snapshot::Process::default() }
    }

    #[test]
    fn processes_last_from_the_start_of_the_first_to_the_end_of_the_last() {
        let all = [process(100, 250, 80, Some(7)), process(300, 420, 40, Some(9))];
        let expected = Usage {
            wall_ns: Some(320),
            user_ns: Some(120),
            system_ns: Some(60),
            peak_rss_bytes: Some(9),
        };
        assert_eq!(Usage::of(&all), Some(expected));
        assert_eq!(Usage::of(&all).and_then(|usage| usage.cpu_ns()), Some(180));
    }

    #[test]
    fn what_one_process_does_not_know_is_not_known() {
        let known = process(100, 250, 80, Some(7));
        assert_eq!(Usage::of(&[known.clone(), snapshot::Process::default()]), None);
        assert_eq!(Usage::of(&[]), None);
        let no_peak = Usage::of(&[known, process(1, 2, 3, None)]);
        assert_eq!(no_peak.map(|usage| usage.peak_rss_bytes), Some(None));
    }
}
