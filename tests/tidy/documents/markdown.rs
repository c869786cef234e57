//! Markdown, taken apart as far as the rules need: blocks of code, and the prose between them.

use std::path::Path;

use crate::sources::{self, Source};

/// A line of a document, and what it is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// The number of the line, from 1.
    pub(super) number: usize,
    pub(super) text: &'a str,
    /// The language of the block that the line is in, and `None` in prose. The lines that open and
    /// close a block are part of neither.
    pub(super) language: Option<&'a str>,
}

/// A document in lines, with the first lines of its blocks.
#[derive(Debug, Default)]
pub(super) struct Markdown<'a> {
    pub(super) lines: Vec<Line<'a>>,
    /// The line that opens each block, and the rest of that line.
    pub(super) blocks: Vec<(usize, &'a str)>,
}

impl<'a> Markdown<'a> {
    /// Takes a document apart.
    pub(super) fn of(document: &'a Source) -> Self {
        let mut markdown = Self::default();
        let mut language = None;
        for (number, text) in document.lines() {
            match (text.trim_start().strip_prefix("```"), language) {
                (Some(info), None) => {
                    markdown.blocks.push((number, info));
                    language = Some(info.split(',').next().unwrap_or(info));
                }
                (Some(_), Some(_)) => language = None,
                (None, _) => markdown.lines.push(Line { number, text, language }),
            }
        }
        markdown
    }

    /// Returns the lines of prose.
    pub(super) fn prose(&self) -> impl Iterator<Item = Line<'a>> {
        self.lines.iter().copied().filter(|line| line.language.is_none())
    }

    /// Returns the lines of blocks in `language`.
    pub(super) fn code(&self, language: &str) -> impl Iterator<Item = Line<'a>> {
        self.lines.iter().copied().filter(move |line| line.language == Some(language))
    }

    /// Returns the anchors that links may name behind a `#`: its titles, as GitHub turns them into
    /// anchors. A title that stands there before gets a number.
    pub(super) fn anchors(&self) -> Vec<String> {
        let mut anchors: Vec<String> = Vec::new();
        for line in self.prose() {
            let title = line.text.trim_start_matches('#');
            if title.len() == line.text.len() || !title.starts_with(' ') {
                continue;
            }
            let anchor = anchor(title.trim());
            let before = anchors.iter().filter(|other| **other == anchor).count();
            anchors.push(if before == 0 { anchor } else { format!("{anchor}-{before}") });
        }
        anchors
    }
}

fn anchor(title: &str) -> String {
    let kept = title.chars().filter(|&c| c.is_alphanumeric() || " -_".contains(c));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Returns the pieces of `text` between single backquotes.
pub(super) fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Returns every document of the repository.
pub(super) fn documents() -> Vec<Source> {
    let mut all = sources::all();
    all.retain(|source| Path::new(&source.path).extension().is_some_and(|end| end == "md"));
    all
}

#[test]
fn code_and_prose_are_kept_apart() {
    let text =
        "# A b\nprose `x y` and `z`\n```console\n$ command\n```\n## A b\n#no title\n## `c.d`: e\n";
    let document = Source::made_up("a.md", text);
    let markdown = Markdown::of(&document);
    let commands: Vec<&str> = markdown.code("console").map(|line| line.text).collect();
    assert_eq!(commands, ["$ command"]);
    assert_eq!(markdown.prose().count(), 5);
    assert_eq!(markdown.blocks, [(3, "console")]);
    assert_eq!(markdown.anchors(), ["a-b", "a-b-1", "cd-e"]);
    assert_eq!(quoted("prose `x y` and `z`").collect::<Vec<_>>(), ["x y", "z"]);
}
