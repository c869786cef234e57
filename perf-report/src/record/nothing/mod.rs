//! The reason for which a command left no recording, and the way out: certain reasons first, then
//! likely ones.

mod elsewhere;
mod programs;
mod wrappers;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use self::elsewhere::Place;
use self::wrappers::{Effect, Line, Wrapper};
use super::collect::Collected;
use super::folder;
use super::programs::Programs;
use crate::system;
use crate::text::sanitize;
use crate::text::shell::shell_word;

/// A command that left no recording.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Command<'a> {
    pub(crate) words: &'a [OsString],
    /// The folder that it ran in, and the one that it was to record in.
    pub(crate) dir: &'a Path,
    pub(crate) folder: &'a Path,
    pub(crate) began: SystemTime,
    /// Finds the programs of the project that a folder belongs to.
    pub(crate) programs_of: fn(&Path) -> Programs,
}

/// Returns the likeliest reason and its advice.
pub(crate) fn why(
    command: Command<'_>,
    collected: &Collected,
    gone: Option<String>,
) -> (String, String) {
    known(command.folder, collected, gone).unwrap_or_else(|| likely(command))
}

/// Returns the certain reason, if there is one.
fn known(folder: &Path, collected: &Collected, gone: Option<String>) -> Option<(String, String)> {
    let elsewhere = "record in another folder with --dir".to_owned();
    if let Some(gone) = gone {
        return Some((gone, "the command seems to remove it: ".to_owned() + &elsewhere));
    }
    if let Some(unrecorded) = collected.unrecorded.first() {
        let help = if system::FULL.contains(&unrecorded.errno) {
            format!("free space in {}, or {elsewhere}", folder.display())
        } else {
            elsewhere
        };
        return Some((unrecorded.to_string(), help));
    }
    if collected.is_all_damaged() {
        let reason = "no segment could be read (see above)".to_owned();
        return Some((reason, "use the same version of perf-runtime and perf-report".to_owned()));
    }
    let switch = std::env::var("PERF_TRACK").unwrap_or_default();
    if switch.eq_ignore_ascii_case("off") {
        let reason = "PERF_TRACK=off is set".to_owned();
        return Some((reason, "unset PERF_TRACK".to_owned()));
    }
    is_full(folder).then(|| {
        let reason = format!("{} has no space left", folder.display());
        (reason, format!("free some, or {elsewhere}"))
    })
}

fn is_full(folder: &Path) -> bool {
    system::volume(folder).is_some_and(|volume| volume.total > 0 && volume.free == 0)
}

/// Returns the likely reason, by the command line, the programs in it, and other places.
fn likely(command: Command<'_>) -> (String, String) {
    let line = wrappers::look(command.words, command.dir);
    let found = elsewhere::find(command.began, command.folder, line.folder.as_deref());
    // Somebody else's may have begun at any moment.
    let programs = (command.programs_of)(command.dir);
    let is_named = |program: &str| {
        let name = Path::new(program).file_name();
        line.programs.iter().any(|path| path.file_name() == name) || programs.contain(program)
    };
    let changes_user = line.wrappers.iter().any(|wrapper| wrapper.effect == Effect::User);
    let found = found.into_iter().filter_map(|place| place.only(is_named));
    let mut found: Vec<Place> =
        found.filter(|place| changes_user || !place.recordings.is_empty()).collect();
    // The likelier one first: where the program runs as another user, it is that user's.
    found.sort_by_key(|place| place.is_ours() == changes_user);
    let (reason, help) =
        by_words(&line, command.folder).unwrap_or_else(|| by_programs(&line, &found));
    match found.first() {
        Some(place) => {
            (format!("{reason}; {}", in_words(place)), format!("{}; {help}", way_to(place)))
        }
        None => (reason, help),
    }
}

/// Returns the reason that the words of the command line give, if they give one.
fn by_words(line: &Line, folder: &Path) -> Option<(String, String)> {
    if line.is_off {
        let reason = "the command sets PERF_TRACK=off".to_owned();
        return Some((reason, "leave that out".to_owned()));
    }
    let mut wrappers = line.wrappers.iter();
    if let Some(first) = wrappers.next() {
        let all: Vec<String> =
            std::iter::once(first).chain(wrappers.take(2)).map(explanation).collect();
        return Some((all.join(", and "), advice(first, folder)));
    }
    line.folder.as_ref().map(|other| {
        let other = shell_word(other);
        let reason = format!("the command sets PERF_TRACK_DIR to {other}");
        (reason, format!("leave that out, or `perf-report collect --dir {other}`"))
    })
}

/// Explains the effect of a wrapper.
fn explanation(wrapper: &Wrapper) -> String {
    let Wrapper { words, effect } = wrapper;
    match effect {
        Effect::User => format!(
            "`{words}` runs the program as another user, who may not record in the folder of this one"
        ),
        Effect::Environment => format!(
            "`{words}` takes PERF_TRACK_DIR away from the program, which then records where it does on its own"
        ),
        Effect::Files => format!(
            "`{words}` gives the program other files, among which the folder to record in may not be, or be \
             read-only"
        ),
        Effect::Machine => format!(
            "with `{words}` a service or another machine starts the program, which knows nothing of \
             PERF_TRACK_DIR"
        ),
        Effect::Itself => format!("`{words}` records by itself, in a run of its own"),
    }
}

fn advice(wrapper: &Wrapper, folder: &Path) -> String {
    let words = &wrapper.words;
    let name = words.split(' ').next().unwrap_or_default();
    let inside = format!("`{words} … perf-report run -- PROGRAM`");
    match wrapper.effect {
        Effect::User => {
            format!("have perf-report run as that user, inside of it: {inside}")
        }
        Effect::Environment if name == "env" => format!(
            "pass it on: `sh -c 'exec {words} PERF_TRACK_DIR=\"$PERF_TRACK_DIR\" PROGRAM'`; or have perf-report \
             run inside of it: {inside}"
        ),
        Effect::Environment => {
            format!("have it pass PERF_TRACK_DIR on, or perf-report run inside of it: {inside}")
        }
        Effect::Files => format!(
            "let the program write to {} there, under the same path, or to another folder that --dir names; or \
             have perf-report run inside of it: {inside}",
            folder.parent().unwrap_or(folder).display()
        ),
        Effect::Machine => format!(
            "pass PERF_TRACK_DIR on, with the folder (`docker run -e PERF_TRACK_DIR -v \
             \"$PERF_TRACK_DIR:$PERF_TRACK_DIR\"`, `systemd-run --setenv=PERF_TRACK_DIR`), or have \
             perf-report run there: {inside}"
        ),
        Effect::Itself => "one of the two is enough".to_owned(),
    }
}

/// Returns the reason that the programs give, for use where the words give none.
fn by_programs(line: &Line, found: &[Place]) -> (String, String) {
    if let Some(program) = line.programs.iter().find(|path| system::acts_for_another(path)) {
        let program = program.display();
        let reason = format!(
            "{program} may do what you may not (setuid, setgid or capabilities), and such a program records \
             nothing"
        );
        return (reason, "run a copy of it without these rights".to_owned());
    }
    if !found.is_empty() {
        let reason = "no process recorded where it was to".to_owned();
        let help =
            "have the command pass PERF_TRACK_DIR on to the programs that it starts".to_owned();
        return (reason, help);
    }
    if let Some(name) = &line.unknown {
        let reason = format!(
            "no process recorded where it was to; `{name}` may start the program as another user, without \
             PERF_TRACK_DIR or with other files, which ends recording there"
        );
        return (
            reason,
            format!("have perf-report run inside of it: `{name} … perf-report run -- PROGRAM`"),
        );
    }
    let help =
        "put #[perf_track] on functions that the command calls, and build perf-runtime with its \
                default features, which record"
            .to_owned();
    (no_call(&line.programs), help)
}

/// Returns the reason of last resort: no tracked function of `programs` was called.
fn no_call(programs: &[PathBuf]) -> String {
    let unless = "unless it was as another user, without PERF_TRACK_DIR or with other files";
    let with_recorder = programs.iter().find(|path| programs::holds_recorder(path));
    let names: Vec<String> =
        programs.iter().take(3).map(|path| path.display().to_string()).collect();
    match (with_recorder, names.is_empty()) {
        (Some(program), _) => format!(
            "no tracked function of {} was called, as far as can be told, {unless}",
            program.display()
        ),
        (None, false) => format!(
            "no tracked function was called, as far as can be told: there is no recorder in {}, {unless}",
            names.join(" and ")
        ),
        (None, true) => {
            format!("no tracked function was called, as far as can be told, {unless}")
        }
    }
}

/// Describes the recordings that began there meanwhile.
fn in_words(place: &Place) -> String {
    let folder = place.folder.display();
    let Some(first) = place.recordings.first() else {
        return format!(
            "{folder}, of user {}, has changed meanwhile, and may not be looked into: it may have recorded there",
            place.owner
        );
    };
    let pid = first.pid.map_or_else(String::new, |pid| format!(" {pid}"));
    let program = first.program.as_deref().and_then(|program| program.rsplit('/').next());
    let program = sanitize::screen(program.unwrap_or("unknown"));
    let more = match place.recordings.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    format!("process{pid} ({program}){more} recorded in {folder} meanwhile")
}

/// Describes the way to store these recordings.
fn way_to(place: &Place) -> String {
    let is_default = place.folder == folder::default_base();
    match (place.is_ours(), is_default) {
        (true, true) => "`perf-report collect --all` stores what is there".to_owned(),
        (true, false) => {
            format!(
                "`perf-report collect --dir {}` stores what is there",
                shell_word(&place.folder)
            )
        }
        (false, _) => {
            format!("user {} can store what is there with `perf-report collect --all`", place.owner)
        }
    }
}
