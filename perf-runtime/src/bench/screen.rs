//! What is printed: names, and a line for each case. The only place here that prints.

use std::fs::File;
use std::io::Write;
use std::process::ExitCode;
use std::sync::OnceLock;

use super::cases::{Case, Cases};
use super::flags::{HELP, Mode, Wanted};
use super::{line, system};
use crate::snapshot::{Benchmark, Ending};

/// Standard output and error as they were at the start: a benchmark may close them, and open
/// something else in their place.
static STREAMS: OnceLock<[Option<File>; 2]> = OnceLock::new();

/// Keeps hold of standard output and error.
pub(super) fn open() {
    STREAMS.get_or_init(system::streams);
}

fn say(text: &str) {
    write(0, text);
}

fn complain(text: &str) {
    write(1, text);
}

fn write(stream: usize, text: &str) {
    if let Some([Some(file), ..]) = STREAMS.get().map(|all| &all[stream..]) {
        // Nobody reading is no reason to fail.
        let _ = (&mut &*file).write_all(format!("{text}\n").as_bytes());
    }
}

/// Prints the names of the cases as libtest does; those alone that are ignored otherwise, if
/// `ignored_only`.
pub(super) fn list(cases: &[Case], ignored_only: bool) -> ExitCode {
    for case in cases.iter().filter(|case| !ignored_only || case.site.options.ignore) {
        say(&format!("{}: benchmark", plain(&case.name())));
    }
    ExitCode::SUCCESS
}

/// Prints the help.
pub(super) fn help() {
    say(HELP.trim_end());
}

/// Prints that the arguments are wrong.
pub(super) fn error(problem: &str) {
    complain(&format!("error: {}", plain(problem)));
}

/// Prints that something was left out.
pub(super) fn warn(problem: &str) {
    complain(&format!("warning: {}", plain(problem)));
}

/// Prints that nothing runs of `cases`. Not an error, since cargo runs
/// several programs with the same filter, of which one has what it asks for.
pub(super) fn none(wanted: &Wanted, cases: &Cases) {
    if wanted.mode == Mode::Test {
        // What reads the output of tests looks for their counts.
        tests_begin(0);
        tests_end(cases, &[]);
    }
    say(&nothing(&wanted.filters, cases.left_out.len(), cases.ignored()));
}

/// Says that nothing runs of `all` benchmarks, of which so many do not because they are `ignored`.
fn nothing(filters: &[String], all: usize, ignored: usize) -> String {
    let quoted: Vec<String> = filters.iter().map(|it| format!("`{}`", plain(it))).collect();
    let are = |count: usize, rest: &str| match count {
        1 => format!("there is 1{rest}"),
        _ => format!("there are {count}{rest}"),
    };
    match (all, ignored, quoted.is_empty()) {
        (0, _, _) => "no benchmark in this program".to_owned(),
        (_, 0, true) => format!("no benchmark is left; {}: --list names them", are(all, "")),
        (_, 0, false) => {
            let filters = quoted.join(" or ");
            format!("no benchmark matches {filters}; {}: --list names them", are(all, ""))
        }
        (_, _, true) => {
            let all = are(ignored, " marked `ignore`");
            format!("no benchmark runs; {all}: --ignored runs those, --include-ignored all")
        }
        (_, _, false) => {
            let filters = quoted.join(" or ");
            let marked = are(ignored, " marked `ignore` that does");
            format!("no benchmark that runs matches {filters}; {marked}: add --ignored")
        }
    }
}

/// Prints that all cases are about to run once.
pub(super) fn tests_begin(cases: usize) {
    say(&format!("\nrunning {cases} benchmarks once"));
}

/// Prints how a case went that ran once.
pub(super) fn test(case: &Case, is_ok: bool) {
    say(&format!("test {} ... {}", plain(&case.name()), if is_ok { "ok" } else { "FAILED" }));
}

/// Prints which cases failed, and the counts that libtest prints.
pub(super) fn tests_end(cases: &Cases, failed: &[(&Case, String)]) {
    for (case, message) in failed {
        complain(&format!("\n---- {} ----\n{}", plain(&case.name()), plain(message)));
    }
    let result = if failed.is_empty() { "ok" } else { "FAILED" };
    say(&format!(
        "\ntest result: {result}. {} passed; {} failed; {} ignored; 0 measured; {} filtered out\n",
        cases.wanted.len() - failed.len(),
        failed.len(),
        cases.ignored(),
        cases.left_out.len() - cases.ignored()
    ));
}

/// Prints what is about to happen.
pub(super) fn head(cases: usize, ignored: usize, is_quick: bool) {
    let noun = if cases == 1 { "benchmark" } else { "benchmarks" };
    say(&format!("\nmeasuring {cases} {noun}{}", if is_quick { ", quickly" } else { "" }));
    if ignored > 0 {
        say(&format!("{ignored} marked `ignore`: --include-ignored measures these, too"));
    }
    say("");
    say(&line::titles());
}

/// Prints the results of a group: a line for each case, and how it compares.
pub(super) fn group(cases: &[Case], measured: &[Benchmark]) {
    for case in cases {
        let name = case.name();
        let Some(facts) = measured.iter().find(|facts| facts.case_name() == name) else { continue };
        let name = plain(&name);
        if facts.ending == Ending::Ok {
            say(&line::measured(&name, facts, base(facts, cases, measured)));
        } else {
            ended(case, facts.ending, facts.message.as_deref().unwrap_or_default());
        }
    }
}

/// Returns the case that `facts` is compared with: of the same argument and number of threads, that
/// of the baseline, or of the first member of the group.
fn base<'a>(facts: &Benchmark, cases: &[Case], measured: &'a [Benchmark]) -> Option<&'a Benchmark> {
    let first = cases.first().map(|case| case.site.path())?;
    let alike = |it: &&Benchmark| it.argument == facts.argument && it.threads == facts.threads;
    let mut all = measured.iter().filter(alike);
    let marked = all.clone().find(|it| it.is_base);
    let base = marked.or_else(|| all.find(|it| it.name == first))?;
    (!facts.group.is_empty() && base.name != facts.name).then_some(base)
}

/// Prints how a case ended, other than by having been measured.
pub(super) fn ended(case: &Case, ending: Ending, message: &str) {
    let (name, ending) = (plain(&case.name()), ending.name());
    let words: Vec<&str> = message.split_whitespace().collect();
    let colon = if words.is_empty() { "" } else { ": " };
    say(&format!("{}  {ending}{colon}{}", line::name(&name), plain(&words.join(" "))));
}

/// Returns text without characters that a terminal would obey.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_runs_has_its_reason() {
        let filters = ["nosuch".to_owned(), "a\u{1b}".to_owned()];
        let one = &filters[..1];
        for (filters, all, ignored, expected) in [
            (one, 12, 0, "no benchmark matches `nosuch`; there are 12: --list names them"),
            (one, 1, 0, "no benchmark matches `nosuch`; there is 1: --list names them"),
            (
                &filters[..],
                2,
                0,
                "no benchmark matches `nosuch` or `a\u{fffd}`; there are 2: --list names them",
            ),
            (one, 0, 0, "no benchmark in this program"),
            (&[], 3, 0, "no benchmark is left; there are 3: --list names them"),
            (
                one,
                3,
                1,
                "no benchmark that runs matches `nosuch`; there is 1 marked `ignore` that does: add --ignored",
            ),
            (
                &[],
                3,
                3,
                "no benchmark runs; there are 3 marked `ignore`: --ignored runs those, --include-ignored all",
            ),
        ] {
            assert_eq!(nothing(filters, all, ignored), expected);
        }
    }

    #[test]
    fn text_cannot_reach_the_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb"), "a\u{fffd}[2Jb");
    }
}
