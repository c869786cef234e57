//! `perf-report serve`: the page over the store, for browsers.

use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::builder::FalseyValueParser;

use super::judge::LimitArgs;
use super::{browser, output};
use crate::error::{ExitCode as Code, UserError};
use crate::project::context::Context;
use crate::record::command::Interrupt;
use crate::record::{facts, folder};
use crate::serve::{Address, Guard, Pages, Server};

const EXAMPLES: &str = "\
Examples:
  perf-report serve                     at http://127.0.0.1:7878/
  perf-report serve --open              the same, in your browser
  perf-report serve --listen :0         at any port that is free
  perf-report serve --listen 0.0.0.0:7878   for others too, with a token

Pages: the commands at a glance, the list of runs, each run as `html` makes it, two runs compared, what \
became slower since yesterday, and what runs now. What they are made of is below /api/ as JSON: \
/api/runs, /api/run/ID, /api/comparison/ID, /api/history/ID, /api/slower, /api/live.

Nothing is written: only GET and HEAD are answered. Without a token it answers this machine alone, under \
the names of loopback. Where others reach it, a token is wanted, and made up where none is given; the \
address that is printed carries it. It speaks no TLS: put a proxy before it.

Ends at Ctrl-C.";

/// The time after which it looks for a signal again.
const LOOK: Duration = Duration::from_millis(200);

/// The fewest characters of a token.
const SHORTEST: usize = 16;

/// Show the stored runs and what runs now in browsers
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Where to listen; without a host, on this machine alone
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:7878")]
    #[arg(env = "PERF_TRACK_LISTEN", hide_env_values = true)]
    listen: String,

    /// Answer those alone who bring this token; better given by the environment, which others do not see
    #[arg(long, value_name = "TOKEN", env = "PERF_TRACK_TOKEN", hide_env_values = true)]
    token: Option<String>,

    /// Folder in which to look for processes that run [default: the one processes use on their own]
    #[arg(long, value_name = "DIR", env = "PERF_TRACK_DIR", hide_env_values = true)]
    dir: Option<PathBuf>,

    /// Open it in the browser
    #[arg(long, env = "PERF_TRACK_OPEN", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    open: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let usage = |problem: String| UserError::new(Code::Usage, problem);
    let address = Address::parse(&args.listen).map_err(usage)?;
    let token = token(args, address)?;
    let interrupt = Interrupt::watch().map_err(|error| {
        UserError::new(Code::Internal, "signals cannot be received").because(error)
    })?;
    let settings = LimitArgs::default().settings(context, None, &[])?;
    let base = args.dir.as_ref().map_or_else(folder::default_base, |dir| context.dir.join(dir));
    let pages = Pages::new(context.clone(), settings, base);
    let server = Server::start(address, |port| Guard::new(token.as_deref(), port), pages)?;
    let url = server.url();
    let url = token.map_or_else(|| url.clone(), |token| format!("{url}?token={token}"));
    output::message(&format!("serving {} at {url}", context.shown_store()));
    if args.open
        && let Err(reason) = browser::open_url(&url)
    {
        output::warning(&format!("it was not opened in a browser: {reason}"));
    }
    while interrupt.signal().is_none() {
        thread::sleep(LOOK);
    }
    Ok(Code::Fine.into())
}

/// Returns the token that is wanted from everybody: the one that is given, and where others than this machine
/// could ask, one that is made up.
fn token(args: &Args, address: Address) -> Result<Option<String>, UserError> {
    let is_good = |token: &String| {
        token.len() >= SHORTEST
            && token.chars().all(|c| c.is_ascii_alphanumeric() || "-_.~".contains(c))
    };
    match args.token.as_ref().filter(|token| !token.is_empty()) {
        Some(token) if is_good(token) => Ok(Some(token.clone())),
        Some(_) => {
            let problem = format!(
                "the token must have {SHORTEST} characters or more, of a-z, A-Z, 0-9 and -_.~"
            );
            Err(UserError::new(Code::Usage, problem)
                .help("leave it out, and one is made up where it is needed"))
        }
        None if address.is_loopback() => Ok(None),
        None => Ok(Some(format!("{:016x}{:016x}", facts::random(), facts::random()))),
    }
}
