"""Prints the series of a file of metrics as JSON, a list [name, labels, value] each."""

import json
import sys

from prometheus_client import openmetrics, parser
import prometheus_client.openmetrics.parser

kind, path = sys.argv[1:]
read = {
    "prometheus": parser.text_string_to_metric_families,
    "openmetrics": openmetrics.parser.text_string_to_metric_families,
}[kind]
with open(path, encoding="utf-8", newline="") as file:
    families = list(read(file.read()))
series = [[it.name, it.labels, it.value] for family in families for it in family.samples]
# Escapes, so that no reader of lines cuts names.
print(json.dumps(series, ensure_ascii=True))
