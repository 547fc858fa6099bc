//! Placements over all who saw them, and what they showed.

use super::frame::Frame;
use super::intake::{NameId, Taken, hash};
use super::judged::{Scale, counted};
use super::settings::Settings;
use super::tally::{PlacementTally, ProductTally, Tally};
use super::told::{PlacementDay, PlacementTold, ProductTold};
use jiff::civil::Date;

/// Most products of a placement that are told.
const MOST_PRODUCTS: usize = 25;
/// Most of the log's placements that are told: a shop has a handful, and a log can name anything.
pub(super) const MOST: usize = 1_000;

/// The placements that were seen, and those of the file, in the order of their names.
pub(super) fn placements(
    settings: &Settings,
    frame: &Frame,
    taken: &Taken,
    tally: &Tally,
    scale: Scale,
) -> Vec<PlacementTold> {
    let none = PlacementTally::default();
    let mut names: Vec<String> =
        settings.placements.iter().filter(|place| place.written).map(|place| place.name.clone()).collect();
    names.extend(seen(settings, taken, tally));
    names.sort();
    names.dedup();
    let told = |name: String| {
        let id = taken.names.known(&name).unwrap_or(0);
        let mine = tally.placements.get(&id).unwrap_or(&none);
        let place = settings.placements.iter().find(|place| place.name == name);
        let trial = settings.planned.iter().find(|planned| planned.experiment.placement == name);
        PlacementTold {
            owner: place.and_then(|place| place.owner.clone()),
            kpi: place.and_then(|place| place.kpi.clone()),
            review_by: place.and_then(|place| place.review_by).map(date),
            experiment: trial.map(|planned| planned.experiment.name.to_string()),
            counts: counted(&mine.told, [mine.attached, mine.buyers], scale),
            last_click_revenue: scale.major(mine.told.last_click),
            assisted_revenue: scale.major(mine.told.assisted),
            days: days(frame, mine),
            products: products(taken, tally, id, scale),
            name,
        }
    };
    names.into_iter().map(told).collect()
}

/// The placements that the log names; of too many, those of the file and of the others those of the smallest hash.
fn seen(settings: &Settings, taken: &Taken, tally: &Tally) -> Vec<String> {
    let names = tally.placements.keys().map(|name| taken.names.text(*name).to_owned());
    let mut seen: Vec<String> = names.filter(|name| !name.is_empty()).collect();
    if seen.len() > MOST {
        let of_file = |name: &String| {
            settings.placements.iter().any(|place| place.name == *name)
                || settings.planned.iter().any(|planned| planned.experiment.placement == *name)
        };
        seen.sort_by_cached_key(|name| (!of_file(name), hash(name)));
        seen.truncate(MOST);
    }
    seen
}

fn days(frame: &Frame, mine: &PlacementTally) -> Vec<PlacementDay> {
    let day = |(day, [impressions, clicks, add_to_carts]): (&usize, &[u64; 3])| PlacementDay {
        date: frame.days.name(*day),
        impressions: *impressions,
        clicks: *clicks,
        add_to_carts: *add_to_carts,
    };
    mine.days.iter().map(day).collect()
}

fn products(taken: &Taken, tally: &Tally, placement: NameId, scale: Scale) -> Vec<ProductTold> {
    let mine = tally.products.range((placement, 0)..=(placement, NameId::MAX));
    let mut all: Vec<(&str, NameId, &ProductTally)> =
        mine.map(|((_, sku), product)| (taken.names.text(*sku), *sku, product)).collect();
    all.sort_by_key(|(sku, _, product)| (std::cmp::Reverse((product.shown, product.bought)), *sku));
    let told = |(sku, id, product): (&str, NameId, &ProductTally)| {
        let worth = taken.catalog.get(&id);
        ProductTold {
            sku: sku.to_owned(),
            title: worth.and_then(|worth| worth.title.as_deref()).map(str::to_owned),
            shown: product.shown,
            clicked: product.clicked,
            added: product.added,
            bought: product.bought,
            revenue: scale.major(product.revenue),
            margin: worth.and_then(|worth| worth.cost).map(|_| scale.major(product.margin)),
        }
    };
    all.into_iter().take(MOST_PRODUCTS).map(told).collect()
}

/// `2027-03-31`.
pub(super) fn date(day: crate::shop::Day) -> String {
    let epoch = Date::constant(1970, 1, 1);
    let days = jiff::Span::new().try_days(day.0);
    days.and_then(|days| epoch.checked_add(days)).map(|date| date.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::inputs::SoldLine;
    use super::super::told::Report;
    use super::super::{Place, Reporter, Sources};
    use super::*;
    use crate::event::{Consent, Event, EventItem, EventName, Moment, Who};

    const AT: i64 = 1_788_220_800_000;

    fn impression(n: usize, placement: &str, unit: &str) -> Event {
        Event {
            id: format!("{n}"),
            name: EventName::ViewItemList,
            at: Moment(AT + n as i64),
            received_at: None,
            placement: Some(placement.into()),
            recommendation: None,
            model: None,
            who: Some(Who::Unit(unit.into())),
            consent: Consent::Full,
            experiment: None,
            variant: None,
            withheld: false,
            segment: Vec::new(),
            items: vec![EventItem { sku: "A".into(), index: None, quantity: None, price: None }],
            order: None,
            value: None,
            variants: Vec::new(),
        }
    }

    fn report(settings: Settings, events: &[Event], lines: &[SoldLine]) -> Report {
        let reporter = Reporter::new(settings);
        let mut intake = reporter.intake(None);
        lines.iter().for_each(|line| intake.line(line).unwrap());
        events.iter().for_each(|event| intake.event(event).unwrap());
        reporter.report(intake, Sources::default()).unwrap()
    }

    #[test]
    fn of_too_many_placements_the_same_are_told_whatever_came_first() {
        let place = Place { name: "z cart".into(), enabled: true, ..Place::default() };
        let settings = Settings { placements: vec![place], ..Settings::default() };
        let mut events: Vec<Event> =
            (0..1_500).map(|n| impression(n, &format!("p{n}"), &format!("u{}", n % 7))).collect();
        events.push(impression(1_500, "z cart", "u1"));
        let told = report(settings.clone(), &events, &[]);
        assert_eq!(told.placements.len(), MOST);
        assert!(told.placements.iter().any(|told| told.name == "z cart" && told.counts.impressions == 1));
        let finding = told.quality.findings.iter().find(|finding| finding.code == "placements_untold").unwrap();
        assert_eq!(finding.count, 501);
        events.reverse();
        assert_eq!(report(settings.clone(), &events, &[]), told);
        let few = report(settings, &events[..1_000], &[]);
        assert_eq!(few.placements.len(), MOST);
        assert!(few.quality.findings.iter().all(|finding| finding.code != "placements_untold"));
    }

    /// Looked at placement by placement these would be 2 × 10¹⁰ steps, some minutes: whoever runs the tests would notice.
    #[test]
    fn a_placement_an_event_takes_no_longer_than_one_for_all() {
        let events: Vec<Event> = (0..100_000).map(|n| impression(n, &format!("p{n}"), "u")).collect();
        let line = |n: i64| SoldLine {
            order: format!("{n}"),
            at: Moment(AT + 3_600_000 + n),
            sku: "A".into(),
            quantity: 1,
            unit_price: None,
            customer: None,
            who: Some(Who::Unit("u".into())),
            variants: Vec::new(),
            cancelled: false,
        };
        let told = report(Settings::default(), &events, &[line(0), line(1)]);
        assert_eq!(told.placements.len(), MOST);
        assert!(told.placements.iter().all(|told| (told.counts.sessions, told.counts.impressions) == (1, 1)));
    }
}
