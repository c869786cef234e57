//! The conditions that filters become. What a server makes of them is tested from end to end.

use super::*;
use crate::model::BuildKeys;

fn of(filter: &Filter) -> String {
    let place = |id: &str| Ok::<_, ()>((id == "there").then(|| (7, 8, id.to_owned())));
    condition("it's", filter, place).unwrap()
}

#[test]
fn a_filter_is_a_condition_in_which_texts_are_texts() {
    let text = |text: &str| Some(text.to_owned());
    let build = Some(BuildKeys { crates: text("b1"), recorder: "r'1".to_owned() });
    let all = Filter {
        id_prefix: text("2026"),
        label: text("\\' OR 1 = 1 --"),
        command_part: text("a b"),
        commit_prefix: text("abc"),
        tag: text("gpu"),
        source: text(""),
        since: text("2026-11-20"),
        older_than: text("there"),
        failed: Some(false),
        dirty: Some(true),
        but: ["x".to_owned(), "y'".to_owned()].into(),
        build,
        ..Filter::default()
    };
    insta::assert_snapshot!(of(&all).replace(" AND ", "\nAND "));
    assert_eq!(of(&Filter::default()), r"project = 'it\'s' AND removed = 0");
    let gone = Filter { newer_than: text("gone"), ..Filter::default() };
    assert!(of(&gone).ends_with("AND 0 = 1"));
    let any = Filter { command_part: text(""), ..Filter::default() };
    assert_eq!(of(&any), of(&Filter::default()));
}
