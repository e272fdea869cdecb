//! What if? Another budget, floors, caps on change: new amounts, and what holds them back.
//!
//! # Definition
//! Place i needs N_i and gets x_i with `lo_i ≤ x_i ≤ hi_i` and `Σ x = X`. **Proportional** within bounds is
//!
//! ```text
//! x_i = clamp(t N_i, lo_i, hi_i)          t such that Σ x_i = X
//! ```
//!
//! This is also the **optimal** allocation for every separable concave benefit `Σ N_i φ(x_i / N_i)` whose φ (diminishing returns of a resource per
//! need) is the same everywhere: where no bound holds, the marginal benefit φ'(x_i / N_i) is equal, so x_i / N_i is (Karush, Kuhn and Tucker).
//! Which φ it is does not matter, and nobody knows it.
//!
//! Whole officers: [`whole`] rounds to a step by the largest remainder, within the bounds, and keeps the sum.
//!
//! # What it is not
//! No forecast of crime. It answers "who would get what", not "what would happen".

use super::gap::{ChallengePolicy, Gap, GapParams, gaps};
use super::need::Need;
use crate::error::{Error, Result};

/// Bounds of a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Least.
    pub least: f64,
    /// Most.
    pub most: f64,
}

/// What holds a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Held {
    /// Nothing: it gets its share of the need.
    Free,
    /// Its floor: it gets more than its share.
    AtLeast,
    /// Its cap: it gets less than its share.
    AtMost,
}

/// An allocation.
#[derive(Debug, Clone, PartialEq)]
pub struct Allocated {
    /// By place.
    pub amount: Vec<f64>,
    /// What holds each place.
    pub held: Vec<Held>,
    /// t: resource per need where nothing holds; infinite where every place is at its cap.
    pub per_need: f64,
}

/// Bounds from the current amounts: a floor as a share of the current amount and a cap on the change, `None` for none.
///
/// ```
/// use hotspot_core::resource::what_if::bounds;
///
/// let made = bounds(&[10.0, 0.0], Some(0.8), Some(0.25));
/// assert_eq!((made[0].least, made[0].most), (8.0, 12.5));
/// assert_eq!((made[1].least, made[1].most), (0.0, 0.0));
/// ```
pub fn bounds(current: &[f64], floor: Option<f64>, change: Option<f64>) -> Vec<Bounds> {
    let of = |x: &f64| Bounds {
        least: (x * floor.unwrap_or(0.0)).max(change.map_or(0.0, |c| x * (1.0 - c))),
        most: change.map_or(f64::INFINITY, |c| x * (1.0 + c)),
    };
    current.iter().map(of).collect()
}

/// The proportional allocation of a budget within bounds.
///
/// # Errors
/// [`Error::Length`] when there are not bounds for each need; [`Error::OutOfRange`] when a need or budget is negative or not finite, a floor is
/// above its cap, or the bounds leave no allocation of the budget: the floors sum to more, or the caps to less. [`Error::NoReference`] when
/// nothing is needed by whom the rest could go to.
///
/// ```
/// use hotspot_core::resource::what_if::{Bounds, Held, proportional};
///
/// let free = Bounds { least: 0.0, most: f64::INFINITY };
/// let made = proportional(&[30.0, 50.0, 20.0], 100.0, &[Bounds { least: 0.0, most: 12.0 }, free, free])?;
/// assert_eq!(made.held[0], Held::AtMost);
/// assert!((made.amount[1] - 88.0 * 5.0 / 7.0).abs() < 1e-9);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn proportional(needs: &[f64], budget: f64, bounds: &[Bounds]) -> Result<Allocated> {
    if bounds.len() != needs.len() {
        return Err(Error::Length { what: "bounds", got: bounds.len(), expected: needs.len() });
    }
    if needs.iter().chain([&budget]).any(|v| !(*v >= 0.0 && v.is_finite())) {
        return Err(Error::OutOfRange { what: "need or budget", must: "zero or more, and finite" });
    }
    if bounds.iter().any(|b| !(b.least >= 0.0 && b.least.is_finite() && b.most >= b.least)) {
        return Err(Error::OutOfRange { what: "bounds", must: "a floor of zero or more, and a cap that is not below it" });
    }
    let total = |t: f64| -> f64 { needs.iter().zip(bounds).map(|(n, b)| (t * n).clamp(b.least, b.most)).sum() };
    let tolerance = 1e-9 * budget.max(1.0);
    let least: f64 = bounds.iter().map(|b| b.least).sum();
    if least > budget + tolerance {
        return Err(Error::OutOfRange { what: "budget", must: "at least the sum of the floors and of what is set" });
    }
    // With t beyond every bound: caps where there is a need, floors elsewhere.
    let most: f64 = needs.iter().zip(bounds).map(|(n, b)| if *n > 0.0 { b.most } else { b.least }).sum();
    if most < budget - tolerance {
        return Err(if needs.iter().all(|n| *n == 0.0) {
            Error::NoReference
        } else {
            Error::OutOfRange { what: "budget", must: "at most the sum of the caps and of what is set" }
        });
    }
    // The sum rises with t, linear between the points where a bound begins or ends to hold.
    let mut turns: Vec<f64> = needs
        .iter()
        .zip(bounds)
        .filter(|(n, _)| **n > 0.0)
        .flat_map(|(n, b)| [b.least / n, b.most / n])
        .filter(|t| t.is_finite())
        .collect();
    turns.sort_by(f64::total_cmp);
    let after = turns.partition_point(|t| total(*t) < budget);
    let from = if after == 0 { 0.0 } else { turns[after - 1] };
    let free: f64 = needs
        .iter()
        .zip(bounds)
        .filter(|(n, b)| **n > 0.0 && b.least <= from * *n * (1.0 + 1e-12) && from * *n < b.most * (1.0 - 1e-12))
        .map(|(n, _)| n)
        .sum();
    let per_need = if free > 0.0 { from + ((budget - total(from)) / free).max(0.0) } else { from };
    let amount: Vec<f64> = needs.iter().zip(bounds).map(|(n, b)| (per_need * n).clamp(b.least, b.most)).collect();
    let held = needs
        .iter()
        .zip(bounds)
        .map(|(n, b)| {
            let wanted = per_need * n;
            if wanted < b.least - tolerance {
                Held::AtLeast
            } else if wanted > b.most + tolerance {
                Held::AtMost
            } else {
                Held::Free
            }
        })
        .collect();
    Ok(Allocated { amount, held, per_need })
}

/// Amounts in whole steps with the same sum (to a step), within the bounds where that can be: the largest remainders are rounded up.
///
/// # Errors
/// [`Error::OutOfRange`] when the step is not positive and finite.
///
/// ```
/// use hotspot_core::resource::what_if::{Bounds, whole};
///
/// let free = [Bounds { least: 0.0, most: f64::INFINITY }; 3];
/// assert_eq!(whole(&[1.4, 1.4, 1.2], 1.0, &free)?, [2.0, 1.0, 1.0]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn whole(amounts: &[f64], step: f64, bounds: &[Bounds]) -> Result<Vec<f64>> {
    if !(step > 0.0 && step.is_finite()) {
        return Err(Error::OutOfRange { what: "step", must: "positive and finite" });
    }
    let mut steps: Vec<f64> = amounts.iter().map(|a| (a / step + 1e-9).floor()).collect();
    let sum: f64 = amounts.iter().sum::<f64>() / step;
    let missing = (sum + 1e-6).floor() - steps.iter().sum::<f64>();
    let mut order: Vec<usize> = (0..amounts.len()).collect();
    let rest = |i: usize| amounts[i] / step - steps[i];
    let rests: Vec<f64> = (0..amounts.len()).map(rest).collect();
    order.sort_by(|a, b| rests[*b].total_cmp(&rests[*a]).then(a.cmp(b)));
    let room = |i: usize, s: f64| bounds.get(i).is_none_or(|b| (s + 1.0) * step <= b.most + 1e-9);
    let mut left = missing.max(0.0) as usize;
    for i in order {
        if left > 0 && room(i, steps[i]) {
            steps[i] += 1.0;
            left -= 1;
        }
    }
    Ok(steps.into_iter().map(|s| s * step).collect())
}

/// A budget is between what is given out now over this and times this: beyond, nothing that is known of the places says who could use it.
pub const MOST_TIMES: f64 = 10.0;
/// Largest change of an amount, as a share of it.
pub const MOST_CHANGE: f64 = 10.0;

/// What is wished; what is not set stays as it is or is free.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wish {
    /// All that is given out; by default as much as now.
    pub budget: Option<f64>,
    /// Least that a place keeps of its amount, 0 to 1.
    pub floor: Option<f64>,
    /// Most by which an amount changes either way, as a share of it: 0 or more.
    pub change: Option<f64>,
    /// Amounts in whole steps of this.
    pub step: Option<f64>,
    /// Places whose amount is set, by row; floor and change do not hold for them.
    pub fixed: Vec<(usize, f64)>,
}

/// What would be given, and the gaps that would remain.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    /// By place.
    pub amount: Vec<f64>,
    /// What holds each place; a place whose amount is set is [`Held::Free`].
    pub held: Vec<Held>,
    /// Gap of each place.
    pub gaps: Vec<Gap>,
}

/// Plays a wish: the proportional allocation of the budget within its bounds, and the gaps that it leaves. No forecast of crime.
///
/// # Errors
/// As [`proportional`], [`whole`] and [`gaps`]; [`Error::OutOfRange`] when a floor is no share, a change or the budget is beyond [`MOST_CHANGE`] or
/// [`MOST_TIMES`], a step or an amount that is set is more than the budget, or a place does not exist.
///
/// ```
/// use hotspot_core::rate::GammaPosterior;
/// use hotspot_core::resource::gap::{ChallengePolicy, GapParams};
/// use hotspot_core::resource::need::Need;
/// use hotspot_core::resource::what_if::{Wish, play};
///
/// let need = |n: u32| Need { incidents: n, expected: GammaPosterior { shape: n.into(), rate: 1.0 }, count: n.into() };
/// let wish = Wish { step: Some(1.0), ..Wish::default() };
/// let made = play(&[need(30), need(90)], &[10.0, 10.0], &wish, &ChallengePolicy::current(), &GapParams::default())?;
/// assert_eq!(made.amount, [5.0, 15.0]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn play(needs: &[Need], current: &[f64], wish: &Wish, policy: &ChallengePolicy, params: &GapParams) -> Result<Played> {
    if wish.floor.is_some_and(|f| !(0.0..=1.0).contains(&f)) {
        return Err(Error::OutOfRange { what: "floor", must: "from 0 to 1" });
    }
    if wish.change.is_some_and(|c| !(0.0..=MOST_CHANGE).contains(&c)) {
        return Err(Error::OutOfRange { what: "change", must: "from 0 to 10, which is ten times the amount of a place" });
    }
    let given: f64 = current.iter().sum();
    let budget = wish.budget.unwrap_or(given);
    if wish.budget.is_some_and(|b| !(given / MOST_TIMES..=given * MOST_TIMES).contains(&b)) {
        return Err(Error::OutOfRange { what: "budget", must: "between a tenth of what is given out now and ten times that" });
    }
    if wish.step.is_some_and(|s| !(s > 0.0 && s <= budget)) {
        return Err(Error::OutOfRange { what: "step", must: "positive, and no more than all that is given out" });
    }
    if wish.fixed.iter().any(|(_, amount)| !(0.0..=budget).contains(amount)) {
        return Err(Error::OutOfRange { what: "amount that is set", must: "zero or more, and no more than all that is given out" });
    }
    let mut held_to = bounds(current, wish.floor, wish.change);
    for (place, amount) in &wish.fixed {
        let bound = held_to.get_mut(*place).ok_or(Error::OutOfRange { what: "place", must: "one of those asked about" })?;
        *bound = Bounds { least: *amount, most: *amount };
    }
    let mean: Vec<f64> = needs.iter().map(|n| n.expected.mean()).collect();
    let mut made = proportional(&mean, budget, &held_to)?;
    if let Some(step) = wish.step {
        made.amount = whole(&made.amount, step, &held_to)?;
    }
    for (place, amount) in &wish.fixed {
        (made.amount[*place], made.held[*place]) = (*amount, Held::Free);
    }
    if made.amount.iter().all(|a| *a == 0.0) {
        return Err(Error::OutOfRange { what: "step", must: "small enough that some place gets one" });
    }
    let gaps = gaps(needs, &made.amount, policy, params)?;
    Ok(Played { amount: made.amount, held: made.held, gaps })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_budget_is_spent_within_the_bounds_and_the_free_have_one_rate(
            rows in prop::collection::vec((0.0..50.0f64, 0.0..5.0f64, 0.0..60.0f64), 1..40),
            at in 0.0..1.0f64,
        ) {
            let needs: Vec<f64> = rows.iter().map(|r| r.0).collect();
            let bounds: Vec<Bounds> = rows.iter().map(|r| Bounds { least: r.1, most: r.1 + r.2 }).collect();
            let least: f64 = bounds.iter().map(|b| b.least).sum();
            let most: f64 = needs.iter().zip(&bounds).map(|(n, b)| if *n > 0.0 { b.most } else { b.least }).sum();
            let budget = least + at * (most - least);
            let made = proportional(&needs, budget, &bounds).expect("there is an allocation");
            prop_assert!((made.amount.iter().sum::<f64>() - budget).abs() < 1e-6 * budget.max(1.0));
            for ((x, b), n) in made.amount.iter().zip(&bounds).zip(&needs) {
                prop_assert!(*x >= b.least - 1e-9 && *x <= b.most + 1e-9);
                // No better exchange: whoever is above a floor has at most the common rate, whoever is below a cap at least.
                if *x > b.least + 1e-6 { prop_assert!(*x <= made.per_need * n + 1e-6); }
                if *x < b.most - 1e-6 { prop_assert!(*x >= made.per_need * n - 1e-6); }
            }
        }
    }

    #[test]
    fn what_cannot_be_is_refused_in_words() {
        let between = |least, most| Bounds { least, most };
        let must = |r: Result<Allocated>| r.expect_err("no allocation").to_string();
        assert!(must(proportional(&[1.0, 1.0], 5.0, &[between(3.0, 9.0); 2])).contains("floors"));
        assert!(must(proportional(&[1.0, 1.0], 50.0, &[between(3.0, 9.0); 2])).contains("caps"));
        assert_eq!(proportional(&[0.0, 0.0], 5.0, &[between(0.0, 9.0); 2]), Err(Error::NoReference));
        assert!(proportional(&[1.0], 5.0, &[between(9.0, 3.0)]).is_err());
        assert!(whole(&[1.0], 0.0, &[]).is_err());
    }

    #[test]
    fn whole_officers_keep_the_sum_and_the_caps() {
        let made = whole(
            &[2.5, 3.5, 4.0],
            1.0,
            &[Bounds { least: 0.0, most: 2.9 }, Bounds { least: 0.0, most: 9.0 }, Bounds { least: 0.0, most: 9.0 }],
        );
        assert_eq!(made.expect("valid input"), [2.0, 4.0, 4.0]);
    }

    #[test]
    fn a_wish_is_played_within_its_bounds_and_a_set_amount_stays() {
        let need =
            |n: u32| Need { incidents: n, expected: crate::rate::GammaPosterior { shape: n.into(), rate: 1.0 }, count: n.into() };
        let (needs, current) = ([need(300), need(100), need(100)], [10.0, 45.0, 45.0]);
        let play = |wish: Wish| play(&needs, &current, &wish, &ChallengePolicy::current(), &GapParams::default());
        let capped = play(Wish { change: Some(0.5), ..Wish::default() }).expect("there is an allocation");
        assert_eq!((capped.amount[0], capped.held[0]), (15.0, Held::AtMost));
        assert!((capped.amount.iter().sum::<f64>() - 100.0).abs() < 1e-9);
        let set = play(Wish { fixed: vec![(1, 60.0)], ..Wish::default() }).expect("there is an allocation");
        assert_eq!((set.amount[1], set.held[1]), (60.0, Held::Free));
        assert!((set.amount[0] - 30.0).abs() < 1e-9 && (set.gaps[1].resource_share - 0.6).abs() < 1e-12);
        for wrong in [
            Wish { floor: Some(1.5), ..Wish::default() },
            Wish { change: Some(-0.1), ..Wish::default() },
            Wish { fixed: vec![(3, 1.0)], ..Wish::default() },
            Wish { floor: Some(1.0), budget: Some(50.0), ..Wish::default() },
        ] {
            assert!(play(wrong).is_err());
        }
    }
}
