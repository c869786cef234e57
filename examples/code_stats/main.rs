//! Counts what is in the Rust sources below a folder, and is tracked while it does.
//!
//! `code_stats [FOLDER]`. The way of the data is `files` → `counts` (a file) → `summary` (all).
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its result and its errors")]

mod counts;
mod files;
mod summary;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use perf_runtime::perf_track;
use rayon::prelude::*;

use counts::Counts;
use summary::Summary;

/// Parses on all cores. A file that cannot be read or parsed is counted, and no more.
///
/// Not tracked: it waits while others work, and its waiting would be the largest time of all.
fn summarize(files: &[PathBuf]) -> Summary {
    files
        .par_iter()
        .map(|file| match analyze(file) {
            Ok(counts) => Summary::of_file(file, counts),
            Err(_) => Summary::of_unreadable_file(),
        })
        .reduce_with(Summary::merge)
        .unwrap_or_default()
}

#[perf_track(err)]
fn analyze(file: &Path) -> Result<Counts, files::Unreadable> {
    let text = files::read(file)?;
    let syntax = files::parse(&text)?;
    Ok(counts::count(&text, &syntax))
}

fn main() -> ExitCode {
    let folder = std::env::args_os().nth(1).unwrap_or_else(|| ".".into());
    match files::below(Path::new(&folder)) {
        Ok(files) => {
            println!("{}", summarize(&files));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{} cannot be searched: {error}", Path::new(&folder).display());
            ExitCode::FAILURE
        }
    }
}
