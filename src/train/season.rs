//! Popularity that leans to what sells now: the last days, and the same days a year ago.

use super::history::Baskets;

/// Days of a year.
const YEAR: f64 = 365.0;

/// How popularity leans.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Season {
    /// Days back that count as now, and days ahead that a year ago count half.
    pub days: f64,
    /// Days of average sales that all of the past weighs.
    pub past: f64,
}

impl Season {
    /// Its settings, as the report shows them.
    pub fn describe(&self) -> String {
        format!("season of {} days beside {} of the past", self.days, self.past)
    }

    /// Share of orders that hold each item, where orders of the season count more; 0 only for what was never sold.
    ///
    /// `P(j) = (now_j + ½ year_ago_j + past · n_j / T) / (now + ½ year_ago + past · n / T)`, T in days. Orders without a
    /// time count as past.
    pub fn shares(&self, baskets: &Baskets) -> Vec<f32> {
        let times = || baskets.at.iter().flatten().map(|at| at.0);
        let (Some(oldest), Some(newest)) = (times().min(), times().max()) else { return baskets.shares() };
        let days = |seconds: i64| seconds as f64 / 86_400.0;
        let span = days(newest - oldest).max(1.0);
        let base = self.past / span;
        let weight = |b: usize| {
            let age = baskets.at(b).map_or(f64::INFINITY, |at| days(newest - at.0));
            let now = if age < self.days { 1.0 } else { 0.0 };
            let year_ago = if age <= YEAR && age > YEAR - self.days { 0.5 } else { 0.0 };
            base + now + year_ago
        };
        let (mut sums, mut all) = (vec![0f64; baskets.n_items], 0.0);
        for b in 0..baskets.len() {
            let weight = weight(b);
            all += weight;
            baskets.items(b).iter().for_each(|item| sums[*item as usize] += weight);
        }
        sums.into_iter().map(|sum| (sum / all.max(f64::MIN_POSITIVE)) as f32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::Timestamp;

    /// One order of `item` on each of `days`.
    fn sold(baskets: &mut Baskets, item: u32, days: impl Iterator<Item = i64>) {
        days.for_each(|day| baskets.push(&[item], None, Some(Timestamp(day * 86_400))));
    }

    #[test]
    fn what_sells_now_and_what_sold_a_year_ago_rise() {
        let mut baskets = Baskets::new(4);
        sold(&mut baskets, 0, 100..200); // only in spring
        sold(&mut baskets, 1, 700..720); // now
        sold(&mut baskets, 2, 360..380); // the coming weeks, a year ago
        let shares = Season { days: 28.0, past: 28.0 }.shares(&baskets);
        assert!(shares[1] > shares[2] && shares[2] > shares[0] && shares[0] > 0.0, "{shares:?}");
        assert_eq!(shares[3], 0.0, "what was never sold stays so");
        // The last order is day 719, the first day 100: all 140 orders count 28 / 619 beside 20 now and 20 halves.
        let base = 28.0 / 619.0;
        let all = 140.0 * base + 20.0 + 10.0;
        assert!((f64::from(shares[1]) - 20.0 * (1.0 + base) / all).abs() < 1e-6);
        assert!((f64::from(shares[2]) - 20.0 * (0.5 + base) / all).abs() < 1e-6);
    }

    #[test]
    fn without_times_popularity_does_not_lean() {
        let mut baskets = Baskets::new(2);
        baskets.push(&[0], None, None);
        baskets.push(&[0, 1], None, None);
        assert_eq!(Season { days: 28.0, past: 28.0 }.shares(&baskets), baskets.shares());
    }
}
