//! Bodies that a service takes: valid JSON within its limits, whatever names are like and however many there are.

use serde_json::Value;

use super::*;
use crate::model::{AlertEvent, AlertKey, AlertKind, AlertText, samples};

const HOSTILE: &str =
    "a<!channel>&*b*_`x`_ @everyone [l](http://e.vil) |\u{1b}[31m\n::error::\u{202e}-->";

fn document(alerts: usize, name: &str) -> AlertDocument {
    let events = AlertEvent::ALL;
    let alerts: Vec<Alert> = (0..alerts).map(|at| alert(events[at % 3], at, name)).collect();
    let firing: Vec<Alert> =
        alerts.iter().filter(|it| it.event != AlertEvent::Resolved).cloned().collect();
    let command: Vec<String> = ["cargo", "test", name].map(str::to_owned).to_vec();
    AlertDocument {
        schema: crate::model::ALERT_SCHEMA.to_owned(),
        version: crate::model::ALERT_VERSION,
        status: if firing.is_empty() { AlertStatus::Success } else { AlertStatus::Failure },
        time: "2026-11-20T23:45:52Z".to_owned(),
        run: Some((&samples::typical()).into()),
        baseline: Some(format!("main{name}")),
        report: None,
        target_url: Some("https://ci.example/run/7".to_owned()),
        id: crate::model::monitor_id(&command),
        command,
        alerts,
        firing,
    }
}

fn alert(event: AlertEvent, at: usize, name: &str) -> Alert {
    let function = format!("demo::f{at}{name}");
    let key = AlertKey {
        function: Some(function.clone()),
        metric: Some("self_ns".to_owned()),
        ..AlertKey::of_command(AlertKind::Regression)
    };
    let what = AlertText {
        title: format!("{function}: self time +25.0 %"),
        reason: format!("over the limit of 15 %, {name}"),
        before: Some(1e6),
        now: Some(1.25e6),
        unit: Some("ns".to_owned()),
        change_pct: Some(25.0),
        ..AlertText::default()
    };
    Alert { event, id: key.id(&[]), key, since: "2026-11-19T23:45:52Z".to_owned(), runs: 2, what }
}

fn parsed(document: &AlertDocument, service: Service) -> Value {
    let text = body(document, service).unwrap();
    assert_eq!(text.lines().count(), 1, "a line each, for a shell");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
    serde_json::from_str(&text).unwrap()
}

fn texts<'a>(value: &'a Value, all: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => all.push(text),
        Value::Array(items) => items.iter().for_each(|it| texts(it, all)),
        Value::Object(fields) => fields.values().for_each(|it| texts(it, all)),
        _ => {}
    }
}

#[test]
fn bodies_are_as_they_were() {
    let document = document(3, "");
    for service in Service::ALL {
        let body = serde_json::to_string_pretty(&parsed(&document, service)).unwrap();
        insta::assert_snapshot!(format!("{service:?}").to_lowercase(), body);
    }
}

#[test]
fn hostile_names_stay_text() {
    let document = document(3, HOSTILE);
    for service in Service::ALL {
        let value = parsed(&document, service);
        let body = serde_json::to_string_pretty(&value).unwrap();
        insta::assert_snapshot!(format!("hostile_{service:?}").to_lowercase(), body);
        let mut all = Vec::new();
        texts(&value, &mut all);
        for text in all {
            // There it would call everybody; elsewhere it is code, or no markup at all.
            assert!(service != Service::Slack || !text.contains('<'), "{text}");
        }
    }
    let issue = parsed(&document, Service::GithubIssue)["body"].to_string();
    assert_eq!(issue.matches("<!--").count(), 1, "one marker, ours: {issue}");
}

#[test]
fn every_limit_holds_however_much_there_is() {
    let long = "é\u{1f600}&<`*".repeat(300);
    for (count, name) in [(0, ""), (1, ""), (3, HOSTILE), (40, long.as_str()), (10_000, HOSTILE)] {
        let document = document(count, name);
        if count > 0 {
            slack_within_limits(&parsed(&document, Service::Slack), count);
            discord_within_limits(&parsed(&document, Service::Discord), count);
            let teams = body(&document, Service::Teams).unwrap();
            assert!(teams.len() <= teams::LARGEST, "{} bytes for {count}", teams.len());
            let issue = parsed(&document, Service::GithubIssue);
            assert!(length(issue["title"].as_str().unwrap()) <= github_issue::LONGEST_TITLE);
            assert!(length(issue["body"].as_str().unwrap()) <= github_issue::LONGEST_BODY);
        }
        let status = parsed(&document, Service::CommitStatus);
        let description = status["description"].as_str().unwrap();
        assert!(length(description) <= commit_status::LONGEST_DESCRIPTION, "{description}");
    }
}

fn slack_within_limits(value: &Value, count: usize) {
    let blocks = value["blocks"].as_array().unwrap();
    assert!(blocks.len() <= slack::MOST_BLOCKS, "{} blocks for {count}", blocks.len());
    for block in blocks {
        let longest = match block["type"].as_str().unwrap() {
            "header" => slack::LONGEST_HEADER,
            _ => slack::LONGEST_SECTION,
        };
        let texts = [&block["text"]["text"], &block["elements"][0]["text"]];
        for text in texts.into_iter().filter_map(Value::as_str) {
            assert!(!text.is_empty() && length(text) <= longest, "{}", length(text));
        }
    }
}

fn discord_within_limits(value: &Value, count: usize) {
    assert!(length(value["content"].as_str().unwrap()) <= discord::LONGEST_CONTENT);
    assert_eq!(value["allowed_mentions"]["parse"], serde_json::json!([]));
    let embed = &value["embeds"][0];
    let fields = embed["fields"].as_array().unwrap();
    assert!(fields.len() <= discord::MOST_FIELDS && !fields.is_empty(), "{count}");
    let mut all = Vec::new();
    texts(embed, &mut all);
    let sum: usize = all.into_iter().map(length).sum();
    assert!(sum <= discord::LONGEST_EMBEDS, "{sum} for {count}");
    for field in fields {
        let (name, value) = (field["name"].as_str().unwrap(), field["value"].as_str().unwrap());
        assert!((1..=discord::LONGEST_NAME).contains(&length(name)));
        assert!((1..=discord::LONGEST_VALUE).contains(&length(value)));
    }
}

#[test]
fn with_nothing_to_say_only_a_commit_gets_a_word() {
    let quiet = document(0, "");
    for service in Service::ALL {
        let is_status = service == Service::CommitStatus;
        assert_eq!(body(&quiet, service).is_some(), is_status, "{service:?}");
    }
    assert_eq!(parsed(&quiet, Service::CommitStatus)["state"], "success");
    let told = AlertDocument { alerts: Vec::new(), ..document(1, "") };
    assert!(body(&told, Service::Slack).is_none() && body(&told, Service::GithubIssue).is_some());
    let start = AlertDocument { status: AlertStatus::Start, ..quiet };
    assert_eq!(parsed(&start, Service::CommitStatus)["state"], "pending");
}

#[test]
fn names_stay_as_they_are_where_nothing_is_marked_up() {
    assert_eq!(plain("app::parse_file: +3 %"), "app::parse_file: +3 %");
    assert_eq!(plain("_a_ *b* ~c~ `d`"), "＿a＿ ∗b∗ ∼c∼ ˋdˋ");
    assert_eq!(plain(""), "");
}
