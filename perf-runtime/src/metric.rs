//! `perf_count!` and `perf_gauge!`: numbers of the program's own. Their stand-ins, where recording
//! is compiled out, are in `metric_absent`.

/// Adds to a count of the program's own: cache hits, retries, bytes sent.
///
/// Without a second argument it adds 1, otherwise that amount: any whole number. A negative one
/// adds nothing, since counts never go down. Counts of all threads, processes and uses of the name
/// add up, exactly, also when the process is killed. It never panics.
///
/// ```
/// use perf_runtime::perf_count;
/// use perf_runtime::snapshot::Reading;
///
/// fn send(packets: &[&[u8]]) {
///     perf_count!("net.flush");
///     for packet in packets {
///         perf_count!("net.bytes", packet.len());
///     }
/// }
///
/// send(&[b"one", b"three"]);
/// let metrics = perf_runtime::snapshot()?.metrics;
/// let of = |name| metrics.iter().find(|metric| metric.name == name).map(|it| it.reading);
/// assert_eq!(of("net.flush"), Some(Reading::Count(1)));
/// assert_eq!(of("net.bytes"), Some(Reading::Count(8)));
/// # Ok::<(), perf_runtime::segment::SegmentError>(())
/// ```
///
/// A call costs about a nanosecond: it takes no lock, and allocates nothing after the thread's
/// first. A name made at run time, `perf_count!(format!("hit.{shard}"))`, is looked up at each
/// call, which takes longer, and is kept until the process ends: there should be hundreds of them
/// and not millions. Where there are too many (see [`perf_scope!`](crate::perf_scope)), further
/// counts are added to the count `(other names)`, which reports show. Gauges of further names
/// cannot be added up: their updates count as lost.
///
/// A count and a gauge of one name are two metrics. A count in the program that is never added to
/// is in every report as 0.
#[macro_export]
macro_rules! perf_count {
    ($name:literal $(,)?) => {
        $crate::__private::count($crate::__perf_track_metric!(Count, $name), 1_u64)
    };
    ($name:literal, $amount:expr $(,)?) => {
        $crate::__private::count($crate::__perf_track_metric!(Count, $name), $amount)
    };
    ($name:expr $(,)?) => {
        $crate::__private::count($crate::__perf_track_metric!(Count, $name), 1_u64)
    };
    ($name:expr, $amount:expr $(,)?) => {
        $crate::__private::count($crate::__perf_track_metric!(Count, $name), $amount)
    };
}

/// Notes the level of something that goes up and down, or a part of a whole.
///
/// `perf_gauge!("name", value)` takes any number and keeps the last, the smallest, the largest and
/// the mean over all threads and processes. Numbers that are not finite are not kept, and count as
/// lost.
///
/// `perf_gauge!("name", part, of = whole)` takes two whole numbers and adds each to a sum; the
/// ratio is that of the sums. So it is exact over any number of threads, processes and runs, where
/// a mean of ratios is not. For events one at a time, `part` is 0 or 1 and `whole` is 1.
///
/// ```
/// use perf_runtime::perf_gauge;
/// use perf_runtime::snapshot::{Ratio, Reading};
///
/// fn look_up(keys: &[u32], cache: &[u32]) {
///     let hits = keys.iter().filter(|key| cache.contains(key)).count();
///     perf_gauge!("cache.hit_rate", hits, of = keys.len());
///     perf_gauge!("cache.length", cache.len());
/// }
///
/// look_up(&[1, 2, 3], &[2, 3]);
/// look_up(&[9], &[2, 3, 4]);
/// let metrics = perf_runtime::snapshot()?.metrics;
/// let of = |name| metrics.iter().find(|metric| metric.name == name).map(|it| it.reading);
/// let Some(Reading::Ratio(Ratio { part, whole, .. })) = of("cache.hit_rate") else { panic!() };
/// assert_eq!((part, whole), (2, 4));
/// let Some(Reading::Gauge(length)) = of("cache.length") else { panic!() };
/// assert_eq!((length.last, length.min, length.mean()), (3.0, 2.0, Some(2.5)));
/// # Ok::<(), perf_runtime::segment::SegmentError>(())
/// ```
///
/// Names and cost are as with [`perf_count!`](crate::perf_count). A gauge also reads the clock, by
/// which the last value over all threads is found, and costs some ten nanoseconds more.
#[macro_export]
macro_rules! perf_gauge {
    ($name:literal, $part:expr, of = $whole:expr $(,)?) => {
        $crate::__private::ratio($crate::__perf_track_metric!(Ratio, $name), $part, $whole)
    };
    ($name:literal, $value:expr $(,)?) => {
        $crate::__private::gauge($crate::__perf_track_metric!(Gauge, $name), $value)
    };
    ($name:expr, $part:expr, of = $whole:expr $(,)?) => {
        $crate::__private::ratio($crate::__perf_track_metric!(Ratio, $name), $part, $whole)
    };
    ($name:expr, $value:expr $(,)?) => {
        $crate::__private::gauge($crate::__perf_track_metric!(Gauge, $name), $value)
    };
}

/// Returns the metric of a kind and a name: a static for a literal, looked up for any other name.
#[doc(hidden)]
#[macro_export]
macro_rules! __perf_track_metric {
    ($kind:ident, $name:literal) => {{
        static METRIC: $crate::__private::MetricSite = $crate::__private::MetricSite::new(
            $name,
            $crate::__private::MetricKind::$kind,
            (::core::file!(), ::core::line!()),
        );
        $crate::__private::inventory::submit! { $crate::__private::MetricEntry(&METRIC) }
        &METRIC
    }};
    ($kind:ident, $name:expr) => {
        $crate::__private::named_metric(
            &$name,
            $crate::__private::MetricKind::$kind,
            (::core::file!(), ::core::line!()),
        )
    };
}
