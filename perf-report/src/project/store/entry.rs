//! A stored run in one line: what lists show and references resolve to.

/// The facts of a stored run that are known without reading its document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// The unique id.
    pub id: String,
    /// The start, in RFC 3339, UTC.
    pub time: String,
    /// The label given with `--label`.
    pub label: Option<String>,
    /// The command, its words joined by spaces.
    pub command: String,
    /// The full hash of the checked-out commit.
    pub commit: Option<String>,
    /// The branch; `None` when detached or outside a repository.
    pub branch: Option<String>,
    /// The comparability key.
    pub machine_key: String,
}
