//! The environment variables that steer recorder and reports.

use perf_runtime::segment::limits::{parse_bytes, parse_share};
use perf_runtime::segment::retention::{parse_amount, parse_count};

use crate::model::Check;
use crate::text::suggest;

const SUBJECT: &str = "environment";

/// A variable, the test of its values, and the permitted values in words.
type Variable = (&'static str, fn(&str) -> bool, &'static str);

/// Variables that the recorder reads.
const RECORDER: [Variable; 7] = [
    ("PERF_TRACK", is_switch, "`on` or `off`"),
    ("PERF_TRACK_OVERHEAD", |value| parse_share(value).is_some(), "a share such as `5%`"),
    ("PERF_TRACK_MEMORY", |value| parse_bytes(value).is_some(), "a size such as `64MiB`"),
    ("PERF_TRACK_RESERVE", is_switch, "`on` or `off`"),
    (
        "PERF_TRACK_RETENTION",
        |value| parse_amount(value).is_some(),
        "a size such as `256MiB` or a share such as `25%`",
    ),
    ("PERF_TRACK_RETENTION_COUNT", |value| parse_count(value).is_some(), "a number such as `1000`"),
    ("PERF_TRACK_CLOCK", is_clock, "`counter` or `monotonic`"),
];

fn is_clock(value: &str) -> bool {
    ["counter", "monotonic"].iter().any(|clock| value.eq_ignore_ascii_case(clock))
}

/// Variables that only commands read, and that stand for no option: a command line can be read by others.
const WITHOUT_OPTION: [&str; 2] = ["PERF_TRACK_STORE_PASSWORD", "PERF_TRACK_STORE_CA"];

/// Looks at the variables that are set. `options` are the variables that stand for options of
/// commands.
pub(super) fn examine(options: &[String]) -> Vec<Check> {
    let set: Vec<(String, String)> = std::env::vars_os()
        .map(|(name, value)| {
            (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
        })
        .filter(|(name, _)| name.starts_with("PERF_TRACK"))
        .collect();
    check(&set, options)
}

/// Returns a sentence for each malformed variable of the recorder, which uses its defaults for them
/// and has no way to report that.
pub(crate) fn malformed() -> Vec<String> {
    RECORDER
        .iter()
        .filter_map(|&(name, is_valid, expected)| {
            let value = std::env::var_os(name)?.to_string_lossy().into_owned();
            (!is_valid(&value)).then(|| wrong(name, &value, expected))
        })
        .collect()
}

fn wrong(name: &str, value: &str, expected: &str) -> String {
    format!("{name}={value:?} is not {expected}: the default is used")
}

fn check(set: &[(String, String)], options: &[String]) -> Vec<Check> {
    let found = set.iter().filter_map(|(name, value)| one(name, value, options));
    let mut checks: Vec<Check> = found.collect();
    if checks.is_empty() {
        let names: Vec<&str> = set.iter().map(|(name, _)| name.as_str()).collect();
        let finding = if names.is_empty() {
            "no PERF_TRACK variable is set".to_owned()
        } else {
            format!("set and well-formed: {}", names.join(", "))
        };
        checks.push(Check::good(SUBJECT, finding));
    }
    checks
}

fn one(name: &str, value: &str, options: &[String]) -> Option<Check> {
    if let Some(&(_, is_valid, expected)) = RECORDER.iter().find(|(known, ..)| *known == name) {
        if !is_valid(value) {
            let help = format!("set it to {expected}, or unset it");
            return Some(Check::broken(SUBJECT, wrong(name, value, expected), help));
        }
        if name == "PERF_TRACK" && is_off(value) {
            let finding = format!("{name}={value} switches recording off");
            return Some(Check::notice(SUBJECT, finding, "unset it to record"));
        }
        return None;
    }
    if WITHOUT_OPTION.contains(&name) || options.iter().any(|known| known == name) {
        return None;
    }
    let known = RECORDER.iter().map(|(known, ..)| *known);
    suggest::nearest(name, known.chain(options.iter().map(String::as_str))).map(|near| {
        let finding = format!("{name} is set, and nothing reads it");
        Check::notice(SUBJECT, finding, format!("did you mean {near}?"))
    })
}

fn is_off(value: &str) -> bool {
    ["off", "0", "false", "no"].iter().any(|off| value.eq_ignore_ascii_case(off))
}

fn is_switch(value: &str) -> bool {
    let on = ["", "on", "1", "true", "yes"];
    is_off(value) || on.iter().any(|on| value.eq_ignore_ascii_case(on))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CheckState;

    #[track_caller]
    fn finds(name: &str, value: &str, state: CheckState, expected: &str) {
        let checks = check(&[(name.to_owned(), value.to_owned())], &[]);
        let [check] = checks.as_slice() else { panic!("{checks:?}") };
        let text = match &check.help {
            Some(help) => format!("{}; {help}", check.finding),
            None => check.finding.clone(),
        };
        assert_eq!((check.state, text.as_str()), (state, expected));
    }

    #[test]
    fn malformed_values_are_named() {
        finds(
            "PERF_TRACK",
            "banana",
            CheckState::Broken,
            "PERF_TRACK=\"banana\" is not `on` or `off`: the default is used; \
             set it to `on` or `off`, or unset it",
        );
        finds(
            "PERF_TRACK_MEMORY",
            "a lot",
            CheckState::Broken,
            "PERF_TRACK_MEMORY=\"a lot\" is not a size such as `64MiB`: the default is used; \
             set it to a size such as `64MiB`, or unset it",
        );
        for malformed in ["150%", "much", "5"] {
            let finding = format!(
                "PERF_TRACK_OVERHEAD={malformed:?} is not a share such as `5%`: the default is \
                 used; set it to a share such as `5%`, or unset it"
            );
            finds("PERF_TRACK_OVERHEAD", malformed, CheckState::Broken, &finding);
        }
    }

    #[test]
    fn well_formed_values_are_fine() {
        finds(
            "PERF_TRACK_MEMORY",
            "64 MiB",
            CheckState::Good,
            "set and well-formed: PERF_TRACK_MEMORY",
        );
        let share = "set and well-formed: PERF_TRACK_OVERHEAD";
        finds("PERF_TRACK_OVERHEAD", "2.5 %", CheckState::Good, share);
        finds("PERF_TRACK", "ON", CheckState::Good, "set and well-formed: PERF_TRACK");
        assert_eq!(check(&[], &[])[0].finding, "no PERF_TRACK variable is set");
    }

    #[test]
    fn recording_that_is_off_and_names_that_are_near_are_noticed() {
        finds(
            "PERF_TRACK",
            "off",
            CheckState::Notice,
            "PERF_TRACK=off switches recording off; unset it to record",
        );
        finds(
            "PERF_TRACK_MEMROY",
            "1",
            CheckState::Notice,
            "PERF_TRACK_MEMROY is set, and nothing reads it; did you mean PERF_TRACK_MEMORY?",
        );
    }
}
