//! Patterns of names, as users write them: `*` stands for anything, `?` for one character.

/// Returns whether `pattern` fits the whole of `name`. Takes at most as many steps as the product of both
/// lengths.
///
/// ```
/// use perf_report::text::glob::fits;
///
/// assert!(fits("shop::*", "shop::cart::add"));
/// assert!(fits("*::add", "shop::cart::add"));
/// assert!(!fits("shop", "shop::cart"));
/// ```
pub fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut seen) = (0, 0);
    // The last star, and the place in the name up to which it stands for nothing yet.
    let mut star: Option<(usize, usize)> = None;
    while seen < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(&one) if one == '?' || one == name[seen] => (at, seen) = (at + 1, seen + 1),
            _ => match star {
                // It stands for one character more.
                Some((place, taken)) => {
                    star = Some((place, taken + 1));
                    (at, seen) = (place + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stars_and_question_marks_stand_for_others() {
        for (pattern, name) in
            [("*", ""), ("*", "a"), ("a?c", "abc"), ("a*c*", "abcbc"), ("*b", "abab"), ("", "")]
        {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("?", ""), ("a", "ab"), ("a*c", "ab"), ("", "a"), ("b*", "ab")] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
        let hostile = "*a".repeat(200);
        assert!(!fits(&hostile, &"a".repeat(199)));
    }

    proptest! {
        #[test]
        fn a_name_with_parts_left_out_fits_it(parts in proptest::collection::vec("[a-c]{0,4}", 1..6)) {
            prop_assert!(fits(&parts.join("*"), &parts.join("x")));
            prop_assert!(fits(&parts.join("*"), &parts.concat()));
        }
    }
}
