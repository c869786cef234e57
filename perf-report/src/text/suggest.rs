//! "Did you mean": the nearest known name to a mistyped one. Pure.

/// The least likeness of two names, from 0 (nothing in common) to 1 (equal).
const ALIKE: f64 = 0.7;

/// Returns the candidate that `wanted` most likely stands for, if one is near.
///
/// ```
/// use perf_report::text::suggest::nearest;
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

/// Returns the candidate that `wanted` becomes by one or two slips of the finger. It is for names
/// that often begin alike, where [`nearest`] would find too many.
///
/// ```
/// use perf_report::text::suggest::slip;
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

/// Asks whether the name `near` was meant.
///
/// ```
/// assert_eq!(perf_report::text::suggest::did_you_mean("main"), "did you mean `main`?");
/// ```
pub fn did_you_mean(near: &str) -> String {
    format!("did you mean `{near}`?")
}

/// Advises on a name that is none of `candidates`: asks for the nearest, if one is near, or else gives the
/// advice of `otherwise`.
///
/// ```
/// use perf_report::text::suggest::nearest_or;
/// let advice = |wanted| nearest_or(wanted, ["main"], || "save one".to_owned());
/// assert_eq!((advice("mian"), advice("x")), ("did you mean `main`?".into(), "save one".into()));
/// ```
pub fn nearest_or<'a>(
    wanted: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    otherwise: impl FnOnce() -> String,
) -> String {
    nearest(wanted, candidates).map_or_else(otherwise, did_you_mean)
}

/// Advises on a word that is none of `words`: suggests the nearest, or else lists them all.
///
/// ```
/// use perf_report::text::suggest::one_of;
/// assert_eq!(one_of("opn", ["closed", "open"]), "did you mean `open`?");
/// assert_eq!(one_of("x", ["closed", "open"]), "there are closed, open");
/// ```
pub fn one_of<'a>(wanted: &str, words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    nearest_or(wanted, words.iter().copied(), || format!("there are {}", words.join(", ")))
}

/// The reason for which a part of a name stands for none of the names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PickError<'a> {
    /// A part like none of them; with the nearest, if one is near.
    Unknown(Option<&'a str>),
    /// A part of more than one; with some of them.
    Ambiguous(Vec<&'a str>),
}

/// Returns the one of `names` that people mean by `wanted`: the name itself, else the only one that
/// ends in it after a `::`, else the only one with it inside, in any case of letters.
///
/// ```
/// use perf_report::text::suggest::{PickError, pick};
/// let names = ["app::parse", "app::lex::parse_all", "app::write"];
/// assert_eq!(pick("parse", names), Ok("app::parse"));
/// assert_eq!(pick("LEX", names), Ok("app::lex::parse_all"));
/// assert_eq!(pick("app", names), Err(PickError::Ambiguous(names.to_vec())));
/// assert_eq!(pick("wriet", names), Err(PickError::Unknown(Some("app::write"))));
/// ```
///
/// # Errors
/// Every [`PickError`].
pub fn pick<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<&'a str, PickError<'a>> {
    let lower = wanted.to_lowercase();
    first_that_fits(wanted, names, &[&|name| name.to_lowercase().contains(&lower)])
}

/// Returns the one of `names` that is `wanted`, or else the only one that ends in it after a `::`.
///
/// ```
/// use perf_report::text::suggest::pick_by_end;
/// let names = ["app::parse", "app::lex::parse_all"];
/// assert_eq!(pick_by_end("lex::parse_all", names), Ok("app::lex::parse_all"));
/// assert!(pick_by_end("lex", names).is_err());
/// ```
///
/// # Errors
/// Every [`PickError`].
pub fn pick_by_end<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<&'a str, PickError<'a>> {
    first_that_fits(wanted, names, &[])
}

/// Returns the one of `names` that is `wanted`, that ends in it, or that fits by the first of
/// `others` with any fit.
fn first_that_fits<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
    others: &[&dyn Fn(&str) -> bool],
) -> Result<&'a str, PickError<'a>> {
    const NAMED: usize = 4;
    let names: Vec<&str> = names.into_iter().collect();
    let end = format!("::{wanted}");
    let usual: [&dyn Fn(&str) -> bool; 2] = [&|name| name == wanted, &|name| name.ends_with(&end)];
    for fits in usual.iter().chain(others) {
        let found: Vec<&str> = names.iter().copied().filter(|name| fits(name)).collect();
        match found.as_slice() {
            [] => {}
            [one] => return Ok(one),
            several => {
                return Err(PickError::Ambiguous(several.iter().take(NAMED).copied().collect()));
            }
        }
    }
    let last = |name: &'a str| name.rsplit("::").next().unwrap_or(name);
    let by_end = || {
        let near = nearest(wanted, names.iter().map(|name| last(name)))?;
        names.iter().copied().find(|name| last(name) == near)
    };
    Err(PickError::Unknown(by_end().or_else(|| nearest(wanted, names.iter().copied()))))
}
