//! A run as it is read from JSON, by the names that the documentation fixes.

use serde_json::Value;

/// A document `perf-track/run`.
#[derive(Debug)]
pub struct Run(Value);

/// A function of a run.
#[derive(Debug, Clone, Copy)]
pub struct Function<'a>(&'a Value);

/// A number that the programs of a run told of themselves.
#[derive(Debug, Clone, Copy)]
pub struct Metric<'a>(&'a Value);

/// A node of the calling-context tree of a run.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a>(&'a Value);

impl Run {
    /// Reads the document.
    ///
    /// # Panics
    /// When it is not a document `perf-track/run` of version 1.
    pub fn parse(json: &str) -> Self {
        let value: Value =
            serde_json::from_str(json).unwrap_or_else(|error| panic!("not JSON ({error}): {json}"));
        assert_eq!(value["schema"], "perf-track/run");
        assert_eq!(value["version"], 1);
        Self(value)
    }

    /// Every known function.
    ///
    /// # Panics
    /// When there is no list of them.
    pub fn functions(&self) -> impl Iterator<Item = Function<'_>> {
        self.0["functions"].as_array().expect("functions is a list").iter().map(Function)
    }

    /// The one function whose name ends in `suffix`, after a `::`.
    ///
    /// # Panics
    /// When there is none, or more than one.
    pub fn function(&self, suffix: &str) -> Function<'_> {
        let ends = format!("::{suffix}");
        let mut found = self.functions().filter(|function| function.name().ends_with(&ends));
        let function = found.next().unwrap_or_else(|| panic!("no function {suffix}: {self:?}"));
        assert!(found.next().is_none(), "more than one function {suffix}: {self:?}");
        function
    }

    /// Finished calls of [`Run::function`].
    pub fn calls(&self, suffix: &str) -> u64 {
        self.function(suffix).number("calls")
    }

    /// Every number that the programs told of themselves.
    ///
    /// # Panics
    /// When there is no list of them.
    pub fn metrics(&self) -> impl Iterator<Item = Metric<'_>> {
        self.0["metrics"].as_array().expect("metrics is a list").iter().map(Metric)
    }

    /// The metric of that name and kind.
    ///
    /// # Panics
    /// When there is none.
    pub fn metric(&self, name: &str, kind: &str) -> Metric<'_> {
        let mut metrics = self.metrics();
        let found = metrics.find(|metric| metric.name() == name && metric.0["kind"] == kind);
        found.unwrap_or_else(|| panic!("no {kind} {name}: {self:?}"))
    }

    /// The calling-context tree, parents before their children.
    ///
    /// # Panics
    /// When there is no list of nodes.
    pub fn tree(&self) -> Vec<Node<'_>> {
        self.0["tree"].as_array().expect("tree is a list").iter().map(Node).collect()
    }

    /// What stands at a JSON pointer such as `/process/killed`.
    ///
    /// # Panics
    /// When nothing stands there.
    pub fn at(&self, pointer: &str) -> &Value {
        self.0.pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer}: {self:?}"))
    }
}

impl<'a> Function<'a> {
    /// Its identity.
    ///
    /// # Panics
    /// When it has none.
    pub fn name(self) -> &'a str {
        self.0["name"].as_str().expect("a name is text")
    }

    /// Where it is declared: `FILE:LINE`.
    ///
    /// # Panics
    /// When that is not known.
    pub fn place(self) -> String {
        let file = self.0["file"].as_str().expect("a file is text");
        format!("{file}:{}", self.number("line"))
    }

    /// Whether a field holds this text.
    pub fn is(self, field: &str, text: &str) -> bool {
        self.0[field] == text
    }

    /// A field that holds a whole number.
    ///
    /// # Panics
    /// When it holds none.
    pub fn number(self, field: &str) -> u64 {
        number(self.0, field)
    }

    /// A field that holds a whole number, which may be below zero.
    ///
    /// # Panics
    /// When it holds none.
    pub fn whole(self, field: &str) -> i64 {
        let found = &self.0[field];
        found.as_i64().unwrap_or_else(|| panic!("{field} is no whole number: {:?}", self.0))
    }

    /// Whether a field is there and says that nothing is known.
    pub fn is_null(self, field: &str) -> bool {
        self.0.get(field).is_some_and(Value::is_null)
    }

    /// A field that holds a number of any kind.
    ///
    /// # Panics
    /// When it holds none.
    pub fn real(self, field: &str) -> f64 {
        real(self.0, field)
    }

    /// Whether it is async.
    pub fn has_futures(self) -> bool {
        self.0.get("async").is_some()
    }

    /// What its futures did.
    ///
    /// # Panics
    /// When it has none.
    #[must_use]
    pub fn futures(self) -> Self {
        Self(self.0.get("async").unwrap_or_else(|| panic!("it is not async: {self:?}")))
    }

    /// What is known of its failed calls.
    ///
    /// # Panics
    /// When that is nothing.
    #[must_use]
    pub fn failures(self) -> Self {
        Self(self.0.get("failures").unwrap_or_else(|| panic!("nothing of failures: {self:?}")))
    }

    /// How many errors are of this kind, if it is asked of failures.
    pub fn kind(self, name: &str) -> u64 {
        let kinds = self.0["kinds"].as_array();
        let found = kinds.into_iter().flatten().find(|kind| kind["name"] == name);
        found.map_or(0, |kind| number(kind, "count"))
    }

    /// A field that holds buckets: where each begins, and how many are in it.
    ///
    /// # Panics
    /// When it holds none.
    pub fn histogram(self, field: &str) -> Vec<(u64, u64)> {
        serde_json::from_value(self.0[field].clone())
            .unwrap_or_else(|error| panic!("{field} is no histogram ({error}): {self:?}"))
    }

    /// A field that is true or false.
    ///
    /// # Panics
    /// When it is neither.
    pub fn flag(self, field: &str) -> bool {
        self.0[field].as_bool().unwrap_or_else(|| panic!("{field} is no flag: {self:?}"))
    }
}

impl<'a> Metric<'a> {
    /// What the program calls it.
    ///
    /// # Panics
    /// When it has no name.
    pub fn name(self) -> &'a str {
        self.0["name"].as_str().expect("a name is text")
    }

    /// A field that holds a whole number.
    ///
    /// # Panics
    /// When it holds none.
    pub fn number(self, field: &str) -> u64 {
        number(self.0, field)
    }

    /// A field that holds a number of any kind.
    ///
    /// # Panics
    /// When it holds none.
    pub fn real(self, field: &str) -> f64 {
        real(self.0, field)
    }
}

impl<'a> Node<'a> {
    /// Its number.
    pub fn id(self) -> u64 {
        number(self.0, "id")
    }

    /// The caller's number; `None` for a root.
    pub fn parent(self) -> Option<u64> {
        self.0["parent"].as_u64()
    }

    /// Name of the function.
    ///
    /// # Panics
    /// When it has none.
    pub fn function(self) -> &'a str {
        self.0["function"].as_str().expect("a function's name is text")
    }

    /// A field that holds a whole number.
    ///
    /// # Panics
    /// When it holds none.
    pub fn number(self, field: &str) -> u64 {
        number(self.0, field)
    }
}

fn real(value: &Value, field: &str) -> f64 {
    value[field].as_f64().unwrap_or_else(|| panic!("{field} is no number: {value:?}"))
}

fn number(value: &Value, field: &str) -> u64 {
    let found = &value[field];
    found.as_u64().unwrap_or_else(|| panic!("{field} is no whole number: {value:?}"))
}
