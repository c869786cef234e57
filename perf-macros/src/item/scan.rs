//! The way through token trees, where `macro_rules` may have left invisible groups.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

/// Returns the keyword for the kind of an item, after attributes, visibility and qualifiers.
pub(super) fn leading_word(trees: &[TokenTree]) -> Option<Ident> {
    let mut rest = trees;
    loop {
        rest = match rest {
            [TokenTree::Punct(pound), _, after @ ..] if pound.as_char() == '#' => after,
            [TokenTree::Ident(word), after @ ..] if qualifies(word, after) => after,
            [TokenTree::Ident(word), ..] => return Some(word.clone()),
            // The ABI after `extern`.
            [TokenTree::Literal(_), after @ ..] => after,
            [TokenTree::Group(group), after @ ..] => match group.delimiter() {
                // All the rest, from `macro_rules`.
                Delimiter::None if after.is_empty() => {
                    return leading_word(&unwrapped(group.stream()));
                }
                // A visibility from `macro_rules`, or `(crate)` after `pub`.
                Delimiter::None | Delimiter::Parenthesis => after,
                _ => return None,
            },
            _ => return None,
        };
    }
}

/// Returns whether a word stands before the keyword of its item and is not that keyword itself.
fn qualifies(word: &Ident, after: &[TokenTree]) -> bool {
    const OF_FUNCTIONS: [&str; 6] = ["fn", "async", "unsafe", "extern", "safe", "gen"];
    let word = word.to_string();
    match (word.as_str(), after) {
        // `const fn`, but not `const NAME`; `extern fn`, but not `extern crate`.
        ("const" | "extern", [TokenTree::Ident(next), ..]) => {
            OF_FUNCTIONS.iter().any(|word| next == word)
        }
        // `extern "C" fn`, but not `extern "C" { … }`.
        ("extern", [TokenTree::Literal(_), next, ..]) => matches!(next, TokenTree::Ident(_)),
        // All but `pub` can be names as well, of macros: then no word follows.
        ("default" | "async" | "unsafe" | "safe" | "gen" | "auto", [next, ..]) => {
            matches!(next, TokenTree::Ident(_))
        }
        (word, _) => word == "pub",
    }
}

/// Returns the tokens inside the invisible group in which `macro_rules` passes on a whole `item`.
pub(super) fn unwrapped(tokens: TokenStream) -> Vec<TokenTree> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    match trees.as_slice() {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => {
            unwrapped(group.stream())
        }
        _ => trees,
    }
}

/// Takes off the comma that a list ends with, if there is one.
pub(crate) fn pop_comma(trees: &mut Vec<TokenTree>) -> Option<TokenTree> {
    if trees.last().is_some_and(|last| is_punct(last, ',')) { trees.pop() } else { None }
}

/// Returns a pair of braces, bare or as `macro_rules` passes on a `block`.
pub(super) fn braces(tree: TokenTree) -> Option<Group> {
    match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            unwrapped(group.stream()).pop().and_then(braces)
        }
        _ => None,
    }
}

/// Makes a pair of braces at `span`.
pub(crate) fn braced(content: TokenStream, span: Span) -> Group {
    let mut group = Group::new(Delimiter::Brace, content);
    group.set_span(span);
    group
}

/// Returns whether a token is a pair of braces, or a group from `macro_rules` that ends like an
/// item.
pub(super) fn ends_in_braces(tree: &TokenTree) -> bool {
    match tree {
        TokenTree::Group(group) => match group.delimiter() {
            Delimiter::Brace => true,
            Delimiter::None => group
                .stream()
                .into_iter()
                .last()
                .is_some_and(|last| is_punct(&last, ';') || ends_in_braces(&last)),
            _ => false,
        },
        _ => false,
    }
}

/// Returns the place where the tokens end, for an error about what should follow.
pub(super) fn end(trees: &[TokenTree]) -> Span {
    trees.last().map_or_else(Span::call_site, TokenTree::span)
}

pub(crate) fn is_punct(tree: &TokenTree, character: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == character)
}

/// The open `<`, which are no brackets to the tokenizer.
#[derive(Default)]
pub(crate) struct Angles {
    open: usize,
    /// Set if the last token was the beginning of `->`.
    begins_arrow: bool,
}

impl Angles {
    pub(crate) fn pass(&mut self, tree: &TokenTree) {
        if is_punct(tree, '<') {
            self.open += 1;
        } else if is_punct(tree, '>') && !self.begins_arrow {
            self.open = self.open.saturating_sub(1);
        }
        self.begins_arrow = is_punct(tree, '-');
    }

    /// Returns whether a `>` would be the end of an arrow.
    pub(crate) fn ends_arrow(&self) -> bool {
        self.begins_arrow
    }

    pub(crate) fn is_outside(&self) -> bool {
        self.open == 0
    }
}
