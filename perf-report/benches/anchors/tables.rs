//! The tables: a row for each setting of each detector.

use std::collections::BTreeMap;

use crate::Set;
use crate::detectors::{Detector, Setting};
use crate::equal::at_most;
use crate::score::{Alarms, STEP_AT, any, recall};
use crate::simulated::{KINDS, SERIES};
use crate::windows::Window;

/// The share of false alarms on windows as they are, and on shuffled ones, at which detectors are
/// compared too.
const NATURAL: f64 = 0.02;
const SHUFFLED: f64 = 0.005;

/// Detectors on windows of real histories.
pub(crate) fn real(title: &str, windows: &[Window], detectors: &[Detector]) {
    println!("\n== {title}: {} ({})", windows.len(), projects(windows));
    println!(
        "{:30} nothing put in    step at {STEP_AT}, reported within 5 runs     10 %      10 %, cut after",
        ""
    );
    println!(
        "{:30} natural shuffled     2 %    5 %   10 %   20 %  precis.   F1      3      5     10      time",
        ""
    );
    let set = Set::new(windows);
    let row = |setting: &Setting| real_row(&set, setting);
    println!("-- at their own settings");
    detectors.iter().flat_map(|detector| &detector.defaults).for_each(row);
    let swept: Vec<Vec<Alarms>> = detectors
        .iter()
        .map(|detector| detector.swept.iter().map(|setting| set.alarms(setting)).collect())
        .collect();
    let ours = detectors.first().and_then(|ours| ours.defaults.get(1));
    let own = ours.map_or(0.0, |ours| set.alarms(ours).natural);
    let natural: fn(&Alarms) -> f64 = |alarms| alarms.natural;
    for (name, of, most) in [
        ("natural, as many as ours by default", natural, own),
        ("natural", natural, NATURAL),
        ("shuffled", |alarms: &Alarms| alarms.shuffled, SHUFFLED),
    ] {
        println!("-- at {name}: <= {most:.3}");
        for (detector, alarms) in detectors.iter().zip(&swept) {
            let alarms: Vec<f64> = alarms.iter().map(of).collect();
            match at_most(detector, &alarms, most) {
                Some(setting) => row(setting),
                None => none(detector),
            }
        }
    }
}

fn projects(windows: &[Window]) -> String {
    let mut projects = BTreeMap::new();
    for window in windows {
        *projects.entry(window.name.split('#').next().unwrap_or_default()).or_insert(0) += 1;
    }
    let projects: Vec<String> =
        projects.into_iter().map(|(project, windows)| format!("{project} {windows}")).collect();
    projects.join(", ")
}

fn real_row(set: &Set, setting: &Setting) {
    let score = set.score(setting);
    let join =
        |shares: &[f64]| -> String { joined(shares.iter().map(|share| format!("  {share:.3}"))) };
    println!(
        "{:30}   {:.3}    {:.3}  {}    {:.3}  {:.3}{}  {:>8.1?}",
        setting.name,
        score.alarms.natural,
        score.alarms.shuffled,
        join(&score.recall),
        score.precision,
        score.f1(),
        join(&score.late),
        score.time
    );
}

fn none(detector: &Detector) {
    if let Some(strictest) = detector.swept.last() {
        println!("{:30} has more", strictest.name);
    }
}

/// Detectors on simulated series.
pub(crate) fn simulated(detectors: &[Detector]) {
    let calm = KINDS.map(|kind| kind.series(1.0));
    let stepped = KINDS.map(|kind| kind.series(1.1));
    let cut = stepped.each_ref().map(|all| -> Vec<Vec<f64>> {
        all.iter().map(|values| values[..STEP_AT + 5].to_vec()).collect()
    });
    let false_alarms = |setting: &Setting| calm.each_ref().map(|all| any(all, &setting.finds));
    println!("\n== simulated, noise 3 %, {SERIES} series a kind");
    println!("   no change: false alarms; step of 10 % at {STEP_AT}: found; found within 5 runs");
    let row = |setting: &Setting| {
        let blocks = [
            ("false alarms", false_alarms(setting)),
            ("10 % found", stepped.each_ref().map(|all| recall(all, &setting.finds))),
            ("within 5", cut.each_ref().map(|all| recall(all, &setting.finds))),
        ];
        simulated_row(&setting.name, &blocks);
    };
    let header = |title: &str| {
        let names = joined(KINDS.iter().map(|kind| format!("{:>9}", kind.name)));
        println!("{:44}{names}{:>9}", format!("-- {title}"), "mean");
    };
    header("at their own settings");
    detectors.iter().flat_map(|detector| &detector.defaults).for_each(row);
    let swept: Vec<Vec<f64>> = detectors
        .iter()
        .map(|detector| detector.swept.iter().map(|it| mean(&false_alarms(it))).collect())
        .collect();
    let ours = detectors.first().and_then(|ours| ours.defaults.get(1));
    let own = ours.map_or(0.0, |ours| mean(&false_alarms(ours)));
    for most in [own, SHUFFLED] {
        header(&format!("at false alarms <= {most:.4} in the mean"));
        for (detector, alarms) in detectors.iter().zip(&swept) {
            match at_most(detector, alarms, most) {
                Some(setting) => row(setting),
                None => none(detector),
            }
        }
    }
}

fn simulated_row(name: &str, blocks: &[(&str, [f64; KINDS.len()])]) {
    let mut name = name;
    for (what, shares) in blocks {
        let cells = joined(shares.iter().map(|share| format!("{share:>9.3}")));
        println!("{name:30} {what:13}{cells}{:>9.4}", mean(shares));
        name = "";
    }
}

fn mean(shares: &[f64]) -> f64 {
    shares.iter().sum::<f64>() / crate::numbers::count(shares.len())
}

/// What ours reports of windows as they are, by default, with the values around it.
pub(crate) fn alarms(windows: &[Window], detectors: &[Detector]) {
    const AROUND: usize = 20;
    let Some(ours) = detectors.first().and_then(|ours| ours.defaults.get(1)) else { return };
    println!("\n== reports of {}: the values before | after", ours.name);
    for window in windows {
        for at in (ours.finds)(&window.values) {
            let (before, after) = window.values.split_at(at);
            let show = |values: &[f64]| -> String {
                joined(values.iter().map(|value| format!("{value:.4} ")))
            };
            let before = show(&before[before.len().saturating_sub(AROUND)..]);
            let after = show(&after[..after.len().min(AROUND)]);
            println!("{} at {at}:\n   {before}| {after}", window.name);
        }
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().concat()
}
