//! Functions that only changed their names: one is gone, one is new, and all else is the same.
//!
//! A function is taken for another one when both have the same last name, or stand at nearly the
//! same place, both were called as often and take about as long, and neither has a second candidate.

use crate::model::Function;

/// Lines by which a declaration may move within its file.
const NEAR_LINES: u32 = 40;
/// Factor by which the own time of a call may differ.
const SAME_TIME: f64 = 2.0;

/// Returns pairs of a former and a present name. Calls that differ by less than `floor_ns` take as long.
pub(crate) fn find<'a>(
    removed: &[&'a Function],
    added: &[&'a Function],
    floor_ns: f64,
) -> Vec<(&'a str, &'a str)> {
    let only = |mut found: Vec<&'a Function>| found.pop().filter(|_| found.is_empty());
    let pair = |old: &&'a Function| {
        let new = only(added.iter().copied().filter(|new| are_one(old, new, floor_ns)).collect())?;
        let back =
            only(removed.iter().copied().filter(|old| are_one(old, new, floor_ns)).collect())?;
        (back.name == old.name).then_some((old.name.as_str(), new.name.as_str()))
    };
    removed.iter().filter_map(pair).collect()
}

fn are_one(old: &Function, new: &Function, floor_ns: f64) -> bool {
    let at_one_place =
        !old.file.is_empty() && old.file == new.file && old.line.abs_diff(new.line) <= NEAR_LINES;
    let same_work = old.calls == new.calls && old.errors == new.errors && old.calls > 0;
    (at_one_place || last_name(old) == last_name(new))
        && same_work
        && take_as_long(old, new, floor_ns)
}

fn last_name(function: &Function) -> &str {
    function.name.rsplit("::").next().unwrap_or_default()
}

fn take_as_long(old: &Function, new: &Function, floor_ns: f64) -> bool {
    let [old, new] = [old, new].map(|function| function.self_ns_a_call().unwrap_or(0.0));
    (old - new).abs() <= floor_ns || old.max(new) <= old.min(new) * SAME_TIME
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(name: &str, line: u32, calls: u64, ns: u64) -> Function {
        Function {
            name: name.to_owned(),
            file: "src/lib.rs".to_owned(),
            line,
            calls,
            self_ns: calls * ns,
            ..Function::default()
        }
    }

    #[track_caller]
    fn check(removed: &[Function], added: &[Function], expected: &[(&str, &str)]) {
        let removed: Vec<_> = removed.iter().collect();
        let added: Vec<_> = added.iter().collect();
        assert_eq!(find(&removed, &added, 10.0), expected);
    }

    #[test]
    fn one_that_moved_or_got_another_name_is_found() {
        let old = function("demo::parse", 10, 400, 50_000);
        let moved = function("demo::text::parse", 900, 400, 60_000);
        check(std::slice::from_ref(&old), &[moved], &[("demo::parse", "demo::text::parse")]);
        let renamed = function("demo::read", 12, 400, 60_000);
        check(std::slice::from_ref(&old), &[renamed], &[("demo::parse", "demo::read")]);
    }

    #[test]
    fn another_function_is_another_function() {
        let old = function("demo::parse", 10, 400, 50_000);
        for other in [
            function("demo::read", 900, 400, 50_000),
            function("demo::text::parse", 10, 401, 50_000),
            function("demo::text::parse", 10, 400, 150_000),
        ] {
            check(std::slice::from_ref(&old), &[other], &[]);
        }
    }

    #[test]
    fn of_two_that_fit_neither_is_taken() {
        let old = function("demo::parse", 10, 400, 50_000);
        let two = [function("demo::a", 9, 400, 50_000), function("demo::b", 11, 400, 50_000)];
        check(std::slice::from_ref(&old), &two, &[]);
        check(&two, &[old], &[]);
    }
}
