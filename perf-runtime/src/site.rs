//! A tracked place in the source: its identity, and the index it is recorded under.
//!
//! One static for each attribute, made by the macro. What is known at compile time is in the
//! [`Declaration`]; nothing is looked up by name while recording.

use crate::list::Index;
use crate::snapshot::{Budget, Function};
use crate::writing::SiteText;

/// What the attribute knows about the function it stands on.
#[derive(Debug)]
pub struct Declaration {
    /// Name given by the user; replaces the path as identity.
    pub label: Option<&'static str>,
    /// The function's own name.
    pub function: &'static str,
    /// `module_path!()` of the declaration.
    pub module: &'static str,
    /// `file!()` of the declaration.
    pub file: &'static str,
    /// `line!()` of the declaration.
    pub line: u32,
    /// `column!()` of the declaration.
    pub column: u32,
    /// Type name of something declared inside the site's static: the compiler's own path of the
    /// function, with the `Self` type and the trait.
    pub path: fn() -> &'static str,
    /// Never sampled.
    pub exact: bool,
    /// The returned value is classified.
    pub classifies_errors: bool,
    /// Limits.
    pub budget: Budget,
    /// Tags.
    pub tags: &'static [&'static str],
}

impl Declaration {
    /// What every attribute knows, without options. Generated code names only the options given:
    /// fewer tokens for each tracked function to compile.
    pub const fn new(
        function: &'static str,
        module: &'static str,
        (file, line, column): (&'static str, u32, u32),
        path: fn() -> &'static str,
    ) -> Self {
        Self {
            label: None,
            function,
            module,
            file,
            line,
            column,
            path,
            exact: false,
            classifies_errors: false,
            budget: Budget::NONE,
            tags: &[],
        }
    }
}

/// A tracked place: its declaration, and its index once it is registered.
#[derive(Debug)]
pub struct Site {
    declaration: Declaration,
    index: Index,
}

impl Site {
    /// A site that is not registered yet.
    pub const fn new(declaration: Declaration) -> Self {
        Self { declaration, index: Index::none() }
    }

    /// A site that is in the only slot of a table of its own.
    pub(crate) const fn in_only_slot(declaration: Declaration) -> Self {
        Self { declaration, index: Index::none() }
    }

    /// Whether its calls must not be sampled.
    pub(crate) fn is_exact(&self) -> bool {
        self.declaration.exact
    }

    /// Its place in the list of sites.
    pub(crate) fn list_index(&self) -> &Index {
        &self.index
    }

    /// The place of the site in a thread's table: the index plus one; 0, where no site is, while it
    /// has none; beyond every table when it was refused one.
    #[inline]
    pub(crate) fn slot(&self) -> u32 {
        self.index.place()
    }

    /// The identity: the label, or the path of the function.
    pub(crate) fn name(&self) -> &'static str {
        match self.declaration.label {
            Some(label) => label,
            None => function_path((self.declaration.path)()),
        }
    }

    /// The declaration as plain data.
    pub(crate) fn describe(&self) -> Function {
        let text = self.text();
        Function {
            name: text.name.to_owned(),
            module: text.module.to_owned(),
            file: text.file.to_owned(),
            line: text.line,
            column: text.column,
            exact: text.exact,
            classifies_errors: text.classifies_errors,
            budget: text.budget,
            tags: text.tags.iter().map(|&tag| tag.to_owned()).collect(),
        }
    }

    /// What is written down of the site. Allocates nothing.
    pub(crate) fn text(&self) -> SiteText<'static> {
        let declared = &self.declaration;
        SiteText {
            name: self.name(),
            module: declared.module,
            file: declared.file,
            line: declared.line,
            column: declared.column,
            exact: declared.exact,
            classifies_errors: declared.classifies_errors,
            budget: declared.budget,
            tags: declared.tags,
        }
    }
}

/// Name of the static that the macro declares inside each function; it ends the function's path.
const SITE_STATIC: &str = "::__PERF_TRACK_SITE";

/// Cuts the path of something inside the site's static down to the path of the function.
fn function_path(path: &'static str) -> &'static str {
    path.find(SITE_STATIC).map_or(path, |end| &path[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_ends_where_the_static_begins() {
        assert_eq!(
            function_path("krate::Type<_>::method::__PERF_TRACK_SITE::{{closure}}"),
            "krate::Type<_>::method"
        );
        assert_eq!(function_path("krate::plain"), "krate::plain");
    }
}
