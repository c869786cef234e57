//! Words that a shell takes as they are.

use std::path::Path;

/// Quotes `path` so that a shell takes it as one word.
pub(crate) fn shell_word(path: &Path) -> String {
    quoted(&path.display().to_string())
}

/// Quotes `text` so that a shell takes it as one word.
pub(crate) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | ':');
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_a_shell() {
        assert_eq!(shell_word(Path::new("/dev/shm/a-1")), "/dev/shm/a-1");
        assert_eq!(shell_word(Path::new("/it's here")), r"'/it'\''s here'");
        assert_eq!(quoted("app::parse"), "app::parse");
        assert_eq!(quoted("<app::S<'a> as T>::f"), r"'<app::S<'\''a> as T>::f'");
        assert_eq!(quoted(""), "''");
    }
}
