//! Texts that must fit into a place.

/// Returns the beginning of `text` that has `longest` bytes at most, whole characters: up to
/// `floor_char_boundary`, of Rust 1.91.
pub(crate) fn beginning(text: &str, longest: usize) -> &str {
    let end = (0..=longest.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    &text[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_has_whole_characters() {
        for (longest, expected) in [(0, ""), (1, "a"), (2, "a"), (3, "aß"), (4, "aßc"), (9, "aßc")]
        {
            assert_eq!(beginning("aßc", longest), expected, "{longest}");
        }
    }
}
