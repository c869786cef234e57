//! Recordings that were discarded before anybody collected them, by reason and in words.

use perf_runtime::segment::discarded::Discarded;
use perf_runtime::segment::retention::Reason;

use crate::model;
use crate::text::units;

/// Sums up what was discarded, for each reason, whatever the program.
pub(super) fn by_reason<'a>(
    all: &(impl Iterator<Item = &'a Discarded> + Clone),
) -> Vec<model::Discarded> {
    let of = |reason: Reason| {
        let zero = model::Discarded { reason: reason.name().to_owned(), recordings: 0, calls: 0 };
        let of_it = all.clone().filter(|one| one.reason == reason);
        of_it.fold(zero, |sum, one| model::Discarded {
            recordings: sum.recordings.saturating_add(one.recordings),
            calls: sum.calls.saturating_add(one.calls),
            ..sum
        })
    };
    let sums = [Reason::Count, Reason::Size, Reason::Space].map(of);
    sums.into_iter().filter(|sum| sum.recordings > 0).collect()
}

/// Writes a sentence for each reason.
pub(super) fn in_words(discarded: &[model::Discarded]) -> Vec<String> {
    let sentence = |one: &model::Discarded| {
        let why = match Reason::named(&one.reason) {
            Some(Reason::Count) => {
                "there were more than PERF_TRACK_RETENTION_COUNT allows: collect earlier, or raise it"
            }
            Some(Reason::Size) => {
                "they held more than PERF_TRACK_RETENTION allows: collect earlier, or raise it"
            }
            Some(Reason::Space) | None => {
                "there was no space for new ones: collect earlier, or free some"
            }
        };
        let were = if one.recordings == 1 { "was" } else { "were" };
        format!(
            "{} of ended processes, of {}, {were} discarded uncollected; {why}",
            units::plural(one.recordings, "recording"),
            units::plural(one.calls, "call")
        )
    };
    discarded.iter().map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_add_up_and_each_reason_is_a_sentence() {
        let of = |program: &str, reason, recordings, calls| Discarded {
            program: program.to_owned(),
            reason,
            recordings,
            calls,
        };
        let all = [
            of("/a", Reason::Space, 1, 2_000),
            of("/a", Reason::Count, 3, 30),
            of("/b", Reason::Count, 4, 40),
        ];
        let sums = by_reason(&all.iter());
        assert_eq!(
            in_words(&sums),
            [
                "7 recordings of ended processes, of 70 calls, were discarded uncollected; there were \
                 more than PERF_TRACK_RETENTION_COUNT allows: collect earlier, or raise it",
                "1 recording of ended processes, of 2,000 calls, was discarded uncollected; there was no \
                 space for new ones: collect earlier, or free some",
            ]
        );
        assert!(by_reason(&[].iter()).is_empty());
    }
}
