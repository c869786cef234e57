//! The order of names as people count: `sort/20` before `sort/1000`.

use std::cmp::Ordering;

/// Compares two names part by part, as `/` parts them: those that are numbers, or `key=number`, by their size, and
/// others by the numbers and the text in them. Names that differ are never equal.
///
/// ```
/// use perf_report::text::order::natural;
/// let mut names = ["sort/1000", "sort/20", "sort/0.5", "lock/threads=16", "lock/threads=2", "v10", "v9"];
/// names.sort_by(|a, b| natural(a, b));
/// let expected = ["lock/threads=2", "lock/threads=16", "sort/0.5", "sort/20", "sort/1000", "v9", "v10"];
/// assert_eq!(names, expected);
/// ```
pub fn natural(one: &str, other: &str) -> Ordering {
    let (mut ours, mut theirs) = (one.split('/'), other.split('/'));
    loop {
        let order = match (ours.next(), theirs.next()) {
            (Some(one), Some(other)) => part(one, other),
            (None, None) => return one.cmp(other),
            (one, other) => return one.is_some().cmp(&other.is_some()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn part(one: &str, other: &str) -> Ordering {
    let ((key, one), (of_other, other)) = (keyed(one), keyed(other));
    runs(key, of_other).then_with(|| match (number(one), number(other)) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        (None, None) => runs(one, other),
        // Numbers stand together, before all else.
        (one, other) => other.is_some().cmp(&one.is_some()),
    })
}

/// Splits `threads=16`; other parts have no key.
fn keyed(part: &str) -> (&str, &str) {
    let is_word = |key: &str| key.chars().all(|it| it.is_alphanumeric() || it == '_');
    part.rsplit_once('=').filter(|(key, _)| is_word(key)).unwrap_or(("", part))
}

/// Reads a number as people write it: `1_000`. `None` of what does not begin as one, such as `inf`.
pub(crate) fn number(text: &str) -> Option<f64> {
    if !is_digits(text.trim_start_matches('-')) {
        return None;
    }
    text.replace('_', "").parse().ok().filter(|number: &f64| number.is_finite())
}

/// Compares texts by their numbers and what is between these.
fn runs(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one, other);
    loop {
        let ((ours, our_rest), (theirs, their_rest)) = (first_run(one), first_run(other));
        let order = if is_digits(ours) && is_digits(theirs) {
            let [ours, theirs] = [ours, theirs].map(|it| it.trim_start_matches('0'));
            ours.len().cmp(&theirs.len()).then_with(|| ours.cmp(theirs))
        } else {
            ours.cmp(theirs)
        };
        if order.is_ne() || ours.is_empty() {
            return order;
        }
        (one, other) = (our_rest, their_rest);
    }
}

/// Takes the digits at the beginning of a text, or what is before the first digit.
fn first_run(text: &str) -> (&str, &str) {
    let digits = text.starts_with(|it: char| it.is_ascii_digit());
    let end = text.find(|it: char| it.is_ascii_digit() != digits).unwrap_or(text.len());
    text.split_at(end)
}

fn is_digits(run: &str) -> bool {
    run.starts_with(|it: char| it.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_comes_before_what_is_below_it() {
        assert_eq!(natural("sort", "sort/1"), Ordering::Less);
        assert_eq!(natural("sort (size=9)", "sort (size=10)"), Ordering::Less);
        assert_eq!(natural("X (a, size=9)", "Y"), Ordering::Less);
        assert_eq!(natural("sort/1_000", "sort/999"), Ordering::Greater);
        assert_eq!(natural("x/00", "x/0"), Ordering::Greater, "equal numbers stand by their text");
    }

    fn name() -> impl Strategy<Value = String> {
        "[ab0-9=_./-]{0,8}"
    }

    proptest! {
        #[test]
        fn it_is_an_order(a in name(), b in name(), c in name()) {
            prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
            prop_assert_eq!(natural(&a, &b).is_eq(), a == b);
            if natural(&a, &b).is_le() && natural(&b, &c).is_le() {
                prop_assert!(natural(&a, &c).is_le(), "{a} {b} {c}");
            }
        }

        #[test]
        fn numbers_stand_by_their_size(a in 0_u32.., b in 0_u32..) {
            prop_assert_eq!(natural(&format!("s/{a}/x"), &format!("s/{b}/x")), a.cmp(&b));
            prop_assert_eq!(natural(&format!("s{a}x"), &format!("s{b}x")), a.cmp(&b));
        }
    }
}
