//! Files of baselines: the corpus of their fuzzer, and what comes of damage to it.

#[path = "../../fuzz/laws.rs"]
mod laws;

use std::fs;
use std::path::Path;

use perf_report::model::Baseline;
use proptest::prelude::*;

use super::{BASELINE_FILE_SCHEMA, golden, obeys, slower, with_futures, with_metrics};

/// The committed files, by name. `NEW_CORPUS=1` writes them anew, as is due when the form of the file changes.
fn corpus() -> Vec<(String, String)> {
    static WRITTEN: std::sync::Once = std::sync::Once::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/baseline");
    if std::env::var_os("NEW_CORPUS").is_some() {
        WRITTEN.call_once(|| write_corpus(&folder));
    }
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    assert!(files.len() >= 4, "{files:?}");
    files
}

fn write_corpus(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let several =
        vec![with_metrics("20261123T1-1", 7), with_futures("20261122T1-1", 900), golden()];
    let metrics = vec![golden(), slower(2), slower(3), with_metrics("20261123T1-1", 7)];
    for (name, runs) in [("one", vec![golden()]), ("several", several), ("metrics", metrics)] {
        let baseline = Baseline::of(runs);
        fs::write(folder.join(format!("{name}.json")), baseline.to_text().unwrap()).unwrap();
        let former = serde_json::to_string(&baseline).unwrap() + "\n";
        if name == "several" {
            fs::write(folder.join("former.json"), former).unwrap();
        }
    }
}

#[test]
fn the_corpus_obeys_the_laws_and_the_schema() {
    for (path, text) in corpus() {
        laws::check(text.as_bytes());
        let baseline = Baseline::from_json(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        if text.contains("\"version\": 2") {
            obeys(&text, BASELINE_FILE_SCHEMA);
            assert_eq!(baseline.to_text().unwrap(), text, "{path} is as it is written today");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn damage_obeys_the_laws(
        file: prop::sample::Index, at: prop::sample::Index, length in 0_usize..9, with in "[ -~]{0,4}", cut: bool,
    ) {
        let files = corpus();
        let mut bytes = files[file.index(files.len())].1.clone().into_bytes();
        let at = at.index(bytes.len());
        if cut {
            bytes.truncate(at);
        }
        let end = (at + length).min(bytes.len());
        bytes.splice(at.min(end)..end, with.bytes());
        laws::check(&bytes);
    }
}
