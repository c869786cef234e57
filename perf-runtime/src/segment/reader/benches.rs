//! The benchmarks of a process: cases, batches, and durations of single iterations.
//!
//! A batch is complete when it is linked, so that a kill costs the one that was under way. Its
//! numbers are whatever the file says; nothing here relies on them.

use std::collections::HashMap;
use std::mem::offset_of;

use super::bytes::{Bytes, damaged, offset_of, text};
use super::header::Facts;
use super::links::{Links, Unclaimed};
use super::sites::{budget, tag};
use crate::buckets;
use crate::newer::Unsigned as _;
use crate::segment::SegmentError;
use crate::segment::layout::{
    BATCH_NUMBERS, BENCH_ARGUMENT, BENCH_BASE, BENCH_IGNORED, BENCH_LEFT_OUT, BENCH_NAMES_THREADS,
    BENCH_QUICK, BENCH_STRESS, BatchRecord, BenchNoteRecord, BenchRecord, LatencyRecord,
    NOTE_ERROR_KIND, NOTE_KEPT, NOTE_MESSAGE, NOTE_YARDSTICK, PHASE_BITS,
};
use crate::snapshot::{Batch, Benchmark, Ending, Histogram, Latencies, LeftOut, Phase};

/// The cases, the place among them for each number, and those that nobody asked for.
type Cases = (Vec<Benchmark>, HashMap<u32, usize>, Vec<LeftOut>);

/// Reads all cases with their batches, in the order in which they began, and those that nobody asked for.
pub(super) fn read(
    bytes: Bytes<'_>,
    facts: &Facts,
) -> Result<(Vec<Benchmark>, Vec<LeftOut>), SegmentError> {
    let (mut cases, case_of, mut left_out) = cases(bytes, facts)?;
    let mut unclaimed = Unclaimed::of(bytes);
    let links = Links {
        previous: offset_of!(BatchRecord, previous),
        record_bytes: size_of::<BatchRecord>(),
        what: "batch of a benchmark",
    };
    for at in links.follow(bytes, &mut unclaimed, facts.batches)?.into_iter().map(offset_of) {
        let bench = bytes.u32(at + offset_of!(BatchRecord, bench))?;
        let case = case_of.get(&bench).and_then(|&case| cases.get_mut(case));
        case.ok_or(damaged(at, "benchmark of a batch"))?.batches.push(batch(bytes, at)?);
    }
    let links = Links {
        previous: offset_of!(LatencyRecord, previous),
        record_bytes: size_of::<LatencyRecord>(),
        what: "durations of a benchmark",
    };
    for at in links.follow(bytes, &mut unclaimed, facts.latencies)?.into_iter().map(offset_of) {
        let bench = bytes.u32(at + offset_of!(LatencyRecord, bench))?;
        let case = case_of.get(&bench).and_then(|&case| cases.get_mut(case));
        let case = case.ok_or(damaged(at, "benchmark of durations"))?;
        case.latencies.merge(&latencies(bytes, at)?);
    }
    let links = Links {
        previous: offset_of!(BenchNoteRecord, previous),
        record_bytes: size_of::<BenchNoteRecord>(),
        what: "note about a benchmark",
    };
    for at in links.follow(bytes, &mut unclaimed, facts.bench_notes)?.into_iter().map(offset_of) {
        let bench = bytes.u32(at + offset_of!(BenchNoteRecord, bench))?;
        let case = case_of.get(&bench).and_then(|&case| cases.get_mut(case));
        let case = case.ok_or(damaged(at, "benchmark of a note"))?;
        take_note(bytes, at, &mut unclaimed, case)?;
    }
    left_out.sort_unstable();
    left_out.dedup();
    Ok((cases, left_out))
}

/// Takes a note over into its case; one of a kind that came later is passed over.
fn take_note(
    bytes: Bytes<'_>,
    at: usize,
    unclaimed: &mut Unclaimed,
    case: &mut Benchmark,
) -> Result<(), SegmentError> {
    let length = bytes.u32(at + offset_of!(BenchNoteRecord, text_bytes))? as usize;
    unclaimed.claim(length, at, "text of a note")?;
    let text = text(bytes.slice(at + size_of::<BenchNoteRecord>(), length)?);
    let number = bytes.u64(at + offset_of!(BenchNoteRecord, number))?;
    let round = bytes.u64(at + offset_of!(BenchNoteRecord, round))?;
    match bytes.u32(at + offset_of!(BenchNoteRecord, kind))? {
        NOTE_MESSAGE => case.message = Some(text),
        NOTE_ERROR_KIND => {
            let failures = case.failures.get_or_insert_default();
            if text.is_empty() {
                failures.other_kinds = failures.other_kinds.saturating_add(number);
            } else {
                failures.add_kind(&text, number);
            }
        }
        NOTE_YARDSTICK => case.yardstick_ns = u32::try_from(number).unwrap_or(u32::MAX),
        NOTE_KEPT => {
            let is_it =
                |it: &&mut Batch| it.phase == Phase::Profile && u64::from(it.round) == round;
            // A kill may have come between the two.
            if let Some(batch) = case.batches.iter_mut().find(is_it) {
                batch.kept_bytes = Some(number.with_sign());
            }
        }
        _ => {}
    }
    Ok(())
}

fn cases(bytes: Bytes<'_>, facts: &Facts) -> Result<Cases, SegmentError> {
    let (mut cases, mut case_of, mut left_out) = (Vec::new(), HashMap::new(), Vec::new());
    let mut unclaimed = Unclaimed::of(bytes);
    let links = Links {
        previous: offset_of!(BenchRecord, previous),
        record_bytes: size_of::<BenchRecord>(),
        what: "benchmark",
    };
    for at in links.follow(bytes, &mut unclaimed, facts.benches)?.into_iter().map(offset_of) {
        let case = case(bytes, at, facts, &mut unclaimed)?;
        let flags = bytes.u32(at + offset_of!(BenchRecord, flags))?;
        if flags & BENCH_LEFT_OUT != 0 {
            let is_ignored = flags & BENCH_IGNORED != 0;
            left_out.push(LeftOut { name: case.case_name(), is_ignored });
            continue;
        }
        case_of.insert(bytes.u32(at + offset_of!(BenchRecord, index))?, cases.len());
        cases.push(case);
    }
    Ok((cases, case_of, left_out))
}

fn case(
    bytes: Bytes<'_>,
    at: usize,
    facts: &Facts,
    unclaimed: &mut Unclaimed,
) -> Result<Benchmark, SegmentError> {
    let mut from = at + size_of::<BenchRecord>();
    let mut next = |part: usize| {
        let place = at + offset_of!(BenchRecord, text_bytes) + 4 * part;
        let length = bytes.u32(place)? as usize;
        unclaimed.claim(length, at, "text of a benchmark")?;
        let slice = bytes.slice(from, length)?;
        from += length;
        Ok::<_, SegmentError>(slice)
    };
    let (name, argument, module) = (next(0)?, next(1)?, next(2)?);
    let (file, group, tags) = (next(3)?, next(4)?, next(5)?);
    let number = |offset: usize| bytes.u64(at + offset);
    let some = |offset: usize| number(offset).map(|value| (value > 0).then_some(value));
    let flags = bytes.u32(at + offset_of!(BenchRecord, flags))?;
    Ok(Benchmark {
        name: text(name),
        argument: (flags & BENCH_ARGUMENT != 0).then(|| text(argument)),
        threads: bytes.u32(at + offset_of!(BenchRecord, threads))?,
        process: (facts.process.started_unix_ns, facts.process.pid),
        module: text(module),
        file: text(file),
        line: bytes.u32(at + offset_of!(BenchRecord, line))?,
        group: text(group),
        is_base: flags & BENCH_BASE != 0,
        is_stress: flags & BENCH_STRESS != 0,
        is_quick: flags & BENCH_QUICK != 0,
        names_threads: flags & BENCH_NAMES_THREADS != 0,
        tags: tags.split_inclusive(|&byte| byte == 0).map(tag).collect(),
        budget: budget(bytes, at + offset_of!(BenchRecord, budget))?,
        rate_millihertz: some(offset_of!(BenchRecord, rate))?,
        bytes: some(offset_of!(BenchRecord, bytes))?,
        items: some(offset_of!(BenchRecord, items))?,
        loop_ps: number(offset_of!(BenchRecord, loop_ps))?,
        clock_ps: number(offset_of!(BenchRecord, clock_ps))?,
        ending: Ending::from_number(bytes.u32(at + offset_of!(BenchRecord, ending))?),
        yardstick_ns: 0,
        batches: Vec::new(),
        latencies: Latencies::default(),
        message: None,
        failures: None,
    })
}

fn batch(bytes: Bytes<'_>, at: usize) -> Result<Batch, SegmentError> {
    let phase = bytes.u32(at + offset_of!(BatchRecord, phase))?;
    let yardstick_ns = phase >> PHASE_BITS;
    let phase = Phase::from_number(phase & !(u32::MAX << PHASE_BITS));
    let phase = phase.ok_or(damaged(at, "phase of a batch"))?;
    let round = bytes.u32(at + offset_of!(BatchRecord, round))?;
    let mut numbers = [0; BATCH_NUMBERS];
    for (place, number) in numbers.iter_mut().enumerate() {
        *number = bytes.u64(at + offset_of!(BatchRecord, numbers) + 8 * place)?;
    }
    Ok(Batch { yardstick_ns, ..batch_of(round, phase, numbers) })
}

/// Makes a batch of its numbers, in their order in the segment.
pub(crate) const fn batch_of(round: u32, phase: Phase, numbers: [u64; BATCH_NUMBERS]) -> Batch {
    let [
        began_ns,
        iterations,
        ns,
        wall_ns,
        user_ns,
        system_ns,
        errors,
        allocs,
        alloc_bytes,
        frees,
        freed_bytes,
        peak_rss_bytes,
        rss_bytes,
        preemptions,
        read_bytes,
        written_bytes,
        reads,
        writes,
        device_read_bytes,
        device_written_bytes,
        network_bytes,
        loopback_bytes,
    ] = numbers;
    Batch {
        round,
        phase,
        began_ns,
        iterations,
        ns,
        wall_ns,
        user_ns,
        system_ns,
        errors,
        allocs,
        alloc_bytes,
        frees,
        freed_bytes,
        kept_bytes: None,
        peak_rss_bytes,
        rss_bytes,
        preemptions,
        read_bytes,
        written_bytes,
        reads,
        writes,
        device_read_bytes,
        device_written_bytes,
        network_bytes,
        loopback_bytes,
        yardstick_ns: 0,
    }
}

fn latencies(bytes: Bytes<'_>, at: usize) -> Result<Latencies, SegmentError> {
    let counts = at + offset_of!(LatencyRecord, counts);
    let count = |bucket: u32| bytes.u64(counts + 8 * bucket as usize).map(|it| (bucket, it));
    let pairs: Result<Vec<_>, _> = (0..buckets::COUNT).map(count).collect();
    Ok(Latencies {
        histogram: Histogram::from_buckets(pairs?),
        max_ns: bytes.u64(at + offset_of!(LatencyRecord, max_ns))?,
        sum_ns: bytes.u64(at + offset_of!(LatencyRecord, sum_ns))?,
    })
}

#[cfg(test)]
mod tests;
