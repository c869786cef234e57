//! `perf_stream!`: streams whose polls are spans, as those of futures are in `hot::future`. Nothing
//! else may name the crate that knows streams. Without the feature, `stream_absent` stands here.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use crate::hot::future::{Next, Tracked, track_future as track};
use crate::judge::Unjudged;
use crate::site::Site;

/// Measures a stream, as one call of an async function with the given name. It needs the feature
/// `stream`.
///
/// The value is a stream of the same items. The call lasts from the first poll until there are no
/// more items; each poll counts. A stream that is dropped before that counts as cancelled.
///
/// ```
/// use futures_core::Stream;
/// use perf_runtime::perf_stream;
///
/// fn tracked(rows: impl Stream<Item = u32>) -> impl Stream<Item = u32> {
///     perf_stream!("rows", rows)
/// }
/// ```
#[macro_export]
macro_rules! perf_stream {
    ($name:literal, $stream:expr $(,)?) => {{
        $crate::__perf_track_labelled!($name; polled);
        $crate::__private::stream::track_stream(&__PERF_TRACK_SITE, $stream)
    }};
}

/// Wraps the stream of a call of `site`.
pub fn track_stream<S: Stream>(site: &'static Site, stream: S) -> Tracked<S, Unjudged> {
    track(site, stream)
}

/// The stream of one call, from the first poll until there are no more items.
impl<S: Stream> Stream for Tracked<S, Unjudged> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.turn(|inner, _| {
            let polled = inner.poll_next(context);
            let next = match &polled {
                Poll::Ready(None) => Next::End,
                _ => Next::Suspend,
            };
            (polled, next)
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}
