//! tracing: `#[instrument]`, the registry of tracing-subscriber, and a layer that adds up times.
//!
//! The layer is written here, since tracing comes with none: it keeps a span's start in the span's
//! extensions, and count and sum for each name in a map behind a mutex.

use std::collections::HashMap;
use std::hint::black_box;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::{Subscriber, span};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use super::{Candidate, Finish, keep, kept, repeat};
use crate::Result;

pub(super) const CANDIDATE: Candidate = Candidate {
    title: "tracing, timing layer",
    package: Some("tracing"),
    environment: &[],
    start,
    call: |times| repeat(times, tracked),
    reported: kept,
};

static TIMES: Mutex<Option<HashMap<&'static str, Time>>> = Mutex::new(None);

#[derive(Debug, Default)]
struct Time {
    count: u64,
    sum: Duration,
}

#[tracing::instrument(skip_all)]
#[inline(never)]
fn tracked(x: u64) -> u64 {
    black_box(x).wrapping_mul(3)
}

struct TimingLayer;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for TimingLayer {
    fn on_enter(&self, id: &span::Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            span.extensions_mut().replace(Instant::now());
        }
    }

    fn on_exit(&self, id: &span::Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let Some(duration) = span.extensions().get::<Instant>().map(Instant::elapsed) else {
            return;
        };
        let mut times = TIMES.lock().unwrap_or_else(PoisonError::into_inner);
        let time = times.get_or_insert_default().entry(span.name()).or_default();
        time.count += 1;
        time.sum += duration;
    }
}

fn start(folder: &Path) -> Result<Finish> {
    let subscriber = tracing_subscriber::registry().with(TimingLayer);
    tracing::subscriber::set_global_default(subscriber)?;
    let folder = folder.to_owned();
    Ok(Box::new(move || {
        let times = TIMES.lock().unwrap_or_else(PoisonError::into_inner);
        let time = times.as_ref().and_then(|times| times.get("tracked"));
        black_box(time.map(|time| time.sum));
        keep(&folder, time.map_or(0, |time| time.count))
    }))
}
