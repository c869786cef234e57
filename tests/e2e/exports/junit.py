"""Prints the cases of a JUnit report as JSON: class, name, time, and outcomes with message and type."""

import json
import sys

from junitparser import JUnitXml

report = JUnitXml.fromfile(sys.argv[1])
cases = [
    {
        "class": case.classname,
        "name": case.name,
        "time": case.time,
        "result": [[type(it).__name__, it.type, it.message, it.text] for it in case.result],
        "out": case.system_out,
    }
    for suite in report
    for case in suite
]
counts = [report.tests, report.failures, report.skipped, report.errors]
print(json.dumps({"counts": counts, "cases": cases}, ensure_ascii=True))
