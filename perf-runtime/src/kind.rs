//! The kinds of failure, by name. Pure.

use std::fmt::{self, Debug, Write as _};

use crate::newer::arrays;
use crate::segment::layout::KIND_BYTES;
use crate::writing::text::beginning;

/// A returned value whose error can be asked for its kind, for `err_kind` of `#[perf_track]` and
/// `#[perf_bench]`.
#[diagnostic::on_unimplemented(
    message = "`err_kind` finds no error in `{Self}`",
    label = "not a `Result`",
    note = "return a `Result`, or write `err` instead, which counts errors without their kinds"
)]
pub trait Kinded {
    /// Type of the error.
    type Error;

    /// Returns the error, if there is one.
    fn error(&self) -> Option<&Self::Error>;
}

impl<T, E> Kinded for Result<T, E> {
    type Error = E;

    #[inline]
    fn error(&self) -> Option<&E> {
        self.as_ref().err()
    }
}

/// A kind of failure: a name that is short, prints, and is no empty one. It holds its text itself,
/// since a failing call allocates no more than another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    text: [u8; KIND_BYTES],
    bytes: u8,
}

impl Kind {
    const EMPTY: Self = Self { text: [0; KIND_BYTES], bytes: 0 };
    /// The end of a name that was too long.
    const CUT: char = '…';
    /// In place of what does not print.
    const UNPRINTABLE: char = '\u{fffd}';

    /// Makes the kind of this name; `None` for an empty one.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let mut kind = Self::EMPTY;
        if name.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) && kind.add(name) {
            return kind.if_any();
        }
        kind = Self::EMPTY;
        let room = KIND_BYTES - Self::CUT.len_utf8();
        let mut rest = name.chars().map(|it| if it.is_control() { Self::UNPRINTABLE } else { it });
        while let Some(next) = rest.next() {
            let after = rest.clone().map(char::len_utf8).take(KIND_BYTES).sum::<usize>();
            let end = usize::from(kind.bytes) + next.len_utf8();
            if end > room && end + after > KIND_BYTES {
                kind.push(Self::CUT);
                break;
            }
            kind.push(next);
        }
        kind.if_any()
    }

    /// Makes the kind of the word that the `Debug` form begins with: the name of a variant, or of a
    /// struct. `None` where it begins with none.
    pub(crate) fn of_debug(error: &impl Debug) -> Option<Self> {
        let mut word = Word { kind: Self::EMPTY, is_cut: false };
        // It fails on purpose where the word ends, so that the rest is never formatted.
        let _ = write!(word, "{error:?}");
        if word.is_cut {
            let room = KIND_BYTES - Self::CUT.len_utf8();
            let mut cut = Self::EMPTY;
            cut.add(beginning(word.kind.as_str(), room));
            cut.push(Self::CUT);
            return cut.if_any();
        }
        word.kind.if_any()
    }

    /// Returns the name.
    pub(crate) fn as_str(&self) -> &str {
        let text = self.text.get(..usize::from(self.bytes)).unwrap_or_default();
        // Whole characters only are ever added.
        std::str::from_utf8(text).unwrap_or_default()
    }

    /// Returns the length of the name.
    pub(crate) fn bytes(&self) -> u32 {
        u32::from(self.bytes)
    }

    /// Lists the bytes of the name, eight in a number, with zeroes behind it.
    pub(crate) fn words(&self) -> impl Iterator<Item = u64> + '_ {
        arrays(&self.text).map(|bytes| u64::from_ne_bytes(*bytes))
    }

    fn if_any(self) -> Option<Self> {
        (self.bytes > 0).then_some(self)
    }

    fn push(&mut self, next: char) {
        self.add(next.encode_utf8(&mut [0; 4]));
    }

    /// Adds to the text, or returns `false` where it does not fit.
    fn add(&mut self, more: &str) -> bool {
        let from = usize::from(self.bytes);
        let Some(place) = self.text.get_mut(from..from + more.len()) else { return false };
        place.copy_from_slice(more.as_bytes());
        self.bytes = u8::try_from(from + more.len()).unwrap_or(0);
        true
    }
}

/// The first word of what is written.
struct Word {
    kind: Kind,
    is_cut: bool,
}

impl fmt::Write for Word {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for next in text.chars() {
            let continues = next == '_' || next.is_alphanumeric();
            if !continues || (self.kind.bytes == 0 && next.is_numeric()) {
                return Err(fmt::Error);
            }
            if !self.kind.add(next.encode_utf8(&mut [0; 4])) {
                self.is_cut = true;
                return Err(fmt::Error);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug)]
    #[expect(dead_code, reason = "they are formatted")]
    enum Error {
        Timeout,
        Refused(u32),
        Status { code: u16 },
        AVariantWithANameThatIsMuchLongerThanAnybodyWouldEverWrite,
    }

    fn debug(error: &impl Debug) -> Option<String> {
        Kind::of_debug(error).map(|kind| kind.as_str().to_owned())
    }

    #[test]
    fn the_kind_of_an_error_is_its_variant() {
        assert_eq!(debug(&Error::Timeout).as_deref(), Some("Timeout"));
        assert_eq!(debug(&Error::Refused(7)).as_deref(), Some("Refused"));
        assert_eq!(debug(&Error::Status { code: 404 }).as_deref(), Some("Status"));
        let long = debug(&Error::AVariantWithANameThatIsMuchLongerThanAnybodyWouldEverWrite);
        assert_eq!(long.as_deref(), Some("AVariantWithANameThatIsMuchLongerThanAnybodyW…"));
        assert_eq!(debug(&"text"), None, "a quotation mark begins no name");
        assert_eq!(debug(&404), None);
        assert_eq!(debug(&()), None);
    }

    #[test]
    fn nothing_is_formatted_behind_the_name() {
        struct Noisy;
        impl Debug for Noisy {
            fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
                panic!("formatted")
            }
        }
        #[derive(Debug)]
        struct Outer(Noisy);
        assert_eq!(debug(&Outer(Noisy)).as_deref(), Some("Outer"));
    }

    #[test]
    fn names_print_and_are_short() {
        let of = |name: &str| Kind::of(name).map(|kind| kind.as_str().to_owned());
        assert_eq!(of("timed out").as_deref(), Some("timed out"));
        assert_eq!(of(""), None);
        assert_eq!(of("a\nb\u{1b}[31m").as_deref(), Some("a\u{fffd}b\u{fffd}[31m"));
        let exactly = "x".repeat(KIND_BYTES);
        assert_eq!(of(&exactly), Some(exactly.clone()));
        assert_eq!(of(&format!("{exactly}y")).unwrap(), format!("{}…", "x".repeat(KIND_BYTES - 3)));
        assert_eq!(of(&"ü".repeat(24)), Some("ü".repeat(24)));
        assert_eq!(of(&"ü".repeat(25)).unwrap(), format!("{}…", "ü".repeat(22)));
    }

    proptest! {
        #[test]
        fn no_name_is_too_long_or_does_not_print(name in "\\PC*|.*") {
            let Some(kind) = Kind::of(&name) else {
                prop_assert!(name.is_empty());
                return Ok(());
            };
            let text = kind.as_str();
            prop_assert!(!text.is_empty() && !text.chars().any(char::is_control));
            if name.len() <= KIND_BYTES && !name.chars().any(char::is_control) {
                prop_assert_eq!(text, name);
            }
            let words: Vec<u8> = kind.words().flat_map(u64::to_ne_bytes).collect();
            let (name, rest) = words.split_at(text.len());
            prop_assert!(name == text.as_bytes() && rest.iter().all(|byte| *byte == 0));
        }
    }
}
