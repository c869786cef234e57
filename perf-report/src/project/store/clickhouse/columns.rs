//! The columns of the tables. Pure.

/// A column of a table: its name, its type, and its codec where servers know codecs.
pub(super) type Column = (&'static str, &'static str, &'static str);

/// The codec of counts and times.
pub(super) const COUNT: &str = "T64, ZSTD(1)";
/// The codec of what hardly changes from row to row.
pub(super) const DATE: &str = "Delta, ZSTD(1)";
/// The codec of everything else.
pub(super) const TEXT: &str = "ZSTD(1)";

/// The runs. A run exists when its row does, which is written last. Of several rows of a run, that of the highest
/// `version` holds: it was renamed, or removed.
pub(super) const RUNS: &[Column] = &[
    ("project", "LowCardinality(String)", TEXT),
    ("id", "String", TEXT),
    ("time", "DateTime('UTC')", DATE),
    ("made", "Int64", DATE),
    ("stored", "Int64", DATE),
    ("series", "UInt64", TEXT),
    ("started", "String", TEXT),
    ("label", "Nullable(String)", TEXT),
    ("tags", "Array(String)", TEXT),
    ("command", "String", TEXT),
    ("subject", "String", TEXT),
    ("machine_key", "LowCardinality(String)", TEXT),
    ("crates", "Nullable(String)", TEXT),
    ("recorder", "String", TEXT),
    ("branch", "Nullable(String)", TEXT),
    ("commit", "Nullable(String)", TEXT),
    ("dirty", "UInt8", TEXT),
    ("source", "Nullable(String)", TEXT),
    ("group_id", "Nullable(String)", TEXT),
    ("round", "UInt32", TEXT),
    ("exit_code", "Nullable(Int32)", TEXT),
    ("signal", "Nullable(Int32)", TEXT),
    ("processes", "UInt32", TEXT),
    ("functions", "UInt64", COUNT),
    ("wall_ns", "Nullable(UInt64)", TEXT),
    ("cpu_ns", "UInt64", COUNT),
    ("peak_rss_bytes", "UInt64", COUNT),
    ("segments", "Array(Int64)", TEXT),
    ("schema_version", "UInt32", TEXT),
    ("digest", "String", TEXT),
    ("head", "String", "ZSTD(3)"),
    ("version", "UInt32", TEXT),
    ("removed", "UInt8", TEXT),
];

/// The value of `removed` of a run that is there.
pub(super) const STORED: u8 = 0;
/// That of a run that was removed; the rest of it may be deleted at any moment.
pub(super) const REMOVED: u8 = 1;
/// That of a run that was removed and is being stored again; the rest of it may not be deleted.
pub(super) const RETURNING: u8 = 2;

/// The documents, whole: the truth about a run.
pub(super) const DOCUMENTS: &[Column] = &[
    ("project", "LowCardinality(String)", TEXT),
    ("id", "String", TEXT),
    ("time", "DateTime('UTC')", DATE),
    ("document", "String", "ZSTD(6)"),
];

/// The columns of a function that are no numbers.
pub(super) const FUNCTION: &[Column] = &[
    ("project", "LowCardinality(String)", TEXT),
    ("series", "UInt64", TEXT),
    ("function", "LowCardinality(String)", TEXT),
    ("run", "String", TEXT),
    ("position", "UInt32", TEXT),
    ("time", "DateTime('UTC')", DATE),
    ("kind", "LowCardinality(String)", TEXT),
    ("buckets", "Array(UInt16)", TEXT),
    ("counts", "Array(UInt64)", COUNT),
    ("rest", "String", "ZSTD(3)"),
];

/// The numbers of a function, by the names that they have in documents; 0 where there is none.
pub(super) const NUMBERS: &[&str] = &[
    "calls",
    "errors",
    "panics",
    "cancelled",
    "unfinished",
    "total_ns",
    "self_ns",
    "min_ns",
    "max_ns",
    "p50_ns",
    "p90_ns",
    "p95_ns",
    "p99_ns",
    "untimed_calls",
    "unmeasured_calls",
    "lost_durations",
    "overhead_ns",
    "self_overhead_ns",
    "preempted_ns",
    "self_preempted_ns",
    "raw_total_ns",
    "raw_self_ns",
    "self_error_ns",
    "resolution_ns",
    "active_ns",
    "sampled_ns",
    "counted_ns",
    "allocs",
    "alloc_bytes",
    "self_allocs",
    "self_alloc_bytes",
];

/// The metrics of the programs' own.
pub(super) const METRICS: &[Column] = &[
    ("project", "LowCardinality(String)", TEXT),
    ("series", "UInt64", TEXT),
    ("name", "LowCardinality(String)", TEXT),
    ("kind", "LowCardinality(String)", TEXT),
    ("run", "String", TEXT),
    ("position", "UInt32", TEXT),
    ("time", "DateTime('UTC')", DATE),
    ("value", "Nullable(Float64)", TEXT),
    ("part", "Nullable(UInt64)", TEXT),
    ("whole", "Nullable(UInt64)", TEXT),
    ("samples", "Nullable(UInt64)", TEXT),
];

/// The functions of whole days, for years. One value a run is kept: merged histograms lose how far runs lie apart.
pub(super) const DAILY: &[Column] = &[
    ("project", "LowCardinality(String)", TEXT),
    ("series", "UInt64", TEXT),
    ("function", "LowCardinality(String)", TEXT),
    ("day", "Date", DATE),
    ("runs", "UInt64", COUNT),
    ("calls", "UInt64", COUNT),
    ("errors", "UInt64", COUNT),
    ("total_ns", "UInt64", COUNT),
    ("self_ns", "UInt64", COUNT),
    ("self_per_call", "Array(Float32)", TEXT),
    ("buckets", "Array(UInt16)", TEXT),
    ("counts", "Array(UInt64)", COUNT),
    ("computed", "UInt64", TEXT),
];

/// The version of the tables.
pub(super) const SCHEMA: &[Column] =
    &[("version", "UInt32", TEXT), ("made", "DateTime('UTC')", TEXT)];

/// Returns the names of columns with commas between them.
pub(super) fn names(columns: &[Column]) -> String {
    columns.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(", ")
}
