//! Sorting, in two ways of one's own.

/// Returns `length` numbers in no order, the same ones each time.
pub fn shuffled(length: usize) -> Vec<u64> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..length).map(|_| next()).collect()
}

/// Sorts by a heap.
pub fn heap(items: &mut [u64]) {
    for root in (0..items.len() / 2).rev() {
        sift(items, root);
    }
    for end in (1..items.len()).rev() {
        items.swap(0, end);
        sift(&mut items[..end], 0);
    }
}

fn sift(items: &mut [u64], mut root: usize) {
    loop {
        let left = 2 * root + 1;
        let Some(larger) = (left..(left + 2).min(items.len())).max_by_key(|&at| items[at]) else {
            return;
        };
        if items[root] >= items[larger] {
            return;
        }
        items.swap(root, larger);
        root = larger;
    }
}

/// Sorts by inserting each into those before it.
pub fn insertion(items: &mut [u64]) {
    for end in 1..items.len() {
        let mut at = end;
        while at > 0 && items[at - 1] > items[at] {
            items.swap(at - 1, at);
            at -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sort() {
        let mut expected = shuffled(1_000);
        expected.sort_unstable();
        for sort in [heap, insertion] {
            let mut items = shuffled(1_000);
            sort(&mut items);
            assert_eq!(items, expected);
        }
    }
}
