//! The numbers of a function in a run, as digits: what follows from others takes one or none.

use perf_runtime::buckets;

use super::digits::{Reader, Writer};
use crate::model::{Function, TreeNode};
use crate::stats::number::{Cell, float, unzigzag, zigzag};

/// Declares the numbers of a record that are nearly always those of another one: which of them are not, and by how
/// much.
macro_rules! rare {
    ($write:ident $read:ident $record:ty: $($field:ident)*) => {
        fn $write(writer: &mut Writer, record: &$record, other: &$record) {
            let differences =
                [$(zigzag(record.$field.number().wrapping_sub(other.$field.number()))),*];
            let differ = (0..).zip(differences).filter(|(_, it)| *it != 0);
            writer.number(differ.fold(0, |mask, (at, _)| mask | 1 << at));
            differences.into_iter().filter(|it| *it != 0).for_each(|it| writer.number(it));
        }

        fn $read(reader: &mut Reader<'_>, record: &mut $record, other: &$record) -> Option<()> {
            let mut mask = reader.number()?;
            $(
                let difference = if mask & 1 == 1 { unzigzag(reader.number()?) } else { 0 };
                mask >>= 1;
                record.$field = Cell::of(other.$field.number().wrapping_add(difference))?;
            )*
            (mask == 0).then_some(())
        }
    };
}

rare! { write_rare read_rare Function:
    resolution_ns sampled self_estimated classifies_errors errors panics cancelled unfinished untimed_calls
    unmeasured_calls lost_durations sampled_ns counted_ns largest_interval allocs alloc_bytes grown_bytes peak_bytes
    self_allocs self_alloc_bytes self_grown_bytes self_peak_bytes
}

rare! { write_rare_of_node read_rare_of_node TreeNode:
    sampled self_estimated placed_calls errors panics allocs alloc_bytes grown_bytes self_allocs
}

/// Writes the numbers of a function beside those of the same one in another run.
pub(super) fn write(writer: &mut Writer, it: &Function, other: &Function) {
    writer.near(it.calls, other.calls);
    writer.number(it.total_ns);
    write_equal(writer, it.self_ns, it.total_ns);
    writer.float_or_none(it.mean_ns, mean(it), mean(it).unwrap_or_default());
    let near = other.stddev_ns.or(it.mean_ns).unwrap_or_default();
    writer.float_or_none(it.stddev_ns, single(it).map(|_| 0.0), near);
    write_ends(writer, it);
    let mut before = it.min_ns;
    for percentile in [it.p50_ns, it.p90_ns, it.p95_ns, it.p99_ns] {
        write_percentile(writer, percentile, before);
        before = percentile.or(before);
    }
    writer.number(it.overhead_ns);
    write_equal(writer, it.self_overhead_ns, it.overhead_ns);
    writer.number(it.preempted_ns);
    write_equal(writer, it.self_preempted_ns, it.preempted_ns);
    writer.near(it.raw_total_ns, raw_total(it));
    writer.near(it.raw_self_ns, raw_self(it));
    writer.near(it.self_error_ns, it.self_overhead_ns / OF_OVERHEAD);
    writer.number(it.active_ns);
    write_rare(writer, it, other);
}

/// Reads the numbers of a function into `it`.
pub(super) fn read(reader: &mut Reader<'_>, it: &mut Function, other: &Function) -> Option<()> {
    it.calls = reader.near(other.calls)?;
    it.total_ns = reader.number()?;
    it.self_ns = read_equal(reader, it.total_ns)?;
    it.mean_ns = reader.float_or_none(mean(it), mean(it).unwrap_or_default())?;
    let near = other.stddev_ns.or(it.mean_ns).unwrap_or_default();
    it.stddev_ns = reader.float_or_none(single(it).map(|_| 0.0), near)?;
    read_ends(reader, it)?;
    let mut before = it.min_ns;
    for percentile in [&mut it.p50_ns, &mut it.p90_ns, &mut it.p95_ns, &mut it.p99_ns] {
        *percentile = read_percentile(reader, before)?;
        before = percentile.or(before);
    }
    it.overhead_ns = reader.number()?;
    it.self_overhead_ns = read_equal(reader, it.overhead_ns)?;
    it.preempted_ns = reader.number()?;
    it.self_preempted_ns = read_equal(reader, it.preempted_ns)?;
    it.raw_total_ns = reader.near(raw_total(it))?;
    it.raw_self_ns = reader.near(raw_self(it))?;
    it.self_error_ns = reader.near(it.self_overhead_ns / OF_OVERHEAD)?;
    it.active_ns = reader.number()?;
    read_rare(reader, it, other)
}

/// The part of the cost of recording that its error mostly is.
const OF_OVERHEAD: u64 = 10;

/// Writes a number that is often equal to another one.
fn write_equal(writer: &mut Writer, number: u64, other: u64) {
    writer.number(if number == other { 0 } else { number.wrapping_add(1) });
}

fn read_equal(reader: &mut Reader<'_>, other: u64) -> Option<u64> {
    let number = reader.number()?;
    Some(number.checked_sub(1).unwrap_or(other))
}

/// Returns the quotient that `mean_ns` is where nothing was estimated.
fn mean(it: &Function) -> Option<f64> {
    (it.calls > 0).then(|| float(it.total_ns) / float(it.calls))
}

/// Returns the duration of the only call.
fn single(it: &Function) -> Option<u64> {
    (it.calls == 1).then_some(it.total_ns)
}

fn write_ends(writer: &mut Writer, it: &Function) {
    let expected = single(it);
    if it.min_ns == expected && it.max_ns == expected {
        writer.number(0);
        return;
    }
    writer.number(it.min_ns.number().wrapping_add(1));
    let most = it.max_ns.map(|max| zigzag(max.wrapping_sub(it.min_ns.unwrap_or_default())));
    writer.number(most.number());
}

fn read_ends(reader: &mut Reader<'_>, it: &mut Function) -> Option<()> {
    let Some(least) = reader.number()?.checked_sub(1) else {
        (it.min_ns, it.max_ns) = (single(it), single(it));
        return Some(());
    };
    it.min_ns = Cell::of(least)?;
    let most = Option::<u64>::of(reader.number()?)?;
    it.max_ns = most.map(|most| unzigzag(most).wrapping_add(it.min_ns.unwrap_or_default()));
    Some(())
}

/// Writes a percentile: 0 is that before it and 1 none. Else it is mostly the middle of a bucket of the recorder.
fn write_percentile(writer: &mut Writer, percentile: Option<u64>, before: Option<u64>) {
    let Some(ns) = percentile else {
        writer.number(u64::from(before.is_some()));
        return;
    };
    let before_ns = before.unwrap_or_default();
    if before == percentile {
        writer.number(0);
    } else if buckets::middle(buckets::of(ns)) == ns {
        let [bucket, other] = [ns, before_ns].map(|ns| u64::from(buckets::of(ns)));
        writer.number(zigzag(bucket.wrapping_sub(other)).wrapping_mul(2).wrapping_add(2));
    } else {
        writer.number(zigzag(ns.wrapping_sub(before_ns)).wrapping_mul(2).wrapping_add(3));
    }
}

#[expect(clippy::option_option, reason = "a percentile that is missing was read all the same")]
fn read_percentile(reader: &mut Reader<'_>, before: Option<u64>) -> Option<Option<u64>> {
    let before_ns = before.unwrap_or_default();
    let number = match reader.number()? {
        0 => return Some(before),
        1 => return Some(None),
        number => number - 2,
    };
    let difference = unzigzag(number >> 1);
    if number & 1 == 1 {
        return Some(Some(before_ns.wrapping_add(difference)));
    }
    let bucket = u64::from(buckets::of(before_ns)).wrapping_add(difference);
    Some(Some(buckets::middle(u32::try_from(bucket).ok()?)))
}

/// Returns the sum that `raw_total_ns` is in documents of today.
fn raw_total(it: &Function) -> u64 {
    it.total_ns.wrapping_add(it.overhead_ns).wrapping_add(it.preempted_ns)
}

/// Returns the sum that `raw_self_ns` is in documents of today.
fn raw_self(it: &Function) -> u64 {
    it.self_ns.wrapping_add(it.self_overhead_ns).wrapping_add(it.self_preempted_ns)
}

/// Writes the contexts of a function, which are in the order of the tree.
pub(super) fn write_contexts(writer: &mut Writer, contexts: &[&TreeNode], of: &Function) {
    let mut before = 0;
    for node in contexts {
        writer.near(u64::from(node.id), before);
        before = u64::from(node.id);
        let above = node.parent.map(|parent| zigzag(before.wrapping_sub(u64::from(parent))));
        writer.number(above.number());
        write_equal(writer, node.calls, of.calls);
        write_equal(writer, node.total_ns, of.total_ns);
        write_equal(writer, node.self_ns, of.self_ns);
        write_rare_of_node(writer, node, &alike(of));
    }
}

/// Reads the contexts of a function.
pub(super) fn read_contexts(reader: &mut Reader<'_>, of: &Function) -> Option<Vec<TreeNode>> {
    let mut contexts = Vec::new();
    let mut before = 0;
    while !reader.is_at_end() {
        before = reader.near(before)?;
        let above = Option::<u64>::of(reader.number()?)?;
        let parent = above.map(|above| before.wrapping_sub(unzigzag(above)));
        let mut node = TreeNode {
            id: before.try_into().ok()?,
            parent: parent.map(u32::try_from).transpose().ok()?,
            function: of.name.clone(),
            calls: read_equal(reader, of.calls)?,
            total_ns: read_equal(reader, of.total_ns)?,
            self_ns: read_equal(reader, of.self_ns)?,
            ..TreeNode::default()
        };
        read_rare_of_node(reader, &mut node, &alike(of))?;
        contexts.push(node);
    }
    Some(contexts)
}

/// Returns what the only context of a function is like.
fn alike(of: &Function) -> TreeNode {
    TreeNode {
        sampled: of.sampled,
        self_estimated: of.self_estimated,
        errors: of.errors,
        panics: of.panics,
        allocs: of.allocs,
        alloc_bytes: of.alloc_bytes,
        grown_bytes: of.grown_bytes,
        self_allocs: of.self_allocs,
        ..TreeNode::default()
    }
}
