//! The way of an event into the log, and what gets lost, doubled and late on it.

use super::chance::Chance;
use super::months::DAY;
use super::settings::Faults;
use super::truth::Planted;
use crate::event::{Event, Moment};
use std::collections::VecDeque;

/// The stream of chance of what goes wrong with events.
const STREAM: u64 = u64::MAX - 5;
/// Late events come this many days later at most.
const LATEST: i64 = 5;
/// Milliseconds of a day.
const DAY_MILLIS: i64 = DAY * 1_000;

/// Events on their way.
pub(super) struct Stream<'a> {
    faults: &'a Faults,
    chance: Chance,
    /// Those that arrive on the next day and the days after it.
    waiting: VecDeque<Vec<Event>>,
}

impl<'a> Stream<'a> {
    pub(super) fn new(faults: &'a Faults, seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        chance.turn_to(STREAM, 0);
        Self { faults, chance, waiting: VecDeque::new() }
    }

    /// An event is told; `treated` where its arm is not the control.
    pub(super) fn tell(&mut self, event: Event, treated: bool, told: &mut Planted, sink: &mut dyn FnMut(Event)) {
        told.events += 1;
        if self.is_lost(treated) {
            told.lost_events += 1;
            told.lost_events_treatment += u64::from(treated);
            return;
        }
        if self.faults.duplicates > 0.0 && self.chance.happens(self.faults.duplicates) {
            told.duplicates += 1;
            self.arrive(event.clone(), told, sink);
        }
        self.arrive(event, told, sink);
    }

    fn is_lost(&mut self, treated: bool) -> bool {
        let also = if treated { self.faults.lost_events_treatment } else { 0.0 };
        let chance = 1.0 - (1.0 - self.faults.lost_events) * (1.0 - also);
        chance > 0.0 && self.chance.happens(chance)
    }

    fn arrive(&mut self, mut event: Event, told: &mut Planted, sink: &mut dyn FnMut(Event)) {
        told.written += 1;
        if self.faults.late <= 0.0 || !self.chance.happens(self.faults.late) {
            return sink(event);
        }
        told.late += 1;
        let days = self.chance.between(1, LATEST);
        let shift = |moment: Moment| Moment(moment.0.saturating_add(days * DAY_MILLIS));
        event.received_at = event.received_at.map(shift);
        let place = usize::try_from(days - 1).unwrap_or(0);
        while self.waiting.len() <= place {
            self.waiting.push_back(Vec::new());
        }
        if let Some(bucket) = self.waiting.get_mut(place) {
            bucket.push(event);
        }
    }

    /// A day begins: what was late for it arrives. Whether anything is still on its way.
    pub(super) fn dawn(&mut self, sink: &mut dyn FnMut(Event)) -> bool {
        self.waiting.pop_front().unwrap_or_default().into_iter().for_each(sink);
        !self.waiting.is_empty()
    }
}
