//! Entries as they are written, read, replaced, taken out, and refused.

use super::*;
use jiff::civil::date as day;

fn blessing(function: &str, metric: Metric, from: f64, to: f64) -> Blessing {
    Blessing {
        function: function.to_owned(),
        metric,
        from,
        to,
        commit: Some("9d8e7f6a".to_owned()),
        reason: "tokens keep \"spans\"".to_owned(),
        created: day(2026, 11, 20),
        expires: Some(day(2027, 2, 18)),
        line: 0,
    }
}

fn two() -> String {
    let entries = [
        blessing("app::parse", Metric::SelfNs, 5_122_000.0, 7_171_000.0),
        blessing("app::parse", Metric::Calls, 1200.0, 1440.0),
    ];
    with("", &entries).unwrap()
}

/// A file with one metric in each entry, as in the first format.
const ONE_EACH: &str = r#"
# Ask Ada.
[[blessing]]
function = "app::parse" # retries
metric = "self"
from = "5.122ms"
to = "7.171ms"
commit = "9d8e7f6a"
reason = "tokens"
created = 2026-11-20

[[blessing]]
metric = "calls"
function = "app::parse"
from = 1200
to = 1440
reason = "tokens"
created = 2026-11-20 # a Friday
expires = 2027-02-18
"#;

#[test]
fn a_file_is_made_for_review() {
    insta::assert_snapshot!(two(), @r#"
    # Regressions that were accepted: perf-report lets them pass, up to `to`, until `expires`.
    # Written by `perf-report bless`, and made to be committed and reviewed.

    [[blessing]]
    function = "app::parse"
    self = { from = "5.122ms", to = "7.171ms" }
    calls = { from = 1200, to = 1440 }
    commit = "9d8e7f6a"
    reason = 'tokens keep "spans"'
    created = 2026-11-20
    expires = 2027-02-18
    "#);
}

#[test]
fn what_is_written_is_read_back() {
    let read = blessings(&two()).unwrap();
    let line = |blessing| Blessing { line: 4, ..blessing };
    let own = line(blessing("app::parse", Metric::SelfNs, 5_122_000.0, 7_171_000.0));
    let calls = line(blessing("app::parse", Metric::Calls, 1200.0, 1440.0));
    assert_eq!(read, [calls, own.clone()]);
    let for_ever = Blessing { expires: None, commit: None, ..own };
    let text = with("", std::slice::from_ref(&for_ever)).unwrap();
    assert_eq!(blessings(&text), Ok(vec![for_ever]));
    assert_eq!(blessings("# nothing yet\n"), Ok(Vec::new()));
}

#[test]
fn entries_of_one_metric_are_read_and_become_one_where_all_of_them_are_accepted_anew() {
    let read = blessings(ONE_EACH).unwrap();
    let found: Vec<_> = read.iter().map(|it| (it.metric, it.from, it.line)).collect();
    assert_eq!(found, [(Metric::SelfNs, 5_122_000.0, 3), (Metric::Calls, 1200.0, 12)]);
    let both = [
        blessing("app::parse", Metric::SelfNs, 5_122_000.0, 8_000_000.0),
        blessing("app::parse", Metric::Calls, 1200.0, 2000.0),
    ];
    insta::assert_snapshot!(with(ONE_EACH, &both).unwrap().trim_start(), @r#"
    # Ask Ada.
    [[blessing]]
    function = "app::parse" # retries
    self = { from = "5.122ms", to = "8ms" }
    calls = { from = 1200, to = 2000 }
    commit = "9d8e7f6a"
    reason = 'tokens keep "spans"'
    created = 2026-11-20
    expires = 2027-02-18
    "#);
    insta::assert_snapshot!(with(ONE_EACH, &both[1..]).unwrap().trim_start(), @r#"
    # Ask Ada.
    [[blessing]]
    function = "app::parse" # retries
    metric = "self"
    from = "5.122ms"
    to = "7.171ms"
    commit = "9d8e7f6a"
    reason = "tokens"
    created = 2026-11-20

    [[blessing]]
    function = "app::parse"
    calls = { from = 1200, to = 2000 }
    commit = "9d8e7f6a"
    reason = 'tokens keep "spans"'
    created = 2026-11-20 # a Friday
    expires = 2027-02-18
    "#);
    assert_eq!(without(ONE_EACH, "app::parse", Some(Metric::Calls)).unwrap().1, 1);
    let (text, removed) = without(ONE_EACH, "app::parse", None).unwrap();
    assert_eq!((blessings(&text), removed), (Ok(Vec::new()), 2));
}

#[test]
fn an_entry_is_replaced_and_what_people_wrote_stays() {
    let text = two().replace("[[blessing]]", "# Ask Ada.\n[[blessing]]");
    let text = text.replace("\ncreated = 2026-11-20", "\ncreated = 2026-11-20 # a Friday");
    let later = |mut blessing: Blessing| {
        blessing.reason = "more of it".to_owned();
        blessing
    };
    let new = [
        later(blessing("app::parse", Metric::Calls, 1200.0, 2000.0)),
        blessing("app::write", Metric::P99Ns, 0.5, 1.5e9),
    ];
    let text = with(&text, &new).unwrap();
    // What is accepted for another reason is an entry of its own.
    insta::assert_snapshot!(text, @r#"
    # Regressions that were accepted: perf-report lets them pass, up to `to`, until `expires`.
    # Written by `perf-report bless`, and made to be committed and reviewed.

    # Ask Ada.
    [[blessing]]
    function = "app::parse"
    self = { from = "5.122ms", to = "7.171ms" }
    commit = "9d8e7f6a"
    reason = 'tokens keep "spans"'
    created = 2026-11-20 # a Friday
    expires = 2027-02-18

    [[blessing]]
    function = "app::parse"
    calls = { from = 1200, to = 2000 }
    commit = "9d8e7f6a"
    reason = "more of it"
    created = 2026-11-20
    expires = 2027-02-18

    [[blessing]]
    function = "app::write"
    p99 = { from = "0.5ns", to = "1.5s" }
    commit = "9d8e7f6a"
    reason = 'tokens keep "spans"'
    created = 2026-11-20
    expires = 2027-02-18
    "#);
    let both = [
        blessing("app::parse", Metric::SelfNs, 1e6, 2e6),
        blessing("app::parse", Metric::Calls, 1.0, 2.0),
    ];
    let again = with(&text, &both).unwrap();
    assert_eq!(again.matches("[[blessing]]").count(), 2, "{again}");
    assert!(again.contains("# Ask Ada.") && again.contains("# a Friday"), "{again}");
    let (text, removed) = without(&text, "app::parse", Some(Metric::SelfNs)).unwrap();
    assert_eq!((blessings(&text).unwrap().len(), removed), (2, 1));
    let (text, removed) = without(&text, "app::parse", None).unwrap();
    assert_eq!((blessings(&text).unwrap().len(), removed), (1, 1));
    assert_eq!(without("", "f", None), Ok((String::new(), 0)));
}

#[test]
fn mistakes_are_named_with_their_line() {
    let mistake = |text: &str| {
        let error = blessings(text).unwrap_err();
        let line = error.line.map_or_else(String::new, |line| line.to_string());
        format!("{line}: {}; {}", error.problem, error.help.unwrap_or_default())
    };
    let changed = |from: &str, to: &str| {
        assert!(two().contains(from), "{from}");
        mistake(&two().replacen(from, to, 1))
    };
    let old = |from: &str, to: &str| {
        assert!(ONE_EACH.contains(from), "{from}");
        mistake(&ONE_EACH.replacen(from, to, 1))
    };
    let all = [
        changed("reason", "raeson"),
        changed("'tokens keep \"spans\"'", "' '"),
        changed("self = {", "slef = {"),
        changed("self = {", "p50 = {}\nself = {"),
        changed("self = {", "self = 3 #"),
        changed("to = 1440", "to = \"1440\""),
        changed("to = \"7.171ms\"", "two = \"7.171ms\""),
        changed("to = \"7.171ms\"", "to = 7.171"),
        changed("2027-02-18", "\"next year\""),
        changed("function = \"app::parse\"\n", ""),
        old("metric = \"self\"", "metric = \"slef\""),
        old("metric = \"self\"", "metric = \"calls\""),
        old("metric = \"calls\"", "metric = \"self\""),
        old("metric = \"calls\"", "calls = { from = 1, to = 2 }\nmetric = \"calls\""),
        old("metric = \"self\"\nfrom = \"5.122ms\"\nto = \"7.171ms\"\n", ""),
        mistake("blessing = 3"),
        mistake("[[blessings]]"),
        mistake("[[blessing"),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    9: unknown key "raeson" in [[blessing]]; did you mean `reason`?
    9: `reason`: it is empty; 
    6: unknown key "slef" in [[blessing]]; did you mean `self`?
    4: a blessing of `p50` without `from`; 
    6: `self`: expected `{ from = …, to = … }`, found a value of type integer; 
    7: `to`: expected a number, found a value of type string; 
    6: unknown key "two" in [blessing.self]; known keys: from, to
    6: `to`: expected a duration, such as "20.1ms", found a value of type float; 
    11: `expires`: "next year" is no date: write 2027-01-31; 
    4: a blessing without `function`; 
    5: `metric`: there is no metric "slef"; did you mean `self`?; 
    6: `from`: expected a number, found a value of type string; 
    15: `from`: expected a duration, such as "20.1ms", found a value of type integer; 
    12: calls of "app::parse" is blessed on line 12 already; 
    3: a blessing without a metric, such as `self = { from = "5ms", to = "7ms" }`; 
    1: `blessing` must be a list of tables: [[blessing]]; 
    1: unknown key "blessings"; did you mean `blessing`?
    1: this is no TOML: unclosed array table, expected `]]`;
    "#);
}
