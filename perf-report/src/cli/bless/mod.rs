//! `perf-report bless`: the acceptance of a known regression, in a file to commit and review.

mod list;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::str::FromStr;

use clap::builder::FalseyValueParser;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::judge::LimitArgs;
use super::media::Format;
use super::output::{self, OutputArgs};
use super::{function, help};
use crate::error::{ExitCode as Code, UserError};
use crate::model::{Change, Comparison, Metric, Names, Verdict};
use crate::project::config::check::{CheckSettings, Limit};
use crate::project::config::quantity;
use crate::project::context::Context;
use crate::project::named::Runs;
use crate::project::store::RunRef;
use crate::project::{blessings, check};
use crate::record::facts;
use crate::verdict::{self, Better, Blessed, Blessing, CustomLimits};

const EXAMPLES: &str = "\
Examples:
  perf-report bless app::parse --reason \"keeps spans\"   all that is worse now
  perf-report bless parse --metric self --to 8ms --expires 30d \\
      --reason \"keeps spans\"
  perf-report bless --list       what is accepted, and whether it still counts
  perf-report bless --remove app::parse

A blessing is an entry in perf-blessed.toml, beside perf.toml: commit it with the change that needs \
it. Up to its value, and what the function may be worse anyway, the regression is shown as degraded \
and fails nothing; beyond it, and once it has expired, it fails again.";

/// Accept a known regression, in a file to commit and review
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The function, by its name or the end of it, or the metric of the program's own
    #[arg(value_name = "FUNCTION", required_unless_present = "list")]
    function: Option<String>,

    #[arg(help = help::metric_to_bless())]
    #[arg(long, value_name = "METRIC,…", value_delimiter = ',', value_parser = quantity::metric)]
    #[arg(env = "PERF_TRACK_BLESS_METRIC", hide_env_values = true)]
    metric: Vec<Metric>,

    /// Why it is accepted
    #[arg(long, value_name = "TEXT", env = "PERF_TRACK_REASON", hide_env_values = true)]
    reason: Option<String>,

    /// Accept it up to this value, such as `8ms`, `1200`, `96%` [default: the value of the run]
    #[arg(long, value_name = "VALUE", env = "PERF_TRACK_BLESS_TO", hide_env_values = true)]
    #[arg(requires = "metric", conflicts_with = "by")]
    to: Option<String>,

    /// Accept it up to so much over the baseline, such as `25%`
    #[arg(long, value_name = "PCT", env = "PERF_TRACK_BLESS_BY", hide_env_values = true)]
    by: Option<Limit>,

    /// Last day on which it counts: a date, a number of days, or `never`
    #[arg(long, value_name = "DATE|DAYS", default_value = "90d")]
    #[arg(env = "PERF_TRACK_EXPIRES", hide_env_values = true)]
    expires: Expiry,

    /// Name of the baseline
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_BASELINE", hide_env_values = true)]
    baseline: Option<String>,

    #[arg(help = help::run("The run") + " [default: the newest of the baseline's command]")]
    #[arg(long, value_name = "RUN", env = "PERF_TRACK_RUN", hide_env_values = true)]
    run: Option<RunRef>,

    /// List what is accepted, and whether it still counts
    #[arg(long, env = "PERF_TRACK_BLESS_LIST", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new(), conflicts_with_all = ["function", "remove"])]
    list: bool,

    /// Remove what is accepted of FUNCTION, or of its --metric
    #[arg(long, env = "PERF_TRACK_BLESS_REMOVE", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    remove: bool,

    /// How to write the list
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: Format,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    limits: LimitArgs,
}

/// The limits in `perf.toml` for metrics of the program's own.
type Customs = BTreeMap<String, CustomLimits>;

/// The end of a blessing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expiry {
    After(u16),
    On(Date),
    Never,
}

impl FromStr for Expiry {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no end: write 2027-01-31, 90d, or never");
        if text == "never" {
            return Ok(Self::Never);
        }
        if let Some(days) = text.strip_suffix('d') {
            return days.trim_end().parse().map(Self::After).map_err(|_| wrong());
        }
        text.parse().map(Self::On).map_err(|_| wrong())
    }
}

impl Expiry {
    /// Returns the last day, counted from `today`; `None` for no end.
    fn last_day(self, today: Date) -> Result<Option<Date>, UserError> {
        match self {
            Self::Never => Ok(None),
            Self::After(days) => Ok(Some(today.saturating_add(i64::from(days).days()))),
            Self::On(date) if date < today => {
                Err(UserError::new(Code::Usage, format!("{date} is over already"))
                    .help("give --expires a day to come, a number of days such as 90d, or never"))
            }
            Self::On(date) => Ok(Some(date)),
        }
    }
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    match args.function.as_deref() {
        Some(function) if args.remove => remove(function, args, context),
        Some(function) => bless(function, args, context),
        None => list::list(args, context),
    }?;
    Ok(Code::Fine.into())
}

fn bless(function: &str, args: &Args, context: &Context) -> Result<(), UserError> {
    let today = facts::today();
    let expires = args.expires.last_day(today)?;
    let reason = args.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let reason = reason.ok_or_else(|| {
        UserError::new(Code::Usage, "a blessing needs a reason, for those who review it")
            .help("say why with --reason \"…\"")
    })?;
    let settings = args.limits.settings(context, args.baseline.as_deref(), &[])?;
    // What was blessed before must not hide what is to be blessed now.
    let settings = CheckSettings { blessed: Blessed::default(), ..settings };
    let (comparison, names) = compared(args, context, &settings)?;
    let function = named(function, &comparison)?;
    let rows = rows(function, args, &comparison)?;
    let commit = &comparison.current_run.commit;
    let mut new = Vec::new();
    for row in rows {
        let (from, to) = range(row, args, &settings.custom)?;
        let blessing = Blessing {
            // Another of that name may come, which nobody has accepted.
            function: names.full(function).to_owned(),
            metric: row.metric,
            from,
            to,
            commit: commit.clone(),
            reason: reason.to_owned(),
            created: today,
            expires,
            line: 0,
        };
        report(row, &blessing);
        new.push(blessing);
    }
    blessings::add(context, &new)?;
    let until = expires.map_or_else(|| "for ever".to_owned(), |last| format!("until {last}"));
    let file = context.shown(&blessings::path(context));
    output::message(&format!("accepted {until}, in {file}"));
    output::help("commit the file with the change that needs it");
    Ok(())
}

/// Compares the same two runs that `check` judges. Returns the names in them, too.
fn compared(
    args: &Args,
    context: &Context,
    settings: &CheckSettings,
) -> Result<(Comparison, Names), UserError> {
    let name = check::wanted(context, settings.baseline.as_deref())?.ok_or_else(|| {
        UserError::new(Code::NothingToJudge, "there is no baseline to be worse than")
            .help("save one with `perf-report baseline save main`")
    })?;
    let mut current =
        check::current(context, args.run.as_ref(), check::kept(context, &name)?.as_ref())?;
    current.notice.as_deref().into_iter().for_each(output::warning);
    let mut baseline = Runs::reference(context, &name, &current.runs)?;
    check::compare(context, &mut baseline, &mut current, settings)
}

/// Returns the function or metric that is meant by `wanted`.
fn named<'a>(wanted: &str, comparison: &'a Comparison) -> Result<&'a str, UserError> {
    let problem = format!("neither run has a function or metric {wanted:?} that is judged");
    let unknown = UserError::new(Code::Usage, problem)
        .help("`perf-report show --all` lists the functions of the run");
    function::by_end(wanted, comparison.functions.iter().map(|row| row.name.as_str()), unknown)
}

/// Returns the rows to accept: those of the named metrics, else all regressions.
fn rows<'a>(
    function: &str,
    args: &Args,
    comparison: &'a Comparison,
) -> Result<Vec<&'a Change>, UserError> {
    let usage = |problem: String| UserError::new(Code::Usage, problem);
    let rows = comparison.functions.iter();
    let of_function: Vec<&Change> = rows.filter(|row| row.name == function).collect();
    let ahead = args.to.is_some() || args.by.is_some();
    let against = comparison.baseline.as_deref().unwrap_or_default();
    if args.metric.is_empty() {
        let worse = of_function.into_iter().filter(|row| row.verdict == Verdict::Regression);
        let worse: Vec<_> = worse.collect();
        if worse.is_empty() {
            let problem = format!("{function} is no regression against {against}");
            return Err(usage(problem).help(
                "to allow more in advance, name what with --metric, and how much with --by",
            ));
        }
        return Ok(worse);
    }
    let row = |&metric: &Metric| {
        let word = metric.word();
        let row = of_function.iter().copied().find(|row| row.metric == metric);
        let row = row.ok_or_else(|| {
            usage(format!("{word} of {function} is not judged, so there is nothing to accept"))
        })?;
        // What is only changed is told which way would be worse, by `range`.
        if row.verdict < Verdict::Degraded && row.verdict != Verdict::Changed && !ahead {
            let problem = format!("{word} of {function} is no worse than in {against}");
            return Err(usage(format!("{problem}: {}", row.reason))
                .help("to allow more in advance, say how much with --to or --by"));
        }
        Ok(row)
    };
    args.metric.iter().map(row).collect()
}

/// Returns the value before, and the value up to which it is accepted.
fn range(row: &Change, args: &Args, custom: &Customs) -> Result<(f64, f64), UserError> {
    let usage = |problem: String| UserError::new(Code::Usage, problem);
    let word = row.metric.word();
    let (Some(from), Some(current)) = (row.baseline, row.current) else {
        return Err(usage(format!("{word} of {} is in one of the runs only", row.name)));
    };
    let less_is_worse = less_is_worse(row, custom)?;
    let to = match (&args.to, args.by) {
        (Some(text), _) => quantity::parse(row.metric, text)
            .map_err(|problem| usage(format!("--to for {word}: {problem}")))?,
        (None, Some(Limit(Some(pct)))) => {
            let room = verdict::per_cent_of(row.metric, from, pct);
            if less_is_worse { from - room } else { from + room }
        }
        (None, Some(Limit(None))) => {
            return Err(usage("--by needs per cent, such as `25%`".to_owned()));
        }
        (None, None) => current,
    };
    let is_better = if less_is_worse { to > from } else { to < from };
    if is_better {
        let was = row.metric.number(from);
        let (than, value) = if less_is_worse { ("less", "smaller") } else { ("more", "larger") };
        let problem = format!("{word} was {was} before, which is {than} than is to be accepted");
        return Err(usage(problem).help(format!("accept a {value} value with --to or --by")));
    }
    let [from, to] = [from, to].map(|value| quantity::rounded(row.metric, value, less_is_worse));
    Ok((from, to))
}

/// Returns whether less of it is worse; for a metric of the program's own, by `perf.toml`.
fn less_is_worse(row: &Change, custom: &Customs) -> Result<bool, UserError> {
    if !row.metric.is_custom() {
        return Ok(row.metric == Metric::Success);
    }
    let better = custom.get(&row.name).and_then(|limits| limits.better);
    better.map(|better| better == Better::Higher).ok_or_else(|| {
        let problem = format!("nothing says whether more of {} is worse", row.name);
        UserError::new(Code::Usage, problem).help(format!(
            "so it never fails; to have it judged, write `better = \"lower\"` under [metrics.{:?}] in perf.toml",
            row.name
        ))
    })
}

/// Reports an accepted regression.
fn report(row: &Change, blessing: &Blessing) {
    let (title, name) = (row.metric.title(), &row.name);
    let (was, will) = (row.metric.number(blessing.from), blessing.value());
    output::message(&format!("blessed: {title} of {name} from {was} {} to {will}", blessing.way()));
    let is_beyond = |current: &f64| blessing.is_worse(*current, blessing.to);
    if let Some(current) = row.current.filter(is_beyond) {
        let is = row.metric.number(current);
        output::warning(&format!("this run is beyond that, with {is}"));
    }
}

fn remove(function: &str, args: &Args, context: &Context) -> Result<(), UserError> {
    let metrics: Vec<Option<Metric>> = match args.metric.as_slice() {
        [] => vec![None],
        some => some.iter().copied().map(Some).collect(),
    };
    let known = blessings::load(context)?;
    let unknown = UserError::new(Code::Usage, format!("nothing of {function:?} is blessed"))
        .help("`perf-report bless --list` shows what is");
    let function =
        function::by_end(function, known.iter().map(|it| it.function.as_str()), unknown)?;
    let mut removed = 0;
    for metric in metrics {
        removed += blessings::remove(context, function, metric)?;
    }
    if removed == 0 {
        let problem = format!("{function:?} is blessed, but not for these metrics");
        return Err(
            UserError::new(Code::Usage, problem).help("`perf-report bless --list` shows what is")
        );
    }
    let file = context.shown(&blessings::path(context));
    output::message(&format!("removed {removed} of {} from {file}", known.len()));
    Ok(())
}
