//! The file of a program: its recorder and its rights.

use std::io::Read as _;
use std::path::Path;

use crate::files;

/// A text in every program with a recorder, and in hardly any other.
const MARK: &[u8] = b"PERF_TRACK_RESERVE";

/// The largest program that is looked into, in bytes.
const LARGEST: u64 = 1 << 30;

/// The number of bytes that are looked at at once.
const PIECE: usize = 1 << 20;

/// Returns whether a recorder is in the program.
pub(super) fn holds_recorder(path: &Path) -> bool {
    let Ok(mut file) = files::open(path, LARGEST) else { return false };
    let mut piece = vec![0; PIECE];
    // What may be the beginning of the mark is looked at again, with what follows.
    let mut kept = 0;
    loop {
        match file.read(&mut piece[kept..]) {
            Ok(0) | Err(_) => return false,
            Ok(more) if has_mark(&piece[..kept + more]) => return true,
            Ok(more) => {
                let end = kept + more;
                let begin = end.saturating_sub(MARK.len() - 1);
                piece.copy_within(begin..end, 0);
                kept = end - begin;
            }
        }
    }
}

fn has_mark(bytes: &[u8]) -> bool {
    let ends = bytes.iter().enumerate().filter(|&(_, byte)| *byte == b'P').map(|(at, _)| at);
    { ends }.any(|at| bytes[at..].starts_with(MARK))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::acts_for_another;

    #[test]
    fn the_mark_is_found_wherever_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        for before in [0, 1, PIECE - MARK.len(), PIECE - 3, 2 * PIECE - 1] {
            let mut bytes = vec![b'P'; before];
            bytes.extend(MARK);
            std::fs::write(&path, &bytes).unwrap();
            assert!(holds_recorder(&path), "{before}");
            bytes.pop();
            std::fs::write(&path, &bytes).unwrap();
            assert!(!holds_recorder(&path), "{before}");
        }
        assert!(!holds_recorder(folder.path()) && !holds_recorder(&folder.path().join("none")));
    }

    #[cfg(unix)]
    #[test]
    fn a_setuid_program_is_recognised_by_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        std::fs::write(&path, "").unwrap();
        assert!(!acts_for_another(&path));
        let setuid = std::os::unix::fs::PermissionsExt::from_mode(0o4755);
        std::fs::set_permissions(&path, setuid).unwrap();
        assert!(acts_for_another(&path));
    }
}
