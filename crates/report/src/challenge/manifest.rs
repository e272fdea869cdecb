//! What went in, what was set, and what came out.

use super::{Evidence, InputFile};
use crate::summary::json::{document, lines, object, text};
use crate::summary::number;
use hotspot_core::Strand;
use hotspot_core::resource::gap::POLICY;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What the document is.
const FORMAT: &str = "hotspot-challenge/1";

/// SHA-256 in lower-case hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string takes all that is written to it");
        hex
    })
}

fn file(file: InputFile<'_>) -> String {
    object([("file", text(file.name)), ("sha256", text(file.sha256))])
}

impl Evidence<'_> {
    /// The manifest of these files.
    pub(super) fn manifest(&self, files: &[(String, Vec<u8>)]) -> String {
        let input = &self.input;
        let release = input.release;
        let none = || "null".to_owned();
        let parameters = object([
            ("level", text(input.level.id())),
            ("need", text(input.measure.id())),
            ("strand", text(input.strand.map_or("all", Strand::id))),
            ("apportion", text(input.rule.id())),
            ("on", text(&input.on.to_string())),
            ("months", input.months.to_string()),
            ("borough", self.borough.map_or_else(none, |b| text(&b.code))),
            ("replicates", input.params.replicates.to_string()),
            ("interval", number(input.params.level)),
        ]);
        let policy = object([
            ("version", text(&input.policy.version)),
            ("sha256", text(&sha256(POLICY.as_bytes()))),
            ("delta", number(input.policy.delta)),
            ("probability", number(input.policy.probability)),
            ("error", number(input.policy.error)),
            ("minimum_expected", number(input.policy.minimum_expected)),
        ]);
        let of_release = object([
            ("id", text(&release.id)),
            ("as_known_on", text(&release.as_known_on.to_string())),
            ("from", text(&release.window.from().to_string())),
            ("to", text(&release.window.to().to_string())),
            ("version", text(&release.provenance.version)),
        ]);
        let held: Vec<String> = files
            .iter()
            .map(|(name, bytes)| {
                object([("file", text(name)), ("bytes", bytes.len().to_string()), ("sha256", text(&sha256(bytes)))])
            })
            .collect();
        document(&[
            ("format", text(FORMAT)),
            ("version", text(env!("CARGO_PKG_VERSION"))),
            ("class", text(release.class.id())),
            ("marking", text(&self.marking())),
            ("command", text(&self.command())),
            ("release", of_release),
            ("resources", file(self.resources)),
            ("harm", self.harm().map_or_else(none, file)),
            ("other_harm", lines(&self.other_harm().map(file).collect::<Vec<_>>())),
            ("areas", self.areas.map_or_else(none, |areas| file(areas.file))),
            ("people", self.people.map_or_else(none, file)),
            ("stops", self.stops.map_or_else(none, file)),
            ("parameters", parameters),
            ("seed", input.params.seed.to_string()),
            ("policy", policy),
            ("files", lines(&held)),
        ])
    }
}
