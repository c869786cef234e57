//! The protocols between threads, tried in every order that processors may choose: `.ci/loom`.
//!
//! [`registration`] and [`breaker`] run the recorder's own code. Its work in mapped memory, where
//! no model can look, is written down anew in [`start`], [`hand_over`], [`publication`], [`flights`],
//! [`transitions`] and [`fold`], each small, naming the function that it mirrors; a change there is
//! a change here. Each model also runs with a fault in it, and then has to fail.

pub(crate) mod atomic;
mod breaker;
mod flights;
mod fold;
mod hand_over;
pub(crate) mod once;
mod publication;
mod registration;
mod start;
pub(crate) mod threads;
mod transitions;

use std::sync::Arc;

/// Runs `model` in every order in which threads are interrupted at most thrice.
fn explore(model: impl Fn() + Sync + Send + 'static) {
    explore_within(3, model);
}

/// Runs `model` in every order with at most this many interruptions.
fn explore_within(interruptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(interruptions);
    builder.check(model);
}

/// Runs `model` with every ordering weakened to `Relaxed`.
fn explore_weakened(model: impl Fn() + Sync + Send + 'static) {
    let _weak = atomic::weakened();
    explore(model);
}

/// Runs two threads that do `first` and `second` to one shared value, and then the rest.
fn race<T: Send + Sync + 'static>(
    shared: T,
    first: impl FnOnce(&T) + 'static,
    second: impl FnOnce(&T),
) -> Arc<T> {
    let shared = Arc::new(shared);
    let others = Arc::clone(&shared);
    let thread = loom::thread::spawn(move || first(&others));
    second(&shared);
    thread.join().expect("the other thread did not panic");
    shared
}
