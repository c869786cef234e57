//! The page of a run as a file: for `html`, and for `--html` of the commands that judge or record.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::judge::LimitArgs;
use super::output;
use crate::error::{ExitCode as Code, UserError};
use crate::files;
use crate::model::{Comparison, PageDocuments, RunDocument};
use crate::project::config::check::CheckSettings;
use crate::project::context::Context;
use crate::project::page;
use crate::project::report::{self, Wanted};
use crate::project::store::RunRef;
use crate::render::html::{self, Assets, Page};
use crate::text::units;

/// The page that a command writes beside its result.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct HtmlArgs {
    /// Write a page for browsers as well, as `perf-report html` does; one that cannot be written changes
    /// the exit code only where that would be 0
    #[arg(long, value_name = "FILE", env = "PERF_TRACK_HTML", hide_env_values = true)]
    #[arg(value_parser = file)]
    html: Option<PathBuf>,
}

/// Reads the name of a file for a page: standard output has the command's own result.
fn file(name: &str) -> Result<PathBuf, String> {
    let is_output = name == "-";
    if is_output {
        Err("standard output has the result already; name a file".to_owned())
    } else {
        Ok(name.into())
    }
}

impl HtmlArgs {
    /// Removes the page that an earlier command left where one is wanted now: if this command fails before it
    /// has a verdict, nobody is to take the old one for its. Any other file stays until it is replaced.
    pub(super) fn begin(&self, context: &Context) {
        let Some(path) = self.html.as_ref().map(|path| context.dir.join(path)) else { return };
        if is_page(&path) {
            // Where it cannot be removed, it cannot be written either, which is an error then.
            let _ = std::fs::remove_file(path);
        }
    }

    /// Writes the page that `page` makes, where one is wanted, and returns the exit code of the command,
    /// which would else be `code`. What was found counts more than a page that could not be written.
    pub(super) fn after(
        &self,
        code: Code,
        context: &Context,
        page: impl FnOnce() -> Result<String, UserError>,
    ) -> Code {
        match self.write(context, page) {
            Ok(()) => code,
            Err(error) => {
                output::error(&error);
                if code == Code::Fine { error.code } else { code }
            }
        }
    }

    /// Writes the page that `page` makes, where one is wanted.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub(super) fn write(
        &self,
        context: &Context,
        page: impl FnOnce() -> Result<String, UserError>,
    ) -> Result<(), UserError> {
        let Some(path) = &self.html else { return Ok(()) };
        write(context, path, &page()?)
    }
}

/// Returns whether there is a page of perf-report.
fn is_page(path: &Path) -> bool {
    /// The beginning of a file, in bytes, in which a page names what made it.
    const HEAD: u64 = 4096;
    let is_file = std::fs::symlink_metadata(path).is_ok_and(|it| it.is_file());
    let head = || {
        let mut head = Vec::new();
        files::open(path, u64::MAX).ok()?.take(HEAD).read_to_end(&mut head).ok()?;
        Some(String::from_utf8_lossy(&head).contains(html::GENERATOR))
    };
    is_file && head().unwrap_or(false)
}

/// Makes the error that a command has no run of which it could make a page.
pub(super) fn nothing_to_show() -> UserError {
    UserError::new(Code::NothingToJudge, "there is no run to make a page of")
}

/// Returns the page of a judgement that was made already, of the newest of `runs`, which it is about.
pub(super) fn of_comparison(
    context: &Context,
    (runs, baseline): (&[RunDocument], Option<&RunDocument>),
    comparison: &Comparison,
    settings: &CheckSettings,
) -> Result<String, UserError> {
    let Some(run) = runs.last() else { return Err(nothing_to_show()) };
    let history = page::past(context, run, page::PAST, settings)?;
    let report = report::report(context, runs, comparison)?;
    let page = Page {
        run,
        baseline,
        comparison: Some(comparison),
        history: history.as_ref(),
        report: Some(&report),
    };
    Ok(page.html(Assets::Inline))
}

/// Returns the page of a stored run, judged as `html` does by default.
pub(super) fn of_run(context: &Context, id: &str) -> Result<String, UserError> {
    let settings = LimitArgs::default().settings(context, None, &[])?;
    let run = RunRef::Runs(id.to_owned());
    let documents = PageDocuments::find(context, &run, (Wanted::Usual, page::PAST), &settings)?;
    Ok(Page::of(&documents).html(Assets::Inline))
}

/// Writes a page, wholly or not at all, and says where.
pub(super) fn write(context: &Context, path: &Path, page: &str) -> Result<(), UserError> {
    write_file(context, path, page)?;
    let size = units::bytes(page.len() as u64);
    output::message(&format!("wrote {} ({size})", context.shown(&context.dir.join(path))));
    Ok(())
}

/// Writes a page whose style and scripts lie beside it.
pub(super) fn write_beside(
    context: &Context,
    path: &Path,
    page: impl FnOnce(Assets<'_>) -> String,
) -> Result<(), UserError> {
    let names = ["css", "js"].map(|extension| path.with_extension(extension));
    let shown = names.each_ref().map(|name| {
        name.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    });
    if names.iter().any(|name| name == path) {
        let problem = format!("{} is the name of a file beside the page", path.display());
        return Err(UserError::new(Code::Usage, problem).help("choose one that ends in .html"));
    }
    // The page comes last: while it is there, what it needs is there, too.
    write_file(context, &names[0], html::style())?;
    write_file(context, &names[1], html::script())?;
    write(context, path, &page(Assets::Beside { style: &shown[0], script: &shown[1] }))
}

fn write_file(context: &Context, path: &Path, text: &str) -> Result<(), UserError> {
    let written = files::put(&context.dir.join(path), text.as_bytes());
    written.map_err(|error| {
        UserError::new(Code::Usage, format!("the page {} cannot be written", path.display()))
            .because(error)
            .help("choose another file, in a folder that is there")
    })
}
