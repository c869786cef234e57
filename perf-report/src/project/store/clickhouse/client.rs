//! Requests to a ClickHouse server, over HTTP.
//!
//! A status of 200 is no success by itself: an error may come as a header, or in the middle of the answer. So the
//! server is asked to answer when it is done, and answers are documents that have an end.

use std::cell::Cell;
use std::fmt::{self, Write as _};
use std::time::{Duration, Instant};

use base64::Engine as _;
use ureq::http::{Response, StatusCode};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, SendBody, Timeout};

use super::answer::{Answer, exception};
use super::version::Version;
use crate::project::store::error::{EngineError, Fault};
use crate::project::store::remote::Remote;
use crate::text::gzip;
use crate::text::url;

/// The variable that holds the password.
pub(super) const PASSWORD: &str = "PERF_TRACK_STORE_PASSWORD";
/// The variable that names a file of certificates, which are trusted in the place of the usual ones.
pub(super) const CA: &str = "PERF_TRACK_STORE_CA";

/// The longest time until a server is reached.
const CONNECT: Duration = Duration::from_secs(5);
/// The longest time of one request.
const REQUEST: Duration = Duration::from_mins(1);
/// The pauses before a request is sent again that was lost on the way. Nothing is stored twice by that.
const AGAIN: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];
/// The most bytes of an answer.
const LARGEST: u64 = 4 << 30;

/// Settings that every server knows. A user who may only read may not change them, and goes without.
const SETTINGS: [(&str, &str); 2] =
    [("output_format_json_quote_64bit_integers", "0"), ("enable_http_compression", "1")];

/// A request that came to nothing.
enum Failure {
    /// It may come to something when it is sent again.
    OnTheWay(Fault),
    /// The server refused it, or there is no time left.
    ForGood(Fault),
}

/// A connection to a server, as one user.
pub(super) struct Client {
    agent: Agent,
    remote: Remote,
    authorization: String,
    until: Option<Instant>,
    /// True once the server has refused settings.
    plain: Cell<bool>,
    /// The settings that it knows beside those of every server.
    newer: Cell<&'static [(&'static str, &'static str)]>,
}

/// Leaves the password out.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("remote", &self.remote).finish_non_exhaustive()
    }
}

impl Client {
    /// Makes a client, which has asked for nothing yet.
    pub(super) fn new(remote: Remote) -> Result<Self, Fault> {
        let password = std::env::var(PASSWORD).unwrap_or_default();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT))
            .user_agent(concat!("perf-report/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls()?)
            .build();
        let user = format!("{}:{password}", remote.user);
        let encoded = base64::engine::general_purpose::STANDARD.encode(user);
        Ok(Self {
            agent: config.into(),
            until: remote.within.map(|within| Instant::now() + within),
            authorization: format!("Basic {encoded}"),
            remote,
            plain: Cell::new(false),
            newer: Cell::new(&[]),
        })
    }

    /// Returns the place that it speaks with.
    pub(super) fn remote(&self) -> &Remote {
        &self.remote
    }

    /// Sends the settings along that a server of this version knows.
    pub(super) fn is_of(&self, version: Version) {
        self.newer.set(version.settings());
    }

    /// Returns what a statement asks for.
    pub(super) fn rows(&self, sql: &str) -> Result<Answer, Fault> {
        let text = self.again(|| self.send(None, format!("{sql} FORMAT JSON").into_bytes()))?;
        Answer::parse(&text)
    }

    /// Does what a statement says.
    pub(super) fn run(&self, sql: &str) -> Result<(), Fault> {
        self.again(|| self.send(None, sql.as_bytes().to_vec())).map(drop)
    }

    /// Adds rows, of one JSON object a line, to a table. At each try the same bytes are sent.
    pub(super) fn insert(&self, table: &str, rows: &[u8]) -> Result<(), Fault> {
        let statement = format!("INSERT INTO {table} FORMAT JSONEachRow");
        self.again(|| self.send(Some(&statement), rows.to_vec())).map(drop)
    }

    /// Sends a request until it is answered.
    fn again(&self, send: impl Fn() -> Result<String, Failure>) -> Result<String, Fault> {
        for pause in AGAIN {
            let has_time = self.time_left().is_none_or(|left| left > pause);
            match send() {
                Ok(text) => return Ok(text),
                Err(Failure::OnTheWay(_)) if has_time => std::thread::sleep(pause),
                Err(Failure::OnTheWay(fault) | Failure::ForGood(fault)) => return Err(fault),
            }
        }
        send().map_err(|(Failure::OnTheWay(fault) | Failure::ForGood(fault))| fault)
    }

    fn time_left(&self) -> Option<Duration> {
        self.until.map(|until| until.saturating_duration_since(Instant::now()))
    }

    fn send(&self, statement: Option<&str>, body: Vec<u8>) -> Result<String, Failure> {
        let limit = self.time_left().map_or(REQUEST, |left| left.min(REQUEST));
        if limit.is_zero() {
            return Err(Failure::ForGood(Fault::Unreachable(late().into())));
        }
        let with_settings = !self.plain.get();
        let zipped = gzip::fast(&body).map_err(|error| Failure::ForGood(Fault::Io(error)))?;
        let request = self
            .agent
            .post(self.address(statement, with_settings))
            .header("Authorization", &self.authorization)
            .header("Content-Encoding", "gzip")
            .config()
            .timeout_global(Some(limit))
            .build();
        // Of unknown length: that a body was cut short is then seen by every server.
        let answer = request.send(SendBody::from_reader(&mut zipped.as_slice()));
        let (code, text) = match answer.map(read) {
            Ok(Ok(read)) => read,
            Ok(Err(error)) => return Err(Failure::OnTheWay(Fault::Cut(error.into()))),
            Err(error) => return Err(unreachable(error, self.remote.secure)),
        };
        match code {
            None => Ok(text),
            Some(Err(status)) => Err(not_clickhouse(status)),
            // Read-only users may not choose settings; without them, numbers come in quotes.
            Some(Ok(164)) if with_settings => {
                self.plain.set(true);
                self.send(statement, body)
            }
            Some(Ok(code)) => Err(Failure::ForGood(exception(code, &text))),
        }
    }

    fn address(&self, statement: Option<&str>, with_settings: bool) -> String {
        let scheme = if self.remote.secure { "https" } else { "http" };
        let mut address = format!("{scheme}://{}/?wait_end_of_query=1", self.remote.authority());
        if with_settings {
            for (name, value) in SETTINGS.iter().chain(self.newer.get()) {
                // Writing to a String cannot fail.
                let _ = write!(address, "&{name}={value}");
            }
        }
        if let Some(statement) = statement {
            address.push_str("&query=");
            address.push_str(&url::encoded(statement));
        }
        address
    }
}

fn late() -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::TimedOut, "the time for it has passed")
}

fn tls() -> Result<TlsConfig, Fault> {
    let Some(path) = std::env::var_os(CA).filter(|path| !path.is_empty()) else {
        return Ok(TlsConfig::default());
    };
    let unusable = |why: String| Fault::Certificates(format!("{}: {why}", path.display()).into());
    let pem = std::fs::read(&path).map_err(|error| unusable(error.to_string()))?;
    let items: Result<Vec<_>, _> = parse_pem(&pem).collect();
    let items = items.map_err(|error| unusable(error.to_string()))?;
    let certificates: Vec<Certificate<'static>> = items
        .into_iter()
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(unusable("it holds no certificate".to_owned()));
    }
    Ok(TlsConfig::builder().root_certs(RootCerts::new_with_certs(&certificates)).build())
}

/// The code of the exception that an answer tells of, or its status where that is none of ClickHouse's.
type Code = Option<Result<u32, StatusCode>>;

fn read(mut answer: Response<Body>) -> Result<(Code, String), ureq::Error> {
    let status = answer.status();
    let header = answer.headers().get("X-ClickHouse-Exception-Code");
    let header = header.and_then(|code| code.to_str().ok()?.trim().parse::<u32>().ok());
    let is_clickhouse =
        answer.headers().keys().any(|name| name.as_str().starts_with("x-clickhouse"));
    let text = answer.body_mut().with_config().limit(LARGEST).lossy_utf8(true).read_to_string()?;
    let code = match header.or_else(|| super::answer::code_of(&text)) {
        Some(code) => Some(Ok(code)),
        None if status == StatusCode::OK && is_clickhouse => None,
        None => Some(Err(status)),
    };
    Ok((code, text))
}

/// Names the fault of which a status tells that something before the server gave.
fn not_clickhouse(status: StatusCode) -> Failure {
    let why = format!("the server answered with status {}", status.as_u16()).into();
    match status {
        StatusCode::UNAUTHORIZED
        | StatusCode::FORBIDDEN
        | StatusCode::PROXY_AUTHENTICATION_REQUIRED => Failure::ForGood(Fault::Denied(why)),
        StatusCode::PAYLOAD_TOO_LARGE => Failure::ForGood(Fault::Unfit(
            "the server, or what stands before it, answered with status 413: it has to take larger requests, \
             by `client_max_body_size` where it is nginx"
                .into(),
        )),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
            Failure::OnTheWay(Fault::Unreachable(why))
        }
        _ if status.is_server_error() => Failure::OnTheWay(Fault::Unreachable(why)),
        _ => Failure::ForGood(Fault::NoClickHouse(why)),
    }
}

/// Sorts out what is worth another try: not a server that nobody knows, that refuses or that takes too long.
fn unreachable(error: ureq::Error, is_secure: bool) -> Failure {
    use std::io::ErrorKind::{ConnectionRefused, TimedOut};
    use ureq::Error;
    if is_secure && let Some(fault) = of_tls(&error) {
        return Failure::ForGood(fault);
    }
    let is_final = match &error {
        Error::Timeout(Timeout::Connect | Timeout::Resolve | Timeout::Global)
        | Error::HostNotFound
        | Error::ConnectionFailed
        | Error::BadUri(_)
        | Error::Tls(_)
        | Error::Rustls(_) => true,
        Error::Io(error) => matches!(error.kind(), ConnectionRefused | TimedOut),
        _ => false,
    };
    let fault = Fault::Unreachable(in_words(error, is_secure));
    if is_final { Failure::ForGood(fault) } else { Failure::OnTheWay(fault) }
}

/// Names the fault of a connection by TLS. The handshake is a part of the first request, so its errors come as those of
/// reading, and are known by their words alone.
fn of_tls(error: &ureq::Error) -> Option<Fault> {
    let text = error.to_string();
    if text.contains("peer certificate") {
        return Some(Fault::Untrusted(text.into()));
    }
    let plain = "it does not speak TLS; without TLS the scheme is clickhouse://";
    text.contains("InvalidContentType").then(|| Fault::NoClickHouse(plain.into()))
}

/// Returns an error as its text, with a word on TLS where a server hung up on a request without it: one that expects TLS
/// says no more than that.
fn in_words(error: ureq::Error, is_secure: bool) -> EngineError {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionReset, UnexpectedEof};
    match &error {
        ureq::Error::Io(io) if !is_secure => match io.kind() {
            ConnectionAborted | ConnectionReset | UnexpectedEof => format!(
                "{error}; a server with TLS hangs up like that, and its scheme is clickhouses://"
            )
            .into(),
            _ => error.into(),
        },
        _ => error.into(),
    }
}
