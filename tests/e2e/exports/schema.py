"""Holds a file of JSON against a JSON Schema, with the formats of texts."""

import json
import sys

import jsonschema

schema, path = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    document = json.load(file)
jsonschema.Draft202012Validator.check_schema(json.loads(schema))
jsonschema.validate(document, json.loads(schema))
print(json.dumps(document, ensure_ascii=True))
