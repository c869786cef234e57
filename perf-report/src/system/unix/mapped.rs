//! The segments that a running process has mapped, by the system's list of its mappings.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use perf_runtime::segment::EXTENSION;

/// A segment that a process has mapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapped {
    inode: u64,
    /// Its path, as the process sees it.
    pub(crate) path: PathBuf,
}

impl Mapped {
    /// Returns the path at which it can be read, if it was not removed: the process may see other files than
    /// this one.
    pub(crate) fn place(&self, pid: u32) -> Option<PathBuf> {
        let below = self.path.strip_prefix("/").unwrap_or(&self.path);
        let places = [self.path.clone(), Path::new(&format!("/proc/{pid}/root")).join(below)];
        let is_it = |path: &PathBuf| fs::metadata(path).is_ok_and(|it| it.ino() == self.inode);
        places.into_iter().find(is_it)
    }

    /// Returns whether it is what lies at `path`.
    pub(crate) fn is_at(&self, path: &Path) -> bool {
        self.path.file_name() == path.file_name()
            && fs::metadata(path).is_ok_and(|it| it.ino() == self.inode)
    }
}

/// Returns the segments that a running process writes to, as far as they can be found and read.
pub(crate) fn written_by(pid: u32) -> Vec<PathBuf> {
    let mapped = mapped_segments(pid).unwrap_or_default();
    mapped.iter().filter_map(|mapped| mapped.place(pid)).collect()
}

/// Returns the segments that a running process has mapped.
///
/// # Errors
/// When the system does not let anybody look, or has no such list.
pub(crate) fn mapped_segments(pid: u32) -> io::Result<Vec<Mapped>> {
    Ok(segments_in(&fs::read(format!("/proc/{pid}/maps"))?))
}

/// Returns the segments in the text of `/proc/<pid>/maps`, each once. A line has the addresses, the
/// rights, the offset, the device, the inode and the path, which ends in ` (deleted)` when that is
/// so: then it is no path of a file.
fn segments_in(maps: &[u8]) -> Vec<Mapped> {
    let mut found: Vec<Mapped> = Vec::new();
    for line in maps.split(|&byte| byte == b'\n') {
        let Some(slash) = line.iter().position(|&byte| byte == b'/') else { continue };
        let (numbers, path) = line.split_at(slash);
        let path = PathBuf::from(OsStr::from_bytes(path));
        let extension = path.extension().unwrap_or_default().as_bytes();
        let is_segment = extension.strip_suffix(b" (deleted)").unwrap_or(extension);
        let inode = str::from_utf8(numbers).ok().and_then(|text| text.split_whitespace().nth(4));
        let inode = inode.and_then(|inode| inode.parse().ok());
        if let (true, Some(inode)) = (is_segment == EXTENSION.as_bytes(), inode) {
            let mapped = Mapped { inode, path };
            if !found.contains(&mapped) {
                found.push(mapped);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapped_segments_are_told_from_other_files() {
        let maps = b"\
7f01-7f02 rw-s 00000000 00:1a 77                         /dev/shm/a b/12-ab.ptseg\n\
7f02-7f03 rw-s 00008000 00:1a 77                         /dev/shm/a b/12-ab.ptseg\n\
7f03-7f04 rw-s 00000000 00:1a 78                         /s/12-cd.ptseg (deleted)\n\
7f04-7f05 r-xp 00000000 08:01 9                          /usr/lib/libc.so.6\n\
7f05-7f06 rw-p 00000000 00:00 0 \n\
7f06-7f07 rw-p 00000000 00:00 0                          [heap]\n\
\xff/\xff.ptseg\n";
        let mapped = |inode, path: &str| Mapped { inode, path: path.into() };
        let expected =
            [mapped(77, "/dev/shm/a b/12-ab.ptseg"), mapped(78, "/s/12-cd.ptseg (deleted)")];
        assert_eq!(segments_in(maps), expected);
    }
}
