//! The cases of benchmarks that differ in one thing: the size of the work, or the number of threads.

use std::collections::BTreeMap;

use super::{Function, FunctionKind, RunDocument};
use crate::text::order;

/// The parameter by which benchmarks of others tell the number of their threads.
const THREADS: &str = "threads";

/// Cases of one benchmark, by what they differ in: from the smallest to the largest, each once.
pub type Cases<'a, T> = Vec<(T, &'a Function)>;

impl RunDocument {
    /// Returns the benchmarks that were measured at several sizes, by their names without the size. A size is
    /// an argument, a parameter or the end of a name that reads as a number above 0; `_` may stand in it.
    pub fn benchmarks_by_size(&self) -> BTreeMap<String, Cases<'_, f64>> {
        let mut families: BTreeMap<String, Cases<'_, f64>> = BTreeMap::new();
        for function in self.benchmarks() {
            for (rest, size) in sized(function) {
                families.entry(rest).or_default().push((size, function));
            }
        }
        kept(families, f64::total_cmp)
    }

    /// Returns the benchmarks that were measured with several numbers of threads, by their names without it.
    pub fn benchmarks_by_threads(&self) -> BTreeMap<String, Cases<'_, u32>> {
        let mut families: BTreeMap<String, Cases<'_, u32>> = BTreeMap::new();
        for function in self.benchmarks() {
            if let Some((rest, threads)) = threaded(function) {
                families.entry(rest).or_default().push((threads, function));
            }
        }
        kept(families, u32::cmp)
    }

    fn benchmarks(&self) -> impl Iterator<Item = &Function> {
        self.functions.iter().filter(|it| it.kind == FunctionKind::Benchmark)
    }
}

/// Orders each family, and leaves out those of one case.
fn kept<T: Copy>(
    mut families: BTreeMap<String, Cases<'_, T>>,
    order: impl Fn(&T, &T) -> std::cmp::Ordering,
) -> BTreeMap<String, Cases<'_, T>> {
    for cases in families.values_mut() {
        cases.sort_by(|a, b| order(&a.0, &b.0).then_with(|| a.1.name.cmp(&b.1.name)));
        cases.dedup_by(|a, b| order(&a.0, &b.0).is_eq());
    }
    families.retain(|_, cases| cases.len() > 1);
    families
}

/// Returns the names of a benchmark without a size, each with that size: one, unless it has several parameters.
fn sized(function: &Function) -> Vec<(String, f64)> {
    if let Some(harness) = function.harness() {
        let argument = harness.argument.as_deref();
        let size = argument.and_then(|text| Some((text, number(text)?)));
        return size
            .map(|(text, size)| (without(&function.name, text), size))
            .into_iter()
            .collect();
    }
    let parameters = function.benchmark.iter().flat_map(|it| &it.parameters);
    let of_parameters = parameters.filter(|(key, _)| *key != THREADS).filter_map(|(key, text)| {
        let size = number(text)?;
        let rest = without_parameter(&function.name, key, text);
        (rest != function.name).then_some((rest, size))
    });
    let mut all: Vec<_> = of_parameters.collect();
    if all.is_empty() {
        let end = function.name.rsplit_once('/');
        all.extend(end.and_then(|(rest, text)| Some((rest.to_owned(), number(text)?))));
    }
    all
}

/// Returns the name of a benchmark without its number of threads, and that number.
fn threaded(function: &Function) -> Option<(String, u32)> {
    if let Some(harness) = function.harness() {
        let written = format!("{THREADS}={}", harness.threads);
        return Some((without(&function.name, &written), harness.threads.max(1)));
    }
    let text = function.benchmark.as_ref()?.parameters.get(THREADS)?;
    let threads = text.parse().ok().filter(|threads| *threads > 0)?;
    let written = [format!("{THREADS}={text}"), format!("t={text}"), text.clone()];
    let mut rests = written.iter().map(|written| without(&function.name, written));
    let rest = rests.find(|rest| *rest != function.name);
    Some((rest.unwrap_or_else(|| function.name.clone()), threads))
}

/// Reads a size as people write it.
fn number(text: &str) -> Option<f64> {
    order::number(text).filter(|size| *size > 0.0)
}

/// Returns a name without a parameter: as `key=text` or, where it is not told so, as `text`.
fn without_parameter(name: &str, key: &str, text: &str) -> String {
    let told = without(name, &format!("{key}={text}"));
    if told == name { without(name, text) } else { told }
}

/// Returns a name without the last place where `text` stands by itself, and without what parted it from the rest.
fn without(name: &str, text: &str) -> String {
    let is_part = |it: char| it.is_alphanumeric() || it == '_' || it == '.';
    let stands_alone = |at: &usize| {
        let (before, after) = (&name[..*at], &name[*at + text.len()..]);
        !before.ends_with(is_part) && !after.starts_with(is_part)
    };
    let places = name.rmatch_indices(text).map(|(at, _)| at);
    let Some(at) = places.filter(|_| !text.is_empty()).find(stands_alone) else {
        return name.to_owned();
    };
    let (before, after) = (&name[..at], &name[at + text.len()..]);
    let before = match after.chars().next() {
        None | Some('/') => before.strip_suffix('/').unwrap_or(before),
        Some(_) => before,
    };
    let rest = format!("{before}{after}");
    let rest = rest.replace("()", "").replace("[]", "");
    let rest = rest.trim_end().trim_start_matches('/');
    if rest.is_empty() { name.to_owned() } else { rest.to_owned() }
}

/// What functions have in common that are cases of one thing.
impl Function {
    /// Returns the name that all cases of one thing have in common: the sizes, arguments and threads of a benchmark;
    /// the members of its group, which do the same work; the cases of a test; the functions of one declaration in a
    /// macro. A change of the code changes all of them.
    pub(crate) fn family(&self) -> String {
        match (self.kind, self.harness()) {
            (FunctionKind::Benchmark, Some(harness)) if !harness.group.is_empty() => {
                format!("group {}", harness.group)
            }
            (FunctionKind::Benchmark, Some(harness)) if !harness.benchmark.is_empty() => {
                harness.benchmark.clone()
            }
            (FunctionKind::Benchmark, _) => self.without_case(),
            (FunctionKind::Test, _) => without_number(&self.name).to_owned(),
            (FunctionKind::Suite, _) => self.name.clone(),
            (FunctionKind::Function | FunctionKind::Profiled, _) if self.file.is_empty() => {
                self.name.clone()
            }
            (FunctionKind::Function | FunctionKind::Profiled, _) => {
                let own = self.name.rsplit("::").next().unwrap_or_default();
                format!("{own} {}:{}", self.file, self.line)
            }
        }
    }

    /// Returns the name of a benchmark of others without its parameters, in whatever way they are written.
    fn without_case(&self) -> String {
        let parameters = self.benchmark.iter().flat_map(|it| &it.parameters);
        let rest = parameters
            .fold(self.name.clone(), |rest, (key, text)| without_parameter(&rest, key, text));
        let own = rest.rfind("::").map_or(0, |at| at + 2);
        let end = rest[own..].find(['/', '[', '(']).filter(|at| *at > 0);
        end.map_or_else(|| rest.clone(), |at| rest[..own + at].to_owned())
    }
}

/// Returns the name of a test without the number of its case, as macros write it: `parses::case_2`.
fn without_number(name: &str) -> &str {
    let number =
        name.rsplit_once("::").and_then(|(rest, last)| Some((rest, last.strip_prefix("case_")?)));
    let is_number = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    number.filter(|(_, number)| is_number(number)).map_or(name, |(rest, _)| rest)
}

#[cfg(test)]
mod tests {
    #[test]
    fn cases_of_one_thing_are_one_family() {
        let mut member = of_harness("speed::sort/64", Some("64"), 1);
        if let Some(harness) = member.benchmark.as_mut().and_then(|it| it.harness.as_mut()) {
            harness.benchmark = "speed::sort".to_owned();
        }
        assert_eq!(member.family(), "speed::sort");
        if let Some(harness) = member.benchmark.as_mut().and_then(|it| it.harness.as_mut()) {
            harness.group = "sorting".to_owned();
        }
        assert_eq!(member.family(), "group sorting");
        for (name, parameters, family) in [
            ("sort/std/1000", &[][..], "sort"),
            ("app::sort/64", &[], "app::sort"),
            ("tests/test_x.py::test_sort[64]", &[], "tests/test_x.py::test_sort"),
            ("plain", &[], "plain"),
            ("/", &[], "/"),
            ("Sort.run n=64", &[("n", "64")], "Sort.run"),
        ] {
            assert_eq!(of_others(name, parameters).family(), family);
        }
        let test = |name: &str| {
            let name = name.to_owned();
            Function { name, kind: FunctionKind::Test, ..Function::default() }.family()
        };
        assert_eq!(test("app::parses::case_02_empty"), "app::parses");
        assert_eq!(test("app::parses::case_of_use"), "app::parses::case_of_use");
        let declared = |name: &str, line| {
            let (name, file) = (name.to_owned(), "src/codec.rs".to_owned());
            Function { name, file, line, ..Function::default() }.family()
        };
        assert_eq!(
            declared("app::<u8 as Codec>::read", 7),
            declared("app::<u16 as Codec>::read", 7)
        );
        assert_ne!(declared("app::A::read", 7), declared("app::A::read", 8));
        assert_ne!(declared("app::A::read", 7), declared("app::A::write", 7));
    }

    use super::*;
    use crate::model::{Benchmark, Harness, samples};

    fn of_harness(name: &str, argument: Option<&str>, threads: u32) -> Function {
        let argument = argument.map(str::to_owned);
        let harness = Harness { argument, threads, ..Harness::default() };
        with(name, Benchmark { harness: Some(harness), ..Benchmark::default() })
    }

    fn of_others(name: &str, parameters: &[(&str, &str)]) -> Function {
        let of = |(key, text): &(&str, &str)| ((*key).to_owned(), (*text).to_owned());
        let parameters = parameters.iter().map(of).collect();
        with(name, Benchmark { parameters, ..Benchmark::default() })
    }

    fn with(name: &str, benchmark: Benchmark) -> Function {
        Function {
            name: name.to_owned(),
            kind: FunctionKind::Benchmark,
            benchmark: Some(Box::new(benchmark)),
            ..Function::default()
        }
    }

    #[test]
    fn a_size_is_whatever_reads_as_one() {
        let cases = [
            (of_harness("app::sort/1_000", Some("1_000"), 1), vec![("app::sort", 1_000.0)]),
            (
                of_harness("app::sort/1000/threads=4", Some("1000"), 4),
                vec![("app::sort/threads=4", 1_000.0)],
            ),
            (of_harness("app::sort/words", Some("words"), 1), vec![]),
            (of_harness("app::sort/7", None, 1), vec![]),
            (of_others("group/parse/64", &[]), vec![("group/parse", 64.0)]),
            (of_others("test_sort[100]", &[("n", "100")]), vec![("test_sort", 100.0)]),
            (
                of_others("Bench.sort (m=2, n=100)", &[("m", "2"), ("n", "100")]),
                vec![("Bench.sort (, n=100)", 2.0), ("Bench.sort (m=2, )", 100.0)],
            ),
            (of_others("sleep 0.5", &[("time", "0.5")]), vec![("sleep", 0.5)]),
            (of_others("sort/0", &[]), vec![]),
            (of_others("sort/-5", &[]), vec![]),
            (of_others("sort/inf", &[]), vec![]),
        ];
        for (function, expected) in cases {
            let found = sized(&function);
            let found: Vec<_> = found.iter().map(|(rest, size)| (rest.as_str(), *size)).collect();
            assert_eq!(found, expected, "{}", function.name);
        }
    }

    #[test]
    fn threads_are_told_by_the_harness_or_by_a_parameter() {
        let cases = [
            (of_harness("app::lock/threads=4", None, 4), Some(("app::lock", 4))),
            (of_harness("app::lock/8/threads=4", Some("8"), 4), Some(("app::lock/8", 4))),
            (of_harness("app::lock/1", Some("1"), 1), Some(("app::lock/1", 1))),
            (of_others("queue/4", &[("threads", "4")]), Some(("queue", 4))),
            (of_others("queue/t=4", &[("threads", "4")]), Some(("queue", 4))),
            (of_others("queue/4", &[]), None),
        ];
        for (function, expected) in cases {
            let found = threaded(&function);
            let found = found.as_ref().map(|(rest, threads)| (rest.as_str(), *threads));
            assert_eq!(found, expected, "{}", function.name);
        }
    }

    #[test]
    fn each_size_stands_once_and_one_size_is_no_family() {
        let names = [("f/10", "10"), ("f/1_0", "1_0"), ("f/2", "2"), ("g/5", "5")];
        let functions = names.map(|(name, size)| of_harness(name, Some(size), 1)).to_vec();
        let run = RunDocument { functions, ..samples::empty() };
        let families = run.benchmarks_by_size();
        let sizes: Vec<f64> = families["f"].iter().map(|it| it.0).collect();
        assert_eq!((families.len(), sizes), (1, vec![2.0, 10.0]));
        assert!(run.benchmarks_by_threads().is_empty(), "one number of threads each");
    }
}
