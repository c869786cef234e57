//! The modules of a crate, found from its root as the compiler finds them, and which file imports
//! from which.

use std::collections::{BTreeMap, BTreeSet};

use super::Source;
use super::imports::{Declared, Kind, Mentioned, Mentions, mentions};

/// A place in a file that leads to another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrow {
    /// Path of the file that imports.
    pub from: String,
    /// Line in it.
    pub line: usize,
    /// Path of the file that holds what is imported.
    pub to: String,
}

/// Returns the arrows between the files of the crate whose sources lie below `src`, which ends with
/// `/`. Test code is left out. A name that a folder exports again leads to the file in it that defines
/// the name; where that comes from elsewhere, it leads to both.
pub fn arrows(sources: &[Source], src: &str) -> Vec<Arrow> {
    let mut modules = Modules::new(sources, src);
    for root in modules.roots() {
        modules.add(root.0, root.1);
    }
    modules.arrows()
}

/// Steps that a name may take through files that export it again.
const STEPS: usize = 16;

type Path = Vec<String>;

struct Modules<'a> {
    src: &'a str,
    texts: BTreeMap<&'a str, &'a str>,
    files: Vec<File>,
    /// The file of each module. Where two stand in for each other, the first.
    of_module: BTreeMap<Path, usize>,
    /// What a name in a module stands for.
    names: BTreeMap<(Path, String), Path>,
    /// Modules of which a module imports everything.
    globs: BTreeMap<Path, Vec<Path>>,
}

struct File {
    place: String,
    module: Path,
    mentions: Mentions,
}

impl<'a> Modules<'a> {
    fn new(sources: &'a [Source], src: &'a str) -> Self {
        let below = sources.iter().filter(|source| source.is_rust() && source.is_below(&[src]));
        let texts = below.map(|source| (&*source.path, &*source.text)).collect();
        Self {
            src,
            texts,
            files: Vec::new(),
            of_module: BTreeMap::new(),
            names: BTreeMap::new(),
            globs: BTreeMap::new(),
        }
    }

    /// Returns the roots of the library and of the programs beside it. The latter are modules of
    /// their own here, with names that no module can have.
    fn roots(&self) -> Vec<(String, Path)> {
        let is_program = |place: &str| place == "main.rs" || place.starts_with("bin/");
        let places = self.texts.keys().filter_map(|place| place.strip_prefix(self.src));
        let programs = places.filter(|place| is_program(place));
        let programs = programs.map(|place| (format!("{}{place}", self.src), vec![place.into()]));
        std::iter::once((format!("{}lib.rs", self.src), Vec::new())).chain(programs).collect()
    }

    /// Adds the file of a module, and those of the modules that it declares.
    fn add(&mut self, place: String, module: Path) {
        let Some(text) = self.texts.get(&*place) else { return };
        let file = File { place, module, mentions: mentions(text) };
        let at = self.files.len();
        self.of_module.entry(file.module.clone()).or_insert(at);
        let mut children = Vec::new();
        for declared in &file.mentions.modules {
            let path = joined(&file.module, &declared.path);
            if declared.is_inline {
                self.of_module.insert(path, at);
            } else if let Some(place) = self.place_of(&file.place, declared) {
                children.push((place, path));
            }
        }
        self.files.push(file);
        for (place, path) in children {
            self.add(place, path);
        }
    }

    /// Returns the place of a module that a file declares.
    fn place_of(&self, file: &str, declared: &Declared) -> Option<String> {
        let (folder, name) = file.rsplit_once('/')?;
        if let Some(place) = &declared.place {
            return Some(format!("{folder}/{place}"));
        }
        let is_front = matches!(name, "lib.rs" | "main.rs" | "mod.rs");
        let own = if is_front { folder } else { file.strip_suffix(".rs")? };
        let place = format!("{own}/{}", declared.path.join("/"));
        let places = [format!("{place}.rs"), format!("{place}/mod.rs")];
        places.into_iter().find(|place| self.texts.contains_key(&**place))
    }

    fn arrows(mut self) -> Vec<Arrow> {
        for file in &self.files {
            for import in &file.mentions.paths {
                let module = joined(&file.module, &import.inside);
                let Some(target) = self.absolute(&module, import) else { continue };
                match &import.kind {
                    Kind::Named(name) => {
                        self.names.entry((module, name.clone())).or_insert(target);
                    }
                    Kind::Glob => self.globs.entry(module).or_default().push(target),
                    Kind::InBody => {}
                }
            }
        }
        self.files.iter().flat_map(|file| self.arrows_of(file)).collect()
    }

    fn arrows_of(&self, file: &File) -> Vec<Arrow> {
        let mut seen = BTreeSet::new();
        let mut arrows = Vec::new();
        for mentioned in &file.mentions.paths {
            let module = joined(&file.module, &mentioned.inside);
            let Some(path) = self.absolute(&module, mentioned) else { continue };
            for at in self.files_on(&path) {
                let to = &self.files[at].place;
                if *to != file.place && seen.insert(at) {
                    let (from, to) = (file.place.clone(), to.clone());
                    arrows.push(Arrow { from, line: mentioned.line, to });
                }
            }
        }
        arrows
    }

    /// Returns a path from the crate's root, unless it leads out of the crate.
    fn absolute(&self, module: &Path, mentioned: &Mentioned) -> Option<Path> {
        let (first, rest) = mentioned.path.split_first()?;
        if *first == "crate" || *first == self.name_of_the_crate() {
            return Some(rest.to_vec());
        }
        let ups = mentioned.path.iter().take_while(|part| *part == "super").count();
        if ups > 0 || first == "self" {
            let above = &module[..module.len().checked_sub(ups)?];
            return Some(joined(above, &mentioned.path[ups.max(1)..]));
        }
        let child = joined(module, std::slice::from_ref(first));
        if self.of_module.contains_key(&child) {
            return Some(joined(&child, rest));
        }
        // An import must not be looked up under the name that it gives itself.
        let target = match mentioned.kind {
            Kind::InBody => self.named(module, first)?,
            Kind::Named(_) | Kind::Glob => return None,
        };
        Some(joined(&target, rest))
    }

    /// Returns what a name stands for that a module imports, by itself or with everything else.
    fn named(&self, module: &[String], name: &String) -> Option<Path> {
        let named = |module: &[String]| self.names.get(&(module.to_vec(), name.clone())).cloned();
        let of_glob = |glob: &Path| {
            let child = joined(glob, std::slice::from_ref(name));
            if self.of_module.contains_key(&child) { Some(child) } else { named(glob) }
        };
        let globs = self.globs.get(module).into_iter().flatten();
        named(module).or_else(|| globs.into_iter().find_map(of_glob))
    }

    fn name_of_the_crate(&self) -> String {
        self.src.split('/').next().unwrap_or_default().replace('-', "_")
    }

    /// Returns the file in which a path from the root ends, and the files that export it again on
    /// the way there, but for the fronts of the rooms that it ends in.
    fn files_on(&self, path: &[String]) -> Vec<usize> {
        let mut path = path.to_vec();
        let mut modules: Vec<Path> = Vec::new();
        for _ in 0..STEPS {
            let is_module = |length: &usize| self.of_module.contains_key(&path[..*length]);
            let Some(deepest) = (0..=path.len()).rev().find(is_module) else { break };
            let (module, rest) = path.split_at(deepest);
            modules.push(module.to_vec());
            match rest.first().and_then(|name| self.named(module, name)) {
                Some(target) => path = joined(&target, &rest[1..]),
                None => break,
            }
        }
        let Some(end) = modules.pop() else { return Vec::new() };
        modules.retain(|module| !end.starts_with(module));
        modules.push(end);
        modules.iter().map(|module| self.of_module[module]).collect()
    }
}

fn joined(path: &[String], rest: &[String]) -> Path {
    [path, rest].concat()
}
