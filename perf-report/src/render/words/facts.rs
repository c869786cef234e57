//! The facts of a run as a whole, as short phrases that every medium can use.

use crate::model::{Comparison, Extent, Git, RunDocument, Side, Usage};
use crate::stats::number::float;
use crate::text::{sanitize, units};

/// Returns the command on one line: `cargo test -- --nocapture`; of a series that has a name, that and the command:
/// `nightly: cargo test`.
pub(crate) fn command(run: &RunDocument) -> String {
    let in_a_line = |words: &[String]| {
        words.iter().map(|word| sanitize::screen(word)).collect::<Vec<_>>().join(" ")
    };
    let command = in_a_line(&run.run.command);
    match (command.is_empty(), run.run.ran.is_empty()) {
        (true, true) => "collected without a command".to_owned(),
        (_, true) => sanitize::line_start(&command),
        (_, false) => sanitize::line_start(&format!("{command}: {}", in_a_line(&run.run.ran))),
    }
}

/// Returns the run's id, label, time and commit.
pub(crate) fn origin(run: &RunDocument) -> Vec<String> {
    let mut items = vec![format!("run {}", sanitize::screen(&run.run.id))];
    items.extend(run.run.label.as_deref().map(|label| format!("“{}”", sanitize::screen(label))));
    items.push(time(&run.run.time));
    items.extend(run.run.git.as_ref().map(commit));
    items
}

/// Describes the parts of a distributed run that are not there, which a reader must know before any figure.
pub(crate) fn lacking(run: &RunDocument) -> Option<String> {
    run.run.lacking().map(|it| format!("{it}: counts and times are those of the others alone"))
}

/// Returns of how many parts a distributed run is, and then each of them; nothing of any other run.
pub(crate) fn parts(run: &RunDocument) -> Vec<String> {
    let Some(parts) = &run.run.parts else { return Vec::new() };
    let mut items = vec![format!("{} parts", parts.counted())];
    items.extend(parts.parts.iter().map(|part| {
        let host = if part.host.is_empty() { String::new() } else { format!(" on {}", part.host) };
        let wall = part.wall_ns.map(|ns| format!(" in {}", units::duration(float(ns))));
        let end = match (part.signal, part.exit_code) {
            (Some(signal), _) => format!(", signal {signal}"),
            (None, Some(code)) if code != 0 => format!(", exit {code}"),
            _ => String::new(),
        };
        let text = format!("{}: {}{host}{}{end}", part.index, part.run, wall.unwrap_or_default());
        sanitize::screen(&text).into_owned()
    }));
    let replaced = parts.replaced.len() as u64;
    if replaced > 0 {
        items.push(format!("{} replaced by newer ones", units::plural(replaced, "run")));
    }
    items
}

/// Returns the end of the command, and what those of its processes took that recorded.
pub(crate) fn outcome(run: &RunDocument) -> Vec<String> {
    let mut items = Vec::new();
    // An import knows of a command only what its file says.
    let is_import = run.run.source.is_some();
    let has_end = run.run.exit_code.is_some() || run.run.signal.is_some();
    items.extend((!is_import || has_end).then(|| ending(run)));
    items.extend(used(run.process.own_usage()));
    items.extend((!is_import || run.process.count > 0).then(|| processes(run)));
    items.extend(
        Some(&run.run.toolchain.profile)
            .filter(|text| !text.is_empty())
            .map(|profile| sanitize::screen(profile).into_owned()),
    );
    items
}

/// Returns what the command took with the processes that did not record, where that is notably
/// more.
pub(crate) fn with_unrecorded(run: &RunDocument) -> Option<String> {
    /// Share of time or memory from which on it is.
    const NOTABLE: f64 = 0.25;
    /// Starting a program takes as long, whatever it is.
    const LEAST_NS: f64 = 20e6;
    let [recorded, all] =
        [Extent::Recorded, Extent::Command].map(|extent| run.process.usage(extent));
    let is_more = |old: Option<u64>, new: Option<u64>, least: f64| {
        old.zip(new).is_some_and(|(old, new)| float(new) > float(old) * (1.0 + NOTABLE) + least)
    };
    let is_notable = is_more(recorded.wall_ns, all.wall_ns, LEAST_NS)
        || is_more(recorded.cpu_ns(), all.cpu_ns(), LEAST_NS)
        || is_more(recorded.peak_rss_bytes, all.peak_rss_bytes, 0.0);
    is_notable.then(|| format!("with what did not record: {}", used(all).join(", ")))
}

/// Returns time, processor time and memory, as far as they are known.
pub(crate) fn used(usage: Usage) -> Vec<String> {
    let time = |ns: u64| units::duration(float(ns));
    let mut items = Vec::new();
    items.extend(usage.wall_ns.map(|ns| format!("wall {}", time(ns))));
    if let (Some(user), Some(system)) = (usage.user_ns, usage.system_ns) {
        items.push(format!("CPU {} user, {} system", time(user), time(system)));
    }
    items.extend(usage.peak_rss_bytes.map(|bytes| format!("peak {}", units::bytes(bytes))));
    items
}

/// Returns what is missing from the recording, or went wrong with it; nothing for a run without
/// blemish.
pub(crate) fn problems(run: &RunDocument) -> Vec<String> {
    let mut problems = Vec::new();
    let recording = &run.recording;
    if recording.lost_calls > 0 {
        let calls = units::plural(recording.lost_calls, "call");
        problems.push(format!("{calls} could not be recorded: counts and times are too low"));
    }
    if recording.lost_metrics > 0 {
        let updates = units::plural(recording.lost_metrics, "update");
        problems.push(format!(
            "{updates} of metrics could not be recorded, for want of space or as no finite number"
        ));
    }
    if run.process.damaged > 0 {
        let segments = units::plural(run.process.damaged, "segment");
        problems.push(format!("{segments} could not be read: what is in there is missing here"));
    }
    if run.process.killed > 0 {
        let killed = processes_in_words(run.process.killed);
        problems.push(format!("{killed} ended by a signal; the calls that had finished are here"));
    }
    let complaint = run.run.machine.probe.and_then(|probe| probe.complaint());
    problems.extend(complaint.map(|complaint| format!("the machine was {complaint}")));
    problems
        .extend(recording.problems.iter().map(|problem| sanitize::screen(problem).into_owned()));
    problems
}

/// Counts the calls that had not finished, and names their functions.
pub(crate) fn unfinished(run: &RunDocument) -> Option<String> {
    let running: Vec<_> = run.functions.iter().filter(|function| function.unfinished > 0).collect();
    let calls = running.iter().fold(0_u64, |sum, function| sum.saturating_add(function.unfinished));
    let names: Vec<_> = running.iter().map(|function| function.name.as_str()).collect();
    (calls > 0).then(|| {
        format!(
            "{} had not finished when the recording ended: {}",
            units::plural(calls, "call"),
            some(&names)
        )
    })
}

/// Returns the first of `names`, and the number of the others.
pub(crate) fn some(names: &[&str]) -> String {
    const SHOWN: usize = 4;
    let mut text: Vec<_> =
        names.iter().take(SHOWN).map(|name| super::fit::name(name, 60)).collect();
    if names.len() > SHOWN {
        text.push(format!("and {} more", names.len() - SHOWN));
    }
    text.join(", ")
}

/// Returns one of the two runs of a comparison: its id, commit and time.
pub(crate) fn side(side: &Side) -> Vec<String> {
    let mut items = vec![format!("run {}", sanitize::screen(&side.id))];
    if let Some(hash) = &side.commit {
        items.push(commit(&Git {
            commit: hash.clone(),
            branch: side.branch.clone(),
            branch_from: None,
            dirty: side.dirty,
        }));
    }
    items.push(time(&side.time));
    items.retain(|item| !item.is_empty());
    items
}

/// Returns the beginning of a commit's hash, as people write it.
pub(crate) fn short_commit(commit: &str) -> String {
    sanitize::screen(&commit.chars().take(10).collect::<String>()).into_owned()
}

/// Returns the branch and the beginning of the hash of a commit, and whether files differed from it.
pub(crate) fn commit(git: &Git) -> String {
    let hash = short_commit(&git.commit);
    let branch = git.branch.as_deref().map_or_else(String::new, |branch| format!("{branch} "));
    let dirty = if git.dirty { " with changes" } else { "" };
    sanitize::screen(&format!("{branch}{hash}{dirty}")).into_owned()
}

/// Returns `2026-11-20T23:45:52Z` as `2026-11-20 23:45:52 UTC`; anything else as it is.
pub(crate) fn time(rfc3339: &str) -> String {
    let text = sanitize::screen(rfc3339).into_owned();
    let Some((date, time)) = text.strip_suffix('Z').and_then(|text| text.split_once('T')) else {
        return text;
    };
    format!("{date} {} UTC", time.split('.').next().unwrap_or(time))
}

/// Returns the way in which the command ended.
pub(crate) fn ending(run: &RunDocument) -> String {
    match (run.run.signal, run.run.exit_code) {
        (Some(signal), _) => format!("ended by {}", signal_name(signal, &run.run.machine.os)),
        (None, Some(code)) => format!("exit {code}"),
        (None, None) => "exit unknown".to_owned(),
    }
}

/// Names a signal of the system `os`, which need not be the one that this is read on.
fn signal_name(signal: i32, os: &str) -> String {
    let name = match (signal, os) {
        (1, _) => "SIGHUP",
        (2, _) => "SIGINT",
        (3, _) => "SIGQUIT",
        (4, _) => "SIGILL",
        (5, _) => "SIGTRAP",
        (6, _) => "SIGABRT",
        (7, "linux" | "android") | (10, "macos" | "freebsd") => "SIGBUS",
        (8, _) => "SIGFPE",
        (9, _) => "SIGKILL",
        (10, "linux" | "android") | (30, "macos" | "freebsd") => "SIGUSR1",
        (11, _) => "SIGSEGV",
        (12, "linux" | "android") | (31, "macos" | "freebsd") => "SIGUSR2",
        (13, _) => "SIGPIPE",
        (14, _) => "SIGALRM",
        (15, _) => "SIGTERM",
        (24, _) => "SIGXCPU",
        (25, _) => "SIGXFSZ",
        (31, "linux" | "android") | (12, "macos" | "freebsd") => "SIGSYS",
        _ => return format!("signal {signal}"),
    };
    format!("{name} (signal {signal})")
}

/// Counts the processes that recorded, and the threads of a single one.
pub(crate) fn processes(run: &RunDocument) -> String {
    let count = processes_in_words(run.process.count);
    match run.process.processes.as_slice() {
        [process] if process.threads > 0 => {
            format!("{count}, {}", units::plural(u64::from(process.threads), "thread"))
        }
        _ => count,
    }
}

fn processes_in_words(count: u64) -> String {
    if count == 1 { "1 process".to_owned() } else { format!("{} processes", units::count(count)) }
}
/// Returns the limits of a verdict, to stand behind its word.
pub(crate) fn bearing(comparison: &Comparison) -> &'static str {
    match () {
        () if comparison.advisory => " (advisory)",
        () if comparison.counts_only => " (counts decide, times are advice)",
        () => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    #[test]
    fn what_did_not_record_is_shown_where_it_is_notable() {
        let mut run = samples::typical();
        assert_eq!(with_unrecorded(&run), None);
        let all = run.process.usage(Extent::Command);
        run.process.recorded = Some(all);
        assert_eq!(with_unrecorded(&run), None);
        let own = Usage {
            wall_ns: Some(51_000_000),
            user_ns: Some(40_000_000),
            system_ns: Some(3_000_000),
            peak_rss_bytes: Some(9_000_000),
        };
        run.process.recorded = Some(own);
        assert_eq!(
            with_unrecorded(&run).as_deref(),
            Some(
                "with what did not record: wall 912 ms, CPU 3.30 s user, 88.0 ms system, peak \
                 64.2 MiB"
            )
        );
        assert!(outcome(&run).contains(&"wall 51.0 ms".to_owned()), "{:?}", outcome(&run));
    }
}
