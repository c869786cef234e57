//! The style and the scripts of the page, and the policy that allows nothing else.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::Assets;
use super::markup::attribute;
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

/// Returns what a page with these assets may load and run.
pub(super) fn policy(assets: Assets<'_>) -> String {
    let (script, style) = match assets {
        Assets::Inline => (hash(script()), hash(style())),
        Assets::Beside { .. } => ("'self'".to_owned(), "'self'".to_owned()),
    };
    format!(
        "default-src 'none'; script-src {script}; style-src {style}; img-src data:; base-uri \
         'none'; form-action 'none'"
    )
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
    }
}

pub(super) fn script_tag(assets: Assets<'_>) -> String {
    match assets {
        Assets::Inline => format!("<script>{}</script>\n", script()),
        Assets::Beside { script, .. } => {
            format!("<script src=\"{}\"></script>\n", attribute(&url::encoded(script)))
        }
    }
}
