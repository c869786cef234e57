//! A library that others wrote, every function of it tracked: what a program that uses it costs with
//! perf-track, and with each peer that has an attribute for it. `README.md` says how.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use proc_macro2::LineColumn;
use serde_json::Value;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The library, and a program that has it parse and write a document many times.
const LIBRARY: &str = "pulldown-cmark";
const FEATURES: &str = r#"default-features = false, features = ["html"]"#;
const TURNS: usize = 5;

/// How functions are tracked.
struct Peer {
    title: &'static str,
    attribute: &'static str,
    /// Lines of `[dependencies]`, for the library and the program; `ROOT` is perf-runtime's folder.
    dependencies: &'static str,
    /// What stands in `main` before the work, and around each round of it.
    setup: &'static str,
    round: &'static str,
    environment: &'static [(&'static str, &'static str)],
}

const PERF_TRACK: Peer = Peer {
    title: "perf-track",
    attribute: "#[::perf_runtime::perf_track]",
    dependencies: r#"perf-runtime = { path = "ROOT" }"#,
    setup: "",
    round: "",
    environment: &[],
};

const PEERS: [Peer; 7] = [
    Peer { title: "plain", attribute: "", dependencies: "", ..PERF_TRACK },
    PERF_TRACK,
    Peer {
        title: "perf-track, exact",
        environment: &[("PERF_TRACK_OVERHEAD", "100%")],
        ..PERF_TRACK
    },
    Peer { title: "perf-track, off", environment: &[("PERF_TRACK", "off")], ..PERF_TRACK },
    Peer {
        title: "tracing, nobody listening",
        attribute: "#[::tracing::instrument(skip_all)]",
        dependencies: r#"tracing = "0.1.44""#,
        ..PERF_TRACK
    },
    Peer {
        title: "fastrace, 10,240 spans kept",
        attribute: "#[::fastrace::trace]",
        dependencies: r#"fastrace = { version = "0.7.19", features = ["enable"] }"#,
        setup: "struct Nobody; impl fastrace::collector::Reporter for Nobody { fn report(&mut self, \
                _: Vec<fastrace::collector::SpanRecord>) {} } fastrace::set_reporter(Nobody, \
                fastrace::collector::Config::default());",
        round: "let root = fastrace::Span::root(\"round\", \
                fastrace::collector::SpanContext::random()); let _root = root.set_local_parent();",
        ..PERF_TRACK
    },
    Peer {
        title: "hotpath",
        attribute: "#[::hotpath::measure]",
        dependencies: r#"hotpath = { version = "0.30.3", features = ["hotpath"] }"#,
        setup: "let _guard = hotpath::HotpathGuardBuilder::new(\"main\")\
                .format(hotpath::Format::Json).output_path(\"hotpath.json\").build();",
        ..PERF_TRACK
    },
];

const PROGRAM: &str = r###"
fn main() {
    let rounds = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1);
    let text: String = (0..300).map(|i| format!("## Chapter {i}\n\nA *few* words, **loud** ones, \
        `code`, and [somewhere](https://example.org/{i}).\n\n1. first\n2. second <i>tag</i>\n   \
        - below\n\n| left | right |\n|---|--:|\n| {i} | a_b_{i} |\n\n> said ~~once~~ {i} times\n\n\
        ```\nblock {i}\n```\n\n")).collect();
    SETUP
    let mut bytes = 0;
    for _ in 0..rounds {
        ROUND
        let mut page = String::new();
        let parser = pulldown_cmark::Parser::new_ext(&text, pulldown_cmark::Options::all());
        pulldown_cmark::html::push_html(&mut page, parser);
        bytes += page.len();
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    println!("{bytes} {}", peak.trim().trim_end_matches(" kB"));
}
"###;

fn main() -> Result<()> {
    let rounds = env::args().nth(1).unwrap_or_else(|| "30".to_owned());
    let folder = tempfile::tempdir()?;
    let source = source(folder.path())?;
    let built: Vec<_> = PEERS
        .iter()
        .map(|peer| Ok((peer, build(peer, &source, &folder.path().join(slug(peer)))?)))
        .collect::<Result<_>>()?;
    let mut taken = vec![Vec::new(); built.len()];
    for _ in 0..TURNS {
        for ((peer, program), taken) in built.iter().zip(&mut taken) {
            taken.push(run(peer, program, &rounds, folder.path())?);
        }
    }
    println!("| every function of {LIBRARY} | CPU | × | peak memory |\n|---|--:|--:|--:|");
    let cpu = |at: usize| middle(taken[at].iter().map(|it| it.0).collect());
    for (at, (peer, _)) in built.iter().enumerate() {
        let memory = middle(taken[at].iter().map(|it| it.1).collect());
        let times = cpu(at) / cpu(0);
        println!("| {} | {:.0} ms | {times:.1} | {memory:.0} MB |", peer.title, cpu(at));
    }
    Ok(())
}

fn slug(peer: &Peer) -> String {
    peer.title.replace([' ', ','], "-")
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Where cargo keeps the source of the library.
fn source(folder: &Path) -> Result<PathBuf> {
    let probe = folder.join("probe");
    let dependency = format!("{LIBRARY} = {{ version = \"0.13\", {FEATURES} }}");
    write_package(&probe, &dependency, "fn main() {}")?;
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1"])
        .current_dir(&probe)
        .output()?;
    let known: Value = serde_json::from_slice(&output.stdout)?;
    let packages = known["packages"].as_array().ok_or("cargo names no packages")?;
    let library = packages.iter().find(|it| it["name"] == LIBRARY).ok_or("no such package")?;
    let manifest = library["manifest_path"].as_str().ok_or("it has no manifest")?;
    Ok(Path::new(manifest).parent().ok_or("it is in no folder")?.to_owned())
}

fn write_package(folder: &Path, dependencies: &str, main: &str) -> Result<()> {
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/main.rs"), main)?;
    let manifest = format!(
        "[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n\
         [dependencies]\n{dependencies}\n[profile.release]\ncodegen-units = 1\n"
    );
    Ok(fs::write(folder.join("Cargo.toml"), manifest)?)
}

/// The program with the library tracked by `peer`.
fn build(peer: &Peer, source: &Path, folder: &Path) -> Result<PathBuf> {
    let library = folder.join("library");
    copy_tracked(source, &library, None)?;
    copy_tracked(&source.join("src"), &library.join("src"), Some(peer.attribute))?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let dependencies = peer.dependencies.replace("ROOT", &root.display().to_string());
    let manifest = fs::read_to_string(library.join("Cargo.toml"))?;
    let manifest = with_dependencies(&manifest, &dependencies);
    fs::write(library.join("Cargo.toml"), manifest)?;
    let own = format!("{LIBRARY} = {{ path = \"library\", {FEATURES} }}\n{dependencies}");
    let main = PROGRAM.replace("SETUP", peer.setup).replace("ROUND", peer.round);
    write_package(folder, &own, &main)?;
    let status = Command::new("cargo")
        .args(["build", "--release", "--quiet"])
        .env("RUSTFLAGS", "--cap-lints allow")
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .current_dir(folder)
        .status()?;
    if !status.success() {
        return Err(format!("the program with {} does not build", peer.title).into());
    }
    Ok(folder.join("target/release/program"))
}

/// A manifest with more lines in `[dependencies]`.
fn with_dependencies(manifest: &str, lines: &str) -> String {
    if manifest.contains("\n[dependencies]\n") {
        manifest.replacen("\n[dependencies]\n", &format!("\n[dependencies]\n{lines}\n"), 1)
    } else {
        format!("{manifest}\n[dependencies]\n{lines}\n")
    }
}

/// Copies a folder, with the attribute on every function that is not `const`.
fn copy_tracked(from: &Path, to: &Path, attribute: Option<&str>) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().ok_or("it has no name")?);
        if path.is_dir() {
            copy_tracked(&path, &target, attribute)?;
            continue;
        }
        match attribute.filter(|_| path.extension().is_some_and(|it| it == "rs")) {
            Some(it) => fs::write(target, tracked(&fs::read_to_string(&path)?, it)?)?,
            None => fs::copy(&path, target).map(drop)?,
        }
    }
    Ok(())
}

fn tracked(source: &str, attribute: &str) -> Result<String> {
    let mut found = Functions::default();
    found.visit_file(&syn::parse_file(source)?);
    let mut lines: Vec<String> = source.lines().map(str::to_owned).collect();
    found.0.sort_by_key(|start| (start.line, start.column));
    for start in found.0.iter().rev() {
        let line = lines.get_mut(start.line - 1).ok_or("no such line")?;
        let at = line.char_indices().nth(start.column).map_or(line.len(), |(at, _)| at);
        line.insert_str(at, &format!("{attribute} "));
    }
    Ok(lines.join("\n") + "\n")
}

/// Where functions begin.
#[derive(Default)]
struct Functions(Vec<LineColumn>);

impl Functions {
    fn add(&mut self, item: &impl Spanned, signature: &syn::Signature) {
        if signature.constness.is_none() {
            self.0.push(item.span().start());
        }
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(item, &item.sig);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(item, &item.sig);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if item.default.is_some() {
            self.add(item, &item.sig);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

/// Processor time in milliseconds, and the most memory in MB.
fn run(peer: &Peer, program: &Path, rounds: &str, folder: &Path) -> Result<(f64, f64)> {
    let before = children_ms()?;
    let output = Command::new(program)
        .arg(rounds)
        .env("PERF_TRACK_DIR", folder)
        .envs(peer.environment.iter().copied())
        .current_dir(folder)
        .output()?;
    if !output.status.success() {
        return Err(format!("the program with {} failed: {output:?}", peer.title).into());
    }
    let printed = String::from_utf8(output.stdout)?;
    let peak = printed.split_whitespace().last().ok_or("it printed nothing")?.parse::<f64>()?;
    Ok((children_ms()? - before, peak / 1000.0))
}

fn children_ms() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let us = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(us as f64 / 1000.0)
}
