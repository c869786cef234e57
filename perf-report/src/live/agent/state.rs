//! The state of an agent: the file beside the segments by which the next one goes on where this one was
//! killed. It is written after each reading and before anything of that is told, so that no counter falls.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use prost::Message;

use super::account::{Account, Program, Recording};
use crate::files;
use crate::system;

/// Name of the file.
const FILE: &str = "agent.state";

/// The largest state that is read, in bytes.
const LARGEST: u64 = 1 << 30;

/// Newest version of the file.
const VERSION: u32 = 1;

#[derive(Clone, PartialEq, Message)]
struct State {
    #[prost(uint32, tag = "1")]
    version: u32,
    #[prost(uint64, tag = "2")]
    start_unix_ns: u64,
    #[prost(bytes = "vec", repeated, tag = "3")]
    programs: Vec<Vec<u8>>,
    #[prost(bytes = "vec", repeated, tag = "4")]
    recordings: Vec<Vec<u8>>,
    #[prost(uint64, tag = "5")]
    push_failures: u64,
}

/// Returns the place of the state in a folder of segments.
pub(super) fn place(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Writes the account to `path`, wholly or not at all.
///
/// # Errors
/// When it cannot be written; the former one is still there then.
pub(super) fn save(path: &Path, account: &Account) -> io::Result<()> {
    // Whoever was killed here left it, and only one agent is at work in a folder.
    let new = path.with_extension("state.new");
    let _ = fs::remove_file(&new);
    let mut options = File::options();
    let mut file = system::closed_to_others(options.write(true).create_new(true)).open(&new)?;
    file.write_all(&encoded(account))?;
    file.sync_data()?;
    drop(file);
    system::rename(&new, path)
}

/// Reads the account at `path`; `None` where there is none.
///
/// # Errors
/// When it cannot be read, or is none.
pub(super) fn load(path: &Path) -> io::Result<Option<Account>> {
    use io::Read as _;
    let file = match files::open(path, LARGEST) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes)?;
    decoded(&bytes).map(Some)
}

/// Keys of the fields `programs` and `recordings` of [`State`], as they are written: number and kind.
const PROGRAMS: u8 = 3 << 3 | 2;
const RECORDINGS: u8 = 4 << 3 | 2;

/// Writes the account as a [`State`], each part once: with many processes it is some megabytes.
fn encoded(account: &Account) -> Vec<u8> {
    let state = State {
        version: VERSION,
        start_unix_ns: account.start_unix_ns,
        push_failures: account.push_failures,
        ..State::default()
    };
    let mut bytes = state.encode_to_vec();
    account.programs.values().for_each(|it| append(&mut bytes, PROGRAMS, it));
    account.recordings.values().for_each(|it| append(&mut bytes, RECORDINGS, it));
    bytes
}

fn append(bytes: &mut Vec<u8>, key: u8, part: &impl Message) {
    bytes.push(key);
    // A vector has room for as much as there is memory.
    let _ = part.encode_length_delimited(bytes);
}

fn decoded(bytes: &[u8]) -> io::Result<Account> {
    let damaged = |error: prost::DecodeError| io::Error::new(io::ErrorKind::InvalidData, error);
    let state = State::decode(bytes).map_err(damaged)?;
    if state.version != VERSION {
        let version = state.version;
        return Err(io::Error::other(format!("it has version {version}, not {VERSION}")));
    }
    let mut account = Account {
        start_unix_ns: state.start_unix_ns,
        push_failures: state.push_failures,
        ..Account::default()
    };
    for program in &state.programs {
        let program = Program::decode(program.as_slice()).map_err(damaged)?;
        account.programs.insert(program.name.clone(), program);
    }
    for recording in &state.recordings {
        let recording = Recording::decode(recording.as_slice()).map_err(damaged)?;
        if let Some(key) = recording.key() {
            account.recordings.insert(key, recording);
        }
    }
    Ok(account)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::agent::account::tests::{key, seen};

    #[test]
    fn an_account_comes_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = place(folder.path());
        assert_eq!(load(&path).unwrap(), None);
        let mut account = Account { start_unix_ns: 7, push_failures: 2, ..Account::default() };
        account.see(key(1), &mut seen("shop", 10), false);
        account.see(key(2), &mut seen("shop", 5), true);
        save(&path, &account).unwrap();
        assert_eq!(load(&path).unwrap(), Some(account.clone()));
        account.see(key(1), &mut seen("shop", 11), true);
        save(&path, &account).unwrap();
        assert_eq!(load(&path).unwrap(), Some(account));
    }

    #[test]
    fn what_is_no_state_is_told_and_not_taken_for_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = place(folder.path());
        for bytes in [&b"nonsense"[..], &[8, 9], b""] {
            fs::write(&path, bytes).unwrap();
            assert!(load(&path).is_err(), "{bytes:?}");
        }
    }
}
