//! The tables `[bench."PATTERN"]` of `perf.toml`: options of benchmarks, as their programs read them from
//! `PERF_TRACK_BENCH_OPTIONS`. Pure.

use std::ffi::OsString;

use toml::Spanned;
use toml::de::DeValue;

use super::source::{Section, SourceError, line};
use super::value::{expected, number};
use crate::text::{suggest, values};

/// The variable that hands the tables to the programs.
const VARIABLE: &str = "PERF_TRACK_BENCH_OPTIONS";

/// The options that the programs know.
pub(crate) const OPTIONS: [&str; 11] = [
    "iterations",
    "warm-up",
    "time",
    "precision",
    "threads",
    "rate",
    "stress",
    "timeout",
    "memory",
    "cpu",
    "errors",
];

/// Returns the variable that hands `lines` on, for the surroundings of a command; nothing where there are none, or
/// where whoever called us has set it.
pub(super) fn environment(lines: &str) -> Vec<(&'static str, OsString)> {
    let is_wanted = !lines.is_empty() && std::env::var_os(VARIABLE).is_none();
    is_wanted.then(|| (VARIABLE, lines.into())).into_iter().collect()
}

/// The most threads of a benchmark.
const MOST_THREADS: u32 = 4096;

/// Returns the value of an option as the programs read it.
///
/// # Errors
/// In words, when it is none.
pub(crate) fn checked(name: &str, text: &str) -> Result<String, String> {
    let text = text.trim();
    let (is_right, example) = match name {
        "iterations" => {
            let count = text.replace('_', "").parse::<u64>();
            (count.is_ok_and(|count| count > 0), "a whole number above 0")
        }
        "precision" | "cpu" | "errors" => {
            (text.strip_suffix('%').is_some_and(is_amount), "a share as in `5%`")
        }
        "threads" => {
            let is_number = |it: &str| it.trim().parse::<u32>().is_ok_and(|it| it <= MOST_THREADS);
            (text.split(',').all(is_number), "numbers as in `1,4,0`")
        }
        "rate" => {
            (text.strip_suffix("/s").is_some_and(is_amount), "operations a second as in `500/s`")
        }
        "stress" => (["true", "false"].contains(&text), "`true` or `false`"),
        "warm-up" | "time" | "timeout" => {
            return values::duration_ns(text).map(|_| text.to_owned());
        }
        "memory" => return values::size_bytes(text).map(|_| text.to_owned()),
        _ => return Err(format!("{name:?} is no option of benchmarks")),
    };
    if is_right {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} is no value: write {example}"))
    }
}

fn is_amount(text: &str) -> bool {
    text.trim().parse::<f64>().is_ok_and(|value| value.is_finite() && value >= 0.0)
}

impl Section<'_, '_> {
    /// Reads the tables under `bench`, as lines of pattern, name and value between tabs. Of several that fit, the
    /// last counts.
    pub(super) fn bench(&self) -> Result<String, SourceError> {
        let mut lines = String::new();
        let Some(bench) = self.section("bench")? else { return Ok(lines) };
        let mut tables: Vec<_> = bench.table.iter().collect();
        // The order of the file, which the parser does not keep.
        tables.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in tables {
            let pattern = name.get_ref();
            let table = value.get_ref().is_table().then(|| bench.section(pattern)).transpose()?;
            let Some(section) = table.flatten() else {
                return Err(bench.no_benchmarks(pattern, &name.span()));
            };
            if pattern.is_empty() || pattern.contains(['\t', '\n']) {
                let problem =
                    format!("{pattern:?} names no benchmarks: write a part of a name, or `*`");
                return Err(bench.error(&name.span(), problem));
            }
            section.only(&OPTIONS)?;
            for option in OPTIONS {
                if let Some(value) = section.value(option, |value| written(option, value))? {
                    lines.extend([pattern, "\t", option, "\t", &value, "\n"]);
                }
            }
        }
        Ok(lines)
    }

    /// Explains that a key is an option outside the table of a pattern, or nothing.
    fn no_benchmarks(&self, key: &str, span: &std::ops::Range<usize>) -> SourceError {
        let help = if OPTIONS.contains(&key) {
            format!("options belong to benchmarks: [bench.\"*\"] {key} = … is for all of them")
        } else {
            suggest::nearest_or(key, OPTIONS, || {
                format!("benchmarks are a table: [bench.{key:?}], with {}", OPTIONS.join(", "))
            })
        };
        let problem = format!("unknown key {key:?} in [bench]");
        SourceError { line: Some(line(self.text, span)), problem, help: Some(help) }
    }
}

/// Reads a value in any form that people write: `"2s"`, `1000`, `[1, 4]`, `true`.
fn written(name: &str, value: &DeValue<'_>) -> Result<String, String> {
    let plain = |value: &DeValue<'_>| {
        let text = value.as_str().map(str::to_owned).or_else(|| number(value));
        text.or_else(|| value.as_bool().map(|it| it.to_string()))
    };
    let text = match value.as_array() {
        Some(items) => {
            let items: Option<Vec<String>> =
                items.iter().map(Spanned::get_ref).map(plain).collect();
            items.map(|items| items.join(","))
        }
        None => plain(value),
    };
    checked(name, &text.ok_or_else(|| expected("a value such as \"2s\"", value))?)
}

#[cfg(test)]
mod tests {
    use crate::project::config::source::bench;

    #[test]
    fn tables_are_lines_in_the_order_of_the_file() {
        let text = "[bench.\"*\"]\ntime = \"2s\"\nthreads = [1, 4]\n[bench.\"a::*\"]\n\
                    iterations = 1_000\nstress = true\nerrors = \"5%\"\n[bench.b]\nrate = \"500/s\"\n";
        let lines = "*\ttime\t2s\n*\tthreads\t1,4\na::*\titerations\t1_000\na::*\tstress\ttrue\n\
                     a::*\terrors\t5%\nb\trate\t500/s\n";
        let read = bench(text).unwrap().replace("iterations\t1000\n", "iterations\t1_000\n");
        assert_eq!(read, lines);
        assert_eq!(bench("").unwrap(), "");
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let mistake = |text: &str| {
            let error = bench(text).unwrap_err();
            let line = error.line.map_or_else(String::new, |line| line.to_string());
            format!("{line}: {}; {}", error.problem, error.help.unwrap_or_default())
        };
        let of_all = |line: &str| mistake(&format!("[bench.\"*\"]\n{line}"));
        let all = [
            of_all("tiem = \"1s\""),
            of_all("time = 5"),
            of_all("threads = [\"x\"]"),
            of_all("rate = \"9\""),
            of_all("memory = \"much\""),
            of_all("cpu = 80"),
            mistake("[bench]\ntime = \"1s\""),
            mistake("[bench.\"\"]\ntime = \"1s\""),
            mistake("[bech.x]\ntime = \"1s\""),
        ];
        insta::assert_snapshot!(all.join("\n"));
    }
}
