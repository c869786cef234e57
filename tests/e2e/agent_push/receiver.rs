//! A collector on loopback that answers by a script, then well, and knows which calls it was told of.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// The answer to one request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    /// It is taken.
    Taken,
    /// It is not; a status line, and headers.
    Status(&'static str, &'static str),
    /// None comes, for longer than anybody waits.
    Hang,
    /// The connection ends in the middle of the request.
    Cut,
}

#[derive(Debug, Default)]
struct Seen {
    asked: usize,
    head: String,
    taken: Vec<Vec<u8>>,
}

/// The collector; its threads end with the tests.
#[derive(Debug)]
pub(crate) struct Receiver {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl Receiver {
    pub(crate) fn start(script: &[Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Mutex<Seen>>::default();
        let (script, of_thread) = (script.to_vec(), Arc::clone(&seen));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (script, seen) = (script.clone(), Arc::clone(&of_thread));
                thread::spawn(move || serve(&stream, &script, &seen));
            }
        });
        Self { address, seen }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Counts the requests so far.
    pub(crate) fn asked(&self) -> usize {
        self.seen.lock().unwrap().asked
    }

    /// Returns request line and headers of the last request.
    pub(crate) fn head(&self) -> String {
        self.seen.lock().unwrap().head.clone()
    }

    /// Returns the calls of a function in each request that was taken and names it.
    pub(crate) fn taken(&self, function: &str) -> Vec<u64> {
        let seen = self.seen.lock().unwrap();
        seen.taken.iter().filter_map(|body| calls(body, function)).collect()
    }
}

/// Answers the requests of one connection.
fn serve(stream: &TcpStream, script: &[Answer], seen: &Mutex<Seen>) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head)? == 0 {
                return Ok(());
            }
        }
        let mut lengths = head.lines().filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().ok())?
        });
        let length = lengths.next_back().unwrap_or(0);
        let answer = {
            let mut seen = seen.lock().unwrap();
            seen.head = head;
            seen.asked += 1;
            script.get(seen.asked - 1).copied().unwrap_or(Answer::Taken)
        };
        let mut body = vec![0; if matches!(answer, Answer::Cut) { length / 2 } else { length }];
        reader.read_exact(&mut body)?;
        match answer {
            Answer::Cut => return Ok(()),
            Answer::Hang => thread::sleep(Duration::from_secs(5)),
            Answer::Status(status, headers) => {
                (&*stream).write_all(reply(status, headers).as_bytes())?;
            }
            Answer::Taken => {
                seen.lock().unwrap().taken.push(body);
                (&*stream).write_all(reply("200 OK", "").as_bytes())?;
            }
        }
    }
}

fn reply(status: &str, headers: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\n\r\n")
}

/// Returns the calls of a function in a request, by the numbers of OpenTelemetry's messages; `None` where it is
/// not in there.
fn calls(body: &[u8], function: &str) -> Option<u64> {
    let metrics = [1, 2, 2].into_iter().fold(vec![body], |parts, number| {
        parts.into_iter().flat_map(|part| all(part, number)).collect()
    });
    let is_calls = |metric: &&[u8]| all(metric, 1).contains(&&b"perf.function.calls"[..]);
    let points = metrics.into_iter().filter(is_calls).flat_map(|metric| all(metric, 7));
    let points = points.flat_map(|sum| all(sum, 1));
    let is_of = |point: &&[u8]| {
        let values = all(point, 7).into_iter().flat_map(|it| all(it, 2)).flat_map(|it| all(it, 1));
        values.into_iter().any(|name| String::from_utf8_lossy(name).ends_with(function))
    };
    let values = points.filter(is_of).flat_map(|point| all(point, 6));
    values.map(|value| u64::from_le_bytes(value.try_into().unwrap())).reduce(|a, b| a + b)
}

/// Returns the contents of all fields of that number.
fn all(message: &[u8], number: u64) -> Vec<&[u8]> {
    let (mut rest, mut found) = (message, Vec::new());
    while !rest.is_empty() {
        let key = varint(&mut rest);
        let length = match key & 7 {
            0 => {
                varint(&mut rest);
                continue;
            }
            1 => 8,
            5 => 4,
            _ => usize::try_from(varint(&mut rest)).unwrap(),
        };
        let (field, after) = rest.split_at(length);
        if key >> 3 == number {
            found.push(field);
        }
        rest = after;
    }
    found
}

fn varint(rest: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first().unwrap();
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}
