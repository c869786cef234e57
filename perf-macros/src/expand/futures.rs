//! Functions that return a future: it is the future's polls that are measured, not its making.
//!
//! The body of an `async fn` moves into an `async` block, which is wrapped; so does nothing else, as a
//! guard that lives across an `.await` would measure whatever the thread does meanwhile. Of other
//! functions the future is wrapped where they make it, if that can be seen: an `async` block at the
//! end, boxed or not, as people write it by hand and as `async_trait` does.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{TokenStreamExt, quote_spanned};

use super::body::Body;
use super::site;
use crate::args::{Options, Outcome};
use crate::item::{Function, Rebound, braced, is_punct};

/// An `async fn`.
pub(super) fn of_async(
    function: &Function,
    options: &Options,
    body: Body,
    braces: Span,
) -> TokenStream {
    let Rebound { parameters, bindings } = function.rebound();
    let returned = function.signature.returned.clone().unwrap_or_default();
    let place = site::place(options, &returned);
    let mixed = Span::mixed_site().located_at(place);
    let runtime = site::runtime(options, place);
    let never = function.signature.never_returns();
    let returned = if never { TokenStream::new() } else { site::nameable(returned) };
    let attributes = body.attributes.clone();
    let block = body.moved(&edge(&returned, &runtime), &bindings, mixed);
    let block = quote_spanned!(mixed=> async move #block);
    let future = wrapped(&runtime, options, &block, mixed);
    let declaration = site::declaration(function, options);
    let end = never.then(|| quote_spanned!(mixed=> ; #runtime::unreachable()));
    let statements = quote_spanned! {mixed=>
        #attributes
        #runtime::site! { #declaration; polled }
        #future.await #end
    };
    function.with_parameters(parameters, statements, braces)
}

/// An edge that is never taken. It tells an `async` block what it returns, as the signature did:
/// coercions and inference then happen where they would have.
fn edge(returned: &TokenStream, runtime: &TokenStream) -> TokenStream {
    let Some(first) = returned.clone().into_iter().next() else {
        return quote_spanned!(Span::mixed_site()=> if false { return; });
    };
    // Braces at the type, for the compiler to point at when the body returns something else; with
    // two statements in them, as it would point at them if they were not needed.
    let mixed = Span::mixed_site().located_at(first.span());
    let value = quote_spanned!(mixed=> let () = (); #runtime::never::<#returned>());
    let value = braced(value, first.span());
    quote_spanned!(mixed=> if false { return #value; })
}

/// The call that wraps a future.
fn wrapped(
    runtime: &TokenStream,
    options: &Options,
    future: &TokenStream,
    mixed: Span,
) -> TokenStream {
    let site = site::reference(runtime, options);
    match &options.outcome {
        None => quote_spanned!(mixed=> #runtime::track_future(#site, #future)),
        Some(Outcome::Err(_)) => {
            quote_spanned!(mixed=> #runtime::track_fallible_future(#site, #future))
        }
        Some(Outcome::If { name, predicate, .. }) => {
            let judge = site::judge(runtime, name, predicate);
            quote_spanned!(mixed=> #runtime::track_future_by(#site, #judge, #future))
        }
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
    /// Recognises `async move { … }`, `Box::pin(async move { … })` and `async move { … }.boxed()` at
    /// the end of a body.
    pub(super) fn returned_by(body: &Body) -> Option<Self> {
        let trees = body.statements.as_slice();
        let (head, last) = (trees.split_last()?.1, trees.last()?);
        let TokenTree::Group(group) = last else { return None };
        let at_end = |trees: &[TokenTree]| block_at_end(trees);
        if let Some(at) = at_end(trees) {
            return Some(Self {
                before: trees[..at].to_vec(),
                boxed: None,
                block: trees[at..].to_vec(),
                after: Vec::new(),
            });
        }
        if group.delimiter() != Delimiter::Parenthesis {
            return None;
        }
        if let [before @ .., dot, TokenTree::Ident(method)] = head
            && is_punct(dot, '.')
            && (method == "boxed" || method == "boxed_local")
            && group.stream().is_empty()
        {
            let at = at_end(before)?;
            return Some(Self {
                before: before[..at].to_vec(),
                boxed: None,
                block: before[at..].to_vec(),
                after: trees[before.len()..].to_vec(),
            });
        }
        let path = box_pin(head)?;
        let content: Vec<TokenTree> = group.stream().into_iter().collect();
        let content = content.strip_suffix_comma();
        (at_end(content) == Some(0)).then(|| Self {
            before: head[..path].to_vec(),
            boxed: Some((head[path..].to_vec(), group.clone())),
            block: content.to_vec(),
            after: Vec::new(),
        })
    }

    /// The statements of the tracked body.
    pub(super) fn tracked(
        self,
        function: &Function,
        options: &Options,
        attributes: TokenStream,
    ) -> TokenStream {
        let place = self.block.first().map_or_else(Span::call_site, TokenTree::span);
        let mixed = Span::mixed_site().located_at(place);
        let runtime = site::runtime(options, place);
        let block = self.block.into_iter().collect();
        let mut future = wrapped(&runtime, options, &block, mixed);
        if let Some((path, parentheses)) = self.boxed {
            let mut content = Group::new(Delimiter::Parenthesis, future);
            content.set_span(parentheses.span());
            future = path.into_iter().collect();
            future.append(content);
        }
        let declaration = site::declaration(function, options);
        let mut tokens = attributes;
        tokens.extend(quote_spanned!(mixed=> #runtime::site! { #declaration; polled }));
        tokens.append_all(self.before);
        tokens.extend(future);
        tokens.append_all(self.after);
        tokens
    }
}

/// Where the `async` block begins that these tokens end with.
fn block_at_end(trees: &[TokenTree]) -> Option<usize> {
    let [before @ .., TokenTree::Group(braces)] = trees else { return None };
    if braces.delimiter() != Delimiter::Brace {
        return None;
    }
    let is = |tree: &TokenTree, word: &str| matches!(tree, TokenTree::Ident(it) if it == word);
    let at = match before {
        [.., first, second] if is(first, "async") && is(second, "move") => before.len() - 2,
        [.., word] if is(word, "async") => before.len() - 1,
        _ => return None,
    };
    begins_expression(&trees[..at]).then_some(at)
}

/// Whether what follows these tokens is an expression of its own: not the operand of another.
fn begins_expression(before: &[TokenTree]) -> bool {
    match before.last() {
        None => true,
        Some(TokenTree::Punct(punct)) => punct.as_char() == ';',
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
        Some(_) => false,
    }
}

/// Where the path of `Box::pin` begins that these tokens end with.
fn box_pin(trees: &[TokenTree]) -> Option<usize> {
    let is = |tree: &TokenTree, word: &str| matches!(tree, TokenTree::Ident(it) if it == word);
    let is_colon = |tree: &TokenTree| is_punct(tree, ':');
    let [before @ .., name, one, two, pin] = trees else { return None };
    if !(is(name, "Box") && is_colon(one) && is_colon(two) && is(pin, "pin")) {
        return None;
    }
    let mut at = before.len();
    while let [.., one, two] = &trees[..at]
        && is_colon(one)
        && is_colon(two)
    {
        at -= 2;
        if let Some(TokenTree::Ident(segment)) = trees[..at].last()
            && segment != "return"
        {
            at -= 1;
        }
    }
    begins_expression(&trees[..at]).then_some(at)
}

trait StripSuffixComma {
    fn strip_suffix_comma(&self) -> &Self;
}

impl StripSuffixComma for [TokenTree] {
    fn strip_suffix_comma(&self) -> &Self {
        match self {
            [content @ .., comma] if is_punct(comma, ',') => content,
            content => content,
        }
    }
}
