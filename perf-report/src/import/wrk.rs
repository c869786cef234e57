//! The text of wrk. Its load is closed: a server that stalls gets no requests meanwhile, so percentiles hide
//! the stall.

use super::imported::{Imported, ImportedRun, Mistake};
use super::measured::{Measured, gauge};
use super::notes::Notes;
use super::numbers::{duration_ns, number};
use crate::model::{Better, Statistic};
use crate::stats::number::whole;

/// Reads the load.
pub(super) fn read(text: &str) -> Result<Imported, Mistake> {
    let mut notes = Notes::default();
    let mut measured = Measured { statistic: Statistic::Mean, ..Measured::default() };
    let mut run = ImportedRun::default();
    let (mut rate, mut bad) = (None, 0);
    for line in text.lines().map(str::trim) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["Running", _, "test", "@", url, ..] => (*url).clone_into(&mut measured.name),
            ["Latency", mean, deviation, most, ..] if measured.value_ns.is_none() => {
                measured.value_ns = duration_ns(mean);
                measured.stddev_ns = duration_ns(deviation);
                measured.ends_ns[1] = duration_ns(most);
            }
            ["50%", value] => measured.percentiles_ns[0] = duration_ns(value),
            ["90%", value] => measured.percentiles_ns[1] = duration_ns(value),
            ["99%", value] => measured.percentiles_ns[3] = duration_ns(value),
            [requests, "requests", "in", time, ..] => {
                measured.iterations = number(requests).map(whole);
                run.wall_ns = duration_ns(time.trim_end_matches(',')).map(whole);
            }
            ["Requests/sec:", value] => rate = number(value),
            ["Non-2xx", "or", "3xx", "responses:", value] => bad += number(value).map_or(0, whole),
            ["Socket", "errors:", ..] => {
                notes.problem("line", "of requests without an answer", line);
            }
            _ => {}
        }
    }
    if measured.value_ns.is_none() || measured.name.is_empty() {
        return Err(Mistake::not("wrk", "there is no line of its latency"));
    }
    measured.errors = measured.iterations.map(|all| bad.min(all));
    let rate =
        gauge(&measured.name, "requests-per-second", &Vec::from_iter(rate), Some(Better::Higher));
    run.metrics.extend(rate);
    run.functions.push(measured.function());
    Ok(Imported::one(run, notes))
}
