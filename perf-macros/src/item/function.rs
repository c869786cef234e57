//! A function, split into what may be looked at and what may be replaced.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::Token;

use super::attribute::{self, Attribute};
use super::scan::{braced, braces, end, is_punct};
use super::signature::Signature;

/// A function, or something that begins like one.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    /// Visibility and signature, as written.
    head: TokenStream,
    /// What has to be known of the signature.
    pub(crate) signature: Signature,
    /// With its braces; `None` where a semicolon stands.
    pub(crate) body: Option<Group>,
}

impl Function {
    pub(super) fn parse(trees: Vec<TokenTree>) -> syn::Result<Self> {
        let (attributes, mut trees) = attribute::split_off(trees);
        let last = trees.pop();
        let has_no_body = last.as_ref().is_some_and(|last| is_punct(last, ';'));
        let body = last.and_then(braces);
        if body.is_none() && !has_no_body {
            return Err(syn::Error::new(end(&trees), "expected the body of a function after this"));
        }
        let signature = Signature::read(&trees)?;
        let head = trees.into_iter().collect();
        Ok(Self { attributes, head, signature, body })
    }

    /// The attribute of that name, if there is one.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name() == name)
    }

    /// Takes the first attribute of that name off.
    pub(crate) fn take_attribute(&mut self, name: &str) -> Option<Attribute> {
        let at = self.attributes.iter().position(|attribute| attribute.name() == name)?;
        Some(self.attributes.remove(at))
    }

    /// The function with other statements, between braces at `span`.
    pub(crate) fn with_statements(&self, statements: TokenStream, span: Span) -> TokenStream {
        let mut tokens = TokenStream::new();
        tokens.append_all(&self.attributes);
        tokens.extend(self.head.clone());
        tokens.append(braced(statements, span));
        tokens
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.attributes);
        tokens.extend(self.head.clone());
        match &self.body {
            Some(body) => tokens.append(body.clone()),
            None => <Token![;]>::default().to_tokens(tokens),
        }
    }
}
