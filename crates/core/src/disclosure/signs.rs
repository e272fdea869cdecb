//! What stands in place of a figure, or beside it, below the analyst: one sign for each meaning, at every exit.
//!
//! | sign | meaning | on pages and in CSV | in JSON |
//! | --- | --- | --- | --- |
//! | [`HIDDEN`] | withheld: too small (zero among that), or it protects one that is; nobody can tell which | in place of the figure, or as its status beside an empty cell | null |
//! | [`ESTIMATED`] | supposed from what is published, not told ([`super::published`]) | beside a number rounded to 5 | the number, with its status |
//!
//! Of areas, boroughs and strands the two reasons of [`HIDDEN`] have one sign. A hotspot that has fewer than the threshold is told to have so few:
//! "0–4" ([`Figure::sign`](super::protected::Figure::sign)) is a figure, which every reader is taken to know when the proof is made; in CSV it stands
//! as the status, in JSON as the band. A hotspot with the sign of what is hidden has the threshold or more, or protects one: nothing more is told of it.
//! A dash on a page is no figure at all: nothing of such a period is made.

/// In place of a figure that is withheld.
pub const HIDDEN: &str = "[c]";
/// What [`HIDDEN`] says.
pub const HIDDEN_WORDS: &str = "withheld: too small, or protects one that is";

/// Beside a figure that is supposed.
pub const ESTIMATED: &str = "[e]";
/// What [`ESTIMATED`] says.
pub const ESTIMATED_WORDS: &str = "[e] marks a number of incidents that is not told, or not all of it: it is supposed, from other quarters, from the \
                                   year or from the borough, and shown to the nearest 5. It is no count. What is expected of such a place, its shares and \
                                   its verdict rest on it, and their intervals do not hold how wrong it may be.";
