//! A workbook with every kind of column.

use hotspot_report::workbook::{About, Cell, Column, Cover, Format, Section, Sheet, Shorthand, Table, Workbook};

pub fn about() -> About {
    About {
        title: "Library visits, October 2026".into(),
        subject: "Visits to public libraries".into(),
        publisher: "Town & county council".into(),
        keywords: vec!["libraries".into(), "visits".into()],
        created: jiff::civil::date(2026, 11, 5),
    }
}

pub fn cover() -> Cover {
    Cover {
        summary: vec![
            "Visits to each library of the town, counted at the door.".into(),
            "A longer paragraph is wrapped: it says how the counters work, when they fail and what is done about it, and that a \
             visit is not a visitor, because the same person may come twice on a day."
                .into(),
        ],
        period: "September to October 2026".into(),
        marking: "Official".into(),
        known_on: jiff::civil::date(2026, 11, 2),
        contact: "libraries@example.org".into(),
        sections: vec![Section { heading: "Next edition".into(), lines: vec!["5 December 2026".into()] }],
    }
}

/// A workbook round one table.
pub fn workbook_of(notes: Vec<String>, table: Table) -> Workbook {
    let sheet = Sheet::new("Table 1", "One table", vec!["A line.".into()], table).unwrap();
    Workbook::new(about(), cover(), notes, vec![sheet]).unwrap()
}

pub fn sample() -> Workbook {
    let month = |text: &str| Cell::Month(text.parse().unwrap());
    let visits = Table::new(
        "visits_by_library",
        vec![
            Column::new("Library", Format::Text),
            Column::new("Month", Format::Month),
            Column::new("Visits", Format::Integer),
            Column::new("Visits: status", Format::Text),
            Column::new("Visits for each 1,000 residents [note 2]", Format::Decimal(1)),
            Column::new("Share of all visits", Format::Percent(1)),
        ],
        vec![
            vec!["North".into(), month("2026-09"), 1204u32.into(), "final".into(), 101.25.into(), 0.4125.into()],
            vec!["North".into(), month("2026-10"), 1180u32.into(), Shorthand::Provisional.into(), 99.0.into(), 0.5.into()],
            vec![
                "=South & \"West\"".into(),
                month("2026-10"),
                Shorthand::Confidential.into(),
                "closed for a part of the month because of the works on the roof, and counted by hand in the rest".into(),
                Shorthand::NotAvailable.into(),
                (-0.0).into(),
            ],
        ],
    )
    .unwrap();
    let hours = Table::new(
        "opening_hours",
        vec![Column::new("Library", Format::Text), Column::new("Hours", Format::Decimal(2))],
        vec![vec!["North".into(), 40.5.into()], vec!["South".into(), (-1234567.125).into()]],
    )
    .unwrap();
    Workbook::new(
        about(),
        cover(),
        vec![
            "A visit is one person through the door.".into(),
            "Residents of mid-2025; this text is long enough to be wrapped in its column.".into(),
        ],
        vec![
            Sheet::new(
                "Table 1",
                "Visits by library and month [note 1]",
                vec!["Unit: visits. Source: counters at the doors.".into()],
                visits,
            )
            .unwrap(),
            Sheet::new("Table 2", "Opening hours a week", vec![], hours).unwrap(),
        ],
    )
    .unwrap()
}
