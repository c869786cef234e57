//! What is held against itself.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use perf_tests::program;

use crate::{Result, realworld, setting};

/// A program.
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    /// The function that can be made slower, and the variable that says by how much.
    pub(crate) slowed: Option<(&'static str, &'static str)>,
    /// Ways to judge it: what is said of them, and further arguments of `check`.
    pub(crate) ways: &'static [(&'static str, &'static [&'static str])],
}

const USUAL: &[(&str, &[&str])] = &[("", &[])];
const OPEN: &[(&str, &[&str])] = &[("", &[]), (", load = open", &["--load", "open"])];

impl Program {
    pub(crate) fn new(name: &str, path: impl Into<PathBuf>, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(OsString::from).collect();
        Self { name: name.to_owned(), path: path.into(), arguments, slowed: None, ways: USUAL }
    }
}

/// All that are wanted and can be had. `files` is a folder for what they read.
pub(crate) fn all(files: &Path) -> Result<Vec<Program>> {
    let wanted = setting("PROGRAMS", "");
    let is_wanted = |name: &str| wanted.is_empty() || wanted.split(',').any(|it| it == name);
    let mut programs = own(files)?;
    programs.retain(|program| is_wanted(&program.name));
    if is_wanted("realworld") {
        programs.extend(realworld::programs());
    }
    if programs.is_empty() {
        return Err(format!("PROGRAMS={wanted:?} names none").into());
    }
    Ok(programs)
}

fn own(files: &Path) -> Result<Vec<Program>> {
    // Sources that stay as they are, whatever becomes of the repository meanwhile.
    let sources = files.join("sources");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    copy(&root.join("perf-report/src"), &sources)?;
    let of_sources = Program {
        arguments: vec![sources.into()],
        ..Program::new("code_stats", program!("code_stats-under-test"), &[])
    };
    let service = ["2000", "4"].map(str::to_owned);
    let service = [setting("SERVICE_MS", &service[0]), service[1].clone()];
    Ok(vec![
        Program {
            slowed: Some(("::checksum", "SLOW_CHECKSUM")),
            ..Program::new("tokenizer", program!("tokenizer"), &["80"])
        },
        of_sources,
        Program {
            ways: OPEN,
            ..Program::new("service", program!("service"), &service.each_ref().map(String::as_str))
        },
        Program::new("threads", program!("workload"), &["8", "200000", "return"]),
        Program {
            slowed: Some(("::tokenize", "SLOW_TOKENIZE")),
            ..Program::new("slowed", program!("slowed-under-test"), &["1000"])
        },
        Program::new("recursion", program!("recursion"), &["direct", "25"]),
    ])
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            std::fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
