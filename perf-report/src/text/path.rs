//! Paths in documents: with `/` between their parts, so that names compare across systems.

use std::path::{MAIN_SEPARATOR, Path};

/// Writes a path of Windows as documents have it. Any other stays as it is, with the `\` that a name may hold.
///
/// ```
/// use perf_report::text::path::portable;
/// assert_eq!(portable(r"src\cache\mod.rs"), "src/cache/mod.rs");
/// assert_eq!(portable(r"C:\shop\target\shop.exe"), "C:/shop/target/shop.exe");
/// assert_eq!(portable(r"\\?\UNC\server\share\shop.exe"), "//server/share/shop.exe");
/// assert_eq!(portable(r"/home/me/odd\name"), r"/home/me/odd\name");
/// ```
pub fn portable(path: &str) -> String {
    // What cargo names has the system's separators first; behind them may be those of the source.
    let is_of_windows = path.find(['/', '\\']).is_some_and(|at| path[at..].starts_with('\\'));
    if !is_of_windows {
        return path.to_owned();
    }
    let of_network = path.strip_prefix(r"\\?\UNC\").map(|rest| format!(r"\\{rest}"));
    let plain = of_network.as_deref().or_else(|| path.strip_prefix(r"\\?\")).unwrap_or(path);
    plain.replace('\\', "/")
}

/// Writes a path of this system as documents and files of projects have it.
pub(crate) fn written(path: &Path) -> String {
    path.to_string_lossy().replace(MAIN_SEPARATOR, "/")
}

/// Returns the name of a program, without its folder and the ending that programs of Windows have.
///
/// ```
/// use perf_report::text::path::program;
/// assert_eq!(program(r"C:\tools\cargo.exe"), "cargo");
/// assert_eq!(program("/usr/bin/cargo"), "cargo");
/// ```
pub fn program(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.strip_suffix(".exe").unwrap_or(name)
}
