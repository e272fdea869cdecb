//! From the best window of each centre to the clusters that are reported.

use super::search::Best;
use super::windows::Zone;

/// Which of the best windows of all centres are reported beside the best of all. They are taken from the highest LLR down, and
/// compared with those already taken, which are *more likely*. The names are SaTScan's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Secondary {
    /// Only those that share no unit with a more likely one, whatever the time of either.
    #[default]
    NoGeographicalOverlap,
    /// Those whose centre is in no more likely one, and that hold no centre of a more likely one.
    NoCentersInOther,
    /// Those whose centre is in no more likely one.
    NoCentersInMoreLikely,
    /// Those that hold no centre of a more likely one.
    NoCentersInLessLikely,
    /// Those that do not, with a more likely one, hold the centre of each other.
    NoPairsOfCenters,
    /// The best window of each centre; the same set and time once.
    NoRestrictions,
}

/// Candidates that are reported, from the highest LLR down: at most `most`.
pub(super) fn choose(best: &[Best], zones: &[Zone], units: usize, secondary: Secondary, most: usize) -> Vec<Best> {
    let mut candidates: Vec<Best> = best.iter().copied().filter(|b| b.llr > 1e-9).collect();
    // The same set reached from two centres may differ in the last digits of its sums: such ties go to the first centre.
    let rounded = |llr: f64| (llr * 1e9).round();
    candidates.sort_by(|a, b| rounded(b.llr).total_cmp(&rounded(a.llr)).then(a.zone.cmp(&b.zone)));
    let members = |b: &Best| &zones[b.zone as usize].units[..b.length as usize];
    let mut taken = vec![false; units];
    let mut chosen: Vec<Best> = Vec::new();
    let mut sets: Vec<Vec<u32>> = Vec::new();
    for candidate in candidates {
        if chosen.len() >= most {
            break;
        }
        let units = members(&candidate);
        if secondary == Secondary::NoGeographicalOverlap {
            if units.iter().any(|u| taken[*u as usize]) {
                continue;
            }
            for unit in units {
                taken[*unit as usize] = true;
            }
            chosen.push(candidate);
            continue;
        }
        let mut set = units.to_vec();
        set.sort_unstable();
        let center = zones[candidate.zone as usize].center;
        let clashes = chosen.iter().zip(&sets).any(|(other, others)| {
            let inside = others.binary_search(&center).is_ok();
            let holds = set.binary_search(&zones[other.zone as usize].center).is_ok();
            match secondary {
                Secondary::NoGeographicalOverlap => unreachable!("settled above"),
                Secondary::NoCentersInOther => inside || holds,
                Secondary::NoCentersInMoreLikely => inside,
                Secondary::NoCentersInLessLikely => holds,
                Secondary::NoPairsOfCenters => inside && holds,
                Secondary::NoRestrictions => *others == set && (other.start, other.end) == (candidate.start, candidate.end),
            }
        });
        if !clashes {
            sets.push(set);
            chosen.push(candidate);
        }
    }
    chosen
}
