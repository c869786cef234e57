//! The statements for a cluster make tables that answer as those of one server do.

use perf_tests::{lab, program};

use super::fleet::sql;
use super::{on, same, server};

#[test]
fn the_tables_of_a_cluster_answer_as_a_file_does() {
    let Some([one, two]) = server::pair() else { return };
    let (lab, shards) = (lab!(), [&two, &one]);
    let url = one.url("default", "shop");
    let printed = on(&lab, &url, &["store", "init", "--print", "--cluster", "pair"]);
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    let statements: Vec<&str> = printed.stdout.split(";\n").map(str::trim).collect();
    for statement in &statements {
        // Nothing here keeps what replicas agree on, or hands statements around.
        let plain = statement.replace(" ON CLUSTER 'pair'", "");
        let plain = match plain.split_once("ENGINE = ReplicatedReplacingMergeTree('") {
            Some((before, rest)) => {
                let (_, after) = rest.split_once("'{replica}'").expect("it names its replica");
                let after = after.trim_start_matches(", ");
                format!("{before}ENGINE = ReplacingMergeTree({after}")
            }
            None => plain,
        };
        let is_mark = plain.starts_with("INSERT");
        for server in &shards[usize::from(is_mark)..] {
            if !plain.is_empty() {
                // As the product asks such a server.
                let old = "&allow_experimental_low_cardinality_type=1";
                sql::ask_with(server.port, old, &plain);
            }
        }
    }
    let recursion = program!("recursion");
    for (label, branch) in [("one", "main"), ("two", "side"), ("it's", "main"), ("four", "main")] {
        let run = ["run", "--label", label, "--branch", branch, "--", recursion, "direct", "10"];
        assert_eq!(lab.report(run).code, Some(0));
    }
    let sent = lab.report(["push", "--all", "--to", &url]);
    assert_eq!(sent.code, Some(0), "{}", sent.stderr);
    let urls = [url.clone(), two.url("default", "shop")];
    for words in
        ["list", "show latest~2 --tree", "history", "check --baseline main~2", "list --label it's"]
    {
        let words: Vec<&str> = words.split(' ').chain(["--format", "json"]).collect();
        same(&lab, &urls, &words);
    }
    let count = |table: &str, port| -> u64 {
        let rows = sql::rows(port, &format!("SELECT count() FROM perf_tests.{table}"));
        rows[0][0].parse().expect("it is a number")
    };
    // Both shards hold some of it.
    assert!([&one, &two].iter().all(|server| count("runs_local", server.port) > 0));
    for url in &urls {
        let summed = on(&lab, url, &["store", "roll-up", "--since", "2d"]);
        assert_eq!(summed.code, Some(0), "{}", summed.stderr);
    }
    assert!(count("daily", one.port) > 0);
    let removed = on(&lab, &url, &["remove", "label:one", "--yes"]);
    assert_eq!(removed.code, Some(0), "{}", removed.stderr);
    let gone = on(&lab, &urls[1], &["show", "label:one"]);
    assert_eq!(gone.code, Some(2), "{}: {}", gone.stderr, removed.stderr);
}
