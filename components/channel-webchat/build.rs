//! Compresses the widget once, here, so that no request has to.

use flate2::{Compression, write::GzEncoder};
use std::{env, fs, io::Write, path::Path};

fn main() {
    let source = "widget/widget.js";
    println!("cargo::rerun-if-changed={source}");
    let script = fs::read(source).expect("the widget is committed");
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&script).expect("a vector takes everything");
    let folder = env::var_os("OUT_DIR").expect("Cargo sets it");
    let target = Path::new(&folder).join("widget.js.gz");
    fs::write(target, encoder.finish().expect("a vector takes everything")).expect("OUT_DIR can be written");
}
