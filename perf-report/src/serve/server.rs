//! The edge: a socket, a few threads, and what every answer carries.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, ToSocketAddrs as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use tiny_http::{Header, Method, Request, Response, StatusCode};

use super::answer::Pages;
use super::asked::{Answer, Asked, Kind};
use super::guard::Guard;
use crate::error::{ExitCode, UserError};

/// The threads that answer.
const THREADS: usize = 4;

/// The time after which a thread that has nothing to answer looks whether it should end.
const LOOK: Duration = Duration::from_millis(200);

/// What no page of this server may do: load or run what is not its own, be shown in another, send its address on.
const HEADERS: [(&str, &str); 5] = [
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
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
pub(crate) struct Server {
    server: tiny_http::Server,
    address: SocketAddr,
}

impl Server {
    /// Listens at `address`; port 0 is any free one.
    ///
    /// # Errors
    /// [`ExitCode::Usage`] where that is taken, or is none of this machine.
    pub(crate) fn listen(address: Address) -> Result<Self, UserError> {
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
        let address = listener.local_addr().map_err(failed)?;
        let server = tiny_http::Server::from_listener(listener, None)
            .map_err(|error| failed(io::Error::other(error)))?;
        Ok(Self { server, address })
    }

    /// Returns the port.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Returns the address for a browser on this machine.
    pub(crate) fn url(&self) -> String {
        let host = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => "127.0.0.1".to_owned(),
            IpAddr::V6(ip) if ip.is_unspecified() => "[::1]".to_owned(),
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        };
        format!("http://{host}:{}/", self.port())
    }

    /// Answers until `is_over`, on threads of their own.
    pub(crate) fn run(&self, guard: &Guard, pages: &Pages, is_over: impl Fn() -> bool) {
        let ends = &AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(move || self.answer_until(ends, guard, pages));
            }
            while !is_over() {
                thread::sleep(LOOK);
            }
            ends.store(true, Ordering::Release);
        });
    }

    fn answer_until(&self, ends: &AtomicBool, guard: &Guard, pages: &Pages) {
        while !ends.load(Ordering::Acquire) {
            if let Ok(Some(request)) = self.server.recv_timeout(LOOK) {
                answer(request, guard, pages);
            }
        }
    }
}

/// Answers a request. Whoever went away meanwhile is no failure.
fn answer(request: Request, guard: &Guard, pages: &Pages) {
    let asked = asked(&request);
    let answer = guard.refuses(&asked).unwrap_or_else(|| {
        // One answer that fails must not end the thread, nor leave the others without it.
        let look_up = || pages.answer(&asked);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(look_up)).unwrap_or_else(|_| {
            Answer::of(Kind::Text, "the answer could not be made; this is a fault of perf-report\n")
                .with_status(500)
        })
    });
    let mut response = Response::from_data(answer.body).with_status_code(StatusCode(answer.status));
    let policy = (answer.kind == Kind::Html).then_some(("Content-Security-Policy", POLICY));
    let kind = ("Content-Type", answer.kind.media_type());
    let own = answer.headers.iter().map(|(name, value)| (*name, value.as_str()));
    for (name, value) in own.chain(HEADERS).chain(policy).chain([kind]) {
        if let Ok(header) = Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    let _ = request.respond(response);
}

fn asked(request: &Request) -> Asked {
    let header = |name: &'static str| {
        let mut found = request.headers().iter().filter(|it| it.field.equiv(name));
        let first = found.next().map(|it| it.value.as_str().to_owned());
        // Several of one are none: nobody can say which of them is meant.
        first.filter(|_| found.next().is_none())
    };
    Asked {
        reads: matches!(request.method(), Method::Get | Method::Head),
        url: request.url().to_owned(),
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
