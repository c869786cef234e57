//! The operating system as benchmarks see it, one file a system, all of which have the same names:
//! what a process uses beside time (`resident_of`, `Traffic`), the limit on its memory
//! (`limit_memory`), its end (`how`), and copies of the streams that it prints on (`streams`).

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::*;
#[cfg(windows)]
pub(super) use windows::*;

/// The use of files and of the network. It only goes up; what the system does not show stays 0.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Traffic {
    /// Bytes read and written, calls of each, and bytes of both from and to devices.
    pub(super) io: [u64; 6],
    /// Bytes over all interfaces, and over those that do not leave the machine.
    pub(super) network: [u64; 2],
}
