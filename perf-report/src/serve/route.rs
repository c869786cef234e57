//! The addresses of the server: what each means. Pure.

use crate::text::url;

/// What an address means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// Everything at a glance.
    Overview,
    /// The stored runs, with what narrows them down.
    Runs(Query),
    /// A run, judged by a baseline where one is named.
    Run { run: String, baseline: Option<String> },
    /// Two runs that were chosen from the list.
    Compare { baseline: String, run: String },
    /// What became slower since some moment.
    Slower(Query),
    /// The processes that run now.
    Live,
    /// The style of every page.
    Style,
    /// The script of a run's page.
    RunScript,
    /// The script of the other pages.
    SiteScript,
    /// The picture that browsers ask for by themselves: there is none.
    Icon,
    /// That the server is there.
    Healthy,
    /// A document in place of a page.
    Document(Document),
    /// Nothing.
    Nothing,
}

/// A document that a page is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Document {
    /// The list of runs.
    Runs(Query),
    /// A run.
    Run(String),
    /// The judgement of a run.
    Comparison { run: String, baseline: Option<String> },
    /// The past of a run.
    History(String),
    /// What became slower.
    Slower(Query),
    /// The processes that run now.
    Live,
}

/// Returns what an address means.
pub(crate) fn route(address: &str) -> Route {
    let (path, query) = split(address);
    let query = Query::read(query);
    let parts: Vec<String> = path.split('/').skip(1).map(url::decoded).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let baseline = || query.get("baseline").map(str::to_owned);
    match parts.as_slice() {
        [""] => Route::Overview,
        ["runs"] => Route::Runs(query),
        ["run", run] if !run.is_empty() => {
            Route::Run { run: (*run).to_owned(), baseline: baseline() }
        }
        ["compare"] => match (query.get("baseline"), query.get("run")) {
            (Some(baseline), Some(run)) => {
                Route::Compare { baseline: baseline.to_owned(), run: run.to_owned() }
            }
            _ => Route::Nothing,
        },
        ["slower"] => Route::Slower(query),
        ["live"] => Route::Live,
        ["assets", "page.css"] => Route::Style,
        ["assets", "page.js"] => Route::RunScript,
        ["assets", "site.js"] => Route::SiteScript,
        ["favicon.ico"] => Route::Icon,
        ["healthz"] => Route::Healthy,
        ["api", rest @ ..] => document(rest, query).map_or(Route::Nothing, Route::Document),
        _ => Route::Nothing,
    }
}

fn document(parts: &[&str], query: Query) -> Option<Document> {
    let baseline = query.get("baseline").map(str::to_owned);
    Some(match parts {
        ["runs"] => Document::Runs(query),
        ["run", run] => Document::Run((*run).to_owned()),
        ["comparison", run] => Document::Comparison { run: (*run).to_owned(), baseline },
        ["history", run] => Document::History((*run).to_owned()),
        ["slower"] => Document::Slower(query),
        ["live"] => Document::Live,
        _ => return None,
    })
}

/// Splits an address into its path and its query.
pub(crate) fn split(address: &str) -> (&str, &str) {
    address.split_once('?').unwrap_or((address, ""))
}

/// The query of an address: values by name, in order. Fields that were left empty are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query as forms send it.
    pub(crate) fn read(text: &str) -> Self {
        let pairs = text.split('&').filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let decoded = |text: &str| url::decoded(&text.replace('+', " "));
            Some((decoded(name), decoded(value)))
        });
        Self(pairs.collect())
    }

    /// Returns the value of this name, where there is one.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    /// Leaves out the values of this name.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    /// Writes it behind a path.
    pub(crate) fn after(&self, path: &str) -> String {
        let pair = |(name, value): &(String, String)| {
            format!("{}={}", url::encoded(name), url::encoded(value))
        };
        let pairs: Vec<String> = self.0.iter().map(pair).collect();
        let mark = if pairs.is_empty() { "" } else { "?" };
        format!("{path}{mark}{}", pairs.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_mean_pages_and_documents() {
        let run = |run: &str, baseline: Option<&str>| Route::Run {
            run: run.to_owned(),
            baseline: baseline.map(str::to_owned),
        };
        assert_eq!(route("/"), Route::Overview);
        assert_eq!(route("/run/a%2Fb?baseline=main~10"), run("a/b", Some("main~10")));
        assert_eq!(route("/run/x?baseline="), run("x", None));
        assert_eq!(
            route("/compare?baseline=id%3Aa&run=b"),
            Route::Compare { baseline: "id:a".to_owned(), run: "b".to_owned() }
        );
        assert_eq!(route("/api/history/x"), Route::Document(Document::History("x".to_owned())));
        let Route::Runs(query) = route("/runs?branch=a+b&label=%22%3C&branch=c") else { panic!() };
        assert_eq!((query.get("branch"), query.get("label")), (Some("a b"), Some("\"<")));
        for nothing in [
            "",
            "runs",
            "//",
            "/run/",
            "/run",
            "/run/a/b",
            "/api",
            "/api/runs/",
            "/compare?run=a",
            "/../etc/passwd",
            "/assets/../x",
        ] {
            assert_eq!(route(nothing), Route::Nothing, "{nothing}");
        }
    }
}
