//! A bundle together with the slices that were added to it later.

use super::draft::{Card, RelationKind};
use super::error::OpenError;
use super::open::Bundle;
use super::relation::Relation;
use crate::shop::{Currency, ItemId};

/// Most slices that may be added.
const MAX_ADDED: usize = 16;

/// What ranking reads: one bundle with items, and relations and cards from any slice of the same model.
pub struct Model<D> {
    base: Bundle<D>,
    added: Vec<Bundle<D>>,
}

impl<D: AsRef<[u8]>> Model<D> {
    /// Opens the first bundle, which must have items.
    ///
    /// # Errors
    ///
    /// [`OpenError`], among them [`OpenError::Addition`] where `data` only adds to another bundle.
    pub fn open(data: D) -> Result<Self, OpenError> {
        let base = Bundle::open(data)?;
        if base.head().is_addition() {
            return Err(OpenError::Addition);
        }
        Ok(Self { base, added: Vec::new() })
    }

    /// Adds a slice of the same model. What is there already stays; a slice that brings nothing new is let go.
    ///
    /// # Errors
    ///
    /// [`OpenError`], among them [`OpenError::OtherModel`]. The model stays as it was.
    pub fn add(&mut self, data: D) -> Result<(), OpenError> {
        let slice = Bundle::open(data)?;
        let (expected, found) = (self.base.head().model, slice.head().model);
        if expected != found || self.base.len() != slice.len() {
            return Err(OpenError::OtherModel { expected, found });
        }
        let new_relation = |kind| slice.relation(kind).is_some() && self.relation(kind).is_none();
        let brings = RelationKind::ALL.into_iter().any(new_relation) || (slice.has_cards() && !self.has_cards());
        if brings && self.added.len() < MAX_ADDED {
            self.added.push(slice);
        }
        Ok(())
    }

    /// The bundle with the items.
    #[inline]
    pub fn base(&self) -> &Bundle<D> {
        &self.base
    }

    /// The bundle and all slices that were added.
    pub fn parts(&self) -> impl Iterator<Item = &Bundle<D>> {
        std::iter::once(&self.base).chain(&self.added)
    }

    /// The relation of `kind`, from whichever part holds it.
    #[inline]
    pub fn relation(&self, kind: RelationKind) -> Option<Relation<'_>> {
        self.parts().find_map(|part| part.relation(kind))
    }

    /// Whether any part holds cards.
    pub fn has_cards(&self) -> bool {
        self.parts().any(Bundle::has_cards)
    }

    /// The card of `item`, from whichever part holds cards.
    pub fn card(&self, item: ItemId) -> Option<Card> {
        let currency = self.base.manifest().map_or(Currency::NONE, |manifest| manifest.currency());
        self.parts().find_map(|part| part.card(item, currency))
    }
}
