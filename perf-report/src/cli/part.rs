//! The options that make a run a part of a distributed one.

use std::str::FromStr;

use super::keep;
use crate::error::{ExitCode as Code, UserError};
use crate::model::Part;
use crate::record::facts::{self, ci};

/// The part of a distributed run that this machine makes.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct PartArgs {
    /// Name that all parts of a distributed run have in common [default: run and job of the CI server]
    #[arg(long, value_name = "ID", env = "PERF_TRACK_GROUP", hide_env_values = true)]
    #[arg(value_parser = keep::line)]
    group: Option<String>,

    /// The part that this machine makes, such as `3/8`; `none` for a run by itself [default: what the CI server
    /// says of a parallel job]
    #[arg(long, value_name = "I/N", env = "PERF_TRACK_PART", hide_env_values = true)]
    part: Option<Choice>,
}

/// A part that somebody named, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    None,
    Part { index: u32, of: u32 },
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        /// Parts, at most: each is a run of its own.
        const MOST: u32 = 10_000;
        if text == "none" {
            return Ok(Self::None);
        }
        let numbers = text.split_once('/').and_then(|(index, of)| {
            Some((index.trim().parse::<u32>().ok()?, of.trim().parse::<u32>().ok()?))
        });
        match numbers {
            Some((0, _)) => Err(
                "parts count from 1: write `part: [1, 2, 3]` into the matrix of the workflow, and \
                `--part ${{ matrix.part }}/3`, since `strategy.job-index` counts from 0"
                    .to_owned(),
            ),
            Some((index, of)) if index > of => Err(format!("there is no part {index} of {of}")),
            Some((_, of)) if of > MOST => Err(format!("more than {MOST} parts")),
            Some((index, of)) => Ok(Self::Part { index, of }),
            None => Err("write it as `3/8`, the third of eight, or `none`".to_owned()),
        }
    }
}

impl PartArgs {
    /// Returns the part that a run here is; `None` of one that is whole by itself. What the options leave open the
    /// variables of the CI server say.
    ///
    /// # Errors
    /// When they say half of it, and nobody the rest.
    pub(super) fn part(&self) -> Result<Option<Part>, UserError> {
        self.part_by(|name| std::env::var(name).ok(), facts::host)
    }

    fn part_by(
        &self,
        variable: impl Fn(&str) -> Option<String>,
        host: impl Fn() -> String,
    ) -> Result<Option<Part>, UserError> {
        let made =
            |group: String, index, of| Part { group, index, of, host: host(), ..Part::default() };
        let usage =
            |problem: &str, help: &str| Err(UserError::new(Code::Usage, problem).help(help));
        match (self.part, &self.group) {
            (Some(Choice::None), _) => Ok(None),
            (Some(Choice::Part { index, of }), given) => {
                match given.clone().or_else(|| ci::group(&variable)) {
                    Some(group) => Ok(Some(made(group, index, of))),
                    None => usage(
                        "--part says which part this is, and nothing says of which distributed run",
                        "name it with --group, the same for all parts and for no other run, such as the number \
                         of the pipeline",
                    ),
                }
            }
            (None, given) => match (ci::part(&variable), given) {
                (Some((told, index, of)), given) => {
                    Ok(Some(made(given.clone().unwrap_or(told), index, of)))
                }
                (None, None) => Ok(None),
                (None, Some(_)) => usage(
                    "--group names a distributed run, and nothing says which part this is",
                    "say it with --part, such as `--part 3/8`",
                ),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(
        group: Option<&str>,
        part: Option<&str>,
        ci: &[(&str, &str)],
    ) -> Result<String, String> {
        let args = PartArgs {
            group: group.map(str::to_owned),
            part: part.map(|part| part.parse().unwrap()),
        };
        let variable = |name: &str| {
            ci.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        args.part_by(variable, || "host".to_owned())
            .map(|part| {
                part.map_or("none".to_owned(), |it| format!("{} {}/{}", it.group, it.index, it.of))
            })
            .map_err(|error| error.to_string())
    }

    #[test]
    fn options_come_before_what_the_server_says() {
        let circle =
            [("CIRCLE_WORKFLOW_ID", "w"), ("CIRCLE_NODE_INDEX", "0"), ("CIRCLE_NODE_TOTAL", "4")];
        let ok = |text: &str| Ok(text.to_owned());
        assert_eq!(part(None, None, &[]), ok("none"));
        assert_eq!(part(None, None, &circle), ok("circleci w 1/4"));
        assert_eq!(part(None, Some("none"), &circle), ok("none"));
        assert_eq!(part(None, Some("2/3"), &circle), ok("circleci w 2/3"));
        assert_eq!(part(Some("g"), None, &circle), ok("g 1/4"));
        assert_eq!(part(Some("g"), Some("2/3"), &[]), ok("g 2/3"));
        assert!(part(None, Some("2/3"), &[]).unwrap_err().contains("of which distributed run"));
        assert!(part(Some("g"), None, &[]).unwrap_err().contains("which part this is"));
    }

    #[test]
    fn a_part_is_a_number_from_1_of_another() {
        assert_eq!("3/8".parse(), Ok(Choice::Part { index: 3, of: 8 }));
        for (text, problem) in [
            ("0/8", "count from 1"),
            ("9/8", "no part 9 of 8"),
            ("3", "write it as"),
            ("a/b", "write it as"),
            ("-1/8", "write it as"),
            ("1/99999", "more than"),
        ] {
            let error = text.parse::<Choice>().unwrap_err();
            assert!(error.contains(problem), "{text}: {error}");
        }
    }
}
