//! Results with what tells each apart from others of its name. A name is one of facts of the result itself:
//! what else is in its file changes nothing of it.

use std::collections::{BTreeMap, BTreeSet};

use super::imported::{ImportedRun, Mistake};
use super::measured::Measured;
use super::notes::Notes;
use crate::model::{CustomMetric, Function, Identity};

/// A result, beside what tells it apart.
#[derive(Debug, Default)]
pub(super) struct Apart {
    /// What was measured.
    pub(super) measured: Measured,
    /// Its target, its package, its parameters: facts that stay the same from run to run.
    pub(super) qualifier: Option<String>,
    /// Its further measures, whose names begin with its own.
    pub(super) metrics: Vec<CustomMetric>,
}

impl Apart {
    /// Returns a result of which the name is all.
    pub(super) fn plain(measured: Measured) -> Self {
        Self { measured, ..Self::default() }
    }

    /// Returns a result with what tells it apart.
    pub(super) fn by(measured: Measured, qualifier: Option<String>) -> Self {
        Self { measured, qualifier, ..Self::default() }
    }

    /// Returns its identity, where the name is not all.
    fn identity(&self) -> Option<Identity> {
        let qualifier = self.qualifier.clone().filter(|it| !it.is_empty())?;
        Some(Identity { name: self.measured.name.clone(), qualifier, measure: None })
    }
}

/// Adds results to a run. Those whose values cannot be are left out, and noted.
///
/// # Errors
/// [`Mistake::Alike`] where nothing tells two apart.
pub(super) fn told_apart(
    all: Vec<Apart>,
    run: &mut ImportedRun,
    notes: &mut Notes,
) -> Result<(), Mistake> {
    let mut taken = BTreeSet::new();
    for one in all {
        let identity = one.identity();
        if !taken
            .insert(identity.as_ref().map_or_else(|| one.measured.name.clone(), Identity::full))
        {
            return Err(Mistake::Alike(one.measured.name));
        }
        let mut metrics = one.metrics;
        let mut function = one.measured.checked(notes).map(Measured::function);
        identify(identity.as_ref(), function.as_mut(), &mut metrics);
        run.functions.extend(function);
        run.metrics.extend(metrics);
    }
    Ok(())
}

/// Gives an identity to a function and its measures.
pub(super) fn identify(
    identity: Option<&Identity>,
    function: Option<&mut Function>,
    metrics: &mut [CustomMetric],
) {
    let Some(identity) = identity else { return };
    if let Some(function) = function {
        function.identity = Some(Box::new(identity.clone()));
    }
    for metric in metrics {
        let own = metric.name.strip_prefix(&identity.name).and_then(|it| it.strip_prefix('/'));
        let measure = own.map(str::to_owned);
        metric.identity = measure
            .map(|measure| Box::new(Identity { measure: Some(measure), ..identity.clone() }));
    }
}

/// Returns parameters as one text: `size=10, threads=2`.
pub(super) fn of_parameters(parameters: &BTreeMap<String, String>) -> String {
    let each = parameters.iter().map(|(name, value)| format!("{name}={value}"));
    each.collect::<Vec<_>>().join(", ")
}

/// Returns the folder of a benchmark of criterion, below that of all, where it has a number of its own behind it:
/// the second benchmark of one name gets one. Any other folder says no more than the name does, and other
/// versions and systems call it something else.
pub(super) fn numbered(folder: &str, name: &str) -> Option<String> {
    let folder = folder.replace('\\', "/");
    let last = folder.rsplit('/').next().unwrap_or_default();
    let (_, number) = last.rsplit_once('_')?;
    let is_number = number.parse::<u32>().is_ok_and(|number| number > 1);
    let mangled: String =
        name.chars().map(|it| if "?\"/\\*<>:|^".contains(it) { '_' } else { it }).collect();
    let is_of_name = mangled.to_lowercase().ends_with(&last.to_lowercase());
    (is_number && !is_of_name).then_some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_folder_is_told_from_a_number_in_a_name() {
        assert_eq!(numbered("g/f_2", "g/f"), Some("g/f_2".to_owned()));
        assert_eq!(numbered(r"g\F_3", "g/f"), Some("g/F_3".to_owned()));
        for (folder, name) in [
            ("g/f", "g/f"),
            ("g/f_2", "g/f_2"),
            ("g/utf_8", "g/utf:8"),
            ("g/F_2", "g/f_2"),
            ("f_x", "f"),
        ] {
            assert_eq!(numbered(folder, name), None, "{folder}");
        }
    }
}
