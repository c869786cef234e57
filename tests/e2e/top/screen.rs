//! The live view on a real terminal: a shell in tmux, which sees what it leaves behind.
//!
//! Waits for what is on the screen, never for a time.

use std::path::{Path, PathBuf};
use std::process::Command;

use perf_tests::consumers::consumer;
use perf_tests::{Lab, lab, program, skipped};

use super::{Busy, wait_until};

/// A shell on a terminal of 80 by 24 characters.
struct Screen<'a> {
    lab: &'a Lab,
    tmux: PathBuf,
    /// Commands so far, each of which is answered in a file of its own.
    answers: u32,
}

impl<'a> Screen<'a> {
    /// Starts it; `None`, and a line that says so, without tmux.
    fn start(lab: &'a Lab) -> Option<Self> {
        let tmux = consumer("tmux")?.get_program().into();
        let screen = Self { lab, tmux, answers: 0 };
        let mut command = screen.tmux();
        command.args(["new-session", "-d", "-x", "80", "-y", "24", "sh"]);
        let output = command.output().expect("tmux can be run");
        assert!(output.status.success(), "{output:?}");
        screen.types("PS1='ready> '");
        screen.enter();
        screen.wait_for("ready> ");
        Some(screen)
    }

    fn tmux(&self) -> Command {
        let mut command = self.lab.command(&self.tmux);
        // Of a panic, the message is wanted.
        command
            .env_remove("RUST_BACKTRACE")
            .env_remove("TMUX")
            .env("LC_ALL", "C.UTF-8")
            .env("TERM", "xterm-256color");
        command.args(["-u", "-f", "/dev/null", "-S"]).arg(self.lab.folder().join("tmux"));
        command
    }

    fn tell(&self, arguments: &[&str]) {
        let output = self.tmux().args(arguments).output().expect("tmux can be run");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }

    /// Presses keys by tmux's names of them.
    fn press(&self, keys: &[&str]) {
        self.tell(&[&["send-keys"], keys].concat());
    }

    fn types(&self, text: &str) {
        self.tell(&["send-keys", "-l", text]);
    }

    fn enter(&self) {
        self.press(&["Enter"]);
    }

    fn picture(&self) -> String {
        self.capture(&[])
    }

    /// Returns what is on the screen, or more of it.
    fn capture(&self, arguments: &[&str]) -> String {
        let mut command = self.tmux();
        let output = command.args(["capture-pane", "-p"]).args(arguments).output();
        String::from_utf8(output.expect("tmux can be run").stdout).expect("UTF-8")
    }

    /// Waits until a text is on the screen.
    fn wait_for(&self, text: &str) {
        self.wait(text, |picture| picture.contains(text));
    }

    fn wait(&self, what: &str, is_so: impl Fn(&str) -> bool) {
        let since = std::time::Instant::now();
        wait_until(what, || {
            let picture = self.picture();
            let is_late = since.elapsed() > std::time::Duration::from_secs(100);
            assert!(!is_late, "{what} is not to be seen:\n{picture}");
            is_so(&picture)
        });
    }

    /// Runs a command in the shell, to its end, and returns what it printed.
    fn answer(&mut self, command: &str) -> String {
        self.answers += 1;
        let (file, done) = (format!("answer-{}", self.answers), format!("done-{}", self.answers));
        self.types(&format!("{command} >{file} 2>&1; touch {done}"));
        self.enter();
        let at = |name: &str| self.lab.folder().join(name);
        wait_until(command, || at(&done).exists());
        std::fs::read_to_string(at(&file)).expect("it was answered")
    }

    /// The modes of the terminal, without its size.
    fn modes(&mut self) -> String {
        let all = self.answer("stty -a");
        let parts =
            all.split(';').filter(|part| !part.contains("rows") && !part.contains("columns"));
        parts.collect()
    }

    /// Types `perf-report top` with arguments, and a line with its exit code once it has ended.
    fn top(&self, arguments: &str) {
        let report = program!("perf-report-under-test");
        // The command itself must not look like its answer.
        self.types(&format!("sh -c 'echo $$ >pid; exec {report} top {arguments}'; echo co''de $?"));
        self.enter();
    }

    fn pid(&self) -> String {
        let text = std::fs::read_to_string(self.lab.folder().join("pid")).expect("it was started");
        text.trim().to_owned()
    }
}

impl Drop for Screen<'_> {
    fn drop(&mut self) {
        // The server may have ended with its shell.
        let _ = self.tmux().arg("kill-server").output();
    }
}

/// Starts a program, and a shell in which it is looked at. Hands over the modes of the terminal.
fn start(lab: &Lab) -> Option<(Busy, Screen<'_>, String)> {
    let mut screen = Screen::start(lab)?;
    let busy = Busy::start(lab, &lab.new_folder("segments"));
    let modes = screen.modes();
    assert!(modes.contains("icanon"), "{modes}");
    Some((busy, screen, modes))
}

fn send(signal: &str, pid: &str) {
    let status = Command::new("kill").args([signal, pid]).status().expect("kill can be run");
    assert!(status.success(), "{signal} {pid}");
}

#[test]
fn keys_lead_through_all_views_and_out() {
    let lab = lab!();
    let Some((busy, mut screen, modes)) = start(&lab) else { return };
    screen.top(&busy.pid());
    screen.wait_for("busy::round");
    screen.wait_for("of the last");
    for (key, expected) in [
        ("2", "· busy::tiny"),
        ("3", "thread "),
        ("4", "record no metrics"),
        ("?", "these keys"),
        ("Escape", "record no metrics"),
        ("1", "self %"),
        ("Enter", "durations of calls"),
        ("Escape", "self %"),
        ("d", "since the start"),
        ("0", "since you pressed 0"),
        ("Space", "paused"),
        ("w", "written to perf-top-"),
    ] {
        screen.press(&[key]);
        // Nothing follows Escape before it has worked: terminals take both together for another key.
        screen.wait(expected, |it| {
            it.contains(expected) && (key != "Escape" || !it.contains("Esc back"))
        });
    }
    screen.press(&["Space", "d"]);
    screen.types("/tiny");
    screen.enter();
    screen.wait("the others are gone", |it| it.contains("busy::tiny") && !it.contains("::round"));
    screen.press(&["q"]);
    screen.wait_for("code 0");
    assert_eq!(screen.modes(), modes);
    let written = std::fs::read_dir(lab.folder()).expect("it can be listed");
    let is_snapshot = |path: &Path| path.extension().is_some_and(|it| it == "json");
    let found = written.filter_map(|entry| Some(entry.ok()?.path())).find(|it| is_snapshot(it));
    let text = std::fs::read_to_string(found.expect("a snapshot was written")).expect("UTF-8");
    assert!(text.contains("perf-track/top"), "{text}");
}

#[test]
fn it_fits_into_twenty_columns_and_back() {
    let lab = lab!();
    let Some((busy, mut screen, modes)) = start(&lab) else { return };
    screen.top(&busy.pid());
    screen.wait_for("busy::round");
    screen.tell(&["resize-window", "-x", "20", "-y", "8"]);
    let fits = |picture: &str| {
        picture.contains("self %") && picture.lines().all(|line| line.chars().count() <= 20)
    };
    screen.wait("it fits", |picture| fits(picture) && picture.contains("round"));
    screen.tell(&["resize-window", "-x", "100", "-y", "30"]);
    screen.wait("all columns are back", |it| it.contains("p99") && it.contains("busy::always"));
    screen.press(&["C-c"]);
    screen.wait_for("code 0");
    assert_eq!(screen.modes(), modes);
}

#[test]
fn it_stops_gives_the_terminal_back_and_comes_again() {
    let lab = lab!();
    let Some((busy, mut screen, modes)) = start(&lab) else { return };
    screen.top(&busy.pid());
    screen.wait_for("busy::round");
    screen.press(&["C-z"]);
    screen.wait("the shell is back", |it| it.contains("ready> ") && !it.contains("self %"));
    assert_eq!(screen.modes(), modes);
    screen.types("fg");
    screen.enter();
    screen.wait_for("self %");
    screen.press(&["2"]);
    screen.wait_for("· busy::tiny");
    screen.press(&["q"]);
    screen.wait("the shell is back", |it| it.contains("ready> ") && !it.contains("total %"));
    assert_eq!(screen.answer("echo $?"), "0\n");
    assert_eq!(screen.modes(), modes);
}

#[test]
fn signals_end_it_and_the_terminal_is_as_before() {
    let lab = lab!();
    let Some((busy, mut screen, modes)) = start(&lab) else { return };
    for (signal, code) in [("-TERM", "code 143"), ("-HUP", "code 129"), ("-INT", "code 130")] {
        screen.top(&busy.pid());
        screen.wait_for("busy::round");
        send(signal, &screen.pid());
        screen.wait_for(code);
        assert_eq!(screen.modes(), modes, "{signal}");
    }
}

#[test]
fn a_panic_leaves_the_terminal_as_before_and_its_message_to_be_read() {
    if !cfg!(debug_assertions) {
        return skipped("panics are injected in builds with debug assertions only");
    }
    for (place, code) in [("screen", "code 101"), ("reader", "code 1")] {
        let lab = lab!();
        let Some((busy, mut screen, modes)) = start(&lab) else { return };
        screen.types(&format!("export PERF_REPORT_TEST_PANIC={place}"));
        screen.enter();
        screen.top(&busy.pid());
        screen.wait_for(code);
        screen.wait_for("a panic for a test");
        assert_eq!(screen.modes(), modes, "{place}");
    }
}

#[test]
fn a_command_runs_under_the_view_and_is_stored() {
    let lab = lab!();
    let Some(mut screen) = Screen::start(&lab) else { return };
    let modes = screen.modes();
    let busy = program!("busy");
    screen.top(&format!("-- sh -c \"{busy} 3 2 1; echo the end; exit 5\""));
    screen.wait_for("ended with exit code 5");
    screen.wait_for("stored as run");
    screen.wait_for("busy::round");
    let has_it = |picture: &str| picture.lines().any(|line| line == "the end");
    assert!(!has_it(&screen.picture()), "{}", screen.picture());
    screen.press(&["q"]);
    screen.wait_for("code 5");
    // The report after it may be longer than the screen.
    wait_until("its output has followed", || has_it(&screen.capture(&["-S", "-100"])));
    assert_eq!(screen.modes(), modes);
    assert!(lab.latest().calls("round") > 0);
}

#[test]
fn a_view_whose_terminal_is_gone_ends_without_a_panic() {
    let lab = lab!();
    let Some(mut screen) = Screen::start(&lab) else { return };
    assert!(!screen.modes().is_empty());
    let (report, busy) = (program!("perf-report-under-test"), program!("busy"));
    // Only the view itself is to notice that the terminal is gone.
    screen.types(&format!(
        "sh -c 'trap \"\" HUP; {report} top -- sh -c \"{busy} 3 2 1; sleep 1; exit 5\"; echo $? >ended'"
    ));
    screen.enter();
    screen.wait_for("busy::round");
    assert!(screen.tmux().arg("kill-server").status().is_ok_and(|status| status.success()));
    let ended = lab.folder().join("ended");
    wait_until("it ends", || ended.exists() && !read(&ended).is_empty());
    assert_ne!(read(&ended).trim(), "101");
    assert!(lab.latest().calls("round") > 0, "the command is stored all the same");
}

fn read(path: &std::path::Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

#[test]
fn the_view_of_a_command_is_left_in_either_way() {
    let lab = lab!();
    let Some(mut screen) = Screen::start(&lab) else { return };
    let modes = screen.modes();
    let busy = program!("busy");
    screen.top(&format!("-- {busy} 100000 2 20"));
    screen.wait_for("busy::round");
    screen.press(&["q"]);
    screen.wait_for("the command runs on");
    screen.press(&["C-c"]);
    screen.wait_for("code 130");
    assert_eq!(screen.modes(), modes);

    screen.answer("true");
    screen.types("clear");
    screen.enter();
    screen.top(&format!("-- {busy} 100000 2 20"));
    screen.wait_for("busy::round");
    screen.press(&["C-c"]);
    screen.wait_for("code 130");
    assert_eq!(screen.modes(), modes);
    assert_eq!(*lab.latest().at("/run/signal"), 2);
}

#[test]
fn what_ended_stays_on_the_screen() {
    let lab = lab!();
    let Some((mut busy, mut screen, modes)) = start(&lab) else { return };
    screen.top(busy.segments.to_str().expect("UTF-8"));
    screen.wait_for("busy::round");
    let first = busy.pid();
    busy.end();
    screen.wait_for(&format!("busy {first} (ended)"));
    screen.wait_for("since the start");
    screen.wait_for("busy::round");
    let second = Busy::start(&lab, &busy.segments);
    screen.wait_for("2 processes, 1 ended");
    drop(second);
    screen.wait_for("2 processes, 2 ended");
    screen.press(&["q"]);
    screen.wait_for("code 0");
    assert_eq!(screen.modes(), modes);
}

#[test]
fn without_utf_8_it_is_ascii() {
    let lab = lab!();
    let Some((busy, screen, _)) = start(&lab) else { return };
    screen.types("export LC_ALL=C");
    screen.enter();
    screen.top(&busy.pid());
    screen.wait_for("busy::round");
    screen.press(&["Enter"]);
    screen.wait_for("durations of calls");
    let picture = screen.picture();
    assert!(picture.is_ascii(), "{picture}");
    screen.press(&["q"]);
    screen.wait_for("code 0");
}
