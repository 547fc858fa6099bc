//! Customers with an account: what they brew with, what they like, and what they run out of.

use super::baskets::Basket;
use super::calendar::ShopDay;
use super::catalog::{Catalog, Kind};
use super::dice::Dice;
use super::orders::{impulse, mission};

/// The ways to make coffee at home, and how common they are among customers.
const KITS: &[(Kind, u32)] = &[
    (Kind::PumpMachine, 270),
    (Kind::BeanToCup, 120),
    (Kind::Dripper, 210),
    (Kind::FlaskBrewer, 70),
    (Kind::PressBrewer, 80),
    (Kind::FrenchPress, 100),
    (Kind::MokaPot, 110),
    (Kind::ColdBrewer, 40),
];

/// One customer's habits.
pub(super) struct Shopper {
    next: ShopDay,
    kit: usize,
    kit_is_new: bool,
    favourites: Vec<usize>,
    /// Days between two bags of coffee.
    pace: i64,
    supplies: Vec<Supply>,
}

/// Something that runs out on its own schedule.
struct Supply {
    item: usize,
    due: i64,
    /// Shortest and longest time it lasts, in days.
    lasts: (i64, i64),
}

impl Shopper {
    /// A new customer who first comes on this day.
    pub(super) fn join(catalog: &Catalog, day: ShopDay, dice: &mut Dice) -> Self {
        let basket = Basket::new(catalog, day);
        let weights: Vec<u32> = KITS.iter().map(|(_, weight)| *weight).collect();
        let kind = KITS[dice.weighted(&weights).unwrap_or(0)].0;
        let kit = basket.choose(kind, dice, |_| 1).unwrap_or(0);
        let kit_is_new = dice.chance(470);
        let mut shopper = Self {
            next: day.within_the_week(dice),
            kit,
            kit_is_new,
            favourites: favourites(&basket, catalog, kind, dice),
            pace: dice.between(21, 35),
            supplies: Vec::new(),
        };
        shopper.stock_up(&basket, catalog, dice);
        shopper
    }

    /// The supplies that the kit needs, due some time after the first visit.
    fn stock_up(&mut self, basket: &Basket, catalog: &Catalog, dice: &mut Dice) {
        let kit = &catalog.items[self.kit];
        let fitting = |item: usize| u32::from(catalog.items[item].fits == kit.fits);
        let like_maker = |item: usize| if catalog.items[item].brand == kit.brand { 25 } else { 1 };
        let electric = matches!(kit.kind, Kind::PumpMachine | Kind::BeanToCup);
        let mut needs = vec![(basket.choose(Kind::PaperFilter, dice, fitting), (60, 90))];
        if electric {
            needs.push((basket.choose(Kind::Descaler, dice, like_maker), (165, 200)));
            needs.push((basket.choose(Kind::Tablets, dice, |_| 1), (80, 120)));
            needs.push((basket.choose(Kind::WaterFilter, dice, fitting), (60, 90)));
        }
        if electric || kit.kind == Kind::MokaPot {
            needs.push((basket.choose(Kind::Gasket, dice, fitting), (330, 400)));
        }
        for (item, lasts) in needs {
            let Some(item) = item else { continue };
            let already = if self.kit_is_new { lasts.0 } else { dice.between(0, lasts.1) };
            self.supplies.push(Supply { item, due: self.next.0 + already, lasts });
        }
    }

    /// The next basket, or `None` when the customer stays away or the months are over.
    pub(super) fn next_basket<'a>(&mut self, catalog: &'a Catalog, dice: &mut Dice) -> Option<Basket<'a>> {
        if !self.next.is_open() {
            return None;
        }
        let mut basket = Basket::new(catalog, self.next);
        if std::mem::take(&mut self.kit_is_new) {
            basket.add(self.kit, dice);
            basket.accompany(self.kit, 1000, dice);
        } else if dice.chance(250) {
            mission(&mut basket, dice);
        } else {
            self.restock(&mut basket, catalog, dice);
        }
        self.next = if dice.chance(95) { ShopDay(i64::MAX / 2) } else { self.come_back(dice) };
        Some(basket)
    }

    /// Coffee, and whatever has run out.
    fn restock(&mut self, basket: &mut Basket, catalog: &Catalog, dice: &mut Dice) {
        let mut weights: Vec<u32> = (0..self.favourites.len() as u32).map(|place| 60 / (place + 1)).collect();
        for more in [1000, 660, 400] {
            let Some(place) = dice.chance(more).then(|| dice.weighted(&weights)).flatten() else { break };
            basket.add(self.favourites[place], dice);
            weights[place] = 0;
        }
        if basket.day.wants(Some("winter")) == 1_000 && dice.chance(260) {
            basket.wish(Kind::SeasonalBeans, dice);
        }
        self.refill(basket, dice);
        if dice.chance(320) {
            let kind = [Kind::Syrup, Kind::Chocolate, Kind::Tea][dice.below(3) as usize];
            basket.wish(kind, dice);
        }
        if basket.lines.is_empty() && !catalog.items.is_empty() {
            basket.wish(Kind::EspressoBeans, dice);
        }
        impulse(basket, dice);
    }

    fn refill(&mut self, basket: &mut Basket, dice: &mut Dice) {
        for supply in &mut self.supplies {
            if supply.due <= basket.day.0 + 7 && dice.chance(820) {
                basket.add(supply.item, dice);
                supply.due = basket.day.0 + dice.between(supply.lasts.0, supply.lasts.1);
            }
        }
    }

    fn come_back(&self, dice: &mut Dice) -> ShopDay {
        ShopDay(self.next.0 + self.pace - 6 + dice.between(0, 6)).within_the_week(dice)
    }
}

/// Two to four coffees of one taste, all in the size the customer buys.
fn favourites(basket: &Basket, catalog: &Catalog, kit: Kind, dice: &mut Dice) -> Vec<usize> {
    let roast = match kit {
        _ if dice.chance(70) => Kind::DecafBeans,
        Kind::PumpMachine | Kind::BeanToCup | Kind::MokaPot => Kind::EspressoBeans,
        _ => Kind::FilterBeans,
    };
    let size = if dice.chance(380) { "1KG" } else { "250" };
    let Some(first) = basket.choose(roast, dice, |i| u32::from(catalog.items[i].code == size)) else {
        return Vec::new();
    };
    let mut found = vec![first];
    for _ in 0..dice.between(1, 3) {
        let next = basket.choose(roast, dice, |i| {
            let (item, like) = (&catalog.items[i], &catalog.items[first]);
            let known = found.iter().any(|&f| catalog.are_variants(f, i));
            u32::from(!known && item.code == size) * if item.fits == like.fits { 12 } else { 1 }
        });
        found.extend(next);
    }
    found
}
