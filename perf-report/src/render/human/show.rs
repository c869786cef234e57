//! The functions of a run as a table, with what was run above and what is missing below.

use anstyle::Style;

use super::benchmarks;
use super::failures::failures;
use super::metrics::metrics;
use super::paint::{Paint, style};
use super::table::{ALWAYS, Align, Cell, Column, Table};
use super::wrap;
use crate::model::{BenchGrowth, Function, FunctionKind, RunDocument};
use crate::render::words::estimates::{self, Mark, is_notable, is_unmeasured};
use crate::render::words::select::Selected;
use crate::render::words::{self, facts, fit, futures, memory, suites};
use crate::render::{Screen, Selection};
use crate::stats::number::{float, share_pct};
use crate::text::{sanitize, units};

/// Cells of the bar that draws a share; each has eight steps.
const BAR: f64 = 8.0;
/// A function's share of the self time from which it stands out.
const HOT_PCT: f64 = 10.0;

/// Returns the facts of a run, its functions and metrics, and what is missing.
pub(crate) fn show(
    run: &RunDocument,
    selection: &Selection,
    growth: &BenchGrowth,
    screen: Screen,
) -> String {
    let selected = selection.select(run);
    let mut text = header(run, screen);
    text.push('\n');
    let metrics = metrics(run, selection, screen);
    if !selected.shown.is_empty() {
        text += &tables(run, &selected.shown, selection.locations, screen);
    } else if metrics.is_none() && selected.beyond.is_empty() {
        text += &nothing(run, selection, screen);
    }
    if let Some(failures) = failures(&selected.shown, screen) {
        text = text + "\n" + &failures;
    }
    if let Some(metrics) = metrics {
        let gap = if selected.shown.is_empty() { "" } else { "\n" };
        text = text + gap + &metrics;
    }
    text += &super::growth::growth(&growth.complexity, &growth.scaling, screen);
    text.push('\n');
    text + &footer(run, &selected, screen)
}

/// Returns the facts of a run and the metrics of its programs.
pub(crate) fn show_metrics(run: &RunDocument, selection: &Selection, screen: Screen) -> String {
    let metrics = metrics(run, selection, screen).unwrap_or_else(|| {
        let none = match &selection.filter {
            Some(filter) if !run.metrics.is_empty() => {
                format!("No metric has {filter:?} in its name.")
            }
            _ => {
                "The programs recorded no metrics: see `perf_count!` and `perf_gauge!`.".to_owned()
            }
        };
        wrap::words(&none, "", screen.width)
    });
    format!("{}\n{metrics}", header(run, screen))
}

/// Returns the command, its time and commit, its end, and what it took.
pub(crate) fn header(run: &RunDocument, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let command = fit::shorten_middle(&facts::command(run), screen.width);
    let ended = if run.run.has_failed() { style::BAD } else { style::PLAIN };
    let outcome = facts::outcome(run);
    // An import may know nothing of a command.
    let is_known = !outcome.is_empty();
    let outcome = if is_known { wrap::items(&outcome, "", screen.width) } else { String::new() };
    let origin = wrap::items(&facts::origin(run), "", screen.width);
    let all = facts::with_unrecorded(run);
    let all = all.map_or_else(String::new, |all| wrap::words(&all, "", screen.width));
    let lacking = facts::lacking(run);
    let lacking = lacking.map_or_else(String::new, |it| wrap::words(&it, "", screen.width));
    let parts = facts::parts(run);
    let parts =
        if parts.is_empty() { parts.concat() } else { wrap::items(&parts, "", screen.width) };
    format!(
        "{}\n{}{}{}{}{}",
        paint.paint(style::STRONG, &command),
        painted_lines(paint, style::WARN, &lacking),
        painted_lines(paint, style::FAINT, &origin),
        painted_lines(paint, style::FAINT, &parts),
        painted_lines(paint, ended, &outcome),
        painted_lines(paint, style::FAINT, &all),
    )
}

/// Returns the tables of some functions of a run: of those that are tracked, and of benchmarks, suites and
/// tests.
pub(crate) fn tables(
    run: &RunDocument,
    functions: &[&Function],
    locations: bool,
    screen: Screen,
) -> String {
    let (profiled, others): (Vec<&Function>, Vec<&Function>) =
        functions.iter().partition(|function| function.kind == FunctionKind::Profiled);
    let (tracked, measured): (Vec<&Function>, Vec<&Function>) =
        others.iter().partition(|function| function.kind.is_function());
    let mut tables = Vec::new();
    if !tracked.is_empty() {
        tables.push(functions_table(run, &tracked, locations).render(screen));
    }
    if !measured.is_empty() {
        tables.push(benchmarks::table(&measured).render(screen));
    }
    let profiled: Vec<Function> = profiled.into_iter().cloned().collect();
    tables.extend(super::bench::profile(&profiled, &run.tree, screen));
    tables.join("\n")
}

/// Returns the table of some functions of a run.
pub(crate) fn functions_table(
    run: &RunDocument,
    functions: &[&Function],
    locations: bool,
) -> Table {
    let run_ns = run.own_ns();
    let share = |function: &Function| share_pct(function.self_ns, run_ns);
    let heat =
        |function: &Function| if share(function) >= HOT_PCT { style::HEAT } else { style::PLAIN };
    let mut columns = vec![
        counts("calls", 90, functions, |f| f.calls, style::PLAIN),
        counts("errors", 85, functions, |f| f.errors, style::BAD),
        counts("panics", 86, functions, |f| f.panics, style::BAD),
        counts("cancelled", 72, functions, |f| f.cancelled, style::WARN),
        Column::of("self", ALWAYS, functions, |f| sum(f, heat(f), Mark::of_self(f), f.self_ns)),
        Column::of("self %", 80, functions, |f| Cell::new(heat(f), estimates::share(f, share(f)))),
        Column {
            align: Align::Left,
            ..Column::of("", 35, functions, |f| Cell::new(style::HEAT, bar(share(f))))
        },
        Column::of("recorder", 65, functions, recorder),
        Column::of("total", 60, functions, |f| sum(f, style::PLAIN, Mark::of_total(f), f.total_ns)),
        Column::of("mean", 70, functions, |f| time(estimates::mean(f))),
        Column::of("p50", 30, functions, |f| time(estimates::single(f, f.p50_ns))),
        Column::of("p95", 25, functions, |f| time(estimates::single(f, f.p95_ns))),
        Column::of("p99", 40, functions, |f| time(estimates::single(f, f.p99_ns))),
        Column::of("max", 20, functions, |f| time(estimates::single(f, f.max_ns))),
        Column {
            align: Align::Left,
            ..Column::of("declared at", if locations { 75 } else { 10 }, functions, location)
        },
    ];
    let before_place = columns.len() - 1;
    let more = futures_columns(run, functions).into_iter().chain(memory_columns(run, functions));
    columns.splice(before_place..before_place, more);
    let all = &run.functions;
    let classified = all.iter().any(|f| f.classifies_errors || f.errors > 0);
    columns.retain(|column| match column.title {
        "errors" => classified,
        "panics" => all.iter().any(|f| f.panics > 0),
        "cancelled" => all.iter().any(|f| f.cancelled > 0),
        "recorder" => functions.iter().any(|f| is_notable(f)),
        _ => true,
    });
    let names = functions.iter().map(|function| function.name.clone()).collect();
    Table { title: "function", names, columns }
}

/// Returns the columns about futures, if there are any.
fn futures_columns(run: &RunDocument, functions: &[&Function]) -> Vec<Column> {
    let of = |which: &futures::Column| {
        let stays = match which {
            futures::Column::Lifetime => 81,
            futures::Column::LongestPoll => 76,
            futures::Column::Polls => 63,
            futures::Column::LifetimeP99 => 45,
        };
        Column::of(which.title(), stays, functions, |function| match which.value(function) {
            futures::Value::None => Cell::new(style::FAINT, "·"),
            futures::Value::Unknown => Cell::unknown(),
            futures::Value::Count(count) => Cell::new(style::PLAIN, units::count(count)),
            futures::Value::Time(mark, ns) => Cell::duration(style::PLAIN, mark, ns),
        })
    };
    futures::columns(run).iter().map(of).collect()
}

/// Returns the columns about allocations, if these were counted.
fn memory_columns(run: &RunDocument, functions: &[&Function]) -> Vec<Column> {
    let of = |which: memory::Column| {
        let stays = match which {
            memory::Column::Allocs => 78,
            memory::Column::Growth => 77,
            memory::Column::Allocated => 58,
            memory::Column::Peak => 57,
        };
        Column::of(which.title(), stays, functions, |function| match which.value(function) {
            Some(value) => Cell::new(style::PLAIN, value),
            None => Cell::new(style::FAINT, "·"),
        })
    };
    memory::columns(run).into_iter().map(of).collect()
}

fn footer(run: &RunDocument, selected: &Selected<'_>, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let lines = |style: Style, text: &str| {
        painted_lines(paint, style, &wrap::words(text, "", screen.width))
    };
    let mut footer = String::new();
    if !selected.beyond.is_empty() {
        footer += &lines(style::FAINT, &beyond(run, &selected.beyond));
    }
    if !selected.shown.is_empty() {
        let wholes = [whole(run), benchmarks::whole(run)];
        wholes.iter().filter(|it| !it.is_empty()).for_each(|it| footer += &lines(style::FAINT, it));
    }
    for line in suites::bad_in_words(run) {
        footer += &lines(style::BAD, &line);
    }
    for bad in words::bench::bad_ends(run.functions.iter()) {
        footer += &lines(style::BAD, &format!("✗ {}: {}", sanitize::screen(&bad.name), bad.end));
        if let Some(message) = &bad.message {
            footer += &wrap::words(&sanitize::screen(message), "  ", screen.width);
        }
    }
    for line in words::bench::doubts(run.functions.iter()) {
        footer += &lines(style::WARN, &line);
    }
    for line in futures::explained(run).into_iter().chain(estimates::beside(run)) {
        footer += &lines(style::FAINT, &line);
    }
    if !selected.never_called.is_empty() {
        let names: Vec<_> = selected.never_called.iter().map(|f| f.name.as_str()).collect();
        let functions = units::plural(names.len() as u64, "tracked function");
        let verb = if names.len() == 1 { "was" } else { "were" };
        let line = format!("{functions} {verb} never called: {}", facts::some(&names));
        footer += &lines(style::FAINT, &line);
    }
    for line in estimates::lines(run) {
        footer += &lines(style::WARN, &line);
    }
    for problem in facts::unfinished(run).into_iter().chain(facts::problems(run)) {
        footer += &lines(style::WARN, &format!("note: {problem}"));
    }
    footer
}

fn whole(run: &RunDocument) -> String {
    let tracked = run.functions.iter().filter(|f| f.kind.is_function());
    let called = tracked.filter(|f| f.calls > 0 || f.unfinished > 0);
    let (mut count, mut calls, mut own) = (0, 0_u64, 0_u64);
    for function in called {
        count += 1;
        calls = calls.saturating_add(function.calls);
        own = own.saturating_add(function.self_ns);
    }
    if count == 0 && !benchmarks::whole(run).is_empty() {
        return String::new();
    }
    let (functions, calls) = (units::plural(count, "function"), units::plural(calls, "call"));
    format!("{functions}, {calls}, {} of self time over all threads", units::duration(float(own)))
}

fn beyond(run: &RunDocument, functions: &[&Function]) -> String {
    if functions.iter().any(|function| !function.kind.is_function()) {
        let more = words::benchmarks::more(functions.iter().map(|function| function.kind));
        return format!("… {}; --all shows them", more.unwrap_or_default());
    }
    let own = |functions: &mut dyn Iterator<Item = &Function>| {
        functions.fold(0_u64, |sum, function| sum.saturating_add(function.self_ns))
    };
    let share = share_pct(own(&mut functions.iter().copied()), own(&mut run.functions.iter()));
    let more = units::plural(functions.len() as u64, "more function");
    format!("… {more} with {} of the self time; --all shows them", units::percent(share))
}

fn nothing(run: &RunDocument, selection: &Selection, screen: Screen) -> String {
    let text = match &selection.filter {
        Some(filter) if run.functions.iter().any(|function| function.calls > 0) => {
            format!("No function that was called has {filter:?} in its name.")
        }
        _ if run.functions.is_empty() => {
            "No tracked function was recorded. Put #[perf_track] on the \
             functions to watch, and make sure that the command runs a program that was built with \
             them; `perf-report doctor` checks the rest."
                .to_owned()
        }
        _ => "No tracked function was called.".to_owned(),
    };
    wrap::words(&text, "", screen.width)
}

/// Returns a column of counts, in which a zero is a dot when it is only there for the others.
fn counts(
    title: &'static str,
    stays: u8,
    functions: &[&Function],
    count: impl Fn(&Function) -> u64,
    present: Style,
) -> Column {
    Column::of(title, stays, functions, |function| match count(function) {
        0 if title != "calls" => Cell::new(style::FAINT, "·"),
        value => Cell::new(present, units::count(value)),
    })
}

/// Returns the cell of a time of one call.
fn time(time: Option<(Mark, f64)>) -> Cell {
    time.map_or_else(Cell::unknown, |(mark, ns)| Cell::duration(style::PLAIN, mark, ns))
}

/// Returns the cell of a time of all calls.
fn sum(function: &Function, style: Style, mark: Mark, ns: u64) -> Cell {
    if is_unmeasured(function) { Cell::unknown() } else { Cell::duration(style, mark, float(ns)) }
}

/// Returns the recorder's part of the self time, where that matters.
fn recorder(function: &Function) -> Cell {
    if is_notable(function) {
        Cell::new(style::WARN, format!("~{:.0} %", function.recorder_pct()))
    } else {
        Cell::new(style::FAINT, "·")
    }
}

fn location(function: &Function) -> Cell {
    let place = if function.file.is_empty() {
        String::new()
    } else {
        format!("{}:{}", fit::shorten_middle(&fit::name(&function.file, 60), 60), function.line)
    };
    Cell::new(style::FAINT, place)
}

/// Draws a share in per cent.
fn bar(pct: f64) -> String {
    const STEPS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to a few dozens"
    )]
    let eighths = (pct.clamp(0.0, 100.0) / 100.0 * BAR * 8.0).round() as usize;
    format!("{}{}", "█".repeat(eighths / 8), STEPS[eighths % 8])
}

fn painted_lines(paint: Paint, style: Style, lines: &str) -> String {
    lines.lines().map(|line| paint.paint(style, line) + "\n").collect()
}
