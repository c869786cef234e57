//! A process for each group: what one benchmark does to its process, no other one sees, and a crash
//! costs the group alone.

use std::io;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::cases::Case;
use super::flags::{CHILD, Wanted};
use super::{engine, screen};
use crate::snapshot::Ending;

/// The code for the end of a process in which not every case ended well.
const NOT_ALL_WELL: u8 = 3;

/// Time beyond the limits of its cases, after which a process is killed.
const GRACE: Duration = Duration::from_secs(2);

/// Measures all cases, group by group.
pub(super) fn run(cases: &[Case], wanted: &Wanted) -> ExitCode {
    let groups: Vec<&[Case]> = cases.chunk_by(|a, b| a.group() == b.group()).collect();
    if wanted.measures_here {
        let all_well = groups.into_iter().map(|group| here(group, wanted)).fold(true, |a, b| a & b);
        return code(all_well);
    }
    screen::head(cases.len(), wanted.is_quick);
    let mut all_well = true;
    for group in groups {
        all_well &= elsewhere(group).unwrap_or_else(|error| {
            screen::warn(&format!("no process of its own for {}: {error}", name_of(group)));
            here(group, wanted)
        });
    }
    code(all_well)
}

fn code(all_well: bool) -> ExitCode {
    if all_well { ExitCode::SUCCESS } else { ExitCode::from(NOT_ALL_WELL) }
}

fn name_of(group: &[Case]) -> String {
    group.first().map(|case| screen::plain(&case.group())).unwrap_or_default()
}

/// Measures a group in this process, and returns whether all its cases ended well.
fn here(group: &[Case], wanted: &Wanted) -> bool {
    let measured = engine::measure(group, wanted.is_quick);
    screen::group(group, &measured);
    measured.iter().all(|(facts, _)| facts.ending == Ending::Ok)
}

/// Measures a group in another process, with the arguments and the environment of this one.
fn elsewhere(group: &[Case]) -> io::Result<bool> {
    let mut command = Command::new(std::env::current_exe()?);
    // The values of the command line apply to all; the filters are those of the group.
    command.args(std::env::args().skip(1).filter(|it| it == "--quick" || it.contains('=')));
    command.args(values_of_arguments()).args(["--bench", "--exact", "--include-ignored", "--"]);
    command.args(group.iter().map(Case::name)).env(CHILD, "1").stdin(Stdio::null());
    let mut child = command.spawn()?;
    let Some(status) = wait(&mut child, limit_of(group))? else {
        screen::crashed(&name_of(group), "was killed, far beyond its time limit");
        return Ok(false);
    };
    let is_expected = |code: i32| code == 0 || code == i32::from(NOT_ALL_WELL);
    if !status.code().is_some_and(is_expected) {
        screen::crashed(&name_of(group), &how(status));
    }
    Ok(status.success())
}

/// Lists the options of our own that have their value in the next argument.
fn values_of_arguments() -> Vec<String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_own =
        |it: &str| it.strip_prefix("--").is_some_and(|it| super::settings::NAMES.contains(&it));
    let pairs = arguments.windows(2).filter(|pair| is_own(&pair[0]));
    pairs.flat_map(<[String]>::to_vec).collect()
}

/// Returns the time after which the process of a group is killed, if its cases have limits.
fn limit_of(group: &[Case]) -> Option<Duration> {
    let limits: Option<Vec<u64>> = group.iter().map(|case| case.settings.timeout_ns).collect();
    Some(Duration::from_nanos(limits?.into_iter().sum()) + GRACE)
}

/// Waits for the end of a process. `None` if it was killed when `limit` had passed.
fn wait(child: &mut Child, limit: Option<Duration>) -> io::Result<Option<ExitStatus>> {
    let Some(limit) = limit else { return child.wait().map(Some) };
    let began = Instant::now();
    while began.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

fn how(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("was killed by signal {signal}"),
        (None, Some(code)) => format!("ended its process with code {code}"),
        (None, None) => "ended its process".to_owned(),
    }
}
