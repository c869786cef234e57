//! The scripts of the gate: what is skipped is no success.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

/// The code of a script that did nothing.
const SKIPPED: i32 = 77;

#[test]
fn a_script_that_lacks_its_tools_ends_with_a_code_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let cargo = folder.path().join("cargo");
    fs::write(&cargo, "#!/bin/sh\nexit 101\n").expect("a file can be written");
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&cargo, executable).expect("it is ours");
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", folder.path().display());
    for script in ["fuzz", "sanitize", "msrv", "platforms musl"] {
        let (name, system) = script.split_once(' ').unwrap_or((script, ""));
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.ci").join(name);
        let output = Command::new(place)
            .args(Some(system).filter(|it| !it.is_empty()))
            .env("PATH", &path)
            .env("MSRV_TOOLCHAIN", folder.path())
            .env("PLATFORM_TOOLCHAIN", folder.path())
            .env("XDG_CACHE_HOME", folder.path())
            .env("CARGO_TARGET_DIR", folder.path())
            .output()
            .expect("the script can be run");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(SKIPPED), "{script}: {said}");
        assert!(said.starts_with("skipped, "), "{script}: {said}");
    }
}
