//! From what was taken in to what is told.

use super::frame::Frame;
use super::intake::{Intake, Taken};
use super::judged::{Boundaries, Judge, Scale, all, counts, sample_ratio};
use super::placements;
use super::quality::{self, ReadFaults};
use super::quarterly::{self, Beside};
use super::settings::Settings;
use super::tally::Tally;
use super::told::{ArmTold, FileTold, GlobalTold, Quality, Report, VERSION, Windows};
use super::units;
use crate::event::key::Key;
use crate::experiment::{GlobalHoldout, Metric};
use rayon::prelude::*;
use std::io;

/// Makes reports by the same settings.
#[derive(Clone, Debug)]
pub struct Reporter {
    settings: Settings,
    boundaries: Boundaries,
}

/// What is known of the files that were read.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// One a file.
    pub files: Vec<FileTold>,
    /// What reading them found.
    pub faults: ReadFaults,
    /// What is known beside.
    pub beside: Beside,
}

impl Reporter {
    /// By these settings. Cost: a tenth of a second for each number of looks.
    pub fn new(settings: Settings) -> Self {
        let boundaries = Boundaries::of(settings.planned.iter());
        Self { settings, boundaries }
    }

    /// What events, orders and products are given to, products first; customers of orders are hashed under the key, where units
    /// were.
    pub fn intake<'a>(&'a self, key: Option<&'a Key>) -> Intake<'a> {
        Intake::new(&self.settings, key)
    }

    /// The report on what was taken in.
    ///
    /// # Cost
    ///
    /// Two passes over the rows, shard by shard, on all cores. Memory: what the spool may hold (256 MB each for events and for
    /// orders), two shards, the different texts, and 4 kB a day and arm.
    ///
    /// # Errors
    ///
    /// What the disk says where rows were spilt to it.
    pub fn report(&self, intake: Intake<'_>, sources: Sources) -> io::Result<Report> {
        let mut taken = intake.finish()?;
        let frame = Frame::of(&self.settings, &mut taken);
        let tally = self.tally(&frame, &mut taken)?;
        Ok(self.told(&frame, &taken, &tally, sources))
    }

    fn tally(&self, frame: &Frame, taken: &mut Taken) -> io::Result<Tally> {
        let arms = || frame.experiments.iter().map(|trial| trial.arms.len());
        let none = || Tally::new(arms());
        let shards = std::mem::take(&mut taken.shards);
        let tallied = shards
            .into_par_iter()
            .map(|shard| Ok(units::tally(frame, super::intake::rows(shard)?)))
            .try_reduce(none, |a, b| Ok::<Tally, io::Error>(a.merge(b)))?;
        let mut all = none();
        all.faults.merge(&taken.faults);
        Ok(all.merge(tallied))
    }

    fn told(&self, frame: &Frame, taken: &Taken, tally: &Tally, sources: Sources) -> Report {
        let settings = &self.settings;
        let scale = Scale::of(settings.currency, frame.with_margin);
        let data =
            quality::Data { settings, frame, totals: taken.totals, orders: &taken.orders, tally, read: sources.faults };
        let findings = quality::findings(&data);
        let judge = Judge {
            settings,
            frame,
            names: &taken.names,
            orders: &taken.orders,
            scale,
            boundaries: &self.boundaries,
            findings: &findings,
        };
        let mut experiments: Vec<_> = (0..settings.planned.len()).filter_map(|n| judge.experiment(n, tally)).collect();
        experiments.sort_by(|a, b| a.name.cmp(&b.name));
        let placements = placements::placements(settings, frame, taken, tally, scale);
        let quarterly = quarterly::quarterly(settings, &frame.days, &experiments, &placements, sources.beside);
        let moment = |at: i64| {
            let at = jiff::Timestamp::from_millisecond(at).ok()?;
            Some(at.display_with_offset(settings.zone.to_offset(at)).to_string())
        };
        let span = || taken.span.iter().flatten();
        Report {
            report: VERSION,
            generator: format!("endcap {}", env!("CARGO_PKG_VERSION")),
            currency: settings.currency.code().to_owned(),
            timezone: settings.zone.iana_name().unwrap_or("UTC").to_owned(),
            from: span().map(|(first, _)| *first).min().and_then(moment),
            until: span().map(|(_, last)| *last).max().and_then(moment),
            windows: Windows { last_click_hours: settings.last_click_hours, assisted_days: settings.assisted_days },
            quality: Quality { files: sources.files, findings },
            global_holdout: self.global(tally, scale),
            experiments,
            placements,
            quarterly,
        }
    }

    /// Those who are held out of everything against those who are not.
    fn global(&self, tally: &Tally, scale: Scale) -> Option<GlobalTold> {
        let share = self.settings.global_holdout.share.to_fraction();
        if share <= 0.0 {
            return None;
        }
        let [held, served] = [&tally.global[0], &tally.global[1]].map(|arm| arm.after(usize::MAX));
        let shares = [share, 1.0 - share];
        let visitors = [held.told.visitors, served.told.visitors];
        let arm = |name: &str, control: bool, share: f64, slot: &super::tally::Slot| ArmTold {
            name: name.to_owned(),
            control,
            share,
            visitors: slot.told.visitors,
            counts: counts(slot, scale),
        };
        Some(GlobalTold {
            share,
            arms: vec![
                arm(GlobalHoldout::NAME, true, shares[0], &held),
                arm(GlobalHoldout::SERVED, false, shares[1], &served),
            ],
            sample_ratio: sample_ratio(&visitors, &shares).map(|(_, told)| told),
            measured: all(Metric::ContributionMarginPerVisitor, scale, &served, &held),
        })
    }
}
