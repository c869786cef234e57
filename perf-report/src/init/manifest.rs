//! The text of a `Cargo.toml` with a dependency or a profile more. Everything that people wrote stays. Pure.

mod profile;
#[cfg(test)]
mod tests;

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

use super::lines;
use super::packages::{RECORDING, RUNTIME};
use crate::error::{ExitCode, UserError};

/// The source of perf-runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A git repository, by its address.
    Git(String),
    /// A version in the registry.
    Version(String),
    /// A folder, as it is named from the manifest.
    Path(String),
}

/// The perf-runtime that a workspace shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shared {
    /// The name by which packages take it.
    pub(super) name: String,
    /// The recording, where a package asks for no more.
    pub(super) records: bool,
}

/// A manifest that is edited.
#[derive(Debug)]
pub(super) struct Manifest {
    /// Its name, for messages.
    name: String,
    original: String,
    document: DocumentMut,
    /// What the document was written as before it was edited.
    unedited: String,
}

impl Manifest {
    /// Reads the text of the manifest that messages call `name`.
    pub(super) fn read(name: &str, text: &str) -> Result<Self, UserError> {
        let plain = lines::plain(text);
        let document: DocumentMut = plain.parse().map_err(|error: toml_edit::TomlError| {
            let problem = format!("{name} is no TOML: {}", error.message());
            UserError::new(ExitCode::Usage, problem)
        })?;
        let unedited = document.to_string();
        Ok(Self { name: name.to_owned(), original: text.to_owned(), document, unedited })
    }

    /// Returns the edited text; `None` if nothing was edited.
    pub(super) fn text_if_edited(&self) -> Result<Option<String>, UserError> {
        let is_edited = self.document.to_string() != self.unedited;
        is_edited.then(|| self.text()).transpose()
    }

    /// Returns the edited text.
    fn text(&self) -> Result<String, UserError> {
        let edited = self.document.to_string();
        // What was not edited must be written as it was.
        if self.unedited != lines::plain(&self.original) || edited.parse::<DocumentMut>().is_err() {
            return Err(self.refused());
        }
        Ok(lines::in_the_manner_of(&self.original, &edited))
    }

    /// Returns whether packages take their dependencies from this manifest, that of their workspace.
    pub(super) fn is_shared(&self) -> bool {
        self.shared().is_some_and(|table| !table.is_empty())
    }

    /// Returns how packages can take perf-runtime from this manifest, that of their workspace.
    pub(super) fn shared_runtime(&self) -> Option<Shared> {
        let package = |key: &str, item: &Item| {
            let named = item.as_table_like().and_then(|table| table.get("package")?.as_str());
            named.unwrap_or(key) == RUNTIME
        };
        let (name, item) = self.shared()?.iter().find(|(key, item)| package(key, item))?;
        let is = |feature: &toml_edit::Value| feature.as_str() == Some(RECORDING);
        let features = item.get("features").and_then(Item::as_array);
        let records = item.get("default-features").and_then(Item::as_bool) != Some(false)
            || features.is_some_and(|features| features.iter().any(is));
        Some(Shared { name: name.to_owned(), records })
    }

    fn shared(&self) -> Option<&dyn TableLike> {
        let workspace = self.document.get("workspace")?.as_table_like()?;
        workspace.get("dependencies")?.as_table_like()
    }

    /// Adds perf-runtime to what packages can take from this manifest, that of their workspace.
    pub(super) fn share(&mut self, source: &Source) -> Result<(), UserError> {
        let workspace = self.document.get_mut("workspace");
        let table = workspace.and_then(|workspace| workspace.get_mut("dependencies"));
        let is_done = table.is_some_and(|table| insert(table, RUNTIME, source.item()));
        if is_done { Ok(()) } else { Err(self.refused()) }
    }

    /// Adds what the workspace shares, in the way in which others are taken from it, and so that it records.
    pub(super) fn inherit(&mut self, shared: &Shared) -> Result<(), UserError> {
        let is_between_braces = |item: &Item| {
            let table = item.as_inline_table().filter(|table| !table.is_dotted());
            table.is_some_and(|table| table.contains_key("workspace"))
        };
        let table = self.document.get("dependencies").and_then(Item::as_table_like);
        let item = if !shared.records {
            let mut table = InlineTable::from_iter([("workspace", true)]);
            table.insert("features", Array::from_iter([RECORDING]).into());
            value(table)
        } else if table.is_some_and(|table| table.iter().any(|(_, it)| is_between_braces(it))) {
            value(InlineTable::from_iter([("workspace", true)]))
        } else {
            let mut table = Table::from_iter([("workspace", true)]);
            table.set_dotted(true);
            Item::Table(table)
        };
        self.depend(&shared.name, item)
    }

    /// Adds perf-runtime from `source`.
    pub(super) fn add(&mut self, source: &Source) -> Result<(), UserError> {
        self.depend(RUNTIME, source.item())
    }

    fn depend(&mut self, key: &str, item: Item) -> Result<(), UserError> {
        let root = self.document.as_table_mut();
        let table = root.entry("dependencies").or_insert_with(|| Item::Table(Table::new()));
        let is_done = insert(table, key, item);
        if is_done { Ok(()) } else { Err(self.refused()) }
    }

    fn refused(&self) -> UserError {
        let problem = format!("{} is written in a way that is not edited", self.name);
        UserError::new(ExitCode::Usage, problem).help(format!(
            "add {RUNTIME} to its dependencies by hand, and call `perf-report init` again"
        ))
    }
}

impl Source {
    fn item(&self) -> Item {
        let table = |key: &str, text: &str| value(InlineTable::from_iter([(key, text)]));
        match self {
            Self::Git(url) => table("git", url),
            Self::Version(version) => value(version),
            Self::Path(path) => table("path", path),
        }
    }
}

/// Adds an entry where it belongs in a sorted table, else at the end; returns `false` where the name is taken, and
/// where there is no table.
fn insert(table: &mut Item, key: &str, item: Item) -> bool {
    match table {
        Item::Table(table) if !table.contains_key(key) => insert_sorted(table, key, item),
        Item::Value(Value::InlineTable(table)) if !table.contains_key(key) => {
            item.into_value().is_ok_and(|value| append(table, key, value))
        }
        _ => false,
    }
}

fn insert_sorted(table: &mut Table, key: &str, item: Item) -> bool {
    let keys: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    let is_later = |other: &String| keys.is_sorted() && other.as_str() > key;
    let later = keys.iter().filter(|other| is_later(other));
    // Those behind it are taken out, and put back with the comments above them.
    let later: Vec<_> = later.filter_map(|key| table.remove_entry(key)).collect();
    table.insert(key, item);
    for (key, item) in later {
        table.insert_formatted(&key, item);
    }
    true
}

/// Adds an entry to a table between braces, with the spaces that its last entry had.
fn append(table: &mut InlineTable, key: &str, mut value: Value) -> bool {
    let last = table.iter().last().map(|(key, _)| key.to_owned());
    let last = last.and_then(|last| table.get_mut(&last));
    let end = last.map_or_else(
        || " ".to_owned(),
        |last| {
            let end =
                last.decor().suffix().and_then(|end| end.as_str()).unwrap_or_default().to_owned();
            last.decor_mut().set_suffix("");
            end
        },
    );
    value.decor_mut().set_prefix(" ");
    value.decor_mut().set_suffix(end);
    table.insert(key, value);
    true
}
