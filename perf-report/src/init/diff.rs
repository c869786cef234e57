//! Changes as `git diff` shows them, so that `git apply` takes them. Pure.

use std::fmt::Write as _;

use similar::TextDiff;

/// Lines around a change that are shown with it.
const CONTEXT: usize = 3;

/// Returns the difference between two texts of the file at `path`; `before` is `None` for a new file.
pub(super) fn unified(path: &str, before: Option<&str>, after: &str, executable: bool) -> String {
    let mode = if executable { "100755" } else { "100644" };
    let [a, b] = ["a/", "b/"].map(|side| quoted(&format!("{side}{path}")));
    let (birth, old) = match before {
        None => (format!("new file mode {mode}\n"), "/dev/null".to_owned()),
        Some(_) => (String::new(), a.clone()),
    };
    let diff = TextDiff::from_lines(before.unwrap_or_default(), after);
    let hunks = diff.unified_diff().context_radius(CONTEXT).header(&old, &b).to_string();
    format!("diff --git {a} {b}\n{birth}{hunks}")
}

/// Returns a file outside of what is checked out, in lines that `git apply` passes over: it puts nothing there,
/// and would refuse all of a patch that does.
pub(super) fn remark(path: &str, after: &str, executable: bool) -> String {
    let kind = if executable { "an executable file" } else { "a file" };
    let name = quoted(path);
    let head =
        format!("{name}: {kind}, outside of what is checked out, where a patch puts nothing");
    let lines = [head.as_str()].into_iter().chain(after.lines());
    lines.flat_map(|line| ["# ", line, "\n"]).collect()
}

/// Writes a name as git does: in quotes where it has characters that would end it.
fn quoted(name: &str) -> String {
    let is_special = |c: char| c.is_control() || c == '"' || c == '\\';
    if !name.contains(is_special) {
        return name.to_owned();
    }
    let mut text = String::from("\"");
    for c in name.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c.is_ascii_control() => drop(write!(text, "\\{:03o}", u32::from(c))),
            c => text.push(c),
        }
    }
    text + "\""
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
    fn names_that_would_end_early_are_quoted() {
        assert_eq!(quoted("a/Größe b"), "a/Größe b");
        assert_eq!(quoted("a/\"x\\\n"), r#""a/\"x\\\012""#);
    }

    #[test]
    fn what_is_not_checked_out_is_a_remark() {
        insta::assert_snapshot!(remark(".git/hooks/pre-push", "#!/bin/sh\n--- a\n", true), @r"
        # .git/hooks/pre-push: an executable file, outside of what is checked out, where a patch puts nothing
        # #!/bin/sh
        # --- a
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
