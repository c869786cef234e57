//! Modules that a source declares, names that it imports, and paths in its bodies, outside of test
//! code.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::tokens::{after_colons, after_item, attribute, is_for_tests, is_ident, is_punct};

/// Everything in a source that leads to other sources.
#[derive(Debug, Default)]
pub(crate) struct Mentions {
    pub(crate) modules: Vec<Declared>,
    pub(crate) paths: Vec<Mentioned>,
}

/// A module that is declared.
#[derive(Debug)]
pub(crate) struct Declared {
    /// Modules of the same file around it, and its name.
    pub(crate) path: Vec<String>,
    /// Whether its body stands in the same file.
    pub(crate) is_inline: bool,
    /// The file that `#[path]` names.
    pub(crate) place: Option<String>,
}

/// A path that is imported or stands in a body.
#[derive(Debug)]
pub(crate) struct Mentioned {
    /// Modules of the same file around it.
    pub(crate) inside: Vec<String>,
    pub(crate) path: Vec<String>,
    pub(crate) kind: Kind,
    pub(crate) line: usize,
}

/// The form in which a path is mentioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An import under a name.
    Named(String),
    /// An import of everything.
    Glob,
    /// A path in a body.
    InBody,
}

/// Reads a source. One that is no Rust mentions nothing.
pub(crate) fn mentions(text: &str) -> Mentions {
    let mut mentions = Mentions::default();
    if let Ok(tokens) = text.parse() {
        Reader { inside: Vec::new(), mentions: &mut mentions }.read(tokens);
    }
    mentions
}

struct Reader<'a> {
    inside: Vec<String>,
    mentions: &'a mut Mentions,
}

impl Reader<'_> {
    fn read(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = &tokens[..];
        let mut place = None;
        while !rest.is_empty() {
            rest = match rest {
                [sign, not, TokenTree::Group(group), ..]
                    if is_punct(Some(sign), '#')
                        && is_punct(Some(not), '!')
                        && is_for_tests(group) =>
                {
                    return;
                }
                [word, TokenTree::Ident(name), rest @ ..] if is_ident(Some(word), &["mod"]) => {
                    self.module(&name.to_string(), place.take(), rest)
                }
                _ => match attribute(rest) {
                    Some((group, rest)) if is_for_tests(group) => after_item(rest),
                    Some((group, rest)) => {
                        place = place.or_else(|| place_in(group));
                        rest
                    }
                    None => self.code(rest),
                },
            };
        }
    }

    /// Reads the body of a module, or notes that it has a file.
    fn module<'t>(
        &mut self,
        name: &str,
        place: Option<String>,
        rest: &'t [TokenTree],
    ) -> &'t [TokenTree] {
        let body = match rest.first() {
            Some(TokenTree::Group(group)) => Some(group.stream()),
            _ => None,
        };
        self.inside.push(name.to_owned());
        let path = self.inside.clone();
        self.mentions.modules.push(Declared { path, is_inline: body.is_some(), place });
        if let Some(body) = body {
            self.read(body);
        }
        self.inside.pop();
        rest.get(1..).unwrap_or_default()
    }

    /// Reads one step of what is no attribute and no module, and returns the rest.
    fn code<'t>(&mut self, tokens: &'t [TokenTree]) -> &'t [TokenTree] {
        match tokens {
            [word, TokenTree::Group(group), rest @ ..]
                if is_ident(Some(word), &["pub"]) && is_visibility(group) =>
            {
                rest
            }
            [word, rest @ ..] if is_ident(Some(word), &["use"]) && !is_punct(rest.first(), '<') => {
                let end = rest.iter().position(|token| is_punct(Some(token), ';'));
                let (tree, rest) = rest.split_at(end.unwrap_or(rest.len()));
                self.import(&[], tree);
                rest
            }
            [TokenTree::Group(group), rest @ ..] => {
                self.read(group.stream());
                rest
            }
            [TokenTree::Ident(first), rest @ ..] => {
                let (path, rest) = whole_path(vec![first.to_string()], rest);
                if path.len() > 1 {
                    self.note(path, Kind::InBody, first.span().start().line);
                }
                rest
            }
            // A path from somewhere else, as `::std::fmt` and `<T as Trait>::Of::new`.
            _ => match after_colons(tokens) {
                Some([TokenTree::Ident(first), rest @ ..]) => {
                    whole_path(vec![first.to_string()], rest).1
                }
                Some(rest) => rest,
                None => &tokens[1..],
            },
        }
    }

    /// Notes all paths of an import: `a::{b, c::d as e, f::*}`.
    fn import(&mut self, before: &[String], tree: &[TokenTree]) {
        let mut path = before.to_vec();
        let mut rest = tree;
        let mut line = 0;
        loop {
            match rest {
                [TokenTree::Group(group), ..] => {
                    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
                    for part in tokens.split(|token| is_punct(Some(token), ',')) {
                        self.import(&path, part);
                    }
                    return;
                }
                [TokenTree::Ident(word), TokenTree::Ident(name)] if word == "as" => {
                    return self.note(path, Kind::Named(name.to_string()), line);
                }
                [TokenTree::Ident(part), after @ ..] => {
                    line = part.span().start().line;
                    path.push(part.to_string());
                    rest = after_colons(after).unwrap_or(after);
                }
                [sign, ..] if is_punct(Some(sign), '*') => {
                    return self.note(path, Kind::Glob, sign.span().start().line);
                }
                [] if path.len() > before.len() => return self.named_after_its_end(path, line),
                // `::std::fmt`, and the nothing behind a last comma.
                _ => return,
            }
        }
    }

    /// Notes an import under the last name of its path; `a::self` is `a`.
    fn named_after_its_end(&mut self, mut path: Vec<String>, line: usize) {
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let name = path.last().cloned().unwrap_or_default();
        self.note(path, Kind::Named(name), line);
    }

    fn note(&mut self, path: Vec<String>, kind: Kind, line: usize) {
        self.mentions.paths.push(Mentioned { inside: self.inside.clone(), path, kind, line });
    }
}

/// Reads on to the end of a path, and returns what follows.
fn whole_path(mut path: Vec<String>, mut rest: &[TokenTree]) -> (Vec<String>, &[TokenTree]) {
    while let Some([TokenTree::Ident(part), after @ ..]) = after_colons(rest) {
        path.push(part.to_string());
        rest = after;
    }
    (path, rest)
}

/// Returns whether it is the rest of `pub(crate)`, `pub(in crate::a)`, and so on.
fn is_visibility(group: &Group) -> bool {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    group.delimiter() == Delimiter::Parenthesis
        && (is_ident(tokens.first(), &["in"])
            || (tokens.len() == 1 && is_ident(tokens.first(), &["crate", "super", "self"])))
}

/// Returns the file that an attribute `path = "…"` names.
fn place_in(attribute: &Group) -> Option<String> {
    let tokens: Vec<TokenTree> = attribute.stream().into_iter().collect();
    match &tokens[..] {
        [word, _, TokenTree::Literal(text)] if is_ident(Some(word), &["path"]) => {
            Some(text.to_string().trim_matches('"').to_owned())
        }
        _ => None,
    }
}
