//! A release build carries the page as it is in `web/dist`: built anew, it has to be carried anew.

use std::path::Path;

fn main() {
    // A path that is not there would make cargo build this crate every time; then the folder above says when it comes.
    let built = Path::new("../../web/dist").exists();
    println!("cargo::rerun-if-changed=../../web{}", if built { "/dist" } else { "" });
}
