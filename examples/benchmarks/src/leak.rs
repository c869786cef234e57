//! A cache that never forgets.

use std::sync::Mutex;

/// Answers, by the number of the request, which no two requests share: each is kept for ever.
#[derive(Debug, Default)]
pub struct Cache {
    answers: Mutex<Vec<Box<[u8]>>>,
}

impl Cache {
    /// Makes an empty cache.
    pub const fn new() -> Self {
        Self { answers: Mutex::new(Vec::new()) }
    }

    /// Answers a request.
    pub fn answer(&self, request: u64) -> u64 {
        let mut answers = self.answers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut answer = vec![0; 64].into_boxed_slice();
        answer[..8].copy_from_slice(&request.to_le_bytes());
        answers.push(answer);
        request.wrapping_mul(31)
    }
}
