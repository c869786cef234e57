//! What several programs of this package compute and read alike.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs a bench target of this package, its complaints in sight.
pub fn bench(target: &str) -> Command {
    let mut command = Command::new("cargo");
    command.args(["bench", "--quiet", "--bench", target]).stderr(Stdio::inherit());
    command
}

/// Reads the medians from divan's table, in nanoseconds, by the path of the benchmark.
pub fn divan_medians(text: &str) -> BTreeMap<String, f64> {
    let mut times = BTreeMap::new();
    let mut module = String::new();
    for line in text.lines() {
        let is_nested = line.starts_with(['│', ' ']);
        let line = line.trim_start_matches(['│', '├', '╰', '─', ' ']);
        let Some((name, rest)) = line.split_once(' ') else { continue };
        // Fastest, slowest, median, mean: each between two bars.
        let Some(median) = rest.split('│').nth(2).and_then(duration) else {
            module = name.to_owned();
            continue;
        };
        let name = if is_nested { format!("{module}::{name}") } else { name.to_owned() };
        times.insert(name, median);
    }
    times
}

fn duration(text: &str) -> Option<f64> {
    let (number, unit) = text.trim().split_once(' ')?;
    let scale = match unit {
        "ns" => 1.0,
        "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * scale)
}

/// Reads a file of JSON; null where there is none.
pub fn json_of(path: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Computes the median; NaN of nothing.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |at: usize| sorted.get(at).copied().unwrap_or(f64::NAN);
    let count = sorted.len();
    f64::midpoint(at(count / 2), at(count.saturating_sub(1) / 2))
}

/// Finds the least and the most; NaN of nothing.
pub fn ends(values: &[f64]) -> (f64, f64) {
    let fold = |pick: fn(f64, f64) -> f64| values.iter().copied().fold(f64::NAN, pick);
    (fold(f64::min), fold(f64::max))
}
