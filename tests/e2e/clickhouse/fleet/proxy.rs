//! A proxy between writers and a server, which spoils requests: each as its number and the fate will have it.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::chance;

/// The share of the requests that are spoiled, in percent.
const SPOILED: u64 = 30;

/// The longest time that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// The time for which a run is there without its functions, where that is the manner.
const HELD_BACK: Duration = Duration::from_secs(2);

/// The ways of spoiling a request.
const WAYS: [Way; 11] = [
    Way::LostBefore,
    Way::Status(503),
    Way::Status(500),
    Way::CutBody,
    Way::AnswerLost,
    Way::AnswerCut,
    Way::Slow,
    Way::Twice,
    Way::TwiceLate,
    Way::Reset,
    Way::Page,
];

#[derive(Debug, Clone, Copy)]
enum Way {
    /// It does not reach the server.
    LostBefore,
    /// The proxy answers in the place of the server.
    Status(u16),
    /// A part of its body reaches the server.
    CutBody,
    /// It is done, and nobody hears of it.
    AnswerLost,
    /// It is done, and half of the answer arrives.
    AnswerCut,
    Slow,
    Twice,
    /// It is done again after the client went on.
    TwiceLate,
    /// The connection is reset before the body is read.
    Reset,
    /// A page of a gateway, with the status of success.
    Page,
}

/// The behaviour of a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// It spoils requests.
    Spoils,
    /// As before, and the server is told to remember parts that it has had.
    Remembers,
    /// It says that functions are stored, and sends them on after the row of their run: what a writer in the wrong
    /// order does.
    Reorders,
    /// It says that functions are stored, and forgets those of one run.
    Lies,
    /// It changes nothing.
    Passes,
    /// It tells the server to drop parts that it has had before.
    Compares,
    /// The functions of one run are too large for it.
    IsNarrow,
}

/// A proxy on loopback, for as long as the process lives.
#[derive(Debug)]
pub(super) struct Proxy {
    pub(super) port: u16,
    pub(super) seen: Arc<Seen>,
}

/// The requests that a proxy has seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) requests: AtomicUsize,
    pub(super) spoiled: AtomicUsize,
    /// Bodies that wait for the row of their run, or the first of them.
    held: Mutex<Vec<Request>>,
}

#[derive(Debug, Clone)]
struct Request {
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Proxy {
    pub(super) fn start(server: u16, fate: u64, manner: Manner) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
        let port = listener.local_addr().expect("it has an address").port();
        let seen = Arc::new(Seen::default());
        let of_all = Arc::clone(&seen);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let seen = Arc::clone(&of_all);
                let number = seen.requests.fetch_add(1, Ordering::SeqCst) as u64;
                // That a client was killed or a server refused is what the proxy is for.
                thread::spawn(move || serve(client, server, (fate, number), manner, &seen));
            }
        });
        Self { port, seen }
    }

    pub(super) fn requests(&self) -> usize {
        self.seen.requests.load(Ordering::SeqCst)
    }

    pub(super) fn spoiled(&self) -> usize {
        self.seen.spoiled.load(Ordering::SeqCst)
    }
}

fn serve(
    client: TcpStream,
    server: u16,
    (fate, number): (u64, u64),
    manner: Manner,
    seen: &Seen,
) -> io::Result<()> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;
    let drawn = chance(fate, number);
    let way = match manner {
        Manner::Spoils | Manner::Remembers if drawn % 100 < SPOILED => {
            seen.spoiled.fetch_add(1, Ordering::SeqCst);
            let way = usize::try_from((drawn >> 8) % WAYS.len() as u64).unwrap_or(0);
            Some(WAYS[way])
        }
        _ => None,
    };
    if matches!(way, Some(Way::Reset)) {
        // What was sent and not read makes the kernel reset the connection.
        return client.peek(&mut [0]).map(drop);
    }
    let mut client = client;
    let mut request = read_request(&mut client)?;
    if matches!(manner, Manner::Remembers | Manner::Compares) {
        request.head = replaced(&request.head, "insert_deduplicate=0", "insert_deduplicate=1");
        let (of_newer, instead) = ("deduplicate_insert=disable", "deduplicate_insert=enable");
        request.head = replaced(&request.head, of_newer, instead);
    }
    match manner {
        Manner::Reorders => return reordered(&mut client, server, request, seen),
        Manner::Lies => return lied(&mut client, server, &request, seen),
        Manner::IsNarrow if is_the_first(&request, seen) => return client.write_all(&page(413)),
        _ => {}
    }
    spoiled(&mut client, server, &request, (way, drawn))
}

fn spoiled(
    client: &mut TcpStream,
    server: u16,
    request: &Request,
    (way, drawn): (Option<Way>, u64),
) -> io::Result<()> {
    let pause = Duration::from_millis((drawn >> 16) % 400);
    match way {
        None => client.write_all(&forward(server, request, request.body.len())?),
        Some(Way::LostBefore | Way::Reset) => Ok(()),
        Some(Way::Status(status)) => client.write_all(&page(status)),
        Some(Way::Page) => client.write_all(&page(200)),
        Some(Way::CutBody) => {
            let length = request.body.len() as u64;
            let most = usize::try_from((drawn >> 20) % length.max(1)).unwrap_or(0);
            forward(server, request, most).map(drop)
        }
        Some(Way::AnswerLost) => forward(server, request, request.body.len()).map(drop),
        Some(Way::AnswerCut) => {
            let answer = forward(server, request, request.body.len())?;
            client.write_all(&answer[..answer.len() * 3 / 4])
        }
        Some(Way::Slow) => {
            thread::sleep(pause);
            let answer = forward(server, request, request.body.len())?;
            thread::sleep(pause);
            client.write_all(&answer)
        }
        Some(Way::Twice) => {
            forward(server, request, request.body.len())?;
            client.write_all(&forward(server, request, request.body.len())?)
        }
        Some(Way::TwiceLate) => {
            client.write_all(&forward(server, request, request.body.len())?)?;
            client.shutdown(Shutdown::Both)?;
            thread::sleep(pause);
            forward(server, request, request.body.len()).map(drop)
        }
    }
}

/// Keeps functions back until some time after the row of a run is there.
fn reordered(client: &mut TcpStream, server: u16, request: Request, seen: &Seen) -> io::Result<()> {
    if inserts(&request, "functions") {
        seen.held.lock().expect("nobody panics").push(request);
        return client.write_all(&accepted());
    }
    let answer = forward(server, &request, request.body.len())?;
    client.write_all(&answer)?;
    client.shutdown(Shutdown::Both)?;
    if inserts(&request, "runs") {
        thread::sleep(HELD_BACK);
        let held = std::mem::take(&mut *seen.held.lock().expect("nobody panics"));
        for request in held {
            forward(server, &request, request.body.len())?;
        }
    }
    Ok(())
}

/// Forgets the functions of one run, at each try.
fn lied(client: &mut TcpStream, server: u16, request: &Request, seen: &Seen) -> io::Result<()> {
    if is_the_first(request, seen) {
        return client.write_all(&accepted());
    }
    client.write_all(&forward(server, request, request.body.len())?)
}

/// Returns whether it is about the first run of all, whose bytes are the same at each try.
fn is_the_first(request: &Request, seen: &Seen) -> bool {
    if !inserts(request, "functions") {
        return false;
    }
    let mut held = seen.held.lock().expect("nobody panics");
    if held.is_empty() {
        held.push(request.clone());
    }
    held[0].body == request.body
}

fn inserts(request: &Request, table: &str) -> bool {
    let head = String::from_utf8_lossy(&request.head);
    let line = head.lines().next().unwrap_or_default();
    line.contains("INSERT") && line.contains(&format!(".{table}"))
}

fn accepted() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\nX-ClickHouse-Server-Display-Name: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        .to_vec()
}

fn page(status: u16) -> Vec<u8> {
    let text = "<html><body><h1>Bad gateway</h1></body></html>\n";
    format!(
        "HTTP/1.1 {status} x\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )
    .into_bytes()
}

/// Sends a request with so many bytes of its body, and returns the whole answer.
fn forward(server: u16, request: &Request, most: usize) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(("127.0.0.1", server))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(&replaced(&request.head, "\r\n", "\r\nConnection: close\r\n"))?;
    stream.write_all(&request.body[..most])?;
    if most < request.body.len() {
        stream.shutdown(Shutdown::Write)?;
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

/// Replaces the first occurrence in a head.
fn replaced(head: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8_lossy(head).replacen(from, to, 1).into_bytes()
}

/// Reads a whole request.
fn read_request(stream: &mut TcpStream) -> io::Result<Request> {
    let (mut bytes, mut part) = (Vec::new(), [0; 16_384]);
    loop {
        if let Some(request) = whole(&bytes) {
            return Ok(request);
        }
        match stream.read(&mut part)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => bytes.extend_from_slice(&part[..length]),
        }
    }
}

/// Takes a request apart; `None` where it is not all there.
fn whole(bytes: &[u8]) -> Option<Request> {
    let end = find(bytes, b"\r\n\r\n")? + 4;
    let (head, body) = bytes.split_at(end);
    let mut at = 0;
    // Clients send all bodies in chunks.
    loop {
        let line = find(&body[at..], b"\r\n")?;
        let size =
            usize::from_str_radix(std::str::from_utf8(&body[at..at + line]).ok()?, 16).ok()?;
        at += line + 2 + size + 2;
        if at > body.len() {
            return None;
        }
        if size == 0 {
            return Some(Request { head: head.to_vec(), body: body[..at].to_vec() });
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|it| it == wanted)
}
