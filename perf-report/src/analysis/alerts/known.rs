//! The things that alerts are about, under the names of one round. A name in a document is for readers, and changes
//! where a namesake appears or goes; an alert is about the same thing before and after.

use std::collections::{BTreeMap, BTreeSet};

use super::found::Found;
use crate::model::{AlertEntry, AlertKey, RunDocument};

/// The functions of a round that have more than a name, and those of earlier rounds that are remembered.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Names in this round by identities.
    names: BTreeMap<String, String>,
    /// Identities by names in this round.
    identities: BTreeMap<String, String>,
}

impl Known {
    pub(super) fn of(run: Option<&RunDocument>, remembered: &[AlertEntry]) -> Self {
        let mut known = Self::default();
        let functions = || run.into_iter().flat_map(|run| &run.functions);
        for function in functions() {
            let Some(identity) = &function.identity else { continue };
            known.names.insert(identity.full(), function.name.clone());
            known.identities.insert(function.name.clone(), identity.full());
        }
        // What the run does not have keeps its name, unless something else has it here.
        let taken: BTreeSet<&str> = functions().map(|it| it.name.as_str()).collect();
        for key in remembered.iter().map(|entry| &entry.key) {
            let (Some(identity), Some(name)) = (&key.identity, &key.function) else { continue };
            if !known.names.contains_key(identity) && !taken.contains(name.as_str()) {
                known.identities.entry(name.clone()).or_insert_with(|| identity.clone());
            }
        }
        known
    }

    /// Returns what is remembered with the names of this round, and with nothing else to know it by.
    pub(super) fn in_this_round(&self, remembered: &[AlertEntry]) -> Vec<AlertEntry> {
        let of = |entry: &AlertEntry| {
            let mut entry = entry.clone();
            if let Some(identity) = entry.key.identity.take() {
                let name = self.names.get(&identity);
                let stays = entry.key.function.as_ref().is_some_and(|name| {
                    name != &identity && self.identities.get(name) == Some(&identity)
                });
                match name {
                    Some(name) => entry.key.function = Some(name.clone()),
                    None if stays => {}
                    None => entry.key.function = Some(identity),
                }
            }
            entry
        };
        remembered.iter().map(of).collect()
    }

    /// Gives each key of what was found the identity of what it is about.
    pub(super) fn identified(&self, found: Found) -> Found {
        let Found { found, unjudged, open, settled } = found;
        let all = |keys: BTreeSet<AlertKey>| keys.into_iter().map(|key| self.of_key(key)).collect();
        let found = found.into_iter().map(|mut finding| {
            finding.key = self.of_key(finding.key);
            finding
        });
        Found { found: found.collect(), unjudged, open: all(open), settled: all(settled) }
    }

    fn of_key(&self, key: AlertKey) -> AlertKey {
        let identity = key.function.as_ref().and_then(|name| self.identities.get(name)).cloned();
        // A full name that nothing in the run has is that of something remembered.
        AlertKey { identity, ..key }
    }
}

/// Returns what is remembered, in which an entry of an earlier version, that has only a name, gets the identity of
/// the one function of `run` that it may mean.
pub fn recognised(remembered: &[AlertEntry], run: Option<&RunDocument>) -> Vec<AlertEntry> {
    let functions = || run.into_iter().flat_map(|run| &run.functions);
    let meant = |name: &str| {
        let mut all = functions().filter_map(|it| it.identity.as_deref());
        let is_it = |full: &str, bare: &str| full == name || bare == name;
        let first = all.find(|it| is_it(&it.full(), &it.bare()))?;
        let is_other = all.any(|it| is_it(&it.full(), &it.bare()));
        let is_plain = functions().any(|it| it.identity.is_none() && it.name == name);
        (!is_other && !is_plain).then(|| first.full())
    };
    let of = |entry: &AlertEntry| {
        let mut entry = entry.clone();
        if entry.key.identity.is_none() {
            entry.key.identity = entry.key.function.as_deref().and_then(meant);
        }
        entry
    };
    remembered.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::alerts::found::{Evidence, find};
    use crate::analysis::alerts::{Round, step};
    use crate::model::{AlertEvent, AlertKind, BenchOutcome, Function, Harness, Identity, samples};

    /// Returns a run of benchmarks: the name that each has there, its qualifier, and how it ended.
    fn run(all: &[(&str, &str, BenchOutcome)]) -> RunDocument {
        let function = |&(name, qualifier, outcome): &(&str, &str, BenchOutcome)| Function {
            identity: (!qualifier.is_empty()).then(|| {
                Box::new(Identity {
                    name: "decode".to_owned(),
                    qualifier: qualifier.to_owned(),
                    measure: None,
                })
            }),
            calls: 1,
            ..samples::benchmark(name, Harness { outcome, ..Harness::default() })
        };
        RunDocument { functions: all.iter().map(function).collect(), ..samples::empty() }
    }

    /// Plays rounds, and returns what each told: `firing decode`.
    fn told(rounds: &[RunDocument], mut remembered: Vec<AlertEntry>) -> Vec<Vec<String>> {
        let mut all = Vec::new();
        for (at, run) in rounds.iter().enumerate() {
            remembered = recognised(&remembered, Some(run));
            let evidence = Evidence { run: Some(run), ..Evidence::default() };
            let Found { found, unjudged, open, settled } = find(&evidence, &remembered);
            let round = Round {
                now_unix_ns: at as u64,
                run: Some(at.to_string()),
                remind_ns: None,
                kinds: [AlertKind::Outcome].into(),
                found,
                unjudged,
                open,
                settled,
            };
            let plan = step(&remembered, &round);
            let line = |it: &crate::model::Alert| {
                let event = if it.event == AlertEvent::Resolved { "over" } else { "firing" };
                format!("{event} {}", it.key.function.as_deref().unwrap_or_default())
            };
            all.push(plan.alerts(&[]).iter().map(line).collect());
            remembered = plan.told();
        }
        all
    }

    use BenchOutcome::{Ok, Panicked};

    #[test]
    fn a_namesake_neither_ends_an_alert_nor_begins_one() {
        let alone = || run(&[("decode", "a", Panicked)]);
        let both = || run(&[("decode (a)", "a", Panicked), ("decode (b)", "b", Ok)]);
        let none: Vec<String> = Vec::new();
        let begins = vec!["firing decode".to_owned()];
        let rounds = [alone(), both(), alone(), run(&[("decode", "a", Ok)])];
        let over = vec!["over decode".to_owned()];
        assert_eq!(told(&rounds, Vec::new()), [begins.clone(), none.clone(), none.clone(), over]);
        // The other one alone is another: it says nothing of the first, and has an alert of its own.
        let rounds = [alone(), run(&[("decode", "b", Panicked)]), both()];
        let other = vec!["firing decode".to_owned()];
        let ends = vec!["over decode (b)".to_owned()];
        let found = told(&rounds, Vec::new());
        assert_eq!(found[..2], [begins, other]);
        assert!(found[2] == ends || found[2] == ["over decode"], "{found:?}");
    }

    #[test]
    fn an_entry_of_an_earlier_version_is_the_only_one_of_its_name() {
        let key = |function: &str| AlertKey {
            function: Some(function.to_owned()),
            ..AlertKey::of_command(AlertKind::Outcome)
        };
        let entry = |function: &str| samples::firing(key(function));
        let quiet: Vec<Vec<String>> = vec![Vec::new()];
        let alone = run(&[("decode", "a", Panicked)]);
        assert_eq!(told(std::slice::from_ref(&alone), vec![entry("decode")]), quiet);
        let both = run(&[("decode (a)", "a", Panicked), ("decode (b)", "b", Ok)]);
        assert_eq!(told(&[both], vec![entry("decode (a)")]), quiet);
        let plain = run(&[("decode", "", Panicked)]);
        assert_eq!(told(&[plain], vec![entry("decode")]), quiet, "a name may be all");
    }

    #[test]
    fn keys_are_of_the_thing_and_not_of_its_name() {
        let key = |name: &str, identity: Option<&str>| AlertKey {
            function: Some(name.to_owned()),
            identity: identity.map(str::to_owned),
            ..AlertKey::of_command(AlertKind::Outcome)
        };
        let (bare, full) =
            (key("decode", Some("decode (a)")), key("decode (a)", Some("decode (a)")));
        assert_eq!(bare, full);
        assert_eq!(bare.id(&[]), full.id(&[]));
        assert_ne!(bare, key("decode", None));
        assert_ne!(bare, key("decode", Some("decode (b)")));
    }
}
