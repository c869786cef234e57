//! The answers as tables.

use std::collections::BTreeMap;

use harnesses::pairs::{KINDS, PERCENTS, name};
use harnesses::reading::{ends, median};

use crate::{Answers, Judged, Verdict};

/// Prints how often a program was found slower or faster than itself, and how much its time varied.
pub fn same(all: &[Answers]) {
    println!("| harness | s a run | verdicts | slower | faster | open | spread of a time |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for answers in all {
        let judged: Vec<&Judged> = answers.judged.iter().flatten().collect();
        let count = |verdict| judged.iter().filter(|it| it.verdict == verdict).count();
        let given = judged.len() - count(Verdict::None);
        println!(
            "| {} | {:.0} | {given} | {} | {} | {} | {} |",
            answers.harness,
            seconds(answers),
            count(Verdict::Slower),
            count(Verdict::Faster),
            count(Verdict::Open),
            spread(&judged)
        );
    }
}

/// Prints how often each difference was found, the median error of its estimate, and the time of all
/// pairs.
pub fn differ(all: &[Answers]) {
    println!("| harness | s a run | same: said to differ | {} |", heads("found"));
    println!("|---|--:|--:|--:|--:|--:|");
    for answers in all {
        let cells = PERCENTS.map(|percent| cell(answers, percent));
        println!("| {} | {:.0} | {} |", answers.harness, seconds(answers), cells.join(" | "));
    }
}

fn heads(word: &str) -> String {
    let differing = PERCENTS.iter().filter(|&&percent| percent > 0);
    let heads: Vec<String> = differing.map(|percent| format!("{percent} % {word}")).collect();
    heads.join(" | ")
}

/// Says how many of the pairs of this difference were found, and how far the estimates were off.
fn cell(answers: &Answers, percent: u64) -> String {
    let names = KINDS.map(|(kind, _)| name(kind, percent));
    let all = answers.judged.iter().flatten();
    let judged: Vec<&Judged> = all.filter(|it| names.contains(&it.name)).collect();
    let says_so = |it: &&&Judged| match it.verdict {
        Verdict::Slower => true,
        Verdict::Faster => percent == 0,
        _ => false,
    };
    let errors: Vec<f64> = judged.iter().map(|it| (it.estimate - percent as f64).abs()).collect();
    let error = format!("off by {:.2}, at most {:.2}", median(&errors), ends(&errors).1);
    if judged.iter().all(|it| it.verdict == Verdict::None) {
        return error;
    }
    format!("{} of {}, {error}", judged.iter().filter(says_so).count(), judged.len())
}

fn seconds(answers: &Answers) -> f64 {
    let seconds: Vec<f64> = answers.took.iter().map(|it| it.as_secs_f64()).collect();
    median(&seconds)
}

/// Computes from the least to the most that was said of a workload, as a share of its median: the
/// median over the workloads, and the most.
fn spread(judged: &[&Judged]) -> String {
    let mut times: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for it in judged {
        times.entry(&it.name).or_default().push(it.estimate);
    }
    let spread = |times: &Vec<f64>| {
        let (least, most) = ends(times);
        (most - least) / median(times) * 100.0
    };
    let spreads: Vec<f64> = times.values().map(spread).collect();
    format!("{:.1} %, at most {:.1} %", median(&spreads), ends(&spreads).1)
}
