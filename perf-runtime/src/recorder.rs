//! The recorder as `health` sees it. Its stand-in, where recording is compiled out, is
//! `recorder_absent`.

use std::path::PathBuf;

use crate::health::State;
use crate::hot::process;
use crate::registry;
use crate::site::Site;
use crate::snapshot::Function;

/// What the recorder is doing.
pub(crate) fn state() -> State {
    match (process::running(), process::failure()) {
        (Some(_), _) => State::Recording,
        (None, Some(error)) => State::Failed { error },
        (None, None) if process::switched_off() => State::Off,
        (None, None) => State::Idle,
    }
}

/// File and size in use of this process's segment.
pub(crate) fn segment() -> Option<(PathBuf, u64)> {
    let segment = &process::running()?.segment;
    Some((segment.path().to_owned(), segment.used()))
}

/// Every known site as plain data.
pub(crate) fn functions() -> Vec<Function> {
    let registered = registry::registered().map(|(_, site)| site);
    registry::linked().chain(registered).map(Site::describe).collect()
}
