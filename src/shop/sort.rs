//! Sorting with little code.

use std::collections::BinaryHeap;

/// Sorts `list`, ascending, in place: about half as fast as `sort_unstable` where the list is long, with a tenth of its code
/// for each type of element. Pages download that code, and their lists are short.
pub(crate) fn sort<T: Ord>(list: &mut Vec<T>) {
    *list = BinaryHeap::from(std::mem::take(list)).into_sorted_vec();
}
