//! The fuzzer's corpus: segments of real programs, cut to the bytes in use, and what comes of them
//! when they are damaged in every way that can be thought of in a second.
//!
//! `NEW_CORPUS=1 cargo test -p perf-tests --test corpus` records them anew, as is due whenever the
//! format changes. Those whose names begin with a version stay as they are: they hold the reader of
//! that version.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "../perf-runtime/fuzz/laws.rs"]
mod laws;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use perf_runtime::segment;
use perf_tests::{Finished, Lab, apart, lab, program};
use proptest::prelude::*;

/// What the committed segments may have together; the fuzzer is the faster the smaller they are.
const MOST_BYTES: usize = 300_000;

/// A program that ends by itself, and its arguments.
const PROGRAMS: &[(&str, &str, &[&str])] = &[
    ("recursion", program!("recursion"), &["mutual", "40"]),
    ("outcomes", program!("workload"), &["2", "40", "return"]),
    ("futures", program!("futures"), &["6", "2", "move", "drop"]),
    ("threads", program!("churn"), &["12", "4", "3"]),
    ("durations", program!("sleeper"), &["varied", "40"]),
    ("names", program!("hostile_names"), &[]),
    ("metrics", program!("told"), &[]),
    ("allocations", program!("allocating"), &["2", "5", "return"]),
    ("tallied", program!("busy"), &["1", "80", "0"]),
];

/// Segments by name.
type Corpus = Vec<(String, Vec<u8>)>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../perf-runtime/fuzz/corpus/segment")
}

/// The committed segments, recorded anew first when that is asked for.
fn corpus() -> &'static Corpus {
    static CORPUS: OnceLock<Corpus> = OnceLock::new();
    CORPUS.get_or_init(|| {
        if std::env::var_os("NEW_CORPUS").is_some() {
            record_all();
        }
        let files = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
        let named = |file: PathBuf| {
            (file.file_stem().unwrap().to_string_lossy().into_owned(), fs::read(&file).unwrap())
        };
        let mut corpus: Corpus = files.map(named).collect();
        corpus.sort_unstable();
        corpus
    })
}

fn record_all() {
    let lab = lab!();
    fs::create_dir_all(folder()).unwrap();
    for (name, program, arguments) in PROGRAMS {
        let session = lab.new_folder(name);
        let finished = lab.record(&session, program, *arguments);
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        keep(name, &session);
    }
    keep("killed", &record_killed(&lab));
    keep("benchmarks", &record_benchmarks(&lab));
}

/// The process of a benchmark: cases, batches, what they keep, kinds of errors, a message.
fn record_benchmarks(lab: &Lab) -> PathBuf {
    let mut cargo = apart("cargo");
    cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("benching"));
    cargo.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("benching"));
    cargo.env("PERF_TRACK", "off").env("CARGO_NET_OFFLINE", "true");
    let built = cargo.args(["build", "--bench", "memory", "--message-format", "json"]).output();
    let built = Finished::from(built.unwrap());
    let mut messages = built.stdout.lines().filter_map(|it| serde_json::from_str(it).ok());
    let program = |it: serde_json::Value| it["executable"].as_str().map(str::to_owned);
    let program = messages.find_map(program).expect(&built.stderr);
    let session = lab.new_folder("benchmarks");
    let cases = ["--bench", "--quick", "--one-process", "kinds_by_name", "ends_in_a_panic"];
    // It ends with 3, since one of them panics on purpose.
    assert_eq!(lab.record(&session, &program, cases).code, Some(3));
    session
}

/// A process that was torn out of its calls.
fn record_killed(lab: &Lab) -> PathBuf {
    let (session, told) = (lab.new_folder("killed"), lab.new_folder("told"));
    let mut command = lab.command(program!("kill_me"));
    let mut child = command.env("PERF_TRACK_DIR", &session).arg("2").arg(&told).spawn().unwrap();
    while !has_calls(&session) {
        sleep(Duration::from_millis(1));
    }
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGKILL).unwrap();
    child.wait().unwrap();
    session
}

fn has_calls(session: &Path) -> bool {
    let file = fs::read_dir(session).unwrap().next();
    let snapshot = file.and_then(|file| segment::read(&file.unwrap().path()).ok());
    snapshot.is_some_and(|snapshot| !snapshot.contexts.is_empty())
}

/// Cuts the one segment of a session to the bytes in use, takes out where its program was built, and
/// keeps it.
fn keep(name: &str, session: &Path) {
    let file = fs::read_dir(session).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&file).unwrap();
    let process = segment::parse(&bytes).unwrap().processes.remove(0);
    bytes.truncate(process.segment_bytes.try_into().unwrap());
    let program = process.program.as_bytes();
    let at = bytes.windows(program.len()).position(|window| window == program).unwrap();
    bytes[at..at + program.len()].fill(b'p');
    fs::write(folder().join(name).with_extension(segment::EXTENSION), bytes).unwrap();
}

#[test]
fn the_corpus_is_of_this_format_and_small() {
    let corpus = corpus();
    assert!(corpus.len() > PROGRAMS.len(), "every program left a segment");
    for (name, bytes) in corpus {
        let snapshot = segment::parse(bytes);
        let snapshot = snapshot.unwrap_or_else(|error| panic!("{name} {error}; see `NEW_CORPUS`"));
        assert!(!snapshot.contexts.is_empty(), "{name} holds calls");
        laws::check(bytes);
    }
    let bytes: usize = corpus.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(bytes <= MOST_BYTES, "{bytes} bytes, of {MOST_BYTES} at most");
}

/// What may befall a segment. Places and lengths are taken modulo what there is.
#[derive(Debug, Clone)]
enum Damage {
    Flip {
        at: usize,
        bit: u8,
    },
    Number {
        at: usize,
        value: u32,
    },
    Wide {
        at: usize,
        value: u64,
    },
    Cut {
        at: usize,
    },
    /// Bytes of another place, or of another segment.
    Splice {
        from: (usize, usize),
        at: usize,
        length: usize,
    },
}

/// Numbers that are likely to be mistaken for a length, a link or a count.
fn odd_number() -> impl Strategy<Value = u64> {
    let edges = [0, 1, 63, 64, 65, 127, u64::from(u32::MAX), u64::MAX, 1 << 63, u64::MAX - 1];
    prop_oneof![proptest::sample::select(edges.to_vec()), 0_u64..2048, any::<u64>()]
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = any::<usize>;
    #[expect(clippy::cast_possible_truncation, reason = "the low half is as odd")]
    let number = (place(), odd_number()).prop_map(|(at, value)| (at, value as u32));
    prop_oneof![
        2 => (place(), 0_u8..8).prop_map(|(at, bit)| Damage::Flip { at, bit }),
        4 => number.prop_map(|(at, value)| Damage::Number { at, value }),
        4 => (place(), odd_number()).prop_map(|(at, value)| Damage::Wide { at, value }),
        1 => place().prop_map(|at| Damage::Cut { at }),
        2 => ((any::<usize>(), place()), place(), 1_usize..1024)
            .prop_map(|(from, at, length)| Damage::Splice { from, at, length }),
    ]
}

impl Damage {
    fn befall(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let all = bytes.len();
        match *self {
            Self::Flip { at, bit } => bytes[at % all] ^= 1 << bit,
            Self::Number { at, value } => put(bytes, at % all / 4 * 4, &value.to_ne_bytes()),
            Self::Wide { at, value } => put(bytes, at % all / 8 * 8, &value.to_ne_bytes()),
            Self::Cut { at } => bytes.truncate(at % all),
            Self::Splice { from: (which, from), at, length } => {
                let other = &corpus()[which % corpus().len()].1;
                let from = from % other.len() / 64 * 64;
                let spliced = &other[from..other.len().min(from + length)];
                put(bytes, at % all / 64 * 64, spliced);
            }
        }
    }
}

/// Overwrites as much as there is.
fn put(bytes: &mut [u8], at: usize, with: &[u8]) {
    for (place, byte) in bytes[at..].iter_mut().zip(with) {
        *place = *byte;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn damage_of_any_kind_breaks_no_law(
        which in any::<usize>(),
        damages in proptest::collection::vec(damage(), 1..12),
    ) {
        let mut bytes = corpus()[which % corpus().len()].1.clone();
        for damage in &damages {
            damage.befall(&mut bytes);
        }
        laws::check(&bytes);
    }

    #[test]
    fn a_segment_may_end_anywhere(which in any::<usize>(), length in any::<usize>()) {
        let bytes = &corpus()[which % corpus().len()].1;
        laws::check(&bytes[..length % bytes.len()]);
    }
}
