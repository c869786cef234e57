//! An `impl` block, a trait or an inline module, split into its members without a look into the
//! bodies of functions.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};

use super::attribute::{self, Attribute};
use super::function::Function;
use super::scan::{braced, braces, end, ends_in_braces, is_punct, leading_word, unwrapped};

/// Something with functions in it.
pub(crate) struct Block {
    pub(crate) kind: Kind,
    pub(crate) attributes: Vec<Attribute>,
    /// Tokens from there to the braces, as written.
    head: TokenStream,
    braces: Group,
    pub(crate) members: Vec<Member>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Impl,
    Trait,
    Module,
}

pub(crate) enum Member {
    Function(Function),
    /// A block in a module.
    Block(Block),
    /// A constant, a type, a macro call.
    Other(TokenStream),
}

impl Kind {
    /// Returns the kind that this keyword begins.
    pub(crate) fn of(word: &str) -> Option<Self> {
        match word {
            "impl" => Some(Self::Impl),
            "trait" => Some(Self::Trait),
            "mod" => Some(Self::Module),
            _ => None,
        }
    }

    /// Returns its name, with its article.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Impl => "an `impl` block",
            Self::Trait => "a trait",
            Self::Module => "a module",
        }
    }
}

impl Block {
    pub(super) fn parse(kind: Kind, trees: Vec<TokenTree>) -> syn::Result<Self> {
        let (attributes, mut trees) = attribute::split_off(trees);
        let Some(braces) = trees.pop().and_then(braces) else {
            return Err(syn::Error::new(end(&trees), without_braces(kind)));
        };
        let members = split_members(braces.stream())
            .into_iter()
            .map(|trees| Member::parse(kind, trees))
            .collect::<syn::Result<_>>()?;
        Ok(Self { kind, attributes, head: trees.into_iter().collect(), braces, members })
    }

    /// Returns the block with other members.
    pub(crate) fn with_members(&self, members: TokenStream) -> TokenStream {
        let mut tokens = TokenStream::new();
        tokens.append_all(&self.attributes);
        tokens.extend(self.head.clone());
        tokens.append(braced(members, self.braces.span()));
        tokens
    }

    /// Lists the names of the functions in it.
    pub(crate) fn function_names(&self) -> Vec<String> {
        let names = self.members.iter().filter_map(|member| match member {
            Member::Function(function) => Some(function.signature.name.to_string()),
            _ => None,
        });
        names.collect()
    }

    /// Returns whether anything in it carries an attribute of that name.
    pub(crate) fn carries_within(&self, name: &str) -> bool {
        self.members.iter().any(|member| match member {
            Member::Function(function) => function.attribute(name).is_some(),
            Member::Block(inner) => {
                inner.attributes.iter().any(|attribute| attribute.name() == name)
                    || inner.carries_within(name)
            }
            Member::Other(_) => false,
        })
    }

    /// Takes the first attribute of that name off.
    pub(crate) fn take_attribute(&mut self, name: &str) -> Option<Attribute> {
        attribute::take(&mut self.attributes, name)
    }
}

fn without_braces(kind: Kind) -> String {
    match kind {
        Kind::Module => "expected the braces of an inline module after this\n\
                         help: a module in a file of its own cannot be tracked as a whole; write \
                         `#[perf_track]` on what is in it"
            .to_owned(),
        _ => format!("expected the braces of {} after this", kind.name()),
    }
}

impl Member {
    /// Parses a member. Only modules are looked into further: in an `impl` block or a trait,
    /// everything else with braces is a macro's affair.
    fn parse(within: Kind, trees: Vec<TokenTree>) -> syn::Result<Self> {
        let word = leading_word(&trees).map(|word| word.to_string());
        if word.as_deref() == Some("fn") {
            return Function::parse(trees).map(Self::Function);
        }
        let may_be_block = within == Kind::Module && trees.last().is_some_and(ends_in_braces);
        match word.as_deref().and_then(Kind::of).filter(|_| may_be_block) {
            Some(kind) => Block::parse(kind, trees).map(Self::Block),
            None => Ok(Self::Other(trees.into_iter().collect())),
        }
    }
}

impl ToTokens for Member {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Function(function) => function.to_tokens(tokens),
            Self::Block(block) => block.to_tokens(tokens),
            Self::Other(other) => tokens.extend(other.clone()),
        }
    }
}

impl ToTokens for Block {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let mut members = TokenStream::new();
        members.append_all(&self.members);
        tokens.extend(self.with_members(members));
    }
}

/// Splits a block into its members.
fn split_members(members: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut split = Vec::new();
    let mut member: Vec<TokenTree> = Vec::new();
    let mut trees = unwrapped(members).into_iter().peekable();
    while let Some(tree) = trees.next() {
        let ends_here = is_punct(&tree, ';') || ends_in_braces(&tree);
        member.push(tree);
        if (ends_here && !goes_on(&member, trees.peek())) || is_inner_attribute(&member) {
            split.push(std::mem::take(&mut member));
        }
    }
    if !member.is_empty() {
        split.push(member);
    }
    split
}

fn is_inner_attribute(member: &[TokenTree]) -> bool {
    matches!(member, [pound, mark, TokenTree::Group(brackets)]
        if is_punct(pound, '#')
            && is_punct(mark, '!')
            && brackets.delimiter() == Delimiter::Bracket)
}

/// Returns whether the member goes on after the braces or semicolon just read. One that ends with a
/// semicolon goes on until there is one; so does one between `<` and `>`, where a comma or the `>`
/// follows the braces.
fn goes_on(member: &[TokenTree], next: Option<&TokenTree>) -> bool {
    if member.last().is_some_and(|last| is_punct(last, ';')) {
        return false;
    }
    let is_passed_on = matches!(member, [TokenTree::Group(_)]);
    let ends_with_semicolon = leading_word(member)
        .is_some_and(|word| ["const", "static", "type", "use"].iter().any(|it| word == it));
    let is_argument = next.is_some_and(|tree| is_punct(tree, ',') || is_punct(tree, '>'));
    (ends_with_semicolon && !is_passed_on) || is_argument
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(members: &str) -> Vec<String> {
        split_members(members.parse().unwrap())
            .into_iter()
            .map(|trees| trees.into_iter().collect::<TokenStream>().to_string())
            .collect()
    }

    #[test]
    fn every_kind_of_item_ends_where_it_does() {
        let items = [
            "# ! [allow (unused)]",
            "use a :: { b , c } ;",
            "pub const A : T = T { x : 1 } ;",
            "static B : T = { 1 } ;",
            "type C = D < { 1 } > ;",
            "struct E < const N : usize = { 1 } > ;",
            "pub struct F { x : u8 }",
            "struct G (u8) ;",
            "enum H { I }",
            "impl < const N : usize > J for K < { N } > { }",
            "macro_rules ! l { () => { } }",
            "m ! (n) ;",
            "unsafe extern \"C\" { fn o () ; }",
            "mod p { fn q () { } }",
            "mod r ;",
            "# [doc = \"s\"] pub (crate) async fn t () -> U < { V } > where W < { X } > : Y { }",
            "const fn z () { }",
        ];
        assert_eq!(split(&items.join(" ")), items);
    }
}
