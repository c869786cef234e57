//! Stacks of threads as CSV.

use super::{number, write};
use crate::model::{Frame, FuturesInFlight, StacksDocument, ThreadStack};
use crate::text::sanitize;

/// Returns a line a running call, the outermost of a thread first, then a line a function with
/// futures in flight.
pub(crate) fn stacks(document: &StacksDocument) -> String {
    const HEADER: [&str; 12] = [
        "pid",
        "program",
        "running",
        "thread",
        "name",
        "function",
        "running_ns",
        "since",
        "recursive",
        "in_flight",
        "aged",
        "median_ns",
    ];
    let rows = document.processes.iter().flat_map(|process| {
        let of_process = || {
            vec![
                process.pid.to_string(),
                sanitize::csv(&process.program),
                process.running.to_string(),
            ]
        };
        let frames = process
            .threads
            .iter()
            .flat_map(|thread| thread.frames.iter().map(move |frame| frame_cells(thread, frame)));
        let cells = frames.chain(process.futures.iter().map(futures_cells));
        let rows: Vec<_> = cells.map(|cells| [of_process(), cells.into()].concat()).collect();
        rows
    });
    write(&HEADER, rows)
}

/// Returns the cells of a call that a thread is in.
fn frame_cells(thread: &ThreadStack, frame: &Frame) -> [String; 9] {
    [
        thread.id.to_string(),
        sanitize::csv(thread.name.as_deref().unwrap_or_default()),
        sanitize::csv(&frame.function),
        number(frame.running_ns),
        sanitize::csv(frame.since.as_deref().unwrap_or_default()),
        frame.recursive.to_string(),
        String::new(),
        String::new(),
        String::new(),
    ]
}

/// Returns the cells of a function's futures: no thread is in them, and times are those of the
/// oldest.
fn futures_cells(futures: &FuturesInFlight) -> [String; 9] {
    [
        String::new(),
        String::new(),
        sanitize::csv(&futures.function),
        number(futures.oldest_ns),
        sanitize::csv(futures.since.as_deref().unwrap_or_default()),
        String::new(),
        futures.in_flight.to_string(),
        futures.aged.to_string(),
        number(futures.median_ns),
    ]
}
