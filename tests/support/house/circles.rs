//! Circles and floors of a graph, by who reaches whom. The graphs are small.

use std::collections::{BTreeMap, BTreeSet};

/// Rooms or files, each with those that it imports.
#[derive(Debug, Default, Clone)]
pub struct Graph {
    to: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    /// Makes a graph from its nodes and its arrows.
    pub fn new<'a>(
        nodes: impl IntoIterator<Item = &'a str>,
        arrows: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let nodes = nodes.into_iter().map(|node| (node.to_owned(), BTreeSet::new()));
        let mut graph = Self { to: nodes.collect() };
        for (from, to) in arrows {
            graph.to.entry(to.to_owned()).or_default();
            graph.to.entry(from.to_owned()).or_default().insert(to.to_owned());
        }
        graph
    }

    /// Returns the nodes, by name.
    pub fn nodes(&self) -> impl Iterator<Item = &str> {
        self.to.keys().map(String::as_str)
    }

    /// Returns what `node` imports, by name.
    pub fn imports(&self, node: &str) -> impl Iterator<Item = &str> {
        self.to.get(node).into_iter().flatten().map(String::as_str)
    }

    /// Returns all arrows, by name.
    pub fn arrows(&self) -> impl Iterator<Item = (&str, &str)> {
        self.nodes().flat_map(|from| self.imports(from).map(move |to| (from, to)))
    }

    /// Returns the circles, the largest first: nodes that reach each other.
    pub fn circles(&self) -> Vec<Vec<&str>> {
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            self.nodes().map(|node| (node, self.reached_from(node))).collect();
        let mut circles: Vec<Vec<&str>> = Vec::new();
        for node in self.nodes() {
            if circles.iter().any(|circle| circle.contains(&node)) {
                continue;
            }
            let there = reached[node].iter().copied();
            let circle: Vec<&str> = there.filter(|other| reached[other].contains(node)).collect();
            if !circle.is_empty() {
                circles.push(circle);
            }
        }
        circles.sort_by_key(|circle| std::cmp::Reverse(circle.len()));
        circles
    }

    fn reached_from(&self, node: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&str> = self.imports(node).collect();
        while let Some(node) = next.pop() {
            if reached.insert(node) {
                next.extend(self.imports(node));
            }
        }
        reached
    }

    /// Returns the nodes from the bottom up: each behind those that it imports, and otherwise in the
    /// order of `wanted`, which also decides where a circle is cut; nodes that are not in it are cut
    /// where it costs least.
    pub fn from_the_bottom<'a>(&'a self, wanted: &[&str]) -> Vec<&'a str> {
        let circles = self.circles();
        let members = |node: &'a str| {
            let circle = circles.iter().find(|circle| circle.contains(&node));
            circle.map_or_else(|| vec![node], Clone::clone)
        };
        let rank = |node: &&str| wanted.iter().position(|one| one == node);
        let mut left: Vec<&str> = self.nodes().collect();
        left.sort_by_key(|node| (rank(node).is_none(), rank(node)));
        let mut sorted = Vec::new();
        loop {
            let missing = |node: &'a str| {
                let members = members(node);
                let outside = members.iter().flat_map(|member| self.imports(member));
                let outside = outside.filter(|to| left.contains(to) && !members.contains(to));
                let inside = self.imports(node).filter(|to| left.contains(to));
                (outside.count(), if wanted.contains(&node) { 0 } else { inside.count() })
            };
            let lowest = (0..left.len()).min_by_key(|at| missing(left[*at]));
            let Some(at) = lowest else { return sorted };
            sorted.push(left.remove(at));
        }
    }

    /// Returns on how many floors the nodes stand. Those of a circle stand on one.
    pub fn floors(&self) -> usize {
        let circles = self.circles();
        let alone = self.nodes().filter(|node| !circles.iter().any(|it| it.contains(node)));
        let mut groups: Vec<Vec<&str>> = alone.map(|node| vec![node]).collect();
        groups.extend(circles.iter().cloned());
        let mut floors = 0;
        while !groups.is_empty() {
            let left: BTreeSet<&str> = groups.iter().flatten().copied().collect();
            let leans_on = |group: &[&str], to: &str| left.contains(to) && !group.contains(&to);
            groups.retain(|group| {
                group.iter().any(|node| self.imports(node).any(|to| leans_on(group, to)))
            });
            floors += 1;
        }
        floors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two rooms in a circle on one, and a third on top.
    fn house() -> Graph {
        Graph::new(["d"], [("c", "b"), ("b", "a"), ("b", "c"), ("e", "c")])
    }

    #[test]
    fn nodes_that_reach_each_other_are_a_circle() {
        assert_eq!(house().circles(), [["b", "c"]]);
        assert!(Graph::new([], [("a", "b"), ("b", "c"), ("a", "c")]).circles().is_empty());
    }

    #[test]
    fn a_circle_stands_on_one_floor() {
        assert_eq!(house().floors(), 3);
        assert_eq!(Graph::default().floors(), 0);
    }

    #[test]
    fn a_circle_is_cut_where_the_order_says() {
        assert_eq!(house().from_the_bottom(&["b", "c"]), ["a", "b", "c", "d", "e"]);
        assert_eq!(house().from_the_bottom(&["c", "b"]), ["a", "c", "b", "d", "e"]);
    }
}
