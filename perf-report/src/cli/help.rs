//! The texts of `--help` and `help` that depend on the code, and suggestions for mistyped commands.

use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::model::{METRICS_OF_TREES, Metric, MetricKind, TrendLimits};
use crate::text::{suggest, units};
use crate::verdict::{Limits, Thresholds};

/// Returns the help of an argument that names runs: the same sentence in every command.
pub(super) fn run(what: &str) -> String {
    format!(
        "{what}: `latest`, `latest~1`, an id or its beginning, a label, a commit, a branch; or KIND:NAME \
         such as `branch:main~1`, of the kinds branch, tag, git, commit, label, tagged, id"
    )
}

/// Returns the help of `--metrics`.
pub(super) fn metrics() -> String {
    let usual = Limits::DEFAULT_METRICS;
    let others = judged().filter(|metric| !usual.contains(metric));
    format!("Metrics to judge, also {} [default: {}]", words(others), words(usual))
}

/// Returns the help of `--metric` of commands that look at a history.
pub(super) fn metric_of_history() -> String {
    let of_functions = Metric::ALL.into_iter().filter(|metric| has_history(*metric));
    let of_command = words(Metric::OF_COMMAND);
    format!("The value to look at: {}; of the whole command: {of_command}", words(of_functions))
}

/// Returns the help of `--metric` of `bisect`.
pub(super) fn metric_of_bisect() -> String {
    format!(
        "The value that changed: of a function {}; of the command {}, or one of the program's own \
         [default: self of a function; of the command wall, or cpu where that shows more]",
        words(Metric::ALL),
        words(Metric::OF_COMMAND)
    )
}

/// Returns the help of `--metric` of `show`.
pub(super) fn metric_of_flame() -> String {
    let of_trees = words(METRICS_OF_TREES);
    format!(
        "The metric that boxes of --flame are as wide as: {of_trees}; or that the history of \
         --function is of [default: self]"
    )
}

/// Returns the help of `--metric` of `bless`.
pub(super) fn metric_to_bless() -> String {
    let own = [MetricKind::Count, MetricKind::Gauge, MetricKind::Ratio].map(MetricKind::word);
    format!(
        "What of it to accept: {}; of the program's own: {} [default: all that is a regression]",
        words(judged()),
        own.join(", ")
    )
}

/// Returns whether a metric has a trend in per cent; a rate has none.
pub(super) fn has_history(metric: Metric) -> bool {
    metric != Metric::Success
}

/// Returns every metric that can be judged.
fn judged() -> impl Iterator<Item = Metric> {
    Metric::ALL.into_iter().chain(Metric::OF_COMMAND)
}

fn words(metrics: impl IntoIterator<Item = Metric>) -> String {
    let words: Vec<_> = metrics.into_iter().map(Metric::word).collect();
    words.join(", ")
}

/// Returns the help of a limit in per cent that `check` and its like judge by.
pub(super) fn limit(text: &str, of: impl Fn(&Thresholds) -> Option<f64>) -> String {
    with_limit(text, of(&Thresholds::default()))
}

/// Returns the help of a limit in per cent that gives a trend its word.
pub(super) fn trend_limit(text: &str, of: impl Fn(&TrendLimits) -> Option<f64>) -> String {
    with_limit(text, of(&TrendLimits::default()))
}

fn with_limit(text: &str, pct: Option<f64>) -> String {
    let pct = pct.map_or_else(|| "never".to_owned(), units::number);
    format!("{text} [default: {pct}]")
}

/// Returns the help of another setting that is one of [`Limits`].
pub(super) fn setting(text: &str, of: impl Fn(&Limits) -> String) -> String {
    format!("{text} [default: {}]", of(&Limits::default()))
}

/// Adds a suggestion to a mistake in the words after `help`, for which clap has none.
pub(super) fn suggest(mut error: clap::Error, command: &Command, args: &[OsString]) -> clap::Error {
    if error.kind() != ErrorKind::InvalidSubcommand
        || error.get(ContextKind::SuggestedSubcommand).is_some()
    {
        return error;
    }
    let Some(ContextValue::String(unknown)) = error.get(ContextKind::InvalidSubcommand) else {
        return error;
    };
    let words = args.iter().skip(1).filter_map(|arg| arg.to_str());
    let known = words.take_while(|word| word != unknown).filter(|word| *word != "help");
    let asked = known.fold(command, |asked, word| asked.find_subcommand(word).unwrap_or(asked));
    let names = asked.get_subcommands().flat_map(Command::get_name_and_visible_aliases);
    if let Some(near) = suggest::nearest(unknown, names) {
        let near = ContextValue::Strings(vec![near.to_owned()]);
        error.insert(ContextKind::SuggestedSubcommand, near);
    }
    error
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    /// The widest line that is set by hand.
    const WIDEST: usize = 80;

    /// Returns every command that has help, with its name as people type it.
    fn commands() -> Vec<(String, Command)> {
        fn add(command: &Command, path: &str, to: &mut Vec<(String, Command)>) {
            to.push((path.to_owned(), command.clone()));
            let below = command.get_subcommands().filter(|it| it.get_name() != "help");
            below.for_each(|it| add(it, format!("{path} {}", it.get_name()).trim(), to));
        }
        let mut all = Vec::new();
        add(&Cli::command(), "", &mut all);
        all
    }

    /// Finds lines after which a word of the next one would have had room: a text that was wrapped
    /// when it was written, and once more on the screen.
    fn wrapped_twice(text: &str, width: usize) -> Vec<String> {
        let lines: Vec<&str> = text.lines().collect();
        let is_prose = |line: &str| line.starts_with(|c: char| !c.is_whitespace());
        let pairs = lines.windows(2).filter(|pair| is_prose(pair[0]) && is_prose(pair[1]));
        let next = |line: &str| line.split(' ').next().map_or(0, |word| word.chars().count());
        let fits = |pair: &&[&str]| pair[0].chars().count() + 1 + next(pair[1]) <= width;
        pairs.filter(fits).map(|pair| pair.join(" ⏎ ")).collect()
    }

    #[test]
    fn no_text_is_wrapped_twice_on_any_screen() {
        for (name, command) in commands() {
            for width in [80, 90, 100, 120] {
                let mut command = command.clone().term_width(width);
                for help in [command.render_help(), command.render_long_help()] {
                    let found = wrapped_twice(&help.to_string(), width);
                    assert_eq!(found, [""; 0], "{name} at {width} columns");
                }
            }
        }
        assert_eq!(wrapped_twice("a line of words\nthat goes on\n\nnext", 40).len(), 1);
        assert_eq!(wrapped_twice("a line of words\nthat goes on\n\nnext", 15).len(), 0);
    }

    #[test]
    fn what_is_set_by_hand_fits_a_small_screen() {
        for (name, command) in commands() {
            let texts = [command.get_about(), command.get_after_help()].into_iter().flatten();
            let texts: Vec<String> = texts.map(ToString::to_string).collect();
            for line in texts.iter().flat_map(|text| text.lines()) {
                let is_fixed = line.starts_with(' ');
                assert!(!is_fixed || line.chars().count() <= WIDEST, "{name}: {line}");
            }
        }
    }

    /// Returns the help of an option, on one line.
    fn help_of(path: &str, option: &str) -> String {
        let all = commands();
        let (_, command) = all.iter().find(|(name, _)| name == path).unwrap();
        let arg = command.get_arguments().find(|arg| arg.get_long() == Some(option)).unwrap();
        arg.get_help().unwrap().to_string()
    }

    #[test]
    fn lists_and_defaults_are_those_of_the_code() {
        let check = help_of("check", "metrics");
        for metric in Limits::DEFAULT_METRICS {
            let (_, usual) = check.split_once("[default: ").unwrap();
            assert!(usual.contains(metric.word()), "{}: {check}", metric.word());
        }
        insta::assert_snapshot!(
            [
                check,
                help_of("history", "metric"),
                help_of("bless", "metric"),
                help_of("check", "regression"),
                help_of("check", "degraded"),
                help_of("check", "improved"),
                help_of("check", "floor"),
                help_of("check", "run-floor"),
                help_of("check", "min-calls"),
                help_of("check", "load"),
                help_of("history", "improvement"),
                help_of("compare-last", "degraded"),
                help_of("compare-last", "regression"),
            ]
            .join("\n")
        );
    }
}
