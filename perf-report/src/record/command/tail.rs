//! The end of a command's output, kept for the case that it fails.

use std::collections::VecDeque;
use std::io::{self, PipeReader, Read as _};
use std::process::Command;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Bytes of the output that are kept.
const KEPT: usize = 16 << 10;
/// The longest wait for the rest of the output once the command has ended. It takes longer only
/// when a process that it left behind holds the pipe, and that may be for ever.
const PATIENCE: Duration = Duration::from_millis(200);

/// The end of a command's output on both streams, read while it runs.
pub(super) struct Tail {
    kept: Arc<Mutex<VecDeque<u8>>>,
    at_end: Receiver<()>,
}

impl Tail {
    /// Takes the place of the command's output and errors.
    pub(super) fn of(command: &mut Command) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        command.stdout(writer.try_clone()?).stderr(writer);
        Ok(Self::read(reader))
    }

    /// Takes the place of the command's errors alone.
    pub(super) fn of_errors(command: &mut Command) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        command.stderr(writer);
        Ok(Self::read(reader))
    }

    fn read(reader: PipeReader) -> Self {
        let kept = Arc::new(Mutex::new(VecDeque::new()));
        let (done, at_end) = mpsc::channel();
        let for_reader = Arc::clone(&kept);
        thread::spawn(move || {
            read(reader, &for_reader);
            // Nobody waits any more when it took too long.
            let _ = done.send(());
        });
        Self { kept, at_end }
    }

    /// Returns the last output, once the command has ended.
    pub(super) fn finish(self) -> String {
        let _ = self.at_end.recv_timeout(PATIENCE);
        let bytes = self.kept.lock().map(|kept| kept.iter().copied().collect::<Vec<u8>>());
        String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
    }
}

fn read(mut from: PipeReader, kept: &Mutex<VecDeque<u8>>) {
    let mut buffer = vec![0; KEPT];
    loop {
        let bytes = match from.read(&mut buffer) {
            Ok(0) => return,
            Ok(length) => buffer.get(..length).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        let Ok(mut kept) = kept.lock() else { return };
        kept.extend(bytes);
        let beyond = kept.len().saturating_sub(KEPT);
        kept.drain(..beyond);
    }
}
