//! `[retention]` of `perf.toml`: how much of the past a store keeps. Pure.

use super::source::{Section, SourceError};
use super::value::{expected, whole_number};
use crate::text::moment::Moment;

/// The runs that stay when others are pruned. Of neither, nothing is pruned.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RetentionSettings {
    /// The number of newest runs that stay, however old they are.
    pub keep: Option<usize>,
    /// The age, or the moment, up to which runs stay, however many they are.
    pub older_than: Option<Moment>,
}

impl RetentionSettings {
    /// Returns whether nothing is said.
    pub(crate) fn is_empty(&self) -> bool {
        self.keep.is_none() && self.older_than.is_none()
    }
}

pub(super) fn retention(root: &Section<'_, '_>) -> Result<RetentionSettings, SourceError> {
    let Some(section) = root.section("retention")? else {
        return Ok(RetentionSettings::default());
    };
    section.only(&["keep", "older-than"])?;
    Ok(RetentionSettings {
        keep: section.value("keep", |value| {
            usize::try_from(whole_number(value)?).map_err(|error| error.to_string())
        })?,
        older_than: section.value("older-than", |value| {
            value.as_str().ok_or_else(|| expected("an age, such as \"90d\"", value))?.parse()
        })?,
    })
}
