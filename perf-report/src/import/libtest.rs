//! The text of `cargo bench` with `#[bench]`, and of criterion's `--output-format bencher`.
//!
//! The value is a median; what stands behind `+/-` is the distance of the samples, or, of criterion, their
//! standard deviation. The name of the target is on the other stream, and tells two of one name apart only
//! where both streams are in the text.

use super::imported::{Imported, ImportedRun, Mistake};
use super::measured::{Measured, gauge};
use super::names::{Apart, told_apart};
use super::notes::Notes;
use super::numbers::{ns_of, number};
use crate::model::{Better, Statistic};
use crate::text::colours;

/// A line of a benchmark, taken apart.
#[derive(Debug, PartialEq)]
struct Line<'a> {
    name: &'a str,
    value_ns: f64,
    spread_ns: Option<f64>,
    mb_per_s: Option<f64>,
}

/// Reads the benchmarks.
pub(super) fn read(text: &str) -> Result<Imported, Mistake> {
    let mut notes = Notes::default();
    let mut run = ImportedRun::default();
    let mut target = None;
    let mut benchmarks = Vec::new();
    for line in text.lines().map(|line| colours::plain(line.trim())) {
        let line = line.as_str();
        if let Some(named) = running(line) {
            target = Some(named);
        } else if let Some(found) = of_benchmark(line) {
            let measured = Measured {
                name: found.name.to_owned(),
                value_ns: Some(found.value_ns),
                statistic: Statistic::Median,
                spread_ns: found.spread_ns,
                may_be_zero: true,
                ..Measured::default()
            };
            let rate = Vec::from_iter(found.mb_per_s);
            let metrics = gauge(found.name, "MB/s", &rate, Some(Better::Higher));
            let metrics = metrics.into_iter().collect();
            benchmarks.push(Apart { measured, qualifier: target.clone(), metrics });
        } else if let Some((name, outcome)) = other(line) {
            match outcome {
                "FAILED" => notes.problem("benchmark or test", "that failed", name),
                outcome if outcome.starts_with("bench:") => {
                    notes.problem("line", "of a benchmark that cannot be read, left out", line);
                }
                _ => notes.aside("test", "that is no benchmark, passed over", name),
            }
        }
    }
    told_apart(benchmarks, &mut run, &mut notes)?;
    Ok(Imported::one(run, notes))
}

/// Returns the target of a line such as `Running benches/codec.rs (target/release/deps/codec-0a1b)`: its file, and
/// of what lies in `src` the crate, too, since many crates have such a file.
fn running(line: &str) -> Option<String> {
    let rest = line.strip_prefix("Running ")?.trim_start_matches("unittests ").replace('\\', "/");
    let (file, program) = rest.split_once(" (").unwrap_or(("", &rest));
    let program = program.trim().trim_end_matches(')').trim_end_matches(".exe");
    let name = program.rsplit('/').next().unwrap_or_default();
    // The number behind it is another one for each build.
    let name = name.rsplit_once('-').map_or(name, |(name, _)| name);
    Some(match file.trim() {
        "" => name.to_owned(),
        file if file.starts_with("src/") => format!("{name}, {file}"),
        file => file.to_owned(),
    })
}

/// Splits `test NAME ... OUTCOME` at the last dots, since names may have spaces and dots.
fn other(line: &str) -> Option<(&str, &str)> {
    let (name, outcome) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    Some((name.trim(), outcome.trim()))
}

/// Reads `test NAME ... bench: 1,234.56 ns/iter (+/- 7) = 81 MB/s`.
fn of_benchmark(line: &str) -> Option<Line<'_>> {
    let (name, rest) = line.strip_prefix("test ")?.rsplit_once(" ... bench:")?;
    let rest = rest.trim();
    let (value, rest) = rest.split_once(char::is_whitespace)?;
    let rest = rest.trim();
    let (unit, rest) = rest.split_once("/iter")?;
    let scale = ns_of(unit)?;
    let rest = rest.trim();
    let spread = rest.strip_prefix("(+/-").and_then(|it| it.split_once(')'));
    let rate = spread.map_or(rest, |(_, rest)| rest).trim().strip_prefix('=');
    let rate = rate.and_then(|it| it.trim().strip_suffix("MB/s"));
    // A line with a number that cannot be read is none whose others can be believed.
    let known = |text: Option<&str>| text.map_or(Some(None), |text| number(text).map(Some));
    let spread = known(spread.map(|(spread, _)| spread))?;
    Some(Line {
        name: name.trim(),
        value_ns: number(value)? * scale,
        spread_ns: spread.map(|it| it * scale),
        mb_per_s: known(rate)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_every_shape_are_read() {
        let check = |line: &str, expected: Option<(&str, f64, Option<f64>, Option<f64>)>| {
            let found =
                of_benchmark(line).map(|it| (it.name, it.value_ns, it.spread_ns, it.mb_per_s));
            assert_eq!(found, expected, "{line}");
        };
        let line = "test a::b ... bench:   1,234,567.25 ns/iter (+/- 45,678.5) = 81 MB/s";
        check(line, Some(("a::b", 1_234_567.25, Some(45_678.5), Some(81.0))));
        check(
            "test a b/c d ... bench: 0.43 ns/iter (+/- 0.02)",
            Some(("a b/c d", 0.43, Some(0.02), None)),
        );
        check("test x ... bench: 12 us/iter (+/- 3)", Some(("x", 12_000.0, Some(3_000.0), None)));
        check("test x ... bench: 139 ns/iter", Some(("x", 139.0, None, None)));
        check("test x ... bench: many ns/iter (+/- 3)", None);
        check("test x ... ok", None);
        check("test x ... bench: 5 apples/iter (+/- 3)", None);
    }

    #[test]
    fn two_of_one_name_need_their_targets() {
        let bench = "test f ... bench: 10 ns/iter (+/- 1)\r\n";
        assert_eq!(read(&format!("{bench}{bench}")).unwrap_err(), Mistake::Alike("f".to_owned()));
        let targets = ["a", "b"].map(|it| {
            format!("     Running benches/{it}.rs (target/release/deps/{it}-0)\r\n{bench}")
        });
        let names: Vec<_> = read(&targets.concat())
            .unwrap()
            .runs
            .remove(0)
            .functions
            .into_iter()
            .map(|f| f.name)
            .collect();
        assert_eq!(names, ["f", "f"], "as they are called before they are put in order");
        let of = |line: &str| running(line).unwrap();
        assert_eq!(
            of("Running unittests src/lib.rs (target/release/deps/app-5f0c1a2b)"),
            "app, src/lib.rs"
        );
        assert_eq!(of("Running benches\\a.rs (target\\release\\deps\\a-0c.exe)"), "benches/a.rs");
        assert_eq!(of("Running target/release/deps/codec-0a1b2c"), "codec");
    }

    #[test]
    fn colours_and_failures_are_no_part_of_a_name() {
        let text = "test \u{1b}[32mf\u{1b}[0m ... bench: 10 ns/iter (+/- 1)\ntest g ... FAILED\ntest h ... bench: x\n";
        let imported = read(text).unwrap();
        assert_eq!(imported.runs[0].functions[0].name, "f");
        let notes = imported.notes.problems();
        assert_eq!(
            notes,
            [
                "1 benchmark or test that failed: g",
                "1 line of a benchmark that cannot be read, left out: test h ... bench: x"
            ]
        );
    }
}
