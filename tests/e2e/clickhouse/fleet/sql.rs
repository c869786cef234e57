//! Questions to a server in its own words, past the product.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Returns the rows of an answer, each with its columns.
#[track_caller]
pub(crate) fn rows(port: u16, query: &str) -> Vec<Vec<String>> {
    let answer = ask(port, &format!("{query} FORMAT TabSeparatedRaw"));
    answer.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// Does what a statement says, and returns the answer.
#[track_caller]
pub(crate) fn ask(port: u16, statement: &str) -> String {
    ask_with(port, "", statement)
}

/// Does what a statement says with settings of the URL's form, and returns the answer.
#[track_caller]
pub(crate) fn ask_with(port: u16, settings: &str, statement: &str) -> String {
    let asked = try_ask(port, settings, statement);
    let (status, answer) = asked.unwrap_or_else(|error| panic!("{statement}: {error}"));
    assert!(status.contains(" 200 "), "{statement}: {status}: {answer}");
    answer
}

/// Returns the line of the status and the answer.
fn try_ask(port: u16, settings: &str, statement: &str) -> std::io::Result<(String, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    let head = format!(
        "POST /?wait_end_of_query=1&output_format_json_quote_64bit_integers=0\
         {settings} HTTP/1.0\r\nContent-Length: {}\r\n\r\n",
        statement.len()
    );
    stream.write_all((head + statement).as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    Ok((head.lines().next().unwrap_or_default().to_owned(), body.to_owned()))
}
