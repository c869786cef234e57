//! Bytes as hexadecimal digits.

use std::fmt::Write as _;

/// Writes the first `count` of `bytes`, two digits each.
pub(crate) fn digits(bytes: &[u8], count: usize) -> String {
    let mut text = String::with_capacity(2 * count);
    for byte in bytes.iter().take(count) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_has_two_digits() {
        assert_eq!(digits(&[0, 0x0f, 0xff, 7], 3), "000fff");
        assert_eq!(digits(&[1], 9), "01");
    }
}
