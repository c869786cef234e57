//! What a call costs with perf-track and with its peers, side by side. `README.md` says how.
//!
//! The program starts itself as a child for every measurement, since the peers keep global state,
//! run threads and work at exit: `parent` starts the children, `child` is what they do.

mod candidates;
mod child;
mod clock;
mod figures;
mod parent;
mod table;

use std::error::Error;

use clap::Parser;

use crate::child::Order;
use crate::parent::Scope;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Measures what a call costs with perf-track and with its peers, side by side.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    scope: Scope,
    /// Prints the table as Markdown
    #[arg(long)]
    markdown: bool,
    #[command(subcommand)]
    order: Option<Started>,
}

/// How a child is told what to do.
#[derive(Debug, clap::Subcommand)]
enum Started {
    #[command(hide = true)]
    Child(Order),
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(Started::Child(order)) = arguments.order {
        return child::run(&order);
    }
    let results = parent::measure(&arguments.scope)?;
    print!("{}", table::render(&results, arguments.markdown));
    Ok(())
}
