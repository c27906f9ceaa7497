//! One server process: its user, its folder, its log, its end.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Starts the server, tells its id, and waits. A line says stop and keep the folder; the end of
/// the input (we dropped it, or we died) says stop and remove it.
const SUPERVISE: &str = r#"
folder=$1; signal=$2; shift 2
"$@" >"$folder/log" 2>&1 </dev/null &
server=$!
echo "$server"
read -r keep
kill -s "$signal" "$server" 2>/dev/null
wait "$server"
[ -n "$keep" ] || rm -rf "$folder"
"#;

const START_MAX: Duration = Duration::from_secs(30);

/// Who the servers run as when we are root: PostgreSQL refuses root.
#[derive(Clone, Copy)]
struct User {
    id: u32,
    group: u32,
}

/// A server's own folder and the user it runs as.
pub(crate) struct Home {
    pub(crate) folder: PathBuf,
    user: Option<User>,
}

impl Home {
    pub(crate) fn new(kind: &str) -> Self {
        Self::of(kind, unprivileged_user())
    }

    /// For a server that does not mind root: its program may be where only we can read.
    pub(crate) fn of_ours(kind: &str) -> Self {
        Self::of(kind, None)
    }

    fn of(kind: &str, user: Option<User>) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("centralita-test-{kind}-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
        let folder = std::env::temp_dir().join(name);
        // A left-over of a process that had our id.
        _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).expect("a temporary folder");
        if let Some(user) = user {
            std::os::unix::fs::chown(&folder, Some(user.id), Some(user.group)).expect("we are root");
        }
        Self { folder, user }
    }

    /// A command that runs in the folder, as its user.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder);
        if let Some(user) = self.user {
            command.uid(user.id).gid(user.group);
        }
        command
    }

    /// Runs `arguments` until it is ready, which its log tells by `ready`.
    pub(crate) fn start(&self, signal: &str, ready: &str, arguments: &[String]) -> Result<Running, String> {
        let log = self.folder.join("log");
        _ = std::fs::remove_file(&log);
        let mut shell = self
            .command("sh")
            .args(["-c", SUPERVISE, "supervise"])
            .arg(&self.folder)
            .arg(signal)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut id = String::new();
        let output = shell.stdout.take().expect("piped");
        BufReader::new(output).read_line(&mut id).expect("the server's id");
        let running = Running { shell, id: id.trim().parse().expect("a number") };
        let start = Instant::now();
        loop {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            if said.contains(ready) {
                return Ok(running);
            }
            if !running.is_alive() || START_MAX < start.elapsed() {
                running.stop();
                return Err(said);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A server that runs. Dropping it stops it and removes its folder.
pub(crate) struct Running {
    shell: Child,
    id: u32,
}

impl Running {
    fn is_alive(&self) -> bool {
        Path::new(&format!("/proc/{}", self.id)).exists()
    }

    /// Stops it and keeps its folder.
    pub(crate) fn stop(mut self) {
        if let Some(input) = &mut self.shell.stdin {
            _ = input.write_all(b"keep\n");
        }
    }

    /// Ends it by `signal`, which leaves it no time to put things in order. Its folder stays.
    pub(crate) fn kill(self, signal: &str) {
        _ = Command::new("kill").args(["-s", signal, &self.id.to_string()]).status();
        self.stop();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        _ = self.shell.wait();
    }
}

/// Starts a server on a port that was free a moment ago, and on another one when somebody else takes it
/// before the server does. `start` gives the log where it fails.
pub(crate) fn on_a_free_port(name: &str, start: impl Fn(u16) -> Result<Running, String>) -> (u16, Running) {
    let mut said = String::new();
    for _ in 0..5 {
        let port = free_port();
        match start(port) {
            Ok(running) => return (port, running),
            Err(log) => said = log,
        }
    }
    panic!("{name} did not start: {said}")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn unprivileged_user() -> Option<User> {
    let root = std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0);
    if !root {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").expect("the list of users");
    let find = |wanted: &str| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            if fields.next() != Some(wanted) {
                return None;
            }
            let id = fields.nth(1)?.parse().ok()?;
            Some(User { id, group: fields.next()?.parse().ok()? })
        })
    };
    Some(find("postgres").or_else(|| find("nobody")).expect("an unprivileged user"))
}
