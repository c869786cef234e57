//! The output of a command on its way to that of this process, heard while it passes.

use std::fs::File;
use std::io::{self, Read, Write};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::system;

/// The longest wait for more output once the command has ended: a process that it left behind may hold its
/// end for ever.
const PATIENCE: Duration = Duration::from_millis(200);
/// Bytes that pass at once.
const CHUNK: usize = 64 << 10;

/// The size of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Screen {
    /// Its columns.
    pub columns: u16,
    /// Its rows.
    pub rows: u16,
}

/// Both ends of a way for output.
pub(super) struct Way {
    reader: File,
    writer: File,
}

/// Output that passes.
pub(super) struct Passing {
    passed: Arc<AtomicU64>,
    at_end: Receiver<()>,
}

impl Way {
    /// Opens a pipe; or a terminal in its place, if this process writes to one of that size: programs look
    /// for it before they use colours. It changes no byte.
    pub(super) fn open(screen: Option<Screen>) -> io::Result<Self> {
        let [reader, writer] = match screen {
            Some(Screen { columns, rows }) => system::raw_terminal(columns, rows)?,
            None => system::pipe()?,
        };
        Ok(Self { reader, writer })
    }

    /// Returns the end for the command, and the one to read from.
    pub(super) fn ends(self) -> (Stdio, File) {
        (self.writer.into(), self.reader)
    }
}

impl Passing {
    /// Begins to pass on what comes from `reader` to standard output.
    pub(super) fn begin(
        reader: File,
        hear: impl FnMut(&[u8]) + Send + 'static,
    ) -> io::Result<Self> {
        let own = system::own_output()?;
        let passed = Arc::new(AtomicU64::new(0));
        let (done, at_end) = mpsc::channel();
        let counter = Arc::clone(&passed);
        thread::spawn(move || {
            pass(reader, own, &counter, hear);
            // Nobody waits any more when it took too long.
            let _ = done.send(());
        });
        Ok(Self { passed, at_end })
    }

    /// Waits for the rest, once the command has ended.
    pub(super) fn finish(self) {
        let mut before = self.passed.load(Ordering::Acquire);
        while self.at_end.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            let now = self.passed.load(Ordering::Acquire);
            if now == before {
                return;
            }
            before = now;
        }
    }
}

/// Passes on all that comes. It ends where nobody takes more: then the command is told so, too.
fn pass(mut from: impl Read, mut to: impl Write, passed: &AtomicU64, mut hear: impl FnMut(&[u8])) {
    let mut buffer = vec![0; CHUNK];
    loop {
        let bytes = match from.read(&mut buffer) {
            Ok(0) => return,
            Ok(length) => buffer.get(..length).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // So ends a terminal that nobody writes to any more.
            Err(_) => return,
        };
        if write(&mut to, bytes).is_err() {
            return;
        }
        passed.fetch_add(bytes.len() as u64, Ordering::Release);
        hear(bytes);
    }
}

/// Writes all `bytes`, also where the output does not wait: whoever shares it may have asked for that.
fn write(to: &mut impl Write, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match to.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(length) => bytes = bytes.get(length..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                thread::sleep(Duration::from_millis(1));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives its chunks one at a time.
    struct Chunks(Vec<Vec<u8>>);

    impl Read for Chunks {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some(chunk) = (!self.0.is_empty()).then(|| self.0.remove(0)) else { return Ok(0) };
            buffer[..chunk.len()].copy_from_slice(&chunk);
            Ok(chunk.len())
        }
    }

    /// Takes a few bytes at a time, and sometimes none yet.
    struct Slow(Vec<u8>, usize);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1 += 1;
            if self.1.is_multiple_of(50) {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let taken = bytes.len().min(self.1 % 7 + 1);
            self.0.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    proptest! {
        #[test]
        fn every_byte_passes_and_is_heard(
            chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..200), 0..12),
        ) {
            let all = chunks.concat();
            let (mut to, mut heard, passed) = (Slow(Vec::new(), 0), Vec::new(), AtomicU64::new(0));
            pass(Chunks(chunks), &mut to, &passed, |bytes| heard.extend_from_slice(bytes));
            prop_assert_eq!(&to.0, &all);
            prop_assert_eq!(&heard, &all);
            prop_assert_eq!(passed.into_inner(), all.len() as u64);
        }

        #[test]
        fn a_terminal_changes_no_byte(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let way = Way::open(Some(Screen { columns: 80, rows: 24 })).unwrap();
            let mut writer = way.writer;
            let (to_write, mut read) = (bytes.clone(), Vec::new());
            let writing = thread::spawn(move || writer.write_all(&to_write).unwrap());
            pass(way.reader, &mut read, &AtomicU64::new(0), |_| {});
            writing.join().unwrap();
            prop_assert_eq!(read, bytes);
        }
    }

    #[test]
    fn where_nobody_takes_more_it_ends() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut heard = 0;
        pass(io::repeat(b'x'), Closed, &AtomicU64::new(0), |bytes| heard += bytes.len());
        assert_eq!(heard, 0);
    }
}
