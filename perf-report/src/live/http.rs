//! The few bytes of HTTP that our servers speak: one request a connection, `GET` and `HEAD` without a body.
//!
//! A client gets a second to say what it wants, and some time to take the answer; a stranger who does neither holds
//! one of few threads that long, and no memory. Small servers of others limit neither the time nor the length of a
//! request, nor the number of their threads.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Threads that answer.
const THREADS: usize = 4;

/// The time that a client has for its request, and for not taking a part of the answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// The bounds of what one client may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// The most bytes of a request.
    pub(crate) request_bytes: usize,
    /// The time that a client has for the whole answer.
    pub(crate) answer: Duration,
}

/// A request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Request {
    /// Path and query, as they were sent.
    target: String,
    headers: Vec<(String, String)>,
    is_head: bool,
}

impl Request {
    /// Returns the path and the query, as they were sent.
    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    /// Returns the path.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Returns the part behind `?`; empty where there is none.
    pub(crate) fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// Returns the values of all headers of this name, as if they were one; `None` where there is none.
    pub(crate) fn list(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self.values(name).collect();
        (!values.is_empty()).then(|| values.join(","))
    }

    /// Returns the value of the only header of this name. Several are none: nobody can say which of them is meant.
    pub(crate) fn only(&self, name: &str) -> Option<&str> {
        let mut values = self.values(name);
        values.next().filter(|_| values.next().is_none())
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let is_it = move |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        self.headers.iter().filter(is_it).map(|(_, value)| value.as_str())
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
    /// Further headers, by name.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Response {
    pub(crate) fn text(status: u16, text: impl Into<String>) -> Self {
        Self::of(status, "text/plain; charset=utf-8", text.into())
    }

    pub(crate) fn of(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, content_type, body: body.into(), headers: Vec::new() }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn reason(&self) -> &'static str {
        match self.status {
            200 => "OK",
            204 => "No Content",
            303 => "See Other",
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            408 => "Request Timeout",
            414 => "URI Too Long",
            431 => "Request Header Fields Too Large",
            429 => "Too Many Requests",
            500 => "Internal Server Error",
            _ => "Service Unavailable",
        }
    }
}

/// A server, until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
}

impl Server {
    /// Answers with `answer` at `address` from now on.
    ///
    /// # Errors
    /// When the address cannot be listened at.
    pub(crate) fn start(
        address: impl ToSocketAddrs,
        bounds: Bounds,
        answer: impl Fn(&Request) -> Response + Send + Sync + 'static,
    ) -> io::Result<Self> {
        Self::on(&TcpListener::bind(address)?, bounds, answer)
    }

    /// Answers in the same way where somebody listens already.
    ///
    /// # Errors
    /// When the system does not allow that.
    pub(crate) fn on(
        listener: &TcpListener,
        bounds: Bounds,
        answer: impl Fn(&Request) -> Response + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (is_over, answer) = (Arc::new(AtomicBool::new(false)), Arc::new(answer));
        for _ in 0..THREADS {
            let listener = listener.try_clone()?;
            let (is_over, answer) = (Arc::clone(&is_over), Arc::clone(&answer));
            thread::spawn(move || {
                while !is_over.load(Ordering::Acquire) {
                    match listener.accept() {
                        // A client that went away is nobody's problem.
                        Ok((stream, _)) => drop(serve(stream, bounds, &*answer)),
                        // Too many files are open: that passes.
                        Err(_) => thread::sleep(Duration::from_millis(50)),
                    }
                }
            });
        }
        Ok(Self { address, is_over })
    }

    /// Returns the address that it listens at.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        let mut place = self.address;
        if place.ip().is_unspecified() {
            place.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        // Each wakes up one thread, which sees that it is over; one that is busy sees it later.
        for _ in 0..THREADS {
            drop(TcpStream::connect_timeout(&place, PATIENCE));
        }
    }
}

/// Answers one request, and closes the connection.
fn serve(
    mut stream: TcpStream,
    bounds: Bounds,
    answer: &impl Fn(&Request) -> Response,
) -> io::Result<()> {
    let (response, is_head) = match request(&mut stream, bounds.request_bytes)? {
        Ok(request) => (answered(&request, answer), request.is_head),
        Err(refusal) => (refusal, false),
    };
    let mut headers = String::new();
    // A value that would begin another header is none.
    for (name, value) in response.headers.iter().filter(|(_, it)| !it.contains(['\r', '\n'])) {
        headers.extend([*name, ": ", value, "\r\n"]);
    }
    let head = format!(
        "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}Connection: close\r\n\
         X-Content-Type-Options: nosniff\r\n\r\n",
        response.status,
        response.reason(),
        response.content_type,
        response.body.len(),
        headers,
    );
    let until = Instant::now() + bounds.answer;
    write_until(&mut stream, head.as_bytes(), until)?;
    if !is_head {
        write_until(&mut stream, &response.body, until)?;
    }
    stream.shutdown(Shutdown::Write)?;
    // What a client still sends must not make the system throw the answer away.
    stream.set_read_timeout(Some(Duration::from_millis(100)))?;
    let _ = stream.read(&mut [0; 1024]);
    Ok(())
}

/// Answers a request. An answer that fails ends no thread, nor leaves the client without one.
fn answered(request: &Request, answer: &impl Fn(&Request) -> Response) -> Response {
    catch_unwind(AssertUnwindSafe(|| answer(request))).unwrap_or_else(|_| {
        Response::text(500, "the answer could not be made; this is a fault of perf-report\n")
    })
}

fn write_until(stream: &mut TcpStream, mut bytes: &[u8], until: Instant) -> io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    while !bytes.is_empty() {
        if Instant::now() > until {
            return Err(io::ErrorKind::TimedOut.into());
        }
        match stream.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads the request, or finds what to answer without it.
fn request(stream: &mut TcpStream, most_bytes: usize) -> io::Result<Result<Request, Response>> {
    let until = Instant::now() + PATIENCE;
    let (mut bytes, mut part) = (Vec::new(), [0; 1024]);
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Err(Response::text(408, "the request took too long\n")));
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut part) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => bytes.extend_from_slice(&part[..read]),
            Err(error) => match error.kind() {
                io::ErrorKind::Interrupted => {}
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                    return Ok(Err(Response::text(408, "the request took too long\n")));
                }
                _ => return Err(error),
            },
        }
        if let Some(end) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
            return Ok(parse(&bytes[..end]));
        }
        if bytes.len() > most_bytes {
            return Ok(Err(Response::text(431, "the request is too long\n")));
        }
    }
}

/// Reads the head of a request.
fn parse(head: &[u8]) -> Result<Request, Response> {
    let bad = |words: &str| Response::text(400, format!("{words}\n"));
    let head = std::str::from_utf8(head).map_err(|_| bad("the request is no text"))?;
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(bad("the first line is none of HTTP"));
    };
    if !version.starts_with("HTTP/1.") {
        return Err(bad("only HTTP/1.1 is spoken here"));
    }
    if !matches!(method, "GET" | "HEAD") {
        let refusal = Response::text(405, "only GET and HEAD are answered\n");
        return Err(refusal.with_header("Allow", "GET, HEAD"));
    }
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_owned(), value.trim().to_owned()))
    };
    let headers = lines.filter_map(header).collect();
    Ok(Request { target: target.to_owned(), headers, is_head: method == "HEAD" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> Server {
        let bounds = Bounds { request_bytes: 8 << 10, answer: Duration::from_secs(10) };
        Server::start("127.0.0.1:0", bounds, |request| match request.path() {
            "/big" => Response::of(200, "text/plain", vec![b'x'; 8 << 20]),
            "/broken" => panic!("an answer that fails"),
            path => {
                let (query, accept) = (request.query(), request.list("accept"));
                Response::text(200, format!("{path}|{query}|{accept:?}"))
            }
        })
        .unwrap()
    }

    fn ask(server: &Server, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        // It may refuse before everything is sent.
        let _ = stream.write_all(bytes);
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    }

    #[test]
    fn requests_are_answered_or_refused() {
        let server = server();
        let answer =
            ask(&server, b"GET /a?b=c HTTP/1.1\r\nHost: x\r\naccept: t/p\r\nAccept: u\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n/a|b=c|Some(\"t/p,u\")"), "{answer}");
        let head = ask(&server, b"HEAD /a HTTP/1.0\r\n\r\n");
        assert!(head.contains("Content-Length: 8\r\n") && head.ends_with("\r\n\r\n"), "{head}");
        for (request, status) in [
            (&b"POST / HTTP/1.1\r\n\r\n"[..], "405"),
            (b"GET /\r\n\r\n", "400"),
            (b"GET / HTTP/2\r\n\r\n", "400"),
            (b"\xff\xfe / HTTP/1.1\r\n\r\n", "400"),
            (b"GET / HTTP/1.1\r\nHost", "408"),
        ] {
            let answer = ask(&server, request);
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request:?}: {answer}");
            assert_eq!(answer.contains("\r\nAllow: GET, HEAD\r\n"), status == "405", "{answer}");
        }
        // More often than there are threads.
        for _ in 0..6 {
            let answer = ask(&server, b"GET /broken HTTP/1.1\r\n\r\n");
            assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
        }
        let long = [b"GET / HTTP/1.1\r\nX: ", vec![b'a'; 1 << 20].as_slice()].concat();
        let answer = ask(&server, &long);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
    }

    #[test]
    fn slow_clients_keep_nobody_else_waiting_for_long() {
        let server = server();
        // More of them than there are threads: they say nothing, or take nothing.
        let mut silent: Vec<TcpStream> =
            (0..6).map(|_| TcpStream::connect(server.address()).unwrap()).collect();
        for stream in silent.iter_mut().skip(3) {
            stream.write_all(b"GET /big HTTP/1.1\r\n\r\n").unwrap();
        }
        let since = Instant::now();
        assert!(ask(&server, b"GET /a HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200"));
        assert!(since.elapsed() < Duration::from_secs(30), "{:?}", since.elapsed());
    }
}
