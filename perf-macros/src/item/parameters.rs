//! The parameters of a function whose body moves into a closure or a future, which drops its
//! captures in another order than a function drops its arguments.
//!
//! So each argument is bound once more in there, in the order of the signature: it is moved in
//! whether the body uses it or not, and dropped when it would have been. The compiler itself does
//! the same with the parameters of an `async fn`.

use proc_macro2::{Group, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::{TokenStreamExt, format_ident, quote_spanned};

use super::attribute::{self, Attribute};
use super::scan::{Angles, is_punct, pop_comma, unwrapped};

/// Parameters for the signature, and statements that bind the arguments again in the body.
pub(crate) struct Rebound {
    pub(crate) parameters: Group,
    pub(crate) bindings: TokenStream,
}

impl Rebound {
    pub(super) fn of(parameters: &Group) -> Self {
        let (mut list, mut bindings) = (TokenStream::new(), TokenStream::new());
        for (at, mut trees) in split(parameters.stream()).into_iter().enumerate() {
            let comma = pop_comma(&mut trees);
            let parameter = Parameter::read(trees);
            let (argument, binding) = parameter.rebound(at);
            list.extend(argument);
            list.append_all(comma);
            bindings.extend(binding);
        }
        let mut group = Group::new(parameters.delimiter(), list);
        group.set_span(parameters.span());
        Self { parameters: group, bindings }
    }
}

/// Attributes that set the level of lints.
const LINTS: [&str; 5] = ["allow", "deny", "expect", "forbid", "warn"];

/// A parameter, as written.
pub(crate) enum Parameter {
    /// `self`, in whatever form; or a parameter without a pattern.
    Kept(Vec<TokenTree>),
    Typed {
        attributes: Vec<Attribute>,
        pattern: Vec<TokenTree>,
        /// Type with its colon.
        kind: TokenStream,
    },
}

impl Parameter {
    /// Lists the parameters of a function.
    pub(super) fn all(parameters: &Group) -> Vec<Self> {
        let without_comma = |mut trees: Vec<TokenTree>| {
            pop_comma(&mut trees);
            Self::read(trees)
        };
        split(parameters.stream()).into_iter().map(without_comma).collect()
    }

    /// Returns the place of `self`, if it is that.
    pub(crate) fn receiver(&self) -> Option<Span> {
        let Self::Kept(trees) = self else { return None };
        let is_self = |tree: &&TokenTree| matches!(tree, TokenTree::Ident(word) if *word == "self");
        trees.iter().find(is_self).map(TokenTree::span)
    }

    /// Returns whether its type begins with `&mut`, after a lifetime, perhaps.
    pub(crate) fn is_mutable_reference(&self) -> bool {
        let Self::Typed { kind, .. } = self else { return false };
        let mut trees = kind.clone().into_iter().skip(1);
        let is_reference = trees.next().is_some_and(|tree| is_punct(&tree, '&'));
        let is_mut = |tree: TokenTree| matches!(tree, TokenTree::Ident(word) if word == "mut");
        is_reference && trees.take(3).any(is_mut)
    }

    /// Returns a name for its argument, its own if it has one, and its type.
    pub(crate) fn into_name_and_type(self) -> Option<(Ident, TokenStream)> {
        let Self::Typed { pattern, kind, .. } = self else { return None };
        let name = name(&pattern).unwrap_or_else(|| Ident::new("argument", Span::mixed_site()));
        Some((name, kind.into_iter().skip(1).collect()))
    }

    fn read(trees: Vec<TokenTree>) -> Self {
        let (attributes, rest) = attribute::split_off(trees.clone());
        let is_self = |tree: &TokenTree| matches!(tree, TokenTree::Ident(word) if *word == "self");
        match colon(&rest) {
            Some(at) if !rest[..at].iter().any(is_self) => Self::Typed {
                attributes,
                pattern: rest[..at].to_vec(),
                kind: rest[at..].iter().cloned().collect(),
            },
            _ => Self::Kept(trees),
        }
    }

    /// Returns the parameter, and the statements that bind its argument again.
    fn rebound(self, at: usize) -> (TokenStream, TokenStream) {
        let (attributes, pattern, kind) = match self {
            Self::Kept(trees) => return (trees.into_iter().collect(), TokenStream::new()),
            Self::Typed { attributes, pattern, kind } => (attributes, pattern, kind),
        };
        let first = pattern.first().map_or_else(Span::call_site, TokenTree::span);
        let site = Span::mixed_site().located_at(first);
        // Lints find what they look for where the pattern is: there, `expect` is fulfilled.
        let (lints, others): (Vec<_>, Vec<_>) =
            attributes.into_iter().partition(|attribute| LINTS.contains(&attribute.name()));
        let name = name(&pattern);
        let pattern: TokenStream = pattern.into_iter().collect();
        if let Some(mut name) = name {
            // Lints about names that say they are not used look at those that a person wrote.
            if name.to_string().starts_with('_') {
                name.set_span(site);
            }
            let binding = quote_spanned!(site=> #(#others)* #(#lints)* let #pattern = #name;);
            return (quote_spanned!(site=> #(#others)* #name #kind), binding);
        }
        // It is seen in documentation, and cannot be anyone else's, whatever it is called.
        let argument: Ident = format_ident!("_{at}", span = site);
        let binding = quote_spanned! {site=>
            #(#others)* let #argument = #argument;
            #(#others)* #(#lints)* let #pattern = #argument;
        };
        (quote_spanned!(site=> #(#others)* #argument #kind), binding)
    }
}

/// Returns the name in the pattern `name` or `mut name`.
fn name(pattern: &[TokenTree]) -> Option<Ident> {
    match pattern {
        [TokenTree::Ident(name)] if name != "_" => Some(name.clone()),
        [TokenTree::Ident(word), TokenTree::Ident(name)] if word == "mut" => Some(name.clone()),
        _ => None,
    }
}

/// Finds the colon between pattern and type: the first that is none of two.
fn colon(pattern: &[TokenTree]) -> Option<usize> {
    let mut follows_colon = false;
    pattern.iter().position(|tree| {
        let TokenTree::Punct(punct) = tree else {
            follows_colon = false;
            return false;
        };
        let is_colon = punct.as_char() == ':';
        let is_one = is_colon && punct.spacing() == Spacing::Alone && !follows_colon;
        follows_colon = is_colon && punct.spacing() == Spacing::Joint;
        is_one
    })
}

/// Splits the parameters, each with the comma after it.
fn split(parameters: TokenStream) -> Vec<Vec<TokenTree>> {
    let (mut split, mut one, mut depth) = (Vec::new(), Vec::new(), Angles::default());
    for tree in unwrapped(parameters) {
        depth.pass(&tree);
        let ends = is_punct(&tree, ',') && depth.is_outside();
        one.push(tree);
        if ends {
            split.push(std::mem::take(&mut one));
        }
    }
    if !one.is_empty() {
        split.push(one);
    }
    split
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rebound(parameters: &str) -> [String; 2] {
        let tree = parameters.parse::<TokenStream>().unwrap().into_iter().next();
        let Some(TokenTree::Group(parameters)) = tree else { panic!("{parameters}") };
        let Rebound { parameters, bindings } = Rebound::of(&parameters);
        [parameters.to_string(), bindings.to_string()]
    }

    /// Compares without the spaces, since nobody promises how tokens are set apart in text.
    fn assert_rebound(parameters: &str, expected: [&str; 2]) {
        let squeezed = |text: &str| text.replace(' ', "");
        let found = rebound(parameters);
        assert_eq!(found.map(|it| squeezed(&it)), expected.map(squeezed), "{parameters}");
    }

    #[test]
    fn names_are_bound_again_under_the_same_name() {
        assert_rebound(
            "(&mut self, a: u32, mut b: HashMap<K, Vec<V>>)",
            ["(&mut self, a: u32, b: HashMap<K, Vec<V>>)", "let a = a; let mut b = b;"],
        );
    }

    #[test]
    fn patterns_are_taken_apart_inside() {
        assert_rebound(
            "(_: T, (a, _): (A, B), path::P { x, .. }: P<{ 1 }>,)",
            [
                "(_0: T, _1: (A, B), \
                  _2: P<{ 1 }>,)",
                "let _0 = _0;
                 let _ = _0;
                 let _1 = _1;
                 let (a, _) = _1;
                 let _2 = _2;
                 let path::P { x, .. } = _2;"
                    .replace('\n', "")
                    .as_str(),
            ],
        );
    }

    #[test]
    fn attributes_stand_where_they_mean_the_same() {
        assert_rebound(
            "(#[cfg(x)] #[allow(unused)] a: u8)",
            ["(#[cfg(x)] a: u8)", "#[cfg(x)] #[allow(unused)] let a = a;"],
        );
    }

    #[test]
    fn what_is_no_pattern_is_left_alone() {
        for kept in ["(self: Rc<Self>)", "(mut self: Box<Self>)", "(u8)", "()"] {
            assert_rebound(kept, [kept, ""]);
        }
    }

    #[test]
    fn arrows_and_commas_in_types_are_no_ends() {
        assert_eq!(
            rebound("(f: fn(A) -> B, g: impl Fn(A) -> Map<B, C>, h: [u8; 2])")[1],
            "let f = f ; let g = g ; let h = h ;"
        );
    }
}
