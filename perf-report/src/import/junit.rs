//! `JUnit` XML, as cargo-nextest, pytest, Maven and many others write it: tests of suites.
//!
//! A failure's time is no time of the test. `flakyFailure` and `rerunFailure` are attempts with times of their
//! own. A suite is a function only where it has a time itself; tests may run at the same time, so their sum
//! is none.

use std::collections::BTreeMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::imported::{Imported, ImportedRun, Mistake};
use super::measured::{Measured, whole_ns};
use super::names::identify;
use super::notes::Notes;
use super::numbers::{self, number};
use crate::model::{Function, FunctionKind, Identity, Statistic, Suite, Test, TestOutcome};

/// The most tests of one file.
const MOST: usize = 1_000_000;

/// A test that is being read.
#[derive(Debug, Default)]
struct Case {
    class: String,
    test: Test,
    /// Seconds in its own line.
    time_ns: Option<u64>,
    /// Times of further attempts.
    flaky: Vec<Option<u64>>,
    rerun: Vec<Option<u64>>,
    has_failed: bool,
    was_skipped: bool,
}

/// The state of reading.
#[derive(Debug, Default)]
struct State {
    run: ImportedRun,
    /// Suites that are open, the innermost last.
    open: Vec<Suite>,
    case: Option<Case>,
    notes: Notes,
    /// Number of times that each name was there.
    names: BTreeMap<String, u64>,
    tests: usize,
    /// Number of whole reports.
    roots: usize,
}

/// Reads the tests.
pub(super) fn read(text: &str) -> Result<Imported, Mistake> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut state = State::default();
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => state.start(&start)?,
            Ok(Event::Empty(start)) => {
                state.start(&start)?;
                state.end(start.local_name().as_ref());
            }
            Ok(Event::End(end)) => state.end(end.local_name().as_ref()),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                let at = reader.error_position();
                return Err(Mistake::not("JUnit", format!("{error}, at byte {at}")));
            }
        }
    }
    if state.case.is_some() || !state.open.is_empty() {
        state.notes.problem("file", "that ends in the middle", "");
    }
    state.end(b"testcase");
    while !state.open.is_empty() {
        state.end(b"testsuite");
    }
    let State { mut run, notes, .. } = state;
    let failed = run.suites.iter().any(|suite| suite.failed.unwrap_or(0) > 0);
    run.exit_code = failed.then_some(1);
    Ok(Imported::one(run, notes))
}

impl State {
    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), Mistake> {
        /// No writer nests suites deeper.
        const DEEPEST: usize = 64;
        match start.local_name().as_ref() {
            b"testsuites" => {
                self.roots += 1;
                if self.roots > 1 {
                    let what = "behind the first in one file, of which nobody knows whether it is another run";
                    self.notes.problem("report", what, "");
                }
                let wall_ns = time(start, &mut self.notes);
                self.run.wall_ns = self.run.wall_ns.or(wall_ns);
                self.run.time = self.run.time.or_else(|| timestamp(start));
            }
            b"testsuite" => {
                if self.open.len() >= DEEPEST {
                    return Err(Mistake::not("JUnit", "its suites are nested too deep"));
                }
                self.run.time = self.run.time.or_else(|| timestamp(start));
                let name = attribute(start, "name").unwrap_or_default();
                let wall_ns = time(start, &mut self.notes);
                self.open.push(Suite { name, wall_ns, ..Suite::default() });
            }
            b"testcase" => {
                self.end(b"testcase");
                self.tests += 1;
                if self.tests > MOST {
                    return Err(Mistake::not("JUnit", "it has too many tests"));
                }
                let test =
                    Test { name: attribute(start, "name").unwrap_or_default(), ..Test::default() };
                let class = attribute(start, "classname").unwrap_or_default();
                let time_ns = time(start, &mut self.notes);
                self.case = Some(Case { class, test, time_ns, ..Case::default() });
            }
            other => {
                if let Some(case) = &mut self.case {
                    case.child(other, start, &mut self.notes);
                }
            }
        }
        Ok(())
    }

    fn end(&mut self, name: &[u8]) {
        match name {
            b"testcase" => {
                let Some(case) = self.case.take() else { return };
                if self.open.is_empty() {
                    // Some writers have neither root nor suite.
                    self.open.push(Suite { name: case.class.clone(), ..Suite::default() });
                }
                self.add(case);
            }
            b"testsuite" => {
                self.end(b"testcase");
                if let Some(suite) = self.open.pop() {
                    self.close(suite);
                }
            }
            _ => {}
        }
    }

    /// Adds a test to the innermost suite, and to the functions where it ran.
    fn add(&mut self, case: Case) {
        let time_ns = case.time_ns;
        let class = case.class.clone();
        let test = case.ended();
        let Some(suite) = self.open.last_mut() else { return };
        let class = if class.is_empty() { suite.name.clone() } else { class };
        let name = [class.as_str(), test.name.as_str()].map(str::trim);
        let name = name.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ");
        suite.tests_ns = Some(suite.tests_ns.unwrap_or(0).saturating_add(time_ns.unwrap_or(0)));
        suite.tests.push(test.clone());
        if test.outcome == TestOutcome::Ignored {
            return;
        }
        // Of most writers the class is the suite.
        let of_suite = suite.name.trim().to_owned();
        let qualifier = Some(of_suite).filter(|it| *it != class.trim() && !it.is_empty());
        self.push(of_test(name, &test), qualifier, "test");
    }

    /// Adds a function. One of which there is another is numbered: a report says no more of it.
    fn push(&mut self, mut function: Function, qualifier: Option<String>, kind: &'static str) {
        let name = function.name.clone();
        let mut own =
            qualifier.map(|qualifier| Identity { name: name.clone(), qualifier, measure: None });
        let full = own.as_ref().map_or_else(|| name.clone(), Identity::full);
        let count = self.names.entry(full).or_default();
        *count += 1;
        if *count > 1 {
            function.name = format!("{name} ({count})");
            self.notes.problem(kind, "of a name that another has too, numbered", &function.name);
        }
        if let Some(own) = &mut own {
            own.name.clone_from(&function.name);
        }
        identify(own.as_ref(), Some(&mut function), &mut []);
        self.run.functions.push(function);
    }

    /// Counts the tests of a suite that is complete, and adds it.
    fn close(&mut self, mut suite: Suite) {
        if suite.tests.is_empty() {
            return;
        }
        suite.count_tests();
        suite.ignored = Some(suite.tests_with(TestOutcome::Ignored));
        suite.tests.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(wall_ns) = suite.wall_ns {
            self.push(of_suite(&suite, wall_ns), None, "suite");
        }
        self.run.suites.push(suite);
    }
}

impl Case {
    /// Takes a child of the test into account.
    fn child(&mut self, name: &[u8], start: &BytesStart<'_>, notes: &mut Notes) {
        match name {
            b"failure" | b"error" => self.has_failed = true,
            b"skipped" => self.was_skipped = true,
            b"flakyFailure" | b"flakyError" => self.flaky.push(time(start, notes)),
            b"rerunFailure" | b"rerunError" => self.rerun.push(time(start, notes)),
            _ => {}
        }
    }

    /// Returns the test with its outcome, its last attempt and those before.
    fn ended(self) -> Test {
        let outcome = match (self.was_skipped, self.has_failed, self.flaky.is_empty()) {
            (true, false, _) => TestOutcome::Ignored,
            (_, true, _) => TestOutcome::Failed,
            (_, _, false) => TestOutcome::Flaky,
            _ => TestOutcome::Passed,
        };
        // Of a flaky test the line of the test is its last attempt, of one that failed its first.
        let mut times: Vec<Option<u64>> = self.flaky;
        times.push(self.time_ns);
        times.extend(self.rerun);
        let attempts = u32::try_from(times.len()).unwrap_or(u32::MAX);
        let wall_ns = times.pop().flatten();
        let is_run = outcome != TestOutcome::Ignored;
        Test {
            outcome,
            wall_ns: wall_ns.filter(|_| is_run),
            earlier_ns: times.into_iter().flatten().collect(),
            attempts: if is_run { attempts } else { 0 },
            ..self.test
        }
    }
}

/// Makes the function of a test. One that failed has no time.
pub(super) fn of_test(name: String, test: &Test) -> Function {
    let has_failed = test.outcome == TestOutcome::Failed;
    let time = test.wall_ns.filter(|_| !has_failed).map(crate::stats::number::float);
    let measured = Measured {
        name,
        value_ns: time,
        statistic: Statistic::Single,
        iterations: Some(1),
        errors: Some(u64::from(has_failed)),
        ..Measured::default()
    };
    Function { kind: FunctionKind::Test, benchmark: None, ..measured.function() }
}

fn of_suite(suite: &Suite, wall_ns: u64) -> Function {
    let measured = Measured {
        name: suite.name.clone(),
        value_ns: Some(crate::stats::number::float(wall_ns)),
        statistic: Statistic::Single,
        iterations: Some(1),
        errors: Some(u64::from(suite.failed.unwrap_or(0) > 0)),
        ..Measured::default()
    };
    Function { kind: FunctionKind::Suite, benchmark: None, ..measured.function() }
}

/// Returns an attribute, as far as it can be read.
fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut all = start.attributes();
    let mut all = all.with_checks(false).flatten();
    let found = all.find(|it| it.key.local_name().as_ref() == name.as_bytes())?;
    let value = found.normalized_value(XmlVersion::Implicit1_0).map(std::borrow::Cow::into_owned);
    Some(value.unwrap_or_else(|_| String::from_utf8_lossy(&found.value).into_owned()))
}

/// Returns the time of an element in nanoseconds; writers put seconds there, some with commas.
fn time(start: &BytesStart<'_>, notes: &mut Notes) -> Option<u64> {
    let text = attribute(start, "time").filter(|text| !text.trim().is_empty())?;
    let name = attribute(start, "name").unwrap_or_default();
    let Some(seconds) = number(&text) else {
        notes.problem("time", "that cannot be read, left out", &format!("{name} ({text})"));
        return None;
    };
    whole_ns(seconds, &name, notes)
}

/// Returns the time at which an element began.
fn timestamp(start: &BytesStart<'_>) -> Option<jiff::Timestamp> {
    numbers::timestamp(&attribute(start, "timestamp")?)
}
