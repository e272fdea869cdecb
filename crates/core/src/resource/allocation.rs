//! What each place gets, of amounts that are stated for it or for a wider area.
//!
//! # Definition
//! An amount is stated for a set of units: those of a hotspot, a borough, a command unit, those within reach of a point, or all. Places are
//! disjoint sets of units. An amount whose units all lie in one place is that place's. Any other is **apportioned**: each place gets
//! the part that its units among the covered ones have of a measure ([`Rule`]). What no unit covers is *outside*, and said.
//!
//! # Pitfalls
//! An amount that is apportioned by need follows need by construction inside its area: nothing can be questioned there but the direct
//! amounts. That is why every other rule is asked too, and why apportioned parts are shown as such.

use crate::error::{Error, Result};

/// By what an amount of a wider area is spread over its units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// By the expected number of incidents.
    Need,
    /// By area.
    Area,
    /// By residents.
    Residents,
    /// The same for every place that it touches.
    Equal,
}

impl Rule {
    /// All.
    pub const ALL: [Self; 4] = [Self::Need, Self::Area, Self::Residents, Self::Equal];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Need => "need",
            Self::Area => "area",
            Self::Residents => "residents",
            Self::Equal => "equal",
        }
    }

    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Need => "by expected incidents",
            Self::Area => "by area",
            Self::Residents => "by residents",
            Self::Equal => "equally by place",
        }
    }
}

/// What units have of each measure.
#[derive(Debug, Clone, Copy)]
pub struct Measures<'a> {
    /// Expected incidents by unit.
    pub need: &'a [f64],
    /// Square kilometres by unit.
    pub area_km2: &'a [f64],
    /// Residents by unit, where they are known.
    pub residents: Option<&'a [f64]>,
}

/// What places get.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares {
    /// By place.
    pub amount: Vec<f64>,
    /// Of it, from amounts of wider areas.
    pub apportioned: Vec<f64>,
    /// Amounts that no place gets.
    pub outside: f64,
}

impl Shares {
    /// Nothing yet, for so many places.
    pub fn none(places: usize) -> Self {
        Self { amount: vec![0.0; places], apportioned: vec![0.0; places], outside: 0.0 }
    }

    /// Adds an amount that is stated for the units `covered`, each once.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when the amount is negative or not finite, or a unit or place does not exist; [`Error::NoReference`] when the
    /// rule is by residents and they are not known.
    ///
    /// ```
    /// use hotspot_core::resource::allocation::{Measures, Rule, Shares};
    ///
    /// // Three units: the first is a hotspot, the others the rest.
    /// let place_of = [Some(0), Some(1), Some(1)];
    /// let measures = Measures { need: &[6.0, 1.0, 1.0], area_km2: &[0.1, 0.5, 0.4], residents: None };
    /// let mut shares = Shares::none(2);
    /// shares.add(4.0, &[0], &place_of, Rule::Area, &measures)?;
    /// shares.add(10.0, &[0, 1, 2], &place_of, Rule::Area, &measures)?;
    /// assert_eq!(shares.amount, [5.0, 9.0]);
    /// assert_eq!(shares.apportioned, [1.0, 9.0]);
    /// # Ok::<(), hotspot_core::Error>(())
    /// ```
    pub fn add(
        &mut self,
        amount: f64,
        covered: &[u32],
        place_of: &[Option<u32>],
        rule: Rule,
        measures: &Measures<'_>,
    ) -> Result<()> {
        if !(amount >= 0.0 && amount.is_finite()) {
            return Err(Error::OutOfRange { what: "amount", must: "zero or more, and finite" });
        }
        let by_unit = match rule {
            Rule::Need => Some(measures.need),
            Rule::Area => Some(measures.area_km2),
            Rule::Residents => Some(measures.residents.ok_or(Error::NoReference)?),
            Rule::Equal => None,
        };
        let mut weight = vec![0.0; self.amount.len()];
        let mut touched = vec![false; self.amount.len()];
        for unit in covered {
            let unknown = Error::OutOfRange { what: "covered unit", must: "a unit that exists" };
            let place = *place_of.get(*unit as usize).ok_or(unknown)?;
            let Some(place) = place.map(|p| p as usize) else { continue };
            let known = weight.get_mut(place).ok_or(Error::OutOfRange { what: "place of a unit", must: "one of the places" })?;
            touched[place] = true;
            if let Some(by_unit) = by_unit {
                *known += by_unit.get(*unit as usize).copied().unwrap_or(0.0);
            }
        }
        let places: Vec<usize> = (0..touched.len()).filter(|p| touched[*p]).collect();
        let total: f64 = weight.iter().sum();
        match places.as_slice() {
            [] => self.outside += amount,
            [only] => self.amount[*only] += amount,
            several => {
                for place in several {
                    // Where nothing is measured, places count the same.
                    let part = if total > 0.0 { weight[*place] / total } else { 1.0 / several.len() as f64 };
                    self.amount[*place] += amount * part;
                    self.apportioned[*place] += amount * part;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_is_lost_by_any_rule(
            amounts in prop::collection::vec((0.0..1e6f64, prop::collection::btree_set(0u32..30, 0..30)), 1..12),
            places in prop::collection::vec(prop::option::of(0u32..5), 30),
            need in prop::collection::vec(0.0..10.0f64, 30),
        ) {
            let measures = Measures { need: &need, area_km2: &[0.0; 30], residents: Some(&need) };
            for rule in Rule::ALL {
                let mut shares = Shares::none(5);
                for (amount, covered) in &amounts {
                    let covered: Vec<u32> = covered.iter().copied().collect();
                    shares.add(*amount, &covered, &places, rule, &measures).expect("valid input");
                }
                let given: f64 = amounts.iter().map(|a| a.0).sum();
                let got: f64 = shares.amount.iter().sum::<f64>() + shares.outside;
                prop_assert!((got - given).abs() <= 1e-9 * given.max(1.0));
                prop_assert!(shares.apportioned.iter().zip(&shares.amount).all(|(a, all)| *a <= all + 1e-9));
            }
        }
    }

    #[test]
    fn rules_differ_and_residents_must_be_known() {
        let place_of = [Some(0), Some(1), Some(1)];
        let measures = Measures { need: &[6.0, 1.0, 1.0], area_km2: &[0.1, 0.5, 0.4], residents: None };
        let of = |rule| {
            let mut shares = Shares::none(2);
            shares.add(10.0, &[0, 1, 2], &place_of, rule, &measures).map(|()| shares.amount)
        };
        assert_eq!(of(Rule::Need).expect("valid"), [7.5, 2.5]);
        assert_eq!(of(Rule::Area).expect("valid"), [1.0, 9.0]);
        assert_eq!(of(Rule::Equal).expect("valid"), [5.0, 5.0]);
        assert_eq!(of(Rule::Residents), Err(Error::NoReference));
        let mut shares = Shares::none(2);
        for (amount, unit) in [(-1.0, 0), (f64::NAN, 0), (1.0, 7)] {
            assert!(shares.add(amount, &[unit], &place_of, Rule::Area, &measures).is_err());
        }
        shares.add(3.0, &[], &place_of, Rule::Area, &measures).expect("valid");
        assert_eq!(shares.outside, 3.0);
    }
}
