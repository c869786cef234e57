//! Linters, and what they say of a package.

use std::fmt;
use std::path::Path;
use std::process::Output;

use perf_tests::apart;
use serde_json::Value;

use crate::sources::Variant;

/// The groups of clippy's lints: all there are.
const GROUPS: [&str; 5] = ["all", "cargo", "nursery", "pedantic", "restriction"];

/// Who lints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Linter {
    /// All of clippy's lints and the compiler's.
    Clippy,
    /// The compiler's, as a build shows them.
    Rustc,
}

/// What a linter reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    pub(crate) lint: String,
    /// Where in the fixture.
    pub(crate) place: String,
    pub(crate) message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.lint, self.place, self.message)
    }
}

impl Linter {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Clippy => "clippy",
            Self::Rustc => "rustc",
        }
    }

    /// Whether it can be run.
    ///
    /// # Errors
    /// With the reason, if it cannot.
    pub(crate) fn is_there(self) -> Result<(), String> {
        let mut clippy = apart("cargo");
        let is_there = self == Self::Rustc
            || clippy.args(["clippy", "--version"]).output().is_ok_and(|it| it.status.success());
        is_there.then_some(()).ok_or_else(|| "clippy is not installed".to_owned())
    }

    /// How the fixture is tracked that it is shown. Clippy sees what was written in any case.
    pub(crate) fn variants(self) -> &'static [Variant] {
        match self {
            Self::Clippy => &[Variant::Written],
            Self::Rustc => &[Variant::Written, Variant::Judged, Variant::PerType],
        }
    }

    /// How many different lints must find something.
    pub(crate) fn lints_at_least(self) -> usize {
        match self {
            Self::Clippy => 150,
            Self::Rustc => 30,
        }
    }

    /// Everything that it reports of a package.
    pub(crate) fn diagnostics(self, package: &Path) -> Vec<Diagnostic> {
        let mut command = apart("cargo");
        match self {
            Self::Clippy => command.arg("clippy"),
            Self::Rustc => command.args(["rustc", "--profile", "check"]),
        };
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lints/target").join(self.name());
        command.args(["--offline", "--quiet", "--message-format", "json", "--target-dir"]);
        command.arg(target).arg("--").args(self.flags()).current_dir(package);
        let output = command.output().expect("cargo can be run");
        let found: Vec<_> = messages(&output).filter_map(|it| diagnostic(&it)).collect();
        assert!(!found.is_empty(), "{command:?} says nothing:\n{}", said(&output));
        found
    }

    fn flags(self) -> Vec<String> {
        let groups = GROUPS.iter().filter(|_| self == Self::Clippy);
        let groups = groups.map(|group| format!("-Wclippy::{group}"));
        groups.chain(quiet_lints().into_iter().map(|lint| format!("-W{lint}"))).collect()
    }
}

/// The compiler's lints that are off by default.
fn quiet_lints() -> Vec<String> {
    let output = apart("rustc").args(["-W", "help"]).output().expect("rustc can be run");
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    let lints: Vec<String> = help
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let lint = words.next()?;
            (words.next() == Some("allow")).then(|| lint.to_owned())
        })
        .collect();
    assert!(lints.len() > 40, "rustc lists its lints otherwise:\n{help}");
    lints
}

/// What the compiler says of the fixture itself.
fn messages(output: &Output) -> impl Iterator<Item = Value> {
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<Value> = lines.lines().filter_map(|it| serde_json::from_str(it).ok()).collect();
    lines
        .into_iter()
        .filter(|it| it["reason"] == "compiler-message" && it["target"]["name"] == "fixture")
        .map(|mut it| it["message"].take())
}

/// The diagnostic in a message, but for sums and advice. An error that is no lint is a fixture that
/// does not compile.
fn diagnostic(message: &Value) -> Option<Diagnostic> {
    let is_error = message["level"] == "error";
    let rendered = message["rendered"].as_str().unwrap_or_default();
    let Some(lint) = message["code"]["code"].as_str() else {
        let is_sum = message["spans"].as_array().is_some_and(Vec::is_empty);
        assert!(!is_error || is_sum, "{rendered}");
        return None;
    };
    assert!(!is_error || !lint.starts_with('E'), "{rendered}");
    let spans = message["spans"].as_array().into_iter().flatten();
    let places: Vec<_> = spans.filter(|span| span["is_primary"] == true).map(place).collect();
    let text = message["message"].as_str().unwrap_or_default().to_owned();
    Some(Diagnostic { lint: lint.to_owned(), place: places.join(", "), message: text })
}

/// Where in the fixture: of what stands in a macro of another crate, where that is called.
fn place(mut span: &Value) -> String {
    let is_ours =
        |span: &Value| span["file_name"].as_str().is_some_and(|it| it.starts_with("src/"));
    while !is_ours(span) && span["expansion"].is_object() {
        span = &span["expansion"]["span"];
    }
    let number = |field: &str| span[field].as_u64().unwrap_or_default();
    let file = span["file_name"].as_str().unwrap_or_default();
    let [line, column] = ["line_start", "column_start"].map(number);
    let [last_line, last_column] = ["line_end", "column_end"].map(number);
    format!("{file}:{line}:{column}-{last_line}:{last_column}")
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text)).join("\n")
}
