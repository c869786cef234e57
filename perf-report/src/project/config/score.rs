//! The tables `[score]` and `[advice]` of `perf.toml`. Pure.

use std::collections::BTreeSet;

use toml::de::DeValue;

use super::source::{Section, SourceError};
use super::value::{boolean, expected, number, one_of, real, set};
use crate::analysis::advice;
use crate::analysis::report::Settings;
use crate::analysis::score::{self, Thresholds};
use crate::model::{Category, RuleId, Unit};

/// The key under which rules are silenced.
const ALLOW: &str = "allow";

impl Section<'_, '_> {
    /// Reads both tables, over what is built in.
    pub(super) fn report(&self) -> Result<Settings, SourceError> {
        Ok(Settings { score: self.score()?, advice: self.advice()? })
    }

    fn score(&self) -> Result<score::Settings, SourceError> {
        let built_in = score::Settings::default();
        let Some(section) = self.section("score")? else { return Ok(built_in) };
        section.only(&[
            "weights",
            "time",
            "memory",
            "cpu",
            "words",
            "cpu-limit",
            "max-errors",
            "allow-panics",
            "min-score",
        ])?;
        let rising = |key, unit| section.value(key, |value| thresholds(value, unit, true));
        let words = section.value("words", |value| thresholds(value, Unit::Own, false))?;
        Ok(score::Settings {
            weights: section.weights(built_in.weights)?,
            time_ns: rising("time", Unit::Time)?.unwrap_or(built_in.time_ns),
            memory_bytes: rising("memory", Unit::Size)?.unwrap_or(built_in.memory_bytes),
            cpu: rising("cpu", Unit::Share)?.unwrap_or(built_in.cpu),
            words: words.unwrap_or(built_in.words),
            cpu_limit: section.value("cpu-limit", share)?,
            max_errors: section.value("max-errors", share)?.unwrap_or(built_in.max_errors),
            allow_panics: section.value("allow-panics", boolean)?.unwrap_or_default(),
            min_score: section.value("min-score", points)?,
        })
    }

    fn weights(&self, built_in: [f64; 5]) -> Result<[f64; 5], SourceError> {
        let Some(section) = self.section("weights")? else { return Ok(built_in) };
        section.only(&Category::ALL.map(Category::word))?;
        let mut weights = built_in;
        for (weight, category) in weights.iter_mut().zip(Category::ALL) {
            if let Some(given) = section.value(category.word(), weight_of)? {
                *weight = given;
            }
        }
        if weights.iter().sum::<f64>() > 0.0 {
            return Ok(weights);
        }
        let span = self.table.get("weights").map_or(0..0, toml::Spanned::span);
        Err(self.error(&span, "at least one weight must be above 0".to_owned()))
    }

    fn advice(&self) -> Result<advice::Settings, SourceError> {
        let Some(section) = self.section("advice")? else { return Ok(advice::Settings::default()) };
        let mut settings = advice::Settings::default();
        for key in section.table.keys() {
            let name = key.get_ref().as_ref();
            if name == ALLOW {
                settings.allow = section.value(ALLOW, rules)?.unwrap_or_default();
                continue;
            }
            let is_table = section.table.get(name).is_some_and(|it| it.get_ref().is_table());
            if !is_table {
                section.only(&[ALLOW])?;
            }
            if let Some(of_function) = section.section(name)? {
                of_function.only(&[ALLOW])?;
                let allow = of_function.value(ALLOW, rules)?.unwrap_or_default();
                settings.by_function.push((name.to_owned(), allow));
            }
        }
        Ok(settings)
    }
}

fn rules(value: &DeValue<'_>) -> Result<BTreeSet<RuleId>, String> {
    set(value, |word| one_of(word, RuleId::ALL.iter().copied(), RuleId::word, "rule of advice"))
}

fn weight_of(value: &DeValue<'_>) -> Result<f64, String> {
    real(value).and_then(|weight| match weight {
        weight if (0.0..=1e6).contains(&weight) => Ok(weight),
        _ => Err("a weight is 0 or more".to_owned()),
    })
}

fn points(value: &DeValue<'_>) -> Result<f64, String> {
    real(value).and_then(|points| match points {
        points if (0.0..=100.0).contains(&points) => Ok(points),
        _ => Err("a score is between 0 and 100".to_owned()),
    })
}

/// Reads a share of a whole: `"80%"`.
fn share(value: &DeValue<'_>) -> Result<f64, String> {
    quantity(value, Unit::Share).and_then(|share| match share {
        share if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("it is between 0 % and 100 %".to_owned()),
    })
}

fn quantity(value: &DeValue<'_>, unit: Unit) -> Result<f64, String> {
    let text = value.as_str().map(str::to_owned).or_else(|| number(value));
    let example = match unit {
        Unit::Time => "a duration, such as \"500ms\"",
        Unit::Size => "a size, such as \"100MB\"",
        Unit::Share => "a share, such as \"40%\"",
        _ => "a number",
    };
    unit.parse(&text.ok_or_else(|| expected(example, value))?)
}

/// Reads four values, each larger than the one before, or each smaller.
fn thresholds(value: &DeValue<'_>, unit: Unit, rise: bool) -> Result<Thresholds, String> {
    let items = value.as_array().ok_or_else(|| expected("a list of four values", value))?;
    let read: Result<Vec<f64>, String> =
        items.iter().map(|item| quantity(item.get_ref(), unit)).collect();
    let read = read?;
    let [a, b, c, d] = <[f64; 4]>::try_from(read.as_slice())
        .map_err(|_| format!("expected four values, found {}", read.len()))?;
    let pairs = [(a, b), (b, c), (c, d)];
    let is_in_order = pairs.iter().all(|(one, next)| if rise { one < next } else { one > next });
    if !is_in_order {
        let how = if rise { "larger" } else { "smaller" };
        return Err(format!("each of the four must be {how} than the one before"));
    }
    if rise && a <= 0.0 { Err("the first must be above 0".to_owned()) } else { Ok([a, b, c, d]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::config::source::{check_settings, report};

    const FULL: &str = r#"
[score]
time = ["10ms", "50ms", "100ms", "1s"]
memory = ["1MB", "2MB", "3MB", "4MB"]
cpu = ["10%", "20%", "30%", "40%"]
words = [95, 85, 70, 50]
cpu-limit = "90%"
max-errors = "1%"
allow-panics = true
min-score = 70

[score.weights]
time = 1
throughput = 0

[advice]
allow = ["poll-blocks", "tail"]

[advice."app::db::*"]
allow = ["varies"]
"#;

    #[test]
    fn every_key_is_read() {
        let settings = report(FULL).unwrap();
        let expected = score::Settings {
            weights: [1.0, 0.25, 0.20, 0.15, 0.0],
            time_ns: [1e7, 5e7, 1e8, 1e9],
            memory_bytes: [1e6, 2e6, 3e6, 4e6],
            cpu: [0.1, 0.2, 0.3, 0.4],
            words: [95.0, 85.0, 70.0, 50.0],
            cpu_limit: Some(0.9),
            max_errors: 0.01,
            allow_panics: true,
            min_score: Some(70.0),
        };
        assert_eq!(settings.score, expected);
        let silent = |rule, name| settings.advice.allows(rule, name);
        assert!(silent(RuleId::Tail, None) && silent(RuleId::PollBlocks, Some("app::f")));
        assert!(silent(RuleId::Varies, Some("app::db::get")));
        assert!(!silent(RuleId::Varies, Some("app::f")) && !silent(RuleId::Varies, None));
        assert_eq!(report("").unwrap(), Settings::default());
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let mistake = |text: &str| {
            let error = report(text).unwrap_err();
            assert_eq!(check_settings(text, "ci").unwrap_err(), error, "every command checks it");
            let line = error.line.map_or_else(String::new, |line| line.to_string());
            format!("{line}: {}; {}", error.problem, error.help.unwrap_or_default())
        };
        let all = [
            mistake("[score]\nmin_score = 70"),
            mistake("[score]\nmin-score = 101"),
            mistake("[score]\ntime = [\"1s\", \"2s\"]"),
            mistake("[score]\ntime = [\"1s\", \"2s\", \"2s\", \"3s\"]"),
            mistake("[score]\ntime = [1, 2, 3, 4]"),
            mistake("[score]\nwords = [40, 60, 75, 90]"),
            mistake("[score]\ncpu-limit = \"120%\""),
            mistake("[score.weights]\nthruput = 1"),
            mistake("[score.weights]\ntime = -1"),
            mistake("[score.weights]\ntime = 0\nmemory = 0\ncpu = 0\nsuccess = 0\nthroughput = 0"),
            mistake("[advice]\nallow = [\"poll-block\"]"),
            mistake("[advice]\nallows = [\"tail\"]"),
            mistake("[advice.\"app::f\"]\nallows = [\"tail\"]"),
            mistake("[scores]\ntime = 3"),
        ];
        insta::assert_snapshot!(all.join("\n"));
    }
}
