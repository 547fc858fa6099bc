//! Small logs and orders by hand, and a month whose every figure is known.
#![allow(dead_code)] // each test binary uses its own part

use endcap::config;
use endcap::event::{Consent, Event, EventItem, EventName, Moment, Who};
use endcap::report::inputs::SoldLine;
use endcap::report::told::Report;
use endcap::report::{Reporter, Settings, Sources};
use endcap::shop::{Currency, Money, Product};

pub const DAY: i64 = 86_400_000;
/// 2026-09-01T00:00:00Z.
pub const START: i64 = 1_788_220_800_000;

pub const FILE: &str = r#"
[shop]
currency = "EUR"

[placement.cart]
strategy = "cart_addons"
owner = "CRM"

[[experiment]]
name = "addons"
placement = "cart"
allocation = { holdout = 0.5, treatment = 0.5 }
from = 2026-09-01T00:00:00Z
days = 30
kill = "aov_lift_net_of_margin_drag < 0.03"
winsorise = 1.0
"#;

/// A log and orders under construction.
pub struct Log {
    pub settings: Settings,
    pub events: Vec<Event>,
    pub lines: Vec<SoldLine>,
    pub products: Vec<Product>,
}

impl Log {
    pub fn new(file: &str) -> Self {
        let config = config::parse(file, "endcap.toml").unwrap();
        let mut planned = config.experiments;
        for planned in &mut planned {
            planned.registered = Some(planned.hash());
        }
        let settings = Settings {
            currency: config.currency,
            planned,
            global_holdout: config.global_holdout,
            calendar: config.calendar,
            now: Some(Moment(START + 30 * DAY).second()),
            ..Settings::default()
        };
        let product = |sku: &str, price: i64, cost: i64| Product {
            sku: sku.into(),
            price: Some(euro(price)),
            cost: Some(euro(cost)),
            ..Product::default()
        };
        Self {
            settings,
            events: Vec::new(),
            lines: Vec::new(),
            products: vec![product("A", 100, 70), product("B", 100, 80)],
        }
    }

    pub fn event(&mut self, name: EventName, unit: &str, variant: &str, at: i64) -> &mut Event {
        let id = format!("{unit} {} {}", name.name(), self.events.len());
        self.events.push(Event {
            id,
            name,
            at: Moment(at),
            received_at: None,
            placement: Some("cart".into()),
            recommendation: Some(format!("{unit} {at}")),
            model: None,
            who: Some(Who::Unit(unit.into())),
            consent: Consent::Full,
            experiment: Some("addons".into()),
            variant: Some(variant.into()),
            withheld: variant == "holdout",
            segment: vec![(
                "device".into(),
                if unit.ends_with(['0', '2', '4', '6', '8']) { "mobile" } else { "desktop" }.into(),
            )],
            items: vec![EventItem { sku: "B".into(), index: Some(0), quantity: None, price: None }],
            order: None,
            value: None,
            variants: Vec::new(),
        });
        self.events.last_mut().unwrap()
    }

    /// An order of one product, in cents, whose unit is `unit`.
    pub fn order(&mut self, order: &str, unit: &str, sku: &str, price: i64, at: i64) -> &mut SoldLine {
        self.lines.push(SoldLine {
            order: order.into(),
            at: Moment(at),
            sku: sku.into(),
            quantity: 1,
            unit_price: Some(Money::new(price, Currency::parse("EUR").unwrap())),
            customer: None,
            who: Some(Who::Unit(unit.into())),
            variants: Vec::new(),
            cancelled: false,
        });
        self.lines.last_mut().unwrap()
    }

    pub fn report(&self) -> Report {
        let reporter = Reporter::new(self.settings.clone());
        let mut intake = reporter.intake(None);
        self.products.iter().for_each(|product| intake.product(product));
        self.events.iter().for_each(|event| intake.event(event).unwrap());
        self.lines.iter().for_each(|line| intake.line(line).unwrap());
        reporter.report(intake, Sources::default()).unwrap()
    }
}

pub fn euro(amount: i64) -> Money {
    Money::new(amount * 100, Currency::parse("EUR").unwrap())
}

/// A unit that the hash deals to an arm, the `n`th of them.
pub fn unit(settings: &Settings, arm: &str, n: usize) -> String {
    units(settings, arm).nth(n).unwrap()
}

/// The units that the hash deals to an arm.
pub fn units<'s>(settings: &'s Settings, arm: &'s str) -> impl Iterator<Item = String> + use<'s> {
    use endcap::experiment::{Assignment, Visitor};
    let experiment = &settings.planned[0].experiment;
    let dealt = move |unit: &String| {
        let visitor = Visitor { unit: Some(unit), segment: &[], now: Some(Moment(START).second()) };
        matches!(experiment.assign(&visitor, &settings.global_holdout), Assignment::Arm(found) if found.name().as_str() == arm)
    };
    (0..).map(|n: u32| format!("u{n:06}")).filter(dealt)
}

/// Thirty days of `units` units an arm, each with one order; treatment's are `lift` larger and their margin rate `drag` lower.
pub fn month(units: usize, lift: f64, drag: f64) -> Log {
    let mut log = Log::new(FILE);
    log.products.clear();
    let all: Vec<(String, &str)> = ["holdout", "treatment"]
        .into_iter()
        .flat_map(|arm| self::units(&log.settings, arm).take(units).map(move |unit| (unit, arm)))
        .collect();
    for (n, (unit, arm)) in all.iter().enumerate() {
        let at = START + (n as i64 % 30) * DAY + 3_600_000;
        let treated = *arm == "treatment";
        log.event(EventName::Exposure, unit, arm, at);
        // 80, 100 and 120 in each arm alike.
        let price = (8_000 + 2_000 * (n % units % 3) as i64) as f64 * if treated { 1.0 + lift } else { 1.0 };
        let rate = if treated { 0.3 * (1.0 - drag) } else { 0.3 };
        let sku = format!("P{n}");
        log.products.push(Product {
            sku: sku.clone(),
            cost: Some(Money::new((price * (1.0 - rate)).round() as i64, Currency::parse("EUR").unwrap())),
            ..Product::default()
        });
        log.order(&format!("o{n}"), unit, &sku, price.round() as i64, at + 60_000);
    }
    log
}
