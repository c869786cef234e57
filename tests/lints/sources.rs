//! The packages that are linted, and what is written in them.

use std::fs;
use std::path::{Path, PathBuf};

/// How the fixture is tracked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    /// As it is written.
    Written,
    /// Free functions that return something are classified by a predicate: their bodies move.
    Judged,
    /// Free functions have a site for each type.
    PerType,
}

impl Variant {
    /// A file of the fixture, tracked this way.
    pub(crate) fn of(self, text: &str) -> String {
        match self {
            Self::Written => text.to_owned(),
            Self::PerType => {
                let options = "#[perf_track(per_type, exact, tags = [\"a\"])]\nfn ";
                text.replace("#[perf_track]\nfn ", options)
            }
            Self::Judged => {
                let mut parts = text.split("#[perf_track]\n");
                let first = parts.next().unwrap_or_default().to_owned();
                parts.fold(first, |judged, part| {
                    let options = if can_be_judged(part) { "(ok_if = always)" } else { "" };
                    judged + "#[perf_track" + options + "]\n" + part
                })
            }
        }
    }
}

/// Whether this begins with a free function that returns.
fn can_be_judged(item: &str) -> bool {
    let signature = item.split('{').next().unwrap_or_default();
    let is_free = ["fn ", "pub fn ", "async fn ", "pub async fn ", "unsafe fn ", "extern "];
    is_free.iter().any(|words| signature.starts_with(words))
        && signature.contains("->")
        && !signature.contains("-> !")
}

/// A package with the fixture and the stand-in, and one with it and perf-runtime. Nothing but that
/// dependency sets them apart.
pub(crate) fn packages(owner: &str, edition: &str, variant: Variant) -> [PathBuf; 2] {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("lints");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lints").join(owner);
    // Else clippy would find the configuration of this repository above.
    write(&folder.join("clippy.toml"), "# Nothing is allowed anywhere.\n");
    let macros = folder.join("stand_in_macros");
    let of_macros =
        format!("[lib]\npath = {}\nproc-macro = true", text(&here, "stand_in/macros.rs"));
    write(&macros.join("Cargo.toml"), &manifest("stand-in-macros", "2024", &of_macros));
    let runtime = folder.join("stand_in");
    let of_runtime = format!(
        "[lib]\npath = {}\n[dependencies]\nstand-in-macros = {{ path = \"../stand_in_macros\" }}",
        text(&here, "stand_in/runtime.rs"),
    );
    write(&runtime.join("Cargo.toml"), &manifest("stand-in", "2024", &of_runtime));

    let tracked = format!("path = {}, features = [\"stream\"]", text(&here, "../../perf-runtime"));
    let stand_in = "package = \"stand-in\", path = \"../stand_in\"".to_owned();
    let dependencies = [("plain", stand_in), ("tracked", tracked)];
    dependencies.map(|(name, dependency)| {
        let package = folder.join(format!("{name}-{edition}"));
        let needs = format!("[dependencies]\nperf-runtime = {{ {dependency} }}");
        write(&package.join("Cargo.toml"), &manifest("fixture", edition, &needs));
        // The versions that are already there.
        let lock = fs::read_to_string(here.join("../../Cargo.lock")).expect("there is a lock file");
        write(&package.join("Cargo.lock"), &lock);
        for file in fs::read_dir(here.join("fixture")).expect("the fixture is there") {
            let file = file.expect("a folder can be read").path();
            let source = fs::read_to_string(&file).expect("the fixture is text");
            let name = file.file_name().expect("a file has a name");
            write(&package.join("src").join(name), &variant.of(&source));
        }
        package
    })
}

/// A path, as TOML has texts.
fn text(folder: &Path, path: &str) -> String {
    format!("{:?}", folder.join(path).display().to_string())
}

fn manifest(name: &str, edition: &str, rest: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n[workspace]\n{rest}\n"
    )
}

/// Writes a file that is not yet what it should be: cargo compares times.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|before| before == text) {
        return;
    }
    fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("it can be made");
    fs::write(path, text).expect("a file can be written");
}
