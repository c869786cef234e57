//! Sources token by token, so that comments and texts are passed over, and what stands inside of
//! macro calls is not.

use perf_tests::house::{is_ident, is_punct};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::Finding;
use crate::sources::Source;

/// A token and the ones before it in the same group, the nearest last.
pub(crate) struct Seen<'a> {
    before: &'a [TokenTree],
    pub(crate) token: &'a TokenTree,
    after: &'a [TokenTree],
}

impl Seen<'_> {
    fn line(&self) -> usize {
        self.token.span().start().line
    }

    pub(crate) fn is_ident(&self, names: &[&str]) -> bool {
        is_ident(Some(self.token), names)
    }

    /// Whether a `!` follows, as after the name of a macro that is called.
    pub(crate) fn is_macro(&self) -> bool {
        is_punct(self.after.first(), '!')
    }

    /// Whether `module::` stands before it.
    pub(crate) fn is_of(&self, module: &str) -> bool {
        matches!(self.before, [.., of, first, second]
            if is_ident(Some(of), &[module])
                && is_punct(Some(first), ':')
                && is_punct(Some(second), ':'))
    }

    /// The group of tokens that follows.
    pub(crate) fn arguments(&self) -> Option<&Group> {
        let first = self.after.iter().find(|token| !is_punct(Some(token), '!'));
        match first {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                Some(group)
            }
            _ => None,
        }
    }
}

/// Calls `look` for every token of `source`, at any depth. A source that is not even tokens is one
/// that the macro tests are wrong on purpose with.
fn each_token(source: &Source, look: &mut dyn FnMut(&Seen<'_>)) {
    if let Ok(tokens) = source.text.parse() {
        each_in(tokens, look);
    }
}

fn each_in(tokens: TokenStream, look: &mut dyn FnMut(&Seen<'_>)) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        look(&Seen { before: &tokens[..at], token, after: &tokens[at + 1..] });
        // `Token![unsafe]` names the word; it does not use it.
        let names_a_token = matches!(&tokens[..at], [.., name, sign]
            if is_ident(Some(name), &["Token"]) && is_punct(Some(sign), '!'));
        if let TokenTree::Group(group) = token
            && !names_a_token
        {
            each_in(group.stream(), look);
        }
    }
}

pub(crate) fn find(
    source: &Source,
    what: &str,
    is_one: impl Fn(&Seen<'_>) -> bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    each_token(source, &mut |seen| {
        if is_one(seen) {
            findings.push(Finding::new(source, seen.line(), what));
        }
    });
    findings
}
