//! The files of a project that perf-report reads: `perf.toml`, and what keeps runs out of version control. Pure.

use std::path::PathBuf;

use super::Edits;
use super::ground::Ground;
use crate::project::workspace::{CONFIG, FOLDER, IGNORED};

const TEMPLATE: &str = include_str!("texts/perf.toml");

/// Returns the files that are looked at.
pub(super) fn files(ground: &Ground) -> Vec<PathBuf> {
    vec![ground.root.join(CONFIG), ignoring(ground)]
}

fn ignoring(ground: &Ground) -> PathBuf {
    ground.root.join(FOLDER).join(".gitignore")
}

/// Plans the files.
pub(super) fn plan(ground: &Ground, edits: &mut Edits) {
    edits.create(ground, &ground.root.join(CONFIG), TEMPLATE.to_owned(), false);
    edits.create(ground, &ignoring(ground), IGNORED.to_owned(), false);
    if ground.repository.as_ref().is_some_and(|repository| repository.hides_baselines) {
        edits.keep(format!(
            "a .gitignore hides {FOLDER}/baselines, which are made to be committed: take that line out of it"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::config;
    use crate::project::config::check::CheckSettings;
    use crate::project::context::Context;
    use crate::verdict::Limits;

    /// The template, with the settings that are only shown in it.
    fn uncommented() -> String {
        let setting = |line: &str| {
            let rest = line.strip_prefix("# ")?;
            let is_one = rest.starts_with('[') || rest.split(' ').nth(1) == Some("=");
            is_one.then(|| rest.to_owned())
        };
        let lines = TEMPLATE.lines();
        lines.map(|line| setting(line).unwrap_or_else(|| line.to_owned()) + "\n").collect()
    }

    fn settings(text: &str, profile: &str) -> CheckSettings {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(CONFIG), text).unwrap();
        let context = Context::new(folder.path().to_owned(), None);
        config::check_settings(&context, Some(profile), false).unwrap()
    }

    #[test]
    fn the_settings_are_understood_and_say_what_holds_without_them() {
        let usual = CheckSettings::default().limits();
        let written = settings(TEMPLATE, "ci");
        assert_eq!(written.baseline.as_deref(), Some("main"));
        assert_eq!(written.limits(), usual);
        let text = uncommented();
        assert!(text.lines().filter(|line| line.contains(" = ")).count() > 6, "{text}");
        let whole = settings(&text, "ci");
        assert!(whole.fail_on.is_some() && whole.regression.is_some(), "{whole:?}");
        let allowances = usual.allowances.clone();
        assert_eq!(Limits { allowances, ..whole.limits() }, usual);
    }
}
