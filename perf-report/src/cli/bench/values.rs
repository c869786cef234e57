//! The options that the benchmarks' own programs take: handed on in variables, since other targets of `cargo bench`
//! refuse flags that they do not know.

use std::ffi::OsString;

use clap::builder::FalseyValueParser;

use crate::project::config::bench;

fn checked(name: &'static str) -> impl Fn(&str) -> Result<String, String> + Clone + Send + Sync {
    move |text| bench::checked(name, text)
}

/// How to measure. What is not given comes from `[bench."PATTERN"]` of `perf.toml`, then from the attribute.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Measuring")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct ValueArgs {
    /// Measure for a tenth of the time, in one process
    #[arg(long, env = "PERF_TRACK_BENCH_QUICK", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(super) quick: bool,

    /// Measure those alone that are marked `ignore`
    #[arg(long, env = "PERF_TRACK_BENCH_ONLY_IGNORED", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new(), conflicts_with = "include_ignored")]
    ignored: bool,

    /// Measure those that are marked `ignore`, too
    #[arg(long, env = "PERF_TRACK_BENCH_INCLUDE_IGNORED", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(super) include_ignored: bool,

    /// Time for the timed rounds of a benchmark [default: 1s]
    #[arg(long, value_name = "TIME", env = "PERF_TRACK_BENCH_TIME", hide_env_values = true)]
    #[arg(value_parser = checked("time"))]
    time: Option<String>,

    /// Longest warm-up [default: 300ms]
    #[arg(long, value_name = "TIME", env = "PERF_TRACK_BENCH_WARM_UP", hide_env_values = true)]
    #[arg(value_parser = checked("warm-up"))]
    warm_up: Option<String>,

    /// Stop before that when the interval is this narrow, such as 0.5%
    #[arg(long, value_name = "PCT", env = "PERF_TRACK_BENCH_PRECISION", hide_env_values = true)]
    #[arg(value_parser = checked("precision"))]
    precision: Option<String>,

    /// Iterations of a benchmark in all, instead of a time
    #[arg(long, value_name = "N", env = "PERF_TRACK_BENCH_ITERATIONS", hide_env_values = true)]
    #[arg(value_parser = checked("iterations"))]
    iterations: Option<String>,

    /// Run on these numbers of threads, a benchmark each; 0 for one a processor
    #[arg(long, value_name = "N,…", env = "PERF_TRACK_BENCH_THREADS", hide_env_values = true)]
    #[arg(value_parser = checked("threads"))]
    threads: Option<String>,

    /// Begin so many operations a second, whether the last has ended or not, such as 500/s
    #[arg(long, value_name = "RATE", env = "PERF_TRACK_BENCH_RATE", hide_env_values = true)]
    #[arg(value_parser = checked("rate"))]
    rate: Option<String>,

    /// Run on 1, 2, 4 … threads, to twice the processors
    #[arg(long, env = "PERF_TRACK_BENCH_STRESS", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    stress: bool,

    /// End a benchmark that takes longer
    #[arg(long, value_name = "TIME", env = "PERF_TRACK_BENCH_TIMEOUT", hide_env_values = true)]
    #[arg(value_parser = checked("timeout"))]
    timeout: Option<String>,

    /// End a benchmark whose process has more memory
    #[arg(long, value_name = "SIZE", env = "PERF_TRACK_BENCH_MEMORY", hide_env_values = true)]
    #[arg(value_parser = checked("memory"))]
    memory: Option<String>,

    /// End a benchmark that uses more of the processors, 100% being one of them
    #[arg(long, value_name = "PCT", env = "PERF_TRACK_BENCH_CPU", hide_env_values = true)]
    #[arg(value_parser = checked("cpu"))]
    cpu: Option<String>,

    /// End a benchmark of which more iterations fail
    #[arg(long, value_name = "PCT", env = "PERF_TRACK_BENCH_ERRORS", hide_env_values = true)]
    #[arg(value_parser = checked("errors"))]
    errors: Option<String>,
}

impl ValueArgs {
    /// Returns the variables for the programs. `file` are those of `perf.toml`.
    pub(super) fn environment(
        &self,
        file: Vec<(&'static str, OsString)>,
    ) -> Vec<(&'static str, OsString)> {
        let flag = |given: bool| given.then(|| "true".to_owned());
        let given = [
            ("PERF_TRACK_BENCH_QUICK", &flag(self.quick)),
            ("PERF_TRACK_BENCH_TIME", &self.time),
            ("PERF_TRACK_BENCH_WARM_UP", &self.warm_up),
            ("PERF_TRACK_BENCH_PRECISION", &self.precision),
            ("PERF_TRACK_BENCH_ITERATIONS", &self.iterations),
            ("PERF_TRACK_BENCH_THREADS", &self.threads),
            ("PERF_TRACK_BENCH_RATE", &self.rate),
            ("PERF_TRACK_BENCH_STRESS", &flag(self.stress)),
            ("PERF_TRACK_BENCH_TIMEOUT", &self.timeout),
            ("PERF_TRACK_BENCH_MEMORY", &self.memory),
            ("PERF_TRACK_BENCH_CPU", &self.cpu),
            ("PERF_TRACK_BENCH_ERRORS", &self.errors),
            ("PERF_TRACK_BENCH_IGNORED", &self.ignored()),
        ];
        let given = given.into_iter();
        let given = given.filter_map(|(name, value)| Some((name, value.as_ref()?.into())));
        given.chain(file).collect()
    }

    /// Returns the word by which programs know what to do about those that are marked `ignore`.
    fn ignored(&self) -> Option<String> {
        let word = if self.ignored { Some("only") } else { self.include_ignored.then_some("too") };
        word.map(str::to_owned)
    }
}
