//! `perf-report tag`: the names of a run, given after the fact.

use std::collections::BTreeSet;
use std::process::ExitCode;

use clap::builder::FalseyValueParser;

use super::{help, keep, output};
use crate::error::{ExitCode as Code, UserError};
use crate::project::context::Context;
use crate::project::named::Runs;
use crate::project::store::{Names, RunRef};
use crate::text::units;

const EXAMPLES: &str = "\
Examples:
  perf-report tag latest gpu              the newest run is tagged `gpu` now
  perf-report tag latest --label before   and labelled `before`
  perf-report tag label:before gpu slow --remove old
  perf-report show tagged:gpu             the newest of this tag
  perf-report list --tag gpu

A run has one label and any number of tags. They are all of a stored run that can be changed; what was \
recorded stays as it is. Runs that `run --repeat` or `ab` made together are renamed together. Without \
a tag or label it tells those that the run has.";

/// Give a stored run tags, or another label
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[arg(help = help::run("The run"))]
    run: RunRef,

    /// Tags to give it
    #[arg(value_name = "TAG", value_parser = keep::tag)]
    add: Vec<String>,

    /// Take this tag away; may be repeated
    #[arg(long, value_name = "TAG", env = "PERF_TRACK_TAG_REMOVE", hide_env_values = true)]
    #[arg(value_delimiter = ',')]
    remove: Vec<String>,

    /// Give it this label
    #[arg(long, short, value_name = "NAME", env = "PERF_TRACK_TAG_LABEL", hide_env_values = true)]
    #[arg(value_parser = keep::label)]
    label: Option<String>,

    /// Take its label away
    #[arg(long, env = "PERF_TRACK_TAG_NO_LABEL", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new(), conflicts_with = "label")]
    no_label: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let found = Runs::run(context, &args.run)?;
    let mut store = context.open()?;
    let mut told = None;
    for run in &found.runs {
        let names = store.rename(&run.run.id, &|known| args.names(known))?;
        if run.run.id == found.name {
            told = Some(names);
        }
    }
    let others = match found.runs.len() {
        0 | 1 => String::new(),
        all => format!(", as have all {} made with it", units::plural(all as u64, "run")),
    };
    let names = words(&told.unwrap_or_default());
    output::message(&format!("run {} has {names}{others}", found.name));
    Ok(Code::Fine.into())
}

impl Args {
    /// Returns the names that a run has after this change of its own.
    fn names(&self, known: &Names) -> Names {
        let label = self.label.as_deref().or(known.label.as_deref().filter(|_| !self.no_label));
        let all: BTreeSet<&String> = known.tags.iter().chain(&self.add).collect();
        let kept = all.into_iter().filter(|tag| !self.remove.contains(tag));
        Names { label: label.map(str::to_owned), tags: kept.cloned().collect() }
    }
}

fn words(names: &Names) -> String {
    let label = match &names.label {
        Some(label) => format!("the label `{label}`"),
        None => "no label".to_owned(),
    };
    let tags: Vec<_> = names.tags.iter().map(|tag| format!("`{tag}`")).collect();
    match tags.as_slice() {
        [] => format!("{label} and no tag"),
        [tag] => format!("{label} and the tag {tag}"),
        _ => format!("{label} and the tags {}", tags.join(", ")),
    }
}
