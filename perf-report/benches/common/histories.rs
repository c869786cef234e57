//! The CI histories of public projects that lie beside the repository, and which stretches of them
//! look as if nothing had changed. For benchmarks; without the folder they skip, visibly.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::path::Path;

use flate2::read::GzDecoder;
use perf_report::stats::robust::{mad_sigma, median};

/// Where the histories are.
pub(crate) const FOLDER: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/ci-history");
/// Runs of a stretch.
pub(crate) const STRETCH: usize = 100;

/// The values of a series, by project and name.
pub(crate) type Histories = BTreeMap<(String, String), Vec<f64>>;

/// Every series of the folder.
pub(crate) fn read(folder: &Path) -> Result<Histories, Box<dyn Error>> {
    let mut series = Histories::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "gz") {
            continue;
        }
        let project = path.file_name().unwrap_or_default().to_string_lossy();
        let project = project.split('.').next().unwrap_or_default();
        let mut rows = csv::Reader::from_reader(GzDecoder::new(File::open(&path)?));
        for row in rows.records() {
            let row = row?;
            let [Some(name), Some(value)] = [row.get(0), row.get(3)] else { continue };
            let key = (project.to_owned(), name.to_owned());
            series.entry(key).or_default().push(value.parse()?);
        }
    }
    Ok(series)
}

/// By a rule that knows no detector: medians of halves and quarters against the scale of the stretch.
pub(crate) fn looks_stationary(values: &[f64]) -> bool {
    let logs: Vec<f64> = values.iter().map(|value| value.ln()).collect();
    let Some(sigma) = mad_sigma(&logs).filter(|sigma| *sigma > 1e-6 && sigma.is_finite()) else {
        return false;
    };
    let levels =
        |parts: usize| -> Vec<f64> { logs.chunks(logs.len() / parts).filter_map(median).collect() };
    range(&levels(2)) < 0.5 * sigma && range(&levels(4)) < sigma
}

/// From the least to the greatest.
fn range(values: &[f64]) -> f64 {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max) - least
}
