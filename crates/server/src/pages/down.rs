//! The way down: London, command unit, borough, area, hotspot; and which places lie in one of them.

use super::list::parameters;
use crate::challenge::Asked;
use hotspot_core::atlas::Atlas;
use hotspot_core::resource::challenge::{Level, Place};
use minijinja::{Value, context};

/// A place inside which the places of a finer level are listed.
#[derive(Debug, Clone)]
pub(crate) enum Within {
    /// A command unit by its name, or a borough by its code.
    Holder(String),
    /// An area: hotspots have no area of their own, and lie where their units do.
    Area(Place),
}

impl Within {
    /// As an address has it.
    pub fn id(&self) -> &str {
        match self {
            Self::Holder(id) => id,
            Self::Area(area) => &area.id,
        }
    }

    /// Whether a place is listed.
    pub fn holds(&self, place: &Place) -> bool {
        match self {
            Self::Holder(id) => [&place.borough, &place.command_unit].into_iter().flatten().any(|of| of == id),
            Self::Area(area) => !place.is_rest && place.units.iter().any(|unit| area.units.binary_search(unit).is_ok()),
        }
    }

    /// The way from London to here: each step with its address, the last without.
    pub fn crumbs(&self, asked: &Asked, kind: &str) -> Vec<Value> {
        let here = |name: &str| context! { name };
        match self {
            Self::Holder(id) => match borough(id) {
                Some(borough) => [above(asked, kind, borough.bcu.as_deref(), None), vec![here(&borough.name)]].concat(),
                None => [above(asked, kind, None, None), vec![here(id)]].concat(),
            },
            Self::Area(area) => way_to(asked, kind, area),
        }
    }
}

fn borough(code: &str) -> Option<&'static hotspot_core::atlas::Borough> {
    Atlas::london().boroughs().iter().find(|borough| borough.code == code)
}

/// The way from London to a place, which is its end.
pub(super) fn way_to(asked: &Asked, kind: &str, place: &Place) -> Vec<Value> {
    let own = |of: &Option<String>| of.clone().filter(|id| *id != place.id);
    [
        above(asked, kind, own(&place.command_unit).as_deref(), own(&place.borough).as_deref()),
        vec![context! { name => &place.name }],
    ]
    .concat()
}

/// London, a command unit and a borough, each with the address of the places in it.
fn above(asked: &Asked, kind: &str, unit: Option<&str>, code: Option<&str>) -> Vec<Value> {
    let step = |name: &str, level: Level, within: Option<&str>| context! { name, link => down(asked, kind, level, within) };
    let mut steps = vec![step("London", Level::CommandUnit, None)];
    steps.extend(unit.map(|unit| step(unit, Level::Borough, Some(unit))));
    // The finest level but hotspots that there is inside a borough.
    let inside = if asked.levels().contains(&Level::Area) { Level::Area } else { Level::Hotspot };
    steps.extend(code.map(|code| step(borough(code).map_or(code, |b| &b.name), inside, Some(code))));
    steps
}

/// The address of the places of a level inside another.
pub(super) fn down(asked: &Asked, kind: &str, level: Level, within: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters(asked, kind).into_iter().filter(|(name, _)| *name != "level"));
    query.append_pair("level", level.id());
    if let Some(within) = within {
        query.append_pair("within", within);
    }
    query.finish()
}

/// What a place can be taken apart into: words and addresses.
pub(super) fn deeper(asked: &Asked, kind: &str, place: &Place) -> Vec<Value> {
    let next = |words: &str, level: Level, within: &str| context! { words, link => down(asked, kind, level, Some(within)) };
    let levels = asked.levels();
    let analysed = asked.served.release().analysis(asked.strand).is_some();
    match asked.level {
        Level::CommandUnit => place.command_unit.iter().map(|unit| next("Its boroughs", Level::Borough, unit)).collect(),
        Level::Borough => {
            let code = place.borough.as_deref();
            let areas = code.filter(|_| levels.contains(&Level::Area)).map(|code| next("Its areas", Level::Area, code));
            let hotspots = code.filter(|_| analysed).map(|code| next("Its hotspots", Level::Hotspot, code));
            areas.into_iter().chain(hotspots).collect()
        }
        Level::Area if analysed => vec![next("Its hotspots", Level::Hotspot, &place.id)],
        Level::Hotspot | Level::Area => Vec::new(),
    }
}
