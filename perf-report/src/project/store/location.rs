//! The place where runs are kept, as a user names it: a file, or a URL.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use super::remote::{self, Remote};
use crate::error::{ExitCode, UserError};

/// The place where runs are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A ClickHouse server.
    ClickHouse(Remote),
}

impl Location {
    /// Reads what a user gives: a path, or a URL such as `sqlite:runs.sqlite` or
    /// `clickhouse://user@host:8123/perf?project=shop`. A relative path is one from `dir`.
    ///
    /// ```
    /// use std::path::{Path, PathBuf};
    /// use perf_report::project::store::Location;
    ///
    /// let parse = |text: &str| Location::parse(text.as_ref(), Path::new("/project"));
    /// let file = Location::Sqlite(PathBuf::from("/project/runs.sqlite"));
    /// for same in ["runs.sqlite", "sqlite:runs.sqlite", "file:///project/runs.sqlite"] {
    ///     assert_eq!(parse(same).unwrap(), file);
    /// }
    /// assert!(parse("postgres://host/runs").is_err());
    /// ```
    ///
    /// # Errors
    /// When it is a URL of a scheme that this build does not know, or one that names no file and no server.
    /// None repeats a URL of a server, which may hold a password.
    pub fn parse(text: &OsStr, dir: &Path) -> Result<Self, UserError> {
        let url = text.to_str().and_then(|text| text.split_once(':'));
        let path = match url.map(|(scheme, rest)| (scheme.to_ascii_lowercase(), rest)) {
            Some((scheme, rest)) if matches!(scheme.as_str(), "sqlite" | "file") => {
                file_of(&scheme, rest)?
            }
            Some((scheme, rest)) if remote::SCHEMES.contains(&scheme.as_str()) => {
                return Remote::parse(&scheme, rest).map(Self::ClickHouse);
            }
            Some((scheme, rest)) if rest.starts_with("//") && is_scheme(&scheme) => {
                return Err(unknown(&scheme));
            }
            _ => Path::new(text),
        };
        Ok(Self::Sqlite(dir.join(path)))
    }

    /// Returns whether it is reached over a network, and shared with other machines.
    pub fn is_remote(&self) -> bool {
        matches!(self, Self::ClickHouse(_))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::ClickHouse(remote) => remote.fmt(f),
        }
    }
}

/// Returns the file that a URL names behind its scheme. Where a host could stand there is none.
fn file_of<'a>(scheme: &str, rest: &'a str) -> Result<&'a Path, UserError> {
    let path = match rest.strip_prefix("//") {
        Some(path) if path.starts_with('/') => {
            of_drive(path).filter(|_| cfg!(windows)).unwrap_or(path)
        }
        None if !rest.is_empty() => rest,
        _ => {
            let problem = format!("`{scheme}:{rest}` names no file on this machine");
            return Err(UserError::new(ExitCode::Usage, problem).help(format!(
                "write `{scheme}:FILE`, or `{scheme}:///FOLDER/FILE` for a path from the root"
            )));
        }
    };
    Ok(Path::new(path))
}

/// Returns the path in an address that begins with a drive of Windows: `C:/runs` of `/C:/runs`.
fn of_drive(path: &str) -> Option<&str> {
    let path = path.strip_prefix('/')?;
    let begins = matches!(path.as_bytes(), [drive, b':', b'/', ..] if drive.is_ascii_alphabetic());
    begins.then_some(path)
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// Names the scheme alone: the rest of a URL may hold a password.
fn unknown(scheme: &str) -> UserError {
    UserError::new(ExitCode::Usage, format!("this build knows no store of the scheme `{scheme}:`"))
        .help("name a file, as `FILE`, `sqlite:FILE` or `file:FILE`, or a `clickhouse://` server")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Location, UserError> {
        Location::parse(text.as_ref(), Path::new("/project"))
    }

    #[test]
    fn paths_and_urls_name_files() {
        for (text, path) in [
            ("a/b.sqlite", "/project/a/b.sqlite"),
            ("/a/b", "/a/b"),
            ("sqlite:b", "/project/b"),
            ("SQLite:/a/b", "/a/b"),
            ("file:///a/b", "/a/b"),
            ("sqlite:///a/b", "/a/b"),
            ("odd:name", "/project/odd:name"),
            ("a b://c", "/project/a b://c"),
        ] {
            assert_eq!(parse(text).unwrap(), Location::Sqlite(path.into()), "{text}");
        }
    }

    #[test]
    fn a_drive_begins_a_path_of_windows() {
        assert_eq!(of_drive("/C:/a/b"), Some("C:/a/b"));
        assert_eq!((of_drive("/a/b"), of_drive("/C:"), of_drive("C:/a")), (None, None, None));
    }

    #[test]
    fn a_server_is_named_by_its_scheme_in_any_case() {
        let location = parse("ClickHouse://ci@host/db?project=shop").unwrap();
        assert!(location.is_remote());
        assert_eq!(location.to_string(), "clickhouse://ci@host:8123/db?project=shop");
        assert!(!parse("clickhouse").unwrap().is_remote(), "a file of that name");
    }

    #[test]
    fn an_unknown_scheme_is_named_without_what_may_be_secret() {
        let error = parse("postgres://me:secret@host:8123/perf").unwrap_err();
        assert_eq!(error.to_string(), "this build knows no store of the scheme `postgres:`");
        let help = error.help.unwrap_or_default();
        assert!(help.contains("`clickhouse://`") && !help.contains("secret"), "{help}");
        for none in ["sqlite:", "file://", "sqlite://host/file"] {
            assert!(parse(none).unwrap_err().to_string().contains("names no file"), "{none}");
        }
    }
}
