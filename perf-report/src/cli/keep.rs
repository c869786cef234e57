//! The parts that `run` and `collect` share: the names of a run, and the summary of one that was stored.

use std::path::Path;

use super::output;
use crate::analysis;
use crate::error::{ExitCode, UserError};
use crate::model::RunDocument;
use crate::project::context::Context;
use crate::project::store::Kind;
use crate::record::collect::Collected;
use crate::render;
use crate::text::sanitize;

/// The names under which a run is stored.
#[derive(Debug, clap::Args)]
pub(super) struct NameArgs {
    /// Name to find the run by later
    #[arg(long, short, env = "PERF_TRACK_LABEL", hide_env_values = true)]
    #[arg(value_parser = label)]
    pub(super) label: Option<String>,

    /// Tag to find the run by later, with others of the tag; may be repeated
    #[arg(long = "tag", value_name = "TAG", env = "PERF_TRACK_TAG", hide_env_values = true)]
    #[arg(value_delimiter = ',', value_parser = tag)]
    pub(super) tags: Vec<String>,

    /// The branch that the run is of [default: the one checked out, or the one that CI names]
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_BRANCH", hide_env_values = true)]
    #[arg(value_parser = branch)]
    pub(super) branch: Option<String>,
}

impl NameArgs {
    /// Returns the tags, sorted, each once.
    pub(super) fn tags(&self) -> Vec<String> {
        sorted(&self.tags)
    }
}

/// The series that a run is of.
#[derive(Debug, clap::Args)]
pub(super) struct SeriesArgs {
    /// Name that stands for the command, where that differs from run to run by a path or a number: runs of
    /// a series are compared, whatever their commands are
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_SERIES", hide_env_values = true)]
    #[arg(value_parser = line)]
    pub(super) series: Option<String>,
}

/// Returns tags as runs have them: sorted, each once.
pub(super) fn sorted(tags: &[String]) -> Vec<String> {
    let mut tags = tags.to_vec();
    tags.sort_unstable();
    tags.dedup();
    tags
}

/// Checks a label given by the user.
pub(super) fn label(text: &str) -> Result<String, String> {
    if text == "latest" || text.starts_with("latest~") {
        return Err("`latest` always stands for the newest run".to_owned());
    }
    if let Some((kind, _)) = Kind::split(text) {
        return Err(format!("`{}:` stands before another name of a run", kind.word()));
    }
    line(text)
}

/// Checks a tag given by the user.
pub(super) fn tag(text: &str) -> Result<String, String> {
    if text.contains(',') {
        return Err("a comma separates tags".to_owned());
    }
    line(text)
}

/// Checks the name of a branch given by the user.
pub(super) fn branch(text: &str) -> Result<String, String> {
    line(text)
        .map_err(|problem| format!("{problem}; leave it out for the branch that is checked out"))
}

/// Checks that a name is a line of text, of which something can be seen.
pub(super) fn line(text: &str) -> Result<String, String> {
    const LONGEST: usize = 200;
    if text.trim().is_empty() {
        Err("it is empty".to_owned())
    } else if text.chars().count() > LONGEST {
        Err(format!("it is longer than {LONGEST} characters"))
    } else if text.chars().any(char::is_control) {
        Err("it has control characters".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

/// Prints what the run holds, what is missing from it, and where it is.
pub(super) fn report(
    context: &Context,
    document: &RunDocument,
    collected: &Collected,
    left: &[String],
) {
    let recorded = !document.is_empty();
    // The summary names the problems by itself.
    let problems = if recorded { Vec::new() } else { collected.problems() };
    for problem in problems.iter().chain(left) {
        output::warning(problem);
    }
    if recorded {
        let growth = analysis::bench::growth(std::slice::from_ref(document));
        let text = render::summary(document, &growth, output::message_screen());
        output::message(&format!("\n{text}"));
    }
    let store = context.shown_place_of(&document.run.id);
    let part = document.run.part.as_ref().map(|part| {
        format!(", part {} of {} of {}", part.index, part.of, sanitize::screen(&part.group))
    });
    output::message(&format!(
        "stored as run {} in {store}{}",
        document.run.id,
        part.unwrap_or_default()
    ));
}

/// Makes the error that nothing in `folder` can be collected.
pub(super) fn no_data(folder: &Path) -> UserError {
    let problem = format!("no process has recorded in {}", folder.display());
    UserError::new(ExitCode::NothingToJudge, problem)
        .help("record a command with `perf-report run -- COMMAND`, or name the folder with --dir")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_separated_by_commas() {
        assert_eq!(tag("gpu").as_deref(), Ok("gpu"));
        for bad in ["a,b", "", "a\nb"] {
            assert!(tag(bad).is_err(), "{bad:?}");
        }
        let given = ["b", "a", "b"].map(str::to_owned);
        assert_eq!(sorted(&given), ["a", "b"]);
    }

    #[test]
    fn a_label_is_a_line_of_text_that_is_not_taken() {
        for good in ["before", "v1.2 (release)", "größer"] {
            assert_eq!(label(good).as_deref(), Ok(good));
        }
        let long = "x".repeat(201);
        for bad in ["", " ", "a\nb", "\u{1b}[31m", &long] {
            assert!(label(bad).is_err() && branch(bad).is_err(), "{bad:?}");
        }
        for taken in ["latest", "latest~1", "tag:v1", "branch:x"] {
            assert!(label(taken).is_err() && branch(taken).is_ok(), "{taken:?}");
        }
    }
}
