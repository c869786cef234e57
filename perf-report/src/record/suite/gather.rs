//! The accounts of processes, put together to suites.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::names::{Identity, Packages};
use super::row::{self, Role, Row};
use super::setup;
use super::traced::Traced;
use super::watched::{Sizes, watched};
use crate::model::{
    CustomMetric, Function, FunctionKind, MetricKind, RunDocument, SUITES, Suite, Test,
    TestOutcome, WatchedFolder,
};
use crate::record::collect::Collected;
use crate::record::recorder::Recorded;
use crate::stats::number::float;
use crate::text::units;

/// Processes whose time is the suite's.
const WHOLE: &[Role] = &[Role::Binary, Role::Test, Role::Doctests];
/// Processes whose memory is the suite's: a compiler's is not.
const TESTS: &[Role] = &[Role::Binary, Role::Test, Role::Doctest];

/// The suites of a run, and what else became of them.
#[derive(Debug, Clone, Default, PartialEq)]
struct Found {
    /// The suites, sorted by name.
    suites: Vec<Suite>,
    /// The suites, and the tests with a process each, as functions.
    functions: Vec<Function>,
    /// The figures of the suites that are judged and followed as metrics.
    metrics: Vec<CustomMetric>,
    /// The gaps, in words.
    problems: Vec<String>,
    /// The build of the test binaries: the compiler, and the profile.
    build: Option<(String, String)>,
}

/// Adds the suites whose accounts lie in the folder of the run to it, and the folders that were watched since
/// `before`; `root` is that of the workspace.
pub(crate) fn complete(recorded: &mut Recorded, root: &Path, before: &Sizes) {
    let document = &mut recorded.document;
    document.run.folders = watched(root, before);
    document.metrics.extend(document.run.folders.iter().filter_map(size));
    add_to(document, (recorded.session.folder(), &recorded.collected), root);
}

/// Adds the suites whose accounts lie in `folder` to the run made of what was `collected` there.
pub(crate) fn add_to(
    document: &mut RunDocument,
    (folder, collected): (&Path, &Collected),
    root: &Path,
) {
    let found = gather(folder, root, collected);
    if let Some((rustc, profile)) = &found.build
        && document.process.count == 0
    {
        // Nothing that recorded tells it; and runs of another build say nothing of the time.
        document.run.toolchain.rustc.clone_from(rustc);
        document.run.toolchain.profile.clone_from(profile);
    }
    found.add_to(document);
}

/// Gathers the suites whose accounts lie in `folder`. `collected` is what their processes recorded.
fn gather(folder: &Path, root: &Path, collected: &Collected) -> Found {
    let (rows, unreadable) = row::read_all(folder);
    let packages = Packages::of(&rows);
    let segments: Vec<PathBuf> = collected.ended.iter().chain(&collected.living).cloned().collect();
    let traced = if rows.is_empty() { Traced::default() } else { Traced::read(&segments, &rows) };
    let rustc = setup::read(folder).map(|setup| setup.rustc).unwrap_or_default();
    let mut found = suites(&rows, &packages, &traced, root);
    found.build = rows.iter().find_map(profile).map(|profile| (rustc, profile));
    if unreadable > 0 {
        let accounts = units::plural(unreadable, "account");
        found.problems.push(format!("{accounts} of the processes of suites cannot be read"));
    }
    found
}

impl Found {
    /// Adds all of it to the run.
    fn add_to(self, run: &mut RunDocument) {
        let taken: BTreeSet<String> = run.functions.iter().map(|it| it.name.clone()).collect();
        for mut function in self.functions {
            if taken.contains(&function.name) {
                function.name.push_str(" (suite)");
            }
            run.functions.push(function);
        }
        run.metrics.extend(self.metrics);
        run.metrics.sort_by(|a, b| (&a.name, a.kind).cmp(&(&b.name, b.kind)));
        run.recording.problems.extend(self.problems);
        run.suites = self.suites;
    }
}

/// Returns the profile that a program was built under, by the folder that it lies in.
fn profile(row: &Row) -> Option<String> {
    let is_binary = matches!(row.role, Role::Binary | Role::Test);
    let folder = row.program.parent()?.parent()?.file_name()?;
    is_binary.then(|| folder.to_string_lossy().into_owned())
}

/// Puts the rows of each suite together.
fn suites(rows: &[Row], packages: &Packages, traced: &Traced, root: &Path) -> Found {
    let mut groups: BTreeMap<Identity, Vec<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        groups.entry(packages.identify(row)).or_default().push(at);
    }
    let names = told_apart(groups.keys(), root);
    let mut found = Found::default();
    for ((identity, ats), name) in groups.into_iter().zip(names) {
        let of = Group { rows, ats: &ats, traced };
        let Some(suite) = of.suite(name, &identity) else { continue };
        found.problems.extend(of.gap(&suite.name));
        found.functions.extend(functions(&suite, &identity));
        found.metrics.extend(peak(&suite));
        found.suites.push(suite);
    }
    found.functions.extend(whole(rows, &found.suites));
    found.suites.sort_by(|a, b| a.name.cmp(&b.name));
    found.functions.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// Returns all suites together as a function, where there are several: the time in which at least one ran.
fn whole(rows: &[Row], suites: &[Suite]) -> Option<Function> {
    let all_ended = suites.len() > 1 && suites.iter().all(|suite| suite.wall_ns.is_some());
    let rows = rows.iter().filter(|row| WHOLE.contains(&row.role));
    let ended = rows.filter_map(|row| Some((row.started_unix_ns, row.end.as_ref()?.wall_ns)));
    let spans = ended.map(|(from, wall)| (from, from.saturating_add(wall)));
    all_ended.then(|| function(SUITES.to_owned(), FunctionKind::Suite, covered(spans)))
}

/// Returns the names of the suites: where several packages have one, with the folder.
fn told_apart<'a>(
    identities: impl Iterator<Item = &'a Identity> + Clone,
    root: &Path,
) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for identity in identities.clone() {
        *counts.entry(&identity.name).or_default() += 1;
    }
    let name = |identity: &Identity| {
        if counts.get(identity.name.as_str()).is_none_or(|count| *count < 2) {
            return identity.name.clone();
        }
        let dir = identity.manifest_dir.strip_prefix(root).unwrap_or(&identity.manifest_dir);
        format!("{} [{}]", identity.name, dir.display())
    };
    identities.map(name).collect()
}

/// The rows of one suite.
struct Group<'a> {
    rows: &'a [Row],
    ats: &'a [usize],
    traced: &'a Traced,
}

impl<'a> Group<'a> {
    fn with(&self, roles: &'static [Role]) -> impl Iterator<Item = (usize, &'a Row)> + Clone {
        let (rows, ats) = (self.rows, self.ats);
        ats.iter()
            .filter_map(move |at| Some((*at, rows.get(*at)?)))
            .filter(|(_, row)| roles.contains(&row.role))
    }

    /// Returns the suite; `None` where none of its processes ran a test.
    fn suite(&self, name: String, identity: &Identity) -> Option<Suite> {
        self.with(WHOLE).next()?;
        let whole = self.with(WHOLE).filter_map(|(_, row)| row.end.as_ref());
        let tests = self.with(TESTS).filter_map(|(_, row)| row.end.as_ref());
        let has_begun_only =
            self.with(&[Role::Binary, Role::Doctests]).any(|(_, row)| row.end.is_none());
        let has_ended = whole.clone().next().is_some();
        let functions: BTreeSet<String> =
            self.ats.iter().flat_map(|at| self.traced.functions(*at)).collect();
        let parts = self.with(&[Role::Test, Role::Doctest]).filter_map(|(_, row)| row.end.as_ref());
        let suite = Suite {
            name,
            target: identity.target.to_owned(),
            wall_ns: (!has_begun_only).then(|| self.wall_ns(WHOLE)),
            tests_ns: parts.clone().next().map(|_| sum(parts.map(|end| end.wall_ns))),
            user_ns: has_ended.then(|| sum(whole.clone().map(|end| end.user_ns))),
            system_ns: has_ended.then(|| sum(whole.clone().map(|end| end.system_ns))),
            peak_rss_bytes: tests.clone().map(|end| end.peak_rss_bytes).max(),
            read_bytes: tests.clone().map(|end| end.read_bytes).reduce(add).flatten(),
            written_bytes: tests.clone().map(|end| end.written_bytes).reduce(add).flatten(),
            processes: self.with(TESTS).count() as u64,
            exit_code: exit_code(&whole.clone().map(|end| end.exit_code)),
            signal: whole.clone().find_map(|end| end.signal),
            functions: functions.into_iter().collect(),
            metrics: self.traced.metrics(self.ats),
            ..Suite::default()
        };
        Some(if self.with(&[Role::Test]).next().is_some() {
            self.by_process(suite)
        } else {
            self.by_output(suite)
        })
    }

    /// Counts the tests by what the outputs said.
    fn by_output(&self, mut suite: Suite) -> Suite {
        let ends =
            self.with(&[Role::Binary, Role::Doctests]).filter_map(|(_, row)| row.end.as_ref());
        let counts = ends.clone().filter_map(|end| end.heard.counts);
        if counts.clone().next().is_some() {
            suite.passed = Some(sum(counts.clone().map(|it| it.passed)));
            suite.failed = Some(sum(counts.clone().map(|it| it.failed)));
            suite.ignored = Some(sum(counts.clone().map(|it| it.ignored)));
            suite.filtered = Some(sum(counts.map(|it| it.filtered)));
        }
        let named = ends.flat_map(|end| &end.heard.tests);
        let mut tests: BTreeMap<&str, Test> = BTreeMap::new();
        for test in named {
            let attempts = u32::from(test.outcome != TestOutcome::Ignored);
            let entry = tests.entry(&test.name).or_default();
            let is_failed = entry.outcome == TestOutcome::Failed;
            entry.name.clone_from(&test.name);
            entry.outcome = if is_failed { TestOutcome::Failed } else { test.outcome };
            entry.attempts += attempts;
        }
        suite.tests = tests.into_values().collect();
        suite
    }

    /// Counts the tests by their processes: of a test that was tried again, the last one decides.
    fn by_process(&self, mut suite: Suite) -> Suite {
        let mut attempts: BTreeMap<&str, Vec<(usize, &Row)>> = BTreeMap::new();
        for (at, row) in self.with(&[Role::Test]) {
            let name = row.test.as_ref().map_or("", |(name, _)| name);
            attempts.entry(name).or_default().push((at, row));
        }
        let lists = self.with(&[Role::ListIgnored]).filter_map(|(_, row)| row.end.as_ref());
        if lists.clone().next().is_some() {
            let names: BTreeSet<&String> = lists.flat_map(|end| &end.listed).collect();
            let left_out = names.into_iter().filter(|name| !attempts.contains_key(name.as_str()));
            suite.ignored = Some(left_out.count() as u64);
        }
        suite.tests = attempts.iter().map(|(name, rows)| self.test(name, rows)).collect();
        suite.count_tests();
        suite.exit_code =
            suite.exit_code.map(|code| if suite.failed == Some(0) { 0 } else { code });
        suite
    }

    /// Returns a test by its attempts, oldest first.
    fn test(&self, name: &str, attempts: &[(usize, &Row)]) -> Test {
        let passed = |row: &Row| row.end.as_ref().is_some_and(|end| end.exit_code == Some(0));
        let last = attempts.last().map(|(_, row)| *row);
        let outcome = match (last.is_some_and(passed), attempts.len()) {
            (false, _) => TestOutcome::Failed,
            (true, _) if attempts.iter().all(|(_, row)| passed(row)) => TestOutcome::Passed,
            (true, _) => TestOutcome::Flaky,
        };
        let end = last.and_then(|row| row.end.as_ref());
        let earlier = attempts.iter().rev().skip(1).rev();
        let earlier_ns = earlier.filter_map(|(_, row)| Some(row.end.as_ref()?.wall_ns)).collect();
        let functions: BTreeSet<String> =
            attempts.iter().flat_map(|(at, _)| self.traced.functions(*at)).collect();
        Test {
            name: name.to_owned(),
            outcome,
            wall_ns: end.map(|end| end.wall_ns),
            earlier_ns,
            attempts: u32::try_from(attempts.len()).unwrap_or(u32::MAX),
            cpu_ns: end.map(|end| end.user_ns.saturating_add(end.system_ns)),
            peak_rss_bytes: end.map(|end| end.peak_rss_bytes),
            functions: functions.into_iter().collect(),
        }
    }

    /// Returns the time in which at least one of the processes ran.
    fn wall_ns(&self, roles: &'static [Role]) -> u64 {
        let ended = self.with(roles).filter_map(|(_, row)| Some((row, row.end.as_ref()?)));
        let spans = ended.map(|(row, end)| {
            (row.started_unix_ns, row.started_unix_ns.saturating_add(end.wall_ns))
        });
        covered(spans)
    }

    /// Describes that some of its processes never ended, if so.
    fn gap(&self, name: &str) -> Option<String> {
        const ALL: &[Role] = &[Role::Binary, Role::Test, Role::Doctests, Role::Doctest];
        let open = self.with(ALL).filter(|(_, row)| row.end.is_none()).count() as u64;
        (open > 0).then(|| {
            let processes = units::plural(open, "process");
            format!("{processes} of suite {name} did not end before the command, or was killed")
        })
    }
}

/// Returns the length of what spans cover together; they come in the order of their beginnings.
fn covered(spans: impl Iterator<Item = (u64, u64)>) -> u64 {
    let (mut covered, mut until) = (0_u64, 0_u64);
    for (from, to) in spans {
        covered = covered.saturating_add(to.saturating_sub(from.max(until)));
        until = until.max(to);
    }
    covered
}

/// Returns the first code that is not 0; `None` where no process ended by itself, or one did not.
fn exit_code(codes: &(impl Iterator<Item = Option<i32>> + Clone)) -> Option<i32> {
    let failed = codes.clone().flatten().find(|code| *code != 0);
    let all_ended = codes.clone().all(|code| code.is_some()) && codes.clone().next().is_some();
    failed.or_else(|| all_ended.then_some(0))
}

fn sum(values: impl Iterator<Item = u64>) -> u64 {
    values.fold(0, u64::saturating_add)
}

fn add(sum: Option<u64>, value: Option<u64>) -> Option<u64> {
    Some(sum?.saturating_add(value?))
}

/// Returns the suite as a function, and its tests, where each had a process of its own and passed.
fn functions(suite: &Suite, identity: &Identity) -> Vec<Function> {
    let whole = suite.wall_ns.map(|ns| function(suite.name.clone(), FunctionKind::Suite, ns));
    let tests = suite
        .tests
        .iter()
        .filter(|test| matches!(test.outcome, TestOutcome::Passed | TestOutcome::Flaky));
    let tests = tests.filter_map(|test| {
        let name = format!("{} {}", suite.name, test.name);
        Some(function(name, FunctionKind::Test, test.wall_ns?))
    });
    let with_file = |function| Function { file: identity.file.clone(), line: 1, ..function };
    whole.into_iter().chain(tests).map(with_file).collect()
}

/// Returns the function that took so long, once.
fn function(name: String, kind: FunctionKind, ns: u64) -> Function {
    Function {
        name,
        kind,
        calls: 1,
        total_ns: ns,
        self_ns: ns,
        mean_ns: Some(float(ns)),
        min_ns: Some(ns),
        max_ns: Some(ns),
        ..Function::default()
    }
}

/// Returns the peak memory of a suite as a metric, so that it is judged by `[metrics]`.
fn peak(suite: &Suite) -> Option<CustomMetric> {
    let bytes = float(suite.peak_rss_bytes?);
    Some(gauge(suite.memory_metric(), bytes))
}

/// Returns the size of a watched folder as a metric.
fn size(folder: &WatchedFolder) -> Option<CustomMetric> {
    Some(gauge(format!("folder.{}", folder.path), float(folder.after_bytes?)))
}

fn gauge(name: String, value: f64) -> CustomMetric {
    let value = Some(value);
    CustomMetric {
        name,
        kind: MetricKind::Gauge,
        value,
        min: value,
        max: value,
        mean: value,
        samples: Some(1),
        ..CustomMetric::default()
    }
}

#[cfg(test)]
mod tests;
