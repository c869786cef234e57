//! The lines by which a recorder in tests is as fast as elsewhere.

use toml_edit::{InlineTable, Item, Table, Value};

use super::{Manifest, append};
use crate::error::UserError;
use crate::init::packages::RUNTIME;

/// What an unoptimised recorder would cost.
const WHY: &str = "  # a tracked call in a test then takes 30 ns, not 200";

impl Manifest {
    /// Has perf-runtime optimised where nothing else is. Returns the sentence why that is so already.
    pub(in crate::init) fn speed_up(&mut self) -> Result<Option<String>, UserError> {
        if let Some(why) = self.is_fast() {
            return Ok(Some(why));
        }
        let mut at = self.document.as_item_mut();
        for key in ["profile", "dev", "package"] {
            if let Item::Value(Value::InlineTable(table)) = at
                && !table.contains_key(key)
            {
                append(table, key, InlineTable::new().into());
            }
            let is_dotted = at.as_table().is_some_and(Table::is_dotted);
            let Some(table) = at.as_table_like_mut() else { return Err(self.refused()) };
            at = table.entry(key).or_insert_with(|| between(is_dotted));
        }
        let is_done = match at {
            Item::Table(table) => {
                let mut leaf = Table::from_iter([("opt-level", 3)]);
                leaf.set_dotted(table.is_dotted());
                if let Some(level) = leaf.get_mut("opt-level").and_then(Item::as_value_mut) {
                    level.decor_mut().set_suffix(WHY);
                }
                table.insert(RUNTIME, Item::Table(leaf));
                true
            }
            Item::Value(Value::InlineTable(table)) => {
                append(table, RUNTIME, InlineTable::from_iter([("opt-level", 3)]).into())
            }
            _ => false,
        };
        if is_done { Ok(None) } else { Err(self.refused()) }
    }

    fn is_fast(&self) -> Option<String> {
        let dev = self.document.get("profile")?.get("dev")?;
        let level = |item: &Item| {
            let level = item.get("opt-level")?;
            let text = level.as_str().map(str::to_owned);
            text.or_else(|| level.as_integer().map(|level| level.to_string()))
                .filter(|it| it != "0")
        };
        let package = |name: &str| dev.get("package")?.get(name);
        if package(RUNTIME).is_some() {
            return Some(format!("[profile.dev.package.{RUNTIME}] is there already"));
        }
        let of_all = package("*").and_then(level).map(|level| {
            format!("[profile.dev.package.\"*\"] optimises {RUNTIME} already (opt-level {level})")
        });
        of_all.or_else(|| {
            let level = level(dev)?;
            Some(format!("[profile.dev] optimises everything already (opt-level {level})"))
        })
    }
}

/// Returns a table on the way, written as the one around it is.
fn between(is_dotted: bool) -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    table.set_dotted(is_dotted);
    Item::Table(table)
}
