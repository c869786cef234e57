//! The answers of an agent to requests.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::{Agent, accept, follow, stacks};
use crate::export::{Format, NATIVE_TYPE, Options, Source, native_fleet};
use crate::live::http::{Request, Response};
use crate::model::{FleetTotals, ProcessSummary, Run, RunDocument, convert};
use crate::record::facts;
use crate::text::url;

/// The longest and the usual time of a profile, in seconds.
const LONGEST: u64 = 60;
const USUAL: u64 = 10;

const INDEX: &str = "\
perf-report agent

/metrics                          sums over the processes of each program, for Prometheus
/health                           JSON perf-track/health, with 503 where something is wrong
/healthz                          200 while the agent lives
/debug/pprof/profile?seconds=10   what tracked functions do in that time, for go tool pprof
                 &program=NAME    the processes of one program alone
";

/// Answers a request.
pub(super) fn answer(agent: &Agent, request: &Request) -> Response {
    match request.path() {
        "/metrics" => metrics(agent, request),
        "/healthz" => Response::text(200, "alive\n"),
        "/health" => health(agent),
        "/debug/pprof/profile" => profile(agent, request.query()),
        "/debug/pprof/" | "/debug/pprof" => Response::text(200, INDEX),
        _ => Response::text(404, format!("nothing is here\n\n{INDEX}")),
    }
}

fn metrics(agent: &Agent, request: &Request) -> Response {
    let accept = request.list("accept");
    let told = Arc::clone(&agent.fresh().told);
    let mut written = agent.written.lock().unwrap_or_else(PoisonError::into_inner);
    if accept::wants_native(accept.as_deref()) {
        let body = written.body(&told, NATIVE_TYPE, || native_fleet(&told));
        return Response::of(200, NATIVE_TYPE, body);
    }
    let text = accept::text(accept.as_deref());
    let body = written.body(&told, text.content_type(), || text.fleet(&told).into());
    Response::of(200, text.content_type(), body)
}

/// The answers about one reading: each is written once, however many ask.
#[derive(Debug, Default)]
pub(super) struct Written {
    of: Option<Arc<FleetTotals>>,
    bodies: Vec<(&'static str, Vec<u8>)>,
}

impl Written {
    fn body(
        &mut self,
        told: &Arc<FleetTotals>,
        content_type: &'static str,
        write: impl FnOnce() -> Vec<u8>,
    ) -> Vec<u8> {
        if !self.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, told)) {
            *self = Self { of: Some(Arc::clone(told)), bodies: Vec::new() };
        }
        if let Some((_, body)) = self.bodies.iter().find(|(it, _)| *it == content_type) {
            return body.clone();
        }
        let body = write();
        self.bodies.push((content_type, body.clone()));
        body
    }
}

fn health(agent: &Agent) -> Response {
    let document = agent.health();
    let status = if document.healthy { 200 } else { 503 };
    let json = serde_json::to_string_pretty(&document).unwrap_or_default();
    Response::of(status, "application/json", json + "\n")
}

/// Takes a profile: what the running processes record from now on, as long as was asked.
fn profile(agent: &Agent, query: &str) -> Response {
    let (seconds, program) = match wanted(query) {
        Ok(wanted) => wanted,
        Err(words) => return Response::text(400, words),
    };
    if agent.is_profiling.swap(true, Ordering::AcqRel) {
        let busy = Response::text(429, "another profile is being taken\n");
        return busy.with_header("Retry-After", "10");
    }
    let _turn = Turn(&agent.is_profiling);
    take(agent, seconds, program.as_deref())
}

/// The turn of one profile, which ends with it, however it ends.
struct Turn<'a>(&'a AtomicBool);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

fn take(agent: &Agent, seconds: u64, program: Option<&str>) -> Response {
    let look = || follow::snapshot(&agent.settings.folders, program);
    let (before, start_ns, began) = (look(), stacks::unix_ns(), Instant::now());
    while began.elapsed() < Duration::from_secs(seconds) {
        if agent.is_over.load(Ordering::Acquire) {
            return Response::text(503, "the agent ends\n");
        }
        thread::sleep(Duration::from_millis(50));
    }
    let difference = look().since(&before);
    let run = Run {
        time: facts::time(start_ns),
        command: program.map(str::to_owned).into_iter().collect(),
        ..Run::default()
    };
    let run = convert::document(&difference, run, ProcessSummary::default(), Vec::new());
    written(&run)
}

fn written(run: &RunDocument) -> Response {
    match Format::Pprof.write(&Source::of(run), &Options::default()) {
        Ok(bytes) => Response::of(200, "application/octet-stream", bytes)
            .with_header("Content-Disposition", "attachment; filename=\"profile\""),
        Err(_) => Response::text(404, "no tracked function was called in that time\n"),
    }
}

/// Reads how many seconds are wanted, and of which program.
fn wanted(query: &str) -> Result<(u64, Option<String>), String> {
    let (mut seconds, mut program) = (USUAL, None);
    for (name, value) in query.split('&').filter_map(|part| part.split_once('=')) {
        match name {
            "seconds" => {
                let range = 1..=LONGEST;
                let parsed = value.parse().ok().filter(|it| range.contains(it));
                seconds = parsed.ok_or_else(|| format!("seconds: 1 to {LONGEST}\n"))?;
            }
            "program" => {
                program = Some(
                    url::decoded_exactly(&value.replace('+', " ")).ok_or("program: no text\n")?,
                );
            }
            _ => {}
        }
    }
    Ok((seconds, program))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_written_once_for_each_reading_and_kind() {
        let mut written = Written::default();
        let [one, other] = [(); 2].map(|()| Arc::new(FleetTotals::default()));
        let mut is_written = |told: &Arc<FleetTotals>, kind, body: &str| {
            let mut is_written = false;
            let answer = written.body(told, kind, || {
                is_written = true;
                body.into()
            });
            (is_written, String::from_utf8(answer).unwrap())
        };
        assert_eq!(is_written(&one, "text", "a"), (true, "a".to_owned()));
        assert_eq!(is_written(&one, "text", "never"), (false, "a".to_owned()));
        assert_eq!(is_written(&one, "native", "b"), (true, "b".to_owned()));
        assert_eq!(is_written(&other, "text", "c"), (true, "c".to_owned()));
        assert_eq!(is_written(&other, "text", "never"), (false, "c".to_owned()));
    }

    #[test]
    fn what_is_wanted_of_a_profile_is_read_with_care() {
        assert_eq!(wanted(""), Ok((10, None)));
        assert_eq!(wanted("seconds=3&program=a%20b+c&x=y&z"), Ok((3, Some("a b c".to_owned()))));
        for query in
            ["seconds=0", "seconds=61", "seconds=-1", "seconds=x", "program=%ff", "program=%4"]
        {
            assert!(wanted(query).is_err(), "{query}");
        }
    }
}
