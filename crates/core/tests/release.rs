//! From facts to hotspots and views, on a small study area.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use geo::{MultiPolygon, Rect};
use h3o::Resolution;
use hotspot_core::cube::{Fact, FactKind, Facts, Filter, NO_AREA, NO_HOUR, NO_UNIT};
use hotspot_core::disclosure::Policy;
use hotspot_core::grid::{CellGrid, StudyArea};
use hotspot_core::hotspot::analysis::Analysis;
use hotspot_core::hotspot::denominator::{Denominator, RESIDENTS};
use hotspot_core::hotspot::detect::{DetectParams, RelativeRates};
use hotspot_core::hotspot::engagement::SilenceMap;
use hotspot_core::hotspot::evidence::EvidencePolicy;
use hotspot_core::hotspot::over_time::OverTime;
use hotspot_core::provenance::Provenance;
use hotspot_core::release::{DataClass, PersonCheck, Reconciliation, Release, ReportingArea, RobustnessSettings};
use hotspot_core::space_time_cube::SpaceTimeCube;
use hotspot_core::time::emerging::{EmergingParams, EmergingPattern, emerging};
use hotspot_core::units::Units;
use hotspot_core::view::{AreasView, CellsView, HotspotsView, Layer, ReleaseView};
use hotspot_core::{
    BreakRegistry, FlagStatus, LonLat, MonthRange, Offence, Outcome, PlaceKind, Precision, SeriesBreak, Setting, Source, SourceSet,
    Strand, StrandSet, Strands,
};

/// Two by two kilometres round a peak, with a thin background.
fn release() -> Release {
    let area: MultiPolygon<f64> = Rect::new((-0.15, 51.48), (-0.08, 51.53)).to_polygon().into();
    let grid = CellGrid::cover(StudyArea::new("Test square", area).unwrap(), Resolution::Ten, Resolution::Eight).unwrap();
    let projection = grid.study_area().projection;
    let window = MonthRange::new("2025-11".parse().unwrap(), "2026-10".parse().unwrap()).unwrap();
    let mut facts = Facts::new(FactKind::Events);
    let mut metres = Vec::new();
    let mut add = |p: Option<LonLat>, strand: Strand, source: Source, place: PlaceKind, month: u16| {
        let unit = p.and_then(|p| grid.locate(p)).unwrap_or(NO_UNIT);
        metres.push(p.map_or([f64::NAN; 2], |p| projection.metres_from_lonlat(p).unwrap()));
        facts.push(Fact {
            unit,
            area: if unit == NO_UNIT { NO_AREA } else { 0 },
            month: window.from().plus(month),
            recorded: window.from().plus(month),
            strands: StrandSet::from_iter([strand]),
            offence: Offence::PublicOrder,
            sources: SourceSet::only(source),
            status: FlagStatus::Confirmed,
            setting: Setting::Street,
            outcome: Outcome::Unknown,
            hour_of_week: NO_HOUR,
            place,
            count: 1,
        });
    };
    for i in 0..300u32 {
        let p = LonLat { lon: -0.149 + f64::from(i * 37 % 300) * 0.00022, lat: 51.481 + f64::from(i * 101 % 300) * 0.00016 };
        add(
            Some(p),
            if i % 3 == 0 { Strand::Disability } else { Strand::Race },
            Source::Victim,
            PlaceKind::Mapped,
            (i % 12) as u16,
        );
    }
    for i in 0..90u32 {
        let p = LonLat { lon: -0.1205 + f64::from(i % 9) * 0.0002, lat: 51.5031 + f64::from(i / 9) * 0.0001 };
        add(Some(p), Strand::Antisemitic, Source::Witness, PlaceKind::Mapped, (i % 12) as u16);
    }
    for i in 0..20 {
        add(None, Strand::Race, Source::Victim, if i < 15 { PlaceKind::Online } else { PlaceKind::NoPlace }, 0);
    }
    // Police-generated records make no hotspot, however many.
    for _ in 0..400 {
        add(Some(LonLat { lon: -0.09, lat: 51.49 }), Strand::Race, Source::PoliceGenerated, PlaceKind::Mapped, 1);
    }
    let units = Units::Cells(grid);
    let reference = units.level(9).unwrap().area_km2.to_vec();
    let rule = DetectParams::default();
    let analyses = Analysis {
        units: &units,
        resolution: 9,
        facts: &facts,
        metres: &metres,
        reference: &reference,
        window,
        rule,
        atlas: None,
        before: None,
    }
    .all()
    .unwrap();
    // Nobody lives in every fifth cell.
    let people = (0..reference.len()).map(|row| if row % 5 == 0 { 0.0 } else { 400.0 }).collect();
    let residents = Denominator::people(RESIDENTS, "residents, made up".to_owned(), "residents", people);
    Release {
        id: "2026-10-0123456789ab".to_owned(),
        month: window.to(),
        window,
        months: window,
        as_known_on: "2026-11-01".parse().unwrap(),
        class: DataClass::Synthetic,
        licence: None,
        study_area: "Test square".to_owned(),
        reference: "area inside the study area".to_owned(),
        rule,
        resolution: 9,
        reconciliation: Reconciliation::default(),
        outside: 0,
        person_check: PersonCheck::default(),
        robustness: RobustnessSettings::default(),
        evidence: EvidencePolicy::current(),
        denominators: vec![Denominator::area(&reference), residents],
        unit_rates: Vec::new(),
        over_time: OverTime::default(),
        units,
        areas: vec![ReportingArea { code: "T1".to_owned(), name: "Test".to_owned(), residents: Some(100_000) }],
        facts,
        analyses,
        silence: SilenceMap::default(),
        feedback: None,
        breaks: BreakRegistry::default(),
        provenance: Provenance::default(),
    }
}

#[test]
fn a_hotspot_is_the_sum_of_its_cells_and_nothing_else() {
    let release = release();
    let view = HotspotsView::of(&release, None).unwrap();
    let counts = release.units.level(9).unwrap().counts(&release.facts, &Filter::over(release.window));
    assert_eq!(counts.iter().sum::<u32>(), 390, "police-generated records are kept apart");
    assert!(!view.analysis.hotspots.is_empty());
    for hotspot in &view.analysis.hotspots {
        assert_eq!(hotspot.n, hotspot.units.iter().map(|u| counts[*u as usize]).sum::<u32>());
        assert_eq!(hotspot.n, hotspot.months.iter().sum::<u32>());
        assert!(hotspot.units.contains(&hotspot.peak));
        assert!(hotspot.name.ends_with("of Test square"), "{}", hotspot.name);
    }
    let first = &view.analysis.hotspots[0];
    assert!(first.strands[usize::from(Strand::Antisemitic.code())] >= 80);
    assert!(first.strands[usize::from(Strand::Religion.code())] >= first.strands[usize::from(Strand::Antisemitic.code())]);
    assert!(release.sentence(first).contains("12 months"));
}

#[test]
fn a_strand_under_a_hundred_cannot_be_told() {
    let release = release();
    assert!(release.analysis(Some(Strand::Antisemitic)).unwrap().hotspots.is_empty());
    let view = ReleaseView::of(&release);
    let of = |s: Option<Strand>| view.strands.iter().find(|(strand, ..)| *strand == s).unwrap();
    assert_eq!(of(Some(Strand::Antisemitic)), &(Some(Strand::Antisemitic), 90, None));
    assert!(of(None).2.unwrap() > 0);
}

#[test]
fn every_layer_accounts_for_every_unit_and_every_incident() {
    let release = release();
    let filter = Filter::over(release.window);
    for layer in Layer::ALL {
        for resolution in release.units.resolutions() {
            let view = CellsView::of(&release, layer, filter, resolution, None).unwrap();
            assert_eq!(view.total, 390, "{layer:?} {resolution}");
            assert_eq!(view.legend.iter().map(|c| c.incidents).sum::<u64>(), view.total);
            assert_eq!(view.legend.iter().map(|c| c.units as usize).sum::<usize>(), release.units.level(resolution).unwrap().len());
            assert_eq!(view.units.len(), view.class.len());
            assert!(view.class.iter().all(|c| *c > 0 && usize::from(*c) < view.legend.len()));
            assert_eq!(view.legend.len(), layer.legend(&release, resolution).unwrap().len());
        }
    }
    assert!(CellsView::of(&release, Layer::Count, filter, 7, None).is_err());
}

#[test]
fn a_box_limits_what_is_valued_and_not_what_is_fitted() {
    let release = release();
    let filter = Filter::over(release.window);
    let bounds = [-0.125, 51.50, -0.115, 51.51];
    for layer in [Layer::Count, Layer::Probability] {
        let all = CellsView::of(&release, layer, filter, 9, None).unwrap();
        let part = CellsView::of(&release, layer, filter, 9, Some(bounds)).unwrap();
        assert!(!part.units.is_empty() && part.units.len() <= all.units.len());
        assert!(layer != Layer::Count || part.units.len() < all.units.len());
        for (unit, value) in part.units.iter().zip(&part.value) {
            assert_eq!(all.value[all.units.binary_search(unit).unwrap()], *value);
        }
    }
}

#[test]
fn areas_add_up_and_carry_rates_with_limits() {
    let release = release();
    let view = AreasView::of(&release, Filter::over(release.window));
    assert_eq!(view.total, view.rows.iter().map(|r| r.n).sum::<u64>() + view.elsewhere + view.online + view.no_place);
    assert_eq!((view.total, view.online, view.no_place), (410, 15, 5));
    let [rate, lo, hi] = view.rows[0].rate.unwrap();
    assert!((rate - 3.9).abs() < 1e-12 && lo < rate && rate < hi);
    assert!(Policy::of(release.class).is_ok_and(|p| p.release(view).policy() == "exact"));
}

#[test]
fn the_smoothed_density_is_highest_at_the_peak_and_of_cells_only() {
    let release = release();
    let peak = LonLat { lon: -0.1197, lat: 51.5036 };
    for resolution in [8, 9, 10] {
        let view = CellsView::of(&release, Layer::Kde, Filter::over(release.window), resolution, None).unwrap();
        let highest = (0..view.value.len()).max_by(|a, b| view.value[*a].total_cmp(&view.value[*b])).unwrap();
        let at = release.units.center(resolution, view.units[highest]).unwrap();
        let metres = |p: LonLat| release.units.projection().metres_from_lonlat(p).unwrap();
        let ([x, y], [px, py]) = (metres(at), metres(peak));
        assert!((x - px).hypot(y - py) < 700.0, "{resolution}");
        assert!(view.value.iter().all(|v| *v > 0.0 && v.is_finite()));
        // The legend counts every cell once, whatever its class.
        let cells: u32 = view.legend.iter().map(|class| class.units).sum();
        assert_eq!(cells as usize, release.units.level(resolution).unwrap().len());
    }
    assert_eq!(Layer::of(&release).count(), Layer::ALL.len());
}

#[test]
fn probabilities_by_residents_leave_out_where_nobody_lives_and_the_top_is_one_in_a_hundred() {
    let mut release = release();
    let filter = Filter::over(release.window);
    let view = CellsView::of(&release, Layer::Residents, filter, 9, None).unwrap();
    assert!(!view.units.is_empty() && view.units.iter().all(|u| u % 5 != 0));
    let level = release.units.level(9).unwrap();
    let counts = level.counts(&release.facts, &filter);
    let rates = RelativeRates::fit(&counts, &release.denominators[1].values).unwrap();
    for (unit, p) in view.units.iter().zip(&view.value) {
        assert_eq!(*p, rates.posterior(*unit as usize, counts[*unit as usize]).exceedance(2.0));
    }
    // The peak is the highest for sure; all cells together are among the highest so often as there are highest ones.
    let top = CellsView::of(&release, Layer::Top, filter, 9, None).unwrap();
    let most = top.value.iter().copied().fold(0.0, f64::max);
    let peak = release.analysis(None).unwrap().hotspots[0].peak;
    assert_eq!(top.units[top.value.iter().position(|p| *p == most).unwrap()], peak);
    assert!(most > 0.9 && top.value.iter().sum::<f64>() <= (level.len() as f64 / 100.0).ceil() + 1e-9);
    // A release that knows no residents has no such layer.
    release.denominators.truncate(1);
    assert_eq!(Layer::of(&release).count(), Layer::ALL.len() - 2);
    for layer in [Layer::Residents, Layer::ResidentRate] {
        assert!(CellsView::of(&release, layer, filter, 9, None).is_err());
    }
}

#[test]
fn the_rate_by_residents_is_a_year_of_a_thousand_drawn_to_the_mean() {
    let release = release();
    let months = MonthRange::ending(release.month, 6);
    let filter = Filter::over(months);
    let view = CellsView::of(&release, Layer::ResidentRate, filter, 9, None).unwrap();
    let counts = release.units.level(9).unwrap().counts(&release.facts, &filter);
    let residents = &release.denominators[1].values;
    let known: u32 = (0..counts.len()).filter(|row| residents[*row] > 0.0).map(|row| counts[row]).sum();
    let mean = 2.0 * 1000.0 * f64::from(known) / residents.iter().sum::<f64>();
    let rates = RelativeRates::fit(&counts, residents).unwrap();
    assert!(view.units.len() > 3);
    for (unit, rate) in view.units.iter().map(|u| *u as usize).zip(&view.value) {
        let raw = 2.0 * 1000.0 * f64::from(counts[unit]) / residents[unit];
        assert!((rate - rates.posterior(unit, counts[unit]).mean() * mean).abs() < 1e-9 * rate);
        assert!(rate.min(raw) <= *rate && (rate - mean).abs() <= (raw - mean).abs() + 1e-9, "{rate} lies between {raw} and {mean}");
    }
}

#[test]
fn what_a_place_does_over_the_months_is_that_of_its_cube_and_never_reaches_across_a_break() {
    let mut release = release();
    let filter = Filter::over(MonthRange::ending(release.month, 3));
    let level = release.units.level(9).unwrap();
    let cube = SpaceTimeCube::of_facts_by(&release.facts, &Filter::over(release.months), level.len(), |unit| level.row_of(unit));
    let found = emerging(&cube, level.neighbors, &EmergingParams::default()).unwrap();
    let hot: Vec<u32> =
        (0..level.len() as u32).filter(|row| matches!(found.pattern[*row as usize], EmergingPattern::Hot(_))).collect();
    let view = CellsView::of(&release, Layer::Emerging, filter, 9, None).unwrap();
    assert!(!hot.is_empty() && view.units == hot, "the first month shown makes no difference");
    for (row, unit) in hot.iter().enumerate() {
        assert_eq!(view.value[row], found.hot_share[*unit as usize]);
        let course = found.pattern[*unit as usize].id().trim_end_matches("_hot");
        let said = view.legend[usize::from(view.class[row])].label.as_str();
        let meant = match course {
            "historical" => "over",
            "diminishing" => "fading",
            "sporadic" | "oscillating" => "on and off",
            "persistent" => "lasting",
            "intensifying" => "growing",
            _ => "new, or in one run of months to the last",
        };
        assert_eq!(said, meant, "{course}");
    }
    let at = |day: &str| SeriesBreak {
        id: "b".to_owned(),
        from: day.parse().unwrap(),
        areas: Vec::new(),
        what: String::new(),
        source: String::new(),
    };
    for (day, answers) in [("2026-01-01", true), ("2026-02-01", false)] {
        release.breaks = BreakRegistry::new(vec![at(day)]);
        let view = CellsView::of(&release, Layer::Emerging, filter, 9, None).unwrap();
        assert_eq!(!view.units.is_empty(), answers, "ten months since {day}, or nine");
        assert_eq!(view.legend.iter().map(|class| class.incidents).sum::<u64>(), view.total);
    }
}

#[test]
fn cells_of_a_hotspot_have_its_share_of_settings_whatever_is_filtered() {
    let mut release = release();
    for (at, hotspot) in release.analyses[0].hotspots.iter_mut().enumerate() {
        hotspot.robustness.share = Some([0.97, 0.4, 0.8][at % 3]);
    }
    let spots = &release.analysis(None).unwrap().hotspots;
    let one_month = Filter::over(MonthRange::ending(release.month, 1));
    let view = CellsView::of(&release, Layer::Robustness, one_month, 9, None).unwrap();
    assert_eq!(view.units.len(), spots.iter().map(|h| h.units.len()).sum::<usize>());
    for (unit, (share, class)) in view.units.iter().zip(view.value.iter().zip(&view.class)) {
        let hotspot = spots.iter().find(|h| h.units.contains(unit)).unwrap();
        assert_eq!(Some(*share), hotspot.robustness.share);
        assert_eq!(
            view.legend[usize::from(*class)].label,
            if *share > 0.9 {
                "95 % or more"
            } else if *share > 0.7 {
                "75 to 95 %"
            } else {
                "25 to 50 %"
            }
        );
    }
    let strand = Filter { strands: Strand::Antisemitic.into(), ..one_month };
    assert!(CellsView::of(&release, Layer::Robustness, strand, 9, None).unwrap().units.is_empty(), "of it nothing can be told");
}

#[test]
fn hotspots_say_how_well_their_points_are_known() {
    let mut release = release();
    let precisions: Vec<Option<Precision>> =
        (0..release.facts.len()).map(|row| (row % 3 > 0).then_some(Precision::ALL[row % 2])).collect();
    release.facts.take_precisions(&precisions);
    let view = HotspotsView::of(&release, None).unwrap();
    let level = release.units.level(9).unwrap();
    for (hotspot, known) in view.analysis.hotspots.iter().zip(&view.precision) {
        let rows = release.facts.rows(&Filter::over(release.window)).collect::<Vec<_>>();
        let of = |precision: Precision| {
            let here =
                |row: &&usize| release.facts.unit(**row).and_then(|u| level.row_of(u)).is_some_and(|u| hotspot.units.contains(&u));
            rows.iter().filter(here).filter(|row| precisions[**row] == Some(precision)).count() as u32
        };
        assert_eq!(*known, std::array::from_fn(|at| of(Precision::ALL[at])));
        assert!(known.iter().sum::<u32>() > 0 && known.iter().sum::<u32>() < hotspot.n);
    }
}

#[test]
fn the_scan_finds_the_peak_and_says_the_same_at_every_resolution() {
    let release = release();
    let peak = release.units.level(9).unwrap();
    let grid = match &release.units {
        Units::Cells(grid) => grid,
        Units::Areas(_) => panic!("cells"),
    };
    let at = grid.locate(LonLat { lon: -0.1197, lat: 51.5036 }).unwrap();
    let row = peak.row_of(at).unwrap();
    let filter = Filter::over(release.window);
    let nine = CellsView::of(&release, Layer::Scan, filter, 9, None).unwrap();
    let found = nine.units.binary_search(&row).expect("the peak lies in a cluster");
    assert!(nine.value[found] > 2.0 && nine.class[found] > 0);
    assert!(nine.units.len() < peak.len() / 2);
    let ten = CellsView::of(&release, Layer::Scan, filter, 10, None).unwrap();
    for (unit, value) in ten.units.iter().zip(&ten.value) {
        let parent = release.units.row_at(10, *unit, 9).unwrap();
        assert_eq!(nine.value[nine.units.binary_search(&parent).unwrap()], *value);
    }
    let eight = CellsView::of(&release, Layer::Scan, filter, 8, None).unwrap();
    assert!(eight.value.iter().all(|v| nine.value.contains(v)));
    // A strand without an incident has no cluster and no error.
    let none = Filter { strands: Strand::Transgender.into(), ..filter };
    assert!(CellsView::of(&release, Layer::Scan, none, 9, None).unwrap().units.is_empty());
}

/// The same records in two boroughs: Southwark and, for every third, Lambeth, whose outlines lie in the atlas.
fn two_boroughs() -> Release {
    let mut release = release();
    let area = |code: &str, name: &str| ReportingArea { code: code.to_owned(), name: name.to_owned(), residents: None };
    release.areas = vec![area("E09000028", "Southwark"), area("E09000022", "Lambeth")];
    let mut facts = Facts::new(FactKind::Events);
    for (row, mut fact) in release.facts.iter().enumerate() {
        if fact.unit != NO_UNIT {
            fact.area = u16::from(row % 3 == 0);
        }
        if row % 11 == 0 {
            (fact.unit, fact.place) = (NO_UNIT, PlaceKind::AreaOnly);
        }
        facts.push(fact);
    }
    release.facts = facts;
    release
}

#[test]
fn what_is_on_the_map_and_what_is_not_make_the_total_of_the_boroughs_and_of_the_months() {
    let release = two_boroughs();
    let strands = [Strands::ALL, Strand::Race.into(), Strands::any_of([Strand::Race, Strand::Religion, Strand::Disability])];
    for (strands, area) in strands.into_iter().flat_map(|s| [None, Some(0), Some(1)].map(|area| (s, area))) {
        for sources in [SourceSet::REPORTED, SourceSet::ALL, SourceSet::only(Source::Witness)] {
            for months in [release.window, MonthRange::ending(release.month, 5)] {
                let filter = Filter { strands, area, sources, ..Filter::over(months) };
                let total = AreasView::of(&release, filter).total;
                for (resolution, layer) in [(8, Layer::Count), (9, Layer::Probability), (10, Layer::Count)] {
                    let view = CellsView::of(&release, layer, filter, resolution, None).unwrap();
                    assert_eq!(view.total + view.off_map.total(), total, "{filter:?}");
                    assert_eq!(view.legend.iter().map(|class| class.incidents).sum::<u64>(), view.total, "{filter:?}");
                }
                let of_month =
                    |month| AreasView::of(&release, Filter { months: MonthRange::new(month, month).unwrap(), ..filter }).total;
                assert_eq!(months.iter().map(of_month).sum::<u64>(), total, "{filter:?}");
            }
        }
    }
}

#[test]
fn a_borough_is_a_part_of_the_picture_and_no_island() {
    let release = two_boroughs();
    let all = Filter::over(release.window);
    for layer in Layer::ALL {
        let whole = CellsView::of(&release, layer, all, 9, None).unwrap();
        let parts = [0, 1].map(|area| CellsView::of(&release, layer, Filter { area: Some(area), ..all }, 9, None).unwrap());
        assert_eq!(parts[0].total + parts[1].total, whole.total, "{layer:?}");
        // Of the count each has less; what is far above the rest may be so in both.
        assert!(parts.iter().all(|part| part.units.len() < whole.units.len() || layer != Layer::Count), "{layer:?}");
        for part in &parts {
            for (at, unit) in part.units.iter().enumerate() {
                let there = whole.units.binary_search(unit).unwrap();
                if layer != Layer::Count {
                    assert_eq!(part.value[at], whole.value[there], "{layer:?}: the value is that beside the whole study area");
                    assert_eq!(part.class[at], whole.class[there]);
                }
                assert!(part.n[at] <= whole.n[there]);
            }
        }
    }
}

#[test]
fn layers_of_several_strands_are_those_of_the_records_with_any_of_them() {
    let release = release();
    // Of this release every record is of race, disability or religion.
    let several = Filter {
        strands: Strands::any_of([Strand::Race, Strand::Disability, Strand::Antisemitic]),
        ..Filter::over(release.window)
    };
    for layer in Layer::ALL {
        let united = CellsView::of(&release, layer, several, 9, None).unwrap();
        let all = CellsView::of(&release, layer, Filter::over(release.window), 9, None).unwrap();
        assert_eq!((united.units, united.n, united.value, united.class), (all.units, all.n, all.value, all.class), "{layer:?}");
    }
}
