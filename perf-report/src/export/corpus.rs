//! Names that formats must take: each character class that a format may have a use of its own for. Shared by
//! the unit tests of this room and by the tests with real consumers, which include this file by its path.

/// Returns the names; no two are equal, and `""` is among them.
pub(crate) fn names() -> Vec<String> {
    let mut names: Vec<String> = PLAIN.iter().map(|name| (*name).to_owned()).collect();
    names.extend((' '..='~').filter(char::is_ascii_punctuation).flat_map(|mark| {
        [
            format!("{mark}"),
            format!("{mark}before"),
            format!("in{mark}side"),
            format!("after{mark}"),
        ]
    }));
    names.extend((0_u8..0x20).map(|code| format!("control{}x{code}", char::from(code))));
    names.extend(
        ["\u{7f}", "\u{85}", "\u{9b}31m", "\u{2028}", "\u{2029}"].map(|c| format!("line{c}end")),
    );
    names.push("long::".to_owned() + &"x".repeat(10_000));
    names.push("多".repeat(3_000));
    names
}

const PLAIN: &[&str] = &[
    "",
    " ",
    "  two  spaces  ",
    "app::parse",
    "<[u8; 4] as app::Sum>::sum",
    "<[u8; 4] as T>::f",
    "<app::Wrapper<T, U> as core::fmt::Debug>::fmt",
    "app::f::{closure#0}",
    "app::f::{{closure}}::<impl FnOnce(&'a str) -> u64>::call",
    "operator<<",
    "operator()",
    "stage 1",
    "stage 12.5",
    "1 2 3",
    "42",
    "-1",
    "1e9",
    "NaN",
    "# comment",
    "#[test]",
    "// comment",
    "a;b",
    "a:b",
    "a\\",
    "\\n",
    "\"quoted\"",
    "'quoted'",
    "`code`",
    "${HOME}",
    "$(rm -rf /)",
    "%s%n%25",
    "&amp;",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>",
    "a|b|c",
    "=HYPERLINK(\"http://evil.example\")",
    "\x1b[31mred\x1b[0m",
    "one\ntwo",
    "one\r\ntwo",
    "tab\tinside",
    "nul\0inside",
    "\u{feff}mark",
    "right\u{202e}to\u{2066}left",
    "zero\u{200b}\u{200d}width",
    "e\u{301}",
    "\u{e9}",
    "日本語::関数",
    "👩‍👩‍👧‍👦::🚀",
    "كلام::دالة",
    "(id) name",
    "(1)",
    "fn=(1) x",
    "calls=1 2",
    "event: x : text",
    "null",
    "true",
    "__proto__",
    "constructor",
];
