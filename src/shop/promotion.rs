//! Days that are unlike the others.

use super::Timestamp;

/// A time of the shop's calendar in which people buy differently: a sale, a holiday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// What reports call it.
    pub name: String,
    /// The first moment within.
    pub from: Timestamp,
    /// The first moment beyond.
    pub until: Timestamp,
}

impl Promotion {
    /// Whether a moment lies within.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_moment_of_a_promotion_is_the_one_before_its_end() {
        let promotion = Promotion { name: "Sale".to_owned(), from: Timestamp(10), until: Timestamp(12) };
        let holds = [9, 10, 11, 12].map(|at| promotion.holds(Timestamp(at)));
        assert_eq!(holds, [false, true, true, false]);
    }
}
