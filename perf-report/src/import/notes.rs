//! Notes on what was left out or changed on the way in: counted, and the first few named.

use crate::text::units;

/// Names that a note keeps.
const FIRST: usize = 3;

/// The largest part of a name or a line that a note keeps, in characters.
const LONGEST: usize = 80;

/// A note: a number of things of one kind, with the names of the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The thing, in the singular: `line`.
    pub one: &'static str,
    /// The rest of the sentence: `that is no result`.
    pub what: &'static str,
    /// Number of them.
    pub count: u64,
    /// Names of the first.
    pub first: Vec<String>,
    /// True where the run is worth less for it, so that it stays with the run.
    pub matters: bool,
}

impl Note {
    /// Returns the note as a sentence without a full stop.
    pub fn sentence(&self) -> String {
        let number = units::plural(self.count, self.one);
        // Several things may have one name.
        let is_all = self.first.len() < FIRST;
        let more = self.count.saturating_sub(self.first.len() as u64);
        let more = if is_all { 0 } else { more };
        let names = self.first.join(", ");
        match (names.is_empty(), more) {
            (true, _) => format!("{number} {}", self.what),
            (false, 0) => format!("{number} {}: {names}", self.what),
            (false, more) => {
                format!("{number} {}: {names} and {} more", self.what, units::count(more))
            }
        }
    }
}

/// The notes of an import, in the order in which their kinds came up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes(Vec<Note>);

impl Notes {
    /// Notes one more thing of a kind that takes nothing from the run: a line that is no result.
    pub fn aside(&mut self, one: &'static str, what: &'static str, name: &str) {
        self.add(one, what, name, false);
    }

    /// Notes one more thing of a kind for which the run is worth less.
    pub fn problem(&mut self, one: &'static str, what: &'static str, name: &str) {
        self.add(one, what, name, true);
    }

    fn add(&mut self, one: &'static str, what: &'static str, name: &str, matters: bool) {
        let words: Vec<&str> = name.split_whitespace().collect();
        let name: String = words.join(" ").chars().take(LONGEST).collect();
        let known = self.0.iter_mut().find(|note| note.one == one && note.what == what);
        let Some(note) = known else {
            let first = if name.is_empty() { Vec::new() } else { vec![name] };
            self.0.push(Note { one, what, count: 1, first, matters });
            return;
        };
        note.count += 1;
        if note.first.len() < FIRST && !name.is_empty() && !note.first.contains(&name) {
            note.first.push(name);
        }
    }

    /// Adds the notes of another file.
    pub fn append(&mut self, other: Self) {
        for note in other.0 {
            let same = |own: &&mut Note| own.one == note.one && own.what == note.what;
            match self.0.iter_mut().find(same) {
                Some(own) => {
                    own.count += note.count;
                    let room = FIRST.saturating_sub(own.first.len());
                    own.first.extend(note.first.into_iter().take(room));
                }
                None => self.0.push(note),
            }
        }
    }

    /// Returns each note.
    pub fn iter(&self) -> impl Iterator<Item = &Note> {
        self.0.iter()
    }

    /// Returns whether the run is worth less for one of them.
    pub fn has_problems(&self) -> bool {
        self.0.iter().any(|note| note.matters)
    }

    /// Returns the sentences of those that stay with the run.
    pub fn problems(&self) -> Vec<String> {
        self.0.iter().filter(|note| note.matters).map(Note::sentence).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_of_a_kind_are_counted_and_the_first_are_named() {
        let mut notes = Notes::default();
        for name in ["a", "b", "c", "d"] {
            notes.problem("benchmark", "left out", name);
        }
        notes.aside("line", "that is no result", "");
        let mut more = Notes::default();
        more.problem("benchmark", "left out", "e");
        notes.append(more);
        let shown: Vec<_> = notes.iter().map(Note::sentence).collect();
        assert_eq!(
            shown,
            ["5 benchmarks left out: a, b, c and 2 more", "1 line that is no result"]
        );
        assert_eq!(notes.problems(), ["5 benchmarks left out: a, b, c and 2 more"]);
    }
}
