//! The id by which a segment is known again once it is stored.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use perf_runtime::segment::life::Owner;

/// The id of a segment, or of the mark of a process that could not make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SegmentId(pub i64);

/// Digests what lies at `path`: its name, which holds the process and the start of its recording; its
/// owner; and the run to which it belongs, where that is known. Where it is not, the time of the file's
/// last change takes its place, which stays when a file is moved.
pub(crate) fn id_of(path: &Path, run: Option<&str>) -> SegmentId {
    let name = path.file_name().unwrap_or_default();
    let mut bytes = name.as_encoded_bytes().to_vec();
    let mut add = |number: u64| bytes.extend(number.to_le_bytes());
    if let Some(owner) = Owner::of(path) {
        [owner.pid.into(), owner.namespace, owner.started].into_iter().for_each(&mut add);
    }
    if run.is_none()
        && let Ok(metadata) = fs::symlink_metadata(path)
    {
        changed(&metadata).into_iter().for_each(add);
    }
    bytes.extend(run.unwrap_or_default().bytes());
    // SQLite knows signed integers only.
    SegmentId(crate::record::facts::fnv1a(&bytes).cast_signed())
}

/// Returns the time of a file's last change, as seconds since 1970 and nanoseconds; what lies before that wraps
/// around.
fn changed(metadata: &fs::Metadata) -> [u64; 2] {
    let Ok(time) = metadata.modified() else { return [0; 2] };
    time.duration_since(UNIX_EPOCH).map_or_else(
        |before| {
            let before = before.duration();
            let nanoseconds = u64::from(before.subsec_nanos());
            let seconds = before.as_secs() + u64::from(nanoseconds > 0);
            [seconds.wrapping_neg(), (1_000_000_000 - nanoseconds) % 1_000_000_000]
        },
        |since| [since.as_secs(), u64::from(since.subsec_nanos())],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_of_a_run_is_known_by_its_name_and_any_other_also_by_when_it_changed() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "not a segment").unwrap();
            path
        };
        let (one, copy, other) = (place("1-a.ptseg"), place("below/1-a.ptseg"), place("1-b.ptseg"));
        let set = |path: &Path, seconds| {
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            fs::File::options().append(true).open(path).unwrap().set_modified(time).unwrap();
        };
        set(&one, 1);
        set(&copy, 2);
        assert_eq!(id_of(&one, Some("r")), id_of(&copy, Some("r")));
        assert_ne!(id_of(&one, Some("r")), id_of(&one, Some("s")));
        assert_ne!(id_of(&one, Some("r")), id_of(&other, Some("r")));
        assert_ne!(id_of(&one, None), id_of(&copy, None));
        set(&copy, 1);
        assert_eq!(id_of(&one, None), id_of(&copy, None));
    }
}
