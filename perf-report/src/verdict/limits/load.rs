//! Where the work of a program comes from.

/// The source of a program's work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Load {
    /// The command decides it: each run does the same
    #[default]
    Closed,
    /// Others decide it: the faster, the more is done
    Open,
}

impl Load {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Closed, Self::Open];

    /// Returns the word for it on the command line and in `perf.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
        }
    }
}
