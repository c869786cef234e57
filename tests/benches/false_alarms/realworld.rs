//! Libraries that others wrote, with every function tracked, made into programs by a tool beside the
//! repository.

use std::path::{Path, PathBuf};

use perf_tests::{apart, program};

use crate::programs::Program;

/// Those that can be had here; of the others, why not is said.
pub(crate) fn programs() -> Vec<Program> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let tool = root.join("../shared/tools/realworld/realworld.py");
    let Ok(tool) = tool.canonicalize() else {
        skip("realworld", "there is no tool beside the repository");
        return Vec::new();
    };
    let drivers = tool.with_file_name("drivers");
    let entries = std::fs::read_dir(drivers).into_iter().flatten().flatten();
    let mut drivers: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    drivers.sort();
    let names = drivers.iter().filter_map(|driver| driver.file_stem()?.to_str());
    names.filter_map(|name| program(&tool, &root, name)).collect()
}

fn program(tool: &Path, root: &Path, name: &str) -> Option<Program> {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("realworld");
    let mut python = apart("python3");
    // `-B`: it would leave compiled files beside the tool. Of what it can do, only the programs are wanted.
    python.arg("-B").arg(tool).args([name, "--only", "nothing", "--project"]).arg(root);
    python.args(["--report", program!("perf-report-under-test")]);
    python.env("REALWORLD_DIR", &place).env("CARGO_NET_OFFLINE", "true");
    let path = place.join(name).join("tracked/release").join(format!("{name}-program"));
    match python.output() {
        Ok(output) if output.status.success() && path.is_file() => {
            Some(Program::new(&format!("realworld {name}"), path, &[]))
        }
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let last = said.lines().rfind(|line| !line.trim().is_empty());
            skip(&format!("realworld {name}"), last.unwrap_or("it made no program").trim());
            None
        }
        Err(error) => {
            skip(&format!("realworld {name}"), &format!("python3: {error}"));
            None
        }
    }
}

#[expect(clippy::print_stdout, reason = "belongs into the table")]
fn skip(what: &str, why: &str) {
    println!("{what}: skipped: {why}");
}
