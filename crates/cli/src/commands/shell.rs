//! Completions and the manual page.

use crate::args::{Args, CompletionsArgs};
use crate::failure::Done;
use clap::CommandFactory;

/// Completions for a shell.
#[expect(clippy::unnecessary_wraps, reason = "every command has the same shape")]
pub fn completions(args: &CompletionsArgs) -> Done {
    clap_complete::generate(args.shell, &mut Args::command(), "hotspot", &mut std::io::stdout());
    Ok(())
}

/// The manual page.
pub fn man() -> Done {
    Ok(clap_mangen::Man::new(Args::command()).render(&mut std::io::stdout())?)
}
