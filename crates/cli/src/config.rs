//! Settings of the service: defaults < file < `HOTSPOT_*` < flags.

use crate::args::ServeArgs;
use crate::failure::{Done, Failure};
use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// Where a setting comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Default,
    File,
    Environment,
    Flag,
}

/// What a file may say; a name that is not known is an error.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    releases: Option<PathBuf>,
    listen: Option<SocketAddr>,
    auth: Option<PathBuf>,
}

/// Settings in force.
#[derive(Debug, PartialEq, Eq)]
pub struct Config {
    pub releases: (PathBuf, Origin),
    pub listen: (SocketAddr, Origin),
    /// How people sign in; none: not at all.
    pub auth: (Option<PathBuf>, Origin),
}

impl Config {
    /// Merges the four origins. `variable` answers for the environment.
    pub fn resolve(args: &ServeArgs, variable: impl Fn(&str) -> Option<String>) -> Done<Self> {
        let file = args.config.as_deref().map(read).transpose()?.unwrap_or_default();
        let listen = variable("HOTSPOT_LISTEN")
            .map(|text| text.parse().map_err(|e| Failure::cannot(format!("HOTSPOT_LISTEN: {e}; write it as 127.0.0.1:8080"))))
            .transpose()?;
        Ok(Self {
            releases: first(
                args.releases.clone(),
                variable("HOTSPOT_RELEASES").map(PathBuf::from),
                file.releases,
                "releases".into(),
            ),
            listen: first(args.listen, listen, file.listen, (Ipv4Addr::LOCALHOST, 8080).into()),
            auth: first(
                args.auth.clone().map(Some),
                variable("HOTSPOT_AUTH").map(|text| Some(text.into())),
                file.auth.map(Some),
                None,
            ),
        })
    }
}

fn first<T>(flag: Option<T>, environment: Option<T>, file: Option<T>, default: T) -> (T, Origin) {
    flag.map(|v| (v, Origin::Flag))
        .or_else(|| environment.map(|v| (v, Origin::Environment)))
        .or_else(|| file.map(|v| (v, Origin::File)))
        .unwrap_or((default, Origin::Default))
}

fn read(path: &Path) -> Done<File> {
    Toml::read(path)?.parse()
}

/// A file of settings. Its errors name the line and never what stands there: a file named by mistake may hold anything.
pub struct Toml<'p> {
    path: &'p Path,
    text: String,
}

impl<'p> Toml<'p> {
    pub fn read(path: &'p Path) -> Done<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| Failure::cannot(format!("{}: {e}", path.display())))?;
        Ok(Self { path, text })
    }

    pub fn parse<'a, T: Deserialize<'a>>(&'a self) -> Done<T> {
        toml::from_str(&self.text).map_err(|e| {
            // What stands in quotes is a value of the file.
            let message: Vec<&str> = e.message().split('"').step_by(2).collect();
            self.wrong(e.span().map_or(0, |span| span.start), message.join("…"))
        })
    }

    /// What is wrong at a place of the file.
    pub fn wrong(&self, start: usize, what: impl std::fmt::Display) -> Failure {
        let line = self.text[..start.min(self.text.len())].matches('\n').count() + 1;
        Failure::cannot(format!("{}, line {line}: {what}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_wins_over_a_variable_over_a_file_over_the_default() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hotspot.toml");
        std::fs::write(&path, "releases = \"from-file\"\n").unwrap();
        let args = |releases: Option<&str>| ServeArgs {
            releases: releases.map(PathBuf::from),
            config: Some(path.clone()),
            listen: None,
            auth: None,
        };
        let none = |_: &str| None;
        let set = |name: &str| (name == "HOTSPOT_RELEASES").then(|| "from-variable".to_owned());
        assert_eq!(Config::resolve(&args(None), none).unwrap().releases, ("from-file".into(), Origin::File));
        assert_eq!(Config::resolve(&args(None), set).unwrap().releases, ("from-variable".into(), Origin::Environment));
        assert_eq!(Config::resolve(&args(Some("from-flag")), set).unwrap().releases, ("from-flag".into(), Origin::Flag));
        assert_eq!(Config::resolve(&args(None), none).unwrap().listen, ("127.0.0.1:8080".parse().unwrap(), Origin::Default));
    }

    #[test]
    fn a_misspelt_name_in_the_file_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hotspot.toml");
        std::fs::write(&path, "lisen = \"127.0.0.1:1\"\n").unwrap();
        let args = ServeArgs { releases: None, config: Some(path), listen: None, auth: None };
        assert!(Config::resolve(&args, |_| None).is_err());
    }
}
