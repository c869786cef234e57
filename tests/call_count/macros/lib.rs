//! `#[count]`, which has a function count its calls: one statement at the beginning of its body, and
//! nothing of what `#[perf_track]` is made of.

use std::iter;

use proc_macro::{Delimiter, Group, Span, TokenStream, TokenTree};

/// Counts the calls of a function, under the place of its name; it goes above `#[perf_track]`.
///
/// Those of an async function begin with its first poll, as its body does. So do those of a function
/// that ends in an `async` block, boxed or not: it is its future that is counted.
///
/// # Panics
/// When it stands on anything but a function with a body.
#[proc_macro_attribute]
pub fn count(_: TokenStream, item: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let keyword = tokens.iter().position(|token| is_word(token, &["fn"]));
    let name = keyword.and_then(|at| tokens.get(at + 1)).expect("a function has a name").span();
    let Some(TokenTree::Group(body)) = tokens.pop() else { panic!("a function ends in its body") };
    assert_eq!(body.delimiter(), Delimiter::Brace, "a function ends in its body");
    let calls = format!("::call_count::Calls::of({})", place(name));
    let statement = format!("{{ static CALLS: ::call_count::Calls = {calls}; CALLS.one_more(); }}");
    let statement = nowhere(statement.parse().expect("this is a statement"));
    tokens.into_iter().chain(iter::once(counting(&body, &statement).into())).collect()
}

/// The body with the statement in it.
fn counting(body: &Group, statement: &TokenStream) -> Group {
    let mut tokens: Vec<TokenTree> = body.stream().into_iter().collect();
    // Inner attributes must stay in front.
    let attributes = tokens.chunks_exact(3).take_while(|it| is(&it[0], '#') && is(&it[1], '!'));
    let first = 3 * attributes.count();
    match future_at_end(&tokens) {
        Some((at, Block::Itself)) => tokens[at] = inside(&tokens[at], statement),
        Some((at, Block::InParentheses(within))) => {
            if let TokenTree::Group(parentheses) = &tokens[at] {
                let mut content: Vec<TokenTree> = parentheses.stream().into_iter().collect();
                content[within] = inside(&content[within], statement);
                tokens[at] = alike(parentheses, content.into_iter().collect()).into();
            }
        }
        None => {
            tokens.splice(first..first, statement.clone());
        }
    }
    alike(body, tokens.into_iter().collect())
}

/// Where the block of a future is.
enum Block {
    /// It is the token.
    Itself,
    /// It is this token of those in the parentheses.
    InParentheses(usize),
}

/// The future that a body ends in: `async { … }`, `async { … }.boxed()` or `Box::pin(async { … })`.
fn future_at_end(tokens: &[TokenTree]) -> Option<(usize, Block)> {
    let begins = |at: usize| match at.checked_sub(1).map(|before| &tokens[before]) {
        None => true,
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
        Some(other) => is(other, ';'),
    };
    let unboxed = match tokens {
        [before @ .., dot, method, TokenTree::Group(_)]
            if is(dot, '.') && is_word(method, &["boxed", "boxed_local"]) =>
        {
            before
        }
        all => all,
    };
    if let Some((start, block)) = async_block(unboxed) {
        return begins(start).then_some((block, Block::Itself));
    }
    let [before @ .., TokenTree::Group(parentheses)] = tokens else { return None };
    let path =
        before.iter().rev().take_while(|it| is(it, ':') || matches!(it, TokenTree::Ident(_)));
    let path: Vec<_> = path.collect();
    let is_pin = matches!(path[..], [pin, _, _, kind, ..]
        if is_word(pin, &["pin"]) && is_word(kind, &["Box"]));
    let content: Vec<TokenTree> = parentheses.stream().into_iter().collect();
    let content = match &content[..] {
        [content @ .., comma] if is(comma, ',') => content,
        content => content,
    };
    let (start, block) = async_block(content)?;
    let is_future = is_pin && start == 0 && begins(before.len() - path.len());
    is_future.then_some((before.len(), Block::InParentheses(block)))
}

/// Where an `async` block begins that the tokens end in, and where its braces are.
fn async_block(tokens: &[TokenTree]) -> Option<(usize, usize)> {
    let [before @ .., TokenTree::Group(braces)] = tokens else { return None };
    let start = match before {
        [before @ .., first, second]
            if is_word(first, &["async"]) && is_word(second, &["move"]) =>
        {
            before.len()
        }
        [before @ .., word] if is_word(word, &["async"]) => before.len(),
        _ => return None,
    };
    (braces.delimiter() == Delimiter::Brace).then_some((start, before.len()))
}

/// The braces with the statement in front of what is in them.
fn inside(braces: &TokenTree, statement: &TokenStream) -> TokenTree {
    let TokenTree::Group(group) = braces else { return braces.clone() };
    alike(group, statement.clone().into_iter().chain(group.stream()).collect()).into()
}

/// The same brackets around something else.
fn alike(group: &Group, content: TokenStream) -> Group {
    let mut other = Group::new(group.delimiter(), content);
    other.set_span(group.span());
    other
}

/// The tokens as those of a macro, so that no lint looks for the user's mistakes in them.
fn nowhere(tokens: TokenStream) -> TokenStream {
    let one = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), nowhere(group.stream())).into();
        }
        token.set_span(Span::mixed_site());
        token
    };
    tokens.into_iter().map(one).collect()
}

fn is(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(it) if *it == sign)
}

fn is_word(token: &TokenTree, words: &[&str]) -> bool {
    matches!(token, TokenTree::Ident(it) if words.contains(&&*it.to_string()))
}

/// The answers of spans, for compilers older than Rust 1.88, which has them.
#[allow(
    clippy::allow_attributes,
    dead_code,
    reason = "a newer compiler prefers the methods of spans themselves"
)]
trait Answers {
    fn file(&self) -> String {
        String::new()
    }

    fn line(&self) -> usize {
        0
    }
}

impl Answers for Span {}

/// Returns the arguments for the file and line of a name: those of the attribute where the compiler
/// does not tell.
#[allow(
    clippy::allow_attributes,
    clippy::incompatible_msrv,
    unstable_name_collisions,
    reason = "an older compiler takes those above"
)]
fn place(name: Span) -> String {
    match name.line() {
        0 => "::core::file!(), ::core::line!()".to_owned(),
        line => format!("{:?}, {line}", name.file()),
    }
}
