//! Times: the laws of the calling-context tree, and durations against an independent measurement.

use std::collections::HashMap;

use perf_tests::{Run, lab, program, skipped};

fn record(program: &str, arguments: &[&str]) -> (Run, String) {
    let lab = lab!();
    let finished = lab.run(program, arguments);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    (lab.latest(), finished.stdout)
}

#[test]
fn a_total_holds_the_totals_of_the_children() {
    let (run, _) = record(program!("workload"), &["8", "2000", "return"]);
    let mut below: HashMap<u64, (u64, u64)> = HashMap::new();
    for node in run.tree() {
        if let Some(parent) = node.parent() {
            assert!(parent < node.id(), "parents come first");
            let (children, total) = below.entry(parent).or_default();
            *children += 1;
            *total += node.number("total_ns");
        }
    }
    assert!(!below.is_empty(), "some call has children");
    for node in run.tree() {
        let (children, total) = below.get(&node.id()).copied().unwrap_or_default();
        // Each total is rounded to a nanosecond for itself.
        assert!(node.number("total_ns") + children >= total, "{node:?}: {total} below it");
    }
}

#[test]
fn self_times_add_up_to_the_total_of_the_roots() {
    for (program, arguments) in [
        (program!("workload"), ["8", "2000", "return"].as_slice()),
        (program!("recursion"), &["direct", "18"]),
        (program!("recursion"), &["mutual", "3000"]),
        (program!("sleeper"), &["varied", "50"]),
        (program!("futures"), &["50", "3", "move", "drop"]),
    ] {
        let (run, _) = record(program, arguments);
        let tree = run.tree();
        let own: u64 = tree.iter().map(|node| node.number("self_ns")).sum();
        let roots = tree.iter().filter(|node| node.parent().is_none());
        let total: u64 = roots.map(|node| node.number("total_ns")).sum();
        assert!(own.abs_diff(total) * 100 <= total, "{program}: {own} ns of {total} ns");
    }
}

#[test]
fn a_call_that_sleeps_twenty_milliseconds_takes_twenty_to_twenty_five() {
    let mut mean = 0.0;
    for _ in 0..5 {
        let (run, stdout) = record(program!("sleeper"), &["twenty", "25"]);
        mean = run.function("twenty").real("mean_ns");
        assert!(mean >= 20e6, "a sleep is never shorter: {mean} ns");
        Measured::parse(&stdout).check("mean_ns", mean, Durations::mean, 0.005).expect("it agrees");
        if mean <= 25e6 {
            return;
        }
    }
    skipped(&format!("this machine is too busy: it sleeps {mean} ns instead of 20 ms"));
}

#[test]
fn percentiles_agree_with_an_exact_computation() {
    /// Share of the time that is waited for a processor, above which short waits, which nobody counts,
    /// are too many.
    const BUSY: f64 = 0.02;
    // Short waits for a processor are in a duration, and beside other tests there are some.
    let mut last = Ok(());
    let mut least_waited = f64::INFINITY;
    for _ in 0..5 {
        let (run, stdout) = record(program!("sleeper"), &["varied", "500"]);
        last = agree_with_an_exact_computation(&run, &stdout);
        if last.is_ok() {
            return;
        }
        let varied = run.function("varied");
        least_waited = least_waited.min(varied.real("preempted_ns") / varied.real("raw_total_ns"));
    }
    if least_waited > BUSY {
        let pct = least_waited * 100.0;
        return skipped(&format!(
            "this machine is too busy: calls waited {pct:.1} % of their time"
        ));
    }
    last.expect("one run of five agrees");
}

fn agree_with_an_exact_computation(run: &Run, stdout: &str) -> Result<(), String> {
    let measured = Measured::parse(stdout);
    let varied = run.function("varied");
    let check = |field, figure: &dyn Fn(&Durations) -> f64, tolerance| {
        measured.check(field, varied.real(field), figure, tolerance)
    };
    // A bucket is at most 3.2 % wide.
    for (field, share) in [("p50_ns", 0.50), ("p90_ns", 0.90), ("p95_ns", 0.95), ("p99_ns", 0.99)] {
        check(field, &|all| all.percentile(share), 0.032 + 0.01)?;
    }
    check("mean_ns", &Durations::mean, 0.01)?;
    check("max_ns", &|all| all.percentile(1.0), 0.02)?;
    check("min_ns", &|all| all.percentile(0.0), 0.02)
}

#[test]
fn the_histogram_holds_every_call() {
    let (run, _) = record(program!("sleeper"), &["varied", "333"]);
    let index = run.functions().position(|function| function.name().ends_with("varied")).unwrap();
    let histogram = run.at(&format!("/functions/{index}/histogram")).as_array().unwrap();
    let counted: u64 = histogram.iter().map(|bucket| bucket[1].as_u64().unwrap()).sum();
    assert_eq!(counted, 333);
}

/// What the program measured of the calls, which the recorder's figures lie between.
struct Measured {
    within: Durations,
    around: Durations,
}

impl Measured {
    fn parse(stdout: &str) -> Self {
        let calls = stdout.lines().map_while(|line| {
            let (within, around) = line.split_once(' ')?;
            Some((within.parse::<f64>().ok()?, around.parse::<f64>().ok()?))
        });
        let (within, around): (Vec<_>, Vec<_>) = calls.unzip();
        assert!(!within.is_empty(), "the program printed its durations: {stdout}");
        Self { within: Durations::new(within), around: Durations::new(around) }
    }

    /// `tolerance` is a share of the figure: for the rate of the clock, or the width of a bucket.
    fn check(
        &self,
        name: &str,
        reported: f64,
        figure: impl Fn(&Durations) -> f64,
        tolerance: f64,
    ) -> Result<(), String> {
        let (least, most) = (figure(&self.within), figure(&self.around));
        let near = least * (1.0 - tolerance)..=most * (1.0 + tolerance);
        let is_near = near.contains(&reported);
        is_near.then_some(()).ok_or(format!("{name} is {reported}, and exactly {least} to {most}"))
    }
}

/// Durations in nanoseconds, sorted.
struct Durations(Vec<f64>);

impl Durations {
    fn new(mut durations: Vec<f64>) -> Self {
        durations.sort_by(f64::total_cmp);
        Self(durations)
    }

    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.0.len() as f64
    }

    /// The smallest duration that at least `share` of all lie at or below.
    fn percentile(&self, share: f64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let enough = |rank: &usize| (rank + 1) as f64 >= share * self.0.len() as f64;
        let rank = (0..self.0.len()).find(enough).expect("the last one is enough");
        self.0[rank]
    }
}
