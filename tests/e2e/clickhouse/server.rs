//! ClickHouse servers on loopback: one of each engine for all tests of the process, and gone with it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::{consumers, skipped};

/// The time that a server has to begin: many seconds on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server that answers.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) name: &'static str,
    pub(super) port: u16,
    /// While it is there, its standard input is open; the server ends when that closes.
    _shell: Child,
}

/// The password of the user `ci` of the old server.
pub(super) const PASSWORD: &str = "p:w&'ä\\";

const CONFIG: &str = "<yandex><logger><level>error</level><console>1</console></logger>
<http_port>HTTP</http_port><tcp_port>TCP</tcp_port><listen_host>127.0.0.1</listen_host>
<path>DIR/data/</path><tmp_path>DIR/data/tmp/</tmp_path><users_config>users.xml</users_config>
<default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>104857600</mark_cache_size>CLUSTERS</yandex>";

/// A cluster of two shards, by the ports of their native protocol.
const PAIR: &str = "<remote_servers><pair>
<shard><replica><host>127.0.0.1</host><port>ONE</port></replica></shard>
<shard><replica><host>127.0.0.1</host><port>TWO</port></replica></shard>
</pair></remote_servers>";

const USERS: &str = "<yandex><profiles><default/><readonly><readonly>1</readonly></readonly></profiles><users>
<default><password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota></default>
<ci><password>p:w&amp;'ä\\</password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota></ci>
<reader><password></password><networks><ip>::/0</ip></networks><profile>readonly</profile><quota>default</quota></reader>
</users><quotas><default/></quotas></yandex>";

/// Debian's server: a real one, and old.
pub(super) fn old() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER.get_or_init(|| start_old("old", free_port(), "")).as_ref()
}

/// Two servers of that kind, which know each other as the shards of the cluster `pair`.
pub(super) fn pair() -> Option<[Server; 2]> {
    let (one, two) = (free_port(), free_port());
    let clusters = PAIR.replace("ONE", &one.to_string()).replace("TWO", &two.to_string());
    Some([start_old("one", one, &clusters)?, start_old("two", two, &clusters)?])
}

fn start_old(name: &'static str, tcp: u16, clusters: &str) -> Option<Server> {
    let program = consumers::consumer("clickhouse-server")?;
    let (http, folder) = (free_port(), folder());
    let config = CONFIG
        .replace("HTTP", &http.to_string())
        .replace("TCP", &tcp.to_string())
        .replace("DIR", folder.to_str()?)
        .replace("CLUSTERS", clusters);
    fs::write(folder.join("config.xml"), config).expect("a file can be written");
    fs::write(folder.join("users.xml"), USERS).expect("a file can be written");
    let config = format!("--config-file={}", folder.join("config.xml").display());
    start(name, http, &folder, program.get_program().as_ref(), &[&config])
}

/// The current engine, behind an HTTP interface that lies beside the repository.
pub(super) fn new() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER
        .get_or_init(|| {
            let tools =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/tools/chdb_http.py");
            let tools = std::env::var_os("CHDB_HTTP").map_or(tools, PathBuf::from);
            let Ok(tools) = tools.canonicalize() else {
                skipped("there is no chdb_http.py beside the repository");
                return None;
            };
            let python = consumers::python_apart("chdb")?;
            let (port, folder) = (free_port(), folder());
            let (data, number) = (folder.join("data"), port.to_string());
            let arguments = [tools.to_str()?, "--port", &number, "--path", data.to_str()?];
            start("new", port, &folder, python.get_program().as_ref(), &arguments)
        })
        .as_ref()
}

/// Returns the servers that can be had here.
pub(super) fn all() -> Vec<&'static Server> {
    [old(), new()].into_iter().flatten().collect()
}

impl Server {
    /// The URL of a project in a database of its own for these tests.
    pub(super) fn url(&self, user: &str, project: &str) -> String {
        format!("clickhouse://{user}@127.0.0.1:{}/perf_tests?project={project}", self.port)
    }
}

fn folder() -> PathBuf {
    tempfile::Builder::new()
        .prefix("perf-track-clickhouse-")
        .tempdir()
        .expect("a temporary folder can be made")
        .keep()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    listener.local_addr().expect("it has an address").port()
}

/// Starts a program that ends, and whose folder goes, when this process does, however it ends.
fn start(
    name: &'static str,
    port: u16,
    folder: &Path,
    program: &Path,
    arguments: &[&str],
) -> Option<Server> {
    const SHELL: &str = r#"folder=$1; shift; cd "$folder" || exit; "$@" >log 2>&1 </dev/null & server=$!
        cat >/dev/null; kill $server; sleep 1; kill -9 $server; rm -rf "$folder""#;
    let mut shell = Command::new("sh")
        .args(["-c", SHELL, "sh"])
        .arg(folder)
        .arg(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell can be started");
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if answers(port) {
            return Some(Server { name, port, _shell: shell });
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
    skipped(&format!("{} does not begin: {log}", program.display()));
    // Its input closes, and it clears up.
    let _ = shell.wait();
    None
}

fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /ping HTTP/1.0\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.contains("Ok."))
}
