//! The agent over long times: what it holds does not grow with what has come and gone.

use std::collections::BTreeSet;

use super::account::Account;
use super::account::tests::{key, seen};
use super::state;

/// An hour of readings every 15 s, in each of which twelve processes begin and others end: the account, and the
/// state with it, stay as large as after some minutes.
#[test]
fn an_hour_of_processes_that_come_and_go_leaves_no_trace_but_sums() {
    let folder = tempfile::tempdir().unwrap();
    let path = state::place(folder.path());
    let mut account = Account::default();
    let mut sizes = Vec::new();
    for reading in 0..240_u32 {
        let mut present = BTreeSet::new();
        for place in 0..12 {
            // One that began now, one that ends now, and, of every third, one whose segment is gone at once.
            let number = reading * 12 + place;
            account.see(key(number), &mut seen("shop", 5), false);
            present.insert(key(number));
            if let Some(former) = number.checked_sub(12).filter(|it| it % 3 > 0) {
                account.see(key(former), &mut seen("shop", 10), true);
                present.insert(key(former));
            }
        }
        account.pass(&present);
        if reading % 40 == 39 {
            state::save(&path, &account).unwrap();
            let keys = account.recordings.len() as u64;
            sizes.push((std::fs::metadata(&path).unwrap().len(), keys));
        }
    }
    // What is left of a process that is gone is its key, for some thousands of them.
    let per_key = |size: &(u64, u64)| size.0 / size.1;
    assert!(per_key(&sizes[5]) <= per_key(&sizes[1]) && per_key(&sizes[5]) < 80, "{sizes:?}");
    assert!(account.programs["shop"].ended > 2_700, "{}", account.programs["shop"].ended);
}
