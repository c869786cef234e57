//! The series of a run as a whole: where it comes from, what it took, and what its recording lacks.

use jiff::Timestamp;

use super::{Family, Kind, Value, labels};
use crate::model::{Extent, RunDocument};

/// Returns the families of the run.
pub(super) fn families(run: &RunDocument) -> Vec<Family> {
    let mut families = vec![info(run)];
    families.extend(began(run));
    families.extend(usage(run));
    families.extend(ended(run));
    families.extend(processes(run));
    families
}

/// Returns the facts of the run as labels.
fn info(run: &RunDocument) -> Family {
    let help = "The run that the other series are of; always 1.";
    let mut family = Family::new(Kind::Gauge, "perf_track_run_info", help);
    let git = run.run.git.clone().unwrap_or_default();
    let (machine, toolchain) = (&run.run.machine, &run.run.toolchain);
    let dirty = if git.dirty { "true" } else { "" };
    let facts = [
        ("run", run.run.id.as_str()),
        ("label", run.run.label.as_deref().unwrap_or_default()),
        ("command", &run.run.command.join(" ")),
        ("commit", &git.commit),
        ("branch", git.branch.as_deref().unwrap_or_default()),
        ("dirty", dirty),
        ("machine", &run.run.machine_key()),
        ("cpu", &machine.cpu),
        ("os", &machine.os),
        ("arch", &machine.arch),
        ("rustc", &toolchain.rustc),
        ("target", &toolchain.target),
        ("build", &toolchain.profile),
        ("recorder", &toolchain.runtime),
        ("recording", &run.recording.mode),
    ];
    family.add(&labels(&facts), Value::Count(1));
    family
}

/// Returns the start of the run in nanoseconds since 1970; `None` where its time is none.
pub(in crate::export) fn start_ns(run: &RunDocument) -> Option<u64> {
    let time: Timestamp = run.run.time.parse().ok()?;
    u64::try_from(time.as_nanosecond()).ok()
}

fn began(run: &RunDocument) -> Option<Family> {
    let ns = start_ns(run)?;
    let help = "The start of the run, in seconds since 1970.";
    Some(Family::single(Kind::Gauge, "perf_track_run_start_time_seconds", help, Value::Ns(ns)))
}

/// Returns time, processor time and memory, of the processes that recorded and of the whole command.
fn usage(run: &RunDocument) -> [Family; 3] {
    let mut wall = Family::new(
        Kind::Gauge,
        "perf_track_run_wall_seconds",
        "Time on the wall. of: recorded, the processes that recorded; command, all of them.",
    );
    let mut cpu = Family::new(
        Kind::Gauge,
        "perf_track_run_cpu_seconds",
        "Processor time, in user mode and in the kernel.",
    );
    let mut memory = Family::new(
        Kind::Gauge,
        "perf_track_run_peak_memory_bytes",
        "Largest resident memory of one process.",
    );
    for (extent, word) in [(Extent::Recorded, "recorded"), (Extent::Command, "command")] {
        let usage = run.process.usage(extent);
        let of = labels(&[("of", word)]);
        if let Some(ns) = usage.wall_ns {
            wall.add(&of, Value::Ns(ns));
        }
        for (ns, mode) in [(usage.user_ns, "user"), (usage.system_ns, "system")] {
            if let Some(ns) = ns {
                cpu.add(&labels(&[("of", word), ("mode", mode)]), Value::Ns(ns));
            }
        }
        if let Some(bytes) = usage.peak_rss_bytes {
            memory.add(&of, Value::Count(bytes));
        }
    }
    [wall, cpu, memory]
}

fn ended(run: &RunDocument) -> Option<Family> {
    let code = run.run.exit_code?;
    let help = "Exit code of the command.";
    let value = Value::Real(f64::from(code));
    Some(Family::single(Kind::Gauge, "perf_track_run_exit_code", help, value))
}

/// Counts the processes, and what is known to be missing.
fn processes(run: &RunDocument) -> Vec<Family> {
    let (process, recording) = (&run.process, &run.recording);
    let gauge = |name, help, count| Family::single(Kind::Gauge, name, help, Value::Count(count));
    let mut families = vec![
        gauge("perf_track_run_processes", "Processes that recorded.", process.count),
        gauge(
            "perf_track_run_unrecorded_processes",
            "Processes that could not record.",
            process.unrecorded,
        ),
        gauge(
            "perf_track_run_damaged_recordings",
            "Recordings that could not be read.",
            process.damaged,
        ),
        gauge("perf_track_run_lost_calls", "Calls known to be missing.", recording.lost_calls),
    ];
    families.extend(recording.overhead_ns.map(|ns| {
        let help = "Time of all threads that recording took, estimated; it is in no other time.";
        let name = "perf_track_run_recording_seconds";
        Family::single(Kind::Gauge, name, help, Value::Ns(ns))
    }));
    let preempted = run.preempted_ns();
    if preempted > 0 {
        let help =
            "Time for which tracked functions waited for a processor; it is in no other time.";
        let value = Value::Ns(preempted);
        families.push(Family::single(Kind::Gauge, "perf_track_run_waiting_seconds", help, value));
    }
    families
}
