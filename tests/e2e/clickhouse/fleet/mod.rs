//! A fleet in small: machines push runs through a proxy that spoils three requests of ten, are killed and begin
//! again, while a reader looks on. In the end all runs are there, once, and nobody has ever seen half of one.
//!
//! The gate runs one seed an engine; `FLEET_SEEDS=4` runs more, with more machines, and prints what happened.

mod control;
mod ledger;
mod narrow;
mod proxy;
mod spool;
pub(super) mod sql;
mod upkeep;
mod watch;
mod writers;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use perf_tests::{Lab, lab};

use super::{on, server};
use ledger::Project;
use proxy::{Manner, Proxy};
use spool::Sums;

/// The variable that says how many seeds are tried on each engine.
const SEEDS: &str = "FLEET_SEEDS";

/// Machines, and the runs that each of them stores.
#[derive(Debug, Clone, Copy)]
struct Size {
    machines: usize,
    runs: usize,
}

const SMALL: Size = Size { machines: 4, runs: 4 };
const WHOLE: Size = Size { machines: 8, runs: 10 };

/// Returns a number that is drawn for a place in a sequence (splitmix64): the same one each time.
fn chance(seed: u64, place: u64) -> u64 {
    let mut drawn = seed.wrapping_add(place.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    drawn = (drawn ^ (drawn >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    drawn ^ (drawn >> 31)
}

/// A fleet whose runs wait in the outboxes of its machines.
struct Fleet {
    lab: Lab,
    proxy: Proxy,
    /// The stores of two projects, which hold runs of the same ids, and what each has to hold.
    projects: Vec<(Project, Sums)>,
    machines: Vec<std::path::PathBuf>,
}

impl Fleet {
    fn new(server: &server::Server, size: Size, seed: u64, manner: Manner) -> Self {
        let lab = lab!();
        let proxy = Proxy::start(server.port, seed, manner);
        let database = format!("fleet_{}_{seed}_{manner:?}", server.name).to_lowercase();
        let project = |name: &str| Project {
            port: server.port,
            database: database.clone(),
            name: name.to_owned(),
        };
        let mut projects =
            vec![(project("shop"), Sums::default()), (project("shop-2"), Sums::default())];
        let made = on(&lab, &projects[0].0.url(server.port), &["store", "init"]);
        assert_eq!(made.code, Some(0), "{}", made.stderr);
        if manner == Manner::Remembers && server.name == "new" {
            for table in ["runs", "documents", "functions", "metrics"] {
                let remember = "MODIFY SETTING non_replicated_deduplication_window = 1000";
                sql::ask(server.port, &format!("ALTER TABLE {database}.{table} {remember}"));
            }
        }
        let template = spool::template(&lab);
        let machines = (0..size.machines).map(|machine| {
            let (project, sums) = &mut projects[machine % 2];
            let (folder, store) = (lab.new_folder(&format!("m{machine}")), project.url(proxy.port));
            std::fs::write(folder.join("store"), &store).expect("a file can be written");
            for run in 0..size.runs {
                spool::put(&folder, (&template, &store), (seed, machine, run), sums);
            }
            folder
        });
        let machines = machines.collect();
        Self { lab, proxy, projects, machines }
    }

    /// Lets the fleet work under the eyes of a reader.
    fn work(&self, seed: u64) -> (writers::Doings, watch::Looks) {
        /// The end of the looking on, also where a machine has failed.
        struct Over<'a>(&'a AtomicBool);
        impl Drop for Over<'_> {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
            }
        }
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            let over = Over(&is_over);
            let reader = scope.spawn(|| watch::look_on(&self.lab, &self.projects, &is_over));
            let doings = writers::work(&self.lab, &self.machines, seed);
            // What a proxy still holds, or sends twice.
            thread::sleep(std::time::Duration::from_millis(700));
            drop(over);
            (doings, reader.join().expect("a reader sees everything"))
        })
    }

    fn faults(&self) -> Vec<String> {
        let faults = |(project, spooled): &(Project, Sums)| {
            ledger::faults(spooled, &project.sums())
                .into_iter()
                .chain(watch::read(&self.lab, project, spooled, 0))
        };
        self.projects.iter().flat_map(faults).collect()
    }
}

#[expect(clippy::print_stdout, reason = "figures for whoever asks with --nocapture")]
fn simulate(server: &server::Server, size: Size, seed: u64, manner: Manner) {
    let begun = Instant::now();
    let fleet = Fleet::new(server, size, seed, manner);
    let (doings, looks) = fleet.work(seed);
    let faults = fleet.faults();
    let twice: usize = fleet.projects.iter().map(|(project, _)| project.twice()).sum();
    println!(
        "{} engine, seed {seed}, {manner:?}: {} requests, {} spoiled; {} pushes, {} kills; {} looks, {} by the \
         product; {} torn, {twice} rows merged away, {} faults; {:.0} s",
        server.name,
        fleet.proxy.requests(),
        fleet.proxy.spoiled(),
        doings.pushes.into_inner(),
        doings.kills.into_inner(),
        looks.all,
        looks.reads,
        looks.torn,
        faults.len(),
        begun.elapsed().as_secs_f64(),
    );
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!((looks.torn, looks.wrong), (0, Vec::new()));
    for (project, spooled) in &fleet.projects {
        let url = project.url(project.port);
        thread::scope(|scope| {
            // Two nightly jobs at once.
            for _ in 0..2 {
                scope.spawn(|| {
                    let summed = on(&fleet.lab, &url, &["store", "roll-up", "--since", "300d"]);
                    assert_eq!(summed.code, Some(0), "{}", summed.stderr);
                });
            }
        });
        assert_eq!(project.rolled_up(), spooled.calls);
    }
}

fn seeds() -> Option<u64> {
    std::env::var(SEEDS).ok()?.parse().ok()
}

fn on_engine(server: Option<&server::Server>) {
    let Some(server) = server else { return };
    let (seeds, size) = seeds().map_or((1, SMALL), |seeds| (seeds, WHOLE));
    for seed in 1..=seeds {
        // Nothing depends on whether servers remember parts that they have had, as replicated ones do.
        let manner = if seed % 2 == 0 { Manner::Remembers } else { Manner::Spoils };
        simulate(server, size, seed, manner);
    }
}

#[test]
fn a_fleet_loses_nothing_and_doubles_nothing_on_an_old_server() {
    on_engine(server::old());
}

#[test]
fn a_fleet_loses_nothing_and_doubles_nothing_on_the_current_engine() {
    on_engine(server::new());
}
