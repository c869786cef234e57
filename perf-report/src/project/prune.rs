//! The runs of a store that nobody needs any more: those beyond a number and an age, and never what others are
//! judged by.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::config::retention::RetentionSettings;
use super::context::Context;
use super::store::{Entry, Query, Store};
use super::{baseline, blessings, config, named};
use crate::error::UserError;
use crate::record::facts;

/// Finds the runs that are to go, newest first: those that are neither among the newest nor young enough, as far
/// as `retention` says so. A group goes as a whole. What stays in any case is the newest run of each series, the
/// runs of baselines, and those of a commit for which something was blessed.
///
/// # Errors
/// When the store cannot be read, or a baseline or a blessing: nobody knows then which runs they need.
pub(crate) fn going(
    context: &Context,
    store: &dyn Store,
    retention: RetentionSettings,
    now: Timestamp,
) -> Result<Vec<Entry>, UserError> {
    if retention.is_empty() {
        return Ok(Vec::new());
    }
    let all = store.entries(&Query::default())?;
    let keep = retention.keep.unwrap_or(0);
    if all.len() <= keep {
        return Ok(Vec::new());
    }
    // RFC 3339 in UTC sorts as text.
    let oldest = retention.older_than.map(|moment| facts::rfc_3339(moment.first(now)));
    let is_old = |entry: &Entry| oldest.as_ref().is_none_or(|oldest| entry.time < *oldest);
    if !all.iter().skip(keep).any(is_old) {
        return Ok(Vec::new());
    }
    let needed = needed(context, store)?;
    let mut series = BTreeSet::new();
    let stays = |(at, entry): (usize, &Entry)| {
        let is_newest = series.insert(entry.series());
        at < keep || !is_old(entry) || is_newest || needed.contains(entry)
    };
    let staying: Vec<bool> = all.iter().enumerate().map(stays).collect();
    let groups: BTreeSet<String> =
        all.iter().zip(&staying).filter(|(_, stays)| **stays).map(|(it, _)| group_of(it)).collect();
    let goes = |entry: &Entry| !groups.contains(&group_of(entry));
    Ok(all.into_iter().filter(goes).collect())
}

/// Returns the group of a run; of one that was made by itself, its own id.
fn group_of(entry: &Entry) -> String {
    entry.group.clone().unwrap_or_else(|| entry.id.clone())
}

/// The runs that something else names.
#[derive(Debug, Default)]
struct Needed {
    ids: BTreeSet<String>,
    /// The commits for whose runs something was blessed.
    commits: BTreeSet<String>,
}

impl Needed {
    fn contains(&self, entry: &Entry) -> bool {
        let is_of = |commit: &String| {
            entry.commit.as_ref().is_some_and(|it| it.starts_with(commit.as_str()))
        };
        self.ids.contains(&entry.id) || self.commits.iter().any(is_of)
    }
}

/// Finds the runs of which baselines are made, those that `perf.toml` names as baselines, and the commits that
/// were blessed.
fn needed(context: &Context, store: &dyn Store) -> Result<Needed, UserError> {
    let mut needed = Needed::default();
    for name in baseline::names(context)? {
        let runs = baseline::load(context, &name)?.runs;
        needed.ids.extend(runs.into_iter().map(|run| run.run.id));
    }
    let suites = config::suite_rules(context)?;
    let of_suites = suites.baselines().into_iter().map(str::to_owned);
    for name in config::named_baselines(context)?.into_iter().chain(of_suites) {
        needed.ids.extend(named::entries(context, store, &name)?.into_iter().map(|it| it.id));
    }
    let commits = blessings::load(context)?.into_iter().filter_map(|it| it.commit);
    needed.commits.extend(commits.filter(|commit| !commit.is_empty()));
    Ok(needed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RunDocument, samples};
    use crate::project::store;

    const NOW: &str = "2026-12-01T00:00:00Z";

    fn run(id: &str, day: u32, command: &str, group: Option<&str>) -> RunDocument {
        let mut run = samples::typical();
        run.run.id = id.to_owned();
        run.run.time = format!("2026-11-{day:02}T00:00:00.000Z");
        run.run.command = vec![command.to_owned()];
        run.run.group = group.map(str::to_owned);
        run.run.git.get_or_insert_default().commit = format!("{day:02}").repeat(20);
        run
    }

    /// Returns the ids of what goes of seven runs, in a folder where `prepare` did something.
    fn gone(
        keep: Option<usize>,
        older_than: Option<&str>,
        prepare: impl Fn(&Context),
    ) -> Result<String, UserError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("perf.toml"), "").unwrap();
        let context = Context::new(folder.path().to_owned(), None);
        let mut store = store::open_or_create(&context.store).unwrap();
        for run in [
            run("a", 1, "x", None),
            run("b", 2, "y", None),
            run("c", 3, "x", None),
            run("g1", 4, "x", Some("g1")),
            run("g2", 5, "x", Some("g1")),
            run("d", 6, "x", None),
            run("e", 7, "x", None),
        ] {
            store.save(&run).unwrap();
        }
        prepare(&context);
        let older_than = older_than.map(|text| text.parse().unwrap());
        let retention = RetentionSettings { keep, older_than };
        let going = going(&context, &*store, retention, NOW.parse().unwrap())?;
        Ok(going.into_iter().map(|it| it.id).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn what_is_beyond_the_number_and_the_age_goes_and_the_last_of_each_series_stays() {
        let of = |keep, older_than| gone(keep, older_than, |_| {}).unwrap();
        assert_eq!(of(Some(2), None), "g2 g1 c a", "b is the newest of its command");
        assert_eq!(of(Some(3), None), "c a", "a group of which one stays");
        assert_eq!(of(Some(0), None), "d g2 g1 c a");
        assert_eq!(of(None, Some("2026-11-03")), "a");
        assert_eq!(of(Some(2), Some("28d")), "a", "what is young stays beyond the number");
        assert_eq!(of(Some(7), Some("2026-11-30")), "", "what is among the newest stays when old");
        assert_eq!(of(None, None), "");
    }

    #[test]
    fn what_others_are_judged_by_stays() {
        let with = |file: &str, text: &str| {
            let write = |context: &Context| {
                let path = context.root.join(file);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            };
            gone(Some(1), None, write)
        };
        let kept = serde_json::to_string(&run("g2", 5, "x", Some("g1"))).unwrap();
        assert_eq!(with(".perf/baselines/main.json", &kept).unwrap(), "d c a");
        let error = with(".perf/baselines/main.json", "{").unwrap_err();
        assert!(error.to_string().contains("cannot be read"), "{error}");
        let blessed = format!(
            "[[blessing]]\nfunction = \"f\"\nmetric = \"self\"\nfrom = \"1ms\"\nto = \"2ms\"\n\
             reason = \"r\"\ncommit = \"{}\"\ncreated = 2026-11-03\n",
            "03".repeat(20)
        );
        assert_eq!(with("perf-blessed.toml", &blessed).unwrap(), "d g2 g1 a");
        let check = "[profile.ci.check]\nbaseline = \"id:a\"\n";
        assert_eq!(with("perf.toml", check).unwrap(), "d g2 g1 c");
    }
}
