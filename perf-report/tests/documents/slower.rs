//! The document of what became slower.

use perf_report::model::{SlowerDocument, Verdict};
use perf_report::render::html::site;
use perf_report::render::{Document as _, Screen, json};

use super::obeys;

const SCHEMA: &str = include_str!("../../schemas/slower.v1.schema.json");
const GOLDEN: &str = include_str!("../golden/slower.v1.json");

#[test]
fn what_became_slower_obeys_its_schema() {
    obeys(GOLDEN, SCHEMA);
    let slower: SlowerDocument = serde_json::from_str(GOLDEN).unwrap();
    let [worse, not_judged] = slower.series.as_slice() else { panic!("{slower:?}") };
    assert_eq!((worse.before, worse.verdict, slower.judged()), (5, Verdict::Regression, 1));
    assert_eq!(worse.worse[0].name, "slowed::tokenize");
    assert_eq!(not_judged.not_judged.as_deref(), Some("no comparable run was made before"));
    let written = json::json(&slower).unwrap();
    obeys(&written, SCHEMA);
    assert_eq!(serde_json::from_str::<SlowerDocument>(&written).unwrap(), slower);
}

#[test]
fn its_page_has_a_line_for_each_function_and_links_to_its_run() {
    let slower: SlowerDocument = serde_json::from_str(GOLDEN).unwrap();
    let page = site::slower(&slower);
    assert_eq!(page.matches("fn=slowed%3A%3Atokenize").count(), 1, "{page}");
    assert!(page.contains("1 of 1 commands that were judged became slower"), "{page}");
    assert!(page.contains("no comparable run was made before"), "{page}");
    let run = &slower.series[0].run;
    assert!(page.contains(&format!("href=\"/run/{run}#view=difference\"")), "{page}");
}

#[test]
fn it_is_shown_to_people_and_in_pull_requests() {
    let slower: SlowerDocument = serde_json::from_str(GOLDEN).unwrap();
    insta::assert_snapshot!(slower.human(Screen::default()));
    insta::assert_snapshot!(slower.markdown().unwrap());
    let mut fine = slower.clone();
    fine.series[0].worse.clear();
    fine.branch = Some("main".to_owned());
    fine.left_out = 1;
    insta::assert_snapshot!(fine.human(Screen::default()));
}
