//! Rows of documents as columns: each key once, values that repeat once.

mod fields;

use std::collections::HashMap;

use serde::Serialize;

pub(super) use fields::fields;

/// Rows of one kind, gathered column by column.
#[derive(Debug, Default)]
pub(super) struct Columns {
    rows: usize,
    all: Vec<Column>,
    /// The significant digits that numbers of some keys keep.
    digits: &'static [(&'static str, usize)],
}

/// The values of one key, each as JSON.
#[derive(Debug)]
struct Column {
    key: &'static str,
    /// The values one after the other, a comma between two.
    text: Vec<u8>,
    /// Where each value ends in `text`.
    ends: Vec<usize>,
}

impl Columns {
    /// Returns the rows that `items` are, without the keys of `left_out`.
    pub(super) fn of<'a, T: Serialize + 'a>(
        items: impl IntoIterator<Item = &'a T>,
        left_out: &[&str],
    ) -> Self {
        let mut columns = Self::default();
        for item in items {
            columns.row(item, left_out);
        }
        columns
    }

    /// Returns no rows yet, to be filled with numbers of which these keys keep so many digits.
    pub(super) fn rounded(digits: &'static [(&'static str, usize)]) -> Self {
        Self { digits, ..Self::default() }
    }

    /// Adds a row, without the keys of `left_out`.
    pub(super) fn row(&mut self, item: &impl Serialize, left_out: &[&str]) {
        self.rows += 1;
        let mut at = 0;
        fields(item, left_out, |key, json| {
            self.put(at, key, json);
            at += 1;
        });
    }

    /// Adds a value to the last row.
    pub(super) fn cell<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) {
        if let Ok(json) = serde_json::to_vec(value) {
            self.put(self.all.len(), key, &json);
        }
    }

    /// Adds the name of the last row: its place in a list of names that the reader has, or else itself.
    pub(super) fn name(&mut self, name: &str, places: &HashMap<&str, usize>) {
        match places.get(name) {
            Some(place) => self.cell("name", place),
            None => self.cell("name", name),
        }
    }

    /// Puts a value of the last row into its column, which is probably the one at `near`.
    fn put(&mut self, near: usize, key: &'static str, json: &[u8]) {
        let is_it = |column: &Column| column.key == key;
        let at = match self.all.get(near).filter(|column| is_it(column)) {
            Some(_) => near,
            None => self.all.iter().position(is_it).unwrap_or_else(|| {
                self.all.push(Column { key, text: Vec::new(), ends: Vec::new() });
                self.all.len() - 1
            }),
        };
        let column = &mut self.all[at];
        column.fill(self.rows - 1);
        match self.digits.iter().find(|(rounded, _)| *rounded == key) {
            Some((_, digits)) => column.push(shortened(json, *digits).as_bytes()),
            None => column.push(json),
        }
    }

    /// Returns the columns as JSON.
    pub(super) fn json(mut self) -> String {
        let rows = self.rows;
        let mut json = format!("{{\"n\":{rows},\"c\":{{");
        let mut is_first = true;
        for column in &mut self.all {
            column.fill(rows);
            let Some(values) = column.json() else { continue };
            if !is_first {
                json.push(',');
            }
            is_first = false;
            json.extend(["\"", column.key, "\":", &values]);
        }
        json + "}}"
    }
}

/// Returns JSON whose numbers keep so many significant digits.
fn shortened(json: &[u8], digits: usize) -> String {
    let text = std::str::from_utf8(json).unwrap_or("null");
    if let Some(pair) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let parts: Vec<_> =
            pair.split(',').map(|part| shortened(part.as_bytes(), digits)).collect();
        return format!("[{}]", parts.join(","));
    }
    match text.parse::<f64>() {
        Ok(value) if text.len() > digits => short(value, digits),
        _ => text.to_owned(),
    }
}

/// Writes a number with so many significant digits, in the shorter of two ways.
fn short(value: f64, digits: usize) -> String {
    let scientific = format!("{value:.*e}", digits.saturating_sub(1));
    let rounded: f64 = scientific.parse().unwrap_or(value);
    let (plain, scientific) = (rounded.to_string(), format!("{rounded:e}"));
    if plain.len() <= scientific.len() { plain } else { scientific }
}

impl Column {
    fn push(&mut self, json: &[u8]) {
        if !self.ends.is_empty() {
            self.text.push(b',');
        }
        self.text.extend_from_slice(json);
        self.ends.push(self.text.len());
    }

    /// Fills up to `rows` rows: those that lack the key have null.
    fn fill(&mut self, rows: usize) {
        while self.ends.len() < rows {
            self.push(b"null");
        }
    }

    fn values(&self) -> impl Iterator<Item = &str> {
        let begins = std::iter::once(0).chain(self.ends.iter().map(|end| end + 1));
        begins.zip(&self.ends).map(|(begin, end)| self.slice(begin, *end))
    }

    /// Returns a part of the text, all of which serde wrote.
    fn slice(&self, begin: usize, end: usize) -> &str {
        std::str::from_utf8(&self.text[begin..end]).unwrap_or("null")
    }

    /// Returns the values as JSON, in the shape that is shortest; `None` where all are null.
    fn json(&self) -> Option<String> {
        let first = self.values().next()?;
        if self.values().all(|value| value == first) {
            return (first != "null").then(|| format!("{{\"v\":{first}}}"));
        }
        Some(self.dictionary().unwrap_or_else(|| format!("[{}]", self.slice(0, self.text.len()))))
    }

    /// Returns the distinct texts and the place of each value among them, where that is shorter.
    fn dictionary(&self) -> Option<String> {
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut distinct: Vec<&str> = Vec::new();
        let mut indices = String::new();
        for value in self.values() {
            if value != "null" && !value.starts_with('"') {
                return None;
            }
            if !indices.is_empty() {
                indices.push(',');
            }
            if value == "null" {
                indices += "-1";
                continue;
            }
            let place = *places.entry(value).or_insert_with(|| {
                distinct.push(value);
                distinct.len() - 1
            });
            indices += &place.to_string();
        }
        let json = format!("{{\"d\":[{}],\"i\":[{indices}]}}", distinct.join(","));
        (json.len() < self.text.len()).then_some(json)
    }
}
