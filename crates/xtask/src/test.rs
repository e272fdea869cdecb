//! Everything that must hold before a change lands.

use crate::demo;
use crate::postgres;
use crate::run::{cargo, command, root, step, succeed, target_dir};
use crate::supply;
use crate::web;

/// Runs all of it; stops at the first failure.
pub fn run() -> Result<(), String> {
    step("format", || succeed("cargo fmt", &mut cargo(&["fmt", "--all", "--check"])))?;
    step("browser and packages", || web::browser().and_then(|()| web::install()))?;
    step("page: types", || web::npm(&["run", "check"]))?;
    step("page: unit tests", || web::npm(&["test"]))?;
    step("page: build", web::build)?;
    step("lints", || {
        succeed("cargo clippy", &mut cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"]))
    })?;
    step("licences, sources, names and advisories", supply::check)?;
    step("tests", || {
        let postgres = postgres::start()?;
        let mut tests = cargo(&["test", "--workspace", "--locked", "--lib", "--bins", "--tests"]);
        succeed("cargo test", tests.env(postgres::VARIABLE, &postgres.address))
    })?;
    step("any bytes into the parsers, a minute each", || {
        let mut fuzz = cargo(&["test", "--workspace", "--locked", "--test", "e2e", "fuzz::", "--", "--nocapture"]);
        succeed("cargo test fuzz", fuzz.env("HOTSPOT_FUZZ_SECONDS", "60"))
    })?;
    step("doc tests", || succeed("cargo test --doc", &mut cargo(&["test", "--workspace", "--locked", "--doc"])))?;
    step("documentation", || {
        let mut doc = cargo(&["doc", "--workspace", "--no-deps", "--locked"]);
        succeed("cargo doc", doc.env("RUSTDOCFLAGS", "--deny warnings"))
    })?;
    let program = target_dir().join("debug/hotspot").to_string_lossy().into_owned();
    step("the month's page in a browser", || {
        let mut npm = command("npm", &["run", "summary"]);
        npm.current_dir(root().join("web")).env("HOTSPOT_PROGRAM", &program);
        succeed("browser tests of the month's page", &mut npm)
    })?;
    step("end to end in a browser", || {
        let dir = tempfile::tempdir().map_err(|e| format!("no temporary folder: {e}"))?;
        let dir = dir.path().to_string_lossy();
        let (_demo, url) = demo::start(&program, &dir)?;
        let browser = |script: &str, url: &str, other: &str| {
            let mut npm = command("npm", &["run", script]);
            npm.current_dir(root().join("web")).env("HOTSPOT_URL", url).env("HOTSPOT_OTHER_URL", other);
            succeed("browser tests", &mut npm)
        };
        browser("e2e", &url, &url)?;
        browser("find", &url, &url)?;
        browser("filters", &url, &url)?;
        browser("challenge", &url, &url)?;
        browser("linked-views", &url, &url)?;
        browser("success", &url, &url)?;
        browser("journeys", &url, &url)?;
        let (_signed, signed) = demo::signed(&program, &dir)?;
        let mut npm = command("npm", &["run", "reading"]);
        npm.current_dir(root().join("web")).env("HOTSPOT_URL", &url).env("HOTSPOT_SIGNED_URL", &signed);
        succeed("browser tests", &mut npm)?;
        // The same on PostgreSQL, where MOPAC and the MPS have a server each.
        let postgres = postgres::start()?;
        let (_one, url) = demo::beside(&program, &dir, &postgres.address)?;
        let (_two, other) = demo::beside(&program, &dir, &postgres.address)?;
        browser("challenge", &url, &other)
    })
}
