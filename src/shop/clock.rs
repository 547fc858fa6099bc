//! Time as a value: the engine has no clock of its own.

/// A moment: whole seconds since 1970-01-01T00:00:00 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A day: whole days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Timestamp {
    /// The day this moment falls on, in UTC.
    pub fn day(self) -> Day {
        Day(i32::try_from(self.0.div_euclid(86_400)).unwrap_or(i32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_before_1970_belongs_to_the_day_it_falls_on() {
        assert_eq!(Timestamp(-1).day(), Day(-1));
        assert_eq!(Timestamp(0).day(), Day(0));
        assert_eq!(Timestamp(86_399).day(), Day(0));
    }
}
