//! Reports: their schema, their exit codes, and the settings of a project.

use perf_report::model::{Report, ScoreWord};
use perf_report::render::json;

use super::{Project, golden, obeys, slower};

const SCHEMA: &str = include_str!("../../schemas/report.v1.schema.json");
const GOLDEN: &str = include_str!("../golden/report.v1.json");

#[test]
fn reports_obey_their_schema() {
    obeys(GOLDEN, SCHEMA);
    let report: Report = serde_json::from_str(GOLDEN).unwrap();
    assert_eq!(report.score.as_ref().map(|it| it.word), Some(ScoreWord::Critical));
    assert!(!report.advice.is_empty() && !report.went_badly.is_empty());
    let written = json::json(&report).unwrap();
    obeys(&written, SCHEMA);
    assert_eq!(serde_json::from_str::<Report>(&written).unwrap(), report);
}

#[test]
fn report_tells_of_a_run_and_fails_only_when_asked() {
    let project = Project::with(&[&golden(), &slower(2)]);
    let alone = obeys(&project.prints(&["report", "--format", "json"], 0), SCHEMA);
    assert_eq!(alone["baseline"], serde_json::Value::Null);
    project.says(&["baseline", "save", "main", "latest~1"], 0);
    let document = obeys(&project.prints(&["report", "--format", "json"], 0), SCHEMA);
    assert_eq!(document["baseline"], "main");
    assert_eq!(document["reliability"]["of"], 2);
    let score = document["score"]["value"].as_f64().unwrap();
    assert!(score <= 59.0, "a certain regression caps it: {score}");
    let none = obeys(&project.prints(&["report", "--no-baseline", "--format", "json"], 0), SCHEMA);
    assert_eq!(none["baseline"], serde_json::Value::Null);

    project.prints(&["report", "--min-score", "10"], 0);
    let said = project.says(&["report", "--min-score", "90"], 3);
    assert!(said.contains("90 is the least that passes"), "{said}");
    project.says(&["report", "--min-score", "101"], 2);
    project.says(&["report", "nothing-like-it"], 2);
    project.write("perf.toml", "[score]\nmin-score = 90\n");
    project.prints(&["report"], 3);
    project.prints(&["report", "--min-score", "10"], 0);
    project.write("perf.toml", "[advice]\nallow = [\"tial\"]\n");
    let said = project.says(&["report"], 2);
    insta::assert_snapshot!(said, @r#"
    error: perf.toml:2: `allow`: "tial" is no rule of advice; did you mean `tail`?
    "#);
}

#[test]
fn a_trailer_is_one_line_and_markdown_a_document() {
    let project = Project::with(&[&golden(), &slower(2)]);
    project.says(&["baseline", "save", "main", "latest~1"], 0);
    let trailer = project.prints(&["report", "--format", "trailer"], 0);
    assert!(trailer.starts_with("Perf-Track: ") && trailer.lines().count() == 1, "{trailer}");
    assert!(trailer.contains("1 regression") && trailer.contains("tokenize +100"), "{trailer}");
    let markdown = project.prints(&["report", "--format", "markdown"], 0);
    assert!(markdown.starts_with("### ~") && markdown.contains("#### Next steps"), "{markdown}");
    project.says(&["report", "--format", "csv"], 2);
}

#[test]
fn an_empty_store_has_nothing_to_report() {
    let project = Project::with(&[]);
    project.says(&["report"], 4);
}
