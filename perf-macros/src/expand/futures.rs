//! Futures are wrapped, so that their polls are measured and not their making. That holds for an
//! `async fn`, and for a function that visibly makes a future: with an `async` block at the end,
//! boxed or not, as people write it by hand and as `async_trait` does.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{TokenStreamExt, quote_spanned};

use super::body::Body;
use super::site;
use crate::args::Options;
use crate::item::{Function, is_punct, pop_comma};

/// Makes the call that wraps a future.
pub(super) fn wrapped(
    runtime: &TokenStream,
    options: &Options,
    future: &TokenStream,
    mixed: Span,
) -> TokenStream {
    let site = site::reference(runtime, options);
    let Some(outcome) = &options.outcome else {
        return quote_spanned!(mixed=> #runtime::track_future(#site, #future));
    };
    match site::judge(runtime, outcome, mixed) {
        None => quote_spanned!(mixed=> #runtime::track_fallible_future(#site, #future)),
        Some(judge) => quote_spanned!(mixed=> #runtime::track_future_by(#site, #judge, #future)),
    }
}

/// The future that a function makes in its last expression.
pub(super) struct Future {
    /// The statements before it.
    before: Vec<TokenTree>,
    /// `Box::pin`, if it is boxed that way, and the parentheses.
    boxed: Option<(Vec<TokenTree>, Group)>,
    /// The `async` block.
    block: Vec<TokenTree>,
    /// `.boxed()`, if it is boxed that way.
    after: Vec<TokenTree>,
}

impl Future {
    /// Recognises `async move { … }`, `Box::pin(async move { … })` and `async move { … }.boxed()`
    /// at the end of a body.
    pub(super) fn returned_by(body: &Body) -> Option<Self> {
        let trees = body.statements.as_slice();
        let ends = [Some(trees.len()), before_boxed(trees)];
        let plain = ends.into_iter().flatten().find_map(|end| {
            let start = block_at_end(&trees[..end])?;
            Some(Self {
                before: trees[..start].to_vec(),
                boxed: None,
                block: trees[start..end].to_vec(),
                after: trees[end..].to_vec(),
            })
        });
        plain.or_else(|| Self::in_box_pin(trees))
    }

    fn in_box_pin(trees: &[TokenTree]) -> Option<Self> {
        let [head @ .., TokenTree::Group(arguments)] = trees else { return None };
        let path = box_pin(head).filter(|_| arguments.delimiter() == Delimiter::Parenthesis)?;
        let mut block: Vec<TokenTree> = arguments.stream().into_iter().collect();
        pop_comma(&mut block);
        (block_at_end(&block) == Some(0)).then(|| Self {
            before: head[..path].to_vec(),
            boxed: Some((head[path..].to_vec(), arguments.clone())),
            block,
            after: Vec::new(),
        })
    }

    /// Returns the statements of the tracked body.
    pub(super) fn tracked(
        self,
        function: &Function,
        options: &Options,
        attributes: TokenStream,
    ) -> TokenStream {
        let place = self.block.first().map_or_else(Span::call_site, TokenTree::span);
        let mixed = Span::mixed_site().located_at(place);
        let runtime = site::runtime(options, place);
        let declaration = site::declaration(function, options);
        let mut tokens = attributes;
        tokens.extend(quote_spanned!(mixed=> #runtime::site! { #declaration; polled }));
        tokens.extend(self.with(|block| {
            let block = block.into_iter().collect();
            wrapped(&runtime, options, &block, mixed)
        }));
        tokens
    }

    /// Returns the statements of the body with something in the place of the `async` block.
    pub(super) fn with(self, replace: impl FnOnce(Vec<TokenTree>) -> TokenStream) -> TokenStream {
        let mut future = replace(self.block);
        if let Some((path, parentheses)) = self.boxed {
            let mut content = Group::new(Delimiter::Parenthesis, future);
            content.set_span(parentheses.span());
            future = path.into_iter().collect();
            future.append(content);
        }
        let mut tokens: TokenStream = self.before.into_iter().collect();
        tokens.extend(future);
        tokens.append_all(self.after);
        tokens
    }
}

/// Returns whether a token is this word.
fn is(tree: &TokenTree, word: &str) -> bool {
    matches!(tree, TokenTree::Ident(it) if it == word)
}

/// Finds the beginning of `.boxed()`, if these tokens end with it.
fn before_boxed(trees: &[TokenTree]) -> Option<usize> {
    let [before @ .., dot, method, TokenTree::Group(arguments)] = trees else { return None };
    let is_boxed = is_punct(dot, '.')
        && (is(method, "boxed") || is(method, "boxed_local"))
        && arguments.delimiter() == Delimiter::Parenthesis
        && arguments.stream().is_empty();
    is_boxed.then_some(before.len())
}

/// Finds the beginning of the `async` block that these tokens end with.
fn block_at_end(trees: &[TokenTree]) -> Option<usize> {
    let [before @ .., TokenTree::Group(braces)] = trees else { return None };
    if braces.delimiter() != Delimiter::Brace {
        return None;
    }
    let at = match before {
        [.., first, second] if is(first, "async") && is(second, "move") => before.len() - 2,
        [.., word] if is(word, "async") => before.len() - 1,
        _ => return None,
    };
    begins_expression(&trees[..at]).then_some(at)
}

/// Returns whether an expression after these tokens stands for itself: not as the operand of
/// another.
fn begins_expression(before: &[TokenTree]) -> bool {
    match before.last() {
        None => true,
        Some(TokenTree::Punct(punct)) => punct.as_char() == ';',
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
        Some(_) => false,
    }
}

/// Finds the beginning of the path of `Box::pin` that these tokens end with.
fn box_pin(trees: &[TokenTree]) -> Option<usize> {
    let is_colon = |tree: &TokenTree| is_punct(tree, ':');
    let [before @ .., name, one, two, pin] = trees else { return None };
    if !(is(name, "Box") && is_colon(one) && is_colon(two) && is(pin, "pin")) {
        return None;
    }
    let is_segment = |tree: &TokenTree| matches!(tree, TokenTree::Ident(word) if word != "return");
    let mut rest = before;
    while let [head @ .., one, two] = rest {
        if !(is_colon(one) && is_colon(two)) {
            break;
        }
        rest = match head {
            [head @ .., segment] if is_segment(segment) => head,
            _ => head,
        };
    }
    begins_expression(rest).then_some(rest.len())
}
