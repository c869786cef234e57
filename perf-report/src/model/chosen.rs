//! The benchmarks that were chosen among those that there are: what a command says of it, and what its programs
//! say. Pure.
//!
//! A benchmark that nobody asked for is not gone. Runs that differ in what was chosen are of one command, and a run
//! says what its programs left out.

use serde::{Deserialize, Serialize};

use super::{Function, FunctionKind, RunDocument};
use crate::text::path;

/// A benchmark that nobody asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Name.
    pub name: String,
    /// True where it would have run but for its mark `ignore`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignored: bool,
}

/// Options of `cargo bench` that choose among targets, and that a value follows.
const CHOOSING: [&str; 4] = ["-p", "--package", "--bench", "--exclude"];
/// Those without a value that choose nothing else than what there is, or change no figure.
const WITHOUT_MEANING: [&str; 7] =
    ["--no-fail-fast", "--workspace", "--all", "--benches", "--quiet", "-q", "--locked"];
/// Arguments of benchmark programs by which nothing is measured.
const NOT_MEASURING: [&str; 2] = ["--test", "--list"];

/// Returns a command, its words joined by spaces, without what chooses among its benchmarks: of `cargo bench -p app --
/// sort` that is `cargo bench`. Any other command is returned as it is.
///
/// ```
/// use perf_report::model::subject;
/// assert_eq!(subject("cargo bench -p app --features x -- sort"), "cargo bench --features x");
/// assert_eq!(subject("cargo test sort"), "cargo test sort");
/// ```
pub fn subject(command: &str) -> String {
    read(command).map_or_else(|| command.to_owned(), |(rest, _)| rest)
}

/// The facts that the runs of one history have in common: the command without what chooses among its benchmarks, the
/// format that they were imported from, and the key of the machine.
pub(crate) type Series = (String, Option<String>, String);

/// Returns the series of a run.
pub(crate) fn series(command: &str, source: Option<&str>, machine_key: &str) -> Series {
    (subject(command), source.map(str::to_owned), machine_key.to_owned())
}

/// Returns whether a command names some of its benchmarks, or leaves some of them out.
fn chooses(command: &str) -> bool {
    read(command).is_some_and(|(_, chooses)| chooses)
}

/// Takes a command that measures benchmarks apart: the rest of it, and whether it chooses among them.
fn read(command: &str) -> Option<(String, bool)> {
    let (cargo, harness) = match command.split_once(" -- ") {
        Some((cargo, harness)) => (cargo, harness),
        None => (command.strip_suffix(" --").unwrap_or(command), ""),
    };
    let mut words = cargo.split_whitespace();
    words.next().filter(|it| is_cargo(it))?;
    let mut rest = vec!["cargo"];
    let mut next = words.next()?;
    if next.starts_with('+') {
        rest.push(next);
        next = words.next()?;
    }
    rest.push(Some(next).filter(|it| *it == "bench")?);
    if harness.split_whitespace().any(|it| NOT_MEASURING.contains(&it)) {
        return None;
    }
    let mut chooses = !harness.is_empty();
    while let Some(word) = words.next() {
        let (name, value) =
            word.split_once('=').map_or((word, None), |(name, it)| (name, Some(it)));
        if CHOOSING.contains(&name) {
            chooses = true;
            if value.is_none() {
                words.next();
            }
        } else if !WITHOUT_MEANING.contains(&word) {
            // A filter may also stand before `--`.
            let is_filter =
                !word.starts_with('-') && !rest.last().is_some_and(|it| takes_value(it));
            chooses |= is_filter;
            if !is_filter {
                rest.push(word);
            }
        }
    }
    Some((rest.join(" "), chooses))
}

fn is_cargo(program: &str) -> bool {
    path::program(program) == "cargo"
}

/// Returns whether the word after this option of cargo is its value.
fn takes_value(option: &str) -> bool {
    const VALUED: [&str; 15] = [
        "--features",
        "-F",
        "--profile",
        "--target",
        "--target-dir",
        "--manifest-path",
        "--config",
        "-j",
        "--jobs",
        "--message-format",
        "--test-threads",
        "--format",
        "--color",
        "-Z",
        "-P",
    ];
    VALUED.contains(&option)
}

/// Returns whether a command names some of its tests, or leaves some of them out.
fn chooses_tests(command: &str) -> bool {
    const OPTIONS: [&str; 18] = [
        "-p",
        "--package",
        "--exclude",
        "--test",
        "--tests",
        "--lib",
        "--bin",
        "--bins",
        "--doc",
        "--example",
        "--bench",
        "--skip",
        "--exact",
        "--ignored",
        "-E",
        "--filterset",
        "--filter-expr",
        "--partition",
    ];
    let (cargo, harness) = command.split_once(" -- ").unwrap_or((command, ""));
    let mut words = cargo.split_whitespace();
    if !words.next().is_some_and(is_cargo) {
        return false;
    }
    let words: Vec<&str> = match words.find(|it| !it.starts_with('+')) {
        Some("test" | "t") => words.collect(),
        Some("nextest") => words.skip_while(|it| *it == "run" || *it == "r").collect(),
        _ => return false,
    };
    let names = |words: &[&str]| {
        let of = |at: usize, word: &str| {
            let option = word.split('=').next().unwrap_or(word);
            let is_value = at > 0 && words.get(at - 1).is_some_and(|before| takes_value(before));
            OPTIONS.contains(&option) || (!word.starts_with('-') && !is_value)
        };
        words.iter().enumerate().any(|(at, word)| of(at, word))
    };
    names(&words) || names(&harness.split_whitespace().collect::<Vec<_>>())
}

impl RunDocument {
    /// Returns its command without what chooses among its benchmarks: see [`subject`].
    pub fn subject(&self) -> String {
        subject(&self.run.command.join(" "))
    }

    /// Returns whether its benchmarks had a tenth of the time.
    pub fn is_quick(&self) -> bool {
        self.functions.iter().any(|it| it.harness().is_some_and(|harness| harness.quick))
    }

    /// Returns whether benchmarks were measured in it, by whatever harness.
    pub fn has_benchmarks(&self) -> bool {
        self.functions.iter().any(|it| it.kind == FunctionKind::Benchmark)
    }

    /// Returns whether a benchmark of another run is not in this one since nobody asked for it: by what its programs
    /// say, or because the command chose others, and its program did not run at all. On other threads it is another
    /// case of the same.
    /// A test or a suite may be left out by any command that chooses among tests.
    pub fn leaves_out(&self, benchmark: &Function) -> bool {
        let command = self.run.as_run().join(" ");
        if matches!(benchmark.kind, FunctionKind::Test | FunctionKind::Suite) {
            return chooses_tests(&command);
        }
        let name = benchmark.name.as_str();
        if self.run.left_out.iter().any(|it| it.name == name) {
            return true;
        }
        let own = benchmark.harness();
        let is_on_other_threads = |it: &Function| {
            let both = it.harness().zip(own);
            both.is_some_and(|(it, own)| {
                it.benchmark == own.benchmark
                    && it.argument == own.argument
                    && it.threads != own.threads
            })
        };
        if self.functions.iter().any(is_on_other_threads) {
            return true;
        }
        let program =
            |name: &str| name.split_once("::").map_or(name, |(first, _)| first).to_owned();
        let left_out = self.run.left_out.iter().map(|it| it.name.as_str());
        let benchmarks = self.functions.iter().filter(|it| it.kind == FunctionKind::Benchmark);
        let mut known = benchmarks.map(|it| it.name.as_str()).chain(left_out);
        chooses(&command) && !known.any(|it| program(it) == program(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Harness, samples};

    #[test]
    fn a_command_is_the_same_whatever_it_chooses() {
        for chosen in [
            "cargo bench",
            "/opt/rust/bin/cargo bench --no-fail-fast",
            "cargo bench --no-fail-fast -p app --bench=speed -- sort --exact",
            "cargo bench sort",
            "cargo bench --workspace --exclude other -- --skip slow",
            "cargo bench --",
        ] {
            assert_eq!(subject(chosen), "cargo bench", "{chosen}");
        }
        for (other, same) in [
            ("cargo +nightly bench -- x", "cargo +nightly bench"),
            ("cargo bench --features a -- x", "cargo bench --features a"),
            ("cargo test sort", "cargo test sort"),
            ("cargo bench -- --test", "cargo bench -- --test"),
            ("./bench -- x", "./bench -- x"),
            ("", ""),
        ] {
            assert_eq!(subject(other), same);
        }
        assert!(
            chooses("cargo bench -p a") && chooses("cargo bench -- x") && chooses("cargo bench x")
        );
        assert!(!chooses("cargo bench --no-fail-fast") && !chooses("cargo bench --features x"));
    }

    #[test]
    fn tests_are_chosen_by_words_and_by_options() {
        for command in [
            "cargo test sort",
            "cargo test -p app",
            "cargo +nightly test -- --skip slow",
            "cargo test --release -- sort --test-threads 1",
            "cargo nextest run sort",
            "cargo nextest run -E test(sort)",
        ] {
            assert!(chooses_tests(command), "{command}");
        }
        for command in [
            "cargo test",
            "cargo test --release --features a -j 4",
            "cargo test -- --test-threads 1 --nocapture",
            "cargo nextest run -P ci",
            "cargo run test",
            "make test",
        ] {
            assert!(!chooses_tests(command), "{command}");
        }
    }

    fn case(name: &str, threads: u32) -> Function {
        let harness =
            Harness { benchmark: "speed::sort".to_owned(), threads, ..Harness::default() };
        samples::benchmark(name, harness)
    }

    #[test]
    fn what_nobody_asked_for_is_left_out_and_what_is_gone_is_not() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect();
        let mut run = samples::empty();
        run.run.command = words("cargo bench -- sort");
        run.run.left_out = vec![LeftOut { name: "speed::parse".to_owned(), ignored: false }];
        run.functions = vec![case("speed::sort/threads=4", 4)];
        let other = |name: &str| {
            let harness = Harness { benchmark: name.to_owned(), ..Harness::default() };
            samples::benchmark(name, harness)
        };
        assert!(run.leaves_out(&other("speed::parse")), "its program says so");
        assert!(run.leaves_out(&case("speed::sort/threads=2", 2)), "on other threads");
        assert!(run.leaves_out(&other("disk::write")), "its program did not run");
        assert!(!run.leaves_out(&other("speed::gone")), "its program ran and has none of the name");
        run.run.command = words("cargo bench");
        assert!(!run.leaves_out(&other("disk::write")), "all were asked for");
    }
}
