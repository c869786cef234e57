//! What a store of many runs costs, in a file and in two ClickHouse servers, each with the same made-up runs:
//! `cargo bench -p perf-report --bench store`. Some minutes; ten times as long with `STORE_RUNS=20000`.
//!
//! Prints a table: the rate of storing, the bytes on disk, the time of questions to the store, and that of whole
//! commands. It asserts nothing. `STORE_ENGINES="file old"` leaves out the current engine; `STORE_SERIES=1` puts all
//! runs into one series, which makes its history long; `STORE_FUNCTIONS` is the number of functions; `STORE_KEEP=FOLDER`
//! leaves the file there. An engine that cannot be had here is left out, and said to be.

#![expect(clippy::print_stdout, reason = "prints what it measured")]
#![expect(clippy::print_stderr, reason = "says how far it is")]
#![expect(clippy::cast_precision_loss, reason = "numbers of a benchmark")]

mod commands;
#[path = "../../../tests/support/consumers.rs"]
#[expect(dead_code, unreachable_pub, reason = "tests ask for more of them")]
mod consumers;
mod disk;
mod filling;
#[path = "../common/hosts.rs"]
mod hosts;
mod made;
mod questions;
#[path = "../../../tests/e2e/clickhouse/server.rs"]
#[expect(dead_code, reason = "tests ask for more of them")]
mod server;
mod table;
mod timing;

use std::error::Error;
use std::path::PathBuf;

use made::{Fleet, Size};
use perf_report::project::store::Location;
use table::Table;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A place to keep the runs in.
#[derive(Debug)]
struct Engine {
    name: &'static str,
    location: Location,
}

fn main() -> Result<()> {
    let size = Size {
        runs: number("STORE_RUNS", 2_000),
        functions: number("STORE_FUNCTIONS", 500),
        series: number("STORE_SERIES", 20),
    };
    let fleet = Fleet::of(size, jiff::Timestamp::now().as_second());
    let folder = tempfile::tempdir()?;
    let home =
        std::env::var_os("STORE_KEEP").map_or_else(|| folder.path().to_owned(), PathBuf::from);
    let mut table = Table::of(&fleet)?;
    for engine in engines(&home)? {
        eprintln!("{}: storing {} runs", engine.name, size.runs);
        table.begin(engine.name);
        filling::fill(&engine, &fleet, &mut table)?;
        disk::measure(&engine, &fleet, &mut table)?;
        eprintln!("{}: asking", engine.name);
        questions::ask(&engine, &fleet, &mut table)?;
        commands::run(&engine, &fleet, &mut table)?;
    }
    println!("{table}");
    Ok(())
}

/// Returns the engines that are wanted and can be had.
fn engines(home: &std::path::Path) -> Result<Vec<Engine>> {
    let wanted = std::env::var("STORE_ENGINES").unwrap_or_else(|_| "file old new".to_owned());
    let mut engines = Vec::new();
    if wanted.contains("file") {
        let path = home.join("runs.sqlite");
        engines.push(Engine { name: "SQLite", location: Location::Sqlite(path) });
    }
    for (word, name) in [("old", "18.16"), ("new", "26.9")] {
        let server = match word {
            _ if !wanted.contains(word) => None,
            "old" => server::old(),
            _ => server::new(),
        };
        let Some(server) = server else { continue };
        let url = server.url("default", "bench");
        let location = Location::parse(url.as_ref(), home)?;
        engines.push(Engine { name, location });
    }
    Ok(engines)
}

fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Says that something cannot be had here.
pub(crate) fn skipped(why: &str) {
    eprintln!("left out: {why}");
}
