//! The part of a run that is enough where some of its functions are looked at one by one: they, and the sums of all
//! others, by which shares are known.

use perf_runtime::segment::OVERFLOW_NAME;

use super::{Function, FunctionKind, RunDocument};

/// Returns whether an excerpt has the function of this name whatever is wanted: by its calls a run is whole or not.
pub(crate) fn is_in_excerpt(name: &str) -> bool {
    name == OVERFLOW_NAME
}

impl RunDocument {
    /// Returns the run with the functions that are wanted, and with all that is no plain tracked function. The others
    /// are one function at the end, which has no name, no calls, and their own times added up; so
    /// [`own_ns`](Self::own_ns) and [`preempted_pct`](Self::preempted_pct) stay what they were.
    pub(crate) fn excerpt(mut self, is_wanted: impl Fn(&str) -> bool) -> Self {
        let mut rest: Option<Function> = None;
        self.functions.retain(|it| {
            let is_plain = it.kind == FunctionKind::Function && it.identity.is_none();
            let is_kept = !is_plain || is_in_excerpt(&it.name) || is_wanted(&it.name);
            if !is_kept {
                let rest = rest.get_or_insert_default();
                rest.add_own(it.self_ns, it.self_preempted_ns, it.raw_self_ns);
            }
            is_kept
        });
        self.functions.extend(rest);
        self
    }
}

impl Function {
    /// Adds the own time of another function, with the part of the third time for which threads waited.
    pub(crate) fn add_own(&mut self, self_ns: u64, preempted_ns: u64, raw_self_ns: u64) {
        self.self_ns = self.self_ns.saturating_add(self_ns);
        self.self_preempted_ns = self.self_preempted_ns.saturating_add(preempted_ns);
        self.raw_self_ns = self.raw_self_ns.saturating_add(raw_self_ns);
    }
}

#[cfg(test)]
mod tests {
    use crate::model::samples;

    #[test]
    fn an_excerpt_has_what_is_wanted_and_the_sums_of_the_rest() {
        let mut run = samples::typical().sample();
        for (function, waited) in run.functions.iter_mut().zip(1_000..) {
            function.self_preempted_ns = waited;
            function.raw_self_ns = function.self_ns + function.self_overhead_ns + waited;
        }
        let wanted = run.functions[2].clone();
        let excerpt = run.clone().excerpt(|name| name == wanted.name);
        let [kept, rest] = &excerpt.functions[..] else { panic!("{excerpt:?}") };
        assert_eq!((kept, rest.name.as_str(), rest.calls), (&wanted, "", 0));
        assert_eq!(excerpt.own_ns(), run.own_ns());
        assert_eq!(excerpt.preempted_ns(), run.preempted_ns());
        assert!((excerpt.preempted_pct() - run.preempted_pct()).abs() < 1e-12);
        assert_eq!(run.clone().excerpt(|_| true), run);
        assert_eq!(samples::empty().excerpt(|_| false), samples::empty());
    }
}
