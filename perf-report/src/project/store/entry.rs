//! A stored run in one line: what lists show and references resolve to.

/// What is known of a stored run without reading its document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Unique id.
    pub id: String,
    /// Start in RFC 3339, UTC.
    pub time: String,
    /// Label given with `--label`.
    pub label: Option<String>,
    /// The command, its words joined by spaces.
    pub command: String,
    /// Full hash of the checked-out commit.
    pub commit: Option<String>,
    /// Branch; `None` when detached or outside a repository.
    pub branch: Option<String>,
    /// Comparability key.
    pub machine_key: String,
}
