//! What expressions mean, as anyone would write such tests: nothing here knows of recording.

use tracked_lib::{Error, Names, Node, evaluate, parse};

fn value(text: &str) -> Result<f64, Error> {
    let mut names = Names::default();
    names.set("x", 3.0);
    names.set("rate_2", 0.25);
    evaluate(text, &names)
}

#[test]
fn products_bind_more_strongly_than_sums() {
    assert_eq!(value("1 + 2 * 3"), Ok(7.0));
    assert_eq!(value("2 * 3 + 1"), Ok(7.0));
}

#[test]
fn brackets_come_first() {
    assert_eq!(value("(1 + 2) * (3 - 1)"), Ok(6.0));
    assert_eq!(value("((((5))))"), Ok(5.0));
}

#[test]
fn differences_and_quotients_group_to_the_left_and_powers_to_the_right() {
    assert_eq!(value("10 - 4 - 3"), Ok(3.0));
    assert_eq!(value("64 / 4 / 2"), Ok(8.0));
    assert_eq!(value("2 ^ 3 ^ 2"), Ok(512.0));
}

#[test]
fn a_sign_stands_before_a_power() {
    assert_eq!(value("-2 ^ 2"), Ok(-4.0));
    assert_eq!(value("2 * -3"), Ok(-6.0));
}

#[test]
fn names_have_values() {
    assert_eq!(value("x * x * rate_2"), Ok(2.25));
}

#[test]
fn a_tree_can_be_used_again() {
    let tree = parse("x ^ 2 + 1").unwrap();
    assert!(matches!(tree, Node::Operation('+', ..)));
    let mut names = Names::default();
    for (x, expected) in [(0.0, 1.0), (1.0, 2.0), (2.0, 5.0)] {
        names.set("x", x);
        assert_eq!(tree.value(&names), Ok(expected));
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    assert_eq!(value("1 + ?"), Err(Error::Character { found: '?', at: 4 }));
    assert_eq!(value("1.2.3"), Err(Error::Number { at: 0 }));
    assert_eq!(value("(1 + 2"), Err(Error::Unexpected { at: 6, expected: "a closing bracket" }));
    assert_eq!(value("1 2").unwrap_err().to_string(), "expected an operator or the end at byte 2");
}

#[test]
fn what_has_no_value_is_an_error() {
    assert_eq!(value("1 / (x - 3)"), Err(Error::DivisionByZero));
    assert_eq!(value("1 + unknown"), Err(Error::Unknown { name: "unknown".into() }));
}
