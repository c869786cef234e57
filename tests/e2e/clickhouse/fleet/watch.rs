//! A reader that looks on while a fleet stores runs: past the proxy, by the server's own words and by the product.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use perf_tests::Lab;
use serde_json::Value;

use super::super::on;
use super::chance;
use super::ledger::Project;
use super::spool::Sums;

/// The pause between two looks: the machine has other work to do.
const PAUSE: Duration = Duration::from_millis(150);

/// The looks of a reader, and what it saw.
#[derive(Debug, Default)]
pub(super) struct Looks {
    pub(super) all: usize,
    /// Looks by the product.
    pub(super) reads: usize,
    /// Runs that were seen without all that belongs to them, once a look.
    pub(super) torn: usize,
    /// Descriptions of a product's look that saw something wrong.
    pub(super) wrong: Vec<String>,
}

/// Looks on until `is_over`: at the tables, and by the product.
pub(super) fn look_on(lab: &Lab, projects: &[(Project, Sums)], is_over: &AtomicBool) -> Looks {
    let mut looks = Looks::default();
    thread::scope(|scope| {
        let read = scope.spawn(|| read_on(lab, projects, is_over));
        while !is_over.load(Ordering::SeqCst) {
            for (project, _) in projects {
                looks.all += 1;
                looks.torn += project.torn().len();
            }
            thread::sleep(PAUSE);
        }
        (looks.reads, looks.wrong) = read.join().expect("a reader sees everything");
    });
    looks
}

/// Looks on by the product; returns the number of its looks, and those that saw something wrong.
fn read_on(lab: &Lab, projects: &[(Project, Sums)], is_over: &AtomicBool) -> (usize, Vec<String>) {
    let (mut reads, mut wrong) = (0, Vec::new());
    while !is_over.load(Ordering::SeqCst) {
        for (project, spooled) in projects {
            reads += 1;
            wrong.extend(read(lab, project, spooled, reads as u64));
        }
        thread::sleep(PAUSE * 4);
    }
    (reads, wrong)
}

/// Looks by the product: at the list, at one run of it, and at the history of a function over all.
pub(super) fn read(lab: &Lab, project: &Project, spooled: &Sums, seed: u64) -> Option<String> {
    let url = project.url(project.port);
    let ask = |words: &[&str]| {
        let words = [words, &["--format", "json"]].concat();
        let finished = on(lab, &url, &words);
        (finished.code, serde_json::from_str::<Value>(&finished.stdout), finished.stderr)
    };
    let (code, listed, complaint) = ask(&["list", "--limit", "10000"]);
    let Ok(listed) = listed else { return Some(format!("list: {code:?}: {complaint}")) };
    let runs = listed["runs"].as_array().cloned().unwrap_or_default();
    let ids: Vec<&str> = runs.iter().filter_map(|run| run["id"].as_str()).collect();
    if ids.iter().collect::<BTreeSet<_>>().len() != ids.len() {
        return Some(format!("a run is listed twice: {ids:?}"));
    }
    if let Some(id) = ids.iter().find(|id| !spooled.rows.contains_key(**id)) {
        return Some(format!("{id} is of nobody"));
    }
    if ids.is_empty() {
        return None;
    }
    let place = usize::try_from(chance(seed, 1) % ids.len() as u64).unwrap_or(0);
    let id = ids[place];
    let (code, shown, complaint) = ask(&["show", &format!("id:{id}")]);
    let Ok(shown) = shown else { return Some(format!("show {id}: {code:?}: {complaint}")) };
    let document: Value = serde_json::from_str(&spooled.documents[id]).expect("it is JSON");
    if shown["functions"] != document["functions"] {
        return Some(format!("{id} is shown with other functions"));
    }
    let name = document["functions"][9]["name"].as_str().unwrap_or_default();
    let (code, history, complaint) = ask(&["history", name, "--last", "10000"]);
    let Ok(history) = history else {
        return Some(format!("history {name}: {code:?}: {complaint}"));
    };
    let points = history["points"].as_array().map_or(0, Vec::len);
    (points > 0 && points < ids.len())
        .then(|| format!("{points} of {} runs have {name}", ids.len()))
}
