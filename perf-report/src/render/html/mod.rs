//! A run, its verdict and its past as one page for a browser: a file that needs nothing else.
//!
//! The page is of several documents at once, so it is no [`Medium`](super::Medium) of one of them.
//! What must be read by everybody stands in it as HTML: the verdict, its grounds, the facts of the
//! run, the heaviest functions. Everything is there once more as data, `data` has it, for the scripts in
//! `page/`, which draw the other views. A policy in the page forbids all but these very scripts.

mod assets;
mod benchmarks;
mod block;
mod data;
mod findings;
mod functions;
mod heaviest;
mod interval;
mod markup;
mod packed;
mod report;
pub mod site;
mod summary;
mod vanished;

use std::fmt::Write as _;

use super::words::{facts, findings as found, sentences};
use crate::model::{Comparison, HistoryDocument, PageDocuments, Report, RunDocument};
use crate::text::sanitize;
use heaviest::Heaviest;
use markup::{attribute, text};

pub use assets::{script, style};

/// The documents that a page is made of.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The run that is shown.
    pub run: &'a RunDocument,
    /// The newest run of what it is compared with.
    pub baseline: Option<&'a RunDocument>,
    /// The judgement of the run; without a baseline, that of its budgets.
    pub comparison: Option<&'a Comparison>,
    /// The run's past.
    pub history: Option<&'a HistoryDocument>,
    /// The run's score, its grade, and what to do next.
    pub report: Option<&'a Report>,
}

impl<'a> Page<'a> {
    /// Makes the page of documents that were gathered for it.
    pub fn of(documents: &'a PageDocuments) -> Self {
        Self {
            run: &documents.run,
            baseline: documents.baseline.as_ref(),
            comparison: Some(&documents.comparison),
            history: documents.history.as_ref(),
            report: Some(&documents.report),
        }
    }
}

/// The place of the page's style and scripts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Assets<'a> {
    /// The page itself.
    #[default]
    Inline,
    /// Files beside it, for servers that show no page with scripts of its own.
    Beside {
        /// Name of the file with the style.
        style: &'a str,
        /// Name of the file with the scripts.
        script: &'a str,
    },
    /// A server of perf-report, of whose pages it is one.
    Served,
}

/// The mark of every page, without the version that follows it.
pub(crate) const GENERATOR: &str = "<meta name=\"generator\" content=\"perf-report ";

/// Characters of a title, beyond which browsers show nothing anyway.
const TITLE: usize = 160;

impl Page<'_> {
    /// Returns the page as HTML.
    pub fn html(&self, assets: Assets<'_>) -> String {
        let heaviest = &Heaviest::of(self);
        let (summary, (data, more)) = rayon::join(
            || summary::section(self, heaviest) + &functions::section(self.run),
            || rayon::join(|| data::data(self, heaviest), || data::more(self, heaviest)),
        );
        let mut page = String::with_capacity(summary.len() + data.len() + more.len() + 120_000);
        page += "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
        let _ = writeln!(
            page,
            "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">",
            attribute(&assets::policy(self, assets))
        );
        page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
        let _ = writeln!(page, "{GENERATOR}{VERSION}\">");
        let _ = writeln!(page, "<title>{}</title>", text(&self.title()));
        page += &assets::style_tag(assets);
        page += "</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to content</a>\n";
        page += &self.header(assets);
        page += "<main id=\"main\" tabindex=\"-1\">\n";
        page += &summary;
        page += "</main>\n";
        page += &data;
        page += &more;
        page += &assets::script_tag(self, assets);
        page += "</body>\n</html>\n";
        page
    }

    /// Returns the verdict and the command.
    fn title(&self) -> String {
        let title = format!("{} · {}", self.verdict().text(), facts::command(self.run));
        sanitize::cut(title, TITLE)
    }

    fn header(&self, assets: Assets<'_>) -> String {
        let origin: Vec<_> = facts::origin(self.run).iter().map(|item| text(item)).collect();
        let home = match assets {
            Assets::Served => "<a class=\"home\" href=\"/runs\">← All runs</a>\n",
            Assets::Inline | Assets::Beside { .. } => "",
        };
        format!(
            "<header id=\"top\">\n{home}<h1>{}</h1>\n<p class=\"origin\">{}</p>\n\
             <nav id=\"nav\" aria-label=\"Views\"></nav>\n<div id=\"tools\"></div>\n</header>\n",
            markup::long(&facts::command(self.run)),
            origin.join(" · ")
        )
    }

    fn verdict(&self) -> Headline {
        let Some(comparison) = self.comparison else {
            return Headline { word: sentences::NO_BASELINE, sentence: String::new() };
        };
        let findings = found::findings(comparison);
        Headline {
            word: sentences::headline_word(comparison, &findings),
            sentence: sentences::opening(comparison, &findings),
        }
    }

    /// Returns whether there are so many functions that data must be sparing.
    fn is_large(&self) -> bool {
        /// Functions of a page in which everything is exact.
        const SMALL: usize = 300;
        self.run.functions.len() > SMALL
    }

    /// Returns the comparison, where there is something to compare with.
    fn compared(&self) -> Option<&Comparison> {
        self.comparison.filter(|comparison| comparison.baseline.is_some())
    }
}

/// The version of the program that writes the page.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The verdict in a word and a sentence.
struct Headline {
    word: &'static str,
    sentence: String,
}

impl Headline {
    fn text(&self) -> String {
        let word = self.word.to_uppercase();
        if self.sentence.is_empty() { word } else { format!("{word}: {}", self.sentence) }
    }
}
