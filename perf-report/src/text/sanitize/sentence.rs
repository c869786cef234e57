//! Sentences for Markdown: words of ours stay as they are, and possible markup becomes code.
//!
//! An entity or a backslash would keep GitHub from markup too, but not from mentions and
//! references, which it looks for in the finished text. Besides, readers of the raw text would see
//! them.

use super::{code_span, cut, screen};

/// The longest sentence that goes into Markdown, in characters.
const LONGEST: usize = 600;
/// The most words in a name with spaces in it: `<app::S as app::T>::f`.
const LONGEST_NAME: usize = 8;

/// Returns text for Markdown from sentences of ours with untrusted names in them. Each word that
/// could be markup, a link, a mention or an emoji becomes code, and all others stay as they were.
/// Very long text is cut.
///
/// ```
/// use perf_report::text::sanitize::markdown_sentence;
/// assert_eq!(markdown_sentence("waiting on app::db::query, +3 %"), "waiting on `app::db::query`, +3 %");
/// ```
pub fn markdown_sentence(text: &str) -> String {
    let text = cut(screen(text).into_owned(), LONGEST);
    let words: Vec<&str> = text.split(' ').collect();
    let mut safe: Vec<String> = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let begins_a_block = at == 0 && words.len() > 1 && begins_a_block(words[0]);
        let length = name_length(&words[at..]);
        safe.push(if begins_a_block {
            code_span(words[0])
        } else {
            word(&words[at..at + length].join(" "))
        });
        at += length;
    }
    safe.join(" ")
}

/// Returns the same for the cell of a table, which a pipe would end.
///
/// ```
/// use perf_report::text::sanitize::markdown_sentence_cell;
/// assert_eq!(markdown_sentence_cell("or a|b"), r"or `a\|b`");
/// ```
pub fn markdown_sentence_cell(text: &str) -> String {
    // A pipe after a backslash cannot be escaped by a further one.
    markdown_sentence(&text.replace(r"\|", r"\u{7c}")).replace('|', r"\|")
}

/// Counts the words of the name that the first of them begins: one, unless an angle bracket is open
/// behind it.
fn name_length(words: &[&str]) -> usize {
    let mut open = 0_usize;
    for (at, word) in words.iter().take(LONGEST_NAME).enumerate() {
        for (c, before) in word.chars().zip([' '].into_iter().chain(word.chars())) {
            match c {
                '<' => open += 1,
                // An arrow closes nothing.
                '>' if !matches!(before, '-' | '=') => open = open.saturating_sub(1),
                _ => {}
            }
        }
        if open == 0 {
            return at + 1;
        }
    }
    1
}

/// Returns a word, as code where it could be markup; the punctuation around it stays outside.
fn word(word: &str) -> String {
    let core = word.trim_start_matches(['(', '“', '"', '\'']);
    let begin = word.len() - core.len();
    let mut core = core;
    let mut ends_a_name = false;
    while let Some(last) = core.chars().next_back() {
        let is_outside = match last {
            ')' => core.matches(')').count() > core.matches('(').count(),
            // Outside of the code that it ends, it makes no emoji any more.
            ':' => {
                let is_emoji = ends_in_emoji(core);
                let is_name = is_emoji && core.contains("::") && !core.starts_with(':');
                ends_a_name |= is_name;
                !is_emoji || is_name
            }
            last => matches!(last, ',' | '.' | ';' | '”' | '"' | '\'' | '?' | '…'),
        };
        if !is_outside {
            break;
        }
        core = &core[..core.len() - last.len_utf8()];
    }
    if !ends_a_name && !could_be_markup(core) {
        return word.to_owned();
    }
    let end = begin + core.len();
    format!("{}{}{}", &word[..begin], code_span(core), &word[end..])
}

/// Returns whether GitHub could make something else of the word than its letters.
fn could_be_markup(word: &str) -> bool {
    const ALWAYS: [char; 12] = ['`', '<', '>', '[', ']', '*', '\\', '|', '$', '&', '#', '@'];
    // Between two words, an at sign mentions nobody.
    (word != "@" && word.contains(ALWAYS))
        || word.get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case("www."))
        || has_strike(word)
        || has_emphasis(word)
        || has_emoji_or_link(word)
}

/// Returns whether a tilde of the word may end struck text. It does so only behind a letter; before
/// one it is our mark of an estimate.
fn has_strike(word: &str) -> bool {
    word.char_indices().any(|(at, c)| c == '~' && at > 0)
}

/// Returns whether the word has a mark of emphasis. An underscore within a word is none.
fn has_emphasis(word: &str) -> bool {
    let is_within = |at: usize| {
        let before = word[..at].chars().next_back();
        let after = word[at + 1..].chars().next();
        [before, after].into_iter().all(|c| c.is_some_and(|c| c.is_alphanumeric() || c == '_'))
    };
    word.match_indices('_').any(|(at, _)| !is_within(at))
}

/// Returns whether a colon begins an emoji or ends the scheme of a link, as it does not in times
/// and before line numbers.
fn has_emoji_or_link(word: &str) -> bool {
    let parts = word.split(':').skip(1);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let last = word.matches(':').count();
    (1..).zip(parts).any(|(at, part)| !is_number(part) || (at < last && part.len() > 2))
}

/// Returns whether the word ends in `:name:`, where the name is no number of a time or a line.
fn ends_in_emoji(word: &str) -> bool {
    let name = word.strip_suffix(':').and_then(|rest| rest.rsplit_once(':')).map(|(_, name)| name);
    name.is_some_and(|name| {
        let is_number = name.len() <= 2 && name.bytes().all(|byte| byte.is_ascii_digit());
        !name.is_empty()
            && !is_number
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '+' | '-'))
    })
}

/// Returns whether a line that begins with this word would be a list, a heading, a quote or a rule.
fn begins_a_block(word: &str) -> bool {
    let number = word.trim_end_matches(['.', ')']);
    let is_item =
        number.len() + 1 == word.len() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_rule = !word.is_empty() && word.chars().all(|c| matches!(c, '-' | '+' | '='));
    is_rule || is_item
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sentences_of_ours_stay_as_they_are() {
        for text in [
            "self time 5.12 ms → 7.17 ms a call (+40.0 %), over the limit of 3 %",
            "a warning only, by perf.toml:5; at 23:45:52",
            "expired (perf-blessed.toml:4): on 10:15): and 10:15: it",
            "~10 ns → ~20 ns (-11.1 %, likely -15.7 to -6.2 %)",
            "not better than main!",
            "snake_case is a word",
            "Xeon @ 2.6GHz, 2 cores",
            "",
        ] {
            assert_eq!(markdown_sentence(text), text);
        }
    }

    #[test]
    fn what_could_be_markup_is_code() {
        let cases = [
            ("on app::db::query, which waits", "on `app::db::query`, which waits"),
            ("(app::fire::burn)", "(`app::fire::burn`)"),
            ("was <app::S as app::T>::f before", "was `<app::S as app::T>::f` before"),
            ("<b>*a|b*</b>::f @user #1", "`<b>*a|b*</b>::f` `@user` `#1`"),
            ("WWW.evil http://evil", "`WWW.evil` `http://evil`"),
            ("[click me](http://evil)", "`[click` `me](http://evil)`"),
            ("_a b_ and ~c d~ and ~~e", "`_a` `b_` and ~c `d~` and `~~e`"),
            (":100: :+1: $a$ a&lt;", "`:100:` `:+1:` `$a$` `a&lt`;"),
            ("a`b", "`` a`b ``"),
            ("f(a::b)", "`f(a::b)`"),
            ("- no item", "`-` no item"),
            ("1. no item", "`1.` no item"),
            ("a < b and c", "a `<` b and c"),
        ];
        for (text, expected) in cases {
            assert_eq!(markdown_sentence(text), expected);
        }
        assert_eq!(markdown_sentence_cell(r"a\|b or c|d"), r"`a\u{7c}b` or `c\|d`");
        assert_eq!(markdown_sentence(&"x".repeat(10_000)).chars().count(), LONGEST + 1);
    }

    /// Returns `text` as a reader sees it, and the part outside of its code spans.
    fn apart(text: &str) -> (String, String) {
        let (mut seen, mut outside) = (String::new(), String::new());
        let mut rest = text;
        while let Some(begin) = rest.find('`') {
            let fence: String = rest[begin..].chars().take_while(|c| *c == '`').collect();
            let inside = &rest[begin + fence.len()..];
            let end = inside.find(&fence).unwrap();
            let space = usize::from(fence.len() > 1);
            seen.extend([&rest[..begin], &inside[space..end - space]]);
            outside.extend([&rest[..begin], " "]);
            rest = &inside[end + fence.len()..];
        }
        (seen + rest, outside + rest)
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_markup_is_left(text in "[ a-c1`<>*_|~:@#&$\\[\\]\\\\.!-]{0,40}") {
            let (seen, outside) = apart(&markdown_sentence(&text));
            prop_assert_eq!(seen, screen(&text));
            let is_left = |c: char| "`<>*|#&$[]\\".contains(c);
            prop_assert!(!outside.chars().any(is_left), "{}", outside);
            let cell = markdown_sentence_cell(&text);
            let bare = cell.replace(r"\|", "");
            prop_assert!(!bare.contains('|'), "{}", cell);
        }
    }
}
