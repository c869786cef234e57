//! Memory from the operating system: pieces of a file that other processes can read, and private
//! pages. The calls are in `system`.
//!
//! Nothing here knows what the memory is used for.

use std::io;
use std::ptr::NonNull;

use super::reserve;
#[cfg(any(unix, windows))]
use super::system::out_of_range;
use super::system::{self, File, fault, memory};

/// A piece of memory that stays mapped until the process ends: the recorder never gives memory
/// back, since a span anywhere on a stack may still point into it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mapping {
    start: NonNull<u8>,
    bytes: usize,
}

// SAFETY: a mapping is an address range; it has no owner, and all access through it is by raw
// pointers whose users answer for synchronisation.
unsafe impl Send for Mapping {}
// SAFETY: as above; the range itself never changes.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Rounds `bytes` up to pages; the kernel rounds further where its pages are larger.
    pub(crate) const fn pages(bytes: usize) -> usize {
        bytes.next_multiple_of(4 << 10)
    }

    /// Makes a mapping again that was taken apart with [`Mapping::start`].
    pub(crate) fn again(start: NonNull<u8>, bytes: usize) -> Self {
        Self { start, bytes }
    }

    /// Returns the first byte; aligned to a page.
    pub(crate) fn start(self) -> NonNull<u8> {
        self.start
    }

    /// Splits it into parts of `bytes` bytes, and lists their starts; a shorter rest is left out.
    pub(crate) fn split(self, bytes: usize) -> impl Iterator<Item = NonNull<u8>> {
        // SAFETY: `at` is at most the length of the mapping.
        (0..self.bytes / bytes).map(move |at| unsafe { self.start.add(at * bytes) })
    }

    /// Reserves `bytes` bytes of `file` from `offset` on and maps them, zeroed where they are new.
    /// The space is reserved first, so that a full disk is an error here and no signal later.
    pub(crate) fn of_file(file: &File, offset: u64, bytes: usize) -> io::Result<Self> {
        Ok(Self { start: memory::of_file(file, offset, bytes)?, bytes })
    }

    /// Maps `bytes` zeroed bytes that no other process sees. `bytes` are whole pages.
    pub(crate) fn private(bytes: usize) -> io::Result<Self> {
        if system::is_quiet() {
            return Self::reserved(reserve::copied(bytes), bytes);
        }
        Ok(Self { start: memory::private(bytes)?, bytes })
    }

    /// Maps bytes that are zeroes again in the child of a fork, where the system can do that.
    pub(crate) fn wiped(bytes: usize) -> io::Result<Self> {
        if system::is_quiet() {
            return Self::reserved(reserve::wiped(bytes), bytes);
        }
        let mapping = Self::private(bytes)?;
        system::wipe_in_children(mapping.start, bytes);
        Ok(mapping)
    }

    fn reserved(start: Option<NonNull<u8>>, bytes: usize) -> io::Result<Self> {
        let start = start.ok_or_else(|| io::Error::from_raw_os_error(fault::OUT_OF_MEMORY))?;
        Ok(Self { start, bytes })
    }

    /// Maps the contents of `file`, to be copied from here by [`Self::write_to`] and by nothing
    /// else: it is there as long as it is mapped, also without its name.
    #[cfg(any(unix, windows))]
    pub(crate) fn of_contents(file: &File) -> io::Result<Self> {
        let bytes = usize::try_from(file.metadata()?.len()).map_err(|_| out_of_range())?;
        Ok(Self { start: memory::of_contents(file, bytes)?, bytes })
    }

    /// Puts private zeroed pages in the place of this mapping, so that old pointers to it can do no
    /// harm to the file. For a process that was just forked; safe in a signal handler.
    pub(crate) fn detach(self) {
        // SAFETY: the range is this mapping's own; its users access it as integers, for which zero is a
        // valid value.
        unsafe { memory::replace(self.start, self.bytes) };
    }

    /// Writes its contents into `file` at `offset`. The system copies them, so that others may
    /// write to it meanwhile, and the missing part of a truncated file is an error.
    #[cfg(any(unix, windows))]
    pub(crate) fn write_to(self, file: &File, offset: u64) -> io::Result<()> {
        // To make a file longer than the process may is not only an error, but ends it by a signal.
        if !system::may_write_files_of(offset.saturating_add(self.bytes as u64)) {
            return Err(out_of_range());
        }
        let mut written = 0;
        while written < self.bytes {
            // SAFETY: at most the length of the range.
            let rest = (unsafe { self.start.add(written) }, self.bytes - written);
            // SAFETY: the range is this mapping's own, and stays mapped.
            match unsafe { memory::write_some(rest, file, offset + written as u64) } {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(more) => written += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Gives private memory back, unless the system is asked for nothing any more.
    ///
    /// # Safety
    /// Nothing may point into the mapping any more.
    pub(crate) unsafe fn unmap(self) {
        if system::is_quiet() {
            return;
        }
        // SAFETY: the range is this mapping's own, and the caller vouches that nobody uses it.
        unsafe { memory::unmap(self.start, self.bytes) };
    }
}
