//! Outer attributes: their names, their arguments, and how to take them off.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};

use super::scan::{is_punct, unwrapped};

/// An outer attribute, as written.
pub(crate) struct Attribute {
    pound: TokenTree,
    brackets: Group,
    /// Last segment of its path, seen through `unsafe(…)`: `naked` for `#[unsafe(naked)]`. Kept,
    /// since it is asked for again and again, also of every line of documentation.
    name: String,
}

impl Attribute {
    fn new(pound: TokenTree, brackets: Group) -> Self {
        let name = last_segment(brackets.stream());
        Self { pound, brackets, name }
    }

    /// Returns the last segment of its path.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the tokens between its parentheses.
    pub(crate) fn arguments(&self) -> TokenStream {
        match unwrapped(self.brackets.stream()).pop() {
            Some(TokenTree::Group(arguments)) => arguments.stream(),
            _ => TokenStream::new(),
        }
    }

    /// Returns whether it is of no effect: `#[perf_track(skip)]`.
    pub(crate) fn is_skip(&self) -> bool {
        self.arguments().to_string() == "skip"
    }

    /// Returns the same attribute with other arguments, if its name must have been imported: taken
    /// off, it would leave an import that nothing uses.
    pub(crate) fn if_imported(&self, arguments: TokenStream) -> Option<Self> {
        let TokenTree::Ident(name) = unwrapped(self.brackets.stream()).into_iter().next()? else {
            return None;
        };
        if name != self.name() {
            return None;
        }
        let mut arguments = Group::new(Delimiter::Parenthesis, arguments);
        arguments.set_span(self.brackets.span());
        let content = [TokenTree::Ident(name), arguments.into()].into_iter().collect();
        Some(Self::new(self.pound.clone(), self.brackets_around(content)))
    }

    fn brackets_around(&self, content: TokenStream) -> Group {
        let mut brackets = Group::new(Delimiter::Bracket, content);
        brackets.set_span(self.brackets.span());
        brackets
    }

    /// Returns the place for errors about it.
    pub(crate) fn span(&self) -> Span {
        self.brackets.span()
    }
}

impl ToTokens for Attribute {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append(self.pound.clone());
        tokens.append(self.brackets.clone());
    }
}

/// Takes the first attribute of that name off.
pub(super) fn take(attributes: &mut Vec<Attribute>, name: &str) -> Option<Attribute> {
    let at = attributes.iter().position(|attribute| attribute.name() == name)?;
    Some(attributes.remove(at))
}

/// Returns whether the item is there for tests only, or is one.
pub(crate) fn are_of_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match attribute.name() {
        "test" | "bench" => true,
        "cfg" => wants_test(attribute.arguments()),
        _ => false,
    })
}

/// Returns whether a condition asks for tests, as far as its words show.
fn wants_test(condition: TokenStream) -> bool {
    let mut is_denied = false;
    condition.into_iter().any(|tree| match tree {
        TokenTree::Ident(word) => {
            is_denied = word == "not";
            word == "test"
        }
        TokenTree::Group(group) => !is_denied && wants_test(group.stream()),
        _ => false,
    })
}

/// Splits off the outer attributes, also those that a macro passed on with the item.
pub(super) fn split_off(trees: Vec<TokenTree>) -> (Vec<Attribute>, Vec<TokenTree>) {
    let mut attributes = Vec::new();
    let mut trees = whole(trees);
    let mut done = 0;
    while let [pound, TokenTree::Group(brackets), ..] = &trees[done..] {
        if !is_punct(pound, '#') {
            break;
        }
        attributes.push(Attribute::new(pound.clone(), brackets.clone()));
        done += 2;
        if trees.len() - done == 1 {
            trees = whole(trees.split_off(done));
            done = 0;
        }
    }
    (attributes, trees.split_off(done))
}

/// Removes the invisible group that may be around all of the tokens.
fn whole(trees: Vec<TokenTree>) -> Vec<TokenTree> {
    match trees.as_slice() {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => {
            unwrapped(group.stream())
        }
        _ => trees,
    }
}

/// Returns the last segment of the path at the beginning of an attribute's content.
fn last_segment(content: TokenStream) -> String {
    let mut name = String::new();
    for tree in unwrapped(content) {
        match tree {
            TokenTree::Ident(segment) => name = segment.to_string(),
            TokenTree::Punct(colon) if colon.as_char() == ':' => {}
            TokenTree::Group(inner) if name == "unsafe" || inner.delimiter() == Delimiter::None => {
                return last_segment(inner.stream());
            }
            _ => break,
        }
    }
    name
}
