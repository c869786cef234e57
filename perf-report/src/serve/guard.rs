//! Who may ask: those on this machine, or those with the token. Pure.
//!
//! A page that somebody opens elsewhere may send requests to loopback, and give loopback a name of its own. So
//! a server without a token answers only who calls it by a name of loopback, and none tells a page of another origin
//! anything: there are no headers that would let it read. Tokens are compared by their hashes, so that the time
//! of it shows nothing.

use sha2::{Digest as _, Sha256};

use super::asked::{Answer, Asked, Kind};
use super::route::{self, Query};
use crate::render::html::site;

/// The most characters of a request's address.
const LONGEST: usize = 8_192;

/// The rule by which requests are let in.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    /// The hash of the token; `None` where those on this machine may ask without one.
    token: Option<[u8; 32]>,
    /// The name of the cookie, which differs from port to port: cookies know no ports.
    cookie: String,
}

impl Guard {
    /// Makes the guard of a server on this port.
    pub(crate) fn new(token: Option<&str>, port: u16) -> Self {
        Self { token: token.map(hash), cookie: format!("perf-report-{port}") }
    }

    /// Returns the answer to a request that is not let in; `None` of one that is.
    pub(crate) fn refuses(&self, asked: &Asked) -> Option<Answer> {
        if asked.url.len() > LONGEST {
            return Some(refusal(414, "the address is too long"));
        }
        if let Some(token) = self.token {
            return self.without_token(asked, token);
        }
        let is_here = asked.host.as_deref().is_some_and(is_loopback);
        let words = "this server answers those who call it localhost, 127.0.0.1 or [::1]";
        (!is_here).then(|| refusal(403, words))
    }

    /// Returns the answer to a request that does not carry the token, or carries it in its address: that leads to
    /// the same one without it, and a cookie.
    fn without_token(&self, asked: &Asked, token: [u8; 32]) -> Option<Answer> {
        let is_it = |given: &str| hash(given) == token;
        let (path, query) = route::split(&asked.url);
        let query = Query::read(query);
        if let Some(given) = query.get("token") {
            if !is_it(given) {
                return Some(ask_again());
            }
            let cookie = format!("{}={given}; Path=/; HttpOnly; SameSite=Strict", self.cookie);
            // Two slashes would begin the name of another server.
            let path = if path.starts_with("//") { "/" } else { path };
            let place = query.without("token").after(path);
            return Some(Answer::see(place).with_header("Set-Cookie", cookie));
        }
        let bearer = asked.authorization.as_deref().and_then(|it| it.strip_prefix("Bearer "));
        let cookies = asked.cookie.as_deref().unwrap_or_default().split(';');
        let cookie = cookies
            .filter_map(|it| it.trim().split_once('='))
            .find_map(|(name, value)| (name == self.cookie).then_some(value));
        let may = bearer.or(cookie).is_some_and(|given| is_it(given.trim()));
        (!may).then(ask_again)
    }
}

fn ask_again() -> Answer {
    Answer::of(Kind::Html, site::wants_token())
        .with_status(401)
        .with_header("WWW-Authenticate", "Bearer".to_owned())
}

fn refusal(status: u16, words: &str) -> Answer {
    Answer::of(Kind::Text, format!("{words}\n")).with_status(status)
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// Returns whether a header `Host` names loopback, with whatever port.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) if port.is_empty() || port.starts_with(':') => address,
            _ => return false,
        },
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_address = || name.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback());
    name.eq_ignore_ascii_case("localhost") || is_address()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(url: &str) -> Asked {
        Asked { url: url.to_owned(), host: Some("127.0.0.1:7878".to_owned()), ..Asked::default() }
    }

    fn status(guard: &Guard, asked: &Asked) -> u16 {
        guard.refuses(asked).map_or(200, |answer| answer.status)
    }

    #[test]
    fn loopback_answers_those_who_call_it_so() {
        let guard = Guard::new(None, 7878);
        let by = |host: Option<&str>| {
            status(&guard, &Asked { host: host.map(str::to_owned), ..asked("/") })
        };
        for good in
            ["localhost", "LocalHost:7878", "127.0.0.1:7878", "127.8.8.8", "[::1]:7878", "[::1]"]
        {
            assert_eq!(by(Some(good)), 200, "{good}");
        }
        let bad = [
            "",
            "evil.example",
            "localhost.evil.example:7878",
            "10.0.0.1",
            "[::1",
            "[::1]x",
            "::1",
        ];
        for bad in bad {
            assert_eq!(by(Some(bad)), 403, "{bad}");
        }
        assert_eq!(by(None), 403);
    }

    #[test]
    fn an_endless_address_is_not_read() {
        assert_eq!(status(&Guard::new(None, 1), &asked(&"/".repeat(9_000))), 414);
    }

    #[test]
    fn a_token_is_wanted_from_everybody_where_there_is_one() {
        let guard = Guard::new(Some("secret"), 80);
        let elsewhere = |asked: Asked| Asked { host: Some("builds.example".to_owned()), ..asked };
        assert_eq!(status(&guard, &asked("/runs")), 401);
        assert_eq!(status(&guard, &elsewhere(asked("/runs?token=secre"))), 401);
        assert_eq!(status(&guard, &elsewhere(asked("/runs?token="))), 401);
        let answer = guard.refuses(&elsewhere(asked("/runs?q=a%20b&token=secret&n=1"))).unwrap();
        assert_eq!(answer.status, 303);
        assert_eq!(answer.headers[0], ("Location", "/runs?q=a%20b&n=1".to_owned()));
        let other = guard.refuses(&asked("//evil.example/?token=secret")).unwrap();
        assert_eq!(other.headers[0], ("Location", "/".to_owned()));
        let cookie = "perf-report-80=secret; Path=/; HttpOnly; SameSite=Strict";
        assert_eq!(answer.headers[1], ("Set-Cookie", cookie.to_owned()));
        let with = |cookie: &str| {
            status(&guard, &Asked { cookie: Some(cookie.to_owned()), ..elsewhere(asked("/")) })
        };
        assert_eq!(with("a=b; perf-report-80=secret"), 200);
        for forged in [
            "perf-report-80=",
            "perf-report-80",
            "perf-report-81=secret",
            "=secret",
            "perf-report-80=Secret",
        ] {
            assert_eq!(with(forged), 401, "{forged}");
        }
        let bearer = |text: &str| {
            status(&guard, &Asked { authorization: Some(text.to_owned()), ..asked("/") })
        };
        assert_eq!(
            (bearer("Bearer secret"), bearer("secret"), bearer("Basic secret")),
            (200, 401, 401)
        );
    }
}
