//! The clauses of what people decided, and of callers that wait.

use super::clause::{Clause, Joint};
use crate::model::{Because, Blessedness, Metric};

/// Functions that are named of those that a change is owed to.
const NAMED: usize = 3;

/// Returns the clause of a ground that is owed to others, or to a decision.
pub(super) fn clause(ground: &Because, metric: Metric) -> Clause {
    Some(match ground {
        Because::WaitsFor { function } => (Joint::But, format!("only for waiting on {function}")),
        Because::WaitsForAccepted { function } => {
            (Joint::But, format!("only for waiting on {function}, which is accepted"))
        }
        Because::OwedTo { functions } => {
            let named = functions.iter().take(NAMED).map(String::as_str);
            let named = named.collect::<Vec<_>>().join(", ");
            let more = if functions.len() > NAMED { ", …" } else { "" };
            (Joint::But, format!("owed to what is accepted of {named}{more}"))
        }
        Because::Blessed(blessing) => (Joint::But, blessed(metric, blessing)),
        Because::BeyondBlessing(blessing) => {
            let (value, reason) = (metric.number(blessing.to), &blessing.reason);
            let text = format!("beyond the {value} blessed {}: {reason}", occasion(blessing));
            (Joint::Comma, text)
        }
        Because::OnlyWarns { line } => (Joint::Semicolon, only_warns(*line, metric)),
        _ => return None,
    })
}

fn blessed(metric: Metric, blessing: &Blessedness) -> String {
    let way = if blessing.less_is_worse { "down" } else { "up" };
    let (value, occasion) = (metric.number(blessing.to), occasion(blessing));
    let until = blessing.until.as_ref().map_or_else(String::new, |last| format!(", until {last}"));
    format!("blessed {way} to {value} {occasion}{until}: {}", blessing.reason)
}

/// Returns `on 2026-11-20 in 3f2c1ab09d`.
fn occasion(blessing: &Blessedness) -> String {
    let commit: Option<String> =
        blessing.commit.as_ref().map(|commit| commit.chars().take(10).collect());
    match commit.filter(|commit| !commit.is_empty()) {
        Some(commit) => format!("on {} in {commit}", blessing.on),
        None => format!("on {}", blessing.on),
    }
}

/// Returns what says that a finding only warns: a line of `perf.toml`, or what it sets for the metric.
fn only_warns(line: Option<u64>, metric: Metric) -> String {
    match line {
        Some(line) => format!("a warning only, by perf.toml:{line}"),
        None => format!("a warning only, as perf.toml says of {}", metric.word()),
    }
}
