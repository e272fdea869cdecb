//! `hotspot config`.

use crate::args::ServeArgs;
use crate::commands::say;
use crate::config::Config;
use crate::failure::Done;

/// Prints each setting, as the file would have it, with where it comes from.
pub fn run(args: &ServeArgs) -> Done {
    let config = Config::resolve(args, |name| std::env::var(name).ok())?;
    say(format_args!("releases = \"{}\"  # {:?}", config.releases.0.display(), config.releases.1))?;
    say(format_args!("listen = \"{}\"  # {:?}", config.listen.0, config.listen.1))?;
    match &config.auth.0 {
        Some(auth) => say(format_args!("auth = \"{}\"  # {:?}", auth.display(), config.auth.1)),
        None => say(format_args!("# auth: nobody signs in")),
    }
}
