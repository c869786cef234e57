//! What goes wrong with a server is said in words, at the right exit code, and without a password.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use perf_tests::{Lab, lab};

use super::{finish, on, server, with};

/// A server that does `answer` with each connection.
pub(super) fn fake(answer: impl Fn(std::net::TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    let port = listener.local_addr().expect("it has an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream);
        }
    });
    format!("clickhouse://ci@127.0.0.1:{port}/perf?project=p")
}

pub(super) fn says(answer: &'static str) -> impl Fn(std::net::TcpStream) + Send + 'static {
    move |mut stream| {
        // The whole request, which is chunked: closing before it is read would reset the connection.
        let (mut request, mut part) = (Vec::new(), [0; 4096]);
        while !request.ends_with(b"\r\n0\r\n\r\n") {
            match stream.read(&mut part) {
                Ok(length @ 1..) => request.extend_from_slice(&part[..length]),
                _ => return,
            }
        }
        let _ = stream.write_all(answer.as_bytes());
    }
}

#[track_caller]
fn fails(lab: &Lab, url: &str, code: i32, words: &[&str]) {
    let mut command = with(lab, url, &["list"]);
    command.env("PERF_TRACK_STORE_PASSWORD", "s3cret");
    let finished = finish(&mut command);
    assert_eq!(finished.code, Some(code), "{}", finished.stderr);
    for word in words {
        assert!(finished.complaint().contains(word), "{word}: {}", finished.stderr);
    }
    assert!(!finished.stderr.contains("s3cret") && !finished.stdout.contains("s3cret"));
}

#[test]
fn what_does_not_answer_or_is_no_such_server_is_named() {
    let lab = lab!();
    let gone = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    let port = gone.local_addr().expect("it has an address").port();
    drop(gone);
    let nobody = format!("clickhouse://ci@127.0.0.1:{port}/perf");
    fails(&lab, &nobody, 1, &["is not reached", "perf-report doctor"]);
    let page = fake(says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"));
    fails(&lab, &page, 2, &["no ClickHouse server answers", "8123"]);
    let old = "HTTP/1.1 200 OK\r\nX-ClickHouse-Server-Display-Name: x\r\nContent-Length: 50\r\n\
               Connection: close\r\n\r\n{\"data\": [{\"server\": \"1.1.54390\", \"second\": 1}]}  ";
    fails(&lab, &fake(says(old)), 2, &["ClickHouse 1.1.54390", "23.8 or newer"]);
    let failed = "HTTP/1.1 200 OK\r\nX-ClickHouse-Server-Display-Name: x\r\nContent-Length: 58\r\n\
                  Connection: close\r\n\r\n{\"data\": [\nCode: 241. DB::Exception: Memory limit exceeded\n";
    fails(&lab, &fake(says(failed)), 1, &["failed", "Memory limit"]);
    for secret in ["clickhouse://me:s3cret@h/db", "clickhouse://h/db?password=s3cret"] {
        fails(&lab, secret, 2, &["holds a password", "PERF_TRACK_STORE_PASSWORD"]);
    }
}

#[test]
fn an_answer_that_is_cut_short_is_no_answer() {
    let lab = lab!();
    let cut = "HTTP/1.1 200 OK\r\nX-ClickHouse-Server-Display-Name: x\r\nContent-Length: 90\r\n\r\n{\"data\": [";
    fails(&lab, &fake(says(cut)), 1, &["is cut short"]);
    let line = "HTTP/1.1 200 OK\r\nX-ClickHouse-Server-Display-Name: x\r\nConnection: close\r\n\r\n\
                {\"data\": [{\"server\": \"26.1.1\"";
    fails(&lab, &fake(says(line)), 1, &["is cut short"]);
}

#[test]
fn a_run_does_not_wait_for_a_server_that_hangs() {
    let lab = lab!();
    let held = std::sync::Mutex::new(Vec::new());
    let url = fake(move |stream| held.lock().expect("nobody panics").push(stream));
    let begun = Instant::now();
    let finished = on(&lab, &url, &["run", "--", "true"]);
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(finished.complaint().contains("outbox"), "{}", finished.stderr);
}

#[test]
fn users_databases_and_rights_are_told_apart() {
    let Some(server) = server::old() else { return };
    let lab = lab!();
    let url = server.url("ci", "rights");
    fails(&lab, &url, 2, &["does not let this user in", "PERF_TRACK_STORE_PASSWORD"]);
    fails(&lab, &server.url("nobody", "rights"), 2, &["does not let this user in"]);
    let none = format!("clickhouse://default@127.0.0.1:{}/no_such?project=p", server.port);
    let finished = on(&lab, &none, &["list"]);
    assert_eq!(finished.code, Some(2), "{}", finished.stderr);
    assert!(finished.complaint().contains("perf-report store init"), "{}", finished.stderr);

    let own = |arguments: &[&str]| {
        let mut command = with(&lab, &url, arguments);
        command.env("PERF_TRACK_STORE_PASSWORD", server::PASSWORD);
        finish(&mut command)
    };
    let made = own(&["store", "init"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let doctor = own(&["doctor"]);
    assert!(doctor.stdout.contains("may be read and written"), "{}", doctor.stdout);
    assert!(!doctor.stdout.contains(server::PASSWORD), "{}", doctor.stdout);

    let reader = server.url("reader", "rights");
    let listed = on(&lab, &reader, &["list"]);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    let doctor = on(&lab, &reader, &["doctor"]);
    assert!(doctor.stdout.contains("may only be read"), "{}", doctor.stdout);
    let refused = on(&lab, &reader, &["store", "init"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.complaint().contains("may not do that"), "{}", refused.stderr);
}
