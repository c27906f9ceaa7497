//! The files that `components/site` serves: `target/site/desk` and `target/site/demo`.
//!
//! The desk's folder is `console/site/` as it is, with `console.js` and `console_bg.wasm` from the
//! compiled console; `console/README.md` describes it. What a browser can take compressed lies
//! beside it as `.br` and `.gz`.

use super::{BROWSER, toolchain::Toolchain};
use crate::{process::step, workspace};
use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use std::{
    ffi::OsStr,
    fs,
    io::Write,
    path::{Path, PathBuf},
};
use wasm_bindgen_cli_support::Bindgen;

/// Worth compressing; images are already.
const TEXTUAL: [&str; 8] = ["css", "html", "js", "json", "svg", "txt", "wasm", "webmanifest"];

/// Below this a compressed copy saves no packet.
const COMPRESSED_FROM_BYTES: u64 = 512;

const BUILD_NAME: &str = "__BUILD__";
const BUILD_NAMED_IN: [&str; 2] = ["index.html", "service-worker.js"];

pub(crate) fn desk() -> Result<()> {
    if !workspace::packages()?.iter().any(|package| package.name == "console") {
        return Ok(());
    }
    let toolchain = Toolchain::find()?;
    let title = format!("building the desk for the browser with {toolchain}");
    let built = step(&title, || toolchain.build(BROWSER, &["console"]))?;
    let folder = empty(&workspace::target().join("site/desk"))?;
    copy_all(&workspace::root().join("console/site"), &folder)?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(built.join("console.wasm")).out_name("console").typescript(false).web(true)?;
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.generate(&folder).context("wasm-bindgen could not read console.wasm")?;
    name_build(&folder)?;
    step("compressing the desk", || compress_all(&folder))
}

/// Writes the digits that stand for just these files where a page asks for them: what is asked for
/// with them may be kept for ever.
fn name_build(folder: &Path) -> Result<()> {
    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|file| file.is_file());
    files.sort();
    let mut hash = Sha256::new();
    for file in &files {
        hash.update(fs::read(file)?);
    }
    let build: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    for name in BUILD_NAMED_IN {
        let file = folder.join(name);
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        fs::write(&file, text.replace(BUILD_NAME, &build))?;
    }
    Ok(())
}

pub(crate) fn demo() -> Result<()> {
    let source = workspace::root().join("demo/web");
    if !source.is_dir() {
        return Ok(());
    }
    let folder = empty(&workspace::target().join("site/demo"))?;
    copy_all(&source, &folder)?;
    compress_all(&folder)
}

fn empty(folder: &Path) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    Ok(folder.to_owned())
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_all(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

fn compress_all(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        if path.is_dir() {
            compress_all(&path)?;
        } else if TEXTUAL.contains(&extension) && fs::metadata(&path)?.len() >= COMPRESSED_FROM_BYTES {
            compress(&path)?;
        }
    }
    Ok(())
}

fn compress(path: &Path) -> Result<()> {
    let bytes = fs::read(path)?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&bytes)?;
    fs::write(beside(path, "gz"), gzip.finish()?)?;
    let parameters = brotli::enc::BrotliEncoderParams::default();
    let mut smaller = Vec::new();
    brotli::BrotliCompress(&mut bytes.as_slice(), &mut smaller, &parameters)?;
    Ok(fs::write(beside(path, "br"), smaller)?)
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}
