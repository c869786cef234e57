//! Benchmarks as they were measured: cases, their batches, and how each case ended. Pure data.

use super::{Budget, Failures, Histogram};

/// A case of a benchmark in one process: a function, with one argument, on one number of threads.
///
/// Merging keeps the cases of different processes apart, since a process is one run of each.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Benchmark {
    /// Identity: path of the function, or the name that the attribute gives.
    pub name: String,
    /// Argument as text; `None` for a benchmark without arguments.
    pub argument: Option<String>,
    /// Threads that ran the case at the same time.
    pub threads: u32,
    /// True if the number of threads is part of its name.
    pub names_threads: bool,
    /// Beginning of its process's recording in nanoseconds since 1970, and the process id.
    pub process: (u64, u32),
    /// Path of the module that holds the declaration.
    pub module: String,
    /// Source file as the compiler was given it.
    pub file: String,
    /// Line of the declaration, from 1.
    pub line: u32,
    /// Group whose members ran in turn, and are compared; empty where it runs alone.
    pub group: String,
    /// True for the member of a group with which the others are compared.
    pub is_base: bool,
    /// True for a step of a ramp of threads.
    pub is_stress: bool,
    /// True where a tenth of the time was asked for.
    #[cfg_attr(feature = "serde", serde(default))]
    pub is_quick: bool,
    /// Tags given in the attribute.
    pub tags: Vec<String>,
    /// Limits given in the attribute.
    pub budget: Budget,
    /// Intended operations in a thousand seconds; `None` where each waits for the one before.
    pub rate_millihertz: Option<u64>,
    /// Bytes that an iteration works on, where they are declared.
    pub bytes: Option<u64>,
    /// Items that an iteration works on, where they are declared.
    pub items: Option<u64>,
    /// Cost of the loop around an iteration, in picoseconds. [`Batch::ns`] is without it.
    pub loop_ps: u64,
    /// Cost of reading the clock, in picoseconds. [`Batch::ns`] is without it.
    pub clock_ps: u64,
    /// The least time of the fixed piece of work beside its batches, as far as it was known when the
    /// case began, in nanoseconds: see [`Batch::yardstick_ns`]. 0 where it is not known.
    #[cfg_attr(feature = "serde", serde(default))]
    pub yardstick_ns: u32,
    /// Its end.
    pub ending: Ending,
    /// Its batches, in the order in which they were measured.
    pub batches: Vec<Batch>,
    /// Durations of single iterations in timed batches; empty where they are too short to be timed
    /// one by one.
    pub latencies: Latencies,
    /// The reason why it did not end well, where there is one: the message of its panic, or its error.
    pub message: Option<String>,
    /// The kinds of error of its timed iterations, where they are counted. The other fields are 0.
    pub failures: Option<Failures>,
}

/// A case that a program has and did not measure: nobody asked for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LeftOut {
    /// Name, as [`Benchmark::case_name`] has it.
    pub name: String,
    /// True where it would have run but for its mark `ignore`.
    pub is_ignored: bool,
}

/// The durations of single iterations. At a rate, each counts from its intended start.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Latencies {
    /// Their distribution.
    pub histogram: Histogram,
    /// Longest, in nanoseconds.
    pub max_ns: u64,
    /// Sum, in nanoseconds.
    pub sum_ns: u64,
}

/// The end of a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Ending {
    /// None: an iteration of it runs, or its process ended in one.
    #[default]
    Running,
    /// It was measured.
    Ok,
    /// It took longer than its limit.
    Timeout,
    /// It used more memory than its limit.
    Memory,
    /// It used more of the processors than its limit.
    Cpu,
    /// More of its iterations failed than its limit allows.
    Errors,
    /// It panicked.
    Panicked,
    /// None: its process ended while another case of its group ran.
    Interrupted,
}

/// What the iterations of a batch are measured for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Phase {
    /// To find out how many iterations a batch needs, and until the times are stable.
    #[default]
    WarmUp,
    /// For their time: tracked functions inside are not recorded.
    Timed,
    /// For what happens inside: tracked functions and allocations are recorded.
    Profile,
}

/// Iterations that were measured together. Numbers of the process are those of all its threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Batch {
    /// Number of the round, from 0. The members of a group have one batch in each.
    pub round: u32,
    /// Purpose.
    pub phase: Phase,
    /// Beginning, in nanoseconds since the recording began.
    pub began_ns: u64,
    /// Iterations, over all threads.
    pub iterations: u64,
    /// Time of the iterations in nanoseconds, over all threads, without loop and clock.
    pub ns: u64,
    /// Time from the first iteration to the end of the last, in nanoseconds.
    pub wall_ns: u64,
    /// Processor time of the process in user mode, in nanoseconds.
    pub user_ns: u64,
    /// Processor time of the process in the kernel, in nanoseconds.
    pub system_ns: u64,
    /// Iterations that returned an error.
    pub errors: u64,
    /// Allocations of the iterations, without those for their inputs. These and the next three are of
    /// profile batches in programs whose allocator counts, and 0 elsewhere.
    pub allocs: u64,
    /// Bytes that were allocated.
    pub alloc_bytes: u64,
    /// Frees in the iterations.
    pub frees: u64,
    /// Bytes that were freed there.
    pub freed_bytes: u64,
    /// Bytes that are kept after the batch: allocated and not freed by any thread since its set-up,
    /// and below 0 where more was freed. `None` where that is not known.
    pub kept_bytes: Option<i64>,
    /// Largest resident memory of the process so far, in bytes.
    pub peak_rss_bytes: u64,
    /// Resident memory after the batch, in bytes; 0 where it is not known.
    pub rss_bytes: u64,
    /// Times that a thread of the benchmark had to leave its processor to another.
    pub preemptions: u64,
    /// Bytes that were read, from caches also. This and the next five are 0 where the system does
    /// not show them.
    pub read_bytes: u64,
    /// Bytes that were written, to caches also.
    pub written_bytes: u64,
    /// System calls that read.
    pub reads: u64,
    /// System calls that write.
    pub writes: u64,
    /// Bytes that were read from a device.
    pub device_read_bytes: u64,
    /// Bytes that were written to a device.
    pub device_written_bytes: u64,
    /// Bytes that went over the network, of everything in the namespace of the process.
    pub network_bytes: u64,
    /// Bytes of `network_bytes` that did not leave the machine.
    pub loopback_bytes: u64,
    /// Time of a fixed piece of work right before the batch and right after it, in nanoseconds: the
    /// longer one, at most 16 ms. 0 where there was none: beside batches that are not timed.
    #[cfg_attr(feature = "serde", serde(default))]
    pub yardstick_ns: u32,
}

impl Benchmark {
    /// Returns the timed batches by which its time is known: those beside which a fixed piece of work
    /// took what it takes on a machine that nobody disturbs, within 8 %. Where these are fewer than
    /// five, or no such work was done, all of them.
    ///
    /// A core that is shared with a stranger is slower for a while, and the median of all batches would
    /// be about the stranger.
    ///
    /// ```
    /// use perf_runtime::snapshot::{Batch, Benchmark, Phase};
    /// let batch = |round| Batch {
    ///     round,
    ///     phase: Phase::Timed,
    ///     yardstick_ns: if round < 6 { 1_000 } else { 1_400 },
    ///     ..Batch::default()
    /// };
    /// let case = Benchmark { batches: (0..20).map(batch).collect(), ..Benchmark::default() };
    /// assert_eq!(case.undisturbed().count(), 6);
    /// ```
    pub fn undisturbed(&self) -> impl Iterator<Item = &Batch> {
        let most = if self.has_undisturbed() { self.most_undisturbed() } else { u32::MAX };
        self.of_phase(Phase::Timed).filter(move |batch| batch.yardstick_ns <= most)
    }

    /// Returns whether there are as many undisturbed batches as its time is known by.
    pub fn has_undisturbed(&self) -> bool {
        /// Batches of which the time is known better than by all of them.
        const ENOUGH: usize = 5;
        self.count_undisturbed() >= ENOUGH
    }

    /// Returns whether half of its timed batches or more are undisturbed, however few they are.
    pub fn is_mostly_undisturbed(&self) -> bool {
        2 * self.count_undisturbed() >= self.of_phase(Phase::Timed).count()
    }

    /// Lists the batches of a phase, in the order in which they were measured.
    pub fn of_phase(&self, phase: Phase) -> impl Iterator<Item = &Batch> {
        self.batches.iter().filter(move |batch| batch.phase == phase)
    }

    fn count_undisturbed(&self) -> usize {
        let most = self.most_undisturbed();
        self.of_phase(Phase::Timed).filter(|batch| batch.yardstick_ns <= most).count()
    }

    /// Returns the most that the fixed piece of work takes beside a batch that is not disturbed.
    fn most_undisturbed(&self) -> u32 {
        let own = self.of_phase(Phase::Timed).map(|batch| batch.yardstick_ns);
        let known = Some(self.yardstick_ns).filter(|ns| *ns > 0);
        let least = own.chain(known).min().unwrap_or(0);
        least.saturating_add(least / 12)
    }

    /// Returns the name of the case: that of the benchmark, the argument, and the number of threads
    /// where that was asked for.
    ///
    /// ```
    /// use perf_runtime::snapshot::Benchmark;
    /// let case = Benchmark {
    ///     name: "app::sort".to_owned(),
    ///     argument: Some("1000".to_owned()),
    ///     threads: 4,
    ///     names_threads: true,
    ///     ..Benchmark::default()
    /// };
    /// assert_eq!(case.case_name(), "app::sort/1000/threads=4");
    /// ```
    pub fn case_name(&self) -> String {
        let mut name = self.name.clone();
        if let Some(argument) = &self.argument {
            name = format!("{name}/{argument}");
        }
        if self.names_threads { format!("{name}/threads={}", self.threads) } else { name }
    }
}

impl Latencies {
    /// Adds the durations of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.histogram.merge(&other.histogram);
        self.max_ns = self.max_ns.max(other.max_ns);
        self.sum_ns = self.sum_ns.saturating_add(other.sum_ns);
    }
}

impl Ending {
    /// All of them, by their number.
    const ALL: [Self; 8] = [
        Self::Running,
        Self::Ok,
        Self::Timeout,
        Self::Memory,
        Self::Cpu,
        Self::Errors,
        Self::Panicked,
        Self::Interrupted,
    ];

    /// Returns the ending of that number; of an unknown one, that it panicked, which judges
    /// nothing.
    pub(crate) fn from_number(number: u32) -> Self {
        let found = usize::try_from(number).ok().and_then(|at| Self::ALL.get(at));
        found.copied().unwrap_or(Self::Panicked)
    }

    /// Returns whether the case has come to an end of its own.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Running | Self::Interrupted)
    }

    /// Returns its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "killed",
            Self::Ok => "ok",
            Self::Timeout => "timeout",
            Self::Memory => "memory",
            Self::Cpu => "cpu",
            Self::Errors => "errors",
            Self::Panicked => "panicked",
            Self::Interrupted => "interrupted",
        }
    }
}

impl Phase {
    /// Returns the phase of that number.
    pub(crate) fn from_number(number: u32) -> Option<Self> {
        [Self::WarmUp, Self::Timed, Self::Profile].into_iter().find(|it| *it as u32 == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timed(yardsticks: &[u32], known: u32) -> Benchmark {
        let batch =
            |&yardstick_ns: &u32| Batch { phase: Phase::Timed, yardstick_ns, ..Batch::default() };
        let batches = yardsticks.iter().map(batch).collect();
        Benchmark { batches, yardstick_ns: known, ..Benchmark::default() }
    }

    #[test]
    fn few_batches_may_be_quiet_and_many_disturbed() {
        let few = timed(&[100, 101], 100);
        assert_eq!((few.undisturbed().count(), few.has_undisturbed()), (2, false));
        assert!(few.is_mostly_undisturbed(), "a slow benchmark is not disturbed for having few");
        let never = timed(&[140; 20], 100);
        assert_eq!((never.undisturbed().count(), never.is_mostly_undisturbed()), (20, false));
        let unknown = timed(&[0; 20], 0);
        assert_eq!((unknown.undisturbed().count(), unknown.has_undisturbed()), (20, true));
        let half = timed(&[[100; 10], [140; 10]].concat(), 0);
        assert_eq!((half.undisturbed().count(), half.is_mostly_undisturbed()), (10, true));
    }

    #[test]
    fn numbers_stand_for_endings_and_phases() {
        for ending in Ending::ALL {
            assert_eq!(Ending::from_number(ending as u32), ending);
        }
        assert_eq!(Ending::from_number(99), Ending::Panicked);
        assert_eq!(Phase::from_number(2), Some(Phase::Profile));
        assert_eq!(Phase::from_number(3), None);
    }
}
