//! Commits with submodules: checked out from what the repository has of them, or refused.

use std::path::PathBuf;

use super::{Project, refused, says, succeeded};

/// What both submodules say.
const BUILD: &str =
    "test -e middle/text && cat middle/text middle/inner/text | paste -sd' ' > built";

/// A project with a submodule that has one itself, each `old` in the first commit and `new` since. Its
/// origins are in the folder that is returned.
fn nested() -> Option<(Project, PathBuf)> {
    let project = Project::new()?;
    let origins = project.lab.new_folder("origins");
    let git = "git -c protocol.file.allow=always";
    project.sh(&format!(
        "cd {}; for name in inner middle; do git init -q -b main $name; done
         (cd inner; echo old > text; git add .; git commit -qm one)
         (cd middle; echo old > text; {git} submodule --quiet add ../inner inner; git add .; git commit -qm one)",
        origins.display()
    ));
    project.sh(&format!(
        "{git} submodule --quiet add --name some/middle file://{origins}/middle middle
         {git} submodule --quiet update --init --recursive; git add .; git commit -qm one
         cd middle/inner; echo new > text; git commit -qam two; git push -q origin HEAD:refs/heads/next
         cd ..; echo new > text; git commit -qam two; git push -q origin HEAD:refs/heads/next
         cd ..; git commit -qam two",
        origins = origins.display()
    ));
    Some((project, origins))
}

#[test]
fn they_are_checked_out_without_their_origins() {
    let Some((project, origins)) = nested() else { return };
    std::fs::remove_dir_all(origins).expect("they can be removed");
    let state = || project.sh("git config --list --local; git submodule status --recursive");
    let before = state();
    succeeded(&mut project.ab_of_builds(BUILD));
    assert_eq!(project.said(), ["new new", "old old"]);
    assert_eq!(state(), before, "nothing of the repository is changed");
    project.is_left_clean(project.parent());

    // Their repositories are kept where git keeps them, also when the working tree has none.
    project
        .sh("git submodule --quiet deinit --all --force; rm -r middle; git rm -q --cached middle");
    std::fs::remove_file(project.out()).expect("it is there");
    let build = "if test -e middle; then cat middle/text middle/inner/text | paste -sd' '; \
                 else echo none; fi > built";
    succeeded(&mut project.ab_of_builds(build));
    assert_eq!(project.said(), ["none", "old old"]);
}

#[test]
fn one_that_the_working_tree_does_without_is_left_out_and_named_when_the_build_fails() {
    let Some((project, _)) = nested() else { return };
    project.sh("git submodule --quiet deinit --all --force; rm -rf .git/modules");
    succeeded(&mut project.ab_of_builds("ls middle | wc -l > built"));
    assert_eq!(project.said(), ["0", "0"]);
    let words =
        ["the build of commit", "submodules middle are missing", "git submodule update --init"];
    refused(&mut project.ab_of_builds(BUILD), &words);
    project.is_left_clean(project.parent());
}

#[test]
fn one_whose_commit_is_not_here_is_refused_with_what_to_do() {
    let Some((project, origins)) = nested() else { return };
    // As CI clones: only what the newest commit needs.
    let clone = project.parent().join("clone");
    project.sh(&format!(
        "for name in middle inner; do cd {origins}/$name; git switch -q next; git branch -qD main; done
         git -c protocol.file.allow=always clone -q --recurse-submodules --shallow-submodules \
         file://{dir} {clone} 2>/dev/null",
        origins = origins.display(),
        dir = project.dir.display(),
        clone = clone.display()
    ));
    let newest = ["--a-commit", "main", "--build", BUILD, "--", "sh", "-c", &says("cat built")];
    succeeded(project.ab(&newest).current_dir(&clone));
    assert_eq!(project.said(), ["new new", "new new"]);
    std::fs::remove_file(project.out()).expect("it is there");
    let mut command = project.ab_of_builds(BUILD);
    let words =
        ["the submodule middle is not here as the commit needs it", "git -C middle fetch origin"];
    refused(command.current_dir(&clone), &words);

    project.sh(&format!("cd {}; git rm -qf middle; rm -rf .git/modules", clone.display()));
    let words = ["the submodule middle is not here", "git submodule update --init --recursive"];
    refused(project.ab_of_builds(BUILD).current_dir(&clone), &words);
    assert_eq!(project.said(), Vec::<String>::new());
    project.is_left_clean(project.parent());
}
