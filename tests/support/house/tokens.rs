//! Small questions about tokens, and where an item under `#[cfg(test)]` ends.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

/// Returns whether `token` is one of the words in `names`.
pub fn is_ident(token: Option<&TokenTree>, names: &[&str]) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if names.iter().any(|name| ident == name))
}

/// Returns whether `token` is this sign.
pub fn is_punct(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

/// Returns what follows `::`, where `tokens` begin with it.
pub(crate) fn after_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    match tokens {
        [TokenTree::Punct(first), TokenTree::Punct(second), rest @ ..]
            if first.as_char() == ':'
                && first.spacing() == Spacing::Joint
                && second.as_char() == ':' =>
        {
            Some(rest)
        }
        _ => None,
    }
}

/// Returns the attribute that `tokens` begin with, and what follows it.
pub(crate) fn attribute(tokens: &[TokenTree]) -> Option<(&Group, &[TokenTree])> {
    match tokens {
        [sign, TokenTree::Group(group), rest @ ..]
            if is_punct(Some(sign), '#') && group.delimiter() == Delimiter::Bracket =>
        {
            Some((group, rest))
        }
        _ => None,
    }
}

/// Returns whether what stands under this attribute is compiled for tests only.
pub(crate) fn is_for_tests(attribute: &Group) -> bool {
    let tokens: Vec<TokenTree> = attribute.stream().into_iter().collect();
    match &tokens[..] {
        [test] => is_ident(Some(test), &["test"]),
        [cfg, TokenTree::Group(condition)] => {
            is_ident(Some(cfg), &["cfg"]) && demands_tests(condition.stream())
        }
        _ => false,
    }
}

/// Returns whether a condition of `cfg` holds in tests only.
fn demands_tests(condition: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = condition.into_iter().collect();
    match &tokens[..] {
        [test] => is_ident(Some(test), &["test"]),
        [all, TokenTree::Group(conditions)] if is_ident(Some(all), &["all"]) => {
            let tokens: Vec<TokenTree> = conditions.stream().into_iter().collect();
            tokens
                .split(|token| is_punct(Some(token), ','))
                .any(|condition| demands_tests(condition.iter().cloned().collect()))
        }
        _ => false,
    }
}

/// Returns what follows the item that `tokens` begin with.
pub(crate) fn after_item(mut tokens: &[TokenTree]) -> &[TokenTree] {
    while let Some((_, rest)) = attribute(tokens) {
        tokens = rest;
    }
    if is_ident(tokens.first(), &["pub"]) {
        let is_group = matches!(tokens.get(1), Some(TokenTree::Group(_)));
        tokens = &tokens[1 + usize::from(is_group)..];
    }
    let is_const = is_ident(tokens.first(), &["const"]) && !is_ident(tokens.get(1), &["fn"]);
    let has_value = is_const || is_ident(tokens.first(), &["use", "static", "type", "let"]);
    let words = ["fn", "struct", "enum", "union", "trait", "impl", "mod", "extern", "unsafe"];
    let is_item = has_value
        || is_ident(tokens.first(), &words)
        || is_ident(tokens.first(), &["async", "const", "macro_rules"]);
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && !has_value,
        token => is_punct(Some(token), ';') || (!is_item && is_punct(Some(token), ',')),
    };
    tokens.iter().position(is_end).map_or(&[], |end| &tokens[end + 1..])
}
