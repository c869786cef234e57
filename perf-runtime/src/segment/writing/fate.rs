//! The fate of a segment's file: see `copies`.

/// The fate of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(any(unix, windows)),
    expect(dead_code, reason = "nothing befalls what is in memory alone")
)]
pub(crate) enum Fate {
    /// It is where it was made, as far as can be known.
    Kept,
    /// Somebody moved it.
    Elsewhere,
    /// It was removed, and is copied.
    Copied,
    /// It was removed, and cannot be copied.
    Lost,
    /// Somebody made it shorter.
    Truncated,
}

impl Fate {
    #[cfg(any(unix, windows))]
    const ALL: [Self; 5] = [Self::Kept, Self::Elsewhere, Self::Copied, Self::Lost, Self::Truncated];

    /// Returns the fate of this number: its place in the list above.
    #[cfg(any(unix, windows))]
    pub(super) fn of_number(number: u8) -> Self {
        Self::ALL.get(usize::from(number)).copied().unwrap_or(Self::Kept)
    }
}
