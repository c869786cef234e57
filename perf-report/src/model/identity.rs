//! The identity of what others measured: its name, and what tells it apart from others of that name.
//!
//! An identity is made of facts about the measured thing alone, never of what else is in a run. Names in a
//! document are for readers: the qualifier stands in them only where several share a name. So the same thing
//! may be `decode` in one run and `decode (benches/codec.rs)` in the next, and [`Names`] gives it one name in
//! all runs that are looked at together.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{CustomMetric, Function, RunDocument};

/// A name with what tells it apart: a target, a package, parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// The name that its harness gives it.
    pub name: String,
    /// The facts that tell it apart from others of this name.
    pub qualifier: String,
    /// The measure, of a metric that belongs to what is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<String>,
}

impl Identity {
    /// Returns the name without the qualifier.
    pub fn bare(&self) -> String {
        self.with_measure(self.name.clone())
    }

    /// Returns the name with the qualifier.
    pub fn full(&self) -> String {
        self.with_measure(format!("{} ({})", self.name, self.qualifier))
    }

    fn with_measure(&self, name: String) -> String {
        match &self.measure {
            Some(measure) => format!("{name}/{measure}"),
            None => name,
        }
    }
}

/// The functions and the metrics of a run.
pub(crate) type Parts<'a> = (&'a [Function], &'a [CustomMetric]);

/// The names in some runs of all that has an identity.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// Names by full names.
    shown: HashMap<String, String>,
    /// Full names by bare ones.
    bare: BTreeMap<String, BTreeSet<String>>,
    /// Bare names that also something without a qualifier has.
    plain: BTreeSet<String>,
    /// True if one of the runs has another name for it.
    differs: bool,
}

/// All that some runs have under one name.
#[derive(Debug, Default)]
struct Namesakes<'a> {
    qualifiers: BTreeSet<&'a str>,
    /// True if a run has one without a qualifier beside one with it.
    are_beside: bool,
}

impl Names {
    /// Finds the names of `runs`: the bare one of whatever has no namesake there, the full one of all others.
    /// One that was stored without a qualifier is taken for the only one of its name.
    pub(crate) fn of(runs: &[Parts<'_>]) -> Self {
        let mut names = Self::default();
        let mut all = HashMap::<&str, Namesakes<'_>>::new();
        for identity in runs.iter().flat_map(|run| identities(*run)) {
            all.entry(&identity.name).or_default().qualifiers.insert(&identity.qualifier);
            let full = identity.full();
            names.bare.entry(identity.bare()).or_default().insert(full.clone());
            names.shown.insert(full, String::new());
        }
        if all.is_empty() {
            return names;
        }
        for (functions, _) in runs {
            let here = functions.iter().filter_map(|it| it.identity.as_deref());
            let here: HashSet<&str> = here.map(|it| it.name.as_str()).collect();
            for plain in functions.iter().filter(|it| it.identity.is_none()) {
                if here.contains(plain.name.as_str())
                    && let Some(namesakes) = all.get_mut(plain.name.as_str())
                {
                    namesakes.are_beside = true;
                }
            }
        }
        for identity in runs.iter().flat_map(|run| identities(*run)) {
            let is_alone = all
                .get(identity.name.as_str())
                .is_some_and(|it| it.qualifiers.len() == 1 && !it.are_beside);
            let full = identity.full();
            let shown = if is_alone { identity.bare() } else { full.clone() };
            names.shown.insert(full, shown);
        }
        names.differs = runs.iter().any(|run| names.are_others(*run));
        for run in runs {
            names.add_plain(*run);
        }
        names
    }

    fn add_plain(&mut self, (functions, metrics): Parts<'_>) {
        let functions = functions.iter().filter(|it| it.identity.is_none()).map(|it| &it.name);
        let metrics = metrics.iter().filter(|it| it.identity.is_none()).map(|it| &it.name);
        let plain = functions.chain(metrics).filter(|name| self.bare.contains_key(*name));
        self.plain.extend(plain.cloned());
    }

    /// Takes the names that the runs have; `None` where they are not of one mind.
    fn kept(runs: &[&RunDocument]) -> Option<Self> {
        let mut names = Self::default();
        let mut taken = HashMap::<String, String>::new();
        let parts = runs.iter().map(|run| (run.functions.as_slice(), run.metrics.as_slice()));
        for (functions, metrics) in parts.clone() {
            let of_functions = functions.iter().map(|it| (&it.name, it.identity.as_deref()));
            let all =
                of_functions.chain(metrics.iter().map(|it| (&it.name, it.identity.as_deref())));
            for (name, identity) in all.filter_map(|(name, it)| Some((name, it?))) {
                let full = identity.full();
                names.bare.entry(identity.bare()).or_default().insert(full.clone());
                let before = names.shown.insert(full.clone(), name.clone());
                let other = taken.insert(name.clone(), full.clone());
                if before.is_some_and(|it| it != *name) || other.is_some_and(|it| it != full) {
                    return None;
                }
            }
        }
        for run in parts.clone() {
            names.add_plain(run);
        }
        let is_of_one_mind = !parts.into_iter().any(|run| names.are_others(run));
        is_of_one_mind.then_some(names)
    }

    /// Finds the names in the runs of some sides, and gives them to those runs where they are not of one mind:
    /// then the sides come back with these names.
    pub(crate) fn settled<const N: usize>(
        sides: [&[RunDocument]; N],
    ) -> (Self, Option<[Vec<RunDocument>; N]>) {
        let all: Vec<&RunDocument> = sides.iter().copied().flatten().collect();
        if let Some(names) = Self::kept(&all) {
            return (names, None);
        }
        let names = Self::of_runs(all);
        let renamed = sides.map(|runs| {
            let mut runs = runs.to_vec();
            names.put_into(&mut runs);
            runs
        });
        (names, Some(renamed))
    }

    /// Finds the names of whole runs.
    pub(crate) fn of_runs<'a>(runs: impl IntoIterator<Item = &'a RunDocument>) -> Self {
        let parts = |run: &'a RunDocument| (run.functions.as_slice(), run.metrics.as_slice());
        Self::of(&runs.into_iter().map(parts).collect::<Vec<_>>())
    }

    /// Returns whether nothing has a qualifier.
    pub(crate) fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    fn are_others(&self, (functions, metrics): Parts<'_>) -> bool {
        let is_other = |name: &str, identity: Option<&Identity>| {
            self.name_of(name, identity).is_some_and(|shown| shown != name)
        };
        functions.iter().any(|it| is_other(&it.name, it.identity.as_deref()))
            || metrics.iter().any(|it| is_other(&it.name, it.identity.as_deref()))
    }

    /// Returns the name of what has this name and identity; `None` where it keeps its own. A document of
    /// earlier versions has full names alone.
    fn name_of<'a>(&'a self, name: &str, identity: Option<&Identity>) -> Option<Cow<'a, str>> {
        let Some(identity) = identity else {
            return self.shown.get(name).map(Into::into);
        };
        let full = identity.full();
        match self.shown.get(&full) {
            Some(shown) => Some(shown.into()),
            // Its name is another's here.
            None => self.bare.contains_key(&identity.bare()).then_some(full.into()),
        }
    }

    /// Gives the functions and metrics of a run these names.
    pub(crate) fn put(&self, functions: &mut [Function], metrics: &mut [CustomMetric]) {
        let rename = |name: &mut String, identity: Option<&Identity>| {
            if let Some(shown) = self.name_of(name, identity).filter(|shown| shown != name) {
                *name = shown.into_owned();
            }
        };
        for function in functions {
            rename(&mut function.name, function.identity.as_deref());
        }
        for metric in metrics {
            rename(&mut metric.name, metric.identity.as_deref());
        }
    }

    /// Gives each of `runs` these names.
    pub(crate) fn put_into(&self, runs: &mut [RunDocument]) {
        if self.differs {
            for run in runs {
                self.put(&mut run.functions, &mut run.metrics);
            }
        }
    }

    /// Returns the names here of what people call `name`, in full or not: all that it may stand for.
    pub(crate) fn meant<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        if let Some(shown) = self.shown.get(name) {
            return vec![shown];
        }
        let full = self.bare.get(name);
        let shown = full.into_iter().flatten().filter_map(|full| self.shown.get(full));
        let mut meant: Vec<&str> = shown.map(String::as_str).collect();
        if (meant.is_empty() || self.plain.contains(name)) && !meant.contains(&name) {
            meant.push(name);
        }
        meant
    }

    /// Returns the full name of what is called `name` here.
    pub(crate) fn full<'a>(&'a self, name: &'a str) -> &'a str {
        let mut all = self.bare.get(name).into_iter().flatten();
        let full = all.find(|full| self.shown.get(*full).is_some_and(|shown| shown == name));
        full.map_or(name, String::as_str)
    }
}

/// Gives what is the same one name in all of `runs`, and returns the names.
pub(crate) fn align(sides: &mut [&mut [RunDocument]]) -> Names {
    let names = Names::of_runs(sides.iter().flat_map(|runs| runs.iter()));
    for runs in sides {
        names.put_into(runs);
    }
    names
}

/// Gives what is the same in `runs` the name that it has in those of `like`, which are of one mind.
pub(crate) fn align_to(like: &[RunDocument], sides: &mut [&mut [RunDocument]]) {
    let (names, _) = Names::settled([like]);
    for run in sides.iter_mut().flat_map(|runs| runs.iter_mut()) {
        names.put(&mut run.functions, &mut run.metrics);
    }
}

fn identities((functions, metrics): Parts<'_>) -> impl Iterator<Item = &Identity> {
    let of_functions = functions.iter().filter_map(|it| it.identity.as_deref());
    of_functions.chain(metrics.iter().filter_map(|it| it.identity.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FunctionKind, samples};

    /// Returns a run of benchmarks, each with its name and its qualifier.
    fn run(all: &[(&str, &str)]) -> RunDocument {
        let identity = |name: &str, qualifier: &str, measure: Option<&str>| {
            let [name, qualifier] = [name, qualifier].map(str::to_owned);
            (!qualifier.is_empty()).then(|| {
                Box::new(Identity { name, qualifier, measure: measure.map(str::to_owned) })
            })
        };
        let function = |&(name, qualifier): &(&str, &str)| Function {
            name: name.to_owned(),
            kind: FunctionKind::Benchmark,
            identity: identity(name, qualifier, None),
            ..Function::default()
        };
        let metric = |&(name, qualifier): &(&str, &str)| CustomMetric {
            name: format!("{name}/bytes"),
            identity: identity(name, qualifier, Some("bytes")),
            ..CustomMetric::default()
        };
        let functions = all.iter().map(function).collect();
        RunDocument { functions, metrics: all.iter().map(metric).collect(), ..samples::empty() }
    }

    /// Returns the names of each of `runs`, aligned.
    fn aligned(runs: &[RunDocument]) -> Vec<String> {
        let mut runs = runs.to_vec();
        align(&mut [&mut runs]);
        let again = Names::of_runs(&runs);
        assert!(!again.differs, "aligned once is aligned: {runs:#?}");
        let names = |run: &RunDocument| {
            let of_functions = run.functions.iter().map(|it| it.name.clone());
            of_functions.collect::<Vec<_>>().join(", ")
        };
        runs.iter().map(names).collect()
    }

    #[test]
    fn a_namesake_changes_no_identity() {
        let (one, two) = (run(&[("X", "a")]), run(&[("X", "a"), ("X", "b")]));
        assert_eq!(aligned(std::slice::from_ref(&one)), ["X"]);
        assert_eq!(aligned(&[one.clone(), two.clone()]), ["X (a)", "X (a), X (b)"]);
        assert_eq!(aligned(&[two, one]), ["X (a), X (b)", "X (a)"]);
    }

    #[test]
    fn another_target_is_another_benchmark_even_alone() {
        assert_eq!(aligned(&[run(&[("X", "a")]), run(&[("X", "b")])]), ["X (a)", "X (b)"]);
    }

    #[test]
    fn what_was_stored_without_a_qualifier_is_the_only_one_of_its_name() {
        let (old, new) = (run(&[("X", "")]), run(&[("X", "a")]));
        assert_eq!(aligned(&[old.clone(), new.clone()]), ["X", "X"]);
        let two = run(&[("X", "a"), ("X", "b")]);
        assert_eq!(aligned(&[old, two.clone()]), ["X", "X (a), X (b)"], "nobody knows which");
        let old = run(&[("X (a)", ""), ("X (b)", "")]);
        assert_eq!(aligned(&[old.clone(), new]), ["X, X (b)", "X"]);
        assert_eq!(aligned(&[old, two]), ["X (a), X (b)", "X (a), X (b)"]);
    }

    #[test]
    fn one_without_a_qualifier_beside_one_with_it_keeps_its_name() {
        let (both, one) = (run(&[("f", ""), ("f", "f_2")]), run(&[("f", "")]));
        assert_eq!(aligned(&[one, both.clone()]), ["f", "f, f (f_2)"]);
        let names = Names::of_runs([&both]);
        assert_eq!((names.meant("f"), names.full("f")), (vec!["f (f_2)", "f"], "f"));
    }

    #[test]
    fn metrics_go_with_what_they_measure_and_words_of_people_find_it() {
        let mut runs = vec![run(&[("X", "a")]), run(&[("X", "a"), ("X", "b"), ("Y", "a")])];
        let names = align(&mut [&mut runs]);
        assert_eq!(runs[0].metrics[0].name, "X (a)/bytes");
        assert_eq!(runs[1].metrics[2].name, "Y/bytes");
        assert_eq!(names.meant("X"), ["X (a)", "X (b)"]);
        assert_eq!(names.meant("Y (a)/bytes"), ["Y/bytes"]);
        assert_eq!((names.meant("X (a)"), names.meant("Z")), (vec!["X (a)"], vec!["Z"]));
        assert_eq!(
            (names.full("Y"), names.full("X"), names.full("X (a)")),
            ("Y (a)", "X", "X (a)")
        );
    }
}
