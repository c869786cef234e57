//! The few facts of a signature that matter here. The rest is the compiler's to judge: it takes
//! whatever its edition and version allow, and explains best what it refuses.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use super::parameters::Parameter;
use super::scan::{Angles, end, is_punct};

/// The name of a function, and the facts that could keep it from being tracked.
pub(crate) struct Signature {
    /// The words before `fn`, visibility included.
    qualifiers: Vec<Ident>,
    pub(crate) name: Ident,
    /// Place of the parameters among the tokens of the signature.
    pub(super) parameters_at: usize,
    /// Parameters with their parentheses.
    pub(crate) parameters: Group,
    /// Place of the parameters for types and constants, where there are any; lifetimes alone are none.
    pub(crate) generics: Option<Span>,
    /// The type after `->`, as written.
    pub(crate) returned: Option<TokenStream>,
}

impl Signature {
    pub(super) fn read(trees: &[TokenTree]) -> syn::Result<Self> {
        let is_fn = |tree: &TokenTree| matches!(tree, TokenTree::Ident(word) if word == "fn");
        let at = trees.iter().position(is_fn).unwrap_or(trees.len());
        let (before, after) = trees.split_at(at);
        let [_, TokenTree::Ident(name), rest @ ..] = after else {
            return Err(syn::Error::new(end(trees), "expected the name of a function after this"));
        };
        let Some((at, parameters)) = parameters(rest) else {
            return Err(syn::Error::new(end(trees), "expected the parameters of a function"));
        };
        Ok(Self {
            qualifiers: before.iter().filter_map(word).collect(),
            name: name.clone(),
            parameters_at: trees.len() - rest.len() + at,
            parameters: parameters.clone(),
            generics: generics(rest.get(..at).unwrap_or_default()),
            returned: returned(&rest[at + 1..]),
        })
    }

    /// Returns the place of the `...` of a variadic function.
    pub(crate) fn variadic(&self) -> Option<Span> {
        let trees: Vec<TokenTree> = self.parameters.stream().into_iter().collect();
        let dots = trees.windows(3).find(|dots| dots.iter().all(|dot| is_punct(dot, '.')))?;
        Some(dots[0].span())
    }

    /// Lists its parameters.
    pub(crate) fn parameters(&self) -> Vec<Parameter> {
        Parameter::all(&self.parameters)
    }

    /// Returns whether the type that is returned is called `Result`, whatever its path.
    pub(crate) fn returns_result(&self) -> bool {
        let Some(returned) = self.returned.clone() else { return false };
        let path = returned.into_iter().take_while(|tree| !is_punct(tree, '<'));
        path.last().is_some_and(|tree| matches!(tree, TokenTree::Ident(word) if word == "Result"))
    }

    /// Returns whether the function never returns.
    pub(crate) fn never_returns(&self) -> bool {
        let mut returned = self.returned.iter().cloned().flatten();
        returned.next().is_some_and(|tree| is_punct(&tree, '!'))
    }

    /// Returns the place of a word before `fn`.
    pub(crate) fn qualifier(&self, word: &str) -> Option<Span> {
        self.qualifiers.iter().find(|qualifier| *qualifier == word).map(Ident::span)
    }
}

fn word(tree: &TokenTree) -> Option<Ident> {
    match tree {
        TokenTree::Ident(word) => Some(word.clone()),
        _ => None,
    }
}

/// Finds the parameters: the first parentheses that are not between `<` and `>`.
fn parameters(after_name: &[TokenTree]) -> Option<(usize, &Group)> {
    let mut depth = Angles::default();
    after_name.iter().enumerate().find_map(|(at, tree)| {
        depth.pass(tree);
        match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                depth.is_outside().then_some((at, group))
            }
            _ => None,
        }
    })
}

/// Returns the place of the first generic parameter that is no lifetime.
fn generics(before_parameters: &[TokenTree]) -> Option<Span> {
    let mut depth = Angles::default();
    let mut begins = false;
    for tree in before_parameters {
        if begins && !is_punct(tree, '\'') && !is_punct(tree, '>') {
            return Some(tree.span());
        }
        let was_outside = depth.is_outside();
        depth.pass(tree);
        begins = (was_outside && is_punct(tree, '<')) || is_punct(tree, ',');
    }
    None
}

/// Returns the type between `->` and `where`.
fn returned(after_parameters: &[TokenTree]) -> Option<TokenStream> {
    let [minus, arrow, rest @ ..] = after_parameters else { return None };
    if !is_punct(minus, '-') || !is_punct(arrow, '>') {
        return None;
    }
    let is_where = |tree: &&TokenTree| matches!(tree, TokenTree::Ident(word) if word == "where");
    Some(rest.iter().take_while(|tree| !is_where(tree)).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::Signature;

    fn read(signature: &str) -> Signature {
        let trees: Vec<_> =
            signature.parse::<proc_macro2::TokenStream>().unwrap().into_iter().collect();
        Signature::read(&trees).unwrap()
    }

    fn returned(signature: &str) -> Option<String> {
        read(signature).returned.map(|returned| returned.to_string())
    }

    #[test]
    fn the_type_is_found_among_generics() {
        assert_eq!(returned("fn f()"), None);
        assert_eq!(returned("fn f() where T: X"), None);
        assert_eq!(returned("fn f() -> u32").as_deref(), Some("u32"));
        assert_eq!(returned("fn f() -> ! where T: Fn() -> u8").as_deref(), Some("!"));
        assert_eq!(
            returned("fn f<F: Fn(u8) -> Vec<(u8,)>, I: X<Y = (A, B)>>(f: F) -> A<N>").as_deref(),
            Some("A < N >")
        );
    }

    #[test]
    fn lifetimes_are_no_generics() {
        for signature in ["fn f()", "fn f<>()", "fn f<'a, 'b: 'a>(x: A<u8, 1>)", "fn f<'a,>()"] {
            assert!(read(signature).generics.is_none(), "{signature}");
        }
        for signature in ["fn f<T>()", "fn f<'a, T: X<'a>>()", "fn f<const N: usize>()"] {
            assert!(read(signature).generics.is_some(), "{signature}");
        }
    }

    #[test]
    fn qualifiers_are_those_before_fn() {
        let signature = read("pub(crate) const unsafe extern \"C\" fn r#async(r#const: u8)");
        for word in ["pub", "const", "unsafe", "extern"] {
            assert!(signature.qualifier(word).is_some(), "{word}");
        }
        assert!(signature.qualifier("async").is_none());
        assert_eq!(signature.name, "r#async");
    }

    #[test]
    fn only_dots_of_the_parameters_count() {
        assert!(read("unsafe extern fn f(a: u32, args: ...)").variadic().is_some());
        assert!(read("fn f(S { x, .. }: S, [a, ..]: [u8; 2])").variadic().is_none());
    }

    #[test]
    fn words_of_later_editions_are_names() {
        assert_eq!(read("fn async(dyn: u32)").name, "async");
    }
}
