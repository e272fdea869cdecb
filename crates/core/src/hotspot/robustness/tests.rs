use super::design::parsed;
use super::*;
use crate::areas::AreaLayer;
use crate::cube::{Fact, FactKind, NO_AREA, NO_HOUR};
use crate::grid::{CellGrid, StudyArea};
use crate::hotspot::analysis::Analysis;
use crate::hotspot::detect::{DetectInput, detect};
use crate::incident::{FlagStatus, Offence, Outcome as Closed, PlaceKind, Setting as Scene, Source, SourceSet, StrandSet};
use crate::projection::Projection;
use crate::residents::ResidentPoints;
use crate::units::Units;
use geo::{Coord, LineString, MultiPolygon, Polygon, Rect};
use h3o::Resolution;
use proptest::prelude::*;
use std::collections::BTreeSet;

const LAST: &str = "2026-10";

/// A city with a thin and uneven background over two years.
struct City {
    units: Units,
    facts: Facts,
    metres: Vec<[f64; 2]>,
    radius_m: Vec<f32>,
    people: People,
    offences: Vec<u32>,
    next: u32,
}

fn last() -> Month {
    LAST.parse().expect("a month")
}

fn grid() -> CellGrid {
    let area = Rect::new((-0.2, 51.45), (-0.05, 51.53)).to_polygon().into();
    CellGrid::cover(StudyArea::new("Test", area).expect("a rectangle"), Resolution::Ten, Resolution::Eight).expect("a grid")
}

impl City {
    fn empty() -> Self {
        let (facts, people) = (Facts::new(FactKind::Events), People::default());
        Self { units: Units::Cells(grid()), facts, metres: Vec::new(), radius_m: Vec::new(), people, offences: Vec::new(), next: 0 }
    }

    fn new() -> Self {
        let mut city = Self::empty();
        for unit in 0..city.units.level(9).expect("cells").len() {
            let at = city.units.centers_m(9).expect("cells")[unit];
            for i in 0..[0, 0, 1, 0, 0, 3, 0, 1][unit % 8] {
                for year in 0..2 {
                    city.add([at[0] + 9.0 * f64::from(i), at[1]], 12 * year + (unit % 12) as u16, NOBODY);
                }
            }
        }
        city
    }

    /// One incident, so many months before the last.
    fn add(&mut self, at: [f64; 2], ago: u16, victim: u32) {
        let p = self.units.projection().lonlat_from_metres(at).expect("near the city");
        self.next += 1;
        let month = last().minus(ago);
        self.facts.push(Fact {
            unit: self.units.locate(p).unwrap_or(crate::cube::NO_UNIT),
            area: NO_AREA,
            month,
            recorded: month,
            strands: StrandSet::from_iter([Strand::Race]),
            offence: Offence::PublicOrder,
            sources: SourceSet::only(Source::Victim),
            status: if self.next.is_multiple_of(5) { FlagStatus::Provisional } else { FlagStatus::Confirmed },
            setting: Scene::Street,
            outcome: Closed::Unknown,
            hour_of_week: NO_HOUR,
            place: PlaceKind::Mapped,
            count: 1,
        });
        self.metres.push(at);
        self.radius_m.push([10.0, 60.0, 100.0][self.next as usize % 3]);
        self.people.push([victim, NOBODY, NOBODY]);
        self.offences.push(1);
    }

    /// `count` incidents of strangers near the middle of a cell of resolution 9, spread over both years.
    fn place(&mut self, unit: u32, count: u32, reach_m: f64) {
        let [x, y] = self.units.centers_m(9).expect("cells")[unit as usize];
        for i in 0..count {
            let angle = 2.4 * f64::from(i);
            let victim = 500 + self.next;
            for year in 0..2 {
                self.add([x + reach_m * angle.cos(), y + reach_m * angle.sin()], 12 * year + (i % 12) as u16, victim);
            }
        }
    }

    fn analyses(&self, strands: &[Option<Strand>]) -> Vec<StrandAnalysis> {
        let reference = self.units.level(9).expect("cells").area_km2.to_vec();
        let analysis = Analysis {
            units: &self.units,
            resolution: 9,
            facts: &self.facts,
            metres: &self.metres,
            reference: &reference,
            window: MonthRange::ending(last(), 12),
            rule: DetectParams::default(),
            atlas: None,
            before: None,
        };
        strands.iter().map(|s| analysis.strand(*s).expect("columns fit")).collect()
    }

    fn run(&self, frames: &Frames<'_>, analyses: &[StrandAnalysis]) -> Robustness {
        self.held(frames, analyses, 24)
    }

    fn held(&self, frames: &Frames<'_>, analyses: &[StrandAnalysis], months: u16) -> Robustness {
        let multiverse = Multiverse {
            frames,
            facts: &self.facts,
            metres: &self.metres,
            radius_m: &self.radius_m,
            people: &self.people,
            offences: &self.offences,
            held: MonthRange::ending(last(), months),
            rule: DetectParams::default(),
            analyses,
            resolution: 9,
            seed: 11,
        };
        multiverse.run().expect("columns fit")
    }

    /// A resident at the centre of each finest cell west of the middle; nobody in the east.
    fn residents(&self) -> ResidentPoints {
        let centres = self.units.centers_m(10).expect("cells");
        let middle = self.middle();
        let at: Vec<[f64; 2]> = centres.iter().filter(|c| c[0] < middle).copied().collect();
        let residents = vec![3.0; at.len()];
        ResidentPoints::new(*self.units.projection(), at, residents).expect("positive numbers")
    }

    fn middle(&self) -> f64 {
        let centres = self.units.centers_m(10).expect("cells");
        centres.iter().map(|c| c[0]).sum::<f64>() / centres.len() as f64
    }

    /// Cells of resolution 9 inside, a kilometre or more from each other: none at the edge.
    fn apart(&self) -> Vec<u32> {
        let level = self.units.level(9).expect("cells");
        let centres = self.units.centers_m(9).expect("cells");
        let mut chosen: Vec<u32> = Vec::new();
        for row in (0..level.len() as u32).filter(|r| level.neighbors.neighbors(*r as usize).len() == 6) {
            let far = |c: &u32| {
                let [a, b] = [centres[*c as usize], centres[row as usize]];
                (a[0] - b[0]).hypot(a[1] - b[1]) > 1_000.0
            };
            let inner = level.neighbors.neighbors(row as usize).iter().all(|n| level.neighbors.neighbors(*n as usize).len() == 6);
            if inner && row % 8 == 0 && chosen.iter().all(far) {
                chosen.push(row);
            }
        }
        chosen
    }
}

fn hot_cells(of: &StrandRobustness) -> Vec<u32> {
    of.cells.iter().map(|(row, _)| *row).collect()
}

#[test]
fn the_policy_has_the_base_every_main_effect_and_each_pair_of_choices() {
    let settings = Design::Fixed.settings();
    assert_eq!(settings.len(), 48);
    assert_eq!(settings[0], Setting::BASE);
    assert_eq!(settings.iter().collect::<BTreeSet<_>>().len(), 48);
    // Redraws are each of their own.
    let redraws: Vec<u32> = settings.iter().map(|s| s.redraw).filter(|r| *r > 0).collect();
    assert_eq!(redraws, (1..=redraws.len() as u32).collect::<Vec<_>>());

    let base = Setting::BASE;
    let mut mains = Vec::new();
    mains.extend([8, 10].map(|resolution| Setting { resolution, ..base }));
    mains.extend(OFFSETS_M[1..].iter().map(|offset| Setting { offset_m: *offset, ..base }));
    mains.extend([6, 24].map(|months| Setting { months, ..base }));
    mains.push(Setting { reference: Reference::Residents, ..base });
    mains.extend([Counted::Offence, Counted::Victim].map(|unit| Setting { unit, ..base }));
    mains.push(Setting { provisional: Provisional::Left, ..base });
    mains.push(Setting { redraw: 1, ..base });
    assert_eq!(settings[1..=mains.len()], mains);
    assert!(settings[1..=mains.len()].iter().all(|s| s.differences(&base) == 1));
    assert!(settings[mains.len() + 1..].iter().all(|s| s.differences(&base) == 2));

    let changed = |s: &Setting| -> Vec<usize> {
        let choices = [
            s.resolution != 9,
            s.offset_m != [0, 0],
            s.months != 12,
            s.reference != Reference::Area,
            s.unit != Counted::Incident,
            s.provisional != Provisional::Included,
            s.redraw != 0,
        ];
        (0..7).filter(|i| choices[*i]).collect()
    };
    let pairs: BTreeSet<Vec<usize>> = settings.iter().map(changed).filter(|c| c.len() == 2).collect();
    assert_eq!(pairs.len(), 21, "{pairs:?}");
    // Size and place of the grid, and size and window, are crossed in full.
    for resolution in [8, 10] {
        for offset_m in &OFFSETS_M[1..] {
            assert!(settings.contains(&Setting { resolution, offset_m: *offset_m, ..base }));
        }
        for months in [6, 24] {
            assert!(settings.contains(&Setting { resolution, months, ..base }));
        }
    }
}

#[test]
fn a_policy_that_is_not_understood_is_refused() {
    let head = "setting,resolution,east_m,north_m,months,reference,unit,provisional,redraw\n";
    let read = |row: &str| parsed(&format!("{head}{row}\n"));
    assert_eq!(read("1,9,0,0,12,area,incident,included,0"), Some(vec![Setting::BASE]));
    for row in [
        "2,9,0,0,12,area,incident,included,0",
        "1,16,0,0,12,area,incident,included,0",
        "1,9,0,0,0,area,incident,included,0",
        "1,9,0.5,0,12,area,incident,included,0",
        "1,9,0,0,12,homes,incident,included,0",
        "1,9,0,0,12,area,record,included,0",
        "1,9,0,0,12,area,incident,maybe,0",
        "1,9,0,0,12,area,incident,included,-1",
        "1,9,0,0,12,area,incident,included",
    ] {
        assert_eq!(read(row), None, "{row}");
    }
    assert_eq!(parsed("1,9,0,0,12,area,incident,included,0"), None);
    assert_eq!(parsed(""), None);
}

#[test]
fn a_random_design_repeats_nothing_but_itself() {
    let draw = |settings, seed| Design::Random { settings, seed }.settings();
    let settings = draw(200, 3);
    assert_eq!(settings, draw(200, 3));
    assert_ne!(settings, draw(200, 4));
    assert_eq!(settings[..50], draw(50, 3));
    assert_eq!(settings[0], Setting::BASE);
    assert_eq!(settings.iter().collect::<BTreeSet<_>>().len(), 200);
    for s in &settings {
        assert!(RESOLUTIONS.contains(&s.resolution) && OFFSETS_M.contains(&s.offset_m) && MONTHS.contains(&s.months));
    }
    // Every level of each choice has about its share: 200 draws of 1/2 have a standard deviation of 7, of 1/4 of 6.
    let share = |of: &dyn Fn(&Setting) -> bool| settings.iter().filter(|s| of(s)).count();
    assert!(share(&|s| s.redraw > 0).abs_diff(100) < 30 && share(&|s| s.unit == Counted::Victim).abs_diff(67) < 27);
    assert!(share(&|s| s.offset_m == [0, 0]).abs_diff(50) < 25 && share(&|s| s.months == 6).abs_diff(67) < 27);
    // More than the factorial has without redraws.
    assert_eq!(draw(1_000, 1).iter().collect::<BTreeSet<_>>().len(), 1_000);
    assert!(draw(0, 1).is_empty());
}

#[test]
fn a_setting_says_how_it_differs() {
    assert_eq!(Setting::BASE.to_string(), "as published");
    let all = Setting {
        resolution: 8,
        offset_m: [120, -70],
        months: 24,
        reference: Reference::Residents,
        unit: Counted::Victim,
        provisional: Provisional::Left,
        redraw: 3,
    };
    assert_eq!(
        all.to_string(),
        "resolution 8, grid moved by +120 m east and -70 m north, 24 months, against residents, each victim once, without \
         provisional flags, places redrawn within their precision"
    );
    assert_eq!(all.differences(&Setting::BASE), 7);
    assert_eq!(all.differences(&Setting { redraw: 4, ..all }), 0);
}

#[test]
fn the_base_setting_is_the_published_analysis() {
    let mut city = City::new();
    let places = city.apart();
    city.place(places[0], 40, 15.0);
    city.place(places[1], 9, 120.0);
    let analyses = city.analyses(&[None, Some(Strand::Race)]);
    let frames = Frames::new(&city.units, vec![Setting::BASE], None).expect("a frame");
    let robustness = city.run(&frames, &analyses);
    let level = city.units.level(9).expect("cells");
    for (of, analysis) in robustness.strands.iter().zip(&analyses) {
        let hot: BTreeSet<u32> = analysis.hotspots.iter().flat_map(|h| h.units.iter().copied()).collect();
        let expected: Vec<u32> = (0..city.units.level(10).expect("cells").len() as u32)
            .filter(|c| hot.contains(&level.row_of(*c).expect("a parent")))
            .collect();
        assert!(!hot.is_empty());
        assert_eq!(hot_cells(of), expected);
        assert!(of.cells.iter().all(|(_, share)| *share == 1.0));
        assert!(of.hotspots.iter().all(|h| h.share == Some(1.0) && h.holds == [Some(true)] && h.held() == (1, 1)));
        let Outcome::Made { n, hot: units, cut } = of.outcomes[0] else { panic!("enough incidents") };
        assert_eq!((n, units as usize), (analysis.n, hot.len()));
        let counts = level.counts(&city.facts, &Filter { strands: analysis.strand.into(), ..Filter::over(analysis.window) });
        let input = DetectInput {
            counts: &counts,
            reference: level.area_km2,
            area_km2: level.area_km2,
            neighbors: level.neighbors,
            points: &[],
        };
        assert_eq!(cut, detect(&input, &DetectParams::default()).expect("columns fit").cut);
    }
}

/// The whole city, its study area included, moved by hand and analysed on the grid that lies there.
#[test]
fn an_offset_is_the_city_moved_over_the_grid_and_carried_back() {
    let mut city = City::new();
    for (i, unit) in city.apart().into_iter().enumerate().take(6) {
        city.place(unit, 8 + 4 * i as u32, 30.0 * i as f64);
    }
    // One so strong that it is hot at the coarsest resolution too.
    city.place(city.apart()[7], 80, 10.0);
    let analyses = city.analyses(&[None]);
    let Units::Cells(grid) = &city.units else { panic!("cells") };
    let projection = grid.study_area().projection;
    for offset in &OFFSETS_M[1..] {
        let by = offset.map(f64::from);
        let at = |[x, y]: [f64; 2]| projection.lonlat_from_metres([x + by[0], y + by[1]]).expect("near the city");
        let exterior = grid.study_area().polygon.0[0].exterior();
        let ring: Vec<Coord> = exterior
            .coords()
            .map(|c| {
                let p = at(projection.metres_from_lonlat(crate::LonLat { lon: c.x, lat: c.y }).expect("in the city"));
                Coord { x: p.lon, y: p.lat }
            })
            .collect();
        let area = StudyArea::new("Moved", MultiPolygon::from(Polygon::new(LineString::from(ring), Vec::new()))).expect("a shape");
        assert_eq!(area.projection, Projection::BritishNationalGrid);
        let moved = CellGrid::cover(area, Resolution::Ten, Resolution::Eight).expect("a grid");
        for resolution in RESOLUTIONS {
            let setting = Setting { resolution, offset_m: *offset, ..Setting::BASE };
            let frames = Frames::new(&city.units, vec![setting], None).expect("a frame");
            let robustness = city.run(&frames, &analyses);

            let wanted = Resolution::try_from(resolution).expect("a resolution");
            let (level, ancestors) = (moved.level(wanted).expect("a level"), moved.ancestors(wanted).expect("a level"));
            let mut finest = vec![0; moved.finest().len()];
            let window = MonthRange::ending(last(), 12);
            for row in city.facts.rows(&Filter::over(window)).filter(|row| city.facts.unit(*row).is_some()) {
                finest[moved.locate(at(city.metres[row])).expect("all lie inside") as usize] += 1;
            }
            let counts = moved.roll_up(&finest, wanted).expect("a level");
            let (hot, cut) = hot_rows(&counts, level.area_km2(), &DetectParams::default()).expect("columns fit").expect("enough");
            let of = &robustness.strands[0];
            let outcome = Outcome::Made { n: counts.iter().sum(), hot: hot.len() as u32, cut };
            assert_eq!(of.outcomes, [outcome]);
            assert!(!hot.is_empty(), "{setting}");
            let expected: Vec<u32> = (0..)
                .zip(grid.finest().centers_m())
                .filter(|(_, centre)| {
                    let cell = moved.finest().locator().row_of(at(**centre));
                    cell.is_some_and(|cell| hot.contains(&ancestors[cell as usize]))
                })
                .map(|(row, _)| row)
                .collect();
            // Centres beyond the moved grid belong to the nearest cell: there they may differ.
            let inner = |rows: Vec<u32>| rows.into_iter().filter(|row| !grid.is_border(*row)).collect::<Vec<_>>();
            assert_eq!(inner(hot_cells(of)), inner(expected), "{setting}");
        }
    }
}

#[test]
fn strong_places_are_hot_everywhere_weak_ones_less_and_those_of_the_grid_hardly() {
    let mut city = City::new();
    let places = city.apart();
    city.place(places[0], 40, 15.0);
    city.place(places[1], 9, 15.0);
    // As many as the weak one, round the rim of a cell: they are together only where the grid lies as it does.
    city.place(places[2], 9, 150.0);
    // One event is told of by two records.
    *city.offences.last_mut().expect("records") = 2;
    let analyses = city.analyses(&[None]);
    let residents = city.residents();
    let settings = Design::Fixed.settings();
    let frames = Frames::new(&city.units, settings.clone(), Some(Residents::Points(&residents))).expect("frames");
    let robustness = city.run(&frames, &analyses);
    let of = &robustness.strands[0];
    assert_eq!(robustness.settings, settings);
    let share = |unit: u32| {
        let at = analyses[0].hotspots.iter().position(|h| h.units.contains(&unit)).expect("hot where the grid lies as it does");
        (of.hotspots[at].share.expect("most settings can be made"), of.hotspots[at].held())
    };
    let [strong, weak, rim] = [0, 1, 2].map(|i| share(places[i]));
    assert!(strong.0 > 0.95 && weak.0 > 0.6 && rim.0 < 0.5, "{strong:?} {weak:?} {rim:?}");
    assert!(strong.0 > weak.0);
    assert!(2 * rim.1.0 < rim.1.1);
    assert_eq!((strong.1.0, of.made()), (strong.1.1, 48));
}

#[test]
fn every_incident_is_counted_wherever_the_grid_lies_and_places_are_drawn() {
    let mut city = City::new();
    // A hundred along the edge, most within their radius of it.
    let [west, south, _, north] = city.units.bounds();
    for i in 0..100 {
        let lat = south + (north - south) * (f64::from(i) + 0.5) / 100.0;
        let edge = crate::LonLat { lon: west + 1e-5 * f64::from(i % 7), lat };
        let at = city.units.projection().metres_from_lonlat(edge).expect("in the city");
        city.add([at[0] + 1e-6, at[1]], 1, NOBODY);
    }
    let analyses = city.analyses(&[None]);
    let mut settings = vec![Setting::BASE];
    for offset_m in OFFSETS_M {
        if offset_m != Setting::BASE.offset_m {
            settings.push(Setting { offset_m, ..Setting::BASE });
        }
        settings.extend([8, 10].map(|resolution| Setting { offset_m, resolution, redraw: 2, ..Setting::BASE }));
    }
    let frames = Frames::new(&city.units, settings, None).expect("frames");
    let of = &city.run(&frames, &analyses).strands[0];
    for outcome in &of.outcomes {
        assert!(matches!(outcome, Outcome::Made { n, .. } if *n == analyses[0].n), "{outcome:?}");
    }
}

#[test]
fn a_redraw_stays_within_its_radius_and_fills_it() {
    let mut sums = [0.0; 3];
    for i in 0..4_000 {
        let p = Redraw::new(7, 1, [530_000.0, 180_000.0], i, 60.0).next().expect("a point");
        let [x, y] = [p[0] - 530_000.0, p[1] - 180_000.0];
        assert!(x.hypot(y) <= 60.0);
        sums = [sums[0] + x, sums[1] + y, sums[2] + f64::from(u8::from(x.hypot(y) <= 30.0))];
    }
    // Each coordinate has a standard deviation of 30 m, its mean of 0.5 m; a quarter of the disc lies within half the radius.
    assert!(sums[0].abs() / 4_000.0 < 2.0 && sums[1].abs() / 4_000.0 < 2.0, "{sums:?}");
    assert!((sums[2] / 4_000.0 - 0.25).abs() < 0.03, "{sums:?}");
    let first = |seed, redraw, x: f64, occurrence| Redraw::new(seed, redraw, [x, 2.0], occurrence, 60.0).next();
    let base = first(7, 1, 1.0, 0);
    assert_eq!(base, first(7, 1, 1.0, 0));
    for other in [first(8, 1, 1.0, 0), first(7, 2, 1.0, 0), first(7, 1, -1.0, 0), first(7, 1, 1.0, 1)] {
        assert_ne!(base, other);
    }
    // Never the same point twice in one stream, and not for ever.
    let all: Vec<_> = Redraw::new(1, 1, [0.0; 2], 0, 10.0).collect();
    assert!(all.len() == 64 && all.windows(2).all(|w| w[0] != w[1]));
}

#[test]
fn a_victim_counts_once_in_each_unit_and_strand() {
    let mut city = City::new();
    let places = city.apart();
    let [x, y] = city.units.centers_m(9).expect("cells")[places[0] as usize];
    for i in 0..30 {
        city.add([x, y], i % 12, 77);
    }
    city.place(places[1], 30, 10.0);
    let analyses = city.analyses(&[None, Some(Strand::Race), Some(Strand::Disability)]);
    let victim = Setting { unit: Counted::Victim, ..Setting::BASE };
    let frames = Frames::new(&city.units, vec![Setting::BASE, victim, Setting { redraw: 1, ..victim }], None).expect("frames");
    let robustness = city.run(&frames, &analyses);
    for of in &robustness.strands[..2] {
        let [Outcome::Made { n: incidents, .. }, Outcome::Made { n: victims, .. }, _] = of.outcomes[..] else { panic!("enough") };
        assert_eq!(incidents - victims, 29);
        let at = |unit: u32| analyses[0].hotspots.iter().position(|h| h.units.contains(&unit)).expect("hot");
        assert_eq!(of.hotspots[at(places[0])].holds[..2], [Some(true), Some(false)]);
        assert_eq!(of.hotspots[at(places[1])].holds, [Some(true); 3]);
        // Its incidents are in one unit: half of the settings that count them one by one.
        assert_eq!(of.hotspots[at(places[1])].share, Some(1.0));
    }
    let few = &robustness.strands[2];
    assert_eq!(few.outcomes, [Outcome::NotMade(Obstacle::TooFew); 3]);
    assert!(few.cells.is_empty() && few.hotspots.is_empty() && few.made() == 0);
}

#[test]
fn an_incident_counts_as_often_as_offences_tell_of_it() {
    let mut city = City::new();
    let places = city.apart();
    city.place(places[0], 30, 10.0);
    city.place(places[1], 30, 10.0);
    // Every incident of the first place is told of by three records.
    let window = Filter::over(MonthRange::ending(last(), 12));
    let of_first: Vec<usize> = city.facts.rows(&window).filter(|row| city.facts.unit(*row).is_some()).take(30).collect();
    for row in &of_first {
        city.offences[*row] = 3;
    }
    let analyses = city.analyses(&[None]);
    let settings = vec![Setting::BASE, Setting { unit: Counted::Offence, ..Setting::BASE }];
    let frames = Frames::new(&city.units, settings, None).expect("frames");
    let of = &city.run(&frames, &analyses).strands[0];
    let [Outcome::Made { n: incidents, .. }, Outcome::Made { n: offences, .. }] = of.outcomes[..] else { panic!("enough") };
    assert_eq!(offences - incidents, 60);
}

#[test]
fn what_cannot_be_made_says_why_and_takes_no_part() {
    let mut city = City::new();
    let place = city.apart()[0];
    city.place(place, 40, 10.0);
    city.people = People::unknown(city.facts.len());
    let base = Setting::BASE;
    let settings = vec![
        base,
        Setting { months: 24, ..base },
        Setting { reference: Reference::Residents, ..base },
        Setting { unit: Counted::Victim, ..base },
        Setting { resolution: 7, ..base },
        Setting { months: 6, ..base },
        Setting { unit: Counted::Offence, ..base },
    ];
    let frames = Frames::new(&city.units, settings, None).expect("frames");
    let analyses = city.analyses(&[None]);
    let of = &city.held(&frames, &analyses, 12).strands[0];
    let obstacles: Vec<Option<Obstacle>> =
        of.outcomes.iter().map(|o| if let Outcome::NotMade(obstacle) = o { Some(*obstacle) } else { None }).collect();
    let expected = [
        None,
        Some(Obstacle::MonthsNotHeld),
        Some(Obstacle::NoResidents),
        Some(Obstacle::NoPseudonyms),
        Some(Obstacle::NoSuchUnits),
        None,
        Some(Obstacle::OneOffenceEach),
    ];
    assert_eq!(obstacles, expected);
    let hotspot = of.hotspots.iter().zip(&analyses[0].hotspots).find(|(_, h)| h.units.contains(&place)).expect("hot").0;
    assert_eq!((hotspot.share, hotspot.held()), (Some(1.0), (2, 2)));
    assert_eq!(of.made(), 2);
    // With two years all of them count.
    assert!(matches!(city.run(&frames, &analyses).strands[0].outcomes[1], Outcome::Made { .. }));
}

#[test]
fn what_changes_nothing_is_not_counted_as_a_setting() {
    let mut city = City::new();
    let place = city.apart()[0];
    city.place(place, 60, 10.0);
    let base = Setting::BASE;
    let settings = vec![
        base,
        Setting { provisional: Provisional::Left, ..base },
        Setting { redraw: 1, ..base },
        Setting { months: 24, ..base },
        Setting { months: 24, redraw: 2, ..base },
    ];
    let frames = Frames::new(&city.units, settings, None).expect("frames");
    let analyses = city.analyses(&[None]);
    assert_eq!(city.run(&frames, &analyses).strands[0].made(), 5);
    // No place can be redrawn: those settings repeat others.
    city.radius_m.fill(0.0);
    let of = &city.run(&frames, &analyses).strands[0];
    let nothing = |row: usize| of.outcomes[row] == Outcome::NotMade(Obstacle::NothingToChange);
    assert_eq!([0, 1, 2, 3, 4].map(nothing), [false, false, true, false, true]);
    assert!(of.hotspots.iter().all(|h| h.holds[2].is_none() && h.held().1 <= 3));
}

#[test]
fn windows_are_in_proportion_to_the_published_one() {
    let mut city = City::new();
    let place = city.apart()[0];
    city.place(place, 240, 10.0);
    // Two months are published, so that half and twice as long are one and four; the store holds three.
    let mut analyses = city.analyses(&[None]);
    analyses[0].window = MonthRange::ending(last(), 2);
    let windows = [12, 6, 24].map(|months| Setting { months, ..Setting::BASE });
    let frames = Frames::new(&city.units, windows.to_vec(), None).expect("frames");
    let of = &city.held(&frames, &analyses, 3).strands[0];
    let in_months = |n: u16| {
        let filter = Filter::over(MonthRange::ending(last(), n));
        city.units.level(9).expect("cells").counts(&city.facts, &filter).iter().sum::<u32>()
    };
    let counted: Vec<Option<u32>> =
        of.outcomes.iter().map(|o| if let Outcome::Made { n, .. } = o { Some(*n) } else { None }).collect();
    assert!(in_months(1) >= 20);
    assert_eq!(counted, [Some(in_months(2)), if in_months(1) >= 100 { Some(in_months(1)) } else { None }, None]);
    assert_eq!(of.outcomes[2], Outcome::NotMade(Obstacle::MonthsNotHeld));
    let words = windows.map(|s| s.for_window(2).in_words(&Setting { months: 2, ..Setting::BASE }));
    assert_eq!(words, ["as published", "1 month", "4 months"]);
}

#[test]
fn where_nobody_lives_residents_say_nothing() {
    let mut city = City::new();
    let (middle, centres) = (city.middle(), city.units.centers_m(9).expect("cells").into_owned());
    let apart = city.apart();
    let far = |unit: &&u32, east: bool| (centres[**unit as usize][0] - middle) * if east { 1.0 } else { -1.0 } > 600.0;
    let east = *apart.iter().find(|u| far(u, true)).expect("a place in the east");
    let west = *apart.iter().find(|u| far(u, false)).expect("a place in the west");
    city.place(east, 40, 10.0);
    city.place(west, 40, 10.0);
    let residents = city.residents();
    let analyses = city.analyses(&[None]);
    let settings = vec![Setting::BASE, Setting { reference: Reference::Residents, ..Setting::BASE }];
    let frames = Frames::new(&city.units, settings.clone(), Some(Residents::Points(&residents))).expect("frames");
    let of = city.run(&frames, &analyses).strands.remove(0);
    let hotspot = |unit: u32| &of.hotspots[analyses[0].hotspots.iter().position(|h| h.units.contains(&unit)).expect("hot")];
    assert_eq!(hotspot(west).holds, [Some(true), Some(true)]);
    assert_eq!(hotspot(east).holds, [Some(true), None]);
    assert_eq!((hotspot(east).share, hotspot(east).held()), (Some(1.0), (1, 1)));
    // The same by unit; a denominator that is zero everywhere is none.
    let Units::Cells(grid) = &city.units else { panic!("cells") };
    let by_unit = residents.on(grid, [0.0; 2]);
    let frames = Frames::new(&city.units, settings.clone(), Some(Residents::Units(&by_unit))).expect("frames");
    assert_eq!(city.run(&frames, &analyses).strands[0], of);
    let nobody = vec![0.0; by_unit.len()];
    let frames = Frames::new(&city.units, settings.clone(), Some(Residents::Units(&nobody))).expect("frames");
    assert_eq!(city.run(&frames, &analyses).strands[0].outcomes[1], Outcome::NotMade(Obstacle::NoResidents));
    assert!(Frames::new(&city.units, settings, Some(Residents::Units(&by_unit[1..]))).is_err());
    assert!(Frames::new(&city.units, Vec::new(), None).is_err());
}

#[test]
fn polygons_are_never_moved_and_only_their_own_size_applies() {
    // Four hundred squares of a quarter of a kilometre, one of them full.
    let square = |i: usize| {
        let (x, y) = (-0.2 + 0.004 * (i % 20) as f64, 51.45 + 0.0025 * (i / 20) as f64);
        (format!("S{i:03}"), format!("Square {i}"), Rect::new((x, y), (x + 0.004, y + 0.0025)).to_polygon().into())
    };
    let layer = AreaLayer::new("Squares".to_owned(), (0..400).map(square).collect()).expect("squares");
    let mut city = City::empty();
    city.units = Units::Areas(layer);
    let centres = city.units.centers_m(0).expect("areas").into_owned();
    for (i, at) in centres.iter().enumerate() {
        for k in 0..[0, 1, 0, 2][i % 4] + if i == 210 { 40 } else { 0 } {
            city.add(*at, (i as u16 + k) % 12, NOBODY);
        }
    }
    let reference = city.units.level(0).expect("areas").area_km2.to_vec();
    let window = MonthRange::ending(last(), 12);
    let analysis = Analysis {
        units: &city.units,
        resolution: 0,
        facts: &city.facts,
        metres: &city.metres,
        reference: &reference,
        window,
        rule: DetectParams::default(),
        atlas: None,
        before: None,
    };
    let analyses = vec![analysis.strand(None).expect("columns fit")];
    let settings = Design::Fixed.settings();
    let frames = Frames::new(&city.units, settings.clone(), None).expect("frames");
    let multiverse = Multiverse {
        frames: &frames,
        facts: &city.facts,
        metres: &city.metres,
        radius_m: &city.radius_m,
        people: &city.people,
        offences: &city.offences,
        held: window,
        rule: DetectParams::default(),
        analyses: &analyses,
        resolution: 0,
        seed: 1,
    };
    let of = multiverse.run().expect("columns fit").strands.remove(0);
    for (setting, outcome) in settings.iter().zip(&of.outcomes) {
        let apply = setting.resolution == 9 && setting.offset_m == [0, 0];
        assert_eq!(*outcome == Outcome::NotMade(Obstacle::NoSuchUnits), !apply, "{setting}");
    }
    let hotspot = of.hotspots.iter().zip(&analyses[0].hotspots).find(|(_, h)| h.units == [210]).expect("hot").0;
    assert_eq!(hotspot.share, Some(1.0));
    assert!(of.made() > 4 && hotspot.held() == (of.made(), of.made()));
}

#[test]
fn neither_the_order_of_the_facts_nor_the_number_of_threads_changes_a_bit() {
    let mut city = City::new();
    for (i, unit) in city.apart().into_iter().enumerate().take(6) {
        city.place(unit, 5 + 4 * i as u32, 30.0 * i as f64);
    }
    let residents = city.residents();
    let settings: Vec<Setting> = Design::Random { settings: 40, seed: 5 }.settings();
    let frames = Frames::new(&city.units, settings, Some(Residents::Points(&residents))).expect("frames");
    let analyses = city.analyses(&[None, Some(Strand::Race)]);
    let with_threads = |n: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("threads");
        pool.install(|| city.run(&frames, &analyses))
    };
    let one = with_threads(1);
    assert_eq!(one, with_threads(3));

    let mut turned = City::empty();
    let rows = city.facts.len();
    for i in 0..rows {
        // A fixed shuffle: 7,919 is prime and larger than the number of facts is divisible by.
        let row = (i * 7_919 + 13) % rows;
        turned.facts.push(city.facts.get(row).expect("a fact"));
        turned.metres.push(city.metres[row]);
        turned.radius_m.push(city.radius_m[row]);
        turned.offences.push(city.offences[row]);
        turned.people.push([city.people.key(Role::Victim, row).unwrap_or(NOBODY), NOBODY, NOBODY]);
    }
    assert_eq!(turned.facts.total(&Filter::over(MonthRange::ending(last(), 24))), rows as u64);
    assert_eq!(one, turned.run(&frames, &analyses));
    // Another seed draws other places.
    assert!(one.strands[0].hotspots.iter().all(|h| h.holds.len() == 40));
}

#[test]
fn columns_that_do_not_fit_are_refused() {
    let city = City::new();
    let frames = Frames::new(&city.units, vec![Setting::BASE], None).expect("frames");
    let analyses = city.analyses(&[None]);
    let sound = Multiverse {
        frames: &frames,
        facts: &city.facts,
        metres: &city.metres,
        radius_m: &city.radius_m,
        people: &city.people,
        offences: &city.offences,
        held: MonthRange::ending(last(), 24),
        rule: DetectParams::default(),
        analyses: &analyses,
        resolution: 9,
        seed: 1,
    };
    assert!(sound.run().is_ok());
    let (nobody, many) = (People::default(), vec![analyses[0].clone(); 17]);
    for wrong in [
        Multiverse { metres: &city.metres[1..], ..sound },
        Multiverse { radius_m: &[], ..sound },
        Multiverse { people: &nobody, ..sound },
        Multiverse { offences: &[], ..sound },
        Multiverse { resolution: 4, ..sound },
        Multiverse { analyses: &many, ..sound },
        Multiverse { rule: DetectParams { threshold: f64::NAN, ..DetectParams::default() }, ..sound },
    ] {
        assert!(wrong.run().is_err());
    }
    let mut beyond = analyses.clone();
    if let Some(hotspot) = beyond[0].hotspots.first_mut() {
        hotspot.units = vec![u32::MAX];
        assert!(Multiverse { analyses: &beyond, ..sound }.run().is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn shares_lie_between_nothing_and_all(seed in 0u64..1_000, places in prop::collection::vec((0usize..20, 1u32..25, 0.0..160.0), 1..6)) {
        let mut city = City::new();
        let apart = city.apart();
        for (i, count, reach) in places {
            city.place(apart[i % apart.len()], count, reach);
        }
        let analyses = city.analyses(&[None]);
        let frames = Frames::new(&city.units, Design::Random { settings: 12, seed }.settings(), None).unwrap();
        let of = city.run(&frames, &analyses).strands.remove(0);
        prop_assert!(of.cells.iter().all(|(_, share)| *share > 0.0 && *share <= 1.0));
        prop_assert!(of.cells.windows(2).all(|w| w[0].0 < w[1].0));
        prop_assert_eq!(of.hotspots.len(), analyses[0].hotspots.len());
        for hotspot in &of.hotspots {
            prop_assert!(hotspot.share.is_some_and(|s| (0.0..=1.0).contains(&s)));
            let (held, said) = hotspot.held();
            prop_assert!(held <= said && said <= of.made() && hotspot.holds.len() == 12);
            // The base holds by definition.
            prop_assert_eq!(hotspot.holds[0], Some(true));
        }
    }
}
