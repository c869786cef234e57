//! The commits between two ends, by git, and how probable it is beforehand that each is the culprit.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::error::{ExitCode, UserError};
use crate::model::BisectCommit;
use crate::record::worktree::{git, resolve, top};

/// The most commits that are searched.
const MOST: usize = 4_096;

/// The sign between the fields that git writes.
const FIELD: char = '\u{1f}';
/// The sign before each commit.
const COMMIT: char = '\u{1e}';

/// Weights of a commit, beside one of 1 that touches code.
const OF_THE_FILE: f64 = 8.0;
const OF_THE_CRATE: f64 = 3.0;
const OF_DEPENDENCIES: f64 = 2.0;
const OF_NO_CODE: f64 = 0.1;
const OF_A_MERGE: f64 = 0.2;

/// The history between two ends.
#[derive(Debug)]
pub(crate) struct History {
    /// The root of the working tree.
    pub(crate) repository: PathBuf,
    /// The commits, each after its parents: first the good end, last the bad end.
    pub(crate) commits: Vec<BisectCommit>,
    /// The files that each touches.
    files: Vec<Touched>,
}

/// The files that a commit touches.
#[derive(Debug, Clone, Default, PartialEq)]
struct Touched {
    files: Vec<String>,
    /// True if it merges branches that are searched, too.
    merges: bool,
}

impl History {
    /// Reads the history from `good` to `bad` in the repository that holds `dir`. Commits that do not
    /// descend from the good end are left out: what they are without belongs to none of the two.
    ///
    /// # Errors
    /// When one of them is unknown, both are the same, or bad does not descend from good.
    pub(crate) fn between(
        dir: &Path,
        (good, bad): (&str, &str),
        first_parent: bool,
    ) -> Result<Self, UserError> {
        let repository = top(dir)?;
        let ends = [resolve(&repository, good)?, resolve(&repository, bad)?];
        check(&repository, &ends, (good, bad))?;
        let [from, to] = ends;
        let failed = |error: std::io::Error| {
            let problem = format!("git cannot list the commits from {good} to {bad}");
            UserError::new(ExitCode::Usage, problem).because(error)
        };
        let range = format!("{from}..{to}");
        let mut listed =
            vec!["rev-list", "--topo-order", "--reverse", "--parents", "--ancestry-path"];
        listed.extend(first_parent.then_some("--first-parent"));
        listed.push(&range);
        let listed = git(&repository, listed).map_err(failed)?;
        let lines: Vec<&str> = listed.lines().collect();
        if lines.len() > MOST {
            let problem = format!("there are {} commits from {good} to {bad}", lines.len());
            return Err(UserError::new(ExitCode::Usage, problem)
                .help(format!("up to {MOST} are searched: name nearer ends, or --first-parent")));
        }
        let about = about(&repository, &from, &to, first_parent).map_err(failed)?;
        let (commits, files) = commits(&from, &lines, first_parent, &about);
        let mut history = Self { repository, commits, files };
        history.weigh(None);
        Ok(history)
    }

    /// Sets the probability of each commit beforehand, by the files that it touches; `file` is that of
    /// the function, as the compiler names it.
    pub(crate) fn weigh(&mut self, file: Option<&str>) {
        let weights: Vec<f64> = self.files.iter().map(|it| weight(it, file)).collect();
        let sum: f64 = weights.iter().skip(1).sum();
        for (at, (commit, weight)) in self.commits.iter_mut().zip(weights).enumerate() {
            commit.prior = if at == 0 { 0.0 } else { weight / sum };
        }
    }

    /// Counts the commits that touch no code.
    pub(crate) fn without_code(&self) -> usize {
        let idle =
            |it: &&Touched| !it.files.is_empty() && it.files.iter().all(|file| is_idle(file));
        self.files.iter().skip(1).filter(idle).count()
    }
}

/// Refuses ends that have no history between them.
fn check(
    repository: &Path,
    [from, to]: &[String; 2],
    (good, bad): (&str, &str),
) -> Result<(), UserError> {
    let usage = |problem: String| UserError::new(ExitCode::Usage, problem);
    if from == to {
        return Err(usage(format!("{good} and {bad} are the same commit"))
            .help("name a commit where it was good yet, and a later one where it is bad"));
    }
    let descends =
        |from: &str, to: &str| git(repository, ["merge-base", "--is-ancestor", from, to]);
    if descends(from, to).is_ok() {
        return Ok(());
    }
    if descends(to, from).is_ok() {
        return Err(usage(format!("{bad} comes before {good}"))
            .help("--good is the earlier commit; a change for the better is searched alike"));
    }
    let problem = format!("{bad} does not descend from {good}");
    let shallow = git(repository, ["rev-parse", "--is-shallow-repository"]);
    if shallow.is_ok_and(|answer| answer == "true") {
        return Err(usage(problem).help(
            "this clone is shallow, and the commits between may be missing: `git fetch --unshallow`, or \
             in CI a checkout with all of them (`fetch-depth: 0`)",
        ));
    }
    let base = git(repository, ["merge-base", from, to]).ok();
    let help = base.and_then(|base| base.get(..10).map(str::to_owned)).map_or_else(
        || "they have no commit in common".to_owned(),
        |base| format!("their branches part at {base}: try --good {base}"),
    );
    Err(usage(problem).help(help))
}

/// A commit as git describes it.
#[derive(Debug, Default)]
struct About {
    date: String,
    author: String,
    subject: String,
    files: Vec<String>,
}

/// Asks git for what is said of the commits, and which files they touch.
fn about(
    repository: &Path,
    from: &str,
    to: &str,
    first_parent: bool,
) -> std::io::Result<HashMap<String, About>> {
    let format = format!("--format={COMMIT}%H{FIELD}%aI{FIELD}%an{FIELD}%s");
    let range = format!("{from}..{to}");
    let merges = if first_parent { ["--first-parent", "-m"] } else { ["--ancestry-path", "-c"] };
    let plain = ["-c", "log.showSignature=false", "-c", "core.quotePath=false", "log"];
    let log = git(
        repository,
        plain.into_iter().chain(merges).chain(["--no-renames", "--name-only", &format, &range]),
    )?;
    let good = git(repository, ["log", "-1", "--no-patch", &format, from])?;
    let mut about = HashMap::new();
    for text in log.split(COMMIT).chain(good.split(COMMIT)) {
        let mut fields = text.splitn(4, FIELD);
        let [Some(hash), Some(date), Some(author), Some(rest)] = [(); 4].map(|()| fields.next())
        else {
            continue;
        };
        let mut lines = rest.lines();
        let subject = lines.next().unwrap_or_default().to_owned();
        let files = lines.filter(|line| !line.is_empty()).map(str::to_owned).collect();
        let known = About { date: date.to_owned(), author: author.to_owned(), subject, files };
        about.entry(hash.to_owned()).or_insert(known);
    }
    Ok(about)
}

/// Puts together the good end and the commits in `lines`: a hash, and those of its parents.
fn commits(
    good: &str,
    lines: &[&str],
    first_parent: bool,
    about: &HashMap<String, About>,
) -> (Vec<BisectCommit>, Vec<Touched>) {
    let mut places: HashMap<&str, usize> = HashMap::from([(good, 0)]);
    let (mut commits, mut files) = (Vec::new(), Vec::new());
    for line in std::iter::once(&good).chain(lines) {
        let mut hashes = line.split(' ');
        let hash = hashes.next().unwrap_or_default();
        let most = if first_parent { 1 } else { usize::MAX };
        let named: Vec<&str> = hashes.take(most).collect();
        let parents: Vec<usize> =
            named.iter().filter_map(|hash| places.get(hash).copied()).collect();
        places.entry(hash).or_insert(commits.len());
        let known = about.get(hash);
        let text = |field: fn(&About) -> &String| known.map(field).cloned().unwrap_or_default();
        files.push(Touched {
            files: known.map(|about| about.files.clone()).unwrap_or_default(),
            merges: named.len() > 1 && parents.len() == named.len(),
        });
        commits.push(BisectCommit {
            commit: hash.to_owned(),
            parents,
            subject: text(|it| &it.subject),
            author: text(|it| &it.author),
            date: text(|it| &it.date),
            ..BisectCommit::default()
        });
    }
    (commits, files)
}

/// Returns the weight of a commit that touches these files.
fn weight(touched: &Touched, file: Option<&str>) -> f64 {
    let of_one = |path: &String| {
        let name = path.rsplit('/').next().unwrap_or(path);
        if is_idle(path) {
            OF_NO_CODE
        } else if file.is_some_and(|file| path == file || path.ends_with(&format!("/{file}"))) {
            OF_THE_FILE
        } else if name == "Cargo.lock" || name == "Cargo.toml" || name.starts_with("rust-toolchain")
        {
            OF_DEPENDENCIES
        } else if file.and_then(folder_of_crate).is_some_and(|folder| path.starts_with(folder)) {
            OF_THE_CRATE
        } else {
            1.0
        }
    };
    let most = touched.files.iter().map(of_one).fold(0.0, f64::max);
    match (touched.files.is_empty(), touched.merges) {
        // What both sides of a merge have, it has not made; but they may not go together.
        (true, true) => OF_A_MERGE,
        (true, false) => 1.0,
        _ => most,
    }
}

/// Returns the folder of the crate that a source file is in, with a `/` at its end, unless that is all of
/// the workspace.
fn folder_of_crate(file: &str) -> Option<&str> {
    file.find("/src/").and_then(|end| file.get(..=end))
}

/// Returns whether a file is no code that a program is made of: documents, tests, the settings of CI.
fn is_idle(path: &str) -> bool {
    const FOLDERS: [&str; 9] =
        ["docs", "doc", "tests", "test", ".github", ".gitlab", ".circleci", ".ci", "screenshots"];
    const ENDS: [&str; 8] = [".md", ".rst", ".adoc", ".txt", ".png", ".svg", ".jpg", ".yml"];
    const NAMES: [&str; 6] =
        ["LICENSE", "README", "CHANGELOG", "CODEOWNERS", ".gitignore", ".editorconfig"];
    let mut parts = path.split('/').rev();
    let name = parts.next().unwrap_or_default();
    ENDS.iter().any(|end| name.ends_with(end))
        || NAMES.iter().any(|known| name.starts_with(known))
        || parts.any(|folder| FOLDERS.contains(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_near_the_function_weigh_more_and_documents_less() {
        let of = |files: &[&str], file| {
            let files = files.iter().map(|&file| file.to_owned()).collect();
            weight(&Touched { files, merges: false }, file)
        };
        let file = Some("crates/app/src/parse.rs");
        let weights = [
            of(&["docs/parse.rs", "README.md", ".github/workflows/ci.yml"], file),
            of(&["crates/other/src/lib.rs"], file),
            of(&["README.md", "Cargo.lock"], file),
            of(&["crates/app/src/lib.rs"], file),
            of(&["crates/app/src/parse.rs"], file),
        ];
        assert!(weights.windows(2).all(|pair| pair[0] < pair[1]), "{weights:?}");
        assert!((of(&["src/lib.rs"], None) - 1.0).abs() < 1e-9);
        assert!((of(&["rust/src/lib.rs"], Some("src/lib.rs")) - OF_THE_FILE).abs() < 1e-9);
        let merge = weight(&Touched { files: Vec::new(), merges: true }, file);
        assert!(merge < 1.0 && of(&[], file) >= 1.0, "an unknown commit is a suspect as any");
    }
}
