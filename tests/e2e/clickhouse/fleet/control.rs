//! Proof that the simulation can fail: what must not happen is brought about, and caught.

use super::{Fleet, Size, server};
use crate::clickhouse::fleet::proxy::Manner;

const SIZE: Size = Size { machines: 4, runs: 2 };

#[test]
#[expect(clippy::print_stdout, reason = "figures for whoever asks with --nocapture")]
fn a_row_of_a_run_that_is_written_first_is_seen_torn() {
    for server in server::all() {
        let fleet = Fleet::new(server, SIZE, 9, Manner::Reorders);
        let (_, looks) = fleet.work(9);
        println!("{} engine: {} torn views in {} looks", server.name, looks.torn, looks.all);
        assert!(looks.torn > 0, "{} looks on {} saw nothing", looks.all, server.name);
    }
}

#[test]
fn rows_that_are_lost_are_missed() {
    for server in server::all().into_iter().take(1) {
        let fleet = Fleet::new(server, SIZE, 9, Manner::Lies);
        let (_, looks) = fleet.work(9);
        let faults = fleet.faults();
        assert!(looks.torn > 0 && faults.len() >= 3, "{faults:?}");
        assert!(faults.iter().any(|fault| fault.contains("(0, ")), "{faults:?}");
        assert!(faults.iter().any(|fault| fault.contains("calls, not")), "{faults:?}");
    }
}
