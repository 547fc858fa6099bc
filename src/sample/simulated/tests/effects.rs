//! Effects are what they are said to be: of each order, and of whole shops.

use super::super::basket::Basket;
use super::super::chance::Chance;
use super::super::effect::Effect;
use super::*;

#[test]
fn each_order_has_the_expected_revenue_and_margin() {
    let shop = shop(|_| ());
    let mut chance = Chance::new(1);
    let cases = [
        (0.05, 0.03),
        (0.05, 0.0),
        (0.3, 0.0),
        (0.0, 0.05),
        (0.02, 0.2),
        (0.05, -0.05),
        (-0.05, 0.0),
        (-0.15, 0.1),
        (-0.1, -0.1),
    ];
    for (lift, drag) in cases {
        let effect = Effect::NONE.and(lift, drag);
        for (value, tries) in [(1_000.0, 40_000), (2_500.0, 40_000), (6_000.0, 40_000), (90_000.0, 40_000)] {
            let basket = Basket::fill(&shop.shelf, value, &mut chance);
            let (revenue, cost) = (basket.revenue() as f64, basket.cost() as f64);
            let done: Vec<(f64, f64)> = (0..tries)
                .map(|_| {
                    let mut basket = basket.clone();
                    effect.work(&mut basket, &shop.shelf, &mut chance);
                    assert!(
                        !basket.lines.is_empty()
                            && basket.lines.iter().all(|line| line.price >= 0 && line.quantity > 0)
                    );
                    (basket.revenue() as f64, (basket.revenue() - basket.cost()) as f64)
                })
                .collect();
            let (now, error) = mean(&done.iter().map(|(revenue, _)| *revenue).collect::<Vec<_>>());
            near(&format!("revenue of {value} with {lift} {drag}"), now, (1.0 + lift) * revenue, 4.5 * error);
            let (now, error) = mean(&done.iter().map(|(_, margin)| *margin).collect::<Vec<_>>());
            let margin = (1.0 + lift) * (1.0 - drag) * (revenue - cost);
            near(&format!("margin of {value} with {lift} {drag}"), now, margin, 4.5 * error);
        }
    }
}

#[test]
fn no_effect_changes_no_order() {
    let shop = shop(|_| ());
    let mut chance = Chance::new(2);
    let mut basket = Basket::fill(&shop.shelf, 5_000.0, &mut chance);
    let before = basket.clone();
    assert_eq!(Effect::NONE.and(0.0, 0.0).work(&mut basket, &shop.shelf, &mut chance), None);
    assert_eq!(basket, before);
}

#[test]
fn add_ons_are_products_of_the_catalog_at_believable_prices() {
    let shop = shop(|_| ());
    let (mut chance, mut added) = (Chance::new(3), 0);
    for _ in 0..4_000 {
        let value = 6_000.0 * chance.factor(0.8);
        let mut basket = Basket::fill(&shop.shelf, value, &mut chance);
        let Some(line) = Effect::NONE.and(0.05, 0.03).work(&mut basket, &shop.shelf, &mut chance) else { continue };
        let good = shop.shelf.goods.iter().find(|good| good.sku == line.sku).unwrap();
        added += 1;
        let by_catalog = line.price as f64 / good.price as f64;
        assert!((0.55..=1.3).contains(&by_catalog), "{} at {} in place of {}", line.sku, line.price, good.price);
        assert!(basket.lines.contains(&line) && line.cost == good.cost);
    }
    near("attached", f64::from(added) / 4_000.0, 0.25, 0.05);
}

/// Lift, margin drag, net lift and lift of orders by exposed unit, of many seeds, as they are read off the orders.
fn measured(shop: &Shop, seeds: u64) -> [(f64, f64); 4] {
    let mut found: [Vec<f64>; 4] = Default::default();
    for seed in 0..seeds {
        let mut arms = [[0.0f64; 3]; 2];
        let truth = shop.run(seed, &mut |_| (), &mut |order| {
            if let Some((_, arm)) = order.variants.first() {
                let sums = &mut arms[usize::from(arm == "treatment")];
                *sums = [sums[0] + 1.0, sums[1] + order.revenue() as f64, sums[2] + order.margin() as f64];
            }
        });
        let [control, treatment] = arms;
        let ratio = |at: usize, by: usize| treatment[at] / treatment[by] / (control[at] / control[by]);
        let units = |arm: usize| truth.experiments[0].arms[arm].units as f64;
        let orders = treatment[0] / units(1) / (control[0] / units(0)) - 1.0;
        let [lift, drag, net] = truth.experiments[0].drawn().unwrap();
        assert!((lift - (ratio(1, 0) - 1.0)).abs() < 1e-9 && (drag - (1.0 - ratio(2, 1))).abs() < 1e-9);
        for (to, value) in found.iter_mut().zip([lift, drag, net, orders]) {
            to.push(value);
        }
    }
    found.map(|values| mean(&values))
}

fn holds(shop: &Shop, seeds: u64) {
    let truth = shop.truth().experiments[0].clone();
    let found = measured(shop, seeds);
    let expected = [truth.aov_lift, truth.margin_drag, truth.net_lift, truth.conversion_lift];
    for ((name, (found, error)), expected) in ["lift", "drag", "net", "orders"].iter().zip(found).zip(expected) {
        near(name, found, expected, 4.0 * error);
        assert!(error < 0.012, "{name}: so large an error ({error}) shows nothing");
    }
}

#[test]
fn the_mean_of_many_shops_is_the_truth() {
    holds(
        &shop(|settings| {
            (settings.light, settings.history_days, settings.visitors_a_day, settings.order_cv) =
                (true, 0, 1_000.0, 0.6)
        }),
        30,
    );
}

#[test]
fn the_truth_of_a_lift_that_wears_off_weighs_its_days() {
    let shop = shop(|settings| {
        (settings.light, settings.history_days, settings.visitors_a_day, settings.order_cv) = (true, 0, 1_000.0, 0.6);
        settings.promotion = vec![PromotionDays { value: 1.5, visitors: 3.0, ..PromotionDays::default() }];
        let tested = &mut settings.experiment[0];
        (tested.lift, tested.novelty_days, tested.long_run) = (0.3, Some(5.0), 0.1);
        (tested.conversion_lift, tested.margin_drag) = (0.2, -0.02);
    });
    let truth = &shop.truth().experiments[0];
    assert!(
        (truth.aov_lift_first_day, truth.aov_lift_long_run) == (0.3, 0.03) && (0.03..0.15).contains(&truth.aov_lift)
    );
    assert!((truth.margin_per_visitor_lift - (1.2 * (1.0 + truth.net_lift) - 1.0)).abs() < 1e-12);
    holds(&shop, 30);
}

#[test]
fn a_harmful_treatment_takes_from_orders() {
    let shop = shop(|settings| {
        (settings.light, settings.history_days, settings.visitors_a_day, settings.order_cv) = (true, 0, 1_000.0, 0.6);
        (settings.experiment[0].lift, settings.experiment[0].conversion_lift) = (-0.1, -0.15);
    });
    holds(&shop, 20);
}

#[test]
fn the_example_of_the_kill_rule_is_the_default() {
    let truth = Shop::new(Settings::default()).unwrap().truth();
    let effect = &truth.experiments[0];
    assert_eq!((effect.aov_lift, effect.margin_drag, truth.margin_rate), (0.05, 0.03, 0.30));
    near("net", effect.net_lift, 0.0185, 1e-12);
}
