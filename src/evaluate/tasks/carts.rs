//! Questions about carts: cut to a few lines, and with a thin product.

use crate::evaluate::questions::{QUESTIONS, Question, mix};
use crate::train::Baskets;

/// The same questions with `size` of the known lines, drawn by a hash; those that know fewer are left out.
pub fn cut(questions: &[Question], size: usize, seed: u64) -> Vec<Question> {
    let enough = questions.iter().enumerate().filter(|(_, question)| question.known.len() >= size);
    let cut = |(at, question): (usize, &Question)| {
        let mut known = question.known.clone();
        known.sort_by_key(|item| (mix(u64::from(*item), seed ^ mix(at as u64, 1)), *item));
        known.truncate(size);
        known.sort_unstable();
        Question { known, target: question.target }
    };
    enough.map(cut).collect()
}

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
    fn a_cut_keeps_the_target_and_so_many_known_lines() {
        let asked = [(vec![1, 3, 4, 8], 2), (vec![5], 0)].map(|(known, target)| Question { known, target });
        let two = cut(&asked, 2, 7);
        assert_eq!((two.len(), two[0].target, two[0].known.len()), (1, 2, 2));
        assert!(two[0].known.is_sorted() && two[0].known.iter().all(|item| asked[0].known.contains(item)));
        assert_eq!(cut(&asked, 1, 7).len(), 2);
        let drawn: std::collections::BTreeSet<u32> =
            (0..40).map(|seed| cut(&asked[..1], 1, seed)[0].known[0]).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), asked[0].known, "every line may be the one that is known");
    }

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
