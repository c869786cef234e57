//! What is in one parsed file.

use std::collections::HashMap;

use perf_runtime::perf_track;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// What is in one file.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) lines: usize,
    pub(crate) code_lines: usize,
    pub(crate) functions: usize,
    pub(crate) unsafe_blocks: usize,
    pub(crate) deepest_nesting: usize,
    /// Name and lines of the longest function.
    pub(crate) longest_function: Option<(String, usize)>,
    /// How often each attribute is used, by its path.
    pub(crate) attributes: HashMap<String, usize>,
}

#[perf_track]
pub(crate) fn count(text: &str, syntax: &syn::File) -> Counts {
    let mut visitor = Visitor { counts: count_lines(text), nesting: 0 };
    visit_syntax(&mut visitor, syntax);
    visitor.counts
}

#[perf_track]
fn count_lines(text: &str) -> Counts {
    let is_code = |line: &&str| !line.trim_start().starts_with("//") && !line.trim().is_empty();
    Counts {
        lines: text.lines().count(),
        code_lines: text.lines().filter(is_code).count(),
        ..Counts::default()
    }
}

#[perf_track]
fn visit_syntax(visitor: &mut Visitor, syntax: &syn::File) {
    visitor.visit_file(syntax);
}

struct Visitor {
    counts: Counts,
    nesting: usize,
}

#[perf_track]
impl Visitor {
    fn enter_function(&mut self, signature: &syn::Signature, body: &syn::Block) {
        self.counts.functions += 1;
        let lines = body.span().end().line + 1 - signature.span().start().line;
        let longest = self.counts.longest_function.as_ref().map_or(0, |&(_, lines)| lines);
        if lines > longest {
            self.counts.longest_function = Some((signature.ident.to_string(), lines));
        }
    }

    fn count_attribute(&mut self, attribute: &syn::Attribute) {
        let segments = attribute.path().segments.iter();
        let path: Vec<String> = segments.map(|segment| segment.ident.to_string()).collect();
        *self.counts.attributes.entry(path.join("::")).or_default() += 1;
    }
}

impl<'ast> Visit<'ast> for Visitor {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.enter_function(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.enter_function(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_expr_unsafe(&mut self, block: &'ast syn::ExprUnsafe) {
        self.counts.unsafe_blocks += 1;
        visit::visit_expr_unsafe(self, block);
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.nesting += 1;
        self.counts.deepest_nesting = self.counts.deepest_nesting.max(self.nesting);
        visit::visit_block(self, block);
        self.nesting -= 1;
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        // A doc comment is an attribute too, but nobody calls it one.
        if !attribute.path().is_ident("doc") {
            self.count_attribute(attribute);
        }
    }
}
