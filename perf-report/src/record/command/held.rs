//! The output of a command, held back while the screen belongs to something else.
//!
//! What comes meanwhile is kept in files without a name; released, it goes where it would have gone, and
//! whatever comes later follows it at once.

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read as _, Seek as _, SeekFrom, Write};
use std::process::Command;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// The most of one stream that is kept, in bytes.
const LARGEST: u64 = 256 << 20;
/// The longest wait for the rest once the command has ended, as for the end of its output.
const PATIENCE: Duration = Duration::from_millis(200);

/// Both outputs of a command, held back.
#[derive(Debug)]
pub(crate) struct Held {
    out: Stream,
    err: Stream,
}

/// One output.
#[derive(Debug)]
struct Stream {
    /// The end that the command writes to, until it is started.
    writer: Mutex<Option<PipeWriter>>,
    kept: Arc<Mutex<Kept>>,
    at_end: Mutex<Receiver<()>>,
}

/// The output so far.
struct Kept {
    file: File,
    bytes: u64,
    /// Number of bytes that were too many.
    dropped: u64,
    /// The place where it goes from now on.
    to: Option<Box<dyn Write + Send>>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl Held {
    /// Makes ready to hold output back.
    ///
    /// # Errors
    /// When there is no space for it.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { out: Stream::new()?, err: Stream::new()? })
    }

    /// Takes the place of both outputs of `command`.
    pub(super) fn take_place(&self, command: &mut Command) {
        let writer =
            |stream: &Stream| stream.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let (Some(out), Some(err)) = (writer(&self.out), writer(&self.err)) {
            command.stdout(out).stderr(err);
        }
    }

    /// Lets everything go, and whatever comes from now on.
    pub(crate) fn release(&self, out: Box<dyn Write + Send>, err: Box<dyn Write + Send>) {
        self.out.release(out);
        self.err.release(err);
    }

    /// Waits for what is still on its way, once the command has ended.
    pub(crate) fn finish(&self) {
        for stream in [&self.out, &self.err] {
            let at_end = stream.at_end.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = at_end.recv_timeout(PATIENCE);
        }
    }
}

impl Stream {
    fn new() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        let kept = Kept { file: tempfile::tempfile()?, bytes: 0, dropped: 0, to: None };
        let kept = Arc::new(Mutex::new(kept));
        let (done, at_end) = mpsc::channel();
        let of_reader = Arc::clone(&kept);
        thread::spawn(move || {
            read(reader, &of_reader);
            // Nobody waits any more when it took too long.
            let _ = done.send(());
        });
        Ok(Self { writer: Mutex::new(Some(writer)), kept, at_end: Mutex::new(at_end) })
    }

    fn release(&self, to: Box<dyn Write + Send>) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).release(to);
    }
}

impl Kept {
    fn add(&mut self, bytes: &[u8]) {
        let length = bytes.len() as u64;
        // A reader that went away is no reason to stop the command.
        if let Some(to) = &mut self.to {
            let _ = to.write_all(bytes).and_then(|()| to.flush());
        } else if self.bytes + length <= LARGEST && self.file.write_all(bytes).is_ok() {
            self.bytes += length;
        } else {
            self.dropped += length;
        }
    }

    fn release(&mut self, mut to: Box<dyn Write + Send>) {
        let _ = self.file.seek(SeekFrom::Start(0)).and_then(|_| io::copy(&mut self.file, &mut to));
        if self.dropped > 0 {
            let _ = writeln!(to, "[{} bytes of output were too many to be kept]", self.dropped);
        }
        let _ = to.flush();
        self.to = Some(to);
    }
}

fn read(mut from: PipeReader, kept: &Mutex<Kept>) {
    let mut buffer = vec![0; 64 << 10];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return,
            Ok(length) => {
                let bytes = buffer.get(..length).unwrap_or_default();
                kept.lock().unwrap_or_else(PoisonError::into_inner).add(bytes);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

// The commands in them are scripts of `sh`.
#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::super::{Job, run};
    use super::*;
    use std::ffi::OsString;

    /// A place for output that can be looked at.
    #[derive(Clone, Default)]
    struct Seen(Arc<Mutex<Vec<u8>>>);

    impl Seen {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Seen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nothing_is_seen_until_it_is_released_and_nothing_is_lost() {
        let held = Held::new().unwrap();
        let words = ["sh", "-c", "cat; echo out; echo err >&2"].map(OsString::from);
        run(Job { words: &words, held: Some(&held), ..Job::default() }).unwrap();
        held.finish();
        let (out, err) = (Seen::default(), Seen::default());
        held.release(Box::new(out.clone()), Box::new(err.clone()));
        assert_eq!((out.text().as_str(), err.text().as_str()), ("out\n", "err\n"));
    }

    #[test]
    fn what_comes_after_the_release_is_passed_on() {
        let held = Held::new().unwrap();
        let (out, err) = (Seen::default(), Seen::default());
        held.release(Box::new(out.clone()), Box::new(err));
        let words = ["echo", "late"].map(OsString::from);
        run(Job { words: &words, held: Some(&held), ..Job::default() }).unwrap();
        held.finish();
        assert_eq!(out.text(), "late\n");
    }

    #[test]
    fn too_much_is_counted_and_named() {
        let mut kept =
            Kept { file: tempfile::tempfile().unwrap(), bytes: LARGEST - 2, dropped: 0, to: None };
        kept.add(b"a\n");
        kept.add(b"lost");
        let seen = Seen::default();
        kept.release(Box::new(seen.clone()));
        kept.add(b"later");
        assert_eq!(seen.text(), "a\n[4 bytes of output were too many to be kept]\nlater");
    }
}
