//! How unequally resources follow need, over all places.
//!
//! # Definition
//! Places are ordered by resource per need, the least first. The **concentration curve** adds up both shares; the **Gini** coefficient is twice
//! the area between it and the diagonal: 0 when every place gets its share of the need, near 1 when places with no need get all.
//! **Misplaced** is the share of the resources that would have to go elsewhere for both shares to agree, `½ Σ |x_i − s_i|` (Hoover).
//!
//! # Pitfalls
//! An apportioned amount follows its rule: apportioned by need it makes the curve look fair. One number says nothing of a place.

use crate::error::{Error, Result};

/// Resources against need.
#[derive(Debug, Clone, PartialEq)]
pub struct Inequality {
    /// `[share of the need, share of the resources]` from `[0, 0]` to `[1, 1]`, straight between.
    pub curve: Vec<[f64; 2]>,
    /// Gini coefficient, 0 to 1.
    pub gini: f64,
    /// Share of the resources that would have to move, 0 to 1.
    pub misplaced: f64,
}

/// The concentration curve of resources against need.
///
/// # Errors
/// As [`crate::rate::share_gaps`].
///
/// ```
/// let made = hotspot_core::resource::inequality::inequality(&[10.0, 30.0], &[50.0, 50.0])?;
/// assert_eq!(made.curve, [[0.0, 0.0], [0.5, 0.25], [1.0, 1.0]]);
/// assert_eq!((made.gini, made.misplaced), (0.25, 0.25));
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn inequality(resources: &[f64], needs: &[f64]) -> Result<Inequality> {
    let gaps = crate::rate::share_gaps(resources, needs)?;
    let (given, needed): (f64, f64) = (resources.iter().sum(), needs.iter().sum());
    if given <= 0.0 || needed <= 0.0 {
        return Err(Error::NoReference);
    }
    let mut order: Vec<usize> = (0..needs.len()).collect();
    // x/s ascending without dividing by 0; what has neither changes nothing.
    // A place that needs nothing comes last, whatever it gets: its ratio would be equal to every other.
    let ratio = |i: usize| if needs[i] > 0.0 { resources[i] / needs[i] } else { f64::INFINITY };
    order.sort_by(|a, b| ratio(*a).total_cmp(&ratio(*b)).then(a.cmp(b)));
    let (mut need, mut resource) = (0.0, 0.0);
    let mut curve = vec![[0.0, 0.0]];
    for place in order {
        need += needs[place] / needed;
        resource += resources[place] / given;
        curve.push([need, resource]);
    }
    if let Some(last) = curve.last_mut() {
        *last = [1.0, 1.0];
    }
    let under: f64 = curve.windows(2).map(|w| (w[1][0] - w[0][0]) * (w[0][1] + w[1][1])).sum();
    let misplaced = gaps.iter().map(|g| g.abs()).sum::<f64>() / 2.0;
    Ok(Inequality { curve, gini: (1.0 - under).max(0.0), misplaced })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_places_that_need_nothing_have_an_order_too() {
        let needs: Vec<f64> = (0..900).map(|i| if i % 3 == 0 { 0.0 } else { f64::from(1 + i % 7) }).collect();
        let resources: Vec<f64> = (0..900).map(|i| f64::from(i * 7 % 5)).collect();
        let made = inequality(&resources, &needs).expect("valid input");
        assert!(made.curve.windows(2).all(|w| w[0][0] <= w[1][0] && w[0][1] <= w[1][1]) && (0.0..=1.0).contains(&made.gini));
    }

    #[test]
    fn equal_shares_have_no_inequality_and_one_place_without_need_has_all_of_it() {
        let fair = inequality(&[2.0, 6.0, 1.0], &[4.0, 12.0, 2.0]).expect("valid input");
        assert!(fair.gini < 1e-12 && fair.misplaced < 1e-12);
        let lost = inequality(&[0.0, 0.0, 5.0], &[4.0, 12.0, 0.0]).expect("valid input");
        assert_eq!((lost.gini, lost.misplaced), (1.0, 1.0));
        assert!(inequality(&[0.0], &[1.0]).is_err() && inequality(&[1.0], &[0.0]).is_err());
    }
}
