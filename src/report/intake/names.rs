//! Texts that come again and again, as small numbers.

use rustc_hash::FxHashMap;

/// A text's number; 0 is none.
pub(crate) type NameId = u32;

/// Most different texts: a log that has more is no shop's.
const MOST: usize = 20_000_000;

/// The texts that were seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    ids: FxHashMap<Box<str>, NameId>,
    texts: Vec<Box<str>>,
}

impl Names {
    /// The number of a text, the same for the same text; 0 for the empty one, and for new ones once there are twenty million.
    pub fn id(&mut self, text: &str) -> NameId {
        if text.is_empty() {
            return 0;
        }
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        if self.texts.len() >= MOST {
            return 0;
        }
        self.texts.push(text.into());
        let id = u32::try_from(self.texts.len()).unwrap_or(0);
        self.ids.insert(text.into(), id);
        id
    }

    /// The number of a text that was seen.
    pub fn known(&self, text: &str) -> Option<NameId> {
        self.ids.get(text).copied()
    }

    /// The text of a number; empty for none.
    pub fn text(&self, id: NameId) -> &str {
        let at = id.checked_sub(1).map(|at| at as usize);
        at.and_then(|at| self.texts.get(at)).map_or("", |text| text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_number() {
        let mut names = Names::default();
        let ids = ["a", "b", "a", ""].map(|text| names.id(text));
        assert_eq!(ids, [1, 2, 1, 0]);
        assert_eq!((names.text(2), names.text(0), names.text(9)), ("b", "", ""));
        assert_eq!((names.known("b"), names.known("c")), (Some(2), None));
    }
}
