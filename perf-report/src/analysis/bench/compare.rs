//! Members of a group beside its base, by rounds: what two members took in one round of one process was taken
//! one after the other, so whatever made the machine slow then is in both and leaves no trace in their ratio.
//!
//! A process is one value, the median of its rounds: how memory is laid out in it shifts all its rounds alike. The
//! interval is Student's of the processes, or that of the rounds, whichever is wider; both on the log scale.

use std::collections::{BTreeMap, HashMap};

use crate::model::{
    BenchGroup, BenchMember, Function, FunctionKind, Harness, Placing, RunDocument,
};
use crate::stats::number::{deviation, float};
use crate::stats::{robust, student};
use crate::text::order::natural;

/// Rounds of a process that say something of a difference.
const FEWEST_ROUNDS: usize = 6;
/// Standard errors to either side in an interval of 95 %.
const STANDARD_ERRORS: f64 = 1.96;
/// The error of a median of values with normal noise over that of their mean.
const OF_MEDIAN: f64 = 1.2533;

/// A ratio of two members.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ratio {
    /// The ratio.
    pub(crate) value: f64,
    /// Its interval of 95 %, where there are enough rounds.
    pub(crate) interval: Option<(f64, f64)>,
    /// Rounds that have both.
    pub(crate) rounds: u64,
}

impl Ratio {
    fn placing(&self) -> Placing {
        match self.interval {
            Some((_, high)) if high < 1.0 => Placing::Faster,
            Some((low, _)) if low > 1.0 => Placing::Slower,
            _ => Placing::Alike,
        }
    }
}

/// The cases that are beside each other: those of one group, argument and number of threads.
type Key<'a> = (&'a str, Option<&'a str>, u32);

/// Ranks the members of the groups of `runs`.
pub(crate) fn groups(runs: &[RunDocument]) -> Vec<BenchGroup> {
    let mut groups: BTreeMap<Key<'_>, BTreeMap<&str, &Function>> = BTreeMap::new();
    for function in runs.iter().flat_map(|run| &run.functions) {
        let Some(harness) = function.harness().filter(|it| !it.group.is_empty()) else { continue };
        if function.kind == FunctionKind::Benchmark {
            groups.entry(key(harness)).or_default().insert(&function.name, function);
        }
    }
    let mut several: Vec<_> = groups.into_iter().filter(|(_, members)| members.len() > 1).collect();
    several.sort_by(|(a, _), (b, _)| {
        let arguments = || natural(a.1.unwrap_or_default(), b.1.unwrap_or_default());
        natural(a.0, b.0).then_with(arguments).then_with(|| a.2.cmp(&b.2))
    });
    several.into_iter().map(|(key, members)| group(runs, key, &members)).collect()
}

fn key(harness: &Harness) -> Key<'_> {
    (&harness.group, harness.argument.as_deref(), harness.threads)
}

fn group(
    runs: &[RunDocument],
    (name, argument, threads): Key<'_>,
    members: &BTreeMap<&str, &Function>,
) -> BenchGroup {
    // The base is the one that says so, else the first that is declared.
    let base = members.values().min_by_key(|function| {
        let says_so = function.harness().is_some_and(|harness| harness.is_base);
        (!says_so, &function.file, function.line)
    });
    let base = base.map_or("", |function| function.name.as_str());
    let mut ranked: Vec<BenchMember> =
        members.keys().map(|member| beside(runs, base, member)).collect();
    let value = |member: &BenchMember| member.ratio.unwrap_or(f64::INFINITY);
    ranked.sort_by(|a, b| value(a).total_cmp(&value(b)).then_with(|| a.name.cmp(&b.name)));
    rank(runs, &mut ranked);
    BenchGroup {
        name: name.to_owned(),
        argument: argument.map(str::to_owned),
        threads,
        members: ranked,
    }
}

fn beside(runs: &[RunDocument], base: &str, member: &str) -> BenchMember {
    let found = ratio(runs, member, base);
    let is_base = member == base;
    let placing = match &found {
        Some(_) if is_base => Placing::Base,
        Some(ratio) => ratio.placing(),
        None => Placing::Unknown,
    };
    BenchMember {
        name: member.to_owned(),
        rank: None,
        is_base,
        ratio: found.map(|it| it.value),
        interval: found.and_then(|it| it.interval).filter(|_| !is_base),
        rounds: found.map_or(0, |it| it.rounds),
        placing,
    }
}

/// Gives ranks to members, fastest first: one that cannot be told from the first of a rank shares it.
fn rank(runs: &[RunDocument], members: &mut [BenchMember]) {
    let mut first: Option<(String, u32)> = None;
    for (place, member) in (1..).zip(members) {
        if member.ratio.is_none() {
            break;
        }
        let shared = first.as_ref().filter(|(leader, _)| {
            ratio(runs, &member.name, leader).is_none_or(|it| it.placing() == Placing::Alike)
        });
        let rank = shared.map_or(place, |(_, rank)| *rank);
        if shared.is_none() {
            first = Some((member.name.clone(), place));
        }
        member.rank = Some(rank);
    }
}

/// Returns the time of `member` over that of `base`, by the rounds of `runs` in which both were measured.
pub(crate) fn ratio(runs: &[RunDocument], member: &str, base: &str) -> Option<Ratio> {
    let processes: Vec<Vec<f64>> = runs.iter().flat_map(|run| logs(run, member, base)).collect();
    let middles: Vec<f64> = processes.iter().filter_map(|logs| robust::median(logs)).collect();
    if middles.is_empty() {
        return None;
    }
    let count = float(middles.len() as u64);
    let middle = middles.iter().sum::<f64>() / count;
    let half = half_width(&processes, &middles);
    Some(Ratio {
        value: middle.exp(),
        interval: half.map(|half| ((middle - half).exp(), (middle + half).exp())),
        rounds: processes.iter().map(|logs| logs.len() as u64).sum(),
    })
}

/// Returns half the width of the interval on the log scale; `None` where a process has too few rounds.
fn half_width(processes: &[Vec<f64>], middles: &[f64]) -> Option<f64> {
    if processes.iter().any(|logs| logs.len() < FEWEST_ROUNDS) {
        return None;
    }
    let count = float(middles.len() as u64);
    let error = |logs: &Vec<f64>| {
        // Robust, since a round in which somebody else had the processor says nothing.
        // Of values that mostly are the same, steps of a clock, it is 0, which is no certainty.
        let sigma = robust::mad_sigma(logs).filter(|sigma| *sigma > 0.0);
        let sigma = sigma.or_else(|| deviation(logs)).unwrap_or(0.0);
        OF_MEDIAN * sigma / float(logs.len() as u64).sqrt()
    };
    let squares: f64 = processes.iter().map(|logs| error(logs).powi(2)).sum();
    let of_rounds = STANDARD_ERRORS * squares.sqrt() / count;
    Some(of_rounds.max(student::half_of_mean(middles).unwrap_or(0.0)))
}

/// Returns the logarithms of the ratios in the rounds of each process of `run`.
fn logs(run: &RunDocument, member: &str, base: &str) -> Vec<Vec<f64>> {
    /// The part of the number of a round that tells processes of one run apart.
    const PROCESS: u32 = 32;
    let of = |name: &str| -> HashMap<u64, f64> {
        let function = run.functions.iter().find(|it| it.name == name && !it.is_failure());
        let rounds = function.and_then(|it| Some((it.harness()?, it.benchmark.as_ref()?)));
        let pairs =
            rounds.into_iter().flat_map(|(harness, it)| harness.rounds.iter().zip(&it.samples_ns));
        pairs.filter(|(_, ns)| **ns > 0.0).map(|(round, ns)| (*round, ns.ln())).collect()
    };
    let (ours, theirs) = (of(member), of(base));
    let mut processes: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for (round, ns) in &ours {
        if let Some(other) = theirs.get(round) {
            processes.entry(round >> PROCESS).or_default().push(ns - other);
        }
    }
    processes.into_values().collect()
}
