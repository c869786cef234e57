//! The text of `perf-blessed.toml` becomes blessings, or an error that says where; and back. Pure.
//!
//! ```toml
//! [[blessing]]
//! function = "app::parse::tokenize"
//! metric = "self"
//! from = "5.12ms"
//! to = "7.17ms"
//! commit = "9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e"
//! reason = "tokens keep their spans"
//! created = 2026-11-20
//! expires = 2027-02-18
//! ```

use jiff::civil::Date;
use toml::Spanned;
use toml::de::DeValue;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::quantity;
use super::source::{Section, SourceError, expected, line, parse, text};
use crate::model::Metric;
use crate::verdict::Blessing;

/// The only key of the document.
const KEY: &str = "blessing";

/// What stands above the first entry.
const HEADER: &str = "\
# Regressions that were accepted: perf-report lets them pass, up to `to`, until `expires`.
# Written by `perf-report bless`, and made to be committed and reviewed.

";

/// The blessings in `text`.
pub(crate) fn blessings(source: &str) -> Result<Vec<Blessing>, SourceError> {
    let document = parse(source)?;
    let root = Section { text: source, path: String::new(), table: document.get_ref() };
    root.only(&[KEY])?;
    let Some(entries) = root.table.get(KEY) else { return Ok(Vec::new()) };
    let tables = entries.get_ref().as_array().ok_or_else(|| {
        root.error(&entries.span(), format!("`{KEY}` must be a list of tables: [[{KEY}]]"))
    })?;
    let mut list: Vec<Blessing> = Vec::new();
    for entry in tables {
        let blessing = blessing(source, entry)?;
        let is_same = |it: &&Blessing| is_for(it, &blessing.function, Some(blessing.metric));
        if let Some(first) = list.iter().find(is_same) {
            let (function, metric, line) = (&blessing.function, blessing.metric.word(), first.line);
            let problem = format!("{metric} of {function:?} is blessed on line {line} already");
            return Err(root.error(&entry.span(), problem));
        }
        list.push(blessing);
    }
    Ok(list)
}

/// `source` with these blessings, each in the place of a former one for the same function and
/// metric. Everything else, comments too, stays as it is.
pub(crate) fn with(source: &str, new: &[Blessing]) -> Result<String, SourceError> {
    let mut document = editable(source)?;
    if document.get(KEY).is_none() {
        document.insert(KEY, Item::ArrayOfTables(ArrayOfTables::new()));
    }
    let is_new = source.trim().is_empty();
    let Some(entries) = document.get_mut(KEY).and_then(Item::as_array_of_tables_mut) else {
        return Err(inline_list());
    };
    for blessing in new {
        let place = entries
            .iter_mut()
            .find(|it| is_entry_for(it, &blessing.function, Some(blessing.metric)));
        if let Some(table) = place {
            fill(table, blessing);
            continue;
        }
        let mut table = Table::new();
        fill(&mut table, blessing);
        let prefix = if entries.is_empty() && is_new { HEADER } else { "\n" };
        table.decor_mut().set_prefix(prefix);
        entries.push(table);
    }
    Ok(document.to_string())
}

/// `source` without the blessings of `function`, or without the one for `metric`; and how many
/// these were.
pub(crate) fn without(
    source: &str,
    function: &str,
    metric: Option<Metric>,
) -> Result<(String, usize), SourceError> {
    let mut document = editable(source)?;
    let Some(entries) = document.get_mut(KEY) else { return Ok((source.to_owned(), 0)) };
    let entries = entries.as_array_of_tables_mut().ok_or_else(inline_list)?;
    let before = entries.len();
    entries.retain(|it| !is_entry_for(it, function, metric));
    let removed = before - entries.len();
    Ok((document.to_string(), removed))
}

/// Whether a blessing is for `function`, and for `metric` where one is given.
pub(crate) fn is_for(blessing: &Blessing, function: &str, metric: Option<Metric>) -> bool {
    blessing.function == function && metric.is_none_or(|metric| blessing.metric == metric)
}

fn is_entry_for(table: &Table, function: &str, metric: Option<Metric>) -> bool {
    let text = |key: &str| table.get(key).and_then(Item::as_str);
    text("function") == Some(function)
        && metric.is_none_or(|metric| {
            text("metric").and_then(|word| quantity::metric(word).ok()) == Some(metric)
        })
}

fn editable(source: &str) -> Result<DocumentMut, SourceError> {
    source.parse().map_err(|error: toml_edit::TomlError| SourceError {
        line: error.span().map(|span| line(source, &span)),
        problem: format!("this is no TOML: {}", error.message()),
        help: None,
    })
}

fn inline_list() -> SourceError {
    SourceError {
        line: None,
        problem: format!("`{KEY}` is written as an inline list, which is not edited"),
        help: Some(format!("write each entry under a line [[{KEY}]]")),
    }
}

/// Writes what the blessing says, in the order in which people read it.
fn fill(table: &mut Table, blessing: &Blessing) {
    let mut set = |key: &str, item: Option<Item>| {
        let Some(mut item) = item else {
            table.remove(key);
            return;
        };
        // The comment behind a value stays.
        let decor = table.get(key).and_then(Item::as_value).map(|old| old.decor().clone());
        if let (Some(decor), Some(new)) = (decor, item.as_value_mut()) {
            *new.decor_mut() = decor;
        }
        table.insert(key, item);
    };
    set("function", Some(value(&blessing.function)));
    set("metric", Some(value(blessing.metric.word())));
    set("from", Some(quantity::item(blessing.metric, blessing.from)));
    set("to", Some(quantity::item(blessing.metric, blessing.to)));
    set("commit", blessing.commit.as_ref().map(value));
    set("reason", Some(value(&blessing.reason)));
    set("created", Some(value(date(blessing.created))));
    set("expires", blessing.expires.map(|last| value(date(last))));
}

fn date(date: Date) -> toml_edit::Datetime {
    let part = |part: i8| part.unsigned_abs();
    let date = toml_edit::Date {
        year: date.year().unsigned_abs(),
        month: part(date.month()),
        day: part(date.day()),
    };
    date.into()
}

fn blessing(source: &str, entry: &Spanned<DeValue<'_>>) -> Result<Blessing, SourceError> {
    let at = line(source, &entry.span());
    let whole = |problem: String| SourceError { line: Some(at), problem, help: None };
    let table = entry.get_ref().as_table();
    let table =
        table.ok_or_else(|| whole(format!("`{KEY}` must be a list of tables: [[{KEY}]]")))?;
    let section = Section { text: source, path: format!("[{KEY}]"), table };
    section
        .only(&["function", "metric", "from", "to", "commit", "reason", "created", "expires"])?;
    let missing = |key: &str| whole(format!("a blessing without `{key}`"));
    let function = section.value("function", filled)?.ok_or_else(|| missing("function"))?;
    let metric = section.value("metric", |value| quantity::metric(&text(value)?))?;
    let metric = metric.ok_or_else(|| missing("metric"))?;
    let quantity = |key| {
        section.value(key, |value| quantity::read(metric, value))?.ok_or_else(|| missing(key))
    };
    Ok(Blessing {
        function,
        metric,
        from: quantity("from")?,
        to: quantity("to")?,
        commit: section.value("commit", text)?,
        reason: section.value("reason", filled)?.ok_or_else(|| missing("reason"))?,
        created: section.value("created", read_date)?.ok_or_else(|| missing("created"))?,
        expires: section.value("expires", read_date)?,
        line: at,
    })
}

fn filled(value: &DeValue<'_>) -> Result<String, String> {
    let text = text(value)?;
    if text.trim().is_empty() { Err("it is empty".to_owned()) } else { Ok(text) }
}

fn read_date(value: &DeValue<'_>) -> Result<Date, String> {
    let text = value.as_str().map(str::to_owned);
    let text = text.or_else(|| value.as_datetime().map(ToString::to_string));
    let text = text.ok_or_else(|| expected("a date, such as 2027-01-31", value))?;
    text.parse().map_err(|_| format!("{text:?} is no date: write 2027-01-31"))
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn a_file_is_made_for_review() {
        insta::assert_snapshot!(two(), @r#"
        # Regressions that were accepted: perf-report lets them pass, up to `to`, until `expires`.
        # Written by `perf-report bless`, and made to be committed and reviewed.

        [[blessing]]
        function = "app::parse"
        metric = "self"
        from = "5.122ms"
        to = "7.171ms"
        commit = "9d8e7f6a"
        reason = 'tokens keep "spans"'
        created = 2026-11-20
        expires = 2027-02-18

        [[blessing]]
        function = "app::parse"
        metric = "calls"
        from = 1200
        to = 1440
        commit = "9d8e7f6a"
        reason = 'tokens keep "spans"'
        created = 2026-11-20
        expires = 2027-02-18
        "#);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let read = blessings(&two()).unwrap();
        let expected = [
            Blessing {
                line: 4,
                ..blessing("app::parse", Metric::SelfNs, 5_122_000.0, 7_171_000.0)
            },
            Blessing { line: 14, ..blessing("app::parse", Metric::Calls, 1200.0, 1440.0) },
        ];
        assert_eq!(read, expected);
        let for_ever = Blessing { expires: None, commit: None, line: 4, ..expected[0].clone() };
        let text = with("", std::slice::from_ref(&for_ever)).unwrap();
        assert_eq!(blessings(&text), Ok(vec![for_ever]));
        assert_eq!(blessings("# nothing yet\n"), Ok(Vec::new()));
    }

    #[test]
    fn an_entry_is_replaced_and_what_people_wrote_stays() {
        let text = two().replace(
            "[[blessing]]\nfunction = \"app::parse\"\nmetric = \"calls\"",
            "# Ask Ada.\n[[blessing]]\nmetric = \"calls\"\nfunction = \"app::parse\" # retries",
        );
        let new = [
            blessing("app::parse", Metric::Calls, 1200.0, 2000.0),
            blessing("app::write", Metric::P99Ns, 0.5, 1.5e9),
        ];
        let text = with(&text, &new).unwrap();
        insta::assert_snapshot!(text, @r#"
        # Regressions that were accepted: perf-report lets them pass, up to `to`, until `expires`.
        # Written by `perf-report bless`, and made to be committed and reviewed.

        [[blessing]]
        function = "app::parse"
        metric = "self"
        from = "5.122ms"
        to = "7.171ms"
        commit = "9d8e7f6a"
        reason = 'tokens keep "spans"'
        created = 2026-11-20
        expires = 2027-02-18

        # Ask Ada.
        [[blessing]]
        metric = "calls"
        function = "app::parse" # retries
        from = 1200
        to = 2000
        commit = "9d8e7f6a"
        reason = 'tokens keep "spans"'
        created = 2026-11-20
        expires = 2027-02-18

        [[blessing]]
        function = "app::write"
        metric = "p99"
        from = "0.5ns"
        to = "1.5s"
        commit = "9d8e7f6a"
        reason = 'tokens keep "spans"'
        created = 2026-11-20
        expires = 2027-02-18
        "#);
        let (text, removed) = without(&text, "app::parse", Some(Metric::SelfNs)).unwrap();
        assert_eq!((blessings(&text).unwrap().len(), removed), (2, 1));
        let (text, removed) = without(&text, "app::parse", None).unwrap();
        assert_eq!((blessings(&text).unwrap().len(), removed), (1, 1));
        assert_eq!(without("", "f", None), Ok((String::new(), 0)));
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let said = |text: &str| {
            let error = blessings(text).unwrap_err();
            let line = error.line.map_or_else(String::new, |line| line.to_string());
            format!("{line}: {}; {}", error.problem, error.help.unwrap_or_default())
        };
        let changed = |from: &str, to: &str| {
            assert!(two().contains(from), "{from}");
            said(&two().replacen(from, to, 1))
        };
        let all = [
            changed("reason", "raeson"),
            changed("'tokens keep \"spans\"'", "' '"),
            changed("metric = \"self\"", "metric = \"slef\""),
            changed("metric = \"self\"", "metric = \"calls\""),
            changed("metric = \"calls\"", "metric = \"self\""),
            changed("to = 1440", "to = \"1440\""),
            changed("to = \"7.171ms\"", "to = 7.171"),
            changed("2027-02-18", "\"next year\""),
            changed("function = \"app::parse\"\n", ""),
            said("blessing = 3"),
            said("[[blessings]]"),
            said("[[blessing"),
        ];
        insta::assert_snapshot!(all.join("\n"), @r#"
        10: unknown key "raeson" in [[blessing]]; did you mean `reason`?
        10: `reason`: it is empty; 
        6: `metric`: there is no metric "slef"; did you mean `self`?; 
        7: `from`: expected a number, found a value of type string; 
        17: `from`: expected a duration, such as "20.1ms", found a value of type integer; 
        18: `to`: expected a number, found a value of type string; 
        8: `to`: expected a duration, such as "20.1ms", found a value of type float; 
        12: `expires`: "next year" is no date: write 2027-01-31; 
        4: a blessing without `function`; 
        1: `blessing` must be a list of tables: [[blessing]]; 
        1: unknown key "blessings"; did you mean `blessing`?
        1: this is no TOML: unclosed array table, expected `]]`;
        "#);
    }
}
