//! A `JUnit` report, as GitLab, Jenkins, Buildkite, Azure and others show the tests of a job.
//!
//! One suite. Its first case is the verdict on the command, whose name stays the same from run to run. Then a
//! case for each finding and each budget: `classname` is crate and module, `name` is function and metric, `time`
//! the self time of the function. What fails `check` is a failure, of type `PerformanceRegression` or
//! `BudgetExceeded`; what could not be judged is skipped, with the reason. With [`Options::all`] there is a case
//! for every row of the comparison.
//!
//! Where nothing was judged, the first case is skipped and says so: a pass would be taken for a good run.
//!
//! Names and reasons are visible characters, names at most 1,024 of them; two cases never have one name in one
//! class, for GitLab counts only the first. GitLab also refuses files of more than 30 MB or 250,000 XML objects:
//! there are 20,000 cases and 25 MB at most, worst first, and the first case says how many are left out.

mod room;

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite, XmlString};

use super::functions::{Taken, visible};
use super::judged::{self, Judged, Outcome, Subject};
use super::{Against, Choice, Facts, Options, Source};
use crate::error::{ExitCode, UserError};
use crate::model::{COMMAND, Comparison, Verdict};
use crate::render;
use crate::text::{sanitize, units};
use room::Room;

pub(super) const FACTS: Facts = Facts {
    word: "junit",
    about: "JUnit XML with the verdicts: GitLab, Jenkins, Buildkite, Azure",
    against: Against::Judgement,
    choices: &[Choice::All],
    is_binary: false,
};

/// Characters of the name of a case.
const LONGEST: usize = 1024;

/// Class of the cases of the program's own metrics.
const METRICS: &str = "(metrics)";

/// Writes the report.
///
/// # Errors
/// Where the report cannot be written as XML, which plain text always can.
pub(super) fn write(source: &Source<'_>, options: &Options) -> Result<Vec<u8>, UserError> {
    let rows = judged::rows(source);
    let mut cases = Cases::default();
    let mut left_out = 0_u64;
    for row in rows.iter().filter(|row| options.all || is_shown(row)) {
        left_out += u64::from(!cases.add(row));
    }
    let mut suite = TestSuite::new("perf-track");
    suite.timestamp = source.run.run.time.parse().ok();
    suite.time = wall(source);
    for (name, value) in properties(source) {
        suite.add_property((name, value.as_str()));
    }
    suite.add_test_case(whole(source, &rows, left_out));
    suite.add_test_cases(cases.list);
    let mut report = Report::new("perf-track");
    report.time = suite.time;
    report.add_test_suite(suite);
    let mut bytes = Vec::new();
    report.serialize(&mut bytes).map_err(|error| {
        UserError::new(ExitCode::Internal, "the report is no XML").because(error)
    })?;
    Ok(bytes)
}

/// Returns whether a row has a case by default: a finding, or a budget.
fn is_shown(row: &Judged<'_>) -> bool {
    row.outcome < Outcome::Accepted || row.is_budget
}

/// The cases that are written.
#[derive(Default)]
struct Cases {
    list: Vec<TestCase>,
    taken: Taken,
    room: Room,
}

impl Cases {
    /// Adds a case for a row; false where there is no room for it.
    fn add(&mut self, row: &Judged<'_>) -> bool {
        let (class, name) = self.names(row);
        let mut case = TestCase::new(name, status(row));
        case.set_classname(class);
        case.time = row.function.map(|function| Duration::from_nanos(function.self_ns));
        if matches!(case.status, TestCaseStatus::Success { .. }) {
            case.set_system_out(xml(&text(row)));
        }
        if !self.room.takes(&case) {
            return false;
        }
        self.list.push(case);
        true
    }

    /// Returns class and name of a case, which no other case has.
    fn names(&mut self, row: &Judged<'_>) -> (XmlString, XmlString) {
        let (class, name) = class_and_name(row);
        let [class, name] = [class, name].map(|text| xml(&visible(text, LONGEST)));
        // No visible text holds the line break between the two.
        let both = format!("{}\n{}: {}", class.as_str(), name.as_str(), row.what);
        let unique = self.taken.unique(&both);
        let name = unique.split_once('\n').map_or(unique.as_str(), |(_, name)| name);
        (class, xml(name))
    }
}

/// Returns crate and module of a row's function, and the rest of its name.
fn class_and_name<'a>(row: &'a Judged<'_>) -> (&'a str, &'a str) {
    match row.subject {
        Subject::Command => return (COMMAND, COMMAND),
        Subject::Metric => return (METRICS, row.name),
        Subject::Function => {}
    }
    let Some(function) = row.function else {
        return row.name.rsplit_once("::").unwrap_or(("", row.name));
    };
    let inside = row.name.strip_prefix(function.module.as_str());
    let inside = inside.and_then(|rest| rest.strip_prefix("::")).filter(|rest| !rest.is_empty());
    (&function.module, inside.unwrap_or(row.name))
}

fn status(row: &Judged<'_>) -> TestCaseStatus {
    let reason = xml(&sanitize::screen(row.reason));
    match row.outcome {
        Outcome::Failed => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status
                .set_message(reason)
                .set_type(kind(row.is_budget))
                .set_description(xml(&text(row)));
            status
        }
        Outcome::Open | Outcome::Advice => {
            let mut status = TestCaseStatus::skipped();
            let advice = if row.outcome == Outcome::Advice { "advice only: " } else { "" };
            status.set_message(xml(&format!("{advice}{}", reason.as_str())));
            status.set_description(xml(&text(row)));
            status
        }
        Outcome::Worse | Outcome::Accepted | Outcome::Fine => TestCaseStatus::success(),
    }
}

fn kind(is_budget: bool) -> &'static str {
    if is_budget { "BudgetExceeded" } else { "PerformanceRegression" }
}

/// Returns the verdict, the reason, and the place: GitLab shows nothing else of a case.
fn text(row: &Judged<'_>) -> String {
    let (reason, name) = (sanitize::screen(row.reason), sanitize::screen(row.name));
    let mut lines = vec![format!("{}: {reason}", row.verdict), name.into_owned()];
    lines.extend(row.place.map(|(file, line)| format!("{}:{line}", sanitize::screen(file))));
    lines.join("\n")
}

/// Returns the case of the command as a whole.
fn whole(source: &Source<'_>, rows: &[Judged<'_>], left_out: u64) -> TestCase {
    let judged = source.comparison.filter(|_| !rows.is_empty());
    let (status, text) = if let Some(comparison) = judged {
        of_comparison(comparison, rows, left_out)
    } else {
        let mut status = TestCaseStatus::skipped();
        status.set_message(xml(&sanitize::screen(&judged::nothing(source))));
        (status, None)
    };
    let name = visible(&render::command_line(source.run), LONGEST);
    let mut case = TestCase::new(xml(&name), status);
    case.set_classname("perf-track");
    case.time = wall(source);
    if let Some(text) = text {
        case.set_system_out(xml(&text));
    }
    case
}

/// Returns the status of the whole, and its text where the status holds none.
fn of_comparison(
    comparison: &Comparison,
    rows: &[Judged<'_>],
    left_out: u64,
) -> (TestCaseStatus, Option<String>) {
    let headline = render::headline(comparison);
    let mut lines = vec![format!("{}{}: {}", headline.word, headline.bearing, headline.sentence)];
    if left_out > 0 {
        let cases = units::plural(left_out, "more case");
        lines.push(format!("{cases} left out, for GitLab takes no larger file"));
    }
    let notes = comparison.notes.iter().chain(&comparison.missing);
    lines.extend(notes.map(|note| format!("note: {}", sanitize::screen(note))));
    let text = lines.join("\n");
    let failed = || rows.iter().filter(|row| row.outcome == Outcome::Failed);
    let message = format!("{}{}", headline.sentence, headline.bearing);
    if let Some(first) = failed().next() {
        let is_budget = first.is_budget && failed().all(|row| row.is_budget);
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(xml(&message)).set_type(kind(is_budget)).set_description(xml(&text));
        (status, None)
    } else if matches!(comparison.verdict, Verdict::Inconclusive | Verdict::Regression) {
        let mut status = TestCaseStatus::skipped();
        status.set_message(xml(&message)).set_description(xml(&text));
        (status, None)
    } else {
        (TestCaseStatus::success(), Some(text))
    }
}

fn properties(source: &Source<'_>) -> Vec<(&'static str, String)> {
    let run = &source.run.run;
    let mut all = vec![("run", run.id.clone())];
    if let Some(comparison) = source.comparison {
        all.extend(comparison.baseline.clone().map(|baseline| ("baseline", baseline)));
        all.push(("judged", format!("{} of {}", comparison.judged, comparison.of)));
    }
    all.extend(run.git.as_ref().map(|git| ("commit", git.commit.clone())));
    all.push(("machine", run.machine_key().into_owned()));
    let visible = all.into_iter().filter(|(_, value)| !value.is_empty());
    visible.map(|(name, value)| (name, sanitize::screen(&value).into_owned())).collect()
}

fn wall(source: &Source<'_>) -> Option<Duration> {
    source.run.process.own_usage().wall_ns.map(Duration::from_nanos)
}

/// Returns text without the characters that XML has no way to write.
fn xml(text: &str) -> XmlString {
    XmlString::new(text)
}
