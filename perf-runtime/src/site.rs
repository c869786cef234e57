//! A tracked place in the source: its identity, and the index it is recorded under.
//!
//! One static for each attribute, made by the macro. The facts known at compile time are in the
//! [`Declaration`]; nothing is looked up by name while recording.

use crate::list::Index;
use crate::registry;
use crate::snapshot::{Budget, Function};
use crate::writing::SiteText;

/// The attribute's knowledge about its function.
#[derive(Debug)]
pub(crate) struct Declaration {
    /// `module_path!()` of the declaration.
    pub(crate) module: &'static str,
    /// Source file of the declaration.
    pub(crate) file: &'static str,
    /// Line of the declaration.
    pub(crate) line: u32,
    /// Column of the declaration.
    pub(crate) column: u32,
    /// Type name of something declared inside the site's static: the compiler's own path of the
    /// function, with the `Self` type and the trait.
    pub(crate) path: fn() -> &'static str,
    /// True if calls are futures, or one of them a stream: then their polls are entered.
    pub(crate) polled: bool,
    /// Build of the crate that holds the function, as [`SiteRecord`] has it.
    ///
    /// [`SiteRecord`]: crate::segment::layout::SiteRecord
    pub(crate) built: u8,
    /// Options of the attribute.
    pub(crate) options: &'static Options,
}

/// The options of an attribute. Apart from the declaration, since few have any, and each byte of a
/// site is there once for every tracked function.
#[derive(Debug)]
pub struct Options {
    /// Name given by the user; replaces the path as identity.
    pub label: Option<&'static str>,
    /// True if calls are never sampled.
    pub exact: bool,
    /// True if the returned value is classified.
    pub classifies_errors: bool,
    /// True if errors have kinds.
    pub names_errors: bool,
    /// Limits.
    pub budget: Budget,
    /// Tags.
    pub tags: &'static [&'static str],
}

impl Options {
    /// The options of an attribute without any.
    pub const NONE: Self = Self {
        label: None,
        exact: false,
        classifies_errors: false,
        names_errors: false,
        budget: Budget::NONE,
        tags: &[],
    };
}

/// A tracked place: its declaration, and its index once it is registered.
///
/// `repr(C)`: the linker lays those of a program side by side, and `linked` reads them as a slice.
#[repr(C)]
#[derive(Debug)]
pub struct Site {
    declaration: Declaration,
    index: Index,
}

impl Site {
    /// Makes a site that is not registered yet.
    ///
    /// Generated code is compiled once for each tracked function, so it is short: a flat list of
    /// arguments, and options only where there are some.
    #[expect(clippy::too_many_arguments, reason = "a flat list is quickest to compile")]
    pub const fn new(
        module: &'static str,
        file: &'static str,
        line: u32,
        column: u32,
        built: u8,
        path: fn() -> &'static str,
    ) -> Self {
        let options = &Options::NONE;
        let declaration =
            Declaration { module, file, line, column, path, polled: false, built, options };
        Self { declaration, index: Index::none() }
    }

    /// Returns the same site with options.
    #[must_use]
    pub const fn with(self, options: &'static Options) -> Self {
        let Self { declaration, index } = self;
        Self { declaration: Declaration { options, ..declaration }, index }
    }

    /// Returns the same site for futures, or for a stream.
    #[must_use]
    pub const fn polled(self) -> Self {
        let Self { declaration, index } = self;
        Self { declaration: Declaration { polled: true, ..declaration }, index }
    }

    /// Makes the site for one of the types of this site's function, named after the path of a
    /// closure in it.
    pub(crate) fn of_type(&self, closure: &'static str) -> Self {
        let options = Options {
            label: Some(registry::without_closures(closure)),
            ..*self.declaration.options
        };
        let options = Box::leak(Box::new(options));
        Self { declaration: Declaration { options, ..self.declaration }, index: Index::none() }
    }

    /// Returns whether its calls are futures.
    pub(crate) fn is_polled(&self) -> bool {
        self.declaration.polled
    }

    /// Returns whether its calls must not be sampled.
    pub(crate) fn is_exact(&self) -> bool {
        self.declaration.options.exact
    }

    /// Returns its place in the list of sites.
    pub(crate) fn list_index(&self) -> &Index {
        &self.index
    }

    /// Returns the place of the site in a thread's table: the index plus one; 0, where no site is,
    /// while it has none; beyond every table when it was refused one.
    #[inline]
    pub(crate) fn slot(&self) -> u32 {
        self.index.place()
    }

    /// Returns the identity: the label, or the path of the function.
    pub(crate) fn name(&self) -> &'static str {
        match self.declaration.options.label {
            Some(label) => label,
            None => registry::without_closures(function_path((self.declaration.path)())),
        }
    }

    /// Returns the declaration as plain data.
    pub(crate) fn describe(&self) -> Function {
        let text = self.text();
        Function {
            name: text.name.to_owned(),
            module: text.module.to_owned(),
            file: text.file.to_owned(),
            line: text.line,
            column: text.column,
            exact: text.exact,
            polled: text.polled,
            classifies_errors: text.classifies_errors,
            names_errors: text.names_errors,
            budget: text.budget,
            tags: text.tags.iter().map(|&tag| tag.to_owned()).collect(),
        }
    }

    /// Returns the text of the site in the segment. Allocates nothing, unless its function is in a
    /// closure.
    pub(crate) fn text(&self) -> SiteText<'static> {
        let declared = &self.declaration;
        let options = declared.options;
        SiteText {
            name: self.name(),
            module: declared.module,
            file: declared.file,
            line: declared.line,
            column: declared.column,
            exact: options.exact,
            polled: declared.polled,
            classifies_errors: options.classifies_errors,
            names_errors: options.names_errors,
            built: declared.built,
            budget: options.budget,
            tags: options.tags,
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
