//! A function, split into one part to look at and one to replace.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};

use super::attribute::{self, Attribute};
use super::parameters::Rebound;
use super::scan::{braced, braces, end, is_punct};
use super::signature::Signature;

/// A function, or something that begins like one.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    /// Visibility and signature, as written.
    head: Vec<TokenTree>,
    /// Facts of the signature.
    pub(crate) signature: Signature,
    /// Body with its braces; `None` where a semicolon stands.
    pub(crate) body: Option<Group>,
    /// Its body or the semicolon, as written.
    last: TokenTree,
}

impl Function {
    pub(super) fn parse(trees: Vec<TokenTree>) -> syn::Result<Self> {
        let (attributes, mut head) = attribute::split_off(trees);
        let last = head.pop();
        let body = last.clone().and_then(braces);
        let is_end = |last: &TokenTree| body.is_some() || is_punct(last, ';');
        let Some(last) = last.filter(is_end) else {
            return Err(syn::Error::new(end(&head), "expected the body of a function after this"));
        };
        let signature = Signature::read(&head)?;
        Ok(Self { attributes, head, signature, body, last })
    }

    /// Returns the attribute of that name, if there is one.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name() == name)
    }

    /// Takes the first attribute of that name off.
    pub(crate) fn take_attribute(&mut self, name: &str) -> Option<Attribute> {
        attribute::take(&mut self.attributes, name)
    }

    /// Returns its parameters for a body that moves into something else.
    pub(crate) fn rebound(&self) -> Rebound {
        Rebound::of(&self.signature.parameters)
    }

    /// Returns the function with other statements, between braces at `span`.
    pub(crate) fn with_statements(&self, statements: TokenStream, span: Span) -> TokenStream {
        self.with(None, statements, span)
    }

    /// Returns the function with other parameters as well.
    pub(crate) fn with_parameters(
        &self,
        parameters: Group,
        statements: TokenStream,
        span: Span,
    ) -> TokenStream {
        self.with(Some(parameters), statements, span)
    }

    fn with(&self, parameters: Option<Group>, statements: TokenStream, span: Span) -> TokenStream {
        let mut tokens = TokenStream::new();
        tokens.append_all(&self.attributes);
        match parameters {
            None => tokens.append_all(&self.head),
            Some(parameters) => {
                let at = self.signature.parameters_at;
                tokens.append_all(&self.head[..at]);
                tokens.append(parameters);
                tokens.append_all(&self.head[at + 1..]);
            }
        }
        tokens.append(braced(statements, span));
        tokens
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.attributes);
        tokens.append_all(&self.head);
        tokens.append(self.last.clone());
    }
}
