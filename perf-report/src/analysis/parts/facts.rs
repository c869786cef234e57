//! The facts of a distributed run, of its processes and of its recording.

use std::collections::{BTreeMap, BTreeSet};

use super::{index, named, sum, total};
use crate::model::{
    Breaker, CrateBuild, Discarded, Function, Git, LeftOut, Machine, Parts, Process,
    ProcessSummary, Recording, Run, RunDocument, Toolchain, Usage, WatchedFolder,
};

/// Steps of breakers that a document holds, as in a run of one machine.
const MOST_STEPS: usize = 256;

/// Makes the facts those of the whole of these parts.
pub(super) fn as_whole(run: &mut Run, id: &str, parts: Parts) {
    (run.exit_code, run.signal) = parts.worst_end();
    run.group = run.part.take().and_then(|part| part.key(run.round).group_of_rounds());
    id.clone_into(&mut run.id);
    run.parts = Some(Box::new(parts));
}

/// Returns the facts of the whole, but for those that its parts tell. `functions` are those of the whole.
pub(super) fn run(runs: &[&RunDocument], functions: &[Function]) -> Run {
    let Some(first) = runs.first() else { return Run::default() };
    let all = || runs.iter().map(|run| &run.run);
    let tags: BTreeSet<&String> = all().flat_map(|run| &run.tags).collect();
    Run {
        label: all().find_map(|run| run.label.clone()),
        tags: tags.into_iter().cloned().collect(),
        time: all().map(|run| &run.time).min().cloned().unwrap_or_default(),
        git: git(runs),
        machine: machine(runs),
        toolchain: toolchain(runs),
        folders: folders(runs),
        left_out: left_out(runs, functions),
        ran: if all().all(|run| run.ran == first.run.ran) {
            first.run.ran.clone()
        } else {
            Vec::new()
        },
        ..first.run.clone()
    }
}

fn git(runs: &[&RunDocument]) -> Option<Git> {
    let mut all = runs.iter().filter_map(|run| run.run.git.as_ref());
    let first = all.clone().next()?;
    let branch = all.clone().find(|git| git.branch.is_some()).unwrap_or(first);
    Some(Git {
        commit: first.commit.clone(),
        branch: branch.branch.clone(),
        branch_from: branch.branch_from.clone(),
        dirty: all.any(|git| git.dirty),
    })
}

/// Returns the machine of all; of several kinds, with a key that only the same kinds have.
fn machine(runs: &[&RunDocument]) -> Machine {
    let keys: BTreeSet<String> =
        runs.iter().map(|run| run.run.machine_key().into_owned()).collect();
    let machines = || runs.iter().map(|run| &run.run.machine);
    let Some(first) = machines().next() else { return Machine::default() };
    let probes = machines().filter_map(|machine| machine.probe);
    let probe = probes.max_by_key(|probe| {
        // The least steady one says most of the times.
        #[expect(clippy::cast_possible_truncation, reason = "of per mille")]
        let lost = (probe.lost_pct * 10.0) as i64;
        (probe.steadiness(), lost)
    });
    if keys.len() < 2 {
        return Machine { probe, ..first.clone() };
    }
    Machine {
        key: Vec::from_iter(keys).join("+"),
        cpu: joined(machines().map(|machine| machine.cpu.as_str())),
        cores: machines().map(|machine| machine.cores).min().unwrap_or(0),
        os: joined(machines().map(|machine| machine.os.as_str())),
        arch: joined(machines().map(|machine| machine.arch.as_str())),
        probe,
    }
}

/// Returns different values with commas between them, as one document has them of different processes.
fn joined<'a>(values: impl Iterator<Item = &'a str>) -> String {
    let all: BTreeSet<&str> =
        values.flat_map(|value| value.split(", ")).filter(|value| !value.is_empty()).collect();
    Vec::from_iter(all).join(", ")
}

fn toolchain(runs: &[&RunDocument]) -> Toolchain {
    let all = || runs.iter().map(|run| &run.run.toolchain);
    if let Some(first) = all().next()
        && all().all(|it| it == first)
    {
        return first.clone();
    }
    let of = |field: fn(&Toolchain) -> &str| joined(all().map(field));
    let crates: BTreeSet<&CrateBuild> = all().flat_map(|it| &it.crates).collect();
    let opt_level = of(|it| &it.opt_level);
    Toolchain {
        rustc: of(|it| &it.rustc),
        target: of(|it| &it.target),
        profile: of(|it| &it.profile),
        debug_assertions: of(|it| &it.debug_assertions),
        recorder_opt_level: Some(of(Toolchain::recorder_level))
            .filter(|level| *level != opt_level)
            .unwrap_or_default(),
        opt_level,
        crates: crates.into_iter().cloned().collect(),
        runtime: of(|it| &it.runtime),
    }
}

/// Returns the watched folders, each as it is largest: every machine has its own.
fn folders(runs: &[&RunDocument]) -> Vec<WatchedFolder> {
    let mut folders: BTreeMap<&str, &WatchedFolder> = BTreeMap::new();
    for folder in runs.iter().flat_map(|run| &run.run.folders) {
        let known = folders.entry(&folder.path).or_insert(folder);
        if known.after_bytes < folder.after_bytes {
            *known = folder;
        }
    }
    folders.into_values().cloned().collect()
}

/// Returns the benchmarks that no part has measured.
fn left_out(runs: &[&RunDocument], functions: &[Function]) -> Vec<LeftOut> {
    let measured: BTreeSet<&str> = functions.iter().map(|it| it.name.as_str()).collect();
    let mut left: BTreeMap<&str, &LeftOut> = BTreeMap::new();
    for it in runs.iter().flat_map(|run| &run.run.left_out) {
        left.entry(&it.name).or_insert(it);
    }
    left.into_values().filter(|it| !measured.contains(it.name.as_str())).cloned().collect()
}

/// Returns the processes of all: the wall time of the longest part, the processor time of all.
pub(super) fn process(runs: &[&RunDocument]) -> ProcessSummary {
    let all = || runs.iter().map(|run| &run.process);
    let recorded: Option<Vec<&Usage>> =
        all().filter(|it| it.count > 0).map(|it| it.recorded.as_ref()).collect();
    let processes = all().flat_map(|it| &it.processes);
    ProcessSummary {
        count: total(all().map(|it| it.count)),
        wall_ns: all().filter_map(|it| it.wall_ns).max(),
        user_ns: sum(all().map(|it| it.user_ns)),
        system_ns: sum(all().map(|it| it.system_ns)),
        peak_rss_bytes: all().filter_map(|it| it.peak_rss_bytes).max(),
        recorded: recorded.filter(|all| !all.is_empty()).map(|all| usage(&all)),
        unrecorded: total(all().map(|it| it.unrecorded)),
        killed: total(all().map(|it| it.killed)),
        damaged: total(all().map(|it| it.damaged)),
        processes: processes.cloned().collect::<Vec<Process>>(),
    }
}

fn usage(all: &[&Usage]) -> Usage {
    Usage {
        wall_ns: all.iter().filter_map(|it| it.wall_ns).max(),
        user_ns: sum(all.iter().map(|it| it.user_ns)),
        system_ns: sum(all.iter().map(|it| it.system_ns)),
        peak_rss_bytes: all.iter().filter_map(|it| it.peak_rss_bytes).max(),
    }
}

/// Returns the account of all recordings. A problem says of which part it is.
pub(super) fn recording(runs: &[&RunDocument]) -> Recording {
    /// From the most exact to the least.
    const MODES: [&str; 4] = ["none", "exact", "sampled", "counted"];
    let all = || runs.iter().map(|run| &run.recording);
    let place = |mode: &str| MODES.iter().position(|it| *it == mode).unwrap_or(MODES.len());
    let mode = all().map(|it| it.mode.as_str()).max_by_key(|mode| place(mode));
    let mut discarded: BTreeMap<&str, Discarded> = BTreeMap::new();
    for it in all().flat_map(|it| &it.discarded) {
        let sums = discarded.entry(&it.reason).or_default();
        sums.reason.clone_from(&it.reason);
        sums.recordings = sums.recordings.saturating_add(it.recordings);
        sums.calls = sums.calls.saturating_add(it.calls);
    }
    let steps: Vec<&Breaker> = all().flat_map(|it| &it.breaker).collect();
    let left_out = steps.len().saturating_sub(MOST_STEPS) as u64;
    let problems = runs.iter().flat_map(|run| {
        let part = named(&[index(run)]);
        run.recording.problems.iter().map(move |problem| format!("{part}: {problem}"))
    });
    Recording {
        mode: mode.unwrap_or("none").to_owned(),
        lost_calls: total(all().map(|it| it.lost_calls)),
        discarded: discarded.into_values().collect(),
        lost_metrics: total(all().map(|it| it.lost_metrics)),
        overhead_ns: sum(all().map(|it| it.overhead_ns)),
        breaker: steps.into_iter().take(MOST_STEPS).cloned().collect(),
        forgotten_steps: total(all().map(|it| it.forgotten_steps)).saturating_add(left_out),
        problems: problems.collect(),
    }
}

/// Describes that the parts do not belong together as parts of one run should.
pub(super) fn problems(runs: &[&RunDocument]) -> Vec<String> {
    let mut problems = Vec::new();
    let differing = |of: &dyn Fn(&RunDocument) -> String| {
        let mut groups: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for run in runs {
            groups.entry(of(run)).or_default().push(index(run));
        }
        let all = groups.into_iter().map(|(value, parts)| format!("{value} ({})", named(&parts)));
        Some(all.collect::<Vec<_>>()).filter(|all| all.len() > 1).map(|all| all.join(", "))
    };
    let machine = |run: &RunDocument| {
        let machine = &run.run.machine;
        format!("{} of {} cores, {}", run.run.machine_key(), machine.cores, machine.cpu)
    };
    if let Some(all) = differing(&machine) {
        problems.push(format!(
            "the parts ran on machines of different kinds, so that times lie apart for that, too: {all}"
        ));
    }
    let commit = |run: &RunDocument| {
        let commit = run.run.git.as_ref().map_or("none", |git| git.commit.as_str());
        commit.chars().take(10).collect()
    };
    if let Some(all) = differing(&commit) {
        problems.push(format!("the parts are of different commits: {all}"));
    }
    problems
}
