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

/// A range of types with its weight.
struct Range<'a> {
    kind: &'a str,
    version: Option<&'a str>,
    weight: f64,
}

fn range(text: &str) -> Range<'_> {
    let mut parts = text.split(';').map(str::trim);
    let mut range = Range { kind: parts.next().unwrap_or_default(), version: None, weight: 1.0 };
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "q" => {
                let weight = value.parse().ok().filter(|weight: &f64| weight.is_finite());
                range.weight = weight.unwrap_or(0.0).clamp(0.0, 1.0);
            }
            "version" => range.version = Some(value),
            _ => {}
        }
    }
    range
}

#[cfg(test)]
mod tests {
    use super::*;

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
