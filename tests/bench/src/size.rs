//! How many bytes go over the wire.

use crate::report::Report;
use anyhow::Result;
use flate2::{Compression, write::GzEncoder};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

/// What a browser asks for before the desk can be used.
const FIRST_LOAD: [&str; 5] = ["index.html", "main.js", "style.css", "console.js", "console_bg.wasm"];
const WIDGET: &str = "components/channel-webchat/widget/widget.js";

pub(crate) fn all(root: &Path, report: &mut Report) -> Result<()> {
    for file in shipped(root)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        report.add(format!("size of {name}"), kib(fs::metadata(&file)?.len()), "KiB");
    }
    if let Ok(widget) = fs::read(root.join(WIDGET)) {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&widget)?;
        report.add("widget, gzip", kib(gzip.finish()?.len() as u64), "KiB");
    }
    let desk = root.join("target/site/desk");
    let compressed = FIRST_LOAD.iter().map(|name| {
        let smaller = fs::metadata(desk.join(format!("{name}.br")));
        smaller.or_else(|_| fs::metadata(desk.join(name))).map_or(0, |file| file.len())
    });
    report.add("desk, first load, brotli", kib(compressed.sum()), "KiB");
    Ok(())
}

/// The components of the product, without those that only tests run.
fn shipped(root: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(root.join("target/components"))?.map(|entry| Ok(entry?.path()));
    let mut files = entries.collect::<Result<Vec<_>>>()?;
    let has_folder =
        |file: &PathBuf| file.file_stem().is_some_and(|name| root.join("components").join(name).is_dir());
    files.retain(|file| file.extension().is_some_and(|extension| extension == "wasm") && has_folder(file));
    files.sort();
    Ok(files)
}

fn kib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}
