//! The limits of a recording as people write them: the values of `PERF_TRACK_OVERHEAD` and
//! `PERF_TRACK_MEMORY`, as the recorder reads them and as `perf-report doctor` checks them. Pure.

/// Reads a share of time in millionths, from none to the whole: `5%`, `0.5 %`, `0.05`. `None` where
/// the text is no such share.
///
/// ```
/// use perf_runtime::segment::limits::parse_share;
/// assert_eq!(parse_share("5%"), Some(50_000));
/// assert_eq!(parse_share("five"), None);
/// ```
pub fn parse_share(text: &str) -> Option<u32> {
    let text = text.trim();
    let (number, scale) = match text.strip_suffix('%') {
        Some(number) => (number.trim_end(), 1e4),
        None => (text, 1e6),
    };
    let share: f64 = number.parse().ok()?;
    let ppm = (share * scale).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "just checked")]
    (0.0..=1e6).contains(&ppm).then_some(ppm as u32)
}

/// Reads a number of bytes: `64MiB`, `1.5 GB`, `512k`, `1000000`. `None` where the text is no such
/// number.
///
/// `KiB`, `MiB` and `GiB`, and the letters `K`, `M` and `G` alone, count by 1,024; `kB`, `MB` and
/// `GB` by 1,000, as IEC 80000-13 has it. Capitals do not matter.
///
/// ```
/// use perf_runtime::segment::limits::parse_bytes;
/// assert_eq!(parse_bytes("64MiB"), Some(64 << 20));
/// assert_eq!(parse_bytes("1.5 GB"), Some(1_500_000_000));
/// assert_eq!(parse_bytes("a lot"), None);
/// ```
pub fn parse_bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let scale: u32 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        _ => return None,
    };
    if !number.contains('.') {
        return number.parse::<u64>().ok()?.checked_mul(scale.into());
    }
    let bytes = number.parse::<f64>().ok()? * f64::from(scale);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "just checked")]
    (0.0..1e18).contains(&bytes).then_some(bytes.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_as_people_write_them() {
        assert_eq!(parse_share("5%"), Some(50_000));
        assert_eq!(parse_share(" 0.5 % "), Some(5_000));
        assert_eq!(parse_share("0.05"), Some(50_000));
        assert_eq!(parse_share("0"), Some(0));
        assert_eq!(parse_share("100%"), Some(1_000_000));
        for wrong in ["", "%", "five", "-1%", "101%", "5", "nan", "inf%"] {
            assert_eq!(parse_share(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn sizes_are_read_with_and_without_a_unit() {
        assert_eq!(parse_bytes("64MiB"), Some(64 << 20));
        assert_eq!(parse_bytes(" 2 gib "), Some(2 << 30));
        assert_eq!(parse_bytes("4096"), Some(4096));
        assert_eq!(parse_bytes("0.5 KiB"), Some(512));
        assert_eq!(parse_bytes("512k"), Some(512 << 10));
        for thousand in ["1kB", "1 KB", "1000B", "0.001MB"] {
            assert_eq!(parse_bytes(thousand), Some(1_000), "{thousand}");
        }
        for wrong in
            ["", ".", "1.2.3MB", "1e3", "-1MiB", "1TiBi", "99999999999999999999", "99999999999GiB"]
        {
            assert_eq!(parse_bytes(wrong), None, "{wrong}");
        }
    }
}
