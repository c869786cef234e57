//! Systems without processes and folders of users: see the table in the module above.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};

use crate::segment::life::Life;

/// Changes nothing: there are no links to be wary of.
pub(crate) fn follow_no_link(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Fills `bytes` from `file`, beginning at `offset`.
pub(crate) fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    let mut file = file;
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(bytes)
}

/// Returns `Unknown`: there is no process to ask about.
pub(crate) fn life_of(_pid: u32, _started: u64) -> Life {
    Life::Unknown
}

/// Returns `true`: nobody can know.
pub(crate) fn is_there(_pid: u32) -> bool {
    true
}

/// Returns 0: the system does not show it.
pub(crate) fn started() -> u64 {
    0
}

/// Returns 0: there are no namespaces.
pub(crate) fn namespace() -> u64 {
    0
}
