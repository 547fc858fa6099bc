//! Reports that nobody measured: one of a shop with six experiments, one of nothing, one of a shop that means harm, and one
//! as large as they get.
#![allow(dead_code, unused_imports)] // each test binary uses its own part

mod drawn;
mod odd;

use drawn::{Spec, experiment, measured};
use endcap::report::statistics::Reason;
use endcap::report::told::*;
pub use odd::{HOSTILE, hostile, strange};

const NOTHING: Spec = Spec {
    name: "",
    placement: "",
    days: 30,
    day: 30,
    visitors: 0.0,
    arms: &[("holdout", 0.5, 0.0, 0.0), ("treatment", 0.5, 0.0, 0.0)],
    margins: true,
    reason: Reason::Shown,
    owner: Some("CRM"),
};

/// A shop with an experiment for each verdict, all placements held out for one in twenty, and a few things to tidy up.
pub fn full() -> Report {
    let specs = [
        Spec {
            name: "cart-addons-q4",
            placement: "cart",
            visitors: 8_400.0,
            arms: &[("holdout", 0.5, 0.0, 0.0), ("treatment", 0.5, 0.081, 0.024)],
            ..NOTHING
        },
        Spec {
            name: "drawer-three-lists",
            placement: "drawer",
            day: 9,
            visitors: 3_100.0,
            arms: &[
                ("holdout", 0.34, 0.0, 0.0),
                ("margin-first", 0.33, 0.03, 0.01),
                ("relevance-first", 0.33, 0.05, 0.04),
            ],
            reason: Reason::TooEarly,
            ..NOTHING
        },
        Spec {
            name: "pdp-complements",
            placement: "product page",
            visitors: 9_100.0,
            arms: &[("incumbent", 0.5, 0.0, 0.0), ("treatment", 0.5, 0.050, 0.030)],
            reason: Reason::Below,
            owner: Some("Merchandising"),
            ..NOTHING
        },
        Spec {
            name: "search-rerank",
            placement: "search",
            visitors: 5_000.0,
            arms: &[("holdout", 0.5, 0.0, 0.0), ("treatment", 0.48, 0.02, 0.0)],
            margins: false,
            reason: Reason::SampleRatio,
            owner: None,
            ..NOTHING
        },
        Spec {
            name: "thank-you-similar",
            placement: "thank-you",
            visitors: 900.0,
            arms: &[("holdout", 0.5, 0.0, 0.0), ("treatment", 0.5, 0.06, 0.015)],
            reason: Reason::Unclear,
            ..NOTHING
        },
        Spec { name: "wishlist-replenish", placement: "wishlist", day: 0, reason: Reason::TooEarly, ..NOTHING },
    ];
    let experiments: Vec<ExperimentTold> = specs.iter().map(experiment).collect();
    let placements = specs.iter().map(placement).collect();
    Report {
        report: VERSION,
        generator: "endcap 0.1.0".into(),
        currency: "EUR".into(),
        timezone: "Europe/Berlin".into(),
        from: Some("2026-11-01T00:00:00Z".into()),
        until: Some("2026-11-30T22:59:58Z".into()),
        windows: Windows { last_click_hours: 24, assisted_days: 7 },
        quality: quality(),
        global_holdout: Some(global(&experiments)),
        experiments,
        placements,
        quarterly: quarterly(),
    }
}

/// Nothing was read.
pub fn empty() -> Report {
    Report {
        report: VERSION,
        generator: "endcap 0.1.0".into(),
        currency: "XXX".into(),
        timezone: "UTC".into(),
        from: None,
        until: None,
        windows: Windows { last_click_hours: 24, assisted_days: 7 },
        quality: Quality::default(),
        experiments: Vec::new(),
        global_holdout: None,
        placements: Vec::new(),
        quarterly: Quarterly::default(),
    }
}

/// Forty placements, each with an experiment of a year.
pub fn large() -> Report {
    let mut report = full();
    let spec = Spec {
        days: 366,
        day: 366,
        visitors: 400.0,
        arms: &[("holdout", 0.5, 0.0, 0.0), ("treatment", 0.5, 0.04, 0.01)],
        ..NOTHING
    };
    let names: Vec<String> = (1..=40).map(|n| format!("placement-{n}")).collect();
    let specs: Vec<Spec<'_>> = names.iter().map(|name| Spec { name, placement: name, ..spec }).collect();
    report.experiments = specs.iter().map(experiment).collect();
    report.placements = specs.iter().map(placement).collect();
    report
}

fn quality() -> Quality {
    let file = |path: &str, kind, rows, kept, refused| FileTold { path: path.into(), kind, rows, kept, refused };
    let finding = |code, severity, experiment: Option<&str>, count, share, sentence: &str, remedy: &str| Finding {
        code,
        severity,
        experiment: experiment.map(str::to_owned),
        count,
        share,
        sentence: sentence.into(),
        remedy: remedy.into(),
    };
    Quality {
        files: vec![
            file("logs/events-2026-11.jsonl.gz", "events", 1_402_311, 1_398_204, 87),
            file("exports/orders.csv", "orders", 61_204, 61_019, 0),
            file("exports/products.csv", "catalog", 4_120, 4_120, 0),
        ],
        findings: vec![
            finding(
                "sample_ratio",
                Severity::Blocks,
                Some("search-rerank"),
                2_418,
                Some(0.016),
                "The arm treatment of search-rerank has 72 812 visitors where 75 000 were expected (p < 0.001).",
                "Find out where the exposure of the treatment is lost: a script that fails, a redirect, a cache.",
            ),
            finding(
                "costs_missing",
                Severity::Warns,
                None,
                311,
                Some(0.075),
                "311 of 4 120 products have no cost, and 6.2 % of revenue is theirs.",
                "Add their cost to the catalog; until then they count with the mean margin rate of their category.",
            ),
            finding(
                "duplicate_events",
                Severity::Notes,
                None,
                4_020,
                Some(0.003),
                "4 020 events came twice and were counted once.",
                "Nothing: the sender repeats what was not acknowledged.",
            ),
        ],
    }
}

fn global(experiments: &[ExperimentTold]) -> GlobalTold {
    let of = |at: usize, name: &str, share: f64, parts: u64| {
        let arm = experiments[0].arms[at].clone();
        let counts = Counts {
            sessions: arm.counts.sessions / parts,
            exposures: arm.counts.exposures / parts,
            buyers: arm.counts.buyers / parts,
            orders: arm.counts.orders / parts,
            attached_orders: arm.counts.attached_orders / parts,
            revenue: arm.counts.revenue / parts as f64,
            margin: arm.counts.margin.map(|margin| margin / parts as f64),
            ..arm.counts
        };
        ArmTold { name: name.into(), control: at == 0, share, visitors: arm.visitors / parts, counts }
    };
    GlobalTold {
        share: 0.05,
        arms: vec![of(0, "held out", 0.05, 19), of(1, "all others", 0.95, 1)],
        sample_ratio: Some(SampleRatioTold { p_value: 0.41, alarm: false, expected: vec![7_254.0, 137_826.0] }),
        measured: vec![
            measured("contribution_margin_per_visitor", 0.912, 0.041, 0.019),
            measured("revenue_per_visitor", 3.124, 0.052, 0.017),
            measured("conversion", 0.0601, 0.004, 0.009),
        ],
    }
}

fn placement(spec: &Spec<'_>) -> PlacementTold {
    let visitors = spec.visitors.max(60.0) as u64;
    let date = |day: u32| drawn::date(day);
    let days: Vec<PlacementDay> = (0..spec.day)
        .map(|day| {
            let impressions = visitors * (80 + u64::from(day * 7 % 23)) / 100;
            PlacementDay { date: date(day), impressions, clicks: impressions / 11, add_to_carts: impressions / 26 }
        })
        .collect();
    let sum = |of: fn(&PlacementDay) -> u64| days.iter().map(of).sum::<u64>();
    let [impressions, clicks, add_to_carts] =
        [sum(|day| day.impressions), sum(|day| day.clicks), sum(|day| day.add_to_carts)];
    let titles = [
        "Paper filters, size 02, 100 pieces",
        "Pouring kettle with thermometer",
        "Descaler, 250 ml",
        "Stoneware mug, sand",
    ];
    let product = |(at, title): (u64, &str)| {
        let shown = impressions / (at + 2);
        ProductTold {
            sku: format!("BR-{:04}", 117 + 31 * at),
            title: (at != 3).then(|| title.to_owned()),
            shown,
            clicked: shown / 12,
            added: shown / 30,
            bought: shown / 41,
            revenue: shown as f64 / 41.0 * (6.9 + 8.0 * at as f64),
            margin: (spec.margins && at != 2).then(|| shown as f64 / 41.0 * (2.4 + 2.0 * at as f64)),
        }
    };
    PlacementTold {
        name: spec.placement.into(),
        owner: spec.owner.map(str::to_owned),
        kpi: spec.owner.map(|_| "attach_rate".into()),
        review_by: spec.owner.map(|_| "2027-03-31".into()),
        experiment: Some(spec.name.into()),
        counts: Counts {
            impressions,
            clicks,
            add_to_carts,
            orders: add_to_carts * 3 / 4,
            click_rate: (impressions > 0).then(|| clicks as f64 / impressions as f64),
            ..Counts::default()
        },
        last_click_revenue: add_to_carts as f64 * 7.1,
        assisted_revenue: add_to_carts as f64 * 19.4,
        products: if spec.day > 0 { (0..).zip(titles).map(product).collect() } else { Vec::new() },
        days,
    }
}

fn quarterly() -> Quarterly {
    let rule = |rule: &str, answers| RuleFired { rule: rule.into(), answers };
    let holm = |experiment: &str, arm: &str, p_value: f64| HolmTold {
        experiment: experiment.into(),
        arm: arm.into(),
        p_value,
        shown: p_value < 0.05,
    };
    Quarterly {
        without_owner: vec!["search".into()],
        without_review: vec!["search".into()],
        overdue: vec![Overdue { placement: "wishlist".into(), review_by: "2026-10-31".into(), days: 30 }],
        rules: Some(RulesTold {
            carts: 500,
            fired: vec![rule("no gift cards beside the till", 1_340), rule("own brand first", 274)],
            never_fired: vec!["summer sale 2025".into(), "bury the discontinued grinder".into()],
        }),
        not_worth: vec![NotWorth {
            placement: "wishlist".into(),
            sentence: "It was seen 340 times in 90 days and sold nothing; its slot would serve better empty.".into(),
        }],
        overrides: Some(vec![
            Overrides { month: "2026-10".into(), count: 14 },
            Overrides { month: "2026-11".into(), count: 41 },
        ]),
        holm: vec![
            holm("cart-addons-q4", "treatment", 0.0004),
            holm("pdp-complements", "treatment", 0.31),
            holm("thank-you-similar", "treatment", 0.9),
        ],
    }
}
