//! What every command ends with, as the guide says: a table of causes, each with its exit code and a word
//! of what is said.

mod check;
mod others;
mod runs;

use std::collections::BTreeSet;
use std::fs;

use perf_report::model::RunDocument;
use perf_report::project::store::{Sqlite, Store as _};
use perf_tests::{Finished, Lab, lab};

const GUIDE: &str = include_str!("../../docs/configuration.md");

/// A way to an exit code.
#[derive(Debug, Clone, Default)]
struct Case {
    /// What leads there.
    what: &'static str,
    /// Runs in the store, oldest first.
    runs: Vec<RunDocument>,
    /// The run that is kept as the baseline `main`.
    kept: Option<&'static str>,
    /// A run that is no longer in the store when the command runs.
    forgotten: Option<&'static str>,
    /// Files beside it.
    files: Vec<(&'static str, &'static str)>,
    /// The arguments of perf-report.
    arguments: Vec<String>,
    /// What it ends with.
    code: i32,
    /// A part of what it says.
    says: &'static str,
}

impl Case {
    fn of(what: &'static str) -> Self {
        Self { what, ..Self::default() }
    }

    fn stores(mut self, runs: impl IntoIterator<Item = RunDocument>) -> Self {
        self.runs.extend(runs);
        self
    }

    fn keeps(self, run: &'static str) -> Self {
        Self { kept: Some(run), ..self }
    }

    fn forgets(self, run: &'static str) -> Self {
        Self { forgotten: Some(run), ..self }
    }

    fn writes(mut self, file: &'static str, text: &'static str) -> Self {
        self.files.push((file, text));
        self
    }

    fn runs(mut self, arguments: &str) -> Self {
        self.arguments = arguments.split_whitespace().map(str::to_owned).collect();
        self
    }

    fn with(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    fn ends(self, code: i32, says: &'static str) -> Self {
        Self { code, says, ..self }
    }

    /// Carries it out, and tells what is not as it should be.
    fn failure(&self) -> Option<String> {
        let lab = lab!();
        lab.new_folder("segments");
        self.prepare(&lab);
        let Finished { code, stdout, stderr, .. } = lab.report(&self.arguments);
        let said = format!("{stdout}\n{stderr}");
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_right = code == Some(self.code) && flat.contains(self.says);
        (!is_right).then(|| {
            let Self { what, arguments, code: expected, says, .. } = self;
            format!("{what}: {arguments:?} ended with {code:?}, not {expected}, or not with {says:?}:\n{said}")
        })
    }

    fn prepare(&self, lab: &Lab) {
        let save = |run: &RunDocument| {
            let mut store = Sqlite::open_or_create(&lab.store()).expect("a store can be made");
            store.save(run).expect("a run can be stored");
        };
        self.runs.iter().for_each(save);
        if let Some(run) = self.kept {
            let saved = lab.report(["baseline", "save", "main", run]);
            assert_eq!(saved.code, Some(0), "{}: {}", self.what, saved.stderr);
        }
        if let Some(forgotten) = self.forgotten {
            fs::remove_file(lab.store()).expect("there is a store");
            self.runs.iter().filter(|run| run.run.id != forgotten).for_each(save);
        }
        for (file, text) in &self.files {
            let path = lab.folder().join(file);
            let folder = path.parent().expect("it is in the lab");
            fs::create_dir_all(folder).expect("a folder can be made");
            fs::write(path, text).expect("a file can be written");
        }
    }
}

/// Carries out all of them; each that fails is told.
fn carry_out<'a>(cases: impl IntoIterator<Item = &'a Case>) {
    let failures: Vec<String> = cases.into_iter().filter_map(Case::failure).collect();
    assert!(failures.is_empty(), "{} failed:\n\n{}", failures.len(), failures.join("\n\n"));
}

/// The first column of the guide's table whose title begins with `title`.
fn rows(title: &str) -> Vec<String> {
    let lines = GUIDE.lines().skip_while(|line| !line.starts_with(title)).skip(2);
    let rows = lines.take_while(|line| line.starts_with('|'));
    rows.filter_map(|line| Some(line.split('|').nth(1)?.trim().to_owned())).collect()
}

#[test]
fn check_ends_as_the_guide_says() {
    let table = check::rows();
    let tried: Vec<&str> = table.iter().map(|(row, _)| *row).collect();
    assert_eq!(tried, rows("| | exit code of `check` |"), "each row of the guide has its cases");
    carry_out(table.iter().flat_map(|(_, cases)| cases));
}

#[test]
fn every_command_ends_as_the_guide_says() {
    let cases = others::cases();
    carry_out(&cases);
    let of_check = check::rows();
    let all = cases.iter().chain(of_check.iter().flat_map(|(_, cases)| cases));
    let tried: BTreeSet<String> = all.map(|case| case.code.to_string()).collect();
    let documented = rows("| exit code | meaning |");
    assert!(documented.len() >= 7, "{documented:?}");
    // That of what nobody could have done otherwise is below.
    let untried: Vec<_> = documented.iter().filter(|code| !tried.contains(*code)).collect();
    assert_eq!(untried, ["1"]);
}

#[test]
fn what_nobody_could_have_done_otherwise_ends_with_1() {
    let lab = lab!();
    let mut command = lab.command("sh");
    command
        .args(["-c", "\"$0\" doctor > /dev/full"])
        .arg(perf_tests::program!("perf-report-under-test"));
    let output = command.output().expect("there is a shell");
    let finished = Finished::from(output);
    assert_eq!(finished.code, Some(1), "{}", finished.stderr);
    assert!(finished.stderr.contains("standard output cannot be written"), "{}", finished.stderr);
}

#[test]
fn a_case_can_fail() {
    assert!(Case::of("no code").runs("help").ends(1, "Usage").failure().is_some());
    assert!(Case::of("no word").runs("help").ends(0, "no such word").failure().is_some());
    assert!(Case::of("none").runs("help").ends(0, "Usage").failure().is_none());
}
