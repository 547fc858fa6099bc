//! What a visit leaves in the log: one event after the other, as page and shop tell them.

use super::SimulatedOrder;
use super::basket::BasketLine;
use super::chance::Chance;
use super::people::Person;
use super::plan::is_treated;
use super::settings::Tested;
use super::shelf::Shelf;
use crate::event::{Consent, Event, EventItem, EventName, Moment, Who};
use crate::experiment::{Arm, Experiment, GlobalHoldout};
use crate::shop::{Money, Timestamp};

/// Products of a list.
const LIST: usize = 4;
/// How often a list comes into view.
const IN_VIEW: f64 = 0.75;
/// How often a list holds a product that would be bought without it, and how often that one is then opened: why what is
/// attributed is more than what is brought.
const BOUGHT_ANYWAY: [f64; 2] = [0.3, 0.5];
/// How often a machine opens something.
const MACHINE_CLICKS: f64 = 0.5;
/// How often a product that was opened is put into the cart and taken out again.
const LEFT_BEHIND: f64 = 0.2;
/// Milliseconds from one placement of a visit to the next.
const BETWEEN: i64 = 45_000;

/// What decides what a placement holds for a visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen<'s> {
    /// Nobody came there, or nobody told.
    Nothing,
    /// No experiment: the placement as it always is.
    Unassigned,
    /// Held out of everything.
    Held,
    /// An arm.
    In(&'s Arm),
}

/// Tells the events of one visit.
pub(super) struct Teller<'a> {
    /// Who.
    pub(super) person: &'a Person,
    /// What is sold.
    pub(super) shelf: &'a Shelf,
    /// Hash of a model that nobody has.
    pub(super) model: &'a str,
    /// The first moment of the visit.
    pub(super) at: Timestamp,
    /// Exposures only.
    pub(super) light: bool,
    /// Chance of this visit's events alone.
    pub(super) chance: &'a mut Chance,
    /// Takes an event, and whether its arm is one beside the control.
    pub(super) told: &'a mut dyn FnMut(Event, bool),
}

impl Teller<'_> {
    /// What happens at a placement, the `place`th of the visit: an answer, and what becomes of it. `attached` is a product
    /// that is bought because of it, `basket` what is bought anyway.
    pub(super) fn placement(
        &mut self,
        place: usize,
        (tested, experiment): (&Tested, &Experiment),
        seen: Seen<'_>,
        attached: Option<&BasketLine>,
        basket: &[BasketLine],
    ) {
        let after = BETWEEN * i64::try_from(place).unwrap_or(0);
        let mut first = self.event(EventName::Exposure, after);
        first.placement = Some(tested.placement.clone());
        match seen {
            Seen::Nothing => return,
            Seen::Unassigned => {}
            Seen::Held => first.variant = Some(GlobalHoldout::NAME.to_owned()),
            Seen::In(arm) => {
                first.experiment = Some(experiment.name.to_string());
                first.variant = Some(arm.name().to_string());
            }
        }
        let treated = matches!(seen, Seen::In(arm) if !arm.is_control());
        first.withheld = matches!(seen, Seen::In(arm) if arm.is_control()) || seen == Seen::Held;
        let anyway = if self.light { None } else { self.fill(&mut first, attached, basket) };
        if seen != Seen::Unassigned {
            (self.told)(first.clone(), treated);
        }
        if !self.light && !first.withheld {
            self.shown(first, treated, tested.click_rate, attached.is_some(), anyway);
        }
    }

    /// The placement again, in another arm of the same experiment: what no visitor should meet.
    pub(super) fn crosses(&mut self, tested: &Tested, experiment: &Experiment, arm: &Arm) {
        let Some(other) = experiment.arms.iter().find(|other| *other != arm) else { return };
        let mut event = self.event(EventName::Exposure, 1_000);
        event.placement = Some(tested.placement.clone());
        event.experiment = Some(experiment.name.to_string());
        event.variant = Some(other.name().to_string());
        event.withheld = other.is_control();
        if !self.light {
            self.fill(&mut event, None, &[]);
        }
        (self.told)(event, is_treated(other.name().as_str()));
    }

    /// An order, told by the page that thanks for it.
    pub(super) fn purchase(&mut self, order: &SimulatedOrder) {
        let mut event = self.event(EventName::Purchase, (order.at.0 - self.at.0) * 1_000);
        let item = |line: &super::SimulatedLine| EventItem {
            sku: line.sku.to_string(),
            index: None,
            quantity: Some(line.quantity),
            price: Some(line.unit_price),
        };
        event.items = order.lines.iter().map(item).collect();
        event.value = order.lines.first().map(|line| Money::new(order.revenue(), line.unit_price.currency()));
        event.order = Some(order.id.clone());
        event.variants = order.variants.clone();
        let treated = order.variants.iter().any(|(_, arm)| is_treated(arm));
        (self.told)(event, treated);
    }

    /// The list comes into view, or not; something is opened, put into the cart, or not.
    fn shown(&mut self, answer: Event, treated: bool, click_rate: f64, is_attached: bool, anyway: Option<usize>) {
        let clicks_anyway = anyway.is_some() && self.chance.happens(BOUGHT_ANYWAY[1]);
        if !is_attached && !clicks_anyway && !self.chance.happens(IN_VIEW) {
            return;
        }
        self.follow(&answer, EventName::ViewItemList, 1_200, None, treated);
        let (clicked, bought) = match anyway.filter(|_| clicks_anyway) {
            _ if is_attached => (Some(0), true),
            Some(place) => (Some(place), true),
            None if self.person.number.is_bot() => {
                (self.chance.happens(MACHINE_CLICKS).then(|| self.chance.below(LIST)), false)
            }
            None => (self.chance.happens(click_rate).then(|| self.chance.below(LIST)), false),
        };
        let Some(place) = clicked else { return };
        self.follow(&answer, EventName::SelectItem, 9_000, Some(place), treated);
        if bought || self.chance.happens(LEFT_BEHIND) {
            self.follow(&answer, EventName::AddToCart, 21_000, Some(place), treated);
        }
    }

    /// One more event of an answer: about its list, or about one product of it.
    fn follow(&mut self, answer: &Event, name: EventName, after: i64, place: Option<usize>, treated: bool) {
        let Moment(at) = answer.at;
        let mut event = Event { id: self.chance.hex(), name, at: Moment(at + after), ..answer.clone() };
        event.received_at = event.received_at.map(|Moment(at)| Moment(at + after));
        if let Some(place) = place {
            event.items = answer.items.iter().skip(place).take(1).cloned().collect();
            event.items.iter_mut().for_each(|item| item.quantity = Some(1));
        }
        (self.told)(event, treated);
    }

    /// Four products: the attached one first, perhaps one that is bought anyway, the others by chance. Gives the place of
    /// what is bought anyway.
    fn fill(&mut self, event: &mut Event, attached: Option<&BasketLine>, basket: &[BasketLine]) -> Option<usize> {
        let currency = self.shelf.currency();
        let mut items: Vec<EventItem> = Vec::with_capacity(LIST);
        let mut put = |sku: &str, price: i64| {
            if items.len() < LIST && items.iter().all(|item| item.sku != sku) {
                let index = u32::try_from(items.len()).ok();
                items.push(EventItem {
                    sku: sku.to_owned(),
                    index,
                    quantity: None,
                    price: Some(Money::new(price, currency)),
                });
                return index;
            }
            None
        };
        if let Some(line) = attached {
            put(&line.sku, line.price);
        }
        let bought = basket.get(self.chance.below(basket.len()));
        let listed = bought.filter(|_| self.chance.happens(BOUGHT_ANYWAY[0]));
        let anyway = listed.and_then(|line| put(&line.sku, line.price)).and_then(|at| usize::try_from(at).ok());
        for _ in 0..LIST * 2 {
            if let Some(good) = self.shelf.goods.get(self.chance.below(self.shelf.goods.len())) {
                put(&good.sku, good.price);
            }
        }
        event.items = items;
        event.recommendation = Some(self.chance.hex());
        event.model = Some(self.model.to_owned());
        anyway
    }

    /// An event some milliseconds after the visit began, of which nothing else is known yet.
    fn event(&mut self, name: EventName, after: i64) -> Event {
        let person = self.person;
        let at = self.at.0.saturating_mul(1_000) + after;
        let segment = person.segment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Event {
            id: self.chance.hex(),
            name,
            at: Moment(at + person.skew),
            received_at: Some(Moment(at + self.chance.between(150, 2_800))),
            placement: None,
            recommendation: None,
            model: None,
            who: person.consents.then(|| Who::Unit(person.unit.clone())),
            consent: if person.consents { Consent::Full } else { Consent::Anonymous },
            experiment: None,
            variant: None,
            withheld: false,
            segment: segment.collect(),
            items: Vec::new(),
            order: None,
            value: None,
            variants: Vec::new(),
        }
    }
}
