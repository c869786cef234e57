//! The hook of git: a script to commit, and the file by which git calls it. Pure.

use std::path::{Path, PathBuf};

use super::ground::{Ground, Repository};
use super::{Edits, words};
use crate::project::workspace::FOLDER;
use crate::text::path;
use crate::text::shell::shell_word;

/// A moment at which git calls a hook that can stop it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hook {
    /// Before commits are sent to another repository.
    PrePush,
    /// Before a commit is made.
    PreCommit,
}

/// The name of the script, in `.perf/`.
const SCRIPT: &str = "hook.sh";

impl Hook {
    /// Returns the name by which git knows it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::PrePush => "pre-push",
            Self::PreCommit => "pre-commit",
        }
    }
}

/// Returns the files that are looked at.
pub(super) fn files(ground: &Ground, hook: Hook) -> Vec<PathBuf> {
    let own = ground.repository.as_ref().map(|repository| repository.hooks.join(hook.word()));
    own.into_iter().chain([script(ground)]).collect()
}

fn script(ground: &Ground) -> PathBuf {
    ground.root.join(FOLDER).join(SCRIPT)
}

/// Plans the script, and the file that calls it where none is in the way.
pub(super) fn plan(hook: Hook, packages: &[String], ground: &Ground, edits: &mut Edits) {
    let Some(repository) = &ground.repository else { return };
    let command = include_str!("texts/hook.sh").replace("@command@", &words::tests(packages));
    edits.create(ground, &script(ground), command, false);
    // Git calls hooks in the folder that is checked out.
    let called = Path::new(".").join(ground.below()).join(FOLDER).join(SCRIPT);
    let called = shell_word(Path::new(&path::written(&called)));
    let path = repository.hooks.join(hook.word());
    let own = ground.file(&path);
    let shown = ground.shown(&path);
    match own.text {
        Some(text) if text.contains(SCRIPT) => {
            edits.keep(format!("{shown} calls {SCRIPT} already"));
            if !own.is_executable {
                let word = shell_word(Path::new(&shown));
                edits.keep(format!(
                    "{shown} is not executable, so git passes it over: `chmod +x {word}`"
                ));
            }
        }
        found => match obstacle(repository, hook, &shown, found.is_some()) {
            Some(why) => edits.keep(format!("{why} the line `sh {called} || exit 1`")),
            None => edits.create(ground, &path, text(hook, &called), true),
        },
    }
}

/// Returns why the hook is not written, and what to do with a line that calls the script.
fn obstacle(repository: &Repository, hook: Hook, shown: &str, is_there: bool) -> Option<String> {
    let word = hook.word();
    if let Some((manager, known_by)) = repository.manager {
        let place = match manager {
            "husky" => format!("{known_by}/{word}"),
            _ => format!("the {word} hooks in {known_by}"),
        };
        return Some(format!("{manager} manages the hooks here: add to {place}"));
    }
    if is_there {
        return Some(format!("{shown} is a hook of yours, and stays: add to it"));
    }
    let is_own =
        [&repository.top, &repository.common].iter().any(|own| repository.hooks.starts_with(own));
    (!is_own).then(|| {
        let folder = repository.hooks.display();
        format!(
            "core.hooksPath is {folder}, which other repositories may use, too: add to {word} there"
        )
    })
}

fn text(hook: Hook, called: &str) -> String {
    let word = hook.word();
    format!(
        "#!/bin/sh\n# Written by `perf-report init --hook {word}`. A commit without the script goes unchecked.\n\
         if [ -f {called} ]; then\n    exec sh {called}\nfi\n"
    )
}
