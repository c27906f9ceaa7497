//! The programs that `up` runs, and what is heard of them.

use super::{demo_folder, secrets::Secrets};
use crate::workspace;
use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};
use std::{
    env,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc::Sender,
    thread,
};

/// Where the application finds who sends its letters.
const MAIL_RELAY: &str = "SPIN_VARIABLE_MAIL_RELAY_URL";

pub(crate) enum Event {
    /// The program answers at this address.
    Ready(&'static str, String),
    Exited(&'static str),
    /// Somebody wants us to stop.
    Stop,
}

pub(crate) struct Program {
    pub(crate) name: &'static str,
    child: Child,
}

impl Program {
    pub(crate) fn host(
        manifest: &Path,
        listen: &str,
        data: &Path,
        secrets: &Secrets,
        gateway: Option<&str>,
        shop: Option<&str>,
    ) -> Result<Command> {
        let mut command = Command::new(workspace::program("centralita")?);
        command.args(["up", "--listen", listen, "--data"]).arg(data).arg("--manifest").arg(manifest);
        command.envs(secrets.variables());
        // Whoever names another relay for letters means it.
        if let Some(gateway) = gateway.filter(|_| env::var_os(MAIL_RELAY).is_none()) {
            command.env(MAIL_RELAY, gateway);
        }
        if let Some(shop) = shop {
            command.env("SPIN_VARIABLE_SHOP_URL", shop);
        }
        Ok(command)
    }

    /// The native process beside the components. It takes `SMTP_URL` and its like from our own environment.
    pub(crate) fn gateway(data: &Path, secrets: &Secrets, events: &Sender<Event>) -> Result<Program> {
        let mut command = Command::new(workspace::program("centralita-gateway")?);
        command.args(["--listen", "127.0.0.1:0", "--data"]).arg(data.join("gateway"));
        command.env("GATEWAY_TOKEN", &secrets.gateway_token);
        Program::start("centralita-gateway", command, events)
    }

    pub(crate) fn shop(events: &Sender<Event>) -> Result<Program> {
        let mut command = Command::new(workspace::program("demo-shop")?);
        command.args(["--listen", "127.0.0.1:0", "--data"]).arg(demo_folder().join("shop"));
        Program::start("demo-shop", command, events)
    }

    pub(crate) fn start(name: &'static str, mut command: Command, events: &Sender<Event>) -> Result<Program> {
        // In a group of its own: Ctrl-C reaches us alone, and we stop the programs in order.
        command.current_dir(workspace::root()).process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        println!("started {name} as process {}", child.id());
        let output = child.stdout.take().context("a piped child has an output")?;
        let events = events.clone();
        thread::spawn(move || listen(name, output, &events));
        Ok(Program { name, child })
    }

    /// Asks it to finish its work and waits for the end.
    pub(crate) fn stop(mut self) -> Result<()> {
        self.terminate();
        self.child.wait().with_context(|| format!("cannot wait for {}", self.name))?;
        Ok(())
    }

    fn terminate(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
            // An error says that it has just ended by itself.
            pid.map(|pid| kill_process(pid, Signal::TERM));
        }
    }
}

/// When something fails half way, nothing that was started stays behind.
impl Drop for Program {
    fn drop(&mut self) {
        self.terminate();
    }
}

pub(crate) fn hear_signals(events: Sender<Event>) -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    thread::spawn(move || signals.forever().try_for_each(|_| events.send(Event::Stop)));
    Ok(())
}

/// Passes on what the program prints, but for its `ready`: that line is ours to say.
fn listen(name: &'static str, output: ChildStdout, events: &Sender<Event>) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        match line.strip_prefix("ready ") {
            Some(address) => _ = events.send(Event::Ready(name, address.trim().to_owned())),
            None => println!("{name}: {line}"),
        }
    }
    _ = events.send(Event::Exited(name));
}
