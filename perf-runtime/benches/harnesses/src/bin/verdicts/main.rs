//! Whose verdicts hold: `verdicts same 20` judges a program by itself, `verdicts differ 5` pairs whose
//! difference is known.
//!
//! Each harness is asked as its documents say, in turn, and the time of each is counted. A third word
//! chooses those with it in their name. The program `perf-report` is looked for in `PERF_REPORT`, else
//! on the path.

mod criterion;
mod divan;
mod perf_track;
mod tables;
mod zenbench;

use std::path::Path;
use std::time::{Duration, Instant};

/// The workloads that are judged by themselves: long enough for every harness.
pub const JUDGED: [&str; 6] = ["hash", "text", "sort", "checksum", "tree", "sieve"];

/// The verdict of a harness about one benchmark.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Slower,
    Faster,
    Alike,
    /// It could not tell, or refused to.
    Open,
    /// The harness has no verdicts.
    None,
}

/// A benchmark that a harness judged.
pub struct Judged {
    pub name: String,
    pub verdict: Verdict,
    /// Its estimate: nanoseconds of a program by itself, per cent of a difference.
    pub estimate: f64,
}

/// A harness, and how to ask it.
pub trait Harness {
    /// Names it, with what is not by default.
    fn name(&self) -> String;
    /// Keeps a measurement of the workloads, to judge later ones by.
    fn keep(&self) {}
    /// Measures the workloads, and judges them by what was kept.
    fn same(&self) -> Vec<Judged>;
    /// Measures the pairs, and judges the second half of each by the first.
    fn differ(&self) -> Vec<Judged>;
}

/// A question to a harness, answered several times.
pub struct Answers {
    pub harness: String,
    pub judged: Vec<Vec<Judged>>,
    pub took: Vec<Duration>,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let question = arguments.next().unwrap_or_default();
    let times = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(5_u32);
    let folder = std::env::current_dir().unwrap_or_default().join("target/agreement");
    std::fs::create_dir_all(&folder).expect("a folder for results");
    let chosen = arguments.next().unwrap_or_default();
    let mut harnesses = all(&folder, question == "differ");
    harnesses.retain(|it| it.name().contains(&chosen));
    match question.as_str() {
        "same" => {
            harnesses.iter().for_each(|it| it.keep());
            tables::same(&ask(&harnesses, times, |it| it.same()));
        }
        "differ" => tables::differ(&ask(&harnesses, times, |it| it.differ())),
        _ => eprintln!("say `same TIMES` or `differ TIMES`"),
    }
}

/// Lists the harnesses: ours as it comes and shorter, each other as it comes or with as much time as
/// ours. The rounds of zenbench's confirming mode are its own, those of `is_of_pairs` may be given.
fn all(folder: &Path, is_of_pairs: bool) -> Vec<Box<dyn Harness>> {
    let ours = |processes| Box::new(perf_track::PerfTrack { processes, folder: folder.to_owned() });
    let criterion = |seconds| Box::new(criterion::Criterion { seconds, folder: folder.to_owned() });
    let zenbench = |rounds| Box::new(zenbench::Zenbench { rounds, folder: folder.to_owned() });
    let mut all: Vec<Box<dyn Harness>> = vec![
        ours(perf_track::Processes::Three),
        ours(perf_track::Processes::One),
        ours(perf_track::Processes::Quick),
        criterion(4),
        zenbench(None),
        Box::new(divan::Divan),
    ];
    if is_of_pairs {
        all.push(zenbench(Some(400)));
    }
    all
}

fn ask(
    harnesses: &[Box<dyn Harness>],
    times: u32,
    question: impl Fn(&dyn Harness) -> Vec<Judged>,
) -> Vec<Answers> {
    let empty = |it: &dyn Harness| Answers { harness: it.name(), judged: vec![], took: vec![] };
    let mut answers: Vec<Answers> = harnesses.iter().map(|it| empty(it.as_ref())).collect();
    for time in 0..times {
        for (harness, answers) in harnesses.iter().zip(&mut answers) {
            let begun = Instant::now();
            let judged = question(harness.as_ref());
            if judged.is_empty() {
                eprintln!("{} said nothing that could be read", answers.harness);
            }
            answers.judged.push(judged);
            answers.took.push(begun.elapsed());
            eprintln!("{} of {times}: {} {:.1?}", time + 1, answers.harness, begun.elapsed());
        }
    }
    answers
}

/// Makes a command quiet, and runs it to its end.
pub fn output_of(command: &mut std::process::Command) -> (String, String) {
    let output = command.stderr(std::process::Stdio::piped()).output().expect("a harness runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}
