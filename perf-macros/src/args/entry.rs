//! One argument: a name with nothing, a value or a list after it. Splitting a list of them goes on
//! after an error, so that one build shows them all.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Lit, Path, Token, token};

use crate::errors::{Errors, error, nearest};

/// A named argument.
pub(super) struct Entry {
    pub(super) name: Ident,
    value: Value,
}

enum Value {
    /// `name`
    Absent,
    /// `name = tokens`
    Equals(TokenStream),
    /// `name(tokens)`
    List(Group),
}

/// Hands each argument of a list to `set`. Every error goes to `errors`, and the rest is still read.
pub(super) fn each(
    list: TokenStream,
    names: &[&str],
    errors: &mut Errors,
    mut set: impl FnMut(&Entry, &mut Errors) -> syn::Result<()>,
) {
    for entry in split(list, names, errors) {
        if let Err(error) = set(&entry, errors) {
            errors.push(error);
        }
    }
}

/// Splits a list into its arguments, without repetitions. `names` are those that exist.
fn split(list: TokenStream, names: &[&str], errors: &mut Errors) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for argument in between_commas(list) {
        let entry = match (|input: ParseStream| Entry::parse(input, names)).parse2(argument) {
            Ok(entry) => entry,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        if entries.iter().any(|earlier| earlier.name == entry.name) {
            let what = format!("`{}` is given twice", entry.name);
            errors.push(error(entry.name.span(), what, "keep one of the two"));
        } else {
            entries.push(entry);
        }
    }
    entries
}

/// Splits a list at its commas; a part is empty only where two commas meet.
pub(super) fn between_commas(list: TokenStream) -> Vec<TokenStream> {
    let mut parts = Vec::new();
    let mut part = TokenStream::new();
    for tree in list {
        match tree {
            TokenTree::Punct(comma) if comma.as_char() == ',' => {
                if part.is_empty() {
                    part.extend([TokenTree::Punct(comma)]);
                }
                parts.push(std::mem::take(&mut part));
            }
            other => part.extend([other]),
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

impl Entry {
    fn parse(input: ParseStream, names: &[&str]) -> syn::Result<Self> {
        if input.peek(syn::LitStr) {
            let text: syn::LitStr = input.parse()?;
            let help = format!("to name the function, write `name = {:?}`", text.value());
            return Err(error(text.span(), "a bare string is not an option", help));
        }
        if !input.peek(Ident::peek_any) {
            let help = format!("the options are {}", quoted(names));
            return Err(error(input.span(), "expected the name of an option", help));
        }
        let name = input.call(Ident::parse_any)?;
        let value = if input.is_empty() {
            Value::Absent
        } else if input.peek(token::Paren) {
            Value::List(input.parse()?)
        } else if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Value::Equals(input.parse()?)
        } else {
            let what = format!("unexpected tokens after `{name}`");
            return Err(error(input.span(), what, "options are separated by commas"));
        };
        if input.is_empty() {
            return Ok(Self { name, value });
        }
        let what = format!("unexpected tokens after `{name}(…)`");
        Err(error(input.span(), what, "options are separated by commas"))
    }

    /// Returns the place of an option that takes no value.
    pub(super) fn flag(&self) -> syn::Result<Span> {
        let span = match &self.value {
            Value::Absent => return Ok(self.name.span()),
            Value::Equals(value) => first_span(value, self.name.span()),
            Value::List(list) => list.span(),
        };
        let help = format!("write `{}` alone; leave it out to switch it off", self.name);
        Err(error(span, format!("`{}` takes no value", self.name), help))
    }

    /// Returns whether something is given for it.
    pub(super) fn has_value(&self) -> bool {
        !matches!(self.value, Value::Absent)
    }

    /// Reads the path after `=`.
    pub(super) fn path(&self, example: &str) -> syn::Result<Path> {
        let value = self.equals(example)?;
        Path::parse_mod_style.parse2(value.clone()).map_err(|_| {
            let what = format!("`{}` expects a path", self.name);
            error(first_span(&value, self.name.span()), what, format!("as in {example}"))
        })
    }

    /// Reads the literal after `=`; `example` shows how one would be written.
    pub(super) fn literal(&self, example: &str) -> syn::Result<Lit> {
        let value = self.equals(example)?;
        syn::parse2(value.clone()).map_err(|_| self.wrong(&value, example))
    }

    /// Reads the string after `=`, if it is one.
    pub(super) fn string(&self) -> Option<syn::LitStr> {
        match &self.value {
            Value::Equals(value) => syn::parse2(value.clone()).ok(),
            _ => None,
        }
    }

    /// Returns the expression after `=`, as written.
    pub(super) fn expression(&self, example: &str) -> syn::Result<TokenStream> {
        self.equals(example)
    }

    /// Returns the tokens between the brackets after `=`.
    pub(super) fn array(&self, example: &str) -> syn::Result<TokenStream> {
        let value = self.equals(example)?;
        let content = |input: ParseStream| {
            let content;
            syn::bracketed!(content in input);
            content.parse::<TokenStream>()
        };
        content.parse2(value.clone()).map_err(|_| self.wrong(&value, example))
    }

    /// Returns the tokens between the parentheses.
    pub(super) fn list(&self, example: &str) -> syn::Result<TokenStream> {
        match &self.value {
            Value::List(list) => Ok(list.stream()),
            Value::Equals(value) => Err(self.wrong(value, example)),
            Value::Absent => Err(self.missing(example)),
        }
    }

    /// Makes the error for a name that does not exist.
    pub(super) fn unknown(&self, kind: &str, names: &[&str]) -> syn::Error {
        let name = self.name.to_string();
        let help = match nearest(&name, names) {
            Some(close) => format!("did you mean `{close}`?"),
            None => format!("the {kind}s are {}", quoted(names)),
        };
        error(self.name.span(), format!("unknown {kind} `{name}`"), help)
    }

    fn equals(&self, example: &str) -> syn::Result<TokenStream> {
        match &self.value {
            Value::Equals(value) if !value.is_empty() => Ok(value.clone()),
            Value::List(list) => Err(self.wrong(&list.stream(), example)),
            _ => Err(self.missing(example)),
        }
    }

    fn missing(&self, example: &str) -> syn::Error {
        let what = format!("`{}` needs a value", self.name);
        error(self.name.span(), what, format!("as in {example}"))
    }

    fn wrong(&self, value: &TokenStream, example: &str) -> syn::Error {
        let what = format!("this is not what `{}` expects", self.name);
        error(first_span(value, self.name.span()), what, format!("write it as in {example}"))
    }
}

fn first_span(tokens: &TokenStream, otherwise: Span) -> Span {
    tokens.clone().into_iter().next().map_or(otherwise, |tree| tree.span())
}

fn quoted(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
