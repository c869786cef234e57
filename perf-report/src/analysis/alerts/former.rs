//! What monitors remembered before a function was one alert: an entry for each of its metrics.

use super::found::of_key;
use crate::model::{AlertEntry, AlertKind, AlertMetric, AlertPhase, Metric};

/// Returns the entries with those of one function as one, which goes on where the first of them began.
pub fn grouped(entries: &[AlertEntry]) -> Vec<AlertEntry> {
    let mut all: Vec<AlertEntry> = Vec::new();
    for entry in entries {
        let entry = renamed(entry);
        match all.iter_mut().find(|other| other.key == entry.key) {
            Some(other) => *other = both(other, &entry),
            None => all.push(entry),
        }
    }
    all
}

/// Returns an entry under the key that it has now.
fn renamed(entry: &AlertEntry) -> AlertEntry {
    let mut entry = entry.clone();
    let word = entry.key.metric.clone().filter(|_| entry.key.kind == AlertKind::Regression);
    let metric: Option<Metric> =
        word.clone().and_then(|word| serde_json::from_value(word.into()).ok());
    let Some((metric, word)) = metric.zip(word).filter(|(metric, _)| of_key(*metric).is_none())
    else {
        return entry;
    };
    if entry.what.metrics.is_empty() {
        let (before, now) = (entry.what.before, entry.what.now);
        let change_pct = entry.what.change_pct;
        entry.what.metrics = vec![AlertMetric { metric: word, before, now, change_pct }];
    }
    entry.key.metric = of_key(metric);
    entry
}

/// Returns one entry of two of the same function: the one that is further, with the beginning of both.
fn both(one: &AlertEntry, other: &AlertEntry) -> AlertEntry {
    let far = |entry: &AlertEntry| match entry.phase {
        AlertPhase::Firing => 2,
        AlertPhase::Resolved => 1,
        AlertPhase::Pending => 0,
    };
    let leads = |entry: &AlertEntry| {
        let metrics = &entry.what.metrics;
        metrics.first().is_some_and(|it| it.metric == "self_ns")
    };
    let is_first = (far(one), leads(one)) >= (far(other), leads(other));
    let (kept, other) = if is_first { (one, other) } else { (other, one) };
    let mut kept = kept.clone();
    if other.since_unix_ns < kept.since_unix_ns {
        kept.since_unix_ns = other.since_unix_ns;
        kept.first_run.clone_from(&other.first_run);
    }
    kept.told_unix_ns = kept.told_unix_ns.max(other.told_unix_ns);
    kept.runs = kept.runs.max(other.runs);
    kept.exact &= other.exact;
    kept.what.metrics.extend(other.what.metrics.iter().cloned());
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AlertKey, AlertText};

    fn entry(metric: &str, phase: AlertPhase, since: u64, told: Option<u64>) -> AlertEntry {
        let key = AlertKey {
            kind: AlertKind::Regression,
            function: Some("demo::step".to_owned()),
            identity: None,
            metric: Some(metric.to_owned()),
            baseline: Some("main".to_owned()),
        };
        AlertEntry {
            key,
            phase,
            since_unix_ns: since,
            told_unix_ns: told,
            first_run: Some(format!("r{since}")),
            run: None,
            runs: since,
            clear_run: None,
            clear: 0,
            exact: false,
            what: AlertText { title: metric.to_owned(), ..AlertText::default() },
        }
    }

    #[test]
    fn the_metrics_of_a_function_are_one_entry() {
        let old = [
            entry("mean_ns", AlertPhase::Firing, 3, Some(9)),
            entry("self_ns", AlertPhase::Firing, 4, Some(7)),
            entry("p99_ns", AlertPhase::Pending, 2, None),
            entry("peak_rss_bytes", AlertPhase::Firing, 5, None),
        ];
        let new = grouped(&old);
        let [function, memory] = &new[..] else { panic!("{new:?}") };
        assert_eq!((&function.key.metric, &*function.what.title), (&None, "self_ns"));
        let metrics: Vec<&str> = function.what.metrics.iter().map(|it| &*it.metric).collect();
        assert_eq!(metrics, ["self_ns", "mean_ns", "p99_ns"]);
        assert_eq!((function.since_unix_ns, function.first_run.as_deref()), (2, Some("r2")));
        assert_eq!((function.told_unix_ns, function.phase), (Some(9), AlertPhase::Firing));
        assert_eq!(memory, &old[3]);
        assert_eq!(grouped(&new), new);
    }
}
