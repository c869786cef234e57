//! The loops around the code of a benchmark, one for each way of measuring it.

use std::hint::black_box;
use std::mem::needs_drop;
use std::time::{Duration, Instant};

use super::super::memory;
use super::super::start::Pace;
use super::{Bench, Costs, Measured, Tally, Way, as_f64, as_ns, involuntary_switches, whole};
use crate::hot::span::enter_scope;
use crate::judge::Judge;

impl Bench {
    /// Runs the task: `input` makes what `code` needs, if that `has_input`, and `judge` looks at what
    /// it returns.
    pub(super) fn measure<I, R>(
        &mut self,
        has_input: bool,
        mut input: impl FnMut() -> I,
        mut code: impl FnMut(&mut I) -> R,
        judge: &impl Judge<R>,
    ) {
        let way = self.task.way.clone();
        let mut measured = self.begin();
        let needs_place = has_input || needs_drop::<R>() || judge.names_kinds();
        match way {
            Way::Together if !needs_place => {
                self.bare(&mut measured, &mut input, &mut code, judge);
            }
            Way::Together => self.storing(&mut measured, &mut input, &mut code, judge),
            Way::Single => self.single(&mut measured, &mut input, &mut code, judge),
            Way::Paced(pace) => paced(&pace, &mut measured, &mut input, &mut code, judge),
            Way::Tracked(_) => self.tracked(&mut measured, &mut input, &mut code, judge),
        }
        self.end(measured);
    }

    pub(super) fn begin(&mut self) -> Measured {
        if let Some(line) = self.task.line.clone().filter(|_| !self.is_at_start) {
            self.is_at_start = true;
            line.wait();
        }
        Measured::begun(involuntary_switches())
    }

    pub(super) fn end(&mut self, mut measured: Measured) {
        measured.ended = Instant::now();
        measured.preemptions = involuntary_switches().saturating_sub(measured.preemptions);
        measured.ns = measured.ns.max(0.0);
        if self.measured.is_some() {
            self.failure = Some("it measures twice: each benchmark may once".to_owned());
        }
        self.measured = Some(measured);
    }

    /// Runs the iterations in one loop, where nothing has to be kept.
    fn bare<I, R>(
        &self,
        measured: &mut Measured,
        input: &mut impl FnMut() -> I,
        code: &mut impl FnMut(&mut I) -> R,
        judge: &impl Judge<R>,
    ) {
        let mut made = input();
        let mut errors = 0;
        let began = Instant::now();
        for _ in 0..self.task.iterations {
            let returned = black_box(code(&mut made));
            errors += u64::from(judge.is_error(&returned));
        }
        let took = as_ns(began.elapsed());
        let Costs { bare_loop, clock, .. } = self.task.costs;
        measured.errors = errors;
        measured.iterations = self.task.iterations;
        measured.ns = took - clock - bare_loop * as_f64(measured.iterations);
    }

    /// Runs the iterations in pieces, whose inputs are made before and whose results are dropped
    /// after the time of each.
    fn storing<I, R>(
        &self,
        measured: &mut Measured,
        input: &mut impl FnMut() -> I,
        code: &mut impl FnMut(&mut I) -> R,
        judge: &impl Judge<R>,
    ) {
        let most = self.piece(size_of::<I>().max(size_of::<R>()));
        let (mut inputs, mut results) = (Vec::with_capacity(most), Vec::with_capacity(most));
        let Costs { storing_loop, clock, .. } = self.task.costs;
        while measured.iterations < self.task.iterations {
            let left = usize::try_from(self.task.iterations - measured.iterations);
            let filled = Instant::now();
            fill(&mut inputs, left.map_or(most, |left| left.min(most)), input);
            let piece = inputs.len();
            let began = Instant::now();
            measured.inputs_ns += as_ns(began.duration_since(filled));
            for made in &mut inputs {
                results.push(black_box(code(made)));
            }
            let took = as_ns(began.elapsed());
            measured.ns += took - clock - storing_loop * as_f64(piece as u64);
            for result in &results {
                measured.judge(result, judge);
            }
            measured.iterations += piece as u64;
            results.clear();
            inputs.clear();
        }
    }

    /// Returns the most iterations of a piece: enough that reading the clock is a thousandth of it,
    /// and few, since all their inputs and results are there at once, each of `size`.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    fn piece(&self, size: usize) -> usize {
        const PIECE_NS: f64 = 25_000.0;
        const PIECE_BYTES: usize = 1 << 20;
        let most = as_f64((PIECE_BYTES / size.max(1)).clamp(1, 4096) as u64);
        if self.task.estimate_ns <= 0.0 {
            return 1;
        }
        (PIECE_NS / self.task.estimate_ns).ceil().clamp(1.0, most) as usize
    }

    /// Runs the iterations one by one, each with a time of its own.
    fn single<I, R>(
        &self,
        measured: &mut Measured,
        input: &mut impl FnMut() -> I,
        code: &mut impl FnMut(&mut I) -> R,
        judge: &impl Judge<R>,
    ) {
        let mut tally = Tally::new();
        for _ in 0..self.task.iterations {
            let mut made = input();
            let began = Instant::now();
            let returned = black_box(code(black_box(&mut made)));
            let took = (as_ns(began.elapsed()) - self.task.costs.clock).max(0.0);
            tally.note(whole(took));
            measured.ns += took;
            measured.judge(&returned, judge);
            measured.iterations += 1;
        }
        measured.latencies = Some(tally);
    }

    /// Runs the iterations as calls of a tracked function. What they allocate is counted for them;
    /// what making inputs and dropping results allocates is not.
    fn tracked<I, R>(
        &self,
        measured: &mut Measured,
        input: &mut impl FnMut() -> I,
        code: &mut impl FnMut(&mut I) -> R,
        judge: &impl Judge<R>,
    ) {
        let Way::Tracked(site) = self.task.way else { return };
        for _ in 0..self.task.iterations {
            let mut made = input();
            let call = enter_scope(site);
            let iteration = memory::iteration();
            let returned = black_box(code(black_box(&mut made)));
            drop(iteration);
            drop(call);
            measured.judge(&returned, judge);
            measured.iterations += 1;
        }
    }
}

/// Makes inputs, up to `most` of them: fewer where making them takes long, since then they are large.
fn fill<I>(inputs: &mut Vec<I>, most: usize, input: &mut impl FnMut() -> I) {
    const LONGEST: Duration = Duration::from_millis(4);
    let began = Instant::now();
    while inputs.len() < most && (inputs.is_empty() || began.elapsed() < LONGEST) {
        inputs.push(input());
    }
}

/// Runs operations as they are due. Their durations count from the intended beginning, so that one
/// that is held up by the one before shows it.
fn paced<I, R>(
    pace: &Pace,
    measured: &mut Measured,
    input: &mut impl FnMut() -> I,
    code: &mut impl FnMut(&mut I) -> R,
    judge: &impl Judge<R>,
) {
    let mut tally = Tally::new();
    let mut made = input();
    while let Some(intended) = pace.next() {
        let began = Instant::now();
        let returned = black_box(code(black_box(&mut made)));
        let ended = Instant::now();
        tally.note(whole(as_ns(ended.duration_since(intended))));
        measured.ns += as_ns(ended.duration_since(began));
        measured.judge(&returned, judge);
        measured.iterations += 1;
        drop(returned);
        made = input();
    }
    measured.latencies = Some(tally);
}
