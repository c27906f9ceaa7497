//! Scans by the real clamd, on a socket in a folder of the test's own, with a signature of our own: the
//! EICAR test file, which every scanner takes for a virus and which is none.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

use gateway::scan::{Clamd, Verdict, ask};
use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
};

/// In two pieces: whoever scans this folder finds nothing.
const EICAR: [&str; 2] = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"];

const STREAM_MAX: usize = 1024 * 1024;

/// Ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Starts clamd with one signature; returns when it listens.
fn start(folder: &Path) -> (Running, Clamd) {
    let (database, socket) = (folder.join("database"), folder.join("clamd.socket"));
    fs::create_dir(&database).unwrap();
    let signature: String = EICAR.concat().bytes().map(|byte| format!("{byte:02x}")).collect();
    fs::write(database.join("test.ndb"), format!("Test.Eicar:0:*:{signature}\n")).unwrap();
    let configuration = folder.join("clamd.conf");
    let lines = format!(
        "Foreground yes\nLogTime no\nDatabaseDirectory {}\nLocalSocket {}\nStreamMaxLength {STREAM_MAX}\n",
        database.display(),
        socket.display()
    );
    fs::write(&configuration, lines).unwrap();
    let mut command = Command::new("/usr/sbin/clamd");
    command.arg("--config-file").arg(&configuration).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut clamd = command.spawn().expect("Debian's clamav-daemon is installed");
    let mut output = BufReader::new(clamd.stdout.take().unwrap());
    let running = Running(clamd);
    let mut line = String::new();
    while !line.contains("Self checking") {
        line.clear();
        assert_ne!(output.read_line(&mut line).unwrap(), 0, "clamd ended");
    }
    // What it says from now on is nobody's, but it must not wait for a reader.
    std::thread::spawn(move || output.read_to_end(&mut vec![]));
    (running, Clamd::Unix(socket))
}

#[tokio::test]
async fn the_real_clamd_finds_what_it_has_a_signature_of() {
    let folder = tempfile::tempdir().unwrap();
    let (clamd, address) = start(folder.path());
    let eicar = EICAR.concat().into_bytes();
    let long = [vec![b'a'; STREAM_MAX / 2], eicar.clone()].concat();
    let found = || Verdict::Infected("Test.Eicar.UNOFFICIAL".to_owned());
    for (file, expected) in [
        (b"Hola".to_vec(), Verdict::Clean),
        (vec![], Verdict::Clean),
        (eicar, found()),
        (long, found()),
        (vec![b'a'; 4 * STREAM_MAX], Verdict::TooLarge),
    ] {
        assert_eq!(ask(&address, &file).await.unwrap(), expected, "{} bytes", file.len());
    }
    drop(clamd);
    assert!(ask(&address, b"Hola").await.is_err(), "nobody is there: that is no verdict");
}
