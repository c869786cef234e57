//! The benchmarks that a command of ours made: criterion's, added to the run of the command.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::sources::{criterion_fresh, quickly};
use crate::import::criterion::{self, Taken};
use crate::import::{Imported, Options};
use crate::model::{self, Identity, RunDocument};
use crate::project::context::Context;
use crate::text::order::natural;

/// The longest tick of the clock that files are stamped by.
const TICK: Duration = Duration::from_millis(10);

/// Adds to `document` what criterion has written since the command began, and nothing older. Without a folder of
/// criterion, or where nothing in it is new, nothing is read.
pub(crate) fn add(context: &Context, document: &mut RunDocument, began: SystemTime) {
    // Files are stamped by a clock that ticks.
    let began = began.checked_sub(TICK).unwrap_or(began);
    let places = quickly(context, document.run.as_run());
    let since = began.duration_since(UNIX_EPOCH).ok();
    let since = since.and_then(|it| u64::try_from(it.as_nanos()).ok()).unwrap_or(0);
    let mut problems = Vec::new();
    for place in places.iter().filter(|place| place.is_dir()) {
        let Some(fresh) = criterion_fresh(place, began) else { continue };
        match criterion::read(&fresh.files, Taken::Since(since), &Options::default()) {
            Ok(mut imported) => {
                imported.notes.append(fresh.notes);
                problems.extend(imported.notes.problems());
                put(document, imported);
            }
            Err(mistake) => {
                problems.push(format!(
                    "benchmarks in {} were left out: {mistake}",
                    context.shown(place)
                ));
            }
        }
    }
    document.recording.problems.extend(problems);
}

/// Puts benchmarks beside the functions of a run. Whatever functions there are, each is a benchmark and no
/// function of its name.
fn put(document: &mut RunDocument, imported: Imported) {
    /// The fact that tells it apart from a function.
    const QUALIFIER: &str = "benchmark";
    for mut function in imported.runs.into_iter().flat_map(|run| run.functions) {
        let own = function.identity.take();
        let name = own.as_ref().map_or_else(|| function.name.clone(), |own| own.name.clone());
        let qualifier = match own {
            Some(own) => format!("{QUALIFIER}, {}", own.qualifier),
            None => QUALIFIER.to_owned(),
        };
        function.identity = Some(Box::new(Identity { name, qualifier, measure: None }));
        document.functions.push(function);
    }
    model::align(&mut [std::slice::from_mut(document)]);
    document.functions.sort_by(|a, b| natural(&a.name, &b.name));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::ImportedRun;
    use crate::model::{Function, FunctionKind, samples};

    fn with_benchmark(functions: &[&str]) -> Vec<String> {
        let function =
            |name: &str, kind| Function { name: name.to_owned(), kind, ..Function::default() };
        let tracked = functions.iter().map(|name| function(name, FunctionKind::Function));
        let mut document = RunDocument { functions: tracked.collect(), ..samples::empty() };
        let functions = vec![function("decode", FunctionKind::Benchmark)];
        let run = ImportedRun { functions, ..ImportedRun::default() };
        put(&mut document, Imported { runs: vec![run], ..Imported::default() });
        let own = document.functions.iter().find_map(|it| it.identity.as_ref());
        assert_eq!(own.unwrap().full(), "decode (benchmark)", "whatever else is there");
        document.functions.into_iter().map(|it| it.name).collect()
    }

    #[test]
    fn a_function_of_the_name_of_a_benchmark_changes_nothing_of_it() {
        assert_eq!(with_benchmark(&[]), ["decode"]);
        assert_eq!(with_benchmark(&["decode"]), ["decode", "decode (benchmark)"]);
    }
}
