//! Snapshots of text, without the expression that made it: the test shows that better. Tests only.

/// Compares a text with the file that the test is named after.
macro_rules! assert_text {
    ($text:expr) => {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($text);
        })
    };
}

pub(crate) use assert_text;
