//! Prometheus, as Debian's package `prometheus` installs it.

use crate::supervised::{Home, Running, on_a_free_port};

/// A running Prometheus that collects from one address. Dropping it stops it.
pub struct Prometheus {
    home: Home,
    port: u16,
    running: Option<Running>,
}

impl Prometheus {
    /// Collects `/metrics` of `target`, `HOST:PORT`, twice a second, as the job `test`. It shows
    /// `token` as whoever collects does, and in the query.
    pub fn collecting_from(target: &str, token: &str) -> Self {
        let home = Home::new("prometheus");
        let configuration = format!(
            "global: {{ scrape_interval: 500ms, scrape_timeout: 500ms }}\n\
             scrape_configs:\n\
             - job_name: test\n  \
               authorization: {{ credentials: {token} }}\n  \
               params: {{ token: [{token}] }}\n  \
               static_configs: [{{ targets: ['{target}'] }}]\n"
        );
        std::fs::write(home.folder.join("prometheus.yml"), configuration).expect("written");
        let name = "Prometheus (apt-get install prometheus)";
        let (port, running) = on_a_free_port(name, |port| run(&home, port));
        Self { home, port, running: Some(running) }
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

fn run(home: &Home, port: u16) -> Result<Running, String> {
    let listen = format!("--web.listen-address=127.0.0.1:{port}");
    let arguments = ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=tsdb", &listen];
    home.start("TERM", "Server is ready to receive web requests", &arguments.map(str::to_owned))
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        drop(self.running.take());
        _ = std::fs::remove_dir_all(&self.home.folder);
    }
}
