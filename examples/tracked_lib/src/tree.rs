//! A tree to a number.

use std::collections::HashMap;

use perf_runtime::perf_track;

use crate::Error;

/// The tree of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A number.
    Number(f64),
    /// A name, to be looked up.
    Name(String),
    /// The negative of something.
    Negation(Box<Node>),
    /// One of `+ - * / ^`, and what stands on its left and right.
    Operation(char, Box<Node>, Box<Node>),
}

#[perf_track]
impl Node {
    /// The value of the tree.
    ///
    /// # Errors
    /// [`Error::Unknown`] and [`Error::DivisionByZero`].
    #[perf_track(err)]
    pub fn value(&self, names: &Names) -> Result<f64, Error> {
        match self {
            Self::Number(value) => Ok(*value),
            Self::Name(name) => names.get(name),
            Self::Negation(inner) => Ok(-inner.value(names)?),
            Self::Operation(sign, left, right) => {
                apply(*sign, left.value(names)?, right.value(names)?)
            }
        }
    }
}

#[perf_track(err)]
fn apply(sign: char, left: f64, right: f64) -> Result<f64, Error> {
    match sign {
        '+' => Ok(left + right),
        '-' => Ok(left - right),
        '*' => Ok(left * right),
        '/' if right == 0.0 => Err(Error::DivisionByZero),
        '/' => Ok(left / right),
        _ => Ok(left.powf(right)),
    }
}

/// Values of names.
#[derive(Debug, Clone, Default)]
pub struct Names(HashMap<String, f64>);

#[perf_track]
impl Names {
    /// Gives `name` a value.
    pub fn set(&mut self, name: &str, value: f64) {
        self.0.insert(name.to_owned(), value);
    }

    /// The value of `name`.
    ///
    /// # Errors
    /// [`Error::Unknown`] when it has none.
    #[perf_track(err)]
    pub fn get(&self, name: &str) -> Result<f64, Error> {
        self.0.get(name).copied().ok_or_else(|| Error::Unknown { name: name.to_owned() })
    }
}
