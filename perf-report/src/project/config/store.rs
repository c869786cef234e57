//! `[store]` of `perf.toml`: the place where runs are kept. Pure.

use std::path::Path;

use super::source::{Section, SourceError};
use super::value::text;
use crate::project::store::Location;

/// Reads the place; a relative path is one from `root`.
pub(super) fn store(
    section: &Section<'_, '_>,
    root: &Path,
) -> Result<Option<Location>, SourceError> {
    let Some(section) = section.section("store")? else { return Ok(None) };
    section.only(&["url"])?;
    section.value("url", |value| {
        let place = text(value)?;
        if place.is_empty() {
            return Err("it is empty".to_owned());
        }
        Location::parse(place.as_ref(), root).map_err(|error| match &error.help {
            Some(help) => format!("{error}; {help}"),
            None => error.to_string(),
        })
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::project::config::source::{check_settings, store};

    #[test]
    fn a_store_is_a_file_of_the_workspace_or_a_server() {
        let read = |text: &str| store(text, Path::new("/project")).unwrap();
        assert_eq!(read(""), None);
        assert_eq!(read("[store]"), None);
        let file = Location::Sqlite(PathBuf::from("/project/runs/a.sqlite"));
        assert_eq!(read("[store]\nurl = \"runs/a.sqlite\""), Some(file));
        let server = read("[store]\nurl = \"clickhouse://ci@db/perf?project=shop\"").unwrap();
        assert_eq!(server.to_string(), "clickhouse://ci@db:8123/perf?project=shop");
    }

    #[test]
    fn mistakes_are_named_with_their_line_and_without_secrets() {
        for (text, problem) in [
            ("\n[store]\nurl = \"clickhouse://a:secret@h\"", "holds a password"),
            ("\n[store]\nurl = \"postgres://secret\"", "no store of the scheme `postgres:`"),
            ("\n[store]\nurl = \"\"", "it is empty"),
            ("\n[store]\nurl = 3", "expected text in quotes"),
            ("\n[store]\nuri = \"a\"", "unknown key \"uri\" in [store]"),
        ] {
            let error = store(text, Path::new("/")).unwrap_err();
            assert_eq!(error.line, Some(3), "{text}");
            assert!(error.problem.contains(problem), "{text}: {}", error.problem);
            assert!(!error.problem.contains("secret"), "{}", error.problem);
            assert_eq!(check_settings(text, "default").unwrap_err(), error, "by every command");
        }
    }
}
