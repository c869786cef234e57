//! The collector and how it is spoken to: from the command line, then from the variables of OpenTelemetry.

use std::time::Duration;

use crate::error::{ExitCode, UserError};
use crate::export::otlp::Temporality;
use crate::text::url;

/// The path of metrics below the address of a collector.
const PATH: &str = "/v1/metrics";

/// The time that a request may take, unless the user says otherwise; that of OpenTelemetry.
const USUAL_TIMEOUT: Duration = Duration::from_secs(10);

/// The wishes on the command line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// Address of a collector.
    pub(crate) url: Option<String>,
    /// Headers, `NAME=VALUE`.
    pub(crate) headers: Vec<String>,
    /// Temporality of sums.
    pub(crate) temporality: Option<Temporality>,
}

/// A collector.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The whole address.
    pub(crate) url: String,
    /// Headers of each request. They may hold secrets, and are never shown.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) temporality: Temporality,
    /// The time that a request may take.
    pub(crate) timeout: Duration,
    /// True if bodies are compressed.
    pub(crate) compresses: bool,
    /// Further attributes of all resources.
    pub(crate) attributes: Vec<(String, String)>,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("url", &self.shown()).finish_non_exhaustive()
    }
}

impl Settings {
    /// Returns the collector's settings, if one is named: on the command line, else by
    /// `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`, else by `OTEL_EXPORTER_OTLP_ENDPOINT`. `variable` looks up the
    /// environment.
    ///
    /// # Errors
    /// [`ExitCode::Usage`] for an address, header or protocol that cannot be used.
    pub(crate) fn new(
        asked: &Asked,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, UserError> {
        let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let of_metrics = |rest: &str| {
            variable(&format!("OTEL_EXPORTER_OTLP_METRICS_{rest}"))
                .or_else(|| variable(&format!("OTEL_EXPORTER_OTLP_{rest}")))
        };
        let Some(url) = address(asked, variable)? else { return Ok(None) };
        if asked.url.is_none() {
            is_http(of_metrics("PROTOCOL").as_deref())?;
        }
        let mut headers = pairs("OTEL_EXPORTER_OTLP_HEADERS", of_metrics("HEADERS").as_deref())?;
        for header in &asked.headers {
            let (name, value) = pair("--otlp-header", header)?;
            headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
            headers.push((name, value));
        }
        let preference = variable("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE");
        let prefers_delta = preference.is_some_and(|it| it.eq_ignore_ascii_case("delta"));
        let usual = if prefers_delta { Temporality::Delta } else { Temporality::Cumulative };
        let timeout = of_metrics("TIMEOUT").and_then(|it| it.trim().parse().ok());
        let timeout = timeout.filter(|ms| *ms > 0).map_or(USUAL_TIMEOUT, Duration::from_millis);
        Ok(Some(Self {
            url,
            headers,
            temporality: asked.temporality.unwrap_or(usual),
            timeout,
            compresses: of_metrics("COMPRESSION").is_none_or(|it| it.trim() != "none"),
            attributes: pairs(
                "OTEL_RESOURCE_ATTRIBUTES",
                variable("OTEL_RESOURCE_ATTRIBUTES").as_deref(),
            )?,
        }))
    }

    /// Returns the address without what may be secret in it.
    pub(crate) fn shown(&self) -> String {
        shown(&self.url)
    }
}

/// Returns the whole address, if any is named.
fn address(
    asked: &Asked,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<String>, UserError> {
    let (name, url, is_whole) = if let Some(url) = &asked.url {
        ("--otlp", url.clone(), false)
    } else if let Some(url) = variable("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") {
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", url, true)
    } else if let Some(url) = variable("OTEL_EXPORTER_OTLP_ENDPOINT") {
        ("OTEL_EXPORTER_OTLP_ENDPOINT", url, false)
    } else {
        return Ok(None);
    };
    let url = url.trim();
    let scheme = ["http://", "https://"].into_iter().find(|scheme| url.starts_with(scheme));
    let host = scheme.map_or("", |scheme| &url[scheme.len()..]);
    if host.is_empty() || host.starts_with(['/', ':', '?']) || url.contains(char::is_whitespace) {
        let problem = format!("{name} is no address of a collector: {:?}", shown(url));
        return Err(UserError::new(ExitCode::Usage, problem)
            .help("it begins with http:// or https://, as in http://localhost:4318"));
    }
    let (path, query) =
        url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)));
    let path = path.trim_end_matches('/');
    let path =
        if is_whole || path.ends_with(PATH) { path.to_owned() } else { format!("{path}{PATH}") };
    Ok(Some(query.map_or(path.clone(), |query| format!("{path}?{query}"))))
}

/// Refuses a protocol that is not spoken.
fn is_http(protocol: Option<&str>) -> Result<(), UserError> {
    match protocol.map(str::trim) {
        None | Some("http/protobuf") => Ok(()),
        Some(other) => {
            let problem = format!("OTEL_EXPORTER_OTLP_PROTOCOL asks for {other:?}");
            Err(UserError::new(ExitCode::Usage, problem).help(
                "http/protobuf is what is spoken, on port 4318 of most collectors: name its address with --otlp",
            ))
        }
    }
}

/// Reads a list of pairs, as variables of OpenTelemetry hold them: `key=value,key=value`, encoded as in
/// addresses.
fn pairs(name: &str, list: Option<&str>) -> Result<Vec<(String, String)>, UserError> {
    let list = list.unwrap_or_default().split(',').filter(|entry| !entry.trim().is_empty());
    list.map(|entry| {
        let (key, value) = pair(name, entry)?;
        let value = url::decoded(&value);
        is_value(name, (&key, &value))?;
        Ok((key, value))
    })
    .collect()
}

/// Reads `NAME=VALUE`. A value is never part of the message: it may be a secret.
fn pair(name: &str, text: &str) -> Result<(String, String), UserError> {
    let (key, value) = text.split_once('=').ok_or_else(|| wrong(name, "has an entry without ="))?;
    let (key, value) = (key.trim(), value.trim());
    if key.is_empty() || key.contains(|c: char| c.is_whitespace() || c.is_control() || c == ':') {
        return Err(wrong(name, "has an entry whose name is none"));
    }
    is_value(name, (key, value))?;
    Ok((key.to_owned(), value.to_owned()))
}

/// Refuses a value that no header can hold.
fn is_value(name: &str, (key, value): (&str, &str)) -> Result<(), UserError> {
    if !value.contains(char::is_control) {
        return Ok(());
    }
    Err(wrong(name, &format!("has a value with control characters, that of {key}")))
}

fn wrong(name: &str, what: &str) -> UserError {
    UserError::new(ExitCode::Usage, format!("{name} {what}"))
        .help("it is NAME=VALUE, as in api-key=0123")
}

/// Returns an address without user, password and query.
fn shown(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: Option<&str>, variables: &[(&str, &str)]) -> Result<Option<Settings>, String> {
        let asked = Asked { url: url.map(str::to_owned), ..Asked::default() };
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Settings::new(&asked, variable).map_err(|error| error.problem)
    }

    fn url(url: Option<&str>, variables: &[(&str, &str)]) -> String {
        settings(url, variables).unwrap().map_or(String::new(), |it| it.url)
    }

    #[test]
    fn the_path_is_added_where_it_is_not_there() {
        for (given, whole) in [
            ("http://localhost:4318", "http://localhost:4318/v1/metrics"),
            ("http://localhost:4318/", "http://localhost:4318/v1/metrics"),
            ("http://prom:9090/api/v1/otlp", "http://prom:9090/api/v1/otlp/v1/metrics"),
            ("https://v.example/otlp/v1/metrics", "https://v.example/otlp/v1/metrics"),
            ("https://v.example/otlp?key=1", "https://v.example/otlp/v1/metrics?key=1"),
        ] {
            assert_eq!(url(Some(given), &[]), whole);
        }
    }

    #[test]
    fn the_variables_of_opentelemetry_count_where_no_option_does() {
        let general = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4318");
        let metrics = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://b:4318/x");
        assert_eq!(url(None, &[]), "");
        assert_eq!(url(None, &[general]), "http://a:4318/v1/metrics");
        assert_eq!(url(None, &[general, metrics]), "http://b:4318/x");
        assert_eq!(url(Some("http://c"), &[general, metrics]), "http://c/v1/metrics");
        let all = settings(
            None,
            &[
                general,
                ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b, x=1"),
                ("OTEL_EXPORTER_OTLP_TIMEOUT", "2500"),
                ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta"),
                ("OTEL_EXPORTER_OTLP_COMPRESSION", "none"),
                ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=staging"),
            ],
        )
        .unwrap()
        .unwrap();
        assert_eq!(all.headers, [("api-key".into(), "a b".into()), ("x".into(), "1".into())]);
        assert_eq!((all.timeout, all.compresses), (Duration::from_millis(2_500), false));
        assert_eq!(all.temporality, Temporality::Delta);
        assert_eq!(all.attributes.len(), 1);
    }

    #[test]
    fn a_mistake_is_named_and_no_secret_with_it() {
        let wrong =
            |url: Option<&str>, variables: &[(&str, &str)]| settings(url, variables).unwrap_err();
        insta::assert_snapshot!(wrong(Some("localhost:4318"), &[]), @r#"--otlp is no address of a collector: "localhost:4318""#);
        insta::assert_snapshot!(wrong(Some("ftp://me:secret@host/"), &[]), @r#"--otlp is no address of a collector: "ftp://host/""#);
        let here = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4317");
        insta::assert_snapshot!(wrong(None, &[here, ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]), @r#"OTEL_EXPORTER_OTLP_PROTOCOL asks for "grpc""#);
        insta::assert_snapshot!(wrong(None, &[here, ("OTEL_EXPORTER_OTLP_HEADERS", "secret")]), @"OTEL_EXPORTER_OTLP_HEADERS has an entry without =");
        let secret =
            settings(Some("http://me:secret@host:1/x?token=secret"), &[]).unwrap().unwrap();
        assert!(!format!("{secret:?}").contains("secret"), "{secret:?}");
    }
}
