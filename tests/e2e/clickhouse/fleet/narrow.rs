//! A run that something before the server finds too large stays where it is, and holds up no other.

use serde_json::Value;

use super::super::on;
use super::proxy::Manner;
use super::{Fleet, Size, server, writers};

#[test]
fn a_run_that_is_too_large_holds_up_no_other() {
    for server in server::all().into_iter().take(1) {
        let fleet = Fleet::new(server, Size { machines: 1, runs: 4 }, 3, Manner::IsNarrow);
        let (machine, store) = (&fleet.machines[0], fleet.projects[0].0.url(fleet.proxy.port));
        let ask = |words: &[&str]| {
            let mut command = fleet.lab.report_command(words);
            command.env("PERF_TRACK_STORE", &store).current_dir(machine);
            super::super::finish(&mut command)
        };
        let pushed = ask(&["push", "--format", "json"]);
        assert_eq!(pushed.code, Some(1), "{}", pushed.stderr);
        let document: Value = serde_json::from_str(&pushed.stdout).expect("it is JSON");
        let outcomes: Vec<&str> = document["runs"]
            .as_array()
            .expect("it lists runs")
            .iter()
            .filter_map(|run| run["outcome"].as_str())
            .collect();
        assert_eq!(outcomes, ["failed", "sent", "sent", "sent"]);
        let problem = document["runs"][0]["problem"].as_str().unwrap_or_default();
        assert!(problem.contains("does not take this run") && problem.contains("413"), "{problem}");
        // Neither is the next job's own run held up.
        let job = ask(&["run", "--", "sh", "-c", "exit 3"]);
        assert_eq!(job.code, Some(3), "{}", job.stderr);
        assert!(job.complaint().contains("does not take this run"), "{}", job.stderr);
        assert!(writers::waits(machine));
        let listed =
            on(&fleet.lab, &fleet.projects[0].0.url(server.port), &["list", "--format", "json"]);
        assert_eq!(listed.stdout.matches("\"id\"").count(), 4, "{}", listed.stdout);
    }
}
