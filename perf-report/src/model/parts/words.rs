//! The words of a command by which a machine takes its share of the work.

use crate::model::Command;

/// The words in the names of options and variables whose value is the number of a part.
const NAMES: [&str; 6] = ["shard", "partition", "part", "node", "chunk", "split"];

/// Returns the command with a `*` for the number of the part: in `3/8` and `hash:3/8`, and in the value of an option
/// or a variable whose name tells that it is one, such as `--shard=3`. Numbers from 0 are known, too.
pub(crate) fn shared(words: &[String], (index, of): (u32, u32)) -> Command {
    let mut before: Option<&str> = None;
    let mut shared = Command::with_capacity(words.len());
    for word in words {
        let is_value = before.is_some_and(|it| it.starts_with('-') && tells(it));
        let plain = if is_value { number(word, index) } else { None };
        let named = word.split_once('=').and_then(|(name, value)| {
            let value = number(value, index).filter(|_| tells(name))?;
            Some(format!("{name}={value}"))
        });
        shared.push(
            plain.or(named).or_else(|| fraction(word, (index, of))).unwrap_or_else(|| word.clone()),
        );
        before = Some(word);
    }
    shared
}

/// Returns whether a name is that of the number of a part, and not of how many there are: `--shard`, `SHARD_INDEX`.
fn tells(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let is_of_all =
        ["total", "count", "num", "of"].iter().any(|it| words.clone().any(|word| word == *it));
    !is_of_all && words.any(|word| NAMES.contains(&word))
}

/// Returns the `*` for a word that is the number of the part.
fn number(word: &str, index: u32) -> Option<String> {
    let number: u32 = word.parse().ok()?;
    (number == index || number.checked_add(1) == Some(index)).then(|| "*".to_owned())
}

/// Returns a word with a `*` for the fraction that ends it: `hash:3/8`.
fn fraction(word: &str, (index, of): (u32, u32)) -> Option<String> {
    let before = word.rfind([':', '=', ',']).map_or(0, |at| at + 1);
    let (name, value) = word.split_at(before);
    let (part, all) = value.split_once('/')?;
    (all.parse() == Ok(of) && number(part, index).is_some()).then(|| format!("{name}*"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_the_part_is_a_star() {
        for (command, starred) in [
            ("cargo nextest run --partition hash:3/8", "cargo nextest run --partition hash:*"),
            ("cargo nextest run --partition=count:3/8", "cargo nextest run --partition=count:*"),
            (
                "cargo nextest run --partition slice:3/8 -- x",
                "cargo nextest run --partition slice:* -- x",
            ),
            ("run --shard 3/8 3/8", "run --shard * *"),
            ("run --shard=2/8", "run --shard=*"),
            ("run --shard 3 --threads 3", "run --shard * --threads 3"),
            ("run --shard-index=2 --shard-total=3", "run --shard-index=* --shard-total=3"),
            ("env SHARD=3 SHARDS=3 run", "env SHARD=* SHARDS=3 run"),
            ("run --shard 5 4/8 3/9 a/8", "run --shard 5 4/8 3/9 a/8"),
            ("run target/3/8", "run target/3/8"),
            ("", ""),
        ] {
            let words: Command = command.split_whitespace().map(str::to_owned).collect();
            assert_eq!(shared(&words, (3, 8)).join(" "), starred);
        }
    }
}
