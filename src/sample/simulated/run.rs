//! The days, one after the other: who is due, what they do, and what becomes of it.

use super::basket::Basket;
use super::chance::Chance;
use super::effect::Effect;
use super::errand::whale_orders;
use super::months::{DAY, HOURS};
use super::people::{Number, Person};
use super::stream::Stream;
use super::teller::{Seen, Teller};
use super::truth::Truth;
use super::{Shop, SimulatedLine, SimulatedOrder, Sink};
use crate::shop::{Money, Timestamp};
use std::collections::VecDeque;

/// The stream of chance of the days themselves.
const DAYS: u64 = u64::MAX - 3;
/// Sessions of a machine on its day.
const BOT_SESSIONS: std::ops::RangeInclusive<i64> = 150..=300;
/// The number of the first order.
const FIRST_ORDER: u64 = 100_001;

/// Somebody who comes on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    /// Second of the day.
    second: u32,
    /// Who.
    number: Number,
    /// Which of their visits, from 0.
    visit: u32,
}

/// One run of a shop.
pub(super) struct Run<'a> {
    shop: &'a Shop,
    sink: &'a mut dyn Sink,
    stream: Stream<'a>,
    /// Chance of what is bought: the same whether clicks are told or not.
    buys: Chance,
    /// Chance of everything else of a visit.
    tells: Chance,
    /// Who comes on the next days.
    due: VecDeque<Vec<Due>>,
    truth: Truth,
    next_order: u64,
    /// Cents of all orders of the days.
    revenue: f64,
    model: String,
}

impl<'a> Run<'a> {
    pub(super) fn new(shop: &'a Shop, seed: u64, sink: &'a mut dyn Sink) -> Self {
        let mut tells = Chance::new(seed);
        let model = tells.turn_to(DAYS, u64::MAX >> 32).hex();
        Self {
            shop,
            sink,
            stream: Stream::new(&shop.settings.faults, seed),
            buys: Chance::new(seed),
            tells,
            due: VecDeque::new(),
            truth: Truth::new(shop, seed),
            next_order: FIRST_ORDER,
            revenue: 0.0,
            model,
        }
    }

    /// All days; ends early, with what was drawn so far, where the sink has had enough.
    pub(super) fn finish(mut self) -> Truth {
        let days = self.shop.settings.days;
        for day in 0..days {
            if self.shop.settings.history_days > 0 && self.sink.goes_on() {
                self.history(day);
            }
        }
        for day in 0..days {
            if self.sink.goes_on() {
                self.day(day);
            }
        }
        while self.stream.dawn(&mut |event| self.sink.event(event)) {}
        self.truth.settle(self.revenue);
        self.truth
    }

    /// Orders before the start of those who first come on a day.
    fn history(&mut self, day: u16) {
        let shop = self.shop;
        let before = i64::from(shop.settings.history_days) * DAY;
        for place in 0..self.newcomers(day) {
            let person = Person::meet(&shop.crowd, &shop.settings, Number::person(day, place), &mut self.buys);
            self.buys.turn_to(person.number.0, 1);
            for _ in 0..person.before {
                let at =
                    Timestamp(shop.months.start.0 - 1 - self.buys.below(usize::try_from(before).unwrap_or(0)) as i64);
                let basket = shop.basket(&person, 1.0, &mut self.buys);
                let order = self.order(&person, at, basket, Vec::new());
                self.truth.orders_before += 1;
                self.sink.order(order);
            }
        }
    }

    /// How many persons first come on a day.
    fn newcomers(&mut self, day: u16) -> u32 {
        let expected = self.shop.months.newcomers.get(usize::from(day)).copied().unwrap_or_default();
        u32::try_from(self.tells.turn_to(DAYS, u64::from(day)).whole(expected)).unwrap_or(0)
    }

    /// One day: everybody who is due, in the order in which they come.
    fn day(&mut self, day: u16) {
        self.stream.dawn(&mut |event| self.sink.event(event));
        let mut agenda = self.due.pop_front().unwrap_or_default();
        self.appoint(day, &mut agenda);
        agenda.sort_unstable();
        for due in agenda {
            self.visit(due, day);
        }
    }

    /// Who comes for the first time, machines, and the wholesale customer.
    fn appoint(&mut self, day: u16, agenda: &mut Vec<Due>) {
        let shop = self.shop;
        let persons = self.newcomers(day);
        for place in 0..persons {
            let second = second(&mut self.tells);
            agenda.push(Due { second, number: Number::person(day, place), visit: 0 });
        }
        let bots = shop.settings.faults.bots;
        let machines = self.tells.whole(f64::from(persons) * bots / (1.0 - bots));
        for place in 0..u32::try_from(machines).unwrap_or(0) {
            let sessions = self.tells.between(*BOT_SESSIONS.start(), *BOT_SESSIONS.end());
            for visit in 0..u32::try_from(sessions).unwrap_or(0) {
                // Machines do not sleep.
                let second = u32::try_from(self.tells.below(DAY as usize)).unwrap_or(0);
                agenda.push(Due { second, number: Number::bot(day, place), visit });
            }
        }
        if shop.settings.faults.whale > 0.0 && whale_orders(shop, day) > 0 {
            agenda.push(Due { second: 36_000, number: Number::WHALE, visit: u32::from(day) });
        }
    }

    /// One visit: what is bought, whether there is a next one, and what is told of it.
    fn visit(&mut self, due: Due, day: u16) {
        let shop = self.shop;
        let person = Person::meet(&shop.crowd, &shop.settings, due.number, &mut self.buys);
        let at = Timestamp(shop.months.start.0 + i64::from(day) * DAY + i64::from(due.second));
        let seen = shop.seen(&person, at);
        if due.number != Number::WHALE && due.visit == 0 {
            self.met(&person, &seen);
        }
        self.buys.turn_to(due.number.0, 2 + u64::from(due.visit));
        let bought = self.buy(&person, &seen, at, day);
        if !due.number.is_bot() && due.number != Number::WHALE {
            self.come_back(&person, due);
        }
        self.tell(&person, &seen, at, due, bought);
    }

    /// Counts a visitor at their first visit.
    fn met(&mut self, person: &Person, seen: &[Seen<'_>]) {
        let faults = &mut self.truth.faults;
        let is_bot = person.number.is_bot();
        faults.bots += u64::from(is_bot);
        faults.persons += u64::from(!is_bot);
        faults.no_consent += u64::from(!person.consents);
        faults.clock_skew += u64::from(person.skew != 0);
        let is_in = |seen: &Seen<'_>| matches!(seen, Seen::In(_)) && !person.unexposed;
        faults.crossover += u64::from(person.crosses && seen.iter().any(is_in));
        for (effect, seen) in self.truth.experiments.iter_mut().zip(seen).filter(|(_, seen)| is_in(seen)) {
            let Seen::In(arm) = seen else { continue };
            if let Some(drawn) = effect.arms.iter_mut().find(|drawn| drawn.name == arm.name().as_str()) {
                drawn.units += u64::from(!is_bot);
                drawn.bots += u64::from(is_bot);
            }
        }
    }

    /// The next visit, if there is one.
    fn come_back(&mut self, person: &Person, due: Due) {
        let gap = person.next_visit(&mut self.buys);
        let second = second(&mut self.buys);
        let Some(gap) = gap else { return };
        while self.due.len() < gap {
            self.due.push_back(Vec::new());
        }
        if let Some(day) = self.due.get_mut(gap - 1) {
            day.push(Due { second, number: due.number, visit: due.visit + 1 });
        }
    }

    /// What a visit buys, with what recommendations add to it.
    fn buy(&mut self, person: &Person, seen: &[Seen<'_>], at: Timestamp, day: u16) -> Option<Bought> {
        let shop = self.shop;
        let is_whale = person.number == Number::WHALE;
        let (mut effect, mut orders, mut treated) = (Effect::NONE, person.orders, Vec::new());
        for (place, (tested, seen)) in shop.settings.experiment.iter().zip(seen).enumerate() {
            if matches!(seen, Seen::In(arm) if !arm.is_control()) && !person.unexposed {
                effect = effect.and(tested.lift_on(day), tested.margin_drag);
                orders *= 1.0 + tested.conversion_lift;
                treated.push(place);
            }
        }
        if !self.buys.happens(orders) && !is_whale {
            return None;
        }
        let value = shop.months.value.get(usize::from(day)).copied().unwrap_or(1.0);
        let mut basket =
            if is_whale { shop.wholesale(day, &mut self.buys) } else { shop.basket(person, value, &mut self.buys) };
        let anyway = basket.clone();
        let attached = if is_whale { None } else { effect.work(&mut basket, &shop.shelf, &mut self.buys) };
        let place = treated.get(self.buys.below(treated.len())).copied();
        let variants = shop.settings.experiment.iter().zip(seen).filter_map(|(tested, seen)| match seen {
            Seen::In(arm) => Some((tested.name.clone(), arm.name().to_string())),
            _ => None,
        });
        let at = Timestamp(at.0 + self.buys.between(200, 900));
        let order = self.order(person, at, basket, variants.collect());
        Some(Bought { order, anyway, attached: place.zip(attached) })
    }

    /// An order; whether it comes back is drawn here.
    fn order(
        &mut self,
        person: &Person,
        at: Timestamp,
        basket: Basket,
        variants: Vec<(String, String)>,
    ) -> SimulatedOrder {
        let number = self.next_order;
        self.next_order += 1;
        let back = self.buys.between(3 * DAY, 14 * DAY);
        let returns = self.buys.happens(self.shop.settings.faults.refunds);
        let like = Money::new(0, self.shop.shelf.currency());
        SimulatedOrder {
            id: number.to_string(),
            customer: person.customer.clone(),
            at,
            lines: basket.lines.into_iter().map(|line| SimulatedLine::of(line, like)).collect(),
            unit: person.consents.then(|| person.unit.clone()),
            variants,
            returned: returns.then_some(Timestamp(at.0 + back)),
        }
    }

    /// Tells what happened, counts it, and gives the order away.
    fn tell(&mut self, person: &Person, seen: &[Seen<'_>], at: Timestamp, due: Due, bought: Option<Bought>) {
        let shop = self.shop;
        let (faults, truth) = (&shop.settings.faults, &mut self.truth);
        let lost = bought.is_some() && self.buys.happens(faults.lost_attributes);
        self.tells.turn_to(due.number.0, 2 + u64::from(due.visit));
        let (stream, sink) = (&mut self.stream, &mut *self.sink);
        let mut told = |event, treated| stream.tell(event, treated, &mut truth.faults, &mut |event| sink.event(event));
        let mut teller = Teller {
            person,
            shelf: &shop.shelf,
            model: &self.model,
            at,
            light: shop.settings.light,
            chance: &mut self.tells,
            told: &mut told,
        };
        let basket = bought.as_ref().map_or(&[][..], |bought| bought.anyway.lines.as_slice());
        let attached = bought.as_ref().and_then(|bought| bought.attached.as_ref());
        let experiments = shop.settings.experiment.iter().zip(&shop.experiments.deployed);
        for (place, (pair, seen)) in experiments.zip(seen).enumerate().filter(|_| !person.unexposed) {
            let line = attached.filter(|(at, _)| *at == place).map(|(_, line)| line);
            teller.placement(place, pair, *seen, line, basket);
            if let Seen::In(arm) = seen
                && person.crosses
            {
                teller.crosses(pair.0, pair.1, arm);
            }
        }
        let Some(Bought { mut order, .. }) = bought else { return };
        if lost {
            (order.unit, order.variants) = (None, Vec::new());
        } else if !shop.settings.light {
            teller.purchase(&order);
        }
        self.count(person, seen, &order, lost);
        self.sink.order(order);
    }

    fn count(&mut self, person: &Person, seen: &[Seen<'_>], order: &SimulatedOrder, lost: bool) {
        let truth = &mut self.truth;
        truth.orders += 1;
        self.revenue += order.revenue() as f64;
        truth.faults.lost_attributes += u64::from(lost);
        truth.faults.refunds += u64::from(order.returned.is_some());
        if person.number == Number::WHALE {
            return truth.faults.whale(order);
        }
        let in_some = seen.iter().any(|seen| matches!(seen, Seen::In(_)));
        truth.orders_elsewhere += u64::from(!in_some && !seen.contains(&Seen::Held));
        if person.unexposed {
            truth.faults.unexposed_orders += u64::from(in_some);
            return;
        }
        for (effect, seen) in truth.experiments.iter_mut().zip(seen) {
            let Seen::In(arm) = seen else { continue };
            let drawn = effect.arms.iter_mut().find(|drawn| drawn.name == arm.name().as_str());
            drawn.into_iter().for_each(|drawn| drawn.bought(order));
        }
    }
}

/// What a visit bought.
struct Bought {
    order: SimulatedOrder,
    /// What would have been bought without any recommendation.
    anyway: Basket,
    /// What was added, and by the placement of which experiment.
    attached: Option<(usize, super::basket::BasketLine)>,
}

/// A second of the day, by the hours at which people come.
fn second(chance: &mut Chance) -> u32 {
    let hour = chance.weighted(HOURS.iter().copied());
    u32::try_from(hour * 3_600 + chance.below(3_600)).unwrap_or(0)
}
