//! Questions about thin products.

use crate::evaluate::questions::{QUESTIONS, Question, mix};
use crate::train::Baskets;

/// A question for every late order with a product that stood in fewer than `thin` early orders: that one is known,
/// another line hidden. At most [`QUESTIONS`].
pub fn thin(late: &Baskets, early_count: &[u32], thin: u32, seed: u64) -> Vec<Question> {
    let question = |b: usize| {
        let items = late.items(b);
        let draw = |salt: u64, n: usize| (mix(b as u64, seed ^ salt) % n as u64) as usize;
        let shown: Vec<u32> = items.iter().copied().filter(|item| early_count[*item as usize] < thin).collect();
        let shown = *shown.get(draw(4, shown.len().max(1)))?;
        let others: Vec<u32> = items.iter().copied().filter(|item| *item != shown).collect();
        Some(Question { known: vec![shown], target: *others.get(draw(5, others.len().max(1)))? })
    };
    let mut drawn: Vec<(u64, Question)> =
        (0..late.len()).filter_map(|b| Some((mix(b as u64, seed ^ 6), question(b)?))).collect();
    drawn.sort_by_key(|(hash, _)| *hash);
    drawn.truncate(QUESTIONS);
    drawn.into_iter().map(|(_, question)| question).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thin_question_shows_a_thin_product() {
        let mut late = Baskets::new(4);
        late.push(&[0, 1], None, None);
        late.push(&[0, 1, 2], None, None);
        late.push(&[3], None, None);
        let asked = thin(&late, &[90, 80, 19, 0], 20, 7);
        assert_eq!(asked.len(), 1, "the second order: the first has no thin product, the third nothing to hide");
        assert_eq!(asked[0].known, [2]);
        assert!(asked[0].target < 2);
    }
}
