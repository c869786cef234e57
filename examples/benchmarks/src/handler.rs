//! A handler of requests, which waits for a store.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A store of users.
#[derive(Debug, Default)]
pub struct Store {
    users: HashMap<u32, String>,
}

/// The error of a request for a user that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchUser(
    /// The number that was asked for.
    pub u32,
);

/// A wait that is over when it is looked at again, as that for a busy socket is.
#[derive(Debug, Default)]
struct Yield {
    is_over: bool,
}

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.is_over, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Store {
    /// Makes a store of so many users.
    pub fn of(users: u32) -> Self {
        Self { users: (0..users).map(|id| (id, format!("user {id}"))).collect() }
    }

    async fn find(&self, id: u32) -> Result<&str, NoSuchUser> {
        Yield::default().await;
        self.users.get(&id).map(String::as_str).ok_or(NoSuchUser(id))
    }
}

/// Answers a request.
///
/// # Errors
/// When there is no such user.
pub async fn handle(store: &Store, id: u32) -> Result<String, NoSuchUser> {
    let name = store.find(id).await?;
    Ok(format!("{{\"id\":{id},\"name\":\"{name}\"}}"))
}
