//! The text of wrk. Its load is closed: a server that stalls gets no requests meanwhile, so percentiles hide
//! the stall.

use super::imported::{Imported, ImportedRun, Mistake};
use super::measured::{Measured, gauge};
use super::names::{Apart, told_apart};
use super::notes::Notes;
use super::numbers::{duration_ns, number};
use crate::model::{Better, Statistic};
use crate::stats::number::whole;

/// Reads the loads: one, or several with their texts one behind the other.
pub(super) fn read(text: &str) -> Result<Imported, Mistake> {
    let mut notes = Notes::default();
    let mut run = ImportedRun::default();
    let mut all = Vec::new();
    let mut loads: Vec<Vec<&str>> = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("Running ") && line.contains(" test @ ") {
            loads.push(Vec::new());
        }
        if let Some(load) = loads.last_mut() {
            load.push(line);
        }
    }
    for lines in &loads {
        let (apart, wall_ns) = load(lines, &mut notes)?;
        all.push(apart);
        run.wall_ns = wall_ns.filter(|_| loads.len() == 1);
    }
    if all.is_empty() {
        return Err(Mistake::not("wrk", "there is no line of its beginning"));
    }
    told_apart(all, &mut run, &mut notes)?;
    Ok(Imported::one(run, notes))
}

/// Reads one load, and the time that it took.
fn load(lines: &[&str], notes: &mut Notes) -> Result<(Apart, Option<u64>), Mistake> {
    let mut measured = Measured { statistic: Statistic::Mean, ..Measured::default() };
    let (mut rate, mut bad, mut wall_ns) = (None, 0, None);
    for line in lines {
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
                wall_ns = duration_ns(time.trim_end_matches(',')).map(whole);
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
    let rate = Vec::from_iter(rate);
    let rate = gauge(&measured.name, "requests-per-second", &rate, Some(Better::Higher));
    let metrics = rate.into_iter().collect();
    Ok((Apart { measured, metrics, ..Apart::default() }, wall_ns))
}
