//! A run as it is read from JSON, by the names that the documentation fixes.

use serde_json::Value;

/// A document `perf-track/run`.
#[derive(Debug)]
pub struct Run(Value);

/// A function of a run.
#[derive(Debug, Clone, Copy)]
pub struct Function<'a>(&'a Value);

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
        let value = &self.0[field];
        value.as_f64().unwrap_or_else(|| panic!("{field} is no number: {:?}", self.0))
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

fn number(value: &Value, field: &str) -> u64 {
    let found = &value[field];
    found.as_u64().unwrap_or_else(|| panic!("{field} is no whole number: {value:?}"))
}
