//! Links in documents lead somewhere: to a file of the repository, and to a title in it.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::markdown::{Markdown, documents};
use crate::sources::{self, Source};
use crate::{Finding, assert_none};

/// Returns the targets of links and pictures in a line, each the text in `](…)`.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

/// Resolves `target` from the document at `path`; `None` if it leads out of the repository.
fn resolved(path: &str, target: &str) -> Option<PathBuf> {
    let mut whole = PathBuf::new();
    let folder = Path::new(path).parent().unwrap_or(Path::new(""));
    for part in folder.join(target).components() {
        match part {
            Component::Normal(name) => whole.push(name),
            Component::ParentDir => whole.pop().then_some(())?,
            _ => {}
        }
    }
    Some(whole)
}

/// Finds links of `document` that lead nowhere. `exists` knows the files, `anchors` the titles.
fn broken(
    document: &Source,
    exists: &dyn Fn(&Path) -> bool,
    anchors: &BTreeMap<String, Vec<String>>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for line in Markdown::of(document).prose() {
        for target in targets(&without_code(line.text)).filter(|target| !is_elsewhere(target)) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() {
                Some(PathBuf::from(&document.path))
            } else {
                resolved(&document.path, file)
            };
            let path = path.filter(|path| exists(path));
            let problem = match path {
                None => Some("nothing is there"),
                Some(_) if anchor.is_empty() => None,
                Some(path) => {
                    let titles = anchors.get(&*path.to_string_lossy());
                    let is_there =
                        titles.is_some_and(|titles| titles.iter().any(|it| it == anchor));
                    (!is_there).then_some("no title makes that anchor")
                }
            };
            let finding =
                |problem| Finding::new(document, line.number, format!("{target}: {problem}"));
            findings.extend(problem.map(finding));
        }
    }
    findings
}

/// Leaves out the text between backquotes.
fn without_code(text: &str) -> String {
    text.split('`').step_by(2).collect::<Vec<_>>().join("")
}

/// Returns whether a target lies outside of this repository.
fn is_elsewhere(target: &str) -> bool {
    target.contains("://") || target.starts_with("mailto:")
}

fn all_anchors(documents: &[Source]) -> BTreeMap<String, Vec<String>> {
    let entry = |document: &Source| (document.path.clone(), Markdown::of(document).anchors());
    documents.iter().map(entry).collect()
}

#[test]
fn links_lead_somewhere() {
    let documents = documents();
    let anchors = all_anchors(&documents);
    let root = sources::root();
    let exists = |path: &Path| root.join(path).exists();
    assert_none(documents.iter().flat_map(|document| broken(document, &exists, &anchors)));
}

#[test]
fn the_rule_on_links_can_fail() {
    let text = "[a](b.md) [b](../c.md#there)\n[c](gone.md)\n[d](b.md#gone) [e](#here)\n\
                ![f](g.svg)\n[h](https://x.org/y) `[i](j.md)`\n[k](../../l.md)\n# Here\n";
    let document = Source::made_up("docs/a.md", text);
    let documents = [
        Source::made_up("docs/a.md", text),
        Source::made_up("docs/b.md", "# B\n"),
        Source::made_up("c.md", "# There\n"),
    ];
    let exists = |path: &Path| documents.iter().any(|it| Path::new(&it.path) == path);
    let findings = broken(&document, &exists, &all_anchors(&documents));
    let lines: Vec<usize> = findings.iter().map(|found| found.line).collect();
    assert_eq!(lines, [2, 3, 4, 6], "{findings:?}");
}
