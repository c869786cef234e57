//! The place of a store in a server, as a URL names it. Pure.

use std::fmt;
use std::time::Duration;

use crate::error::{ExitCode, UserError};
use crate::text::url::{self, encoded};

/// The schemes of a ClickHouse server, without TLS and with it.
pub(super) const SCHEMES: [&str; 2] = ["clickhouse", "clickhouses"];

/// The form of such a URL.
const FORM: &str =
    "write `clickhouse://USER@HOST:8123/DATABASE?project=NAME`, or `clickhouses://` for TLS";

/// A store in a ClickHouse server, which speaks HTTP. It holds no password: that comes from the environment alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// True for HTTPS.
    pub secure: bool,
    /// The user; the server's `default` where the URL names none.
    pub user: String,
    /// The name or address of the server; one of IPv6 without its brackets.
    pub host: String,
    /// The port of HTTP, which is not that of the drivers of most languages.
    pub port: u16,
    /// The database that holds the tables.
    pub database: String,
    /// The project, which shares the tables with others.
    pub project: String,
    /// The time within which everything asked of the opened store has to be done; `None` for no such limit, and
    /// each request has its own.
    pub within: Option<Duration>,
}

impl Remote {
    /// Reads what follows the scheme and its colon. No error repeats the text: it may hold a password.
    ///
    /// # Errors
    /// When it names no server, or holds a password or anything else that is not known.
    pub(super) fn parse(scheme: &str, rest: &str) -> Result<Self, UserError> {
        let refused = |problem: &str| {
            Err(UserError::new(ExitCode::Usage, format!("the URL of the store {problem}"))
                .help(FORM))
        };
        let secure = scheme == SCHEMES[1];
        let rest = rest.strip_prefix("//").unwrap_or_default();
        let (rest, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, address) = authority.rsplit_once('@').unwrap_or(("", authority));
        if user.contains(':') {
            return Err(with_password());
        }
        let Some((host, port)) = address_of(address) else { return refused("names no server") };
        let port = match port.map(str::parse) {
            None => {
                if secure {
                    8443
                } else {
                    8123
                }
            }
            Some(Ok(port @ 1..)) => port,
            Some(_) => return refused("has a port that is no number from 1 to 65535"),
        };
        let (Some(user), Some(database)) = (url::decoded_exactly(user), url::decoded_exactly(path))
        else {
            return refused("has a `%` that begins no character");
        };
        let mut project = String::new();
        for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=') {
                Some(("project", name)) => match url::decoded_exactly(name) {
                    Some(name) => project = name,
                    None => return refused("has a `%` that begins no character"),
                },
                Some(("password", _)) => return Err(with_password()),
                _ => return refused("has a parameter that is not `project`"),
            }
        }
        let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
        let (user, database) = (or(user, "default"), or(database, "perf"));
        let project = or(project, "default");
        if !is_name(&database) {
            return refused("names a database that is not of letters, digits and `_`");
        }
        if [&user, &project].iter().any(|text| text.chars().any(char::is_control)) {
            return refused("has control characters");
        }
        let host = host.to_owned();
        Ok(Self { secure, user, host, port, database, project, within: None })
    }

    /// Sets the time within which everything asked of the opened store has to be done.
    #[must_use]
    pub fn within(self, limit: Duration) -> Self {
        Self { within: Some(limit), ..self }
    }

    /// Returns host and port.
    pub(super) fn authority(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }
}

/// Writes the URL in full, as a user would.
impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = SCHEMES[usize::from(self.secure)];
        write!(f, "{scheme}://{}@{}/{}", encoded(&self.user), self.authority(), self.database)?;
        write!(f, "?project={}", encoded(&self.project))
    }
}

fn with_password() -> UserError {
    let problem = "the URL of the store holds a password, which others can read";
    UserError::new(ExitCode::Usage, problem)
        .help("leave it out of the URL, and set PERF_TRACK_STORE_PASSWORD")
}

/// Splits an address into host and port, of which the first is never empty.
fn address_of(address: &str) -> Option<(&str, Option<&str>)> {
    let (host, port) = match address.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(Some((host, ""))) => (host, None),
        Some(Some((host, port))) => (host, Some(port.strip_prefix(':')?)),
        Some(None) => return None,
        None => address.split_once(':').map_or((address, None), |(host, port)| (host, Some(port))),
    };
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '%');
    (!host.is_empty() && host.chars().all(is_part)).then_some((host, port))
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Remote, String> {
        let (scheme, rest) = text.split_once(':').unwrap();
        Remote::parse(scheme, rest).map_err(|error| error.to_string())
    }

    #[test]
    fn a_url_names_server_database_and_project() {
        for (text, full) in [
            ("clickhouse://h", "clickhouse://default@h:8123/perf?project=default"),
            ("clickhouses://h", "clickhouses://default@h:8443/perf?project=default"),
            ("clickhouse://ci@h:1/db?project=shop", "clickhouse://ci@h:1/db?project=shop"),
            ("clickhouse://a%40b@h/db/?project=a%20b", "the database"),
            ("clickhouse://[::1]:9/db", "clickhouse://default@[::1]:9/db?project=default"),
            ("clickhouse://[::1]", "clickhouse://default@[::1]:8123/perf?project=default"),
            (
                "clickhouse://me%40x@h?project=%C3%A4",
                "clickhouse://me%40x@h:8123/perf?project=%C3%A4",
            ),
        ] {
            match parse(text) {
                Ok(remote) => {
                    assert_eq!(remote.to_string(), full, "{text}");
                    assert_eq!(parse(full).as_ref(), Ok(&remote), "{text}");
                }
                Err(error) => {
                    assert!(full == "the database" && error.contains("database"), "{error}");
                }
            }
        }
    }

    #[test]
    fn what_names_no_store_is_refused_and_never_repeated() {
        for (text, problem) in [
            ("clickhouse://me:secret@h/db", "holds a password"),
            ("clickhouse://h/db?password=secret", "holds a password"),
            ("clickhouse://a:secret@b@h", "holds a password"),
            ("clickhouse:secret", "names no server"),
            ("clickhouse://secret@/db", "names no server"),
            ("clickhouse://secret h/db", "names no server"),
            ("clickhouse://[secret/db", "names no server"),
            ("clickhouse://h:secret/db", "port"),
            ("clickhouse://h:0", "port"),
            ("clickhouse://h:99999", "port"),
            ("clickhouse://h/secret`; DROP", "database"),
            ("clickhouse://h/db?user=secret", "parameter"),
            ("clickhouse://h/db?secret", "parameter"),
            ("clickhouse://%zz@h", "begins no character"),
            ("clickhouse://h?project=a%0Ab", "control characters"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(problem), "{text}: {error}");
            assert!(!error.contains("secret"), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn names_come_back_as_they_were(user in "\\PC+", project in "\\PC+") {
            let url = format!("clickhouse://{}@h?project={}", encoded(&user), encoded(&project));
            let remote = parse(&url).unwrap();
            prop_assert_eq!((&remote.user, &remote.project), (&user, &project));
            prop_assert_eq!(parse(&remote.to_string()).unwrap(), remote);
        }

        #[test]
        fn any_text_is_a_store_or_an_error(text in ".{0,60}") {
            let _ = Remote::parse("clickhouse", &text);
        }
    }
}
