//! How long the bodies of functions are.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::Source;

/// A function with a body.
#[derive(Debug, Clone)]
pub struct Function {
    /// Name without what is around it.
    pub name: String,
    /// Line on which the body begins.
    pub line: usize,
    /// Lines between the braces.
    pub lines: usize,
}

/// Returns the functions of a source with their lengths. One that is no Rust has none.
pub fn functions(source: &Source) -> Vec<Function> {
    let mut bodies = Bodies(Vec::new());
    if let Ok(file) = syn::parse_file(&source.text) {
        bodies.visit_file(&file);
    }
    bodies.0
}

/// The function bodies of what it visits.
struct Bodies(Vec<Function>);

impl Bodies {
    fn measure(&mut self, name: &syn::Ident, body: &syn::Block) {
        let span = body.span();
        let line = span.start().line;
        let lines = (span.end().line - line).saturating_sub(1);
        self.0.push(Function { name: name.to_string(), line, lines });
    }
}

impl<'ast> Visit<'ast> for Bodies {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.measure(&function.sig.ident, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.measure(&function.sig.ident, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(body) = &function.default {
            self.measure(&function.sig.ident, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}
