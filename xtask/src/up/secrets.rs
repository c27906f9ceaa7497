//! The secrets of one installation: made once, kept in its data folder.

use anyhow::{Context, Result, bail};
use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

pub(crate) struct Secrets {
    pub(crate) admin_token: String,
    pub(crate) tick_token: String,
    pub(crate) secret_key: String,
    pub(crate) metrics_token: String,
    pub(crate) gateway_token: String,
}

const METRICS_TOKEN: &str = "SPIN_VARIABLE_METRICS_TOKEN";
const GATEWAY_TOKEN: &str = "SPIN_VARIABLE_GATEWAY_TOKEN";

impl Secrets {
    /// As the host's environment names them, so that the file also serves as its `--env-file`.
    pub(crate) fn variables(&self) -> [(&'static str, &str); 5] {
        [
            ("SPIN_VARIABLE_ADMIN_TOKEN", &self.admin_token),
            ("SPIN_VARIABLE_TICK_TOKEN", &self.tick_token),
            ("SPIN_VARIABLE_SECRET_KEY", &self.secret_key),
            (METRICS_TOKEN, &self.metrics_token),
            (GATEWAY_TOKEN, &self.gateway_token),
        ]
    }

    pub(crate) fn file(data: &Path) -> PathBuf {
        data.join("secrets.env")
    }

    pub(crate) fn load_or_make(data: &Path) -> Result<Secrets> {
        let file = Secrets::file(data);
        if file.exists() {
            let content = fs::read_to_string(&file);
            let mut content = content.with_context(|| format!("cannot read {}", file.display()))?;
            // A folder that an older version made lacks these.
            for name in [METRICS_TOKEN, GATEWAY_TOKEN] {
                if !content.contains(name) {
                    let line = format!("{name}={}\n", random_hex()?);
                    OpenOptions::new().append(true).open(&file)?.write_all(line.as_bytes())?;
                    content.push_str(&line);
                }
            }
            return Secrets::parse(&content).with_context(|| format!("{} is damaged", file.display()));
        }
        let secrets = Secrets {
            admin_token: random_hex()?,
            tick_token: random_hex()?,
            secret_key: random_hex()?,
            metrics_token: random_hex()?,
            gateway_token: random_hex()?,
        };
        let mut options = OpenOptions::new();
        let mut opened = options.write(true).create_new(true).mode(0o600).open(&file)?;
        for (name, value) in secrets.variables() {
            writeln!(opened, "{name}={value}")?;
        }
        opened.sync_all()?;
        Ok(secrets)
    }

    fn parse(content: &str) -> Result<Secrets> {
        let value = |name: &str| {
            let lines = content.lines().filter_map(|line| line.split_once('='));
            let found = lines.filter(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).next();
            found.with_context(|| format!("{name} is missing"))
        };
        Ok(Secrets {
            admin_token: value("SPIN_VARIABLE_ADMIN_TOKEN")?,
            tick_token: value("SPIN_VARIABLE_TICK_TOKEN")?,
            secret_key: value("SPIN_VARIABLE_SECRET_KEY")?,
            metrics_token: value(METRICS_TOKEN)?,
            gateway_token: value(GATEWAY_TOKEN)?,
        })
    }
}

/// 256 random bits as 64 hexadecimal digits.
pub(crate) fn random_hex() -> Result<String> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    if bytes == [0; 32] {
        bail!("the system has no randomness");
    }
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
