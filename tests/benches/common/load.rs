//! Programs that take a processor each, beside what is measured.

use std::process::{Child, Command, Stdio};

/// Busy loops that end when they are dropped.
#[derive(Debug)]
pub(crate) struct Load(Vec<Child>);

impl Load {
    pub(crate) fn of(count: usize) -> std::io::Result<Self> {
        let mut load = Self(Vec::new());
        for _ in 0..count {
            let mut busy = Command::new("sh");
            load.0.push(busy.args(["-c", "while :; do :; done"]).stdin(Stdio::null()).spawn()?);
        }
        Ok(load)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
