//! One round: run or not, judge, decide what is news, write the report, tell, remember.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::Timestamp;

use super::making::{self, Made};
use super::telling::{self, Told};
use super::{Args, Format};
use crate::analysis::alerts::found::{self, Evidence, Found};
use crate::analysis::alerts::{self as machine, Plan, documents, known, rfc_3339, unix_ns};
use crate::analysis::history::TrendRules;
use crate::analysis::score;
use crate::analysis::suites::SuiteRules;
use crate::cli::output;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{
    AlertDocument, AlertEntry, AlertKind, AlertStatus, AlertsDocument, Comparison, MonitorDocument,
    Reliability, RunDocument, Score, TrendLimits,
};
use crate::project::config;
use crate::project::config::alert::{AlertSettings, Occasion, Period};
use crate::project::config::check::{CheckSettings, Limit};
use crate::project::context::Context;
use crate::project::monitor::{self, Judged, Order};
use crate::project::{alerts, blessings, reports};
use crate::record::command::Interrupt;
use crate::render::{Document as _, Medium, message};
use crate::stats::number::float;
use crate::verdict::{self, FailOn, Gate};

/// Worse by more than so many per cent is an alert, where nobody says otherwise.
const THRESHOLD_PCT: f64 = 15.0;

/// The part of the limit above which an alert goes on to hold.
const HOLD: f64 = 0.5;
/// The most runs that a summary is made of.
const ALL_RUNS: usize = 1_000_000;

/// The rules of a round, from its beginning to its end.
struct Rules {
    now_unix_ns: u64,
    alert: AlertSettings,
    check: CheckSettings,
    trend: TrendRules,
    suites: SuiteRules,
    threshold_pct: Option<f64>,
}

/// The run of a round, and what is known of it.
#[derive(Default)]
struct Seen {
    command: Vec<String>,
    runs: Vec<RunDocument>,
    no_run: Option<String>,
    judged: Option<Judged>,
    reliability: Option<Reliability>,
    score: Option<Score>,
    too_old: Option<(f64, f64)>,
    failed: Option<String>,
}

/// Makes one round. Returns its exit code; `None` where a signal asked for the end of the command.
pub(super) fn run(
    args: &Args,
    context: &Context,
    interrupt: &Interrupt,
) -> Result<Option<Code>, UserError> {
    let rules = rules(args, context)?;
    let (mut memory, damaged) = alerts::load(context)?;
    let mut problems: Vec<String> = damaged.into_iter().collect();
    let command = || args.command.iter().map(|it| it.to_string_lossy().into_owned()).collect();
    let command: Vec<String> = command();
    let teller = telling::Teller::new(context, &rules.alert);
    if rules.alert.on == Some(Occasion::Always) {
        let begin = documents::begin(&command, rules.now_unix_ns);
        problems.extend(teller.tell(&begin).problem());
    }
    let seen = match see(args, context, (&rules, interrupt), &memory) {
        Ok(Some(seen)) => seen,
        Ok(None) => return Ok(None),
        Err(error) => {
            if rules.alert.on == Some(Occasion::Always) {
                let begin = documents::begin(&command, rules.now_unix_ns);
                let failure = AlertDocument { status: AlertStatus::Failure, ..begin };
                teller.tell(&failure).problem().iter().for_each(|it| output::warning(it));
            }
            return Err(error);
        }
    };
    let plan = plan(&rules, &seen, memory.of(&seen.command));
    let round = documents::report(&facts(&rules, &seen, &problems), &plan);
    let path = report_path(args, context, rules.now_unix_ns);
    let shown = reports::with_ending(&path, "md").display().to_string();
    let news = documents::alerts(&round, Some(shown), args.target_url.clone());
    let told = if teller.wants(&news) { teller.tell(&news) } else { Told::Nobody };
    problems.extend(told.problem());
    let round = MonitorDocument { problems, ..round };
    let texts = [("json", round.json()), ("md", round.markdown().unwrap_or_default())];
    let texts = [("json", texts[0].1.as_str()), ("md", texts[1].1.as_str())];
    alerts::write_report(context, &path, texts, args.keep)?;
    write_histories(args, context, &rules, &seen)?;
    write(args, &round, &news)?;
    // Only now somebody knows: a monitor that is killed before tells it once more.
    let is_lost = matches!(told, Told::Failed(_));
    memory.set(&seen.command, if is_lost { plan.untold() } else { plan.told() });
    alerts::save(context, &memory)?;
    // A command that goes on to fail has been told of.
    let failed = seen.failed.iter().filter(|_| !round.alerts.is_empty());
    failed.chain(&round.problems).for_each(|problem| output::warning(problem));
    Ok(Some(code(&rules, &seen, &round, is_lost)))
}

fn rules(args: &Args, context: &Context) -> Result<Rules, UserError> {
    let file = config::check_settings(context, args.profile.as_deref(), config::in_ci())?;
    let given = AlertSettings {
        remind: args.remind,
        min_score: args.min_score,
        threshold: args.alert_threshold,
        max_age: args.max_age,
        ..AlertSettings::default()
    };
    let alert = given.or(config::alert_settings(context)?);
    let threshold_pct = alert.threshold.map_or(Some(THRESHOLD_PCT), |limit| limit.0);
    let fail_on: BTreeSet<FailOn> = args.fail_on.iter().copied().collect();
    let check = CheckSettings {
        baseline: args.baseline.clone(),
        fail_on: Some(fail_on).filter(|reasons| !reasons.is_empty()),
        regression: Some(Limit(threshold_pct)),
        // An alert holds until it is back by half, so that it is not over and back each day.
        degraded: Some(Limit(threshold_pct.map(|pct| pct * HOLD))),
        blessed: blessings::of_today(context)?,
        ..CheckSettings::default()
    };
    let check = check.or(file);
    let usual = config::trend_settings(context)?.limits();
    let degraded_pct = threshold_pct.map(|pct| pct.min(usual.degraded_pct.unwrap_or(pct)));
    let limits = TrendLimits { degraded_pct, regression_pct: threshold_pct, ..usual };
    let now = args.now.unwrap_or_else(Timestamp::now);
    Ok(Rules {
        now_unix_ns: u64::try_from(now.as_nanosecond()).unwrap_or(0),
        trend: TrendRules { limits, load: check.load.unwrap_or_default() },
        alert,
        check,
        suites: config::suite_rules(context)?,
        threshold_pct,
    })
}

/// Makes or finds the run, and judges it. `None` where a signal asked for the end.
fn see(
    args: &Args,
    context: &Context,
    (rules, interrupt): (&Rules, &Interrupt),
    memory: &AlertsDocument,
) -> Result<Option<Seen>, UserError> {
    let words: Vec<String> =
        args.command.iter().map(|it| it.to_string_lossy().into_owned()).collect();
    let mut failed = None;
    let newest = if args.no_run {
        monitor::newest(context, &words)?
    } else {
        match making::make(args, context, (&rules.suites, interrupt))? {
            Made::Interrupted => return Ok(None),
            Made::Nothing(reason) => {
                let seen = Seen { command: words, no_run: Some(reason), ..Seen::default() };
                return Ok(Some(seen));
            }
            Made::Runs(mut runs, end) => {
                failed = end;
                runs.pop().ok_or_else(|| {
                    UserError::new(Code::Internal, "no run was made, and nobody knows why")
                })?
            }
        }
    };
    let command = newest.run.command.clone();
    let order = Order {
        baseline: rules.check.baseline.as_deref(),
        must_exist: args.baseline.is_some(),
        window: args.window,
        settings: &rules.check,
        trend: rules.trend,
        suites: &rules.suites,
        remembered: memory.of(&command),
    };
    let time = newest.run.time.clone();
    let judged = monitor::judge(context, newest, order)?;
    let settings = config::report_settings(context)?.score;
    let compared = judged.comparison.as_ref().ok();
    let score = rules.alert.min_score.and(compared);
    let score = score.and_then(|it| score::score(&judged.current.runs, it, &settings));
    let age = || {
        let most = rules.alert.max_age?.0?;
        let age = float(rules.now_unix_ns.saturating_sub(unix_ns(&time)?));
        (age > most).then_some((age, most))
    };
    Ok(Some(Seen {
        command,
        runs: judged.current.runs.clone(),
        reliability: Some(score::reliability(&judged.last, &settings)),
        score,
        too_old: if args.no_run { age() } else { None },
        judged: Some(judged),
        failed,
        ..Seen::default()
    }))
}

/// Decides what is news.
fn plan(rules: &Rules, seen: &Seen, remembered: &[AlertEntry]) -> Plan {
    let fail_on = rules.check.fail_on.clone().unwrap_or_default();
    let judged = seen.judged.as_ref();
    let evidence = Evidence {
        run: seen.runs.last(),
        no_run: seen.no_run.as_deref(),
        comparison: judged.and_then(|it| it.comparison.as_ref().ok()),
        is_kept: judged.is_some_and(Judged::has_kept_baseline),
        fail_on: Some(&fail_on),
        hold_pct: rules.threshold_pct.map(|pct| pct * HOLD),
        declines: judged.map_or(&[], |it| &it.declines),
        histories: judged.map_or(&[], |it| &it.histories),
        suites: judged.and_then(|it| it.suites.as_ref()),
        reliability: seen.reliability.as_ref(),
        score: seen.score.as_ref().map(|it| it.high).zip(rules.alert.min_score),
        too_old: seen.too_old,
    };
    let remembered = &known::recognised(remembered, evidence.run);
    let Found { found, unjudged, open, settled } = found::find(&evidence, remembered);
    let all = || AlertKind::ALL.into_iter().collect();
    let round = machine::Round {
        now_unix_ns: rules.now_unix_ns,
        // A run that is judged once more proves nothing more; a command that cannot be run does each time.
        run: seen.runs.last().map(|run| run.run.id.clone()).filter(|_| seen.no_run.is_none()),
        remind_ns: remind_ns(rules.alert.remind),
        kinds: rules.alert.kinds.clone().unwrap_or_else(all),
        found,
        unjudged,
        open,
        settled,
    };
    machine::step(remembered, &round)
}

fn remind_ns(remind: Option<Period>) -> Option<u64> {
    match remind {
        None => Some(machine::REMIND_NS),
        Some(period) => period.0.map(crate::stats::number::whole),
    }
}

fn facts<'a>(rules: &Rules, seen: &'a Seen, problems: &'a [String]) -> documents::Facts<'a> {
    let judged = seen.judged.as_ref();
    let comparison: Option<Result<&Comparison, &UserError>> =
        judged.map(|it| it.comparison.as_ref());
    let not_judged = match comparison {
        Some(Err(error)) => Some(error.problem.as_str()),
        Some(Ok(_)) => None,
        None => seen.no_run.as_deref(),
    };
    documents::Facts {
        command: &seen.command,
        runs: &seen.runs,
        comparison: comparison.and_then(Result::ok),
        not_judged,
        threshold_pct: rules.threshold_pct,
        declines: judged.map_or(&[], |it| &it.declines),
        reliability: seen.reliability.as_ref(),
        score: seen.score.as_ref(),
        notices: judged.map_or(&[], |it| &it.notices),
        problems,
    }
}

fn report_path(args: &Args, context: &Context, now_unix_ns: u64) -> PathBuf {
    let folder = reports::folder(context, args.reports.as_deref());
    let stamp: String = rfc_3339(now_unix_ns).chars().filter(|c| !"-:".contains(*c)).collect();
    alerts::report_path(&folder, &stamp)
}

/// Writes what the round is asked to print: for people and for services only news.
fn write(args: &Args, round: &MonitorDocument, news: &AlertDocument) -> Result<(), UserError> {
    match (args.format, args.format.service()) {
        (_, Some(service)) => {
            let body = message::body(news, service).unwrap_or_default();
            args.output.write_bytes(body.as_bytes())
        }
        (Format::Json, None) => args.output.write(round, Medium::Json),
        (Format::Markdown, None) => args.output.write(round, Medium::Markdown),
        (_, None) if !round.alerts.is_empty() => args.output.write(round, Medium::Human),
        // A file of yesterday must not pass as one of today.
        (_, None) => args.output.write_bytes(b""),
    }
}

/// Writes what was asked for of all runs of the command.
fn write_histories(
    args: &Args,
    context: &Context,
    rules: &Rules,
    seen: &Seen,
) -> Result<(), UserError> {
    let (Some(newest), true) =
        (seen.runs.last(), args.summary.is_some() || args.histories.is_some())
    else {
        return Ok(());
    };
    let runs = context.open()?.before(newest, ALL_RUNS)?;
    let runs = [runs, vec![newest.clone()]].concat();
    super::histories::write(args, context, rules.trend, &runs)
}

fn code(rules: &Rules, seen: &Seen, round: &MonitorDocument, is_lost: bool) -> Code {
    if !round.firing.is_empty() {
        return Code::Regression;
    }
    let fail_on = rules.check.fail_on.clone().unwrap_or_default();
    let gate = match seen.judged.as_ref().map(|it| &it.comparison) {
        Some(Ok(comparison)) => verdict::gate(comparison, &fail_on),
        Some(Err(_)) if fail_on.contains(&FailOn::Missing) => Gate::Missing,
        _ => Gate::Passed,
    };
    match gate {
        Gate::Missing => Code::NothingToJudge,
        Gate::Inconclusive => Code::Inconclusive,
        // A finding that waits for a second run is no alert yet.
        Gate::Passed | Gate::Worse if is_lost => Code::Internal,
        Gate::Passed | Gate::Worse => Code::Fine,
    }
}
