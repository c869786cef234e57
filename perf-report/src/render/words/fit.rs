//! Names and text within some columns of a screen. Pure.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::text::sanitize;

/// Returns the columns that `text` takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// Returns a function's name for a screen, at most `width` columns wide.
pub(crate) fn name(name: &str, width: usize) -> String {
    if name.is_empty() {
        shorten("(no name)", width)
    } else {
        shorten(&sanitize::line_start(&sanitize::screen(name)), width)
    }
}

/// Returns `path` within `width` columns: leading segments give way first, since the last ones say
/// what it is; then the middle.
pub(crate) fn shorten(path: &str, width: usize) -> String {
    if self::width(path) <= width {
        return path.to_owned();
    }
    // From the end, where few are looked at: a name may have thousands of segments.
    let segments: Vec<usize> = path.match_indices("::").map(|(at, _)| at).collect();
    let ends = segments.iter().rev().map(|&at| &path[at..]);
    ends.take_while(|rest| self::width(rest) < width)
        .last()
        .filter(|rest| rest.len() > 2)
        .map_or_else(|| shorten_middle(path, width), |rest| format!("…{rest}"))
}

/// Returns what `width` columns have room for of a path, its end first: the whole, some segments, the last
/// one, or the beginning of that.
pub(crate) fn tail(path: &str, width: usize) -> String {
    if self::width(path) <= width {
        return path.to_owned();
    }
    let segments = segments(path);
    let rest = segments.iter().map(|at| &path[*at..]).find(|rest| self::width(rest) < width);
    let last = segments.last().map_or(path, |at| &path[at + 2..]);
    match rest {
        Some(rest) => format!("…{rest}"),
        None if self::width(last) <= width => last.to_owned(),
        None if width < 2 => String::new(),
        None => take(last.chars(), width - 1) + "…",
    }
}

/// Returns the last segment of a path: `sum` of `<[u8; 4] as app::Sum>::sum`.
pub(crate) fn last_segment(path: &str) -> &str {
    segments(path).last().map_or(path, |at| &path[at + 2..])
}

/// Returns the places of `::` between the segments of a path. What stands between angle brackets is no segment
/// by itself.
fn segments(path: &str) -> Vec<usize> {
    let bytes = path.as_bytes();
    let (mut places, mut depth) = (Vec::new(), 0_u32);
    for (at, byte) in bytes.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        match byte {
            b'<' => depth += 1,
            b'>' if !matches!(before, Some(b'-' | b'=')) => depth = depth.saturating_sub(1),
            b':' if depth == 0 && before == Some(&b':') && at + 1 < bytes.len() => {
                places.push(at - 1);
            }
            _ => {}
        }
    }
    places
}

/// Returns `text` within `width` columns, its beginning and its end.
pub(crate) fn shorten_middle(text: &str, width: usize) -> String {
    if self::width(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let head = take(text.chars(), room.div_ceil(2));
    let tail: String = take(text.chars().rev(), room / 2).chars().rev().collect();
    format!("{head}…{tail}")
}

/// Takes as many characters as fit into `width` columns.
fn take(chars: impl Iterator<Item = char>, width: usize) -> String {
    let mut used = 0;
    chars
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= width
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_first_segments_first() {
        let long = "code_stats::metrics::Complexity::visit";
        assert_eq!(name(long, 40), long);
        assert_eq!(name(long, 30), "…::metrics::Complexity::visit");
        assert_eq!(name(long, 20), "…::Complexity::visit");
        assert_eq!(name(long, 10), "…::visit");
        assert_eq!(name("unbelievably_long_function", 11), "unbel…ction");
        assert_eq!(name("", 20), "(no name)");
    }

    #[test]
    fn the_end_of_a_path_stays_longest() {
        let path = "code_stats::metrics::Complexity::visit";
        let at = |width| tail(path, width);
        assert_eq!([at(38), at(37)], [path, "…::metrics::Complexity::visit"]);
        assert_eq!([at(9), at(8), at(7), at(5)], ["…::visit", "…::visit", "visit", "visit"]);
        assert_eq!([at(4), at(2), at(1), at(0)], ["vis…", "v…", "", ""]);
        assert_eq!(last_segment("<[u8; 4] as app::Sum<a::B>>::sum"), "sum");
        assert_eq!(last_segment("app::Map<a::Key, fn() -> b::T>"), "Map<a::Key, fn() -> b::T>");
        for odd in ["", "::", "a::", ">::<", "日本::"] {
            assert!(odd.ends_with(last_segment(odd)), "{odd}");
        }
        assert_eq!(tail("日本語::関数名", 5), "関数…");
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(name("日本語::関数", 9), "…::関数");
        assert_eq!(width(&name("日本語日本語日本語", 8)), 7);
    }
}
