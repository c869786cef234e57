//! perf-track in a project that does without it so far: the workspace is looked at (`survey`), and what is to be
//! written becomes a [`Plan`], file by file. But for the look this is pure; the command shows a plan and writes it.

mod ci;
mod diff;
mod ground;
mod hook;
mod lines;
mod manifest;
mod packages;
mod project;
mod suggest;
mod survey;
#[cfg(test)]
mod tests;
mod words;

use std::path::{Path, PathBuf};

use crate::error::UserError;
use crate::files::Change;
use crate::text::path;

pub(crate) use ci::Ci;
pub(crate) use hook::Hook;
pub(crate) use manifest::Source;
pub(crate) use survey::{runtime_at, survey};

use ground::Ground;
use manifest::{Manifest, Shared};
use packages::Package;

/// The repository from which perf-track comes where nothing else is said.
pub(crate) const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// The wishes of a user.
#[derive(Debug, Clone)]
pub(crate) struct Wishes {
    /// Names of the packages to record; those that cargo would test where there are none.
    pub packages: Vec<String>,
    /// The source of perf-runtime. A path is that of its folder, whole.
    pub source: Source,
    /// The CI server.
    pub ci: Option<Ci>,
    /// The hook.
    pub hook: Option<Hook>,
}

/// What is to be written, and what is to be said of it.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The files that are made or changed, in the order in which they are shown.
    pub changes: Vec<Change>,
    /// The changes as `git diff` shows them; those outside of what is checked out as remarks.
    pub diff: String,
    /// Sentences about what stays as it is.
    pub kept: Vec<String>,
    /// The names of the files, as they are shown.
    pub names: Vec<String>,
    /// The next steps, for people.
    pub next: String,
}

/// Changes and sentences that are gathered.
#[derive(Debug, Default)]
struct Edits {
    changes: Vec<Change>,
    kept: Vec<String>,
}

impl Edits {
    /// Adds a new file, unless it is there already.
    fn create(&mut self, ground: &Ground, path: &Path, after: String, executable: bool) {
        let file = ground.file(path);
        if file.text.is_some() {
            self.keep(format!("{} is there already", ground.shown(path)));
        } else {
            self.changes.push(Change { path: file.path, before: None, after, executable });
        }
    }

    fn keep(&mut self, sentence: String) {
        self.kept.push(sentence);
    }
}

/// Plans what `wishes` ask for on this `ground`.
///
/// # Errors
/// When a wish cannot be met, or a manifest cannot be edited.
pub(crate) fn plan(wishes: &Wishes, ground: &Ground) -> Result<Plan, UserError> {
    let choice = ground.workspace.choose(&wishes.packages, &ground.dir)?;
    let mut edits = Edits::default();
    edits.kept.extend(choice.passed_over);
    edits.kept.extend(words::of_this_machine(&wishes.source, ground));
    Manifests::read(ground, &choice.chosen)?.plan(wishes, &choice.chosen, &mut edits)?;
    project::plan(ground, &mut edits);
    if let Some(ci) = wishes.ci {
        ci::plan(ci, &wishes.source, ground, &mut edits);
    }
    if let Some(hook) = wishes.hook {
        hook::plan(hook, &wishes.packages, ground, &mut edits);
    }
    let (inside, outside): (Vec<&Change>, Vec<&Change>) =
        edits.changes.iter().partition(|change| ground.is_checked_out(&change.path));
    let shown = |change: &Change| {
        let before = change.before.as_deref();
        diff::unified(&ground.shown(&change.path), before, &change.after, change.executable)
    };
    let remark = |change: &Change| {
        diff::remark(&ground.shown(&change.path), &change.after, change.executable)
    };
    Ok(Plan {
        diff: inside.into_iter().map(shown).chain(outside.into_iter().map(remark)).collect(),
        names: edits.changes.iter().map(|change| ground.shown(&change.path)).collect(),
        next: words::next(&choice.chosen, wishes, ground),
        changes: edits.changes,
        kept: edits.kept,
    })
}

/// The manifests that may be edited, each once, though the workspace and a package may share one.
struct Manifests<'a> {
    ground: &'a Ground,
    all: Vec<(PathBuf, String, Manifest)>,
}

impl<'a> Manifests<'a> {
    fn read(ground: &'a Ground, packages: &[&Package]) -> Result<Self, UserError> {
        let mut manifests = Self { ground, all: Vec::new() };
        let own = packages.iter().map(|package| package.manifest_path.clone());
        for path in [ground.workspace.manifest()].into_iter().chain(own) {
            let file = ground.file(&path);
            let text = file.text.unwrap_or_default();
            if manifests.all.iter().all(|(known, ..)| *known != file.path) {
                let manifest = Manifest::read(&ground.shown(&path), &text)?;
                manifests.all.push((file.path, text, manifest));
            }
        }
        Ok(manifests)
    }

    /// Returns the manifest at `path`, which is among those that were read.
    fn at(&mut self, path: &Path) -> &mut Manifest {
        let path = self.ground.file(path).path;
        let at = self.all.iter().position(|(known, ..)| *known == path).unwrap_or_default();
        &mut self.all[at].2
    }

    fn plan(
        mut self,
        wishes: &Wishes,
        packages: &[&Package],
        edits: &mut Edits,
    ) -> Result<(), UserError> {
        let root = self.ground.workspace.manifest();
        for package in packages {
            if let Some(dependency) = package.runtime() {
                edits.keep(words::depends_already(package, dependency));
            } else {
                self.depend(package, &root, wishes)?;
            }
            edits.kept.extend(words::warnings(package, self.ground));
        }
        if let Some(why) = self.at(&root).speed_up()? {
            edits.keep(why);
        }
        for (path, before, manifest) in self.all {
            let after = manifest.text_if_edited()?;
            if let Some(after) = after {
                edits.changes.push(Change { path, before: Some(before), after, executable: false });
            }
        }
        Ok(())
    }

    /// Has `package` depend on perf-runtime, by way of the workspace where that shares dependencies.
    fn depend(&mut self, package: &Package, root: &Path, wishes: &Wishes) -> Result<(), UserError> {
        let from = |folder: &Path| relative(&wishes.source, folder);
        if !self.at(root).is_shared() {
            return self.at(&package.manifest_path).add(&from(package.folder()));
        }
        let shared = if let Some(shared) = self.at(root).shared_runtime() {
            shared
        } else {
            let source = from(&self.ground.workspace.root);
            self.at(root).share(&source)?;
            Shared { name: packages::RUNTIME.to_owned(), records: true }
        };
        self.at(&package.manifest_path).inherit(&shared)
    }
}

/// Names a folder from another one, as cargo does; as a whole where they have nothing in common.
fn relative(source: &Source, from: &Path) -> Source {
    let Source::Path(path) = source else { return source.clone() };
    let to = Path::new(path);
    let common = from.ancestors().find(|folder| to.starts_with(folder));
    let Some(common) = common.filter(|folder| folder.parent().is_some()) else {
        return source.clone();
    };
    let up = from.strip_prefix(common).map_or(0, |rest| rest.components().count());
    let down = to.strip_prefix(common).unwrap_or(to);
    let steps = std::iter::repeat_n(Path::new(".."), up).chain([down]);
    let relative: PathBuf = steps.filter(|step| *step != Path::new("")).collect();
    Source::Path(path::written(&relative))
}
