//! Placements over all who saw them, and what they showed.

use super::frame::Frame;
use super::intake::{NameId, Taken};
use super::judged::{Scale, counted};
use super::settings::Settings;
use super::tally::{PlacementTally, ProductTally, Tally};
use super::told::{PlacementDay, PlacementTold, ProductTold};
use jiff::civil::Date;

/// Most products of a placement that are told.
const MOST_PRODUCTS: usize = 25;

/// All placements that were seen, and those of the file, in the order of their names.
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
    let seen = tally.placements.keys().map(|name| taken.names.text(*name).to_owned());
    names.extend(seen.filter(|name| !name.is_empty()));
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
