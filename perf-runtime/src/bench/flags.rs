//! The arguments of a benchmark program: those that cargo and nextest give, and our own.

use super::settings::{Given as Values, NAMES};

/// The purpose of a start of the program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Mode {
    /// Each benchmark once, to see that it works: `cargo test`.
    #[default]
    Test,
    /// Measuring: `cargo bench`.
    Bench,
    /// The names.
    List,
}

/// What is wanted.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub(super) mode: Mode,
    /// Texts of which one must be in the name, or all of it; any name where there are none.
    pub(super) filters: Vec<String>,
    pub(super) is_exact: bool,
    pub(super) skipped: Vec<String>,
    ignored: Ignored,
    pub(super) is_quick: bool,
    /// True where no group gets a process of its own: this one measures a group for another, or
    /// somebody wants to look at it with a profiler or a debugger.
    pub(super) measures_here: bool,
    /// Path of the board for the process that waits for this one.
    pub(super) board: Option<String>,
    /// Values of the command line, over those of the environment.
    pub(super) values: Values,
    /// Values of `perf.toml` by pattern.
    pub(super) lines: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Ignored {
    #[default]
    No,
    Only,
    Too,
}

/// The answer to the arguments.
#[derive(Debug)]
pub(super) enum Given {
    Wanted(Box<Wanted>),
    Help,
}

/// Variable that tells a process that it measures one group for another one, and shows it how far it
/// is on the board at this path.
pub(super) const CHILD: &str = "PERF_TRACK_BENCH_CHILD";
/// Variable with the values of `perf.toml`.
const LINES: &str = "PERF_TRACK_BENCH_OPTIONS";

pub(super) const HELP: &str = "\
Benchmarks of #[perf_bench].

Usage: cargo bench [--bench TARGET] -- [FILTER]... [OPTIONS]

A benchmark runs if a FILTER is part of its name; without filters, all do.

  --quick              measure for a tenth of the time
  --time 2s            time for the timed rounds of a case (1s)
  --warm-up 500ms      longest warm-up (300ms)
  --precision 0.5%     stop before that when the interval is this narrow
  --iterations 1000    iterations of a case in all, instead of a time
  --threads 1,4,0      cases on these numbers of threads; 0: one a processor
  --rate 500/s         begin so many operations a second, whether the last has ended or not
  --stress true        cases on 1, 2, 4 … threads, to twice the processors
  --timeout 10s        end a case that takes longer
  --memory 1GiB        end a case whose process has more
  --cpu 80%            end a case that uses more of the processors, 100% being one of them
  --errors 5%          end a case of which more iterations fail
  --one-process        no process of its own for each group: for profilers and debuggers

  --test               run each benchmark once, measure nothing
  --list               print the names
  --exact              filters are whole names
  --skip TEXT          leave out benchmarks with this in their name
  --ignored            run those alone that are marked `ignore`; --include-ignored: all

Each value can stand in a variable, PERF_TRACK_BENCH_TIME=2s, and in a table of perf.toml,
[bench.\"PATTERN\"], which `perf-report bench` passes on. PERF_TRACK_BENCH_IGNORED=only or too
is --ignored or --include-ignored.
";

/// Flags of libtest without a meaning here, and whether a value follows.
const PASSED_OVER: [(&str, bool); 11] = [
    ("--nocapture", false),
    ("--no-capture", false),
    ("--show-output", false),
    ("--quiet", false),
    ("-q", false),
    ("--verbose", false),
    ("--report-time", false),
    ("--format", true),
    ("--color", true),
    ("--test-threads", true),
    ("-Z", true),
];

/// Lists the arguments of this process.
pub(super) fn arguments() -> impl Iterator<Item = String> {
    std::env::args_os().skip(1).map(|it| it.to_string_lossy().into_owned())
}

/// Reads arguments and environment.
pub(super) fn read(
    arguments: impl IntoIterator<Item = String>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Given, String> {
    let board = variable(CHILD);
    let mut wanted = Wanted { measures_here: board.is_some(), board, ..Wanted::default() };
    wanted.lines = variable(LINES).unwrap_or_default();
    let mut from_environment = Values::default();
    for name in NAMES {
        let variable_name = variable_of(name);
        if let Some(value) = variable(&variable_name).filter(|value| !value.is_empty()) {
            from_environment.set(name, &value).map_err(|it| format!("{variable_name}: {it}"))?;
        }
    }
    wanted.is_quick =
        variable("PERF_TRACK_BENCH_QUICK").is_some_and(|it| it != "0" && it != "false");
    wanted.ignored = match variable("PERF_TRACK_BENCH_IGNORED").as_deref() {
        Some("only") => Ignored::Only,
        Some("too") => Ignored::Too,
        _ => Ignored::No,
    };
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        if matches!(argument.as_str(), "--help" | "-h") {
            return Ok(Given::Help);
        }
        if argument == "--" {
            wanted.filters.extend(arguments.by_ref());
        } else {
            wanted.take(&argument, &mut arguments)?;
        }
    }
    wanted.values = std::mem::take(&mut wanted.values).over(from_environment);
    Ok(Given::Wanted(Box::new(wanted)))
}

/// Returns the variable that gives the option of this name.
fn variable_of(name: &str) -> String {
    format!("PERF_TRACK_BENCH_{}", name.replace('-', "_").to_uppercase())
}

impl Wanted {
    /// Takes one argument, and the value after it, if there is one.
    fn take(
        &mut self,
        argument: &str,
        rest: &mut impl Iterator<Item = String>,
    ) -> Result<(), String> {
        let (name, attached) = match argument.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
            _ => (argument, None),
        };
        let mut value = || {
            let value = attached.clone().or_else(|| rest.next());
            value.ok_or_else(|| format!("`{name}` needs a value"))
        };
        match name {
            "--bench" if self.mode == Mode::Test => self.mode = Mode::Bench,
            "--test" if self.mode != Mode::List => self.mode = Mode::Test,
            "--bench" | "--test" => {}
            "--list" => self.mode = Mode::List,
            "--exact" => self.is_exact = true,
            "--skip" => self.skipped.push(value()?),
            "--ignored" => self.ignored = Ignored::Only,
            "--include-ignored" => self.ignored = Ignored::Too,
            "--quick" => self.is_quick = true,
            "--one-process" => self.measures_here = true,
            _ => {
                let own = name.strip_prefix("--").filter(|name| NAMES.contains(name));
                let passed_over = PASSED_OVER.iter().find(|(flag, _)| *flag == name);
                match (own, passed_over) {
                    (Some(own), _) => self.values.set(own, &value()?)?,
                    (None, Some((_, true))) => drop(value()?),
                    (None, Some((_, false))) => {}
                    (None, None) if name.starts_with('-') && name.len() > 1 => {
                        return Err(format!("`{name}` is no option: --help lists them"));
                    }
                    (None, None) => self.filters.push(argument.to_owned()),
                }
            }
        }
        Ok(())
    }

    /// Returns whether the case of this name is wanted; `ignored`, if the attribute says that it
    /// runs only when asked for.
    pub(super) fn takes(&self, name: &str, ignored: bool) -> bool {
        let fits = |filter: &String| {
            if self.is_exact { filter == name } else { name.contains(filter.as_str()) }
        };
        let is_in_time = match self.ignored {
            Ignored::No => !ignored || (self.is_exact && self.filters.iter().any(fits)),
            Ignored::Only => ignored,
            Ignored::Too => true,
        };
        let is_named = self.filters.is_empty() || self.filters.iter().any(fits);
        // When names are listed, those of ignored ones are, too: see `screen::list`.
        let is_in_time = is_in_time || (self.mode == Mode::List && self.ignored == Ignored::No);
        is_in_time && is_named && !self.skipped.iter().any(fits)
    }

    /// Returns whether only those are wanted that are ignored otherwise.
    pub(super) fn is_ignored_only(&self) -> bool {
        self.ignored == Ignored::Only
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(arguments: &[&str]) -> Wanted {
        let given = read(arguments.iter().map(|&it| it.to_owned()), |_| None).unwrap();
        let Given::Wanted(wanted) = given else { panic!("help") };
        *wanted
    }

    #[test]
    fn cargo_and_nextest_are_understood() {
        assert_eq!(wanted(&[]).mode, Mode::Test);
        assert_eq!(wanted(&["--bench"]).mode, Mode::Bench);
        assert_eq!(wanted(&["--list", "--format", "terse", "--bench"]).mode, Mode::List);
        assert_eq!(wanted(&["--bench", "--test"]).mode, Mode::Test);
        let one = wanted(&["--exact", "b::sort", "--nocapture", "--test-threads=1"]);
        assert!(one.takes("b::sort", false) && !one.takes("b::sort/1", false));
        assert!(one.takes("b::sort", true), "named by its whole name");
    }

    #[test]
    fn filters_and_values_mix() {
        let one = wanted(&["--bench", "sort", "--time=2s", "--skip", "slow", "--threads", "1,2"]);
        assert!(one.takes("b::sort", false) && !one.takes("b::sort_slow", false));
        assert!(!one.takes("b::parse", false) && !one.takes("b::sort", true));
        assert_eq!(one.values.time_ns, Some(2_000_000_000));
        assert_eq!(wanted(&["--", "--list"]).filters, ["--list"]);
    }

    #[test]
    fn the_command_line_comes_before_the_environment() {
        let variable = |name: &str| match name {
            "PERF_TRACK_BENCH_TIME" => Some("3s".to_owned()),
            "PERF_TRACK_BENCH_WARM_UP" => Some("1s".to_owned()),
            _ => None,
        };
        let given = read(["--time".to_owned(), "2s".to_owned()], variable).unwrap();
        let Given::Wanted(wanted) = given else { panic!("help") };
        let values = wanted.values;
        assert_eq!((values.time_ns, values.warm_up_ns), (Some(2_000_000_000), Some(1_000_000_000)));
    }

    #[test]
    fn what_is_no_option_is_an_error() {
        for arguments in [&["--tiem", "2s"][..], &["--time"], &["--time", "2"]] {
            let arguments = arguments.iter().map(|&it| it.to_owned());
            assert!(read(arguments, |_| None).is_err());
        }
    }
}
