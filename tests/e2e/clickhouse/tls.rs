//! A store behind TLS: certificates made here, and a front with TLS before the real server.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use perf_tests::{Finished, Lab, consumers, lab, program};

use super::{finish, server, with};

/// Hands on what comes by TLS, until its input ends.
const FRONT: &str = "
import socket, ssl, sys, threading, os
certificate, key, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
def serve(plain):
    try:
        secure = context.wrap_socket(plain, server_side=True)
    except OSError:
        return plain.close()
    behind = socket.create_connection(('127.0.0.1', port))
    threading.Thread(target=pump, args=(behind, secure), daemon=True).start()
    pump(secure, behind)
def listen():
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1], flush=True)
threading.Thread(target=listen, daemon=True).start()
sys.stdin.read()
os._exit(0)
";

/// The options of openssl for a new key.
const KEY: &str = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

/// Authorities and certificates, made by openssl.
struct Certificates {
    folder: PathBuf,
}

impl Certificates {
    /// Makes two authorities, and certificates of the first: a good one, one that expires at once, and one of another
    /// name.
    fn make(lab: &Lab) -> Option<Self> {
        consumers::consumer("openssl")?;
        let folder = lab.folder().join("certificates");
        std::fs::create_dir(&folder).expect("a folder can be made");
        let made = Self { folder };
        for name in ["ca", "other"] {
            made.openssl(&format!(
                "req -x509 {KEY} -days 2 -subj /CN={name} -keyout {name}.key -out {name}.pem"
            ));
        }
        made.certificate("good", "DNS:localhost,IP:127.0.0.1", "2");
        made.certificate("expired", "DNS:localhost,IP:127.0.0.1", "0");
        made.certificate("named", "DNS:db.example", "2");
        Some(made)
    }

    fn certificate(&self, name: &str, names: &str, days: &str) {
        let extensions = format!("subjectAltName={names}\nbasicConstraints=CA:FALSE\n");
        std::fs::write(self.file(&format!("{name}.ext")), extensions)
            .expect("a file can be written");
        self.openssl(&format!("req {KEY} -subj /CN={name} -keyout {name}.key -out {name}.csr"));
        self.openssl(&format!(
            "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -set_serial 7 -days {days} -extfile {name}.ext \
             -out {name}.pem"
        ));
    }

    fn openssl(&self, words: &str) {
        let made =
            Command::new("openssl").args(words.split(' ')).current_dir(&self.folder).output();
        let made = made.expect("openssl can be run");
        assert!(made.status.success(), "{words}: {}", String::from_utf8_lossy(&made.stderr));
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// A front with TLS, which ends when it is dropped.
struct Front {
    port: u16,
    child: Child,
    input: Option<ChildStdin>,
}

impl Front {
    fn before(port: u16, certificates: &Certificates, name: &str) -> Option<Self> {
        let mut python = consumers::consumer("python3")?;
        let mut child = python
            .args(["-c", FRONT])
            .arg(certificates.file(&format!("{name}.pem")))
            .arg(certificates.file(&format!("{name}.key")))
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("python can be started");
        let input = child.stdin.take();
        let mut line = String::new();
        let output = child.stdout.take().expect("it is a pipe");
        BufReader::new(output).read_line(&mut line).expect("it says its port");
        let port = line.trim().parse().expect("it says its port");
        Some(Self { port, child, input })
    }

    fn url(&self, scheme: &str, host: &str) -> String {
        let project = format!("tls{}", std::process::id());
        format!("{scheme}://ci@{host}:{}/perf_tests?project={project}", self.port)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.input.take();
        let _ = self.child.wait();
    }
}

fn on(lab: &Lab, url: &str, authority: Option<&Path>, arguments: &[&str]) -> Finished {
    let mut command = with(lab, url, arguments);
    command.env("PERF_TRACK_STORE_PASSWORD", server::PASSWORD);
    if let Some(authority) = authority {
        command.env("PERF_TRACK_STORE_CA", authority);
    }
    finish(&mut command)
}

#[test]
fn a_store_behind_tls_is_used_as_any_other() {
    let Some(server) = server::old() else { return };
    let lab = lab!();
    let Some(certificates) = Certificates::make(&lab) else { return };
    let Some(front) = Front::before(server.port, &certificates, "good") else { return };
    let authority = certificates.file("ca.pem");
    for host in ["localhost", "127.0.0.1"] {
        let url = front.url("clickhouses", host);
        let done = |arguments: &[&str]| {
            let finished = on(&lab, &url, Some(&authority), arguments);
            assert_eq!(finished.code, Some(0), "{arguments:?}: {}", finished.stderr);
            finished
        };
        done(&["store", "init"]);
        let ran = done(&["run", "--label", host, "--", program!("recursion"), "direct", "10"]);
        assert!(!ran.stderr.contains("outbox"), "{}", ran.stderr);
        let listed = done(&["list", "--format", "json", "--label", host]);
        assert_eq!(
            listed.stdout.matches(&format!("\"label\": \"{host}\"")).count(),
            1,
            "{}",
            listed.stdout
        );
        let doctor = done(&["doctor"]);
        assert!(doctor.stdout.contains("may be read and written"), "{}", doctor.stdout);
        let file = lab.folder().join(format!("{host}.sqlite"));
        let file = file.to_str().expect("it is text");
        done(&["push", "--all", "--to", file]);
        done(&["push", "--all", "--store", file, "--to", &url]);
    }
}

#[test]
fn a_certificate_that_is_not_trusted_and_the_wrong_scheme_are_told() {
    let Some(server) = server::old() else { return };
    let lab = lab!();
    let Some(certificates) = Certificates::make(&lab) else { return };
    let (authority, other) = (certificates.file("ca.pem"), certificates.file("other.pem"));
    let fails = |url: &str, authority: Option<&Path>, code: i32, words: &[&str]| {
        let finished = on(&lab, url, authority, &["list"]);
        assert_eq!(finished.code, Some(code), "{url}: {}", finished.stderr);
        for word in words {
            assert!(finished.stderr.contains(word), "{word}: {}", finished.stderr);
        }
        assert!(!finished.stderr.contains(server::PASSWORD), "{}", finished.stderr);
    };
    let untrusted = "is not trusted";
    let Some(good) = Front::before(server.port, &certificates, "good") else { return };
    let secure = good.url("clickhouses", "localhost");
    fails(&secure, Some(&other), 2, &[untrusted, "UnknownIssuer", "PERF_TRACK_STORE_CA"]);
    fails(&secure, None, 2, &[untrusted, "PERF_TRACK_STORE_CA"]);
    // Certificates count seconds.
    std::thread::sleep(Duration::from_millis(2_100));
    for (name, why) in [("expired", "expired"), ("named", "not valid for name")] {
        let Some(front) = Front::before(server.port, &certificates, name) else { return };
        fails(&front.url("clickhouses", "localhost"), Some(&authority), 2, &[untrusted, why]);
    }
    let plain = format!("clickhouses://ci@localhost:{}/perf_tests", server.port);
    fails(&plain, Some(&authority), 2, &["does not speak TLS", "clickhouse://"]);
    fails(&good.url("clickhouse", "localhost"), None, 1, &["is not reached", "clickhouses://"]);
    let key = certificates.file("good.key");
    fails(&secure, Some(&key), 2, &["certificates", "PERF_TRACK_STORE_CA"]);
    fails(&secure, Some(&certificates.file("nowhere.pem")), 2, &["certificates"]);
    // A job that stores a run does not wait and does not fail for it.
    let ran =
        on(&lab, &secure, Some(&other), &["run", "--", program!("recursion"), "direct", "10"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("outbox") && ran.stderr.contains(untrusted), "{}", ran.stderr);
}
