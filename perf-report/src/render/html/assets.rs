//! The style and the scripts of the page, and the policy that allows nothing else.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::block::zipped;
use super::markup::attribute;
use super::{Assets, Page};
use crate::text::url;

/// The scripts, one after the other in one scope.
const SCRIPTS: &[&str] = &[
    include_str!("page/dom.js"),
    include_str!("page/format.js"),
    include_str!("page/data.js"),
    include_str!("page/state.js"),
    include_str!("page/table.js"),
    include_str!("page/chart.js"),
    include_str!("page/functions.js"),
    include_str!("page/icicle.js"),
    include_str!("page/picture.js"),
    include_str!("page/flame.js"),
    include_str!("page/tree.js"),
    include_str!("page/difference.js"),
    include_str!("page/function.js"),
    include_str!("page/benchmarks.js"),
    include_str!("page/history.js"),
    include_str!("page/metrics.js"),
    include_str!("page/recording.js"),
    include_str!("page/main.js"),
];

/// The styles: those of all views, then those of what is written here.
const STYLES: &[&str] = &[
    include_str!("page/style.css"),
    include_str!("page/flame.css"),
    include_str!("page/summary.css"),
];

static SCRIPT: LazyLock<String> = LazyLock::new(|| {
    let all: Vec<_> = SCRIPTS.iter().map(|script| without_comments(script)).collect();
    format!("(() => {{\n\"use strict\";\n{}}})();\n", all.concat())
});

/// The script of a large page: it unpacks the others, whose hash is in the policy as well.
static LOADER: LazyLock<String> =
    LazyLock::new(|| without_comments(include_str!("page/loader.js")));

static ZIPPED: LazyLock<Option<String>> = LazyLock::new(|| zipped(&SCRIPT));

static STYLE: LazyLock<String> =
    LazyLock::new(|| STYLES.iter().map(|style| without_comments(style)).collect());

/// Returns the script of every page.
pub fn script() -> &'static str {
    &SCRIPT
}

/// Returns the style of every page.
pub fn style() -> &'static str {
    &STYLE
}

/// Drops indentation, empty lines, and lines that are a comment.
fn without_comments(source: &str) -> String {
    let is_comment =
        |line: &str| line.starts_with("//") || (line.starts_with("/*") && line.ends_with("*/"));
    let lines = source.lines().map(str::trim).filter(|line| !line.is_empty() && !is_comment(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Returns what this page with these assets may load and run.
pub(super) fn policy(page: &Page<'_>, assets: Assets<'_>) -> String {
    let (script, style) = match assets {
        Assets::Inline if packed(page).is_some() => {
            (format!("{} {}", hash(&LOADER), hash(script())), hash(style()))
        }
        Assets::Inline => (hash(script()), hash(style())),
        Assets::Beside { .. } | Assets::Served => ("'self'".to_owned(), "'self'".to_owned()),
    };
    format!(
        "default-src 'none'; script-src {script}; style-src {style}; img-src data:; base-uri \
         'none'; form-action 'none'"
    )
}

/// Returns the zipped scripts, where the page is so large that its data are zipped, too.
fn packed(page: &Page<'_>) -> Option<&'static str> {
    ZIPPED.as_deref().filter(|_| page.is_large())
}

/// Returns the source of a policy that stands for this very text.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

pub(super) fn style_tag(assets: Assets<'_>) -> String {
    match assets {
        Assets::Inline => format!("<style>{}</style>\n", style()),
        Assets::Beside { style, .. } => {
            format!("<link rel=\"stylesheet\" href=\"{}\">\n", attribute(&url::encoded(style)))
        }
        Assets::Served => "<link rel=\"stylesheet\" href=\"/assets/page.css\">\n".to_owned(),
    }
}

pub(super) fn script_tag(page: &Page<'_>, assets: Assets<'_>) -> String {
    match (assets, packed(page)) {
        (Assets::Inline, Some(zipped)) => format!(
            "<script type=\"text/plain\" id=\"page-code\" data-encoding=\"gzip\">{zipped}</script>\n\
             <script>{}</script>\n",
            LOADER.as_str()
        ),
        (Assets::Inline, None) => format!("<script>{}</script>\n", script()),
        (Assets::Beside { script, .. }, _) => {
            format!("<script src=\"{}\"></script>\n", attribute(&url::encoded(script)))
        }
        (Assets::Served, _) => "<script src=\"/assets/page.js\"></script>\n".to_owned(),
    }
}
