//! Redis, as Debian's package `redis-server` installs it.

use crate::supervised::{Home, Running, on_a_free_port};

/// A running Redis that keeps what it is told over a restart. Dropping it stops it.
pub struct Redis {
    home: Home,
    port: u16,
    running: Option<Running>,
}

impl Redis {
    pub fn start() -> Self {
        let home = Home::new("redis");
        let (port, running) = on_a_free_port("Redis (apt-get install redis-server)", |port| run(&home, port));
        Self { home, port, running: Some(running) }
    }

    /// `redis://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Stops it. What is stored stays.
    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop();
        }
    }

    /// Ends at once, as a crash does.
    pub fn kill(&mut self) {
        if let Some(running) = self.running.take() {
            running.kill("KILL");
        }
    }

    /// Starts again, on the same port and with the same data.
    pub fn restart(&mut self) {
        self.stop();
        match run(&self.home, self.port) {
            Ok(running) => self.running = Some(running),
            Err(log) => panic!("Redis did not start again: {log}"),
        }
    }
}

fn run(home: &Home, port: u16) -> Result<Running, String> {
    let port = port.to_string();
    let arguments =
        ["redis-server", "--bind", "127.0.0.1", "--port", &port, "--save", "", "--appendonly", "yes"]
            .map(str::to_owned);
    home.start("TERM", "Ready to accept connections", &arguments)
}

impl Drop for Redis {
    fn drop(&mut self) {
        drop(self.running.take());
        _ = std::fs::remove_dir_all(&self.home.folder);
    }
}
