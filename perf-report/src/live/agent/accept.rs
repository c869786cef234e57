//! The text that a client wants, by its `Accept`. Pure.

use crate::export::MetricsText;

/// Returns the text that fits best: the one of the greatest weight, and that of Prometheus where nothing says
/// otherwise.
pub(super) fn text(accept: Option<&str>) -> MetricsText {
    let ranges = accept.unwrap_or_default().split(',').map(range);
    let best = |of: fn(&Range<'_>) -> bool| {
        let fitting = ranges.clone().filter(of).map(|range| range.weight);
        fitting.fold(0.0, f64::max)
    };
    let open = best(|range| {
        range.kind.eq_ignore_ascii_case("application/openmetrics-text")
            && range.version.is_none_or(|version| version == "1.0.0")
    });
    let plain = best(|range| {
        let kinds = ["text/plain", "text/*", "*/*"];
        kinds.iter().any(|kind| range.kind.eq_ignore_ascii_case(kind))
            && range.version.is_none_or(|version| version == "0.0.4")
    });
    if open > 0.0 && open >= plain { MetricsText::OpenMetrics } else { MetricsText::Prometheus }
}

/// Returns whether Prometheus' protobuf is wanted more than any text: that of a server that takes native
/// histograms.
pub(super) fn wants_native(accept: Option<&str>) -> bool {
    let ranges: Vec<Range<'_>> = accept.unwrap_or_default().split(',').map(range).collect();
    let is_native = |range: &&Range<'_>| {
        range.kind.eq_ignore_ascii_case("application/vnd.google.protobuf")
            && range.proto.is_none_or(|proto| proto == "io.prometheus.client.MetricFamily")
            && range.encoding.is_none_or(|encoding| encoding == "delimited")
    };
    let weight = ranges.iter().filter(is_native).map(|range| range.weight).fold(0.0, f64::max);
    let others = ranges.iter().filter(|range| !is_native(range));
    weight > 0.0 && others.map(|range| range.weight).fold(0.0, f64::max) <= weight
}

/// A range of types with its weight.
struct Range<'a> {
    kind: &'a str,
    version: Option<&'a str>,
    proto: Option<&'a str>,
    encoding: Option<&'a str>,
    weight: f64,
}

fn range(text: &str) -> Range<'_> {
    let mut parts = text.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    let mut range = Range { kind, version: None, proto: None, encoding: None, weight: 1.0 };
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "q" => {
                let weight = value.parse().ok().filter(|weight: &f64| weight.is_finite());
                range.weight = weight.unwrap_or(0.0).clamp(0.0, 1.0);
            }
            "version" => range.version = Some(value),
            "proto" => range.proto = Some(value),
            "encoding" => range.encoding = Some(value),
            _ => {}
        }
    }
    range
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protobuf_is_for_servers_that_prefer_it() {
        let native = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;\
            encoding=delimited";
        for (rest, wanted) in [
            (",application/openmetrics-text;version=1.0.0;q=0.8,*/*;q=0.1", true),
            ("", true),
            (";q=0.2,text/plain;q=0.5", false),
            (";q=0", false),
        ] {
            assert_eq!(wants_native(Some(&format!("{native}{rest}"))), wanted, "{rest}");
        }
        assert!(!wants_native(Some("*/*")) && !wants_native(None));
        assert!(!wants_native(Some("application/vnd.google.protobuf;encoding=text")));
    }

    #[test]
    fn the_heaviest_type_wins() {
        let prometheus_2_42 = "application/openmetrics-text;version=1.0.0,\
            application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        let open = [
            prometheus_2_42,
            "application/openmetrics-text",
            "text/plain;q=0.5, Application/OpenMetrics-Text; version=\"1.0.0\" ;q=0.6",
            "application/openmetrics-text;q=0.5,text/plain;q=0.5",
        ];
        for accept in open {
            assert_eq!(text(Some(accept)), MetricsText::OpenMetrics, "{accept}");
        }
        let plain = [
            "",
            "*/*",
            "text/html",
            "application/openmetrics-text;q=0",
            "application/openmetrics-text;q=NaN",
            "application/openmetrics-text;version=0.0.1",
            "application/openmetrics-text;q=0.3,text/plain;q=0.4",
            ";;==,,q",
        ];
        for accept in plain {
            assert_eq!(text(Some(accept)), MetricsText::Prometheus, "{accept}");
        }
        assert_eq!(text(None), MetricsText::Prometheus);
    }
}
