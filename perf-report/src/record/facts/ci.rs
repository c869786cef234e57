//! The part of a job that CI servers gave to this machine: its number, how many there are, and the name of the job.
//!
//! Each server has variables of its own. Those of a matrix, whose jobs differ in more than their share of one work,
//! are told from those of parts where the server tells them apart.

/// A part as a CI server tells it: the group, the number from 1, and how many there are.
pub(crate) type Told = (String, u32, u32);

/// A reading of a variable of the environment.
type Variable<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Returns the part of a job that this machine has; `None` where it has all of it, or the server does not say.
pub(crate) fn part(variable: impl Fn(&str) -> Option<String>) -> Option<Told> {
    let variable: Variable<'_> = &variable;
    let number = |name: &str| variable(name)?.parse::<u32>().ok();
    let told = [
        ("CI_NODE_INDEX", "CI_NODE_TOTAL", 0),
        ("CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 1),
        ("BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 1),
        ("SYSTEM_JOBPOSITIONINPHASE", "SYSTEM_TOTALJOBSINPHASE", 0),
    ];
    let (index, of) = told.iter().find_map(|(index, of, from_zero)| {
        Some((number(index)?.checked_add(*from_zero)?, number(of)?))
    })?;
    let is_part = of > 1 && (1..=of).contains(&index) && !is_matrix(variable, (index, of));
    Some((group(variable)?, index, of)).filter(|_| is_part)
}

/// Returns whether the jobs are those of a matrix: of other systems or versions, and no shares of one work.
fn is_matrix(variable: Variable<'_>, (index, of): (u32, u32)) -> bool {
    let name = variable("CI_JOB_NAME").filter(|_| variable("CI_NODE_INDEX").is_some());
    let is_of_gitlab = name.is_some_and(|name| !name.ends_with(&format!(" {index}/{of}")));
    let kind = variable("SYSTEM_PARALLELEXECUTIONTYPE");
    is_of_gitlab || kind.is_some_and(|kind| kind.eq_ignore_ascii_case("MultiConfiguration"))
}

/// Returns the group of all parts of the job that runs here, whoever says which part it is. The number of the attempt
/// is not in it, so that a part that is run again replaces what it was before. `None` where there is no such job.
pub(crate) fn group(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    const SERVERS: [(&str, &str, &[&str]); 5] = [
        ("gitlab", "CI_PIPELINE_ID", &["CI_JOB_NAME"]),
        ("circleci", "CIRCLE_WORKFLOW_ID", &["CIRCLE_JOB"]),
        ("buildkite", "BUILDKITE_BUILD_ID", &["BUILDKITE_STEP_ID"]),
        ("azure", "BUILD_BUILDID", &["SYSTEM_PHASENAME"]),
        // A matrix often has several systems, and each of them all parts.
        ("github", "GITHUB_RUN_ID", &["GITHUB_JOB", "RUNNER_OS", "RUNNER_ARCH"]),
    ];
    let known = |name: &str| variable(name).filter(|value| !value.is_empty());
    let found =
        SERVERS.iter().find_map(|(server, run, names)| Some((*server, known(run)?, names)))?;
    let (server, run, names) = found;
    let names = names.iter().filter_map(|name| known(name));
    let names = names.map(|name| without_number(&name).to_owned());
    let all: Vec<String> = [server.to_owned(), run].into_iter().chain(names).collect();
    Some(all.join(" "))
}

/// Returns the name of a job without the number of its part: GitLab has `test 3/8`.
fn without_number(name: &str) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    match name.rsplit_once(' ') {
        Some((rest, last))
            if last.split_once('/').is_some_and(|(a, b)| is_number(a) && is_number(b)) =>
        {
            rest
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(set: &[(&str, &str)]) -> Option<Told> {
        part(|name| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn each_server_says_which_part_this_is() {
        let is = |group: &str, index, of| Some((group.to_owned(), index, of));
        let gitlab = [
            ("CI_PIPELINE_ID", "9"),
            ("CI_JOB_NAME", "test 3/8"),
            ("CI_NODE_INDEX", "3"),
            ("CI_NODE_TOTAL", "8"),
        ];
        assert_eq!(told(&gitlab), is("gitlab 9 test", 3, 8));
        let circle = [
            ("CIRCLE_WORKFLOW_ID", "w"),
            ("CIRCLE_JOB", "test"),
            ("CIRCLE_NODE_INDEX", "0"),
            ("CIRCLE_NODE_TOTAL", "4"),
        ];
        assert_eq!(told(&circle), is("circleci w test", 1, 4));
        let buildkite = [
            ("BUILDKITE_BUILD_ID", "b"),
            ("BUILDKITE_PARALLEL_JOB", "3"),
            ("BUILDKITE_PARALLEL_JOB_COUNT", "4"),
        ];
        assert_eq!(told(&buildkite), is("buildkite b", 4, 4));
        let azure = [
            ("BUILD_BUILDID", "7"),
            ("SYSTEM_JOBPOSITIONINPHASE", "2"),
            ("SYSTEM_TOTALJOBSINPHASE", "2"),
            ("SYSTEM_PARALLELEXECUTIONTYPE", "MultiMachine"),
        ];
        assert_eq!(told(&azure), is("azure 7", 2, 2));
    }

    #[test]
    fn what_is_no_part_of_one_work_is_none() {
        let gitlab = |name, index, of| {
            told(&[
                ("CI_PIPELINE_ID", "9"),
                ("CI_JOB_NAME", name),
                ("CI_NODE_INDEX", index),
                ("CI_NODE_TOTAL", of),
            ])
        };
        assert_eq!(gitlab("test: [linux, stable]", "1", "2"), None, "a matrix");
        assert_eq!(gitlab("test 1/1", "1", "1"), None);
        assert_eq!(gitlab("test 9/8", "9", "8"), None);
        assert_eq!(gitlab("test x/8", "x", "8"), None);
        assert_eq!(
            told(&[("CIRCLE_NODE_INDEX", "0"), ("CIRCLE_NODE_TOTAL", "4")]),
            None,
            "of no workflow"
        );
        let azure = [
            ("BUILD_BUILDID", "7"),
            ("SYSTEM_JOBPOSITIONINPHASE", "2"),
            ("SYSTEM_TOTALJOBSINPHASE", "2"),
            ("SYSTEM_PARALLELEXECUTIONTYPE", "MultiConfiguration"),
        ];
        assert_eq!(told(&azure), None, "a matrix");
        assert_eq!(
            told(&[("GITHUB_RUN_ID", "1"), ("GITHUB_JOB", "test")]),
            None,
            "it has no variable for it"
        );
    }

    #[test]
    fn the_attempt_is_not_in_the_group() {
        let of = |attempt: &str| {
            group(|name| match name {
                "GITHUB_RUN_ID" => Some("1".to_owned()),
                "GITHUB_JOB" => Some("test".to_owned()),
                "RUNNER_OS" => Some("Linux".to_owned()),
                "GITHUB_RUN_ATTEMPT" => Some(attempt.to_owned()),
                _ => None,
            })
        };
        assert_eq!(of("1").as_deref(), Some("github 1 test Linux"));
        assert_eq!(of("1"), of("2"));
        assert_eq!(group(|_| None), None);
    }
}
