//! The repository around a workspace, from whose root CI servers count the paths of files.

use std::path::{Component, Path, PathBuf};

use crate::system;

use super::context::Context;

/// The variable in which GitHub Actions names the folder that the repository is checked out into.
const OF_GITHUB: &str = "GITHUB_WORKSPACE";

/// The root of a repository, and the workspace in it.
#[derive(Debug)]
pub(crate) struct Repository {
    root: PathBuf,
    workspace: PathBuf,
}

impl Repository {
    /// Finds the repository of a workspace: the folder that the CI server names, if the workspace lies in it,
    /// else the nearest one with a `.git`, else the workspace itself.
    pub(crate) fn of(context: &Context) -> Self {
        let workspace = system::canonical(&context.root).unwrap_or_else(|_| context.root.clone());
        let named =
            std::env::var_os(OF_GITHUB).and_then(|path| system::canonical(Path::new(&path)).ok());
        let named = named.filter(|root| workspace.starts_with(root));
        let of_git = || workspace.ancestors().find(|it| it.join(".git").exists());
        let root = named.or_else(|| of_git().map(Path::to_owned));
        Self { root: root.unwrap_or_else(|| workspace.clone()), workspace }
    }

    /// Returns the path of a source file from the root of the repository, with `/`; `None` where it lies outside.
    /// The compiler names files relative to the workspace, or absolute.
    pub(crate) fn path(&self, file: &str) -> Option<String> {
        let mut whole = PathBuf::new();
        for part in self.workspace.join(file).components() {
            match part {
                Component::ParentDir => {
                    whole.pop();
                }
                Component::CurDir => {}
                part => whole.push(part),
            }
        }
        let inside = whole.strip_prefix(&self.root).ok()?;
        let parts: Option<Vec<&str>> = inside.iter().map(|part| part.to_str()).collect();
        parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_count_from_the_root_of_the_repository() {
        let in_folder =
            Repository { root: "/home/me/app".into(), workspace: "/home/me/app/rust".into() };
        for (file, expected) in [
            ("src/lib.rs", Some("rust/src/lib.rs")),
            ("./crates/../src/lib.rs", Some("rust/src/lib.rs")),
            ("../tools/main.rs", Some("tools/main.rs")),
            ("../../other/main.rs", None),
            ("../../../../../../etc/passwd", None),
            ("/home/me/app/rust/src/lib.rs", Some("rust/src/lib.rs")),
            ("/home/me/.cargo/registry/src/index-1/csv-1.3.0/src/lib.rs", None),
            ("/home/me/application/src/lib.rs", None),
            ("..", None),
        ] {
            assert_eq!(in_folder.path(file).as_deref(), expected, "{file}");
        }
    }
}
