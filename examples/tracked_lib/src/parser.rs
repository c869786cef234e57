//! Tokens to a tree, by precedence climbing.

use perf_runtime::perf_track;

use crate::lexer::{Kind, Token};
use crate::{Error, Node};

/// Where parsing stands.
#[derive(Debug)]
pub(crate) struct Parser {
    tokens: Vec<Token>,
    next: usize,
}

#[perf_track]
impl Parser {
    /// A parser at the first of `tokens`, which end with [`Kind::End`].
    #[perf_track(skip)]
    pub(crate) fn new(tokens: Vec<Token>) -> Self {
        Self { tokens, next: 0 }
    }

    /// The expression that all tokens together make up.
    #[perf_track(err)]
    pub(crate) fn expression(mut self) -> Result<Node, Error> {
        let node = self.operations(0)?;
        match self.peek().kind {
            Kind::End => Ok(node),
            _ => Err(self.unexpected("an operator or the end")),
        }
    }

    /// A chain of operations that bind at least as strongly as `weakest`.
    fn operations(&mut self, weakest: u8) -> Result<Node, Error> {
        let mut left = self.operand()?;
        while let Kind::Sign(sign) = self.peek().kind {
            let Some((strength, right_strength)) = strength_of(sign) else { break };
            if strength < weakest {
                break;
            }
            self.next += 1;
            let right = self.operations(right_strength)?;
            left = Node::Operation(sign, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    /// A number, a name, something in brackets, or one of them with a sign before it.
    fn operand(&mut self) -> Result<Node, Error> {
        let token = self.peek().clone();
        let node = match token.kind {
            Kind::Number(value) => Node::Number(value),
            Kind::Name(name) => Node::Name(name),
            Kind::Sign('-') => {
                self.next += 1;
                // Stronger than a product and weaker than a power: -2 ^ 2 is -4.
                return Ok(Node::Negation(Box::new(self.operations(3)?)));
            }
            Kind::Sign('(') => {
                self.next += 1;
                let inner = self.operations(0)?;
                if self.peek().kind != Kind::Sign(')') {
                    return Err(self.unexpected("a closing bracket"));
                }
                inner
            }
            _ => return Err(self.unexpected("a number, a name, or an opening bracket")),
        };
        self.next += 1;
        Ok(node)
    }

    #[perf_track(skip)]
    fn peek(&self) -> &Token {
        &self.tokens[self.next]
    }

    #[perf_track(skip)]
    fn unexpected(&self, expected: &'static str) -> Error {
        Error::Unexpected { at: self.peek().at, expected }
    }
}

/// How strongly an operator binds, and how strongly what stands on its right must bind.
fn strength_of(sign: char) -> Option<(u8, u8)> {
    match sign {
        '+' | '-' => Some((1, 2)),
        '*' | '/' => Some((2, 3)),
        '^' => Some((3, 3)),
        _ => None,
    }
}
