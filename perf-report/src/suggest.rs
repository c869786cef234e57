//! "Did you mean": the known name that a mistyped one is nearest to. Pure.

/// How alike two names must be, from 0 (nothing in common) to 1 (equal).
const ALIKE: f64 = 0.7;

/// The candidate that `wanted` most likely stands for, if one is near.
///
/// ```
/// use perf_report::suggest::nearest;
/// assert_eq!(nearest("mian", ["main", "release"]), Some("main"));
/// assert_eq!(nearest("zebra", ["main", "release"]), None);
/// ```
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(wanted, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// The candidate that `wanted` becomes by one or two slips of the finger: for names that often begin
/// alike, where [`nearest`] would find too many.
///
/// ```
/// use perf_report::suggest::slip;
/// assert_eq!(slip("cache.hit", ["cache.miss", "cache.hits"]), Some("cache.hits"));
/// assert_eq!(slip("cache.hit", ["cache.miss"]), None);
/// ```
pub fn slip<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(wanted, candidate), candidate))
        .filter(|(slips, _)| *slips <= 2)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}
