//! A run of a program with async functions.

use super::{MS, Node, US, named, of};
use crate::model::{Function, Futures, RunDocument};
use crate::stats::number::float;

/// The contexts of a shop that takes orders. One of its futures blocks its thread, and one never
/// ends.
const NODES: [Node<'static>; 7] = [
    (None, "shop::main", 1, 2_150 * US),
    (Some(0), "shop::config::load", 1, 830 * US),
    (None, "shop::net::accept", 0, 4_120 * US),
    (None, "shop::orders::place", 412, 31 * MS),
    (Some(3), "shop::db::query", 1_236, 22 * MS),
    (Some(3), "shop::invoice::render", 206, 870 * MS),
    (Some(3), "shop::json::encode", 412, 12 * MS),
];

/// Returns a run of a server. Some calls wait for long and are polled in little time, one holds its
/// thread up, some were given up, and some had not ended when it was stopped.
pub(crate) fn serving() -> RunDocument {
    let mut run = of(&NODES);
    run.run.command = ["target/release/shop", "--port", "8080"].map(String::from).to_vec();
    let accept = named(&mut run, "shop::net::accept");
    accept.unfinished = 1;
    accept.futures = Some(Futures { in_flight: 1, ..futures(accept, 413, 95 * US, 0) });
    let place = named(&mut run, "shop::orders::place");
    (place.classifies_errors, place.errors, place.cancelled, place.unfinished) = (true, 5, 9, 3);
    place.futures =
        Some(Futures { in_flight: 3, ..futures(place, 2_118, 7_950 * US, 46_200 * US) });
    let query = named(&mut run, "shop::db::query");
    (query.cancelled, query.unfinished) = (4, 2);
    query.futures = Some(Futures { in_flight: 2, ..futures(query, 2_604, 310 * US, 12_400 * US) });
    let render = named(&mut run, "shop::invoice::render");
    render.futures = Some(futures(render, 206, 24_071 * US, 4_231 * US));
    run
}

/// Returns [`serving`] with polls that were not timed: for one function some of them, for another
/// all.
pub(crate) fn serving_sampled() -> RunDocument {
    let mut run = serving();
    run.recording.mode = "counted".to_owned();
    let query = named(&mut run, "shop::db::query");
    (query.sampled, query.self_estimated) = (true, true);
    (query.active_ns, query.counted_ns) = (15_000 * MS, 2_100 * MS);
    (query.sampled_ns, query.largest_interval) = (9_000 * MS, 16);
    query.futures.iter_mut().for_each(|futures| futures.unmeasured_polls = 310);
    let accept = named(&mut run, "shop::net::accept");
    (accept.sampled, accept.self_estimated, accept.total_ns, accept.self_ns) = (true, true, 0, 0);
    (accept.active_ns, accept.counted_ns) = (15_000 * MS, 15_000 * MS);
    let of_accept = Futures { polls: 413, unmeasured_polls: 413, ..Futures::default() };
    accept.futures = Some(Futures { in_flight: 1, ..of_accept });
    run
}

/// Returns the measures of the futures of `function`; lifetimes lie around their mean, if it is not
/// 0.
fn futures(function: &Function, polls: u64, max_poll_ns: u64, mean_ns: u64) -> Futures {
    let at = |per_mille: u64| (mean_ns > 0).then_some(mean_ns * per_mille / 1000);
    Futures {
        polls,
        unmeasured_polls: 0,
        max_poll_ns: Some(max_poll_ns),
        in_flight: 0,
        lifetime_mean_ns: at(1000).map(float),
        lifetime_p50_ns: at(910),
        lifetime_p95_ns: at(2_300),
        lifetime_p99_ns: at(4_400),
        lifetime_max_ns: at(5_690),
        lifetime_histogram: at(910).map(|ns| vec![(ns, function.calls)]).unwrap_or_default(),
    }
}
