//! `perf-report html`: a run as a page for browsers.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use clap::builder::FalseyValueParser;

use super::judge::LimitArgs;
use super::{browser, help, output, page, progress};
use crate::error::{ExitCode as Code, UserError};
use crate::model::PageDocuments;
use crate::project::context::Context;
use crate::project::page::PAST;
use crate::project::report::Wanted;
use crate::project::store::RunRef;
use crate::render::html::{Assets, Page};
use crate::system;

const EXAMPLES: &str = "\
Examples:
  perf-report html --open                  the newest run, in the browser
  perf-report html nightly --output nightly.html
  perf-report html --baseline main~10      judged by 10 runs of branch main
  perf-report html --no-baseline           what is slow, with no verdict
  perf-report html --assets beside --output public/index.html

The page is one file that needs nothing else: no server, no network. It can be mailed, kept as an \
artifact of CI, and read without scripts, too: the verdict and the heaviest functions stand in it as text.

The run is judged as `check` would, by the baseline of --baseline, else by the one that `check` takes, \
if there is one that fits. The verdict is in the page and no exit code: 0 once the page is written.

Servers that forbid pages to bring scripts (Jenkins, Azure) show one made with --assets beside.

--open asks $BROWSER, else xdg-open, on macOS open.";

/// Write a run as a page for browsers, with its verdict and its past
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[arg(help = help::run("The run"))]
    #[arg(default_value = "latest")]
    run: RunRef,

    /// Name of the baseline to judge it by; or `main~10` for the last runs of a branch, or a run as `tag:v1.2` [default: as `check` has it]
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_BASELINE", hide_env_values = true)]
    baseline: Option<String>,

    /// Judge nothing but budgets
    #[arg(long, env = "PERF_TRACK_NO_BASELINE", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new(), conflicts_with = "baseline")]
    no_baseline: bool,

    /// Show at most N runs of the past
    #[arg(long, value_name = "N", default_value_t = PAST)]
    #[arg(value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=10_000))]
    #[arg(env = "PERF_TRACK_LAST", hide_env_values = true)]
    last: usize,

    /// Write the page to FILE; `-` is standard output
    #[arg(long, short, value_name = "FILE", default_value = "perf-report.html")]
    #[arg(env = "PERF_TRACK_OUTPUT", hide_env_values = true)]
    output: PathBuf,

    /// Open the page once it is written
    #[arg(long, env = "PERF_TRACK_OPEN", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    open: bool,

    /// Where style and scripts are
    #[arg(long, value_enum, default_value_t, env = "PERF_TRACK_ASSETS", hide_env_values = true)]
    assets: Place,

    #[command(flatten)]
    limits: LimitArgs,
}

/// The place of style and scripts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Place {
    /// In the page itself
    #[default]
    Inline,
    /// In two files beside it, of the same name: .css and .js
    Beside,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let is_stdout = args.output == Path::new("-");
    if is_stdout && (args.open || args.assets == Place::Beside) {
        return Err(UserError::new(Code::Usage, "a page on standard output is no file")
            .help("leave out --open and --assets, or name a file with --output"));
    }
    let progress = progress::start(|| "making the page".to_owned());
    let documents = documents(args, context)?;
    let page = Page::of(&documents);
    match args.assets {
        Place::Beside => {
            page::write_beside(context, &args.output, |assets| page.html(assets))?;
        }
        Place::Inline => {
            let html = page.html(Assets::Inline);
            drop(progress);
            if is_stdout {
                output::page(&html)?;
            } else {
                page::write(context, &args.output, &html)?;
            }
        }
    }
    if args.open {
        open(context, &args.output);
    }
    Ok(Code::Fine.into())
}

fn documents(args: &Args, context: &Context) -> Result<PageDocuments, UserError> {
    let settings = args.limits.settings(context, args.baseline.as_deref(), &[])?;
    let wanted = match &args.baseline {
        _ if args.no_baseline => Wanted::None,
        Some(name) => Wanted::Named(name),
        None => Wanted::Usual,
    };
    PageDocuments::find(context, &args.run, (wanted, args.last), &settings)
}

/// Opens the page. One that is written and not opened is no failure.
fn open(context: &Context, path: &Path) {
    let path = context.dir.join(path);
    let opened = system::canonical(&path)
        .map_err(|error| error.to_string())
        .and_then(|path| browser::open(&path));
    if let Err(reason) = opened {
        output::warning(&format!("{} was not opened: {reason}", path.display()));
        output::help("name a browser with $BROWSER, or open the file by hand");
    }
}
