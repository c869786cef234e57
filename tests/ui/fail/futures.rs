//! Mistakes in async functions are reported where they are, as without the attribute.

#![deny(unused_variables, unused_mut, unused_must_use)]

use std::error::Error;
use std::rc::Rc;

use perf_runtime::perf_track;

#[perf_track]
async fn wrong_type(x: u32) -> u32 {
    "text"
}

#[perf_track]
async fn missing_value(x: u32) -> u32 {
    x;
}

struct Mine;

#[perf_track(err)]
async fn wrong_error(text: &str) -> Result<u32, Mine> {
    let number: u32 = text.parse()?;
    Ok(number)
}

#[perf_track]
async fn unknown_type(x: Nowhere) -> Somewhere {
    x
}

#[perf_track]
async fn not_awaited(text: &str) -> usize {
    wrong_error(text);
    wrong_error(text)
}

#[perf_track]
async fn given_away(text: String) -> usize {
    drop(text);
    text.len()
}

#[perf_track]
async fn unused(argument: u32, mut needless: u32, (left, right): (u32, u32)) -> u32 {
    let local = 1;
    needless + left
}

#[perf_track]
async fn not_send() -> Result<(), Box<dyn Error>> {
    let shared = Rc::new(1);
    std::future::ready(()).await;
    drop(shared);
    Ok(())
}

fn send(_: impl Send) {}

#[perf_track]
fn boxed() -> std::pin::Pin<Box<dyn Future<Output = u32> + Send>> {
    Box::pin(async { "text" })
}

fn main() {
    send(not_send());
    let _ = (wrong_type(1), missing_value(1), unused(1, 2, (3, 4)));
}
