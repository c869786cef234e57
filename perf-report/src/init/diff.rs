//! Changes as `git diff` shows them, so that `git apply` takes them. Pure.

use similar::TextDiff;

/// Lines around a change that are shown with it.
const CONTEXT: usize = 3;

/// Returns the difference between two texts of the file at `path`; `before` is `None` for a new file.
pub(super) fn unified(path: &str, before: Option<&str>, after: &str, executable: bool) -> String {
    let mode = if executable { "100755" } else { "100644" };
    let (birth, old) = match before {
        None => (format!("new file mode {mode}\n"), "/dev/null".to_owned()),
        Some(_) => (String::new(), format!("a/{path}")),
    };
    let diff = TextDiff::from_lines(before.unwrap_or_default(), after);
    let hunks =
        diff.unified_diff().context_radius(CONTEXT).header(&old, &format!("b/{path}")).to_string();
    format!("diff --git a/{path} b/{path}\n{birth}{hunks}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_shown_with_its_surroundings() {
        let before = "1\n2\n3\n4\n5\n6\n";
        insta::assert_snapshot!(unified("a b/x", Some(before), "1\n2\n3\n4\nnew\n5\n6\n", false), @r"
        diff --git a/a b/x b/a b/x
        --- a/a b/x
        +++ b/a b/x
        @@ -2,5 +2,6 @@
         2
         3
         4
        +new
         5
         6
        ");
    }

    #[test]
    fn a_new_file_comes_from_nowhere() {
        insta::assert_snapshot!(unified("x", None, "1\n2", true), @r"
        diff --git a/x b/x
        new file mode 100755
        --- /dev/null
        +++ b/x
        @@ -0,0 +1,2 @@
        +1
        +2
        \ No newline at end of file
        ");
    }
}
