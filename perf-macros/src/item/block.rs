//! An `impl` block, split into its members without a look into their bodies.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::TokenStreamExt;

use super::function::Function;
use super::scan::{braced, braces, end, ends_in_braces, is_punct, leading_word, unwrapped};

/// An `impl` block.
pub(crate) struct Block {
    /// Everything before the braces, as written.
    head: TokenStream,
    braces: Group,
    pub(crate) members: Vec<Member>,
}

pub(crate) enum Member {
    Function(Function),
    /// A constant, a type, a macro call.
    Other(TokenStream),
}

impl Block {
    pub(super) fn parse(mut trees: Vec<TokenTree>) -> syn::Result<Self> {
        let Some(braces) = trees.pop().and_then(braces) else {
            let what = "expected the braces of an `impl` block after this";
            return Err(syn::Error::new(end(&trees), what));
        };
        let members = split_members(braces.stream())
            .into_iter()
            .map(|trees| match leading_word(&trees) {
                Some(word) if word == "fn" => Function::parse(trees).map(Member::Function),
                _ => Ok(Member::Other(trees.into_iter().collect())),
            })
            .collect::<syn::Result<_>>()?;
        Ok(Self { head: trees.into_iter().collect(), braces, members })
    }

    /// The block with other members.
    pub(crate) fn with_members(&self, members: TokenStream) -> TokenStream {
        let mut tokens = self.head.clone();
        tokens.append(braced(members, self.braces.span()));
        tokens
    }
}

/// The members of an `impl` block.
fn split_members(members: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut split = Vec::new();
    let mut member: Vec<TokenTree> = Vec::new();
    let mut trees = unwrapped(members).into_iter().peekable();
    while let Some(tree) = trees.next() {
        let ends_here = is_punct(&tree, ';') || ends_in_braces(&tree);
        member.push(tree);
        if ends_here && !goes_on(&member, trees.peek()) {
            split.push(std::mem::take(&mut member));
        }
    }
    if !member.is_empty() {
        split.push(member);
    }
    split
}

/// Whether the member goes on after the braces or semicolon just read: in the value of a constant
/// until the semicolon, and between `<` and `>`, where a comma or the `>` follows the braces.
fn goes_on(member: &[TokenTree], next: Option<&TokenTree>) -> bool {
    if member.last().is_some_and(|last| is_punct(last, ';')) {
        return false;
    }
    let is_passed_on = matches!(member, [TokenTree::Group(_)]);
    let is_value = leading_word(member).is_some_and(|word| word == "const" || word == "type");
    let is_argument = next.is_some_and(|tree| is_punct(tree, ',') || is_punct(tree, '>'));
    (is_value && !is_passed_on) || is_argument
}
