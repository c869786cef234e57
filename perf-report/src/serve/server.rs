//! The edge: where the server listens, and what every answer carries.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, ToSocketAddrs as _};
use std::time::Duration;

use super::answer::Pages;
use super::asked::{Asked, Kind};
use super::guard::Guard;
use crate::error::{ExitCode, UserError};
use crate::live::http::{self, Bounds, Request, Response};

/// The bounds of what a browser may take: large pages go over slow lines.
const BOUNDS: Bounds = Bounds { request_bytes: 32 << 10, answer: Duration::from_mins(1) };

/// What no page of this server may do: load or run what is not its own, be shown in another, send its address on.
const HEADERS: [(&str, &str); 4] = [
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
];

/// The policy of pages: see [`HEADERS`]. Forms lead to this server alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The address at which a server listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Address(pub SocketAddr);

impl Address {
    /// Reads what a user gives: `127.0.0.1:7878`, `:7878`, `7878`, `localhost:7878`, `[::1]:7878`. Without a host it is
    /// loopback.
    ///
    /// # Errors
    /// In words, where it is none.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} is no address: write HOST:PORT, as 127.0.0.1:7878, or a port");
        let port = text.strip_prefix(':').unwrap_or(text);
        if let Ok(port) = port.parse() {
            return Ok(Self((Ipv4Addr::LOCALHOST, port).into()));
        }
        let mut found = text.to_socket_addrs().map_err(|_| wrong())?;
        found.next().map(Self).ok_or_else(wrong)
    }

    /// Returns whether only this machine reaches it.
    pub(crate) fn is_loopback(self) -> bool {
        self.0.ip().is_loopback()
    }
}

/// A server that listens.
pub(crate) struct Server(http::Server);

impl Server {
    /// Listens at `address`, port 0 being any free one, and answers with `pages` whom the guard that `guard` makes for
    /// the port lets in.
    ///
    /// # Errors
    /// [`ExitCode::Usage`] where that is taken, or is none of this machine.
    pub(crate) fn start(
        address: Address,
        guard: impl FnOnce(u16) -> Guard,
        pages: Pages,
    ) -> Result<Self, UserError> {
        let failed = |error: io::Error| {
            let problem = format!("nothing can listen at {}", address.0);
            let help = match error.kind() {
                io::ErrorKind::AddrInUse => {
                    "another program does; choose another port with --listen"
                }
                io::ErrorKind::PermissionDenied => "choose a port from 1024 on with --listen",
                _ => "choose an address of this machine with --listen, as 127.0.0.1:7878",
            };
            UserError::new(ExitCode::Usage, problem).because(error).help(help)
        };
        let listener = TcpListener::bind(address.0).map_err(failed)?;
        let guard = guard(listener.local_addr().map_err(failed)?.port());
        let answer = move |request: &Request| answer(request, &guard, &pages);
        http::Server::on(&listener, BOUNDS, answer).map(Self).map_err(failed)
    }

    /// Returns the address for a browser on this machine.
    pub(crate) fn url(&self) -> String {
        let address = self.0.address();
        let host = match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => "127.0.0.1".to_owned(),
            IpAddr::V6(ip) if ip.is_unspecified() => "[::1]".to_owned(),
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        };
        format!("http://{host}:{}/", address.port())
    }
}

/// Answers a request.
fn answer(request: &Request, guard: &Guard, pages: &Pages) -> Response {
    let asked = asked(request);
    let answer = guard.refuses(&asked).unwrap_or_else(|| pages.answer(&asked));
    let policy = (answer.kind == Kind::Html).then_some(("Content-Security-Policy", POLICY));
    let mut response = Response::of(answer.status, answer.kind.media_type(), answer.body);
    response.headers = answer.headers;
    let rules = HEADERS.into_iter().chain(policy);
    response.headers.extend(rules.map(|(name, value)| (name, value.to_owned())));
    response
}

fn asked(request: &Request) -> Asked {
    let header = |name: &str| request.only(name).map(str::to_owned);
    Asked {
        url: request.target().to_owned(),
        host: header("Host"),
        cookie: header("Cookie"),
        authorization: header("Authorization"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_loopback_where_no_host_is_given() {
        let parse = |text: &str| Address::parse(text).map(|it| it.0.to_string());
        for (text, address) in [
            ("7878", "127.0.0.1:7878"),
            (":0", "127.0.0.1:0"),
            ("127.0.0.1:1", "127.0.0.1:1"),
            ("[::1]:80", "[::1]:80"),
            ("0.0.0.0:80", "0.0.0.0:80"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(address), "{text}");
        }
        for bad in ["", "localhost", "99999", "127.0.0.1", "http://127.0.0.1:1"] {
            assert!(parse(bad).unwrap_err().contains("is no address"), "{bad}");
        }
    }
}
