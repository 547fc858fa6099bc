//! What was found wrong with the data, counted.

/// Something that is wrong with a row or a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    ClockSkew,
    Future,
    Late,
    Duplicate,
    UnknownExperiment,
    WithoutUnit,
    PurchaseWithoutNumber,
    PurchaseAgain,
    PurchaseWithoutOrder,
    OrderOfTwoUnits,
    Cancelled,
    Negative,
    Returned,
    WithoutPrice,
    LineAgain,
    Machine,
    MachineEvent,
}

/// The last of them.
const FAULTS: usize = Fault::MachineEvent as usize + 1;

/// Something that is wrong with units of one experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crossing {
    /// Exposed in more than one arm, and left out.
    TwoArms,
    /// Exposed in another arm than that of their hash.
    Unlike,
    /// Exposed in an arm that the plan does not have, and left out.
    UnknownArm,
    /// An order carries an arm, and its unit was never exposed.
    OrderWithoutExposure,
}

/// The last of them.
const CROSSINGS: usize = Crossing::OrderWithoutExposure as usize + 1;

/// What was found wrong with the data, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    all: [u64; FAULTS],
    experiments: Vec<[u64; CROSSINGS]>,
}

impl Faults {
    /// None, of so many experiments.
    pub fn new(experiments: usize) -> Self {
        Self { all: [0; FAULTS], experiments: vec![[0; CROSSINGS]; experiments] }
    }

    pub fn add(&mut self, fault: Fault, count: u64) {
        self.all[fault as usize] += count;
    }

    pub fn count(&self, fault: Fault) -> u64 {
        self.all[fault as usize]
    }

    pub fn add_of(&mut self, experiment: usize, crossing: Crossing) {
        if let Some(counts) = self.experiments.get_mut(experiment) {
            counts[crossing as usize] += 1;
        }
    }

    pub fn count_of(&self, experiment: usize, crossing: Crossing) -> u64 {
        self.experiments.get(experiment).map_or(0, |counts| counts[crossing as usize])
    }

    pub fn merge(&mut self, other: &Self) {
        self.all.iter_mut().zip(other.all).for_each(|(mine, theirs)| *mine += theirs);
        self.experiments.resize(self.experiments.len().max(other.experiments.len()), [0; CROSSINGS]);
        for (mine, theirs) in self.experiments.iter_mut().zip(&other.experiments) {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_add_up() {
        let (mut a, mut b) = (Faults::default(), Faults::new(2));
        a.add(Fault::Late, 2);
        b.add(Fault::Late, 1);
        b.add_of(1, Crossing::TwoArms);
        a.merge(&b);
        assert_eq!((a.count(Fault::Late), a.count(Fault::Machine)), (3, 0));
        assert_eq!((a.count_of(1, Crossing::TwoArms), a.count_of(0, Crossing::TwoArms)), (1, 0));
        assert_eq!(a.count_of(7, Crossing::Unlike), 0);
    }
}
