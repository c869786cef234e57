//! An index of numbers that looks through all of them for each.

use std::collections::HashSet;

/// Returns so many different numbers.
pub fn numbers(length: usize) -> Vec<u64> {
    (0..length as u64).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect()
}

/// Returns the numbers, each once: looks for each among those before.
pub fn by_search(numbers: &[u64]) -> Vec<u64> {
    let mut found = Vec::new();
    for number in numbers {
        if !found.contains(number) {
            found.push(*number);
        }
    }
    found
}

/// Returns the numbers, each once, by a set.
pub fn by_set(numbers: &[u64]) -> Vec<u64> {
    let mut seen = HashSet::with_capacity(numbers.len());
    numbers.iter().copied().filter(|number| seen.insert(*number)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_find_each_once() {
        let mut all = numbers(50);
        all.extend(numbers(20));
        assert_eq!(by_search(&all), by_set(&all));
        assert_eq!(by_set(&all).len(), 50);
    }
}
